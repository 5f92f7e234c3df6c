//! Third-party tools written in Python: installed once from `tests/python/requirements.txt` into the cargo target folder.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use crate::tools;

const REQUIREMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python/requirements.txt");

/// Runs `tests/python/<script>` with `arguments`, `input` on its stdin, and returns its stdout.
///
/// # Panics
/// With the script's stderr, if it fails.
pub fn run(script: &str, arguments: &[&OsStr], input: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(script);
    let mut command = Command::new(tool("python"));
    command.arg(path).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
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
    environment().join("bin").join(name)
}

/// The virtual environment. Made by whichever test needs it first; tests of other processes wait for it meanwhile.
fn environment() -> &'static Path {
    static ENVIRONMENT: OnceLock<PathBuf> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let requirements = fs::read_to_string(REQUIREMENTS).expect("tests/python/requirements.txt is readable");
        let mut hash = DefaultHasher::new();
        requirements.hash(&mut hash);
        let name = format!("python-{:016x}", hash.finish());
        let target = target_folder();
        let lock = File::create(target.join(format!("{name}.lock"))).expect("the target folder is writable");
        lock.lock().expect("files in the target folder can be locked");
        let environment = target.join(name);
        let complete = environment.join("complete");
        if !complete.exists() {
            install(&environment);
            fs::write(complete, requirements).expect("the target folder is writable");
        }
        environment
    })
}

fn install(environment: &Path) {
    let _ = fs::remove_dir_all(environment); // what an interrupted run left
    tools::make_python_environment(environment);
    let mut pip = Command::new(environment.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--no-input", "--requirement", REQUIREMENTS]);
    checked("pip install", pip.output().expect("pip starts"));
}

fn checked(what: &str, output: Output) -> String {
    assert!(output.status.success(), "{what} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("its output is UTF-8")
}

/// Cargo marks its target folder, which `CARGO_TARGET_DIR` may have put anywhere; the test binary lies somewhere below.
fn target_folder() -> PathBuf {
    let binary = std::env::current_exe().expect("a test knows its own path");
    let target = binary.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    target.expect("cargo runs its tests from its target folder").to_owned()
}
