//! `infra/template.yaml` as CloudFormation gets it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use crate::python;

/// Where it lies.
pub fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/template.yaml")
}

/// The template after the SAM transform, with every parameter's default, after the linters had nothing to say.
///
/// # Panics
/// With what a linter says.
pub fn transformed() -> &'static Value {
    static TEMPLATE: OnceLock<Value> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let told = python::run_with("requirements-infra.txt", "template.py", &[path().as_os_str()], "");
        serde_json::from_str(&told).expect("the transformed template is JSON")
    })
}
