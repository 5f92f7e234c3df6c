//! Two ways to start: `serve` builds clock, clients and rules from a configuration; `serve_parts` takes them as they are.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use tokio::net::TcpListener;

use crate::{
    Clock, Credentials, Patience, Place, RealTime, Rules, RulesError, Sinks, StateError, Terms,
    emulator::{Emulator, Parts},
    events::sink::Sink,
    server,
};

/// How an emulator is to be. Every field has the default that `Config::default` gives it.
#[derive(Clone)]
pub struct Config {
    /// Region and account of every ARN; `us-east-1`, `000000000000`.
    pub place: Place,
    /// Quotas and tier.
    pub terms: Terms,
    /// The key pair to hold requests to; none by default, so that any access key will do.
    pub credentials: Option<Credentials>,
    /// Ids, lives and faults follow from it; 0 by default.
    pub seed: u64,
    /// Emulated seconds in a real one; 1 by default.
    pub speed: f64,
    /// Where Firehose, Logs, SNS and EventBridge are: a moto server, say. With none and `aws` false, nothing is delivered.
    pub endpoint_url: Option<String>,
    /// Deliver to AWS itself (or to where the standard `AWS_*` variables point).
    pub aws: bool,
    /// Put events on the default event bus too.
    pub eventbridge: bool,
    /// A sink of every event, besides the event destinations.
    pub lake: Option<Arc<dyn Sink>>,
    /// A rule file (TOML).
    pub rules: Option<PathBuf>,
    /// A directory to keep state in; in memory with none.
    pub state: Option<PathBuf>,
    /// Give an account that has no number yet a simulator number, so that it can send at once.
    pub simulator_number: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            place: Place { region: "us-east-1".to_owned(), account_id: "000000000000".to_owned() },
            terms: Terms::default(),
            credentials: None,
            seed: 0,
            speed: 1.0,
            endpoint_url: None,
            aws: false,
            eventbridge: false,
            lake: None,
            rules: None,
            state: None,
            simulator_number: false,
        }
    }
}

/// Why an emulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The rule file cannot be read.
    #[error("{path}: {source}")]
    RuleFile {
        /// As given.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The rule file is wrong.
    #[error("{path}: {source}")]
    Rules {
        /// As given.
        path: PathBuf,
        /// What is wrong, and what to do.
        source: RulesError,
    },
    /// The state.
    #[error(transparent)]
    State(#[from] StateError),
}

/// Serves as `config` says, on `listener`, until `shutdown` resolves. Reads the system's clock, the rule file, and (only
/// to deliver events) the standard `AWS_*` variables.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), StartError> {
    let rules = config.rules.as_ref().map(read_rules).transpose()?.unwrap_or_default();
    let mut sinks = if config.aws || config.endpoint_url.is_some() {
        Sinks::aws(&sdk_config(&config).await, config.eventbridge, &system_time())
    } else {
        Sinks::default()
    };
    sinks.lake = config.lake;
    let parts = Parts {
        place: config.place,
        terms: config.terms,
        credentials: config.credentials,
        seed: config.seed,
        rules,
        clock: Clock::new(system_time(), config.speed),
        sinks,
        patience: Patience::default(),
        state: config.state,
        simulator_number: config.simulator_number,
    };
    serve_parts(parts, listener, shutdown).await
}

/// Serves with everything given. Must be called inside a Tokio runtime.
pub async fn serve_parts(
    parts: Parts,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), StartError> {
    let emulator = Emulator::start(parts)?;
    server::run(emulator, listener, shutdown).await;
    Ok(())
}

fn read_rules(path: &PathBuf) -> Result<Rules, StartError> {
    let fail = |source| StartError::RuleFile { path: path.clone(), source };
    let text = std::fs::read_to_string(path).map_err(fail)?;
    Rules::read(&text).map_err(|source| StartError::Rules { path: path.clone(), source })
}

fn system_time() -> RealTime {
    Arc::new(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64))
}

async fn sdk_config(config: &Config) -> SdkConfig {
    let https = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let loader = aws_config::defaults(BehaviorVersion::latest()).http_client(https);
    let loader = loader.region(Region::new(config.place.region.clone()));
    match &config.endpoint_url {
        // A local server asks for some key, not for one of yours.
        Some(url) => loader.endpoint_url(url).test_credentials().load().await,
        None => loader.load().await,
    }
}
