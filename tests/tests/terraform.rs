//! `infra/terraform/` deploys what `infra/template.yaml` does: compared by the parser of HCL, resource by resource.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tests::programs::program;
use tests::{python, template};

fn module() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("infra/terraform")
}

#[test]
fn definitions_are_what_the_command_prints() {
    let printed = Command::new(program("smsvoice")).args(["views", "--engine", "terraform"]).output().unwrap();
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let (printed, path) = (String::from_utf8(printed.stdout).unwrap(), module().join("definitions.json"));
    if std::env::var("INSTA_UPDATE").as_deref() == Ok("always") {
        fs::write(path, printed).unwrap();
    } else {
        let committed = fs::read_to_string(path).unwrap();
        assert_eq!(
            committed, printed,
            "INSTA_UPDATE=always cargo test --workspace --test terraform definitions writes it"
        );
    }
}

#[test]
fn the_module_says_of_every_resource_what_the_template_says() {
    let module = module();
    let told = python::run("terraform.py", &[module.as_os_str()], &template::transformed().to_string());
    let told: Value = serde_json::from_str(&told).unwrap();
    assert!(told["compared"].as_u64() > Some(400) && told["resources"].as_u64() > Some(60), "{told}");
}
