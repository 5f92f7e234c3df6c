//! One row of aggregates that says what a query's rows are, so that engines can be compared over millions of rows without
//! that any row leaves them. Every aggregate is exact, and none looks at the order of the rows.
//!
//! Each value becomes a text that all engines write alike: an instant is its milliseconds since 1970, bytes are
//! hexadecimal, a map is its sorted entries. Of each column the digest has how many values there are, how many different
//! ones, the least, the greatest and, of numbers, the sum. The checksum is over whole rows: the sum of a number of 60 bits
//! that is taken from the SHA-256 of a row's text, in which every value is preceded by its length.

use arrow::datatypes::{DataType, Schema};

/// Whose functions are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Trino's, and so the embedded engine's.
    Trino,
    /// DuckDB's.
    DuckDb,
}

/// The query for the digest of the rows of `from`: a view, or a query in parentheses with a name. `columns` are those that
/// the embedded engine finds there.
pub fn of(dialect: Dialect, columns: &Schema, from: &str) -> String {
    let fields = columns.fields();
    let texts: Vec<_> = fields
        .iter()
        .map(|field| format!("{} AS {}", text(dialect, field.name(), field.data_type()), field.name()))
        .collect();
    let row: Vec<_> = fields
        .iter()
        .map(|field| format!("coalesce(CAST(length({0}) AS varchar) || ':' || {0}, '-')", field.name()))
        .collect();
    let told: Vec<_> = fields.iter().map(|field| told(field.name(), field.data_type())).collect();
    let (hash, number) = match dialect {
        Dialect::Trino => ("lower(to_hex(sha256(to_utf8(row_text))))", "from_base(substr(hash, 1, 15), 16)"),
        Dialect::DuckDb => ("sha256(row_text)", "CAST('0x' || substr(hash, 1, 15) AS bigint)"),
    };
    format!(
        "SELECT\n  count(*) AS row_count,\n  sum(CAST({number} AS decimal(38, 0))) AS checksum,\n  {}\n\
        FROM (\n  SELECT row_texts.*, {hash} AS hash\n  FROM (\n    SELECT texts.*, {} AS row_text\n\
        FROM (SELECT {} FROM {from}) AS texts\n  ) AS row_texts\n) AS hashed",
        told.join(",\n  "),
        row.join(" || "),
        texts.join(", ")
    )
}

/// A value as text.
fn text(dialect: Dialect, name: &str, kind: &DataType) -> String {
    match (kind, dialect) {
        (DataType::Timestamp(..), Dialect::Trino) => {
            format!("CAST(date_diff('millisecond', TIMESTAMP '1970-01-01 00:00:00', {name}) AS varchar)")
        }
        (DataType::Timestamp(..), Dialect::DuckDb) => format!("CAST(epoch_ms({name}) AS varchar)"),
        (DataType::Binary | DataType::BinaryView, Dialect::Trino) => format!("lower(to_hex({name}))"),
        (DataType::Binary | DataType::BinaryView, Dialect::DuckDb) => format!("lower(hex({name}))"),
        (DataType::Map(..), Dialect::Trino) => format!(
            "array_join(array_sort(zip_with(map_keys({name}), map_values({name}), \
            (k, v) -> k || chr(31) || v)), chr(30))"
        ),
        (DataType::Map(..), Dialect::DuckDb) => format!(
            "CASE WHEN {name} IS NOT NULL THEN array_to_string(list_sort(list_transform(map_entries({name}), \
            lambda e: e.key || chr(31) || e.value)), chr(30)) END"
        ),
        _ => format!("CAST({name} AS varchar)"),
    }
}

/// What is told of a column.
fn told(name: &str, kind: &DataType) -> String {
    let is_number = kind.is_numeric() || matches!(kind, DataType::Timestamp(..));
    let value = if is_number { format!("CAST({name} AS decimal(38, 6))") } else { name.to_owned() };
    let mut told = format!(
        "count({name}) AS {name}_count, count(DISTINCT {name}) AS {name}_distinct, min({value}) AS {name}_min, \
        max({value}) AS {name}_max"
    );
    if is_number {
        told += &format!(", sum({value}) AS {name}_sum");
    }
    told
}
