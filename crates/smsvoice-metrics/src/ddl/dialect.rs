//! What the engines write differently: names of types, quotes, and the few functions that the SQL files use.

use arrow::datatypes::DataType;

/// A column's type, in the words of the lake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Text.
    String,
    /// True or false.
    Boolean,
    /// An instant in UTC, to the millisecond.
    Timestamp,
    /// 32 bits, signed.
    Int,
    /// 64 bits, signed.
    Long,
    /// US dollars, `decimal(18,6)`.
    Usd,
    /// From text to text.
    Map,
    /// Bytes.
    Binary,
}

impl Type {
    /// The type of a column of the lake.
    ///
    /// # Panics
    /// If the lake has no column of this type; a test asks for all that it has.
    pub(crate) fn of(arrow: &DataType) -> Self {
        match arrow {
            DataType::Utf8 => Self::String,
            DataType::Boolean => Self::Boolean,
            DataType::Timestamp(..) => Self::Timestamp,
            DataType::Int32 => Self::Int,
            DataType::Int64 => Self::Long,
            DataType::Decimal128(18, 6) => Self::Usd,
            DataType::Map(..) => Self::Map,
            DataType::Binary => Self::Binary,
            other => panic!("no column of a lake is a {other}"),
        }
    }

    /// In Hive's DDL, and so in Athena's and in Glue; Spark's names are the same.
    pub const fn hive(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Timestamp => "timestamp",
            Self::Int => "int",
            Self::Long => "bigint",
            Self::Usd => "decimal(18,6)",
            Self::Map => "map<string,string>",
            Self::Binary => "binary",
        }
    }

    /// In Trino. Its hive connector knows timestamps without zone alone; UTC is understood.
    pub const fn trino(self) -> &'static str {
        match self {
            Self::String => "varchar",
            Self::Boolean => "boolean",
            Self::Timestamp => "timestamp(3)",
            Self::Int => "integer",
            Self::Long => "bigint",
            Self::Usd => "decimal(18,6)",
            Self::Map => "map(varchar, varchar)",
            Self::Binary => "varbinary",
        }
    }

    /// In DuckDB.
    pub const fn duckdb(self) -> &'static str {
        match self {
            Self::String => "VARCHAR",
            Self::Boolean => "BOOLEAN",
            Self::Timestamp => "TIMESTAMPTZ",
            Self::Int => "INTEGER",
            Self::Long => "BIGINT",
            Self::Usd => "DECIMAL(18,6)",
            Self::Map => "MAP(VARCHAR, VARCHAR)",
            Self::Binary => "BLOB",
        }
    }
}

/// What DuckDB calls otherwise than the SQL files do.
const DUCKDB: [(&str, &str); 2] = [("cardinality(", "len("), (" / (2 * ", " // (2 * ")];

/// What Spark calls otherwise.
const SPARK: [(&str, &str); 5] = [
    ("ROW(", "struct("),
    ("strpos(", "instr("),
    ("date_diff('millisecond',", "timestampdiff(MILLISECOND,"),
    (" / (2 * ", " DIV (2 * "),
    ("\"", "`"),
];

/// A query of the SQL files as DuckDB writes it. Its `/` of integers is no integer.
pub(crate) fn duckdb(sql: &str) -> String {
    replaced(sql, &DUCKDB)
}

/// The same for Spark.
pub(crate) fn spark(sql: &str) -> String {
    replaced(sql, &SPARK)
}

fn replaced(sql: &str, words: &[(&str, &str)]) -> String {
    words.iter().fold(sql.to_owned(), |sql, (word, other)| sql.replace(word, other))
}

/// A query without the comments of its file and without empty lines.
pub(crate) fn without_comments(sql: &str) -> String {
    let lines = sql.lines().map(|line| line.split("--").next().unwrap_or_default().trim_end());
    lines.filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n")
}

/// A text as a literal of Hive's DDL. A semicolon would end the statement for some clients, even in quotes.
pub(crate) fn hive_literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace(';', ","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_the_query_stays() {
        assert_eq!(without_comments("-- what\nSELECT 1, -- one\n\n  2\n"), "SELECT 1,\n  2");
    }

    #[test]
    fn integer_division_stays_one_in_every_dialect() {
        let cost = crate::Metric::Cost.template();
        assert_eq!(cost.matches(" / ").count(), 3, "all divisions of cost.sql are of integers");
        assert_eq!(duckdb(cost).matches(" // (2 * ").count(), 3);
        assert_eq!(spark(cost).matches(" DIV (2 * ").count(), 3);
    }

    #[test]
    fn hive_text_cannot_leave_its_quotes() {
        assert_eq!(hive_literal(r"the sender's own; C:\"), r"'the sender\'s own, C:\\'");
    }
}
