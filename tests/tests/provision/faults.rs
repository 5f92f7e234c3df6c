//! The service refuses, loses answers, throttles: what can be waited out is, what cannot is said, and nothing is done twice.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::support::{Account, changes, said, text};

impl Account {
    /// Puts a fault in force.
    fn fault(&self, fault: &Value) {
        let address = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let body = fault.to_string();
        let head = format!("POST /_smsvoice/faults HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
        stream.write_all(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

#[test]
fn throttling_is_waited_out_by_plan_and_apply() {
    let account = Account::new(&[]);
    account.fault(&json!({ "error": "Throttling", "times": 4 }));
    let plan = account.run(&["plan", "sets.toml"]);
    assert_eq!(plan.status.code(), Some(3), "{}", said(&plan));
    assert!(said(&plan).contains("again: DescribeConfigurationSets: ThrottlingException"), "{}", said(&plan));
    account.fault(&json!({ "error": "Throttling", "times": 5, "share": 0.5 }));
    account.apply(&[]);
    account.plan(false);
}

#[test]
fn a_fresh_role_is_waited_for_with_the_reason_shown() {
    let account = Account::new(&[]);
    account.fault(&json!({ "error": "CouldNotAssumeRole", "operations": ["CreateEventDestination"], "times": 2 }));
    account.fault(
        &json!({ "error": "CouldNotAccessStream", "operations": ["CreateEventDestination"], "skip": 3, "times": 1 }),
    );
    let applied = account.run(&["apply", "sets.toml", "--yes", "--pace", "0"]);
    let said = said(&applied);
    assert!(applied.status.success(), "{said}");
    assert_eq!(said.matches("waiting ").count(), 3, "{said}");
    assert!(said.contains("Could not assume IAM role") && said.contains("Could not access"), "{said}");
    account.plan(false);
}

#[test]
fn patience_ends_and_what_was_not_done_is_said() {
    let account = Account::new(&[]);
    account.fault(&json!({ "error": "CouldNotAssumeRole", "operations": ["CreateEventDestination"] }));
    let applied = account.run(&["apply", "sets.toml", "--yes", "--pace", "0", "--patience", "1"]);
    assert_eq!(applied.status.code(), Some(1));
    let (out, said) = (text(&applied.stdout), said(&applied));
    assert!(out.contains("done 1/") && out.contains("not done: create event destination otp/"), "{out}");
    assert!(said.contains("run the same command again") && said.contains("smsvoice doctor"), "{said}");
}

#[test]
fn access_denied_is_not_tried_again_and_the_account_is_exact() {
    let account = Account::new(&[]);
    account.fault(&json!({ "error": "AccessDenied", "operations": ["TagResource", "SetDefaultSenderId"] }));
    let applied = account.run(&["apply", "sets.toml", "--yes", "--pace", "0", "--format", "json"]);
    assert_eq!(applied.status.code(), Some(1));
    let account_of: Value = serde_json::from_slice(&applied.stdout).unwrap();
    assert!(
        account_of["error"].as_str().unwrap().contains("SetDefaultSenderId: AccessDeniedException"),
        "{account_of}"
    );
    assert_eq!(account_of["not_done"][0], "set default sender ID of otp to ACME");
    assert!(!said(&applied).contains("waiting"), "{}", said(&applied));
    let left = changes(&account.plan(true));
    assert_eq!(left[0], "update otp default_sender_id,message_feedback", "what is done is done: {left:?}");
}

/// The answer to each changing call in turn is lost, after it was carried out: the next attempt of the same run must not
/// stumble over what is there.
#[test]
fn a_call_whose_answer_is_lost_is_not_done_twice() {
    let calls = Account::new(&[]).apply(&[]).lines().filter(|line| line.starts_with("done ")).count();
    let changing = [
        "CreateConfigurationSet",
        "SetDefaultMessageType",
        "SetDefaultSenderId",
        "SetDefaultMessageFeedbackEnabled",
        "CreateEventDestination",
        "UpdateEventDestination",
        "CreateConfigurationSetEventDestination",
    ];
    for lost in 0..calls {
        let account = Account::new(&[]);
        account.fault(&json!({ "reply": "lost", "performed": true, "operations": changing, "skip": lost, "times": 1 }));
        let applied = account.run(&["apply", "sets.toml", "--yes", "--pace", "0"]);
        assert!(applied.status.success(), "call {lost}: {}", said(&applied));
        assert_eq!(said(&applied).matches("waiting ").count(), 1, "call {lost}: {}", said(&applied));
        account.plan(false);
    }
}

/// The program is refused at each call in turn, once before and once after it was carried out, and run again.
#[test]
fn a_run_that_is_refused_at_any_call_is_finished_by_the_next() {
    let calls = Account::new(&[]).apply(&[]).lines().filter(|line| line.starts_with("done ")).count();
    for (at, performed) in (0..calls).flat_map(|at| [(at, false), (at, true)]) {
        let account = Account::new(&[]);
        // Two calls read, then the changing ones begin.
        account.fault(&json!({ "error": "AccessDenied", "performed": performed, "skip": at + 2, "times": 1 }));
        let first = account.run(&["apply", "sets.toml", "--yes", "--pace", "0"]);
        assert_eq!(first.status.code(), Some(1), "call {at}: {}", said(&first));
        account.apply(&[]);
        account.plan(false);
    }
}

#[test]
fn a_set_that_is_made_deleted_and_made_again_is_really_made() {
    let account = Account::new(&[]);
    for _ in 0..2 {
        account.apply(&[]);
        account.ends(0, &["destroy", "sets.toml", "--yes", "--pace", "0"]);
        assert_eq!(account.by_hand(&["show"]), json!({}));
    }
}

#[test]
fn an_endpoint_that_nobody_listens_at_is_given_up_soon() {
    let account = Account::new(&[]);
    let output = account.run(&["plan", "sets.toml", "--endpoint-url", "http://127.0.0.1:9"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("is the endpoint right, and the region?"), "{}", said(&output));
}
