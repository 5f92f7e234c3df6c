//! `smsvoice emulate`: the SMS and voice APIs on loopback, and the events that follow.

mod lake_sink;

use std::io::{self, Write};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use smsvoice_emulator::{Config, Credentials, DeliveryService, Place, Terms, serve};
use tokio::net::TcpListener;

use self::lake_sink::LakeSink;
use crate::lake::runtime;
use crate::settings::SettingsArgs;
use crate::{Exit, World};

/// Emulate the SMS and voice APIs on loopback, with the events that follow each message
#[derive(Debug, clap::Args)]
#[command(after_help = "Example, in two terminals:\n  smsvoice emulate --number --lake ./lake --speed 60\n\n  \
    export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1\n  \
    aws --endpoint-url http://127.0.0.1:7070 pinpoint-sms-voice-v2 send-text-message \\\n    \
    --destination-phone-number +14254147755 --message-body hello")]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command")]
pub(crate) struct Args {
    /// The port; 0 takes a free one. The address is printed.
    #[arg(long, default_value_t = 7070)]
    port: u16,
    /// The address to listen on. Anything but loopback lets others in.
    #[arg(long, default_value = "127.0.0.1")]
    bind: IpAddr,
    /// A lake that every event goes to, by the same code as in the Lambda.
    #[arg(long, value_name = "URL")]
    lake: Option<String>,
    #[command(flatten)]
    settings: SettingsArgs,
    /// Where Firehose, CloudWatch Logs, SNS and EventBridge are: a moto server, say.
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
    /// Deliver to AWS itself, by the standard AWS_* variables.
    #[arg(long, conflicts_with = "endpoint_url")]
    aws: bool,
    /// Put every event on the default event bus too.
    #[arg(long)]
    eventbridge: bool,
    /// Start with a simulator number of the US, so that the first message can be sent at once.
    #[arg(long)]
    number: bool,
    /// How many configuration sets of API v2 the account may have; AWS grants 25 at first.
    #[arg(long, value_name = "N", default_value_t = 25)]
    configuration_sets: usize,
    /// Put the account into the sandbox, where only AWS's simulator numbers can be reached.
    #[arg(long)]
    sandbox: bool,
    /// Keep the state in this folder, and go on with it after a restart.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// The same seed gives the same ids, outcomes and faults.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Emulated seconds in a real one.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// A rule file (TOML): outcomes by number, prefix, country or context; odds and faults.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// The region in ARNs.
    #[arg(long, default_value = "us-east-1")]
    region: String,
    /// The account in ARNs.
    #[arg(long, default_value = "000000000000")]
    account_id: String,
    /// Require requests signed with this key pair, ACCESS_KEY:SECRET; by default any access key will do.
    #[arg(long, value_name = "PAIR", env = "SMSVOICE_EMULATOR_CREDENTIALS", hide_env_values = true)]
    credentials: Option<String>,
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    runtime()?.block_on(async {
        let listener = TcpListener::bind((args.bind, args.port)).await;
        let listener = listener.with_context(|| format!("cannot listen on {}:{}", args.bind, args.port))?;
        let config = args.config(world).await?;
        writeln!(io::stdout(), "listening on http://{}", listener.local_addr()?)?;
        let interrupted = async { tokio::signal::ctrl_c().await.unwrap_or(()) };
        serve(config, listener, interrupted).await?;
        Ok(Exit::Done)
    })
}

impl Args {
    async fn config(&self, world: &World) -> anyhow::Result<Config> {
        let lake = match &self.lake {
            Some(url) => Some(Arc::new(LakeSink::open(url, &self.settings, world).await?) as Arc<dyn DeliveryService>),
            None => None,
        };
        let credentials = self.credentials.as_deref().map(|pair| {
            let (access_key, secret_key) = pair.split_once(':').context("--credentials takes ACCESS_KEY:SECRET")?;
            anyhow::Ok(Credentials { access_key: access_key.to_owned(), secret_key: secret_key.to_owned() })
        });
        Ok(Config {
            place: Place { region: self.region.clone(), account_id: self.account_id.clone() },
            terms: Terms { sandbox: self.sandbox, configuration_sets: self.configuration_sets, ..Terms::default() },
            credentials: credentials.transpose()?,
            seed: self.seed,
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
