//! Third-party tools written in Python: installed once from `tests/python/requirements.txt` into the cargo target folder.
//! What few tests need and is large has a file of requirements of its own beside it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::tools;

/// What most tests need.
const REQUIREMENTS: &str = "requirements.txt";

/// Runs `tests/python/<script>` with `arguments`, `input` on its stdin, and returns its stdout.
///
/// # Panics
/// With the script's stderr, if it fails.
pub fn run(script: &str, arguments: &[&OsStr], input: &str) -> String {
    run_with(REQUIREMENTS, script, arguments, input)
}

/// The same, with what `tests/python/<requirements>` names.
///
/// # Panics
/// With the script's stderr, if it fails.
pub fn run_with(requirements: &str, script: &str, arguments: &[&OsStr], input: &str) -> String {
    let mut command = Command::new(tool_of(requirements, "python"));
    command
        .arg(folder().join(script))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the environment's python starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let input = input.to_owned();
    let feeding = std::thread::spawn(move || stdin.write_all(input.as_bytes())); // a full pipe would block both sides
    let output = child.wait_with_output().expect("python ends");
    let _ = feeding.join(); // a script that fails early reads no input; its own message says more
    checked(script, output)
}

/// The path of a program that a requirement brings, or of `python` itself.
pub fn tool(name: &str) -> PathBuf {
    tool_of(REQUIREMENTS, name)
}

/// The path of a program that `tests/python/<requirements>` brings.
pub fn tool_of(requirements: &str, name: &str) -> PathBuf {
    environment(requirements).join("bin").join(name)
}

/// The path of `tests/python/<name>`, for a script that is left running.
pub fn script(name: &str) -> PathBuf {
    folder().join(name)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("python")
}

/// The virtual environment. Made by whichever test needs it first; tests of other processes wait for it meanwhile.
fn environment(requirements: &str) -> PathBuf {
    static READY: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut ready = READY.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(environment) = ready.get(requirements) {
        return environment.clone();
    }
    let file = folder().join(requirements);
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut hash = DefaultHasher::new();
    text.hash(&mut hash);
    let name = format!("python-{:016x}", hash.finish());
    let target = target_folder();
    let lock = File::create(target.join(format!("{name}.lock"))).expect("the target folder is writable");
    lock.lock().expect("files in the target folder can be locked");
    let environment = target.join(name);
    let complete = environment.join("complete");
    if !complete.exists() {
        install(&file, &environment);
        fs::write(complete, text).expect("the target folder is writable");
    }
    ready.insert(requirements.to_owned(), environment.clone());
    environment
}

fn install(requirements: &Path, environment: &Path) {
    let _ = fs::remove_dir_all(environment); // what an interrupted run left
    tools::make_python_environment(environment);
    let mut pip = Command::new(environment.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--no-input", "--requirement"]).arg(requirements);
    checked("pip install", pip.output().expect("pip starts"));
}

fn checked(what: &str, output: Output) -> String {
    assert!(output.status.success(), "{what} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("its output is UTF-8")
}

/// Cargo's target folder, in which the tests keep what they fetch.
///
/// # Panics
/// If the test does not run from there.
///
/// Cargo marks it, which `CARGO_TARGET_DIR` may have put anywhere; the test binary lies somewhere below.
pub fn target_folder() -> PathBuf {
    let binary = std::env::current_exe().expect("a test knows its own path");
    let target = binary.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    target.expect("cargo runs its tests from its target folder").to_owned()
}
