//! Starting the emulator and the tools that test it.

use std::{
    fs::{self, File},
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use crate::tools;
use smsvoice_emulator::{Components, Config, StartError, serve, serve_components};
use tokio::{runtime::Runtime, sync::oneshot};

const PYTHON_PACKAGES: &[&str] = &["awscli==1.46.3", "boto3==1.44.5", "botocore==1.44.5", "moto[server]==5.2.5"];

/// A program that is killed when the test is done with it.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An emulator in this process, on a free port of loopback, that ends with the test.
pub(crate) struct Emulator {
    pub(crate) url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    pub(crate) fn start(config: Config) -> Self {
        Self::run(move |listener, stopped| serve(config, listener, async { drop(stopped.await) }))
    }

    pub(crate) fn start_components(components: Components) -> Self {
        Self::run(move |listener, stopped| serve_components(components, listener, async { drop(stopped.await) }))
    }

    fn run<F: Future<Output = Result<(), StartError>>>(
        serve: impl FnOnce(tokio::net::TcpListener, oneshot::Receiver<()>) -> F + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let served = async { serve(tokio::net::TcpListener::from_std(listener).unwrap(), stopped).await };
            Runtime::new().unwrap().block_on(served).unwrap();
        });
        Self { url, stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// `GET path`, as JSON.
    pub(crate) fn get(&self, path: &str) -> serde_json::Value {
        serde_json::from_str(&self.request("GET", path, "")).unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> serde_json::Value {
        serde_json::from_str(&self.request("POST", path, body)).unwrap()
    }

    /// Calls an operation of API v2.
    pub(crate) fn call(&self, operation: &str, body: &serde_json::Value) -> serde_json::Value {
        self.call_in("us-east-1", operation, body)
    }

    /// The same in this region.
    pub(crate) fn call_in(&self, region: &str, operation: &str, body: &serde_json::Value) -> serde_json::Value {
        let request = signed_post(operation, &body.to_string()).replace("us-east-1", region);
        let answer = exchange(self.address(), &request);
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    pub(crate) fn request(&self, method: &str, path: &str, body: &str) -> String {
        let head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address());
        let answer = exchange(self.address(), &format!("{head}content-length: {}\r\n\r\n{body}", body.len()));
        answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap()
    }

    /// Waits until nothing is to come and nothing is owed.
    pub(crate) fn settle(&self) {
        wait_until("all events are delivered", || {
            let health = self.get("/_smsvoice/health");
            health["events"]["to_come"] == 0 && health["deliveries"]["owed"] == 0
        });
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.stop.take().map(|stop| stop.send(()));
        self.thread.take().map(JoinHandle::join);
    }
}

/// A request to an operation of API v2, with a signature that is read and not verified.
pub(crate) fn signed_post(operation: &str, body: &str) -> String {
    format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: AWS4-HMAC-SHA256 \
         Credential=k/20260101/us-east-1/sms-voice/aws4_request, SignedHeaders=host, Signature=00\r\n\
         x-amz-target: PinpointSMSVoiceV2.{operation}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Sends bytes and reads the whole answer.
pub(crate) fn exchange(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

pub(crate) fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_mins(2);
    while !done() {
        assert!(Instant::now() < end, "waited two minutes until {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Runs a program to its end and returns what it printed; its failure is the test's.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{text}\n{errors}");
    text
}

pub(crate) fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(path)
}

/// A script of ours under the Python that has the packages.
pub(crate) fn python(script: &str) -> Command {
    let mut command = Command::new(python_home().join("bin/python"));
    command.arg(here("python").join(script));
    clean(&mut command);
    command
}

/// A program the packages brought, `aws` say.
pub(crate) fn python_program(name: &str) -> Command {
    let mut command = Command::new(python_home().join("bin").join(name));
    clean(&mut command);
    command
}

/// A script of ours that finds the npm packages.
pub(crate) fn node(script: &str) -> Command {
    let mut command = tools::node(); // before npm, which says less when there is no Node
    let home = node_home();
    // Modules are looked for beside the script's own folder.
    let copy = home.join(script);
    fs::copy(here("node").join(script), &copy).unwrap();
    command.arg(copy);
    clean(&mut command);
    command
}

/// Credentials of nobody, and no way to those of the machine.
fn clean(command: &mut Command) {
    command
        .env("AWS_ACCESS_KEY_ID", "key")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env_remove("AWS_PROFILE");
}

fn python_home() -> PathBuf {
    installed("python", &PYTHON_PACKAGES.join("\n"), |home| {
        tools::make_python_environment(home);
        run(Command::new(home.join("bin/pip")).args(["install", "--quiet"]).args(PYTHON_PACKAGES));
    })
}

/// The packages of `package-lock.json`: each, and each that it asks for, in one version.
fn node_home() -> PathBuf {
    let read = |name: &str| fs::read_to_string(here("node").join(name)).unwrap();
    let (wanted, locked) = (read("package.json"), read("package-lock.json"));
    installed("node", &format!("{wanted}{locked}"), |home| {
        fs::create_dir_all(home).unwrap();
        fs::write(home.join("package.json"), &wanted).unwrap();
        fs::write(home.join("package-lock.json"), &locked).unwrap();
        let npm = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
        run(tools::NPM.command().current_dir(home).args(npm));
    })
}

/// A folder below the target directory with the packages `wanted`, installed by the first test that asks.
fn installed(name: &str, wanted: &str, install: impl Fn(&Path)) -> PathBuf {
    let base = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let lock = File::create(base.join(format!("{name}.lock"))).unwrap();
    lock.lock().unwrap();
    let (home, mark) = (base.join(name), base.join(format!("{name}.installed")));
    if fs::read_to_string(&mark).is_ok_and(|has| has == wanted) {
        return home;
    }
    let _ = fs::remove_dir_all(&home);
    install(&home);
    fs::write(mark, wanted).unwrap();
    home
}
