//! Whether the columns of a stored file are those of a table: of this version, an older or a newer one.

use arrow::datatypes::{Field, Schema};
use parquet::schema::types::SchemaDescriptor;

use crate::schema::{Column, Property, context_column};

/// How the columns of a file differ from those of a table.
#[derive(Debug, Default)]
pub(crate) struct ColumnDifferences<'f> {
    /// Columns that the file does not have. Versions only ever add columns, so an older file lacks the last ones added.
    missing: Vec<&'static str>,
    /// Columns that the table does not have, and that are no promoted context keys'. A newer file has some.
    unknown: Vec<&'f str>,
    /// Columns that have another type, with their field in the file.
    retyped: Vec<(&'static Column, &'f Field)>,
    /// Whether a column is missing without which there is no row.
    lacks_required: bool,
}

impl<'f> ColumnDifferences<'f> {
    /// Compares a table with a file, by its Parquet types and what they are in Arrow.
    pub(crate) fn of(table: &'static [Column], stored: &'f Schema, parquet: &SchemaDescriptor) -> Self {
        let mut found = Self::default();
        for column in table {
            match stored.field_with_name(column.name) {
                Err(_) => {
                    found.missing.push(column.name);
                    found.lacks_required |= column.has(Property::Required);
                }
                Ok(field)
                    if *field.data_type() != column.kind.logical()
                        || levels(parquet, column.name) != column.kind.levels() =>
                {
                    found.retyped.push((column, field));
                }
                Ok(_) => {}
            }
        }
        let names = stored.fields().iter().map(|field| field.name().as_str());
        let is_known =
            |name: &str| table.iter().any(|column| column.name == name) || name.starts_with(&context_column(""));
        found.unknown = names.filter(|name| !is_known(name)).collect();
        found
    }

    /// Why the file cannot be read as the table; none if it can, with null where a column is missing.
    ///
    /// A file that lacks columns and has unknown ones is neither an older nor a newer one: another program's, or damaged.
    pub(crate) fn problem(&self) -> Option<String> {
        let Self { missing, unknown, retyped, lacks_required } = self;
        let mut parts = Vec::new();
        if *lacks_required || (!missing.is_empty() && !unknown.is_empty()) {
            parts.push(format!("it lacks {}", listed(missing)));
            if !unknown.is_empty() {
                parts.push(format!("it has {}, which the table does not have", listed(unknown)));
            }
        }
        for (column, stored) in retyped {
            let (name, stored, expected) = (column.name, stored.data_type(), column.kind.sql());
            if *stored == column.kind.logical() {
                parts.push(format!("the column {name} has nulls at other places than {expected} can have them"));
            } else {
                parts.push(format!("the column {name} is {stored} instead of {expected}"));
            }
        }
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

/// The largest definition and repetition level of each part of a column: what may be null or repeat in it.
fn levels(parquet: &SchemaDescriptor, name: &str) -> Vec<(i16, i16)> {
    let parts = parquet.columns().iter().filter(|part| part.path().parts().first().is_some_and(|root| root == name));
    parts.map(|part| (part.max_def_level(), part.max_rep_level())).collect()
}

/// `the column a`, `the columns a, b`.
fn listed(names: &[&str]) -> String {
    format!("the column{} {}", if names.len() == 1 { "" } else { "s" }, names.join(", "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on fails
mod tests {
    use std::sync::Arc;

    use arrow::datatypes::DataType;
    use parquet::arrow::ArrowSchemaConverter;

    use super::*;
    use crate::schema::{EVENT_COLUMNS, events};

    fn problem(change: impl FnOnce(&mut Vec<Arc<Field>>)) -> Option<String> {
        let mut fields: Vec<Arc<Field>> = events().fields().iter().cloned().collect();
        change(&mut fields);
        let schema = Schema::new(fields);
        let parquet = ArrowSchemaConverter::new().convert(&schema).unwrap();
        ColumnDifferences::of(EVENT_COLUMNS, &schema, &parquet).problem()
    }

    fn text(name: &str) -> Arc<Field> {
        Arc::new(Field::new(name, DataType::Utf8, true))
    }

    #[test]
    fn files_of_older_and_newer_versions_are_read() {
        assert_eq!(problem(|_| {}), None);
        assert_eq!(problem(|fields| drop(fields.pop())), None, "an older file");
        assert_eq!(problem(|fields| fields.push(text("of_2030"))), None, "a newer file");
        assert_eq!(problem(|fields| fields.extend([text("context_campaign")])), None);
        let promoted_in_an_older_file = problem(|fields| {
            fields.pop();
            fields.push(text("context_campaign"));
        });
        assert_eq!(promoted_in_an_older_file, None);
    }

    #[test]
    fn a_file_of_another_program_is_told_by_its_columns() {
        let id_alone = problem(|fields| *fields = vec![text("id")]).unwrap_or_default();
        assert!(id_alone.starts_with("it lacks the columns event_type, event_version, "), "{id_alone}");
        assert!(id_alone.ends_with("; it has the column id, which the table does not have"), "{id_alone}");
        let no_message = problem(|fields| fields.retain(|field| field.name() != "message_id"));
        assert_eq!(no_message.as_deref(), Some("it lacks the column message_id"));
        let renamed = problem(|fields| fields[21] = text("qrice_usd"));
        assert_eq!(
            renamed.as_deref(),
            Some("it lacks the column price_usd; it has the column qrice_usd, which the table does not have"),
        );
        let seconds = problem(|fields| fields[5] = Arc::new(Field::new("event_time", DataType::Int64, true)));
        assert_eq!(seconds.as_deref(), Some("the column event_time is Int64 instead of timestamp(ms, UTC)"));
        let never_null = problem(|fields| fields[4] = Arc::new(Field::new("is_final", DataType::Boolean, false)));
        assert_eq!(
            never_null.as_deref(),
            Some("the column is_final has nulls at other places than boolean can have them")
        );
    }
}
