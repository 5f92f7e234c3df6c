//! Starting `smsvoice emulate`, and speaking to it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A signature that is read and not verified: the emulator was given no key pair.
pub(crate) const SIGNED: &str = "authorization: AWS4-HMAC-SHA256 \
    Credential=k/20260101/us-east-1/sms-voice/aws4_request, SignedHeaders=host, Signature=00\r\n";

/// An emulator that is killed when the test is done with it.
pub(crate) struct Emulator {
    process: Child,
    address: String,
}

impl Emulator {
    /// Starts one on a free port.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_with(command(arguments))
    }

    /// Starts this command.
    pub(crate) fn start_with(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
        let line = lines.next().unwrap();
        let address = line.trim().strip_prefix("listening on http://").expect("it says where it listens").to_owned();
        let inbox = lines.next().unwrap();
        assert!(inbox.starts_with(&format!("inbox: http://{address}/")), "{inbox}");
        Self { process, address }
    }

    pub(crate) fn process(&mut self) -> &mut Child {
        &mut self.process
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Ends it at once, with no chance to do anything more.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) fn request(&self, method: &str, path: &str, body: &str) -> String {
        let head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        let answer = exchange(&self.address, &format!("{head}content-length: {}\r\n\r\n{body}", body.len())).unwrap();
        answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap()
    }

    pub(crate) fn health(&self) -> Value {
        serde_json::from_str(&self.request("GET", "/_smsvoice/health", "")).unwrap()
    }

    /// Kilobytes of memory in use, without what is only mapped from the program's own file.
    pub(crate) fn resident_kb(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("RssAnon:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

impl Emulator {
    /// The processor time it has taken so far, in the system's own ticks.
    pub(crate) fn processor_time(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        // The 14th and 15th of all fields; the first two stand before.
        fields.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
    }

    /// How many files and connections it has open.
    pub(crate) fn open_files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.process.id())).unwrap().count()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The exit code of an emulator that does not start, and what it says on stderr.
pub(crate) fn refused(arguments: &[&str]) -> (i32, String) {
    let mut process = command(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(30);
    while process.try_wait().unwrap().is_none() {
        if Instant::now() > end {
            process.kill().unwrap();
            panic!("it started with {arguments:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = process.wait_with_output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// `smsvoice emulate` with these arguments, on a free port.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smsvoice"));
    command.args(["emulate", "--port", "0"]).args(arguments);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SMSVOICE_EMULATOR_")) {
        command.env_remove(name);
    }
    command
}

/// Calls an operation of API v2; none if no answer came.
pub(crate) fn call(address: &str, operation: &str, body: &str) -> Option<Value> {
    let head = format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{SIGNED}x-amz-target: PinpointSMSVoiceV2.{operation}\r\n"
    );
    let answer = exchange(address, &format!("{head}content-length: {}\r\n\r\n{body}", body.len())).ok()?;
    serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()
}

/// Sends bytes and reads the whole answer.
pub(crate) fn exchange(address: &str, request: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer); // what came before a break is an answer too
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

pub(crate) fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_mins(2);
    while !done() {
        assert!(Instant::now() < end, "waited two minutes until {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}
