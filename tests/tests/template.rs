//! `infra/template.yaml`: linted, and what the SAM transform makes of it has what a deployment needs.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;
use smsvoice_event::Channel;
use smsvoice_ingest::lambda::{Config, asks_to_watch};
use smsvoice_lake::schema;
use tests::programs::program;
use tests::template::{self, path, transformed};

const BEGIN: &str = "  # BEGIN GENERATED\n";
const END: &str = "  # END GENERATED\n";

/// Each action of the function's role, and where the code makes the call.
const CALLS: [(&str, &str); 23] = [
    ("s3:GetObject", "the lake's settings and files, objects of notifications: object_store"),
    ("s3:GetObjectVersion", "the version that a notification names: crates/smsvoice-ingest/src/s3/bucket.rs"),
    ("s3:PutObject", "files of the lake: object_store"),
    (
        "s3:ListBucket",
        "without it S3 answers 403 for what is not there, and a missing object looks like a forbidden one",
    ),
    ("secretsmanager:GetSecretValue", "crates/smsvoice-ingest/src/settings/key.rs"),
    ("sqs:ReceiveMessage", "Lambda's poller, in the function's name"),
    ("sqs:DeleteMessage", "Lambda's poller"),
    ("sqs:GetQueueAttributes", "Lambda's poller"),
    ("sqs:SendMessage", "Lambda, to the destination of failed invocations"),
    ("logs:CreateLogStream", "Lambda, for the function's lines"),
    ("logs:PutLogEvents", "Lambda, for the function's lines"),
    ("athena:StartQueryExecution", "crates/smsvoice-athena/src/asking.rs, for the watch"),
    ("athena:GetQueryExecution", "likewise"),
    ("athena:GetQueryResults", "likewise"),
    ("athena:StopQueryExecution", "likewise, when the time is over"),
    ("athena:GetPreparedStatement", "Athena, for the EXECUTE of the watch"),
    ("glue:GetDatabase", "Athena, in the function's name"),
    ("glue:GetTable", "Athena, in the function's name"),
    ("s3:GetBucketLocation", "Athena, of the place of answers"),
    ("s3:AbortMultipartUpload", "Athena, of an answer that it gave up"),
    ("sns:Publish", "crates/smsvoice-ingest/src/lambda/watch.rs"),
    ("kms:Decrypt", "S3 and Secrets Manager, with a key of the customer's"),
    ("kms:GenerateDataKey", "S3, with a key of the customer's"),
];

/// The resources of one type, with their names.
fn of_type(kind: &str) -> Vec<(&'static str, &'static Value)> {
    let all = transformed()["Resources"].as_object().unwrap().iter();
    let found: Vec<_> = all.filter(|(_, resource)| resource["Type"] == kind).map(|(n, r)| (n.as_str(), r)).collect();
    assert!(!found.is_empty(), "{kind}");
    found
}

#[test]
fn linters_have_nothing_to_say() {
    template::lint();
}

#[test]
fn generated_part_is_what_the_command_prints() {
    let printed = Command::new(program("smsvoice")).args(["views", "--engine", "cloudformation"]).output().unwrap();
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let printed = String::from_utf8(printed.stdout).unwrap();
    let text = fs::read_to_string(path()).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (committed, after) = rest.split_once(END).unwrap();
    if std::env::var("INSTA_UPDATE").as_deref() == Ok("always") {
        fs::write(path(), format!("{before}{BEGIN}{printed}{END}{after}")).unwrap();
    } else {
        assert_eq!(
            committed, printed,
            "INSTA_UPDATE=always cargo test --workspace --test template generated writes it"
        );
    }
}

#[test]
fn every_action_of_the_functions_role_is_used_and_none_is_missing() {
    let role = &transformed()["Resources"]["FunctionRole"];
    let text = role.to_string();
    let mut actions = BTreeSet::new();
    collect(role, "Action", &mut |action| actions.extend([action]));
    actions.remove("sts:AssumeRole");
    assert_eq!(actions, CALLS.map(|(action, _)| action.to_owned()).into());
    assert!(!text.contains(":*\"") && !text.contains("\"*\""), "no wildcard: {text}");
    // The function's own clients beyond object_store's: secrets, the topic, and Athena by a crate of its own.
    let manifest = fs::read_to_string(path().parent().unwrap().join("../crates/smsvoice-ingest/Cargo.toml")).unwrap();
    let clients: Vec<_> = manifest.lines().filter(|line| line.starts_with("aws-sdk-")).collect();
    assert_eq!(clients, ["aws-sdk-secretsmanager.workspace = true", "aws-sdk-sns.workspace = true"]);
}

#[test]
fn the_schedule_asks_with_the_input_that_the_function_takes_for_watching() {
    let rule = &transformed()["Resources"]["WatchRule"]["Properties"];
    assert_eq!(rule["ScheduleExpression"]["Ref"], "WatchSchedule");
    assert!(asks_to_watch(rule["Targets"][0]["Input"].as_str().unwrap()));
    let thresholds = transformed()["Parameters"]["WatchThresholds"]["Default"].as_str().unwrap();
    let variables =
        [("SMSVOICE_LAKE", "s3://b"), ("SMSVOICE_WATCH_WORKGROUP", "w"), ("SMSVOICE_WATCH_THRESHOLDS", thresholds)];
    let with = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let without = variables[..2].iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    assert_eq!(Config::from_vars(&with), Config::from_vars(&without), "the parameter's default is the function's own");
}

/// Each action of the role of S3 Batch Operations, and what it is for.
const BACKFILL: [(&str, &str); 6] = [
    ("lambda:InvokeFunction", "each task"),
    ("s3:GetObject", "the manifest"),
    ("s3:GetObjectVersion", "the manifest, in a bucket with versions"),
    ("s3:PutObject", "the completion report"),
    ("kms:Decrypt", "the manifest, with a key of the customer's"),
    ("kms:GenerateDataKey", "the report, with a key of the customer's"),
];

#[test]
fn the_role_of_a_backfill_may_do_what_the_job_does_and_no_more() {
    let role = &transformed()["Resources"]["BackfillRole"];
    let mut actions = BTreeSet::new();
    collect(role, "Action", &mut |action| actions.extend([action]));
    actions.remove("sts:AssumeRole");
    assert_eq!(actions, BACKFILL.map(|(action, _)| action.to_owned()).into());
    // The place that the command writes to is the place that the role may read.
    let command = path().parent().unwrap().join("../crates/smsvoice/src/commands/backfill.rs");
    assert!(fs::read_to_string(command).unwrap().contains("format!(\"backfill/{}\""));
    assert!(role.to_string().contains("${LakeBucket.Arn}/backfill/*"), "{role}");
    assert_eq!(role["Properties"]["RoleName"]["Fn::Sub"], "${AWS::StackName}-backfill", "the command's default");
}

#[test]
fn every_parameter_has_an_effect() {
    let template = transformed();
    let used = format!("{}{}{}", template["Resources"], template["Conditions"], template["Outputs"]);
    for parameter in template["Parameters"].as_object().unwrap().keys().filter(|name| *name != "Code") {
        let is_named =
            used.contains(&format!("{{\"Ref\":\"{parameter}\"}}")) || used.contains(&format!("${{{parameter}}}"));
        assert!(is_named, "{parameter}");
    }
}

#[test]
fn no_role_of_the_template_has_a_wildcard_action_or_resource() {
    for (name, role) in of_type("AWS::IAM::Role") {
        let mut said = Vec::new();
        collect(role, "Action", &mut |action| said.push(action));
        assert!(!said.is_empty() && said.iter().all(|action| !action.contains('*')), "{name}: {said:?}");
        let mut resources = Vec::new();
        collect(role, "Resource", &mut |resource| resources.push(resource));
        assert!(resources.iter().all(|resource| resource != "*"), "{name}: {resources:?}");
    }
}

/// The account of the README, worked by hand, is that of the command.
#[test]
fn cost_of_three_scales_in_the_readme_is_what_the_command_prints() {
    let readme = fs::read_to_string(path().with_file_name("README.md")).unwrap();
    let row = |begin: &str| -> Vec<String> {
        let line = readme.lines().find(|line| line.starts_with(begin)).unwrap_or_else(|| panic!("{begin}"));
        line.trim_matches('|').split('|').skip(1).map(|cell| cell.trim().replace(',', "")).collect()
    };
    let scales = row("| messages a day |");
    assert_eq!(scales.len(), 3);
    for (at, messages) in scales.iter().enumerate() {
        let arguments = ["cost", "--messages-per-day", messages, "--format", "json"];
        let printed = Command::new(program("smsvoice")).args(arguments).output().unwrap();
        let routes: Vec<Value> = serde_json::from_slice(&printed.stdout).unwrap();
        let sns = routes.iter().find(|route| route["route"] == "sns").unwrap();
        for (begin, column) in [
            ("| **carrying**", "carrying_usd"),
            ("| **function**", "function_usd"),
            ("| **lake**", "lake_usd"),
            ("| **watching**", "watching_usd"),
            ("| **a month**", "month_usd"),
        ] {
            assert_eq!(sns[column], row(begin)[at].as_str(), "{messages}: {column}");
        }
    }
}

/// Every string that stands below a member of this name, through lists and intrinsic functions.
fn collect(value: &Value, member: &str, found: &mut impl FnMut(String)) {
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                match inner {
                    Value::String(text) if name == member => found(text.clone()),
                    Value::Array(items) if name == member => {
                        items.iter().filter_map(Value::as_str).for_each(|text| found(text.to_owned()));
                    }
                    _ => {}
                }
                collect(inner, member, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, member, found)),
        _ => {}
    }
}

#[test]
fn every_alarm_has_an_action_and_a_section_of_the_runbook() {
    let readme = fs::read_to_string(path().with_file_name("README.md")).unwrap();
    for (name, alarm) in of_type("AWS::CloudWatch::Alarm") {
        let properties = &alarm["Properties"];
        for actions in ["AlarmActions", "OKActions"] {
            assert_eq!(properties[actions].as_array().map(Vec::len), Some(1), "{name}");
        }
        let description = properties["AlarmDescription"].as_str().unwrap();
        let section = description.split_once("README, ").unwrap().1.trim_end_matches('.');
        assert!(readme.contains(&format!("### {section}\n")), "{name}: README has no section {section:?}");
    }
}

#[test]
fn metrics_of_alarms_and_dashboard_are_those_that_the_function_writes_and_the_readme_tells() {
    let readme = fs::read_to_string(path().with_file_name("README.md")).unwrap();
    let telemetry = path().parent().unwrap().join("../crates/smsvoice-ingest/src/lambda/telemetry.rs");
    let source = fs::read_to_string(telemetry).unwrap();
    let mut metrics = BTreeSet::new();
    for (_, alarm) in of_type("AWS::CloudWatch::Alarm") {
        collect(alarm, "MetricName", &mut |metric| metrics.extend([metric]));
    }
    let body = transformed()["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"].as_str().unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    for widget in body["widgets"].as_array().unwrap() {
        let shown = widget["properties"]["metrics"].as_array().unwrap();
        metrics.extend(shown.iter().map(|metric| metric[1].as_str().unwrap().to_owned()));
    }
    // Those of AWS's own namespaces are written in capitals.
    let ours: Vec<_> = metrics.iter().filter(|metric| metric.starts_with(|c: char| c.is_ascii_lowercase())).collect();
    assert!(ours.len() > 15, "{ours:?}");
    for metric in ours {
        assert!(readme.contains(&format!("`{metric}`")), "README does not tell of {metric}");
        let in_source = source.contains(&format!("\"{metric}\""))
            || metric.strip_prefix("events_").is_some_and(|word| {
                smsvoice_event::Outcome::from_word(word).is_some()
                    || smsvoice_event::FailureReason::from_word(word).is_some()
            });
        assert!(in_source, "{metric}");
    }
}

#[test]
fn every_queue_has_a_dead_letter_queue_and_waits_long_enough() {
    let queues = of_type("AWS::SQS::Queue");
    let timeout = transformed()["Resources"]["Function"]["Properties"]["Timeout"].as_u64().unwrap();
    let is_one = |name: &str| transformed().to_string().matches(&format!("[\"{name}\",\"Arn\"]")).count() > 1;
    for (name, queue) in queues {
        let properties = &queue["Properties"];
        assert_eq!(properties["SqsManagedSseEnabled"], true, "{name}");
        if matches!(name, "DeadLetterQueue" | "FailedQueue") {
            assert!(is_one(name), "{name} is the dead-letter queue of something");
            continue;
        }
        assert_eq!(properties["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0], "DeadLetterQueue", "{name}");
        let window = transformed()["Parameters"]["BatchWindow"]["MaxValue"].as_u64().unwrap();
        assert!(properties["VisibilityTimeout"].as_u64().unwrap() >= 6 * timeout + window, "{name}");
    }
    for (name, mapping) in of_type("AWS::Lambda::EventSourceMapping") {
        assert_eq!(mapping["Properties"]["FunctionResponseTypes"][0], "ReportBatchItemFailures", "{name}");
    }
    let on_failure = of_type("AWS::Lambda::EventInvokeConfig")[0].1;
    assert_eq!(
        on_failure["Properties"]["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0],
        "FailedQueue"
    );
}

#[test]
fn glue_tables_have_the_columns_of_the_files_and_the_channels_of_the_writer() {
    for (table, columns) in [("EventsTable", schema::events()), ("QuarantineTable", schema::quarantine())] {
        let input = &transformed()["Resources"][table]["Properties"]["TableInput"];
        let told = input["StorageDescriptor"]["Columns"].as_array().unwrap();
        let told: Vec<_> = told.iter().map(|c| (c["Name"].as_str().unwrap(), c["Type"].as_str().unwrap())).collect();
        let ours: Vec<_> =
            columns.fields().iter().map(|field| (field.name().as_str(), hive(field.data_type()))).collect();
        assert_eq!(told, ours, "{table}");
        assert!(input["Parameters"]["projection.dt.range"]["Fn::Sub"] == "${FirstDay},NOW+1DAYS", "{table}");
    }
    let channels: Vec<_> = Channel::ALL.iter().map(|channel| channel.as_str()).collect();
    let events = &transformed()["Resources"]["EventsTable"]["Properties"]["TableInput"]["Parameters"];
    assert_eq!(events["projection.channel.values"], channels.join(","));
}

/// What Hive calls a type of the files.
fn hive(kind: &arrow::datatypes::DataType) -> &'static str {
    use arrow::datatypes::DataType;
    match kind {
        DataType::Utf8 => "string",
        DataType::Boolean => "boolean",
        DataType::Int32 => "int",
        DataType::Int64 => "bigint",
        DataType::Binary => "binary",
        DataType::Decimal128(18, 6) => "decimal(18,6)",
        DataType::Timestamp(..) => "timestamp",
        DataType::Map(..) => "map<string,string>",
        other => panic!("{other}"),
    }
}
