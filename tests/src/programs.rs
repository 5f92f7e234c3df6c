//! Our own programs, as cargo built them beside the tests, and servers that run while a test does.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::python;

/// `smsvoice` or `bootstrap`, of the profile the tests have.
///
/// # Panics
/// If it is not built; `cargo test --workspace` builds it.
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let folder = test.parent().and_then(|deps| deps.parent()).expect("cargo puts tests into <profile>/deps");
    let program = folder.join(name);
    assert!(program.exists(), "{} is not built: run `cargo test --workspace`", program.display());
    program
}

/// A process that ends with the test.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a command whose output nobody reads.
pub fn start(command: &mut Command) -> Running {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Running(quiet.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
}

/// A port of this machine that nothing listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback can be listened on");
    listener.local_addr().expect("a listener has an address").port()
}

/// Moto's server, which speaks the protocols of S3, SQS, SNS and others, and its URL.
pub fn moto() -> (Running, String) {
    let port = free_port();
    let server = start(Command::new(python::tool("moto_server")).args(["-H", "127.0.0.1", "-p", &port.to_string()]));
    wait_until("moto listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    (server, format!("http://127.0.0.1:{port}"))
}

/// `smsvoice emulate` on a free port, and its URL.
pub fn emulate(arguments: &[&str]) -> (Running, String) {
    let mut command = Command::new(program("smsvoice"));
    command.args(["emulate", "--port", "0"]).args(arguments).envs(aws_environment("")).env_remove("AWS_ENDPOINT_URL");
    let mut emulator = command.stdout(Stdio::piped()).spawn().expect("smsvoice starts");
    let mut line = String::new();
    let output = emulator.stdout.take().expect("stdout is piped");
    BufReader::new(output).read_line(&mut line).expect("the emulator says where it listens");
    let url = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("not an address: {line}"));
    (Running(emulator), url.to_owned())
}

/// The variables that lead the AWS clients of a program to `endpoint`, and to no credentials of this machine.
pub fn aws_environment(endpoint: &str) -> [(&'static str, &str); 5] {
    [
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_ENDPOINT_URL", endpoint),
    ]
}

/// Waits up to two minutes.
///
/// # Panics
/// When they are over.
pub fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_mins(2);
    while !done() {
        assert!(Instant::now() < end, "waited two minutes until {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
