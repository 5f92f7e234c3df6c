//! The schemas of the lake's tables. That of `events` follows from the table of its columns in `columns/table.rs`.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowSchemaConverter;
use parquet::schema::types::TypePtr;

use crate::columns::{event_columns, quarantine_columns};

/// One column of a table of the lake.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name in Parquet and SQL.
    pub name: &'static str,
    /// What it holds, where it comes from, in which unit.
    pub doc: &'static str,
    pub(crate) kind: Kind,
    pub(crate) properties: &'static [Property],
}

/// A column's type, as Parquet and Athena know it, and whether its values repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A string that repeats: it is written from a dictionary.
    Word,
    /// A string that hardly repeats.
    Text,
    /// A string that holds a JSON object.
    Json,
    Boolean,
    Time,
    Int,
    Long,
    Usd,
    Map,
    Binary,
}

/// What holds for a column beyond its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Property {
    /// There is no row without it, so that a file without it is not the table's.
    Required,
    /// Of a column of words: the smallest and the largest are recorded, because that range can rule a file or a page out.
    /// Such columns hold kinds and routes that some files have and others have not. Of random ids, and of words that every
    /// page has, a range would tell nothing. (Of numbers it is always recorded.)
    Ranged,
    /// Of a column of numbers: it is written without a dictionary.
    HardlyRepeats,
    /// Of a column of texts: a bloom filter tells a reader who looks for one text that the file does not hold it.
    BloomFilter,
    /// It is compressed with more effort, because it gets smaller by it. Most columns do not.
    Compact,
}

impl Column {
    /// Whether this holds for it.
    pub(crate) fn has(&self, property: Property) -> bool {
        self.properties.contains(&property)
    }

    /// As Arrow knows it. Every column may be null: only then can a later version add some.
    pub(crate) fn field(&self) -> Field {
        Field::new(self.name, self.kind.logical(), true)
    }
}

/// Digits of a money column, and those after the point.
const USD: (u8, i8) = (18, 6);

impl Kind {
    pub(crate) fn logical(self) -> DataType {
        match self {
            Self::Word | Self::Text | Self::Json => DataType::Utf8,
            Self::Boolean => DataType::Boolean,
            Self::Time => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            Self::Int => DataType::Int32,
            Self::Long => DataType::Int64,
            Self::Usd => DataType::Decimal128(USD.0, USD.1),
            Self::Map => DataType::Map(map_entries(), false),
            Self::Binary => DataType::Binary,
        }
    }

    /// The largest definition and repetition level of each part in Parquet: a map has keys and values, and all else one part.
    pub(crate) const fn levels(self) -> &'static [(i16, i16)] {
        match self {
            Self::Map => &[(2, 1), (3, 1)],
            _ => &[(1, 0)],
        }
    }

    /// The type, as the README and messages name it.
    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::Word | Self::Text | Self::Json => "string",
            Self::Boolean => "boolean",
            Self::Time => "timestamp(ms, UTC)",
            Self::Int => "int32",
            Self::Long => "int64",
            Self::Usd => "decimal(18,6)",
            Self::Map => "map<string,string>",
            Self::Binary => "binary",
        }
    }
}

/// The names that the Parquet specification gives a map's entries; some readers insist on them.
fn map_entries() -> Arc<Field> {
    Arc::new(Field::new("key_value", DataType::Struct(map_fields()), false))
}

fn map_fields() -> Fields {
    vec![Field::new("key", DataType::Utf8, false), Field::new("value", DataType::Utf8, true)].into()
}

macro_rules! list_columns {
    ($($name:ident: $kind:ident$(($bytes:literal))? $(+ $property:ident)* = $from:ident.$value:ident, $doc:literal;)*) => {
        &[$(Column {
            name: stringify!($name),
            doc: $doc,
            kind: Kind::$kind,
            properties: &[$(Property::$property),*],
        },)*]
    };
}

/// The columns of `events`, in their order in the file. Changes only add columns.
pub const EVENT_COLUMNS: &[Column] = event_columns!(list_columns);

/// The columns of `quarantine`, in their order in the file.
pub const QUARANTINE_COLUMNS: &[Column] = quarantine_columns!(list_columns);

fn schema(columns: &[Column]) -> SchemaRef {
    Arc::new(Schema::new(columns.iter().map(Column::field).collect::<Vec<_>>()))
}

/// The schema of `events`, as a reader of the Parquet files sees it (without the partition columns `channel` and `dt`).
pub fn events() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| schema(EVENT_COLUMNS));
    SCHEMA.clone()
}

/// The schema of `quarantine`, as a reader sees it (without the partition column `dt`).
pub fn quarantine() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| schema(QUARANTINE_COLUMNS));
    SCHEMA.clone()
}

/// The column of a promoted context key: `context_campaign` for `campaign`. Characters that Athena takes in no plain name
/// become `_`, so that two keys can have one name.
pub fn context_column(key: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    format!("context_{}", key.chars().map(plain).collect::<String>())
}

/// The Parquet schema of `events`, with a column of strings for each of these context keys.
pub(crate) fn parquet(context_keys: &[String]) -> TypePtr {
    static PLAIN: LazyLock<TypePtr> = LazyLock::new(|| converted(&events()));
    if context_keys.is_empty() {
        return PLAIN.clone();
    }
    let promoted = context_keys.iter().map(|key| Arc::new(Field::new(context_column(key), Kind::Word.logical(), true)));
    converted(&Schema::new(events().fields().iter().cloned().chain(promoted).collect::<Vec<_>>()))
}

/// The Parquet schema of `quarantine`.
pub(crate) fn parquet_quarantine() -> TypePtr {
    static PARQUET: LazyLock<TypePtr> = LazyLock::new(|| converted(&quarantine()));
    PARQUET.clone()
}

fn converted(schema: &Schema) -> TypePtr {
    let schema = ArrowSchemaConverter::new().convert(schema);
    schema.expect("every type of the lake is one of Parquet's").root_schema_ptr()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The columns as a Markdown table.
    fn markdown(columns: &[Column]) -> String {
        let mut table = String::from("| column | type | |\n|---|---|---|\n");
        for column in columns {
            table += &format!("| {} | {} | {} |\n", column.name, column.kind.sql(), column.doc);
        }
        table
    }

    #[test]
    fn readme_shows_the_columns_as_they_are() {
        let readme = include_str!("../README.md");
        for table in [markdown(EVENT_COLUMNS), markdown(QUARANTINE_COLUMNS)] {
            assert!(readme.contains(&table), "the table in README.md should read:\n{table}");
        }
    }
}
