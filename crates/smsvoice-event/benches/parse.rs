//! The hot path: one event from its text. `cargo bench -p smsvoice-event`

#![allow(clippy::unwrap_used, missing_docs)] // criterion's macros make undocumented items

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use smsvoice_event::Event;

const TEXT: &str = r#"{"eventType":"TEXT_DELIVERED","eventVersion":"1.0","eventTimestamp":1712944268877,"isFinal":true,"originationPhoneNumber":"+13655550100","destinationPhoneNumber":"+16135550123","isoCountryCode":"CA","mcc":"302","mnc":"610","carrierName":"Bell Cellular Inc. / Aliant Telecom","messageId":"221bc70c-7ee6-4987-b1ba-9684ba25be20","messageRequestTimestamp":1712944267685,"messageEncoding":"GSM","messageType":"TRANSACTIONAL","messageStatus":"DELIVERED","messageStatusDescription":"Message has been accepted by phone","context":{"campaign":"welcome","tenant":"acme"},"totalMessageParts":1,"totalMessagePrice":0.00581,"totalCarrierFee":0.006}"#;

fn parse(c: &mut Criterion) {
    let mut group = c.benchmark_group("parse");
    group.throughput(Throughput::Bytes(TEXT.len() as u64));
    group.bench_function("text_delivered", |b| b.iter(|| Event::parse(std::hint::black_box(TEXT))));
    group.bench_function("serde_json_value", |b| {
        b.iter(|| serde_json::from_str::<serde_json::Value>(std::hint::black_box(TEXT)));
    });
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
