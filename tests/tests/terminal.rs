//! The command at a terminal of 80 columns and 24 lines, as a person sees it: the prompt, progress, interrupts, screens.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails
#![cfg(unix)]

#[path = "terminal/interrupts.rs"]
mod interrupts;
#[path = "terminal/prompt.rs"]
mod prompt;
#[path = "terminal/screens.rs"]
mod screens;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tests::programs::program;
use tests::python;

/// What was seen.
struct Seen {
    screens: Value,
    /// When the command had ended.
    last: String,
    code: Option<i64>,
}

impl Seen {
    fn screen(&self, name: &str) -> &str {
        self.screens[name].as_str().unwrap_or_else(|| panic!("{name} was not seen: {}", self.screens))
    }
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("samples")
}

/// Runs `smsvoice` in a folder, which is its home, too, and does these steps: see `tests/python/screen.py`.
fn at_terminal(folder: &Path, arguments: &[&str], steps: &Value) -> Seen {
    let command: Vec<Value> =
        [program("smsvoice").to_str().unwrap()].iter().chain(arguments).map(|&word| word.into()).collect();
    let home = folder.to_str().unwrap();
    let env = json!({"HOME": home, "XDG_STATE_HOME": "", "XDG_CONFIG_HOME": "", "SMSVOICE_LAKE": "", "TZ": "UTC"});
    let asked = json!({"command": command, "folder": home, "env": env, "steps": steps});
    let told = python::run_with("requirements-command.txt", "screen.py", &[], &asked.to_string());
    let told: Value = serde_json::from_str(&told).unwrap();
    Seen {
        screens: told["screens"].clone(),
        last: told["last"].as_str().unwrap().to_owned(),
        code: told["code"].as_i64(),
    }
}

/// The same without a terminal.
fn piped(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(program("smsvoice")).args(arguments).current_dir(folder).output().unwrap()
}

/// Steps in the prompt: each line is typed and entered, once the prompt is there again.
fn typed(text: &str) -> Value {
    json!({ "type": text })
}

fn wait(text: &str) -> Value {
    json!({ "wait": text })
}

fn see(name: &str) -> Value {
    json!({ "see": name })
}

/// The lake of the samples, `lake` in this folder.
fn lake(folder: &Path) {
    let output = piped(folder, &["replay", samples().join("events").to_str().unwrap(), "--lake", "lake", "--quiet"]);
    assert!(output.status.success(), "{output:?}");
}
