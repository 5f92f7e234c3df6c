//! Two ways to start: `serve` builds clock, clients and rules from a configuration; `serve_components` takes them as
//! they are.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use tokio::{net::TcpListener, sync::mpsc::UnboundedReceiver, task::JoinSet};

use crate::{
    access::Access,
    account::{
        Terms,
        life::Lives,
        rules::{Rules, RulesError},
    },
    api::{
        auth::{Auth, Credentials},
        fault::{FaultError, Faults},
    },
    app::App,
    clock::{Clock, EpochMs, RealTime},
    delivery::{Courier, DeliveryService, DeliveryServices, RetryPolicy},
    emission,
    emulator::Emulator,
    pictures::Pictures,
    place::{Place, PlaceError},
    request_log::{Log, RequestLog},
    seed::fresh_seed,
    server,
    state::{StateError, Store},
    world::World,
};

/// What an emulator is like. Every field has the default that `Config::default` gives it.
#[derive(Clone)]
#[allow(clippy::struct_excessive_bools)] // each is a switch of the command line, and none depends on another
pub struct Config {
    /// Region and account of every ARN; `us-east-1`, `000000000000`.
    pub place: Place,
    /// Quotas and tier.
    pub terms: Terms,
    /// The key pair to hold requests to; none by default, so that any access key will do.
    pub credentials: Option<Credentials>,
    /// Whether requests may be signed at any time, as those of a test with a frozen clock are.
    pub any_time: bool,
    /// Names by which requests may call the emulator, besides loopback's.
    pub allowed_hosts: Vec<String>,
    /// Takes one line a request.
    pub log: Option<RequestLog>,
    /// Ids, lives and faults follow from it; with none, by default, a fresh one, so that no two runs have an id in common.
    pub seed: Option<u64>,
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
            any_time: false,
            allowed_hosts: Vec::new(),
            log: None,
            seed: None,
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
    /// Whether requests may be signed at any time, as those of a test with a frozen clock are.
    pub any_time: bool,
    /// Names by which requests may call the emulator, besides loopback's.
    pub allowed_hosts: Vec<String>,
    /// Takes one line a request.
    pub log: Option<RequestLog>,
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
    /// A speed that no clock can run at.
    #[error("{0} is no speed; write how many emulated seconds a real one has, from 0.001 to 1,000,000")]
    Speed(f64),
    /// A region or an account that there cannot be.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// No URL.
    #[error("`{0}` is not the address of an endpoint, such as http://127.0.0.1:5000")]
    EndpointUrl(String),
    /// The listener has no address.
    #[error("the listener has no address")]
    Listener(#[source] std::io::Error),
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

/// The slowest and the fastest clock.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.001..=1_000_000.0;

/// Reads a speed: emulated seconds in a real one.
pub fn read_speed(text: &str) -> Result<f64, StartError> {
    let speed = text.parse().unwrap_or(f64::NAN);
    require_speed(speed).map(|()| speed)
}

fn require_speed(speed: f64) -> Result<(), StartError> {
    if SPEEDS.contains(&speed) { Ok(()) } else { Err(StartError::Speed(speed)) }
}

/// Reads the address of an endpoint: `http://` or `https://`, and a host.
pub fn read_endpoint_url(text: &str) -> Result<String, StartError> {
    let url = text.parse::<hyper::Uri>().ok();
    let has_host = |url: &hyper::Uri| matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some();
    url.filter(has_host).map(|_| text.to_owned()).ok_or_else(|| StartError::EndpointUrl(text.to_owned()))
}

/// An emulator with everything in place, which serves once it is told to.
pub struct Emulation {
    app: App,
    access: Access,
    log: Log,
    listener: TcpListener,
    address: SocketAddr,
    agenda: emission::Agenda,
    accepted: UnboundedReceiver<String>,
}

impl Emulation {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves, and emits and delivers events, until `shutdown` resolves.
    pub async fn serve(self, shutdown: impl Future<Output = ()> + Send) {
        let Self { app, access, log, listener, address: _, agenda, accepted } = self;
        // Dropped, and so stopped, when this function ends.
        let mut tasks = JoinSet::new();
        tasks.spawn(emission::run(Arc::clone(&app.emulator), Arc::clone(&app.courier), agenda, accepted));
        server::run(app, access, log, listener, shutdown).await;
    }
}

/// Serves as `config` says, on `listener`, until `shutdown` resolves. Reads the system's clock, the rule file, and
/// (only to deliver events) the standard `AWS_*` variables.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), StartError> {
    prepare(config, listener).await?.serve(shutdown).await;
    Ok(())
}

/// All of [`serve`] but the serving: what cannot be used of `config` is refused here.
pub async fn prepare(config: Config, listener: TcpListener) -> Result<Emulation, StartError> {
    require_speed(config.speed)?;
    config.endpoint_url.as_deref().map(read_endpoint_url).transpose()?;
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
        any_time: config.any_time,
        allowed_hosts: config.allowed_hosts,
        log: config.log,
        seed: config.seed.unwrap_or_else(fresh_seed),
        rules,
        clock: Clock::new(system_time(), config.speed),
        services,
        retries: RetryPolicy::default(),
        state: config.state,
        simulator_number: config.simulator_number,
    };
    prepare_components(components, listener)
}

/// Serves with everything given: goes on with the state, if there is any, and emits and delivers events until
/// `shutdown` resolves. Must be called inside a Tokio runtime.
pub async fn serve_components(
    components: Components,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), StartError> {
    prepare_components(components, listener)?.serve(shutdown).await;
    Ok(())
}

fn prepare_components(components: Components, listener: TcpListener) -> Result<Emulation, StartError> {
    let Components { place, terms, credentials, allowed_hosts, log, seed, mut rules, clock, services, retries, .. } =
        components;
    let place = Place::new(&place.region, &place.account_id)?;
    let address = listener.local_addr().map_err(StartError::Listener)?;
    let faults = Faults::new(seed, std::mem::take(&mut rules.api_fault));
    let faults = Arc::new(faults.map_err(|(number, source)| StartError::Fault { number, source })?);
    let real = Arc::clone(clock.real());
    let auth = Auth {
        credentials: credentials.clone(),
        any_time: components.any_time,
        account_id: place.account_id.clone(),
        real: Arc::clone(&real),
    };
    let mut world = World::new(place, terms, seed, clock.now());
    let store = components.state.as_deref().map(|state| restore(state, &mut world)).transpose()?;
    clock.not_before(world.latest_time());
    let lives = Lives::new(seed, rules);
    if components.simulator_number {
        world.add_first_number(clock.now(), &lives);
    }
    let (emulator, accepted) = Emulator::new(world, clock, lives, store);
    let courier = Arc::new(Courier::new(services, retries, emission::settle_in(Arc::clone(&emulator))));
    let agenda = emission::take_up(&emulator, &courier);
    let app = App { emulator, courier, auth: Arc::new(auth), faults, pictures: Pictures::default() };
    let access = Access::new(&allowed_hosts, credentials);
    Ok(Emulation { app, access, log: Log { real, write: log }, listener, address, agenda, accepted })
}

/// Opens the state, and puts it back; refuses that of another region or account.
fn restore(path: &Path, world: &mut World) -> Result<Store, StateError> {
    let store = Store::open(path, |key, row| world.restore(key, row))?;
    match world.restored() {
        Some(home) => Err(StateError::AnotherPlace { path: path.to_owned(), home: home.clone() }),
        None => Ok(store),
    }
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
