//! The rows of an answer field by field.

use arrow::array::RecordBatch;
use arrow::error::ArrowError;

use super::value::{Column, Value, printable, quoted, write_object};

/// Name and value of each field of each row that is not null, safe for a terminal.
pub(crate) fn row_fields(rows: &RecordBatch) -> Result<Vec<Vec<(String, String)>>, ArrowError> {
    let columns = rows.columns().iter().map(Column::new).collect::<Result<Vec<_>, _>>()?;
    let schema = rows.schema();
    let fields = |row: usize| {
        let mut fields = Vec::new();
        for (column, field) in columns.iter().zip(schema.fields()) {
            let value = column.value(row)?;
            if value != Value::Null {
                fields.push((field.name().clone(), printable(&value.text())));
            }
        }
        Ok(fields)
    };
    (0..rows.num_rows()).map(fields).collect()
}

/// Each row as a JSON object in a line.
pub(crate) fn row_json(rows: &RecordBatch) -> Result<Vec<String>, ArrowError> {
    let columns = rows.columns().iter().map(Column::new).collect::<Result<Vec<_>, _>>()?;
    let schema = rows.schema();
    let names: Vec<String> = schema.fields().iter().map(|field| quoted(field.name())).collect();
    let object = |row: usize| {
        let values = columns.iter().map(|column| column.value(row)).collect::<Result<Vec<_>, _>>()?;
        let mut json = String::new();
        write_object(&mut json, names.iter().zip(&values));
        Ok(json)
    };
    (0..rows.num_rows()).map(object).collect()
}
