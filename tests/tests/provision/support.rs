//! One emulator, one folder, and the commands that are run on them.

use std::ffi::OsStr;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use tests::programs::{Running, aws_environment, emulate, program};
use tests::python;

/// Sets of both APIs: every kind of target, a destination that is disabled, every setting that the emulator has.
pub(crate) const FILE: &str = r#"
[[configuration_set]]
name = "otp"
default_message_type = "TRANSACTIONAL"
default_sender_id = "ACME"
message_feedback = true
tags = { team = "identity" }
[[configuration_set.event_destination]]
name = "lake"
events = ["ALL"]
firehose = { stream = "arn:aws:firehose:us-east-1:000000000000:deliverystream/events", role = "arn:aws:iam::000000000000:role/sms" }
[[configuration_set.event_destination]]
name = "logs"
enabled = false
events = ["TEXT_ALL", "VOICE_ALL"]
cloudwatch_logs = { log_group = "arn:aws:logs:us-east-1:000000000000:log-group:/sms/events", role = "arn:aws:iam::000000000000:role/sms" }
[[configuration_set.event_destination]]
name = "alarm"
events = ["TEXT_BLOCKED", "TEXT_SPAM"]
sns = { topic = "arn:aws:sns:us-east-1:000000000000:events" }

[[configuration_set]]
name = "marketing"
[[configuration_set.event_destination]]
name = "lake"
events = ["ALL"]
firehose = { stream = "arn:aws:firehose:us-east-1:000000000000:deliverystream/events", role = "arn:aws:iam::000000000000:role/sms" }

[[configuration_set]]
name = "calls"
api = "v1"
[[configuration_set.event_destination]]
name = "topic"
enabled = false
events = ["RINGING", "BUSY"]
sns = { topic = "arn:aws:sns:us-east-1:000000000000:events" }
"#;

/// An emulator, and a folder with `sets.toml`.
pub(crate) struct Account {
    _emulator: Running,
    pub(crate) url: String,
    folder: TempDir,
}

impl Account {
    pub(crate) fn new(arguments: &[&str]) -> Self {
        let (emulator, url) = emulate(arguments);
        let account = Self { _emulator: emulator, url, folder: tempfile::tempdir().unwrap() };
        account.write("sets.toml", FILE);
        account
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    /// `smsvoice COMMAND …` with the emulator in AWS's place; names of files are those of the folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("smsvoice"));
        let ours = ["sets.toml", "others.toml", "plan.json"];
        let file = |word: &str| if ours.contains(&word) { self.path(word) } else { word.to_owned() };
        command.args(arguments.iter().map(|word| file(word))).stdin(Stdio::null());
        command.envs(aws_environment(&self.url)).env_remove("AWS_PROFILE");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs what must end with this code, and returns what it printed.
    pub(crate) fn ends(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}\n{}", said(&output), text(&output.stdout));
        text(&output.stdout)
    }

    /// Applies without asking and without pauses.
    pub(crate) fn apply(&self, more: &[&str]) -> String {
        self.ends(0, &[&["apply", "sets.toml", "--yes", "--pace", "0"], more].concat())
    }

    /// What `plan --format json` says; `pending` if there is something to do.
    pub(crate) fn plan(&self, pending: bool) -> Value {
        let plan = self.ends(if pending { 3 } else { 0 }, &["plan", "sets.toml", "--format", "json"]);
        serde_json::from_str(&plan).unwrap()
    }

    /// An action of `tests/python/account.py`.
    pub(crate) fn by_hand(&self, arguments: &[&str]) -> Value {
        let arguments: Vec<&OsStr> = [&[self.url.as_str()], arguments].concat().into_iter().map(OsStr::new).collect();
        serde_json::from_str(&python::run("account.py", &arguments, "")).unwrap()
    }
}

/// The changes of a plan, one a word: `update otp/lake enabled,events`.
pub(crate) fn changes(plan: &Value) -> Vec<String> {
    let change = |change: &Value| {
        let field = |name: &str| change[name].as_str().unwrap().to_owned();
        let fields: Vec<_> = change["fields"].as_object().unwrap().keys().map(String::as_str).collect();
        let set = field("configuration_set") + if field("api") == "v1" { "(v1)" } else { "" };
        let what = if field("resource") == "configuration_set" { set } else { format!("{set}/{}", field("name")) };
        format!("{} {what} {}", field("action"), fields.join(","))
    };
    plan["changes"].as_array().unwrap().iter().map(change).collect()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub(crate) fn said(output: &Output) -> String {
    text(&output.stderr)
}
