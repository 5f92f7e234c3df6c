//! `smsvoice emulate`: the SMS and voice APIs on loopback, and the events that follow.

mod lake_sink;

use std::io::{self, Write};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::builder::BoolishValueParser;
use serde::Serialize;
use smsvoice_emulator::{
    Config, Credentials, DeliveryService, Emulation, Place, RequestLog, Terms, fresh_seed, prepare, read_endpoint_url,
    read_speed,
};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use self::lake_sink::LakeSink;
use crate::lake::runtime;
use crate::output::FormatArgs;
use crate::settings::SettingsArgs;
use crate::{Exit, World};

/// Emulate the SMS and voice APIs on loopback, with the events that follow each message
///
/// Each setting can come from the environment too: `--account-id` from SMSVOICE_EMULATOR_ACCOUNT_ID, and so on.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example, in two terminals:\n  smsvoice emulate --number --lake ./lake --speed 60\n\n  \
    export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1\n  \
    aws --endpoint-url http://127.0.0.1:7070 pinpoint-sms-voice-v2 send-text-message \\\n    \
    --destination-phone-number +14254147755 --message-body hello")]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command")]
pub(crate) struct Args {
    /// The port; 0 takes a free one. The address is printed.
    #[arg(long, default_value_t = 7070, env = "SMSVOICE_EMULATOR_PORT", hide_env = true)]
    port: u16,
    /// The address to listen on. Anything but loopback lets others in.
    #[arg(long, default_value = "127.0.0.1", env = "SMSVOICE_EMULATOR_BIND", hide_env = true)]
    bind: IpAddr,
    /// A name by which requests may call the emulator, besides localhost and addresses; can be given several times.
    #[arg(long, value_name = "NAME", value_delimiter = ',', env = "SMSVOICE_EMULATOR_ALLOW_HOST", hide_env = true)]
    allow_host: Vec<String>,
    /// A lake that every event goes to, by the same code as in the Lambda.
    #[arg(long, value_name = "URL", env = "SMSVOICE_EMULATOR_LAKE", hide_env = true)]
    lake: Option<String>,
    #[command(flatten)]
    settings: SettingsArgs,
    /// Where Firehose, CloudWatch Logs, SNS and EventBridge are: a moto server, say.
    #[arg(
        long,
        value_name = "URL",
        value_parser = read_endpoint_url,
        env = "SMSVOICE_EMULATOR_ENDPOINT_URL",
        hide_env = true
    )]
    endpoint_url: Option<String>,
    /// Deliver to AWS itself, by the standard AWS_* variables.
    #[arg(long, conflicts_with = "endpoint_url", value_parser = BoolishValueParser::new(), env = "SMSVOICE_EMULATOR_AWS", hide_env = true)]
    aws: bool,
    /// Put every event on the default event bus too.
    #[arg(long, value_parser = BoolishValueParser::new(), env = "SMSVOICE_EMULATOR_EVENTBRIDGE", hide_env = true)]
    eventbridge: bool,
    /// Start with a simulator number of the US, so that the first message can be sent at once.
    #[arg(long, value_parser = BoolishValueParser::new(), env = "SMSVOICE_EMULATOR_NUMBER", hide_env = true)]
    number: bool,
    /// How many configuration sets of API v2 the account may have; AWS grants 25 at first.
    #[arg(long, value_name = "N", default_value_t = 25, env = "SMSVOICE_EMULATOR_CONFIGURATION_SETS", hide_env = true)]
    configuration_sets: usize,
    /// Put the account into the sandbox: AWS's simulator numbers alone can be reached, and a dollar a month be spent.
    #[arg(long, value_parser = BoolishValueParser::new(), env = "SMSVOICE_EMULATOR_SANDBOX", hide_env = true)]
    sandbox: bool,
    /// Refuse requests and messages that come faster than the service's own quotas allow.
    #[arg(long, value_parser = BoolishValueParser::new(), env = "SMSVOICE_EMULATOR_RATE_LIMITS", hide_env = true)]
    rate_limits: bool,
    /// Keep the state in this folder, and go on with it after a restart.
    #[arg(long, value_name = "DIR", env = "SMSVOICE_EMULATOR_STATE", hide_env = true)]
    state: Option<PathBuf>,
    /// The same seed gives the same ids, outcomes and faults; without one, every run has others.
    #[arg(long, env = "SMSVOICE_EMULATOR_SEED", hide_env = true)]
    seed: Option<u64>,
    /// Emulated seconds in a real one.
    #[arg(long, default_value = "1", value_parser = read_speed, env = "SMSVOICE_EMULATOR_SPEED", hide_env = true)]
    speed: f64,
    /// A rule file (TOML): outcomes by number, prefix, country or context; odds, delays and faults.
    #[arg(long, value_name = "FILE", env = "SMSVOICE_EMULATOR_RULES", hide_env = true)]
    rules: Option<PathBuf>,
    /// The region at home: of the inbox's form, and of the state. Requests are for the region they are signed for.
    #[arg(
        long,
        default_value = "us-east-1",
        value_parser = region,
        env = "SMSVOICE_EMULATOR_REGION",
        hide_env = true
    )]
    region: String,
    /// The account of requests whose access key is not twelve digits, an account itself.
    #[arg(
        long,
        default_value = "000000000000",
        value_parser = account_id,
        env = "SMSVOICE_EMULATOR_ACCOUNT_ID",
        hide_env = true
    )]
    account_id: String,
    /// Require requests signed with this key pair, ACCESS_KEY:SECRET; by default any access key will do. The inbox and
    /// `/_smsvoice/` then ask for it as user name and password.
    #[arg(
        long,
        value_name = "PAIR",
        value_parser = credentials,
        env = "SMSVOICE_EMULATOR_CREDENTIALS",
        hide_env = true,
        hide_env_values = true
    )]
    credentials: Option<Credentials>,
    /// Take requests that were signed at any time, as those of tests with a frozen clock are; by default within 15 minutes.
    #[arg(long, value_parser = BoolishValueParser::new(), env = "SMSVOICE_EMULATOR_ANY_TIME", hide_env = true)]
    any_time: bool,
    /// Write one line a request to stderr, without numbers and texts of messages.
    #[arg(long, value_parser = BoolishValueParser::new(), env = "SMSVOICE_EMULATOR_LOG", hide_env = true)]
    log: bool,
    #[command(flatten)]
    format: FormatArgs,
}

fn region(text: &str) -> anyhow::Result<String> {
    Ok(Place::new(text, "000000000000")?.region)
}

fn account_id(text: &str) -> anyhow::Result<String> {
    Ok(Place::new("us-east-1", text)?.account_id)
}

fn credentials(pair: &str) -> anyhow::Result<Credentials> {
    let (access_key, secret_key) = pair.split_once(':').context("--credentials takes ACCESS_KEY:SECRET")?;
    anyhow::ensure!(!access_key.is_empty() && !secret_key.is_empty(), "--credentials takes ACCESS_KEY:SECRET");
    Ok(Credentials { access_key: access_key.to_owned(), secret_key: secret_key.to_owned() })
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    runtime()?.block_on(async {
        let listener = TcpListener::bind((args.bind, args.port)).await;
        let listener = listener.with_context(|| format!("cannot listen on {}:{}", args.bind, args.port))?;
        // Before anybody is told that it listens: who sends a signal then is heard.
        let mut terminated = signal(SignalKind::terminate())?;
        let seed = args.seed.unwrap_or_else(fresh_seed);
        let emulation = prepare(args.config(seed, world).await?, listener).await?;
        say(args, &emulation, seed, world)?;
        let ended = async {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminated.recv() => {}
            }
        };
        emulation.serve(ended).await;
        Ok(Exit::Done)
    })
}

/// What is told once it is ready.
#[derive(Serialize)]
struct Ready<'a> {
    url: String,
    inbox: String,
    region: &'a str,
    account_id: &'a str,
    seed: u64,
}

/// Says where it listens, once it is ready, and the seed that makes the same run again. At once: who reads the first line
/// may close the pipe after it.
fn say(args: &Args, emulation: &Emulation, seed: u64, world: &World) -> anyhow::Result<()> {
    let url = format!("http://{}", emulation.address());
    let ready = Ready { inbox: format!("{url}/"), url, region: &args.region, account_id: &args.account_id, seed };
    let Ready { url, inbox, region, account_id, seed } = &ready;
    let text = format!("listening on {url}\ninbox: {inbox} (region {region}, account {account_id})\nseed: {seed}\n");
    super::print_document(args.format, world, &text, &ready)
}

impl Args {
    async fn config(&self, seed: u64, world: &World) -> anyhow::Result<Config> {
        let lake = match &self.lake {
            Some(url) => Some(Arc::new(LakeSink::open(url, &self.settings, world).await?) as Arc<dyn DeliveryService>),
            None => None,
        };
        let terms = Terms {
            sandbox: self.sandbox,
            rate_limits: self.rate_limits,
            configuration_sets: self.configuration_sets,
            ..Terms::default()
        };
        Ok(Config {
            place: Place { region: self.region.clone(), account_id: self.account_id.clone() },
            terms,
            credentials: self.credentials.clone(),
            any_time: self.any_time,
            allowed_hosts: self.allow_host.clone(),
            log: self.log.then(|| Arc::new(write_line) as RequestLog),
            seed: Some(seed),
            speed: self.speed,
            endpoint_url: self.endpoint_url.clone(),
            aws: self.aws,
            eventbridge: self.eventbridge,
            lake,
            rules: self.rules.clone(),
            state: self.state.clone(),
            simulator_number: self.number,
        })
    }
}

/// A line that cannot be written is nobody's loss but its reader's.
fn write_line(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
