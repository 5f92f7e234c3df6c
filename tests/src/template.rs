//! `infra/template.yaml` as CloudFormation gets it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use crate::python;

/// Where it lies.
pub fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/template.yaml")
}

/// The template after the SAM transform, with every parameter's default.
///
/// # Panics
/// If it cannot be transformed.
pub fn transformed() -> &'static Value {
    static TEMPLATE: OnceLock<Value> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let told = script(&[path().as_os_str()]);
        serde_json::from_str(&told).expect("the transformed template is JSON")
    })
}

/// Lets cfn-lint, `sam validate --lint` and checkov look at it.
///
/// # Panics
/// With what one of them says.
pub fn lint() {
    script(&[path().as_os_str(), "lint".as_ref()]);
}

fn script(arguments: &[&OsStr]) -> String {
    python::run_with("requirements-infra.txt", "template.py", arguments, "")
}
