//! One thing that an engine is told: a table, a view, a prepared statement.

use super::{prepared, views};

/// What a statement makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The database, which Trino calls a schema.
    Database,
    /// Nothing: it selects the database for the statements behind it.
    Selection,
    /// A table over the files of a lake.
    Table,
    /// A view.
    View,
    /// A statement with parameters.
    Prepared,
}

/// A statement that makes one thing, and can be run again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// What it makes.
    pub what: What,
    /// What that is called.
    pub name: String,
    /// The whole statement.
    pub sql: String,
}

impl Definition {
    pub(crate) fn new(what: What, name: &str, sql: String) -> Self {
        Self { what, name: name.to_owned(), sql }
    }
}

/// The views and prepared statements, which Athena and Trino write alike.
pub(crate) fn views_and_prepared() -> Vec<Definition> {
    let view = |view: &super::View| {
        Definition::new(What::View, view.name, format!("CREATE OR REPLACE VIEW {} AS\n{}", view.name, view.sql))
    };
    let mut all: Vec<Definition> = views().iter().map(view).collect();
    all.extend(prepared().iter().map(|prepared| {
        Definition::new(What::Prepared, &prepared.name, format!("PREPARE {} FROM\n{}", prepared.name, prepared.sql))
    }));
    all
}
