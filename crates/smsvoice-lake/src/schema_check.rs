//! Whether the columns of a stored file are those of a table: of this version, an older or a newer one.

use arrow::datatypes::{DataType, Schema};

use crate::schema::{Column, Property, context_column};

/// How the columns of a file differ from those of a table.
#[derive(Debug, Default)]
pub(crate) struct ColumnDifferences<'f> {
    /// Columns that the file does not have. Versions only ever add columns, so an older file lacks the last ones added.
    missing: Vec<&'static str>,
    /// Columns that the table does not have, and that are no promoted context keys'. A newer file has some.
    unknown: Vec<&'f str>,
    /// Columns that have another type: name, type in the file, type in the table.
    retyped: Vec<(&'static str, &'f DataType, &'static str)>,
    /// Whether a column is missing without which there is no row.
    lacks_required: bool,
}

impl<'f> ColumnDifferences<'f> {
    /// Compares a table with the schema of a file, as its Parquet types tell it.
    pub(crate) fn of(table: &'static [Column], stored: &'f Schema) -> Self {
        let mut found = Self::default();
        for column in table {
            match stored.field_with_name(column.name) {
                Err(_) => {
                    found.missing.push(column.name);
                    found.lacks_required |= column.has(Property::Required);
                }
                Ok(field) if *field.data_type() != column.kind.logical() => {
                    found.retyped.push((column.name, field.data_type(), column.kind.sql()));
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
        for (name, stored, expected) in retyped {
            parts.push(format!("the column {name} is {stored} instead of {expected}"));
        }
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

/// `the column a`, `the columns a, b`.
fn listed(names: &[&str]) -> String {
    format!("the column{} {}", if names.len() == 1 { "" } else { "s" }, names.join(", "))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::datatypes::Field;

    use super::*;
    use crate::schema::{EVENT_COLUMNS, events};

    fn problem(change: impl FnOnce(&mut Vec<Arc<Field>>)) -> Option<String> {
        let mut fields: Vec<Arc<Field>> = events().fields().iter().cloned().collect();
        change(&mut fields);
        ColumnDifferences::of(EVENT_COLUMNS, &Schema::new(fields)).problem()
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
    }
}
