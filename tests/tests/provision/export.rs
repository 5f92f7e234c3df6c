//! What is exported passes the tools' own checks, and says what the file says.

use std::ffi::OsStr;

use serde_json::{Map, Value, json};
use tests::python;

use crate::support::{Account, FILE, said};

/// The sets of API v2 in the file as the emulator has them, in the form in which exports are read back.
fn expected(account: &Account) -> Value {
    account.apply(&[]);
    let snake = |name: &str| match name {
        "IamRoleArn" => "iam_role_arn",
        "LogGroupArn" => "log_group_arn",
        "DeliveryStreamArn" => "delivery_stream_arn",
        _ => "topic_arn",
    };
    let destination = |to: &Value| {
        let arns: Map<_, _> =
            to[2].as_object().unwrap().iter().map(|(name, arn)| (snake(name).to_owned(), arn.clone())).collect();
        let target = ["log_group_arn", "delivery_stream_arn"].map(|name| arns.contains_key(name));
        let kind = match target {
            [true, _] => "cloudwatch_logs_destination",
            [_, true] => "kinesis_firehose_destination",
            _ => "sns_destination",
        };
        json!([to[0], to[1], kind, arns])
    };
    let sets = account.by_hand(&["show"]);
    let sets = sets.as_object().unwrap().iter().filter_map(|(id, set)| {
        let name = id.strip_prefix("v2:")?;
        let destinations = set["destinations"].as_object().unwrap().iter();
        let destinations: Map<_, _> = destinations.map(|(name, to)| (name.clone(), destination(to))).collect();
        let mut tags = set["tags"].clone();
        tags.as_object_mut().unwrap().remove("smsvoice:owner");
        Some((name.to_owned(), json!({ "sender_id": set["sender_id"], "tags": tags, "destinations": destinations })))
    });
    Value::Object(sets.collect())
}

fn read_back(account: &Account, format: &str) -> Value {
    let exported = account.ends(0, &["export", "sets.toml", "--format", format]);
    serde_json::from_str(&python::run("exports.py", &[OsStr::new(format)], &exported)).unwrap()
}

#[test]
fn cloudformation_and_terraform_say_what_the_file_says() {
    let account = Account::new(&[]);
    let file =
        FILE.replace("team = \"identity\"", "team = \"identity\", \"a key\" = 'with \"quotes\" and $${x} and %{y}'");
    account.write("sets.toml", &file);
    let expected = expected(&account);
    assert_eq!(expected["otp"]["destinations"].as_object().unwrap().len(), 3);
    assert_eq!(read_back(&account, "cloudformation"), expected);
    assert_eq!(read_back(&account, "terraform"), expected);
}

#[test]
fn what_a_tool_has_no_words_for_is_said() {
    let account = Account::new(&[]);
    let notes = |format: &str| said(&account.run(&["export", "sets.toml", "--format", format]));
    assert!(notes("cloudformation").contains("no property for default_message_type"));
    assert!(notes("terraform").contains("no argument for message_feedback"));
    assert!(notes("import").contains("sets of API v1 are left out, which no such tool knows: calls"));
}

#[test]
fn resources_to_import_are_those_of_the_template() {
    let account = Account::new(&[]);
    let read = |format: &str| -> Value {
        serde_json::from_str(&account.ends(0, &["export", "sets.toml", "--format", format])).unwrap()
    };
    let (template, import) = (read("cloudformation"), read("import"));
    let resources = import.as_array().unwrap().iter();
    let imported: Map<_, _> = resources
        .map(|one| (one["LogicalResourceId"].as_str().unwrap().to_owned(), one["ResourceIdentifier"].clone()))
        .collect();
    let named = template["Resources"].as_object().unwrap().iter().map(|(id, resource)| {
        (id.clone(), json!({ "ConfigurationSetName": resource["Properties"]["ConfigurationSetName"] }))
    });
    assert_eq!(imported, named.collect::<Map<_, _>>());
}
