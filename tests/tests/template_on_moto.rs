//! The resources of `infra/template.yaml`, created on moto one by one, carry events into the bucket that was created.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use serde_json::{Value, json};
use tests::programs::{moto, program};
use tests::{python, template};

#[test]
fn an_event_sent_to_the_created_resources_is_a_row_in_the_created_bucket() {
    let (_server, url) = moto();
    let arguments = [program("bootstrap").into_os_string(), url.into()];
    let arguments: Vec<_> = arguments.iter().map(AsRef::as_ref).collect();
    let told = python::run("template_on_moto.py", &arguments, &template::transformed().to_string());
    let told: Value = serde_json::from_str(&told).unwrap();
    // No server but AWS itself has the messaging service's resources.
    assert_eq!(told["unknown"], json!(["AWS::SMSVOICE::ConfigurationSet"]));
    let made: u64 = told["made"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    let all = template::transformed()["Resources"].as_object().unwrap().len() as u64;
    assert_eq!(made, all - 1, "{told}");
    for route in ["sns", "eventbridge", "s3", "firehose"] {
        let told = &told["routes"][route];
        let expected = json!({"kind": "response", "reply": {"batchItemFailures": []}, "rows": 1});
        assert_eq!(*told, expected, "{route}");
    }
    // The secret of the template is the key of every number.
    let numbers = told["numbers"].as_array().unwrap();
    assert!(numbers.len() == 1 && !numbers[0].as_str().unwrap().contains("5550142"), "{numbers:?}");
}
