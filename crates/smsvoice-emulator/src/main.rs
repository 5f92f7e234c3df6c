//! The emulator as a program of its own, for this crate's tests; `smsvoice emulate` is the one for people.

use std::{io::Write, path::PathBuf};

use clap::Parser;
use smsvoice_emulator::{Config, Credentials, Place, serve};
use tokio::net::TcpListener;

/// The SMS and voice APIs of AWS End User Messaging on loopback.
#[derive(Parser)]
struct Arguments {
    /// Address to bind to; loopback unless told otherwise.
    #[arg(long, default_value = "127.0.0.1")]
    bind: String,
    /// 0 takes a free one, which is printed.
    #[arg(long, default_value_t = 0)]
    port: u16,
    #[arg(long, default_value = "us-east-1")]
    region: String,
    #[arg(long, default_value = "000000000000")]
    account_id: String,
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    #[arg(long)]
    endpoint_url: Option<String>,
    #[arg(long)]
    eventbridge: bool,
    #[arg(long)]
    sandbox: bool,
    #[arg(long)]
    rules: Option<PathBuf>,
    #[arg(long)]
    state: Option<PathBuf>,
    /// `ACCESS_KEY:SECRET`; requests must be signed with it.
    #[arg(long)]
    require: Option<String>,
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    let mut config = Config {
        place: Place { region: arguments.region, account_id: arguments.account_id },
        seed: arguments.seed,
        speed: arguments.speed,
        endpoint_url: arguments.endpoint_url,
        eventbridge: arguments.eventbridge,
        rules: arguments.rules,
        state: arguments.state,
        ..Config::default()
    };
    config.terms.sandbox = arguments.sandbox;
    config.credentials = arguments.require.and_then(|pair| {
        let (access_key, secret_key) = pair.split_once(':')?;
        Some(Credentials { access_key: access_key.to_owned(), secret_key: secret_key.to_owned() })
    });
    let fail = |error: &dyn std::fmt::Display| {
        let _ = writeln!(std::io::stderr(), "error: {error}");
        std::process::ExitCode::FAILURE
    };
    let listener = match TcpListener::bind((arguments.bind.as_str(), arguments.port)).await {
        Ok(listener) => listener,
        Err(error) => return fail(&error),
    };
    if let Ok(address) = listener.local_addr() {
        let _ = writeln!(std::io::stdout(), "listening on http://{address}");
    }
    let interrupted = async { tokio::signal::ctrl_c().await.unwrap_or(()) };
    match serve(config, listener, interrupted).await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}
