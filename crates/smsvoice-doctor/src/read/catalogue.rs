//! The lake's tables in the Glue catalogue.

use serde_json::{Value, json};

use super::{list, text};
use crate::{
    aws::Aws,
    facts::{Facts, Found, Table},
    operations::GET_TABLE,
};

/// The tables of the lake that a catalogue can have.
pub(crate) const TABLES: [&str; 2] = ["events", "quarantine"];

pub(super) async fn tables(aws: &Aws, database: &str, facts: &mut Facts) {
    for name in TABLES {
        let table = match aws.call(&GET_TABLE, json!({"DatabaseName": database, "Name": name})).await {
            Ok(answer) => Found::Is(table_of(&answer["Table"])),
            Err(error) => error.into_found(),
        };
        facts.tables.insert(format!("{database}.{name}"), table);
    }
}

fn table_of(told: &Value) -> Table {
    let storage = &told["StorageDescriptor"];
    let parameters = told["Parameters"].as_object().into_iter().flatten();
    Table {
        location: text(&storage["Location"]),
        columns: list(&storage["Columns"])
            .iter()
            .map(|column| (text(&column["Name"]), text(&column["Type"])))
            .collect(),
        parameters: parameters.map(|(name, value)| (name.clone(), text(value))).collect(),
    }
}
