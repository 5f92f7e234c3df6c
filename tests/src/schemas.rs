//! Validation of what the command prints against the schemas of its crate, by a validator that is not ours.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::python;

/// Where the schemas are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("crates/smsvoice/schemas")
}

/// Asserts that each document is as the schema of this name says.
///
/// # Panics
/// With each place where one is not.
pub fn assert_documented(documents: &[(&str, Value)]) {
    let asked = documents.iter().map(|(name, document)| {
        let path = folder().join(name).with_extension("json");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let schema: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        json!([name, schema, document])
    });
    let asked = Value::from(asked.collect::<Vec<_>>()).to_string();
    let wrong = python::run_with("requirements-command.txt", "schemas.py", &[], &asked);
    assert!(wrong.is_empty(), "{wrong}");
}
