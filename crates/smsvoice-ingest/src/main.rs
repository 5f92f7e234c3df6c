//! `bootstrap`: the Lambda function. It builds what an invocation needs, once, and hands every payload to the library.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context as _;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::value::RawValue;
use smsvoice_event::Timestamp;
use smsvoice_ingest::Buckets;
use smsvoice_ingest::lambda::{
    Config, Consumer, Failure, Handled, LogLevel, Sandbox, Telemetry, Watch, WatchError, asks_to_watch,
};
use smsvoice_lake::{Lake, S3Access};
use tracing::{Level, error, info, warn};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// One thread for payloads, and one that puts files meanwhile.
#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> Result<(), lambda_runtime::Error> {
    let vars: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let config = Config::from_vars(&vars).inspect_err(|error| {
        log(LogLevel::Error);
        error!(%error, "the function cannot start: a setting is wrong");
    })?;
    log(config.log);
    let namespace = config.namespace.clone();
    let watch = match config.watch.clone() {
        Some(settings) => Some(Watch::new(&config.lake, settings).await),
        None => None,
    };
    let consumer = consumer(config, vars)
        .await
        .inspect_err(|error| error!(error = format!("{error:#}"), "the function cannot start"))?;
    let function = Arc::new(Function { consumer, watch, namespace, sandbox: Mutex::default() });
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let function = function.clone();
        async move { function.invoke(event).await }
    }))
    .await
}

struct Function {
    consumer: Consumer,
    watch: Option<Watch>,
    namespace: String,
    sandbox: Mutex<Sandbox>,
}

/// JSON lines on stdout, where Lambda takes them from. Other crates warn at most: at `trace`, lambda_runtime logs whole
/// payloads, and numbers with them.
fn log(level: LogLevel) {
    let level: Level = level.as_str().parse().unwrap_or(Level::INFO);
    let ours = Targets::new().with_target("bootstrap", level).with_target("smsvoice", level);
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true);
    let lines = lines.with_current_span(false).with_span_list(false).with_writer(std::io::stdout);
    let filtered = lines.with_filter(ours.with_default(level.min(Level::WARN)));
    // A second call has no effect: the first level stays.
    let _ = tracing_subscriber::registry().with(filtered).try_init();
}

async fn consumer(config: Config, vars: BTreeMap<String, String>) -> anyhow::Result<Consumer> {
    let lake = Lake::create(&config.lake, vars.clone()).context("SMSVOICE_LAKE")?;
    anyhow::ensure!(!lake.is_in_memory(), "SMSVOICE_LAKE is in memory, and would be gone with the sandbox");
    let settings = config.wanted.settle(&lake, &vars).await?;
    let buckets = Buckets::new(S3Access::of(vars));
    Ok(Consumer { lake, settings, buckets: buckets.opener() })
}

impl Function {
    async fn invoke(&self, event: LambdaEvent<Box<RawValue>>) -> Result<Box<RawValue>, Diagnostic> {
        let started = Instant::now();
        let now = SystemTime::now();
        let millis = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
        let time_left = time_left(event.context.deadline, millis);
        if asks_to_watch(event.payload.get()) {
            let looked = self.watch(now, time_left).await;
            return looked
                .inspect_err(|error| error!(request_id = event.context.request_id, %error, "not watched"))
                .map_err(|error| diagnostic(error.error_type(), &error));
        }
        let arrival = Timestamp::from_millis(millis as i64).unwrap_or(Timestamp::EPOCH);
        let mut handled = self.consumer.invoke(event.payload.get(), arrival, time_left).await;
        self.tell(&mut handled, &event.context, now, started.elapsed());
        match handled.reply {
            Ok(reply) => reply.into_json().map_err(|error| diagnostic("Reply", &error)),
            Err(failure) => Err(diagnostic(failure.error_type(), &failure)),
        }
    }

    /// The scheduled mode. The metric is written before anybody is told, so that an alarm rings whatever becomes of the topic.
    async fn watch(&self, now: SystemTime, time_left: Duration) -> Result<Box<RawValue>, WatchError> {
        let watch = self.watch.as_ref().ok_or(WatchError::NotSet)?;
        let watched = watch.look(now.into(), time_left).await?;
        let lines = watched.metric_lines(&self.namespace, now.into());
        let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let _ = std::io::stdout().write_all(lines.as_bytes());
        info!(signs = watched.signs.len(), hours = watched.hours, prefixes = watched.prefixes, "watched");
        let told = watch.tell(&watched).await?;
        serde_json::value::to_raw_value(&told).map_err(|error| WatchError::Answer(error.to_string()))
    }

    /// One line of metrics and one of log an invocation; names never seen before one more each.
    fn tell(&self, handled: &mut Handled, context: &lambda_runtime::Context, now: SystemTime, took: Duration) {
        let (is_cold, first_seen) = match self.sandbox.lock() {
            Ok(mut sandbox) => (sandbox.is_cold(), sandbox.first_seen(&handled.observed)),
            Err(_) => (false, Vec::new()),
        };
        for name in first_seen {
            warn!(name, "first sight of something this version does not know; it is kept");
        }
        for problem in &handled.problems {
            warn!(request_id = context.request_id, "{problem}");
        }
        let telemetry = Telemetry::of(handled, now, took, is_cold);
        let _ = std::io::stdout().write_all(telemetry.emf(&self.namespace).as_bytes());
        let (ledger, trace_id) = (&handled.ledger, context.xray_trace_id.as_deref().unwrap_or_default());
        let (request_id, duration_ms) = (&context.request_id, took.as_millis() as u64);
        match &handled.reply {
            Ok(_) => info!(
                request_id,
                trace_id,
                duration_ms,
                received = ledger.received,
                written = ledger.written,
                already_there = ledger.already_there,
                duplicates = ledger.duplicates,
                quarantined = ledger.quarantined,
                to_retry = ledger.to_retry,
                files = handled.files,
                "invocation done"
            ),
            Err(failure @ Failure::NotDurable { .. }) => {
                error!(request_id, trace_id, duration_ms, error = %failure, "invocation failed, to be retried");
            }
            Err(failure @ Failure::Unrecognized { .. }) => {
                error!(request_id, trace_id, duration_ms, error = %failure, "invocation refused");
            }
        }
    }
}

/// Lambda begins no invocation whose deadline has passed. A server on a laptop does: `cargo lambda watch` says 600,000
/// milliseconds after 1970 to every one, and nothing would be tried in no time.
fn time_left(deadline: u64, now: u64) -> Duration {
    const IF_UNTOLD: u64 = 60_000;
    Duration::from_millis(deadline.checked_sub(now).unwrap_or(IF_UNTOLD))
}

fn diagnostic(error_type: &str, error: &dyn std::fmt::Display) -> Diagnostic {
    Diagnostic { error_type: error_type.to_owned(), error_message: error.to_string() }
}
