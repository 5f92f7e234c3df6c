//! The server of the tests.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value, json};
use tests::python;

/// The lake's name below the folder that Trino's `local:///` names, and the URL there.
pub(crate) const LAKE: (&str, &str) = ("sms", "local:///sms");

/// Each server has a gigabyte, or more.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

const REQUIREMENTS: &str = "requirements-trino.txt";

/// Runs sessions of statements on a Trino over the lakes in a folder; what each statement gave.
pub(crate) fn trino(
    lakes: &Path,
    workers: u8,
    catalog: &Map<String, Value>,
    sessions: &[Vec<String>],
) -> Vec<Vec<Value>> {
    let _guard = alone();
    let cache = python::target_folder().join("trino");
    let arguments = [cache.as_os_str(), lakes.as_os_str(), OsStr::new(&workers.to_string()).to_owned().leak()];
    let memory = std::env::var("TRINO_MEMORY").unwrap_or_else(|_| "1g".to_owned());
    let asked = json!({"catalog": catalog, "sessions": sessions, "memory": memory});
    let told = python::run_with(REQUIREMENTS, "trino_server.py", &arguments, &asked.to_string());
    serde_json::from_str(&told).unwrap()
}

pub(crate) fn rows(told: &Value) -> Vec<Value> {
    told["rows"].as_array().unwrap().clone()
}

/// A server that stays until this is dropped.
pub(crate) struct Served {
    process: Child,
    stdin: Option<ChildStdin>,
    pub(crate) url: String,
    _guard: MutexGuard<'static, ()>,
}

impl Served {
    /// A Trino over the lakes in a folder, without tables.
    pub(crate) fn start(lakes: &Path) -> Self {
        let guard = alone();
        let mut command = Command::new(python::tool_of(REQUIREMENTS, "python"));
        command.arg(python::script("trino_server.py")).arg(python::target_folder().join("trino")).arg(lakes).arg("0");
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdin = process.stdin.take().unwrap();
        writeln!(stdin, "{}", json!({"catalog": {}, "sessions": [], "serve": true})).unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        assert!(url.starts_with("http://"), "Trino did not start: {url}");
        Self { process, stdin: Some(stdin), url: url.trim().to_owned(), _guard: guard }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.process.wait();
    }
}
