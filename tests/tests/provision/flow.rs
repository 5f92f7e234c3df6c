//! From nothing to what the file says, through drift, adoption and pruning, to nothing again.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::python;

use crate::support::{Account, FILE, changes, said};

#[test]
fn a_plan_is_applied_and_drift_by_hand_is_found_exactly_and_mended() {
    let account = Account::new(&[]);
    assert_eq!(changes(&account.plan(true)).len(), 8);
    account.apply(&[]);
    assert_eq!(account.plan(false), json!({ "changes": [], "unmanaged": [] }));
    let made = account.by_hand(&["show"]);
    assert_eq!(made["v2:otp"]["destinations"]["logs"][0], false, "what the file disables is disabled");
    assert_eq!(made["v2:otp"]["tags"], json!({ "team": "identity", "smsvoice:owner": "smsvoice" }));

    account.by_hand(&["drift"]);
    let drifted = changes(&account.plan(true));
    let mut expected = [
        "update otp default_sender_id,tags.extra,tags.team",
        "update otp/alarm events",
        "delete otp/by-hand enabled,events,sns.topic",
        "update otp/lake enabled",
        "create marketing tags.smsvoice:owner",
        "create marketing/lake enabled,events,firehose.role,firehose.stream",
        "update calls(v1)/topic enabled,events",
    ];
    let mut found: Vec<_> = drifted.iter().map(String::as_str).collect();
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected);
    account.apply(&[]);
    account.plan(false);
    assert_eq!(account.by_hand(&["show"]), made);
    assert!(account.apply(&[]).contains("nothing to do"), "applying again changes nothing");
}

#[test]
fn what_was_made_by_hand_is_adopted_and_then_nothing_is_to_do() {
    let account = Account::new(&[]);
    account.by_hand(&["hand_made"]);
    let adopted = account.ends(0, &["adopt"]);
    account.write("sets.toml", &adopted);
    assert_eq!(account.plan(false), json!({ "changes": [], "unmanaged": [] }), "{adopted}");
    account.write("sets.toml", &account.ends(0, &["adopt", "--set", "console", "--api", "v2"]));
    let unmanaged = &account.plan(false)["unmanaged"];
    assert_eq!(unmanaged.as_array().unwrap().len(), 1, "the other set is not ours: {unmanaged}");
    let missing = account.run(&["adopt", "--set", "nowhere"]);
    assert!(missing.status.code() == Some(1) && said(&missing).contains("nowhere"));
}

#[test]
fn destroy_removes_what_the_file_names_and_nothing_else() {
    let account = Account::new(&[]);
    account.apply(&[]);
    account.by_hand(&["hand_made"]);
    let refused = account.run(&["destroy", "sets.toml"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("--yes"), "nobody can be asked: {}", said(&refused));
    account.ends(0, &["destroy", "sets.toml", "--yes", "--pace", "0"]);
    let left = account.by_hand(&["show"]);
    assert_eq!(left.as_object().unwrap().keys().collect::<Vec<_>>(), ["v1:console", "v2:console", "v2:empty"]);
    account.ends(0, &["destroy", "sets.toml", "--yes"]);
}

#[test]
fn only_what_we_made_is_pruned() {
    let account = Account::new(&[]);
    account.apply(&[]);
    account.by_hand(&["hand_made"]);
    let shorter = FILE.replace(&FILE[FILE.find("[[configuration_set]]\nname = \"marketing\"").unwrap()..], "");
    account.write("sets.toml", &shorter);
    account.plan(false);
    account.write("others.toml", &format!("owner = \"others\"\n{shorter}"));
    account.ends(0, &["plan", "others.toml", "--prune"]);
    assert!(account.apply(&["--prune"]).contains("delete configuration set marketing"));
    let left = account.by_hand(&["show"]);
    let left: Vec<_> = left.as_object().unwrap().keys().cloned().collect();
    assert_eq!(left, ["v1:calls", "v1:console", "v2:console", "v2:empty", "v2:otp"]);
}

#[test]
fn a_plan_that_was_kept_is_applied_unless_the_world_changed_meanwhile() {
    let account = Account::new(&[]);
    account.ends(3, &["plan", "sets.toml", "--out", "plan.json"]);
    account.ends(0, &["apply", "plan.json", "--yes", "--pace", "0"]);
    account.plan(false);
    account.by_hand(&["drift"]);
    account.ends(3, &["plan", "sets.toml", "--out", "plan.json"]);
    account.by_hand(&["drift_more"]);
    let refused = account.run(&["apply", "plan.json", "--yes", "--pace", "0"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("has changed since the plan was made"), "{}", said(&refused));
    assert!(said(&refused).contains("event destination otp/lake"), "what changed is said: {}", said(&refused));
    let elsewhere = account.run(&["apply", "plan.json", "--yes", "--region", "eu-west-1"]);
    assert!(said(&elsewhere).contains("was made in the region us-east-1"), "{}", said(&elsewhere));
}

#[test]
fn another_kind_of_target_is_replaced_without_a_gap() {
    let account = Account::new(&[]);
    account.apply(&[]);
    let from =
        "events = [\"TEXT_BLOCKED\", \"TEXT_SPAM\"]\nsns = { topic = \"arn:aws:sns:us-east-1:000000000000:events\" }";
    let to = from.replace("sns = { topic", "firehose = { role = \"arn:aws:iam::000000000000:role/sms\", stream");
    account.write(
        "sets.toml",
        &FILE.replace(from, &to.replace(":sns:", ":firehose:").replace(":events\" }", ":deliverystream/e\" }")),
    );
    let plan = account.plan(true);
    assert_eq!(changes(&plan), ["replace otp/alarm firehose.role,firehose.stream,sns.topic"]);
    assert!(plan["changes"][0]["reason"].as_str().unwrap().contains("from sns to firehose"));
    let done = account.apply(&[]);
    let calls: Vec<_> = done.lines().filter_map(|line| line.strip_prefix("done ")?.split_once(": ")).collect();
    let calls: Vec<_> = calls.into_iter().map(|(_, call)| call).collect();
    let stand_in = "event destination otp/alarm-stand-in";
    let alarm = "event destination otp/alarm";
    let order = [("create", stand_in), ("delete", alarm), ("create", alarm), ("delete", stand_in)];
    assert_eq!(calls, order.map(|(verb, what)| format!("{verb} {what}")));
    account.plan(false);
}

/// The program is killed, so that it can say and keep nothing, after each call in turn.
#[test]
fn a_run_that_is_killed_after_any_call_is_finished_by_the_next() {
    let calls = Account::new(&[]).apply(&[]).lines().filter(|line| line.starts_with("done ")).count();
    assert!(calls > 10, "{calls}");
    for last in 1..calls {
        let account = Account::new(&[]);
        let mut run = account.command(&["apply", "sets.toml", "--yes", "--pace", "0.05"]);
        let mut run = run.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(run.stdout.take().unwrap()).lines().map_while(Result::ok);
        assert_eq!(lines.filter(|line| line.starts_with("done ")).take(last).count(), last);
        run.kill().unwrap();
        run.wait().unwrap();
        account.plan(true);
        account.apply(&[]);
        account.plan(false);
    }
}

#[test]
fn a_thousand_sets_are_planned_in_seconds_page_by_page() {
    let account = Account::new(&["--configuration-sets", "1010"]);
    account.by_hand(&["many", "1000"]);
    account.write("sets.toml", &account.ends(0, &["adopt", "--api", "v2"]));
    let begun = Instant::now();
    assert_eq!(account.plan(false), json!({ "changes": [], "unmanaged": [] }));
    // Each page waited for at the quota of one call a second would take longer, and each set's tags much longer.
    assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", begun.elapsed());
    account.write("sets.toml", FILE);
    assert_eq!(account.plan(true)["unmanaged"].as_array().unwrap().len(), 1000, "all pages are read");
}

#[test]
fn calls_are_paced_to_the_quota() {
    let account = Account::new(&[]);
    let begun = Instant::now();
    let calls = account.ends(0, &["apply", "sets.toml", "--yes", "--pace", "0.2"]);
    let calls = calls.lines().filter(|line| line.starts_with("done ")).count();
    assert!(begun.elapsed() >= Duration::from_millis(200) * (calls as u32 - 1), "{:?} for {calls}", begun.elapsed());
}

#[test]
fn a_mistake_in_the_file_is_drawn_and_nothing_is_asked_of_aws() {
    let account = Account::new(&[]);
    account.write("sets.toml", &FILE.replace("TEXT_SPAM", "TEXT_SPAN"));
    let mut plan = account.command(&["plan", "sets.toml"]);
    let output = plan.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert!(
        said.starts_with("error: API v2 has no event type `TEXT_SPAN`; is it TEXT_SPAM?")
            && said.contains("sets.toml:19:27"),
        "{said}"
    );
}

#[test]
fn the_calls_of_terraform_are_taken_in_its_order() {
    Account::new(&[]).by_hand(&["terraform"]);
}

#[test]
fn the_example_of_the_readme_is_planned_and_applied() {
    let account = Account::new(&[]);
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/event-destinations.toml");
    account.write("sets.toml", &std::fs::read_to_string(example).unwrap());
    account.plan(true);
    account.apply(&[]);
    account.plan(false);
    account.ends(0, &["destroy", "sets.toml", "--yes", "--pace", "0"]);
}

#[test]
fn somebody_at_a_terminal_is_asked_and_sees_colours() {
    let account = Account::new(&[]);
    let (program, file) = (tests::programs::program("smsvoice"), account.path("sets.toml"));
    let typed = |answer: &str, command: &str| -> Value {
        let arguments = [answer, program.to_str().unwrap(), command, &file, "--endpoint-url", &account.url];
        let paced: &[&str] = if command == "plan" { &[] } else { &["--pace", "0"] };
        let arguments: Vec<&OsStr> = arguments.iter().chain(paced).map(OsStr::new).collect();
        serde_json::from_str(&python::run("at_terminal.py", &arguments, "")).unwrap()
    };
    let planned = typed("-", "plan");
    assert_eq!(planned["code"], 3, "{planned}");
    assert!(planned["shown"].as_str().unwrap().contains("\u{1b}[32m+\u{1b}[0m configuration set otp"), "{planned}");
    assert_eq!(typed("no", "apply")["code"], 1);
    assert_eq!(account.by_hand(&["show"]), json!({}), "nothing was done");
    assert_eq!(typed("yes", "apply")["code"], 0);
    account.plan(false);
    assert_eq!(typed("yes", "destroy")["code"], 0);
    assert_eq!(account.by_hand(&["show"]), json!({}));
}

#[test]
fn aws_is_found_by_flags_by_variables_of_one_service_and_by_a_profile() {
    let account = Account::new(&[]);
    let config =
        account.write("config", &format!("[profile sms]\nregion = us-east-1\nendpoint_url = {}\n", account.url));
    let keys = account.write("credentials", "[sms]\naws_access_key_id = a\naws_secret_access_key = b\n");
    let plan = |more: &[&str], variables: &[(&str, &str)]| {
        let mut command = account.command(&[&["plan", "sets.toml"], more].concat());
        for name in ["AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            command.env_remove(name);
        }
        command.env("AWS_CONFIG_FILE", &config).env("AWS_SHARED_CREDENTIALS_FILE", &keys);
        let output = command.envs(variables.iter().copied()).output().unwrap();
        (output.status.code(), said(&output))
    };
    let url = account.url.as_str();
    let services = [("AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2", url), ("AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE", url)];
    for (flags, variables) in [
        (&["--endpoint-url", url][..], &[][..]),
        (&[], &[("AWS_ENDPOINT_URL", url)]),
        (&[], &services),
        (&["--profile", "sms"], &[]),
        (&[], &[("AWS_PROFILE", "sms")]),
        (&["--endpoint-url", url, "--region", "us-east-1"], &[("AWS_ENDPOINT_URL", "http://127.0.0.1:9")]),
    ] {
        assert_eq!(plan(flags, variables), (Some(3), String::new()), "{flags:?} {variables:?}");
    }
    let (code, said) = plan(&["--region", "eu-west-1"], &[("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")]);
    assert!(code == Some(1) && said.contains("the calls would go to eu-west-1; give --region us-east-1"), "{said}");
}

#[test]
fn outputs_of_stacks_fill_placeholders_and_unknown_ones_are_told_with_their_place() {
    let account = Account::new(&[]);
    let (_moto, moto) = tests::programs::moto();
    let topic = python::run("stack.py", &[OsStr::new(&moto), OsStr::new("sms-events")], "");
    let plan = |placeholder: &str| {
        let text = FILE.replace("arn:aws:sns:us-east-1:000000000000:events", placeholder);
        // Moto's account is not the emulator's default, and all ARNs are of one account.
        account.write("sets.toml", &text.replace("000000000000", "123456789012"));
        let mut plan = account.command(&["plan", "sets.toml", "--format", "json"]);
        plan.env("AWS_ENDPOINT_URL_CLOUDFORMATION", &moto).output().unwrap()
    };
    let planned = plan("${stack:sms-events.Topic}");
    assert_eq!(planned.status.code(), Some(3), "{}", said(&planned));
    let planned: Value = serde_json::from_slice(&planned.stdout).unwrap();
    let changes = planned["changes"].as_array().unwrap();
    let topics: Vec<_> = changes.iter().filter_map(|one| one["fields"]["sns.topic"]["new"].as_str()).collect();
    assert_eq!(topics, [topic.trim(); 2]);
    for (placeholder, expected) in [
        ("${stack:sms-events.Queue}", "the stack sms-events has no output Queue; its outputs: Topic"),
        ("${stack:elsewhere.Topic}", "there is no stack elsewhere here"),
    ] {
        let refused = said(&plan(placeholder));
        assert!(refused.contains(expected) && refused.contains("sets.toml:20:18"), "{refused}");
    }
}
