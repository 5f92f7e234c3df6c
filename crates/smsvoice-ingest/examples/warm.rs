//! Events a second through a warm function, in this process: each file is the payload of one invocation, the lake is a local
//! folder. With `--parts` before it: microseconds of an invocation's parts, each done by itself, and of the whole.
//!
//! `cargo run --profile deploy -p smsvoice-ingest --example warm -- [--parts] LAKE PAYLOAD...`;
//! `tests/python/lambda_speed.py` runs it beside Node.

#![allow(clippy::print_stdout, clippy::unwrap_used)] // a measurement that cannot go on stops

use std::time::{Duration, Instant, SystemTime};

use smsvoice_event::Timestamp;
use smsvoice_ingest::lambda::Consumer;
use smsvoice_ingest::{Buckets, Origin, Output, Reader, Settings};
use smsvoice_lake::{EventBatch, Lake, LakeFile, LakeWriter, Quarantined, S3Access, Source, WriterLimits};
use tokio::runtime::Runtime;

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    let by_parts = arguments.next_if(|argument| argument == "--parts").is_some();
    let folder = arguments.next().expect("usage: warm [--parts] LAKE PAYLOAD...");
    let payloads: Vec<String> = arguments.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis() as i64;
    let warm = Warm { runtime, now: Timestamp::from_millis(now).unwrap(), settings: Settings::default() };
    if by_parts { warm.parts(&folder, &payloads) } else { warm.rate(&folder, &payloads) }
}

struct Warm {
    runtime: Runtime,
    now: Timestamp,
    settings: Settings,
}

impl Warm {
    fn consumer(&self, folder: &str) -> Consumer {
        let lake = Lake::create(folder, []).unwrap();
        // No payload of this program names an object.
        let buckets = Buckets::new(S3Access::of([])).opener();
        Consumer { lake, settings: self.settings.clone(), buckets }
    }

    /// One invocation; returns how many events it brought.
    fn invoke(&self, consumer: &Consumer, payload: &str) -> u64 {
        let handled = self.runtime.block_on(consumer.invoke(payload, self.now, Duration::from_mins(1)));
        // As `bootstrap` gives it to the runtime, and the runtime sends it.
        let reply = serde_json::to_vec(&handled.reply.unwrap().into_json().unwrap()).unwrap();
        assert!(handled.ledger.written > 0 && !reply.is_empty());
        handled.ledger.received
    }

    fn rate(&self, folder: &str, payloads: &[String]) {
        let consumer = self.consumer(folder);
        // The first is cold. Every payload brings files of its own: each is taken once.
        self.invoke(&consumer, &payloads[0]);
        let started = Instant::now();
        let events: u64 = payloads[1..].iter().map(|payload| self.invoke(&consumer, payload)).sum();
        println!("{:.0}", events as f64 / started.elapsed().as_secs_f64());
    }

    fn parts(&self, folder: &str, payloads: &[String]) {
        let lake = Lake::create(&format!("{folder}/parts"), []).unwrap();
        let consumer = self.consumer(&format!("{folder}/whole"));
        let mut took = [Duration::ZERO; 4];
        for (at, payload) in payloads.iter().enumerate() {
            let mut part = |part: usize, started: Instant| {
                took[part] += if at == 0 { Duration::ZERO } else { started.elapsed() };
            };
            let started = Instant::now();
            let batches = self.read(payload);
            part(0, started);
            let started = Instant::now();
            let files = encode(batches);
            part(1, started);
            let started = Instant::now();
            for file in &files {
                self.runtime.block_on(lake.put(file)).unwrap();
            }
            part(2, started);
            let started = Instant::now();
            self.invoke(&consumer, payload);
            part(3, started);
        }
        let each = took.map(|took| format!("{:.0}", took.as_secs_f64() * 1e6 / (payloads.len() - 1) as f64));
        println!("{}", each.join(" "));
    }

    fn read(&self, payload: &str) -> Vec<EventBatch> {
        let mut reader = Reader::new(&self.settings, 4096, Batches::default());
        reader.text(payload, &Origin::new(Source::EventBridge, self.now, "invocation"));
        reader.finish().0.0
    }
}

#[derive(Default)]
struct Batches(Vec<EventBatch>);

impl Output for Batches {
    fn take(&mut self, batch: EventBatch) {
        self.0.push(batch);
    }

    fn reject(&mut self, piece: Quarantined) {
        panic!("{piece:?}");
    }
}

fn encode(batches: Vec<EventBatch>) -> Vec<LakeFile> {
    let mut writer = LakeWriter::new(WriterLimits::default());
    for batch in batches {
        writer.push(batch);
    }
    writer.finish().unwrap().0
}
