//! Who may talk to the emulator, and for which account: raw requests, and boto3.

use smsvoice_emulator::{Config, Credentials, Place, StartError, serve};

use crate::support::{Emulator, exchange, python, run};

/// The status line of the answer to a request with these headers.
fn status(emulator: &Emulator, method: &str, path: &str, headers: &str) -> u16 {
    let answer =
        exchange(emulator.address(), &format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n{headers}\r\n"));
    answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_else(|| panic!("no answer: {answer}"))
}

const PATHS: [(&str, &str); 9] = [
    ("GET", "/"),
    ("POST", "/"),
    ("GET", "/v1/sms-voice/configuration-sets"),
    ("GET", "/inbox/live"),
    ("POST", "/inbox/send"),
    ("GET", "/_smsvoice/messages"),
    ("GET", "/_smsvoice/events"),
    ("POST", "/_smsvoice/reset"),
    ("OPTIONS", "/"),
];

#[test]
fn a_page_that_rebound_its_name_to_loopback_gets_nothing_whatever_it_asks_for() {
    let emulator = Emulator::start(Config { allowed_hosts: vec!["emulator".to_owned()], ..Config::default() });
    emulator.call("CreateConfigurationSet", &serde_json::json!({"ConfigurationSetName": "kept"}));
    for (method, path) in PATHS {
        for host in ["evil.example", "evil.example:7070", "localhost.evil.example", "10.0.0.1", ""] {
            assert_eq!(status(&emulator, method, path, &format!("host: {host}\r\n")), 403, "{method} {path} as {host}");
        }
        assert_eq!(status(&emulator, method, path, ""), 400, "{method} {path} without a host");
        let two = status(&emulator, method, path, "host: localhost\r\nhost: evil.example\r\n");
        assert!(two == 400 || two == 403, "{method} {path} with two hosts: {two}");
    }
    let said = exchange(emulator.address(), "GET / HTTP/1.1\r\nconnection: close\r\nhost: evil.example\r\n\r\n");
    assert!(said.contains("--allow-host evil.example"), "{said}");
    for host in ["localhost:1", "emulator:7070", "127.0.0.1", "[::1]:9", "sms.localhost"] {
        assert_eq!(status(&emulator, "GET", "/_smsvoice/health", &format!("host: {host}\r\n")), 200, "{host}");
    }
    let sets = emulator.call("DescribeConfigurationSets", &serde_json::json!({}));
    assert_eq!(sets["ConfigurationSets"].as_array().unwrap().len(), 1, "nothing was reset");
}

#[test]
fn pages_of_other_sites_are_refused_and_the_inboxs_own_may_call_under_each_of_its_names() {
    let emulator = Emulator::start(Config::default());
    let host = emulator.address().to_owned();
    let port = host.rsplit(':').next().unwrap();
    for (method, path) in PATHS {
        for foreign in ["evil.example", "localhost:1", "127.0.0.1"] {
            let origin = format!("http://{foreign}");
            let headers = format!("host: {host}\r\norigin: {origin}\r\n");
            assert_eq!(status(&emulator, method, path, &headers), 403, "{method} {path} from {origin}");
        }
    }
    let preflight = |origin: &str| {
        let head = format!("OPTIONS / HTTP/1.1\r\nconnection: close\r\nhost: {host}\r\norigin: {origin}\r\n");
        exchange(
            &host,
            &format!(
                "{head}access-control-request-method: POST\r\naccess-control-request-headers: x-amz-target\r\n\r\n"
            ),
        )
    };
    let site = |at: &str| format!("http://{at}");
    let own = site(&format!("localhost:{port}"));
    let said = preflight(&own);
    assert!(
        said.starts_with("HTTP/1.1 204") && said.contains(&format!("access-control-allow-origin: {own}\r\n")),
        "{said}"
    );
    let said = preflight(&site("evil.example"));
    assert!(said.starts_with("HTTP/1.1 403") && !said.contains("access-control"), "{said}");
}

#[test]
fn each_region_and_account_has_resources_of_its_own_and_signatures_are_held_to_scope_and_time() {
    let emulator = Emulator::start(Config::default());
    let credentials = Credentials { access_key: "AKIDEXAMPLE".to_owned(), secret_key: "secret".to_owned() };
    let guarded = Emulator::start(Config { credentials: Some(credentials), ..Config::default() });
    run(python("places.py").args([&emulator.url, &guarded.url]));
}

fn ended(config: Config) -> Result<(), StartError> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        serve(config, listener, std::future::ready(())).await
    })
}

#[test]
fn the_state_of_another_region_or_account_is_refused_and_ones_own_has_all_accounts() {
    let folder = tempfile::tempdir().unwrap();
    let config = |region: &str, account_id: &str| Config {
        place: Place { region: region.to_owned(), account_id: account_id.to_owned() },
        state: Some(folder.path().to_owned()),
        ..Config::default()
    };
    let sets = |emulator: &Emulator| {
        let answer = emulator.call_in("eu-west-1", "DescribeConfigurationSets", &serde_json::json!({}));
        answer["ConfigurationSets"].as_array().unwrap().len()
    };
    let emulator = Emulator::start(config("us-east-1", "000000000000"));
    emulator.call_in("eu-west-1", "CreateConfigurationSet", &serde_json::json!({"ConfigurationSetName": "kept"}));
    assert_eq!(sets(&emulator), 1);
    drop(emulator);
    for (region, account_id) in [("eu-west-1", "000000000000"), ("us-east-1", "111122223333")] {
        let said = ended(config(region, account_id)).unwrap_err().to_string();
        assert!(said.contains("is of us-east-1/000000000000"), "{said}");
    }
    assert_eq!(sets(&Emulator::start(config("us-east-1", "000000000000"))), 1, "of the other region");
}

#[test]
fn settings_that_no_emulator_can_have_are_refused_at_the_start() {
    let place = |region: &str, account_id: &str| Place { region: region.to_owned(), account_id: account_id.to_owned() };
    for (config, what) in [
        (Config { speed: 0.0, ..Config::default() }, "0 is no speed"),
        (Config { speed: f64::NAN, ..Config::default() }, "NaN is no speed"),
        (Config { place: place("us-east-9", "000000000000"), ..Config::default() }, "no region `us-east-9`"),
        (Config { place: place("us-east-1", "123"), ..Config::default() }, "`123` is not the number of an account"),
        (
            Config { endpoint_url: Some("127.0.0.1:5000".to_owned()), ..Config::default() },
            "not the address of an endpoint",
        ),
    ] {
        let said = ended(config).unwrap_err().to_string();
        assert!(said.contains(what), "{said}");
    }
}

#[test]
fn a_reset_sets_the_clock_back_and_keeps_the_first_number_or_all_resources() {
    let emulator = Emulator::start(Config { simulator_number: true, ..Config::default() });
    let numbers = || {
        let answer = emulator.call("DescribePhoneNumbers", &serde_json::json!({}));
        answer["PhoneNumbers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["PhoneNumberId"].to_string())
            .collect::<Vec<_>>()
    };
    let before = numbers();
    let text = serde_json::json!({"DestinationPhoneNumber": "+14254147755", "MessageBody": "hi"});
    let now = || emulator.get("/_smsvoice/health")["now_ms"].as_u64().unwrap();
    let start = now();
    emulator.call("CreateConfigurationSet", &serde_json::json!({"ConfigurationSetName": "set"}));
    emulator.call("SendTextMessage", &text);
    emulator.post("/_smsvoice/clock/advance", r#"{"seconds": 864000}"#);
    let kept = emulator.post("/_smsvoice/reset?keep=resources", "");
    assert_eq!(
        (kept["status"].as_str(), &emulator.get("/_smsvoice/health")["messages"]),
        (Some("ok"), &serde_json::json!(0))
    );
    assert!(now() < start + 86_400_000, "the clock is back");
    assert_eq!(numbers(), before);
    let sets = || {
        emulator.call("DescribeConfigurationSets", &serde_json::json!({}))["ConfigurationSets"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(sets(), 1);
    emulator.call("SendTextMessage", &text);
    let finished = emulator.post("/_smsvoice/clock/finish", "");
    assert_eq!(finished["to_come"], 0, "{finished}");
    let message = &emulator.get("/_smsvoice/messages")[0];
    let ended = ["TEXT_DELIVERED", "TEXT_SUCCESSFUL"].contains(&message["status"].as_str().unwrap());
    assert!(ended && message["events_to_come"] == 0, "{message}");
    emulator.post("/_smsvoice/reset", "");
    assert_eq!((numbers(), sets()), (before, 0));
    assert!(emulator.request("POST", "/_smsvoice/reset?keep=everything", "").contains("resources"));
}

#[test]
fn ids_of_two_runs_differ_unless_both_have_the_same_seed() {
    let first_ids = |seed: Option<u64>| {
        let emulator = Emulator::start(Config { seed, simulator_number: true, ..Config::default() });
        let text = serde_json::json!({"DestinationPhoneNumber": "+14254147755", "MessageBody": "hi"});
        let number =
            emulator.call("DescribePhoneNumbers", &serde_json::json!({}))["PhoneNumbers"][0]["PhoneNumberId"].clone();
        (emulator.call("SendTextMessage", &text)["MessageId"].clone(), number)
    };
    assert_eq!(first_ids(Some(5)), first_ids(Some(5)));
    let (one, other) = (first_ids(None), first_ids(None));
    assert!(one.0 != other.0 && one.1 != other.1, "{one:?} {other:?}");
}
