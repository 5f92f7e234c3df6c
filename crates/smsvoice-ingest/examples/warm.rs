//! Events a second through a warm function, in this process: each file is the payload of one invocation, the lake is a local folder.
//! `cargo run --profile lambda -p smsvoice-ingest --example warm -- LAKE PAYLOAD...`; `tests/python/lambda_speed.py` runs it beside Node.

#![allow(clippy::print_stdout, clippy::unwrap_used)] // a measurement that cannot go on stops

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use smsvoice_event::Timestamp;
use smsvoice_ingest::Settings;
use smsvoice_ingest::lambda::Consumer;
use smsvoice_lake::Lake;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let lake = Lake::create(&arguments.next().expect("usage: warm LAKE PAYLOAD..."), []).unwrap();
    let payloads: Vec<String> = arguments.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let buckets = Arc::new(|bucket: &str| Ok(Lake::open(&format!("memory:///{bucket}"), [])?.store().clone()));
    let consumer = Consumer { lake, settings: Settings::default(), buckets };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis() as i64;
    let now = Timestamp::from_millis(now).unwrap();
    // The first is cold. Every payload brings files of its own: each is taken once.
    let mut started = Instant::now();
    let mut events = 0;
    for (at, payload) in payloads.iter().enumerate() {
        let handled = runtime.block_on(consumer.invoke(payload, now, Duration::from_mins(1)));
        // As `bootstrap` gives it to the runtime, and the runtime sends it.
        let reply = serde_json::to_vec(&handled.reply.unwrap().into_json().unwrap()).unwrap();
        assert!(handled.account.written > 0 && !reply.is_empty());
        if at == 0 {
            started = Instant::now();
        } else {
            events += handled.account.received;
        }
    }
    println!("{:.0}", events as f64 / started.elapsed().as_secs_f64());
}
