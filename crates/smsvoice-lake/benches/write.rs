//! Events into columns, and columns into Parquet. `cargo bench -p smsvoice-lake`

#![allow(clippy::unwrap_used, missing_docs)] // criterion's macros make undocumented items

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use smsvoice_event::Event;
use smsvoice_lake::{EventBatch, EventBatchBuilder, LakeWriter, Route, Source, WriterLimits};
use smsvoice_lifecycle::{GenerateOptions, generate};

fn texts(messages: u64) -> Vec<String> {
    let mut lines = Vec::new();
    generate(&GenerateOptions { messages, ..GenerateOptions::default() }, &mut lines).unwrap();
    String::from_utf8(lines).unwrap().lines().map(str::to_owned).collect()
}

fn batch(events: &[Event<'_>]) -> EventBatch {
    let mut builder = EventBatchBuilder::default();
    let route = Route::of(Source::File);
    for event in events {
        builder.push(event, &route);
    }
    builder.finish()
}

fn write(c: &mut Criterion) {
    let texts = texts(3_000);
    let events: Vec<Event<'_>> = texts.iter().map(|text| Event::parse(text).unwrap()).collect();
    let mut group = c.benchmark_group("events");
    group.throughput(Throughput::Elements(events.len() as u64));
    group.bench_function("batch", |b| b.iter(|| batch(&events)));
    group.bench_function("write", |b| {
        b.iter_batched(
            || batch(&events),
            |batch| {
                let mut writer = LakeWriter::new(WriterLimits::default());
                writer.push(batch);
                writer.finish().unwrap()
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, write);
criterion_main!(benches);
