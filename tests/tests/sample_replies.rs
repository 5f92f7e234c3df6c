//! Every sample through the function as it is deployed: replies by their contracts, rows read back by pyarrow.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::ffi::OsStr;

use serde_json::Value;
use tests::programs::program;
use tests::python;

fn told(arguments: &[&OsStr]) -> Value {
    let told: Value = serde_json::from_str(&python::run("sample_replies.py", arguments, "")).unwrap();
    assert!(told["envelopes"].as_u64() > Some(40) && told["samples"].as_u64() > Some(120), "{told}");
    told
}

#[test]
fn under_a_runtime_api_and_under_cargo_lambda_each_sample_is_answered_and_rests_in_the_lake() {
    let (bootstrap, cargo_lambda) = (program("bootstrap"), python::tool("cargo-lambda"));
    let small_server = told(&[bootstrap.as_ref()]);
    assert_eq!(told(&[bootstrap.as_ref(), cargo_lambda.as_ref()]), small_server);
}
