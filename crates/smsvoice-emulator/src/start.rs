//! Two ways to start: `serve` builds clock, clients and rules from a configuration; `serve_components` takes them as
//! they are.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use tokio::{net::TcpListener, task::JoinSet};

use crate::{
    account::{
        Account, Terms, Transaction,
        arn::Place,
        life::Lives,
        phone_number,
        rules::{Rules, RulesError},
    },
    api::{
        auth::Credentials,
        fault::{FaultError, Faults},
    },
    app::App,
    clock::{Clock, EpochMs, RealTime},
    delivery::{Courier, DeliveryService, DeliveryServices, RetryPolicy},
    emission,
    emulator::Emulator,
    server,
    state::{StateError, Store},
};

/// What an emulator is like. Every field has the default that `Config::default` gives it.
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
    /// Where Firehose, Logs, SNS and EventBridge are: a moto server, say. With none and `aws` false, nothing is
    /// delivered.
    pub endpoint_url: Option<String>,
    /// Deliver to AWS itself (or to where the standard `AWS_*` variables point).
    pub aws: bool,
    /// Put events on the default event bus too.
    pub eventbridge: bool,
    /// A lake that takes every event, besides the event destinations.
    pub lake: Option<Arc<dyn DeliveryService>>,
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

/// Everything an emulator is made of. Nothing is read from the environment.
pub struct Components {
    /// Region and account.
    pub place: Place,
    /// Quotas and tier.
    pub terms: Terms,
    /// The key pair to hold requests to; with none, any access key will do.
    pub credentials: Option<Credentials>,
    /// Lives, ids and faults follow from it.
    pub seed: u64,
    /// Odds, pinned endings, faults.
    pub rules: Rules,
    /// Emulated time.
    pub clock: Clock,
    /// The services that take events.
    pub services: DeliveryServices,
    /// How deliveries are retried.
    pub retries: RetryPolicy,
    /// A directory to keep state in; in memory with none.
    pub state: Option<PathBuf>,
    /// Whether an account without a number gets a simulator number.
    pub simulator_number: bool,
}

/// Why an emulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The rule file cannot be read.
    #[error("cannot read the rule file {path}")]
    RuleFile {
        /// As given.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The rule file can be read, but not used.
    #[error("cannot use the rule file {path}")]
    Rules {
        /// As given.
        path: PathBuf,
        /// What is wrong, and what to do.
        source: RulesError,
    },
    /// A fault of the API that could befall nothing.
    #[error("api_fault {number} of the rules cannot be used")]
    Fault {
        /// Counted from 1.
        number: usize,
        /// What is wrong, and what to do.
        source: FaultError,
    },
    /// The state.
    #[error(transparent)]
    State(#[from] StateError),
}

/// Serves as `config` says, on `listener`, until `shutdown` resolves. Reads the system's clock, the rule file, and
/// (only to deliver events) the standard `AWS_*` variables.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), StartError> {
    let rules = config.rules.as_ref().map(read_rules).transpose()?.unwrap_or_default();
    let mut services = if config.aws || config.endpoint_url.is_some() {
        DeliveryServices::aws(&sdk_config(&config).await, config.eventbridge, &system_time())
    } else {
        DeliveryServices::default()
    };
    services.lake = config.lake;
    let components = Components {
        place: config.place,
        terms: config.terms,
        credentials: config.credentials,
        seed: config.seed,
        rules,
        clock: Clock::new(system_time(), config.speed),
        services,
        retries: RetryPolicy::default(),
        state: config.state,
        simulator_number: config.simulator_number,
    };
    serve_components(components, listener, shutdown).await
}

/// Serves with everything given: goes on with the state, if there is any, and emits and delivers events until
/// `shutdown` resolves. Must be called inside a Tokio runtime.
pub async fn serve_components(
    components: Components,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), StartError> {
    let Components { place, terms, credentials, seed, mut rules, clock, services, retries, state, simulator_number } =
        components;
    let faults = Faults::new(seed, place.account_id.clone(), std::mem::take(&mut rules.api_fault));
    let faults = Arc::new(faults.map_err(|(number, source)| StartError::Fault { number, source })?);
    let mut account = Account::new(place, terms, seed, clock.now());
    let restore = |path: &Path| Store::open(path, |kind, key, row| account.restore(kind, key, row));
    let store = state.as_deref().map(restore).transpose()?;
    account.messages.index();
    clock.not_before(account.latest_time());
    let lives = Lives::new(seed, rules);
    if simulator_number && account.phone_numbers.len() == 0 {
        let mut tx = Transaction { account: &mut account, now: clock.now(), lives: &lives };
        // Refused only where the terms allow no number at all; then there is none.
        let _ = phone_number::request(&mut tx, phone_number::Request::simulator());
    }
    let (emulator, accepted) = Emulator::new(account, clock, lives, store);
    let courier = Arc::new(Courier::new(services, retries, emission::settle_in(Arc::clone(&emulator))));
    let agenda = emission::take_up(&emulator, &courier);
    // Dropped, and so stopped, when this function ends.
    let mut tasks = JoinSet::new();
    tasks.spawn(emission::run(Arc::clone(&emulator), Arc::clone(&courier), agenda, accepted));
    server::run(App { emulator, courier, credentials, faults }, listener, shutdown).await;
    Ok(())
}

fn read_rules(path: &PathBuf) -> Result<Rules, StartError> {
    let fail = |source| StartError::RuleFile { path: path.clone(), source };
    let text = std::fs::read_to_string(path).map_err(fail)?;
    Rules::read(&text).map_err(|source| StartError::Rules { path: path.clone(), source })
}

fn system_time() -> RealTime {
    let since_epoch = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Arc::new(move || EpochMs(since_epoch().as_millis() as u64))
}

async fn sdk_config(config: &Config) -> SdkConfig {
    let https = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let loader = aws_config::defaults(BehaviorVersion::latest()).http_client(https);
    let loader = loader.region(Region::new(config.place.region.clone()));
    match &config.endpoint_url {
        // A local server accepts any key, so it is not given one of yours.
        Some(url) => loader.endpoint_url(url).test_credentials().load().await,
        None => loader.load().await,
    }
}
