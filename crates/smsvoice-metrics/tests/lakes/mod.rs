//! Small lakes in memory, of named lives: each a story that some consumer of these events is known to get wrong.

use std::sync::Arc;

use object_store::memory::InMemory;
use object_store::path::Path;
use smsvoice_event::Event;
use smsvoice_lake::{EventBatchBuilder, Lake, LakeWriter, Route, Source, WriterLimits};

/// The names of all lives.
pub(crate) const ALL: [&str; 13] = [
    "text delivered",
    "text delivered, then queued",
    "text failed in the millisecond in which it was pending",
    "text accepted, not final",
    "text accepted, final",
    "text unknown",
    "text blocked for nothing",
    "text delivered and failed",
    "text out of reach at first, then delivered",
    "text out of reach at first, then expired",
    "text out of reach, not final",
    "call answered",
    "call busy",
];

pub(crate) fn empty() -> Lake {
    Lake::in_store(Arc::new(InMemory::new()), Path::default(), "memory:///")
}

/// A lake to which each of `deliveries` was written at a time.
pub(crate) async fn lake_of(deliveries: &[&[&str]]) -> Lake {
    let lake = empty();
    for lives in deliveries {
        add(&lake, lives).await;
    }
    lake
}

pub(crate) async fn add(lake: &Lake, lives: &[&str]) {
    let mut batch = EventBatchBuilder::default();
    for json in lives.iter().flat_map(|name| life(name)) {
        batch.push(&Event::parse(&json).unwrap(), &Route::of(Source::File));
    }
    let mut writer = LakeWriter::new(WriterLimits::default());
    writer.push(batch.finish());
    for file in writer.finish().unwrap().0 {
        lake.put(&file).await.unwrap();
    }
}

/// 2026-11-20T12:00:00Z: over 36 hours, and under 72, before the instant that the tests ask at.
const NOON: i64 = 1_795_176_000_000;

fn life(name: &str) -> Vec<String> {
    let text = |id: &str, events: &[(&str, i64, bool, &str)]| events_of(id, NOON, events);
    match name {
        "text delivered" => text(
            "m-a",
            &[("TEXT_SUCCESSFUL", 215, false, "0.00581,0.00767"), ("TEXT_DELIVERED", 1_192, true, "0.00581,0.006")],
        ),
        "text delivered in march" => {
            events_of("m-march", NOON - 260 * 86_400_000, &[("TEXT_DELIVERED", 1, true, "0.00581,0.006")])
        }
        "text delivered, then queued" => {
            text("m-queued", &[("TEXT_DELIVERED", 900, true, "0.00581,0"), ("TEXT_QUEUED", 905, false, "0.00581,0")])
        }
        "text failed in the millisecond in which it was pending" => {
            text("m-tie", &[("TEXT_PENDING", 500, false, "0.00581,0"), ("TEXT_UNREACHABLE", 500, true, "0.00581,0")])
        }
        "text accepted, not final" => text("m-open", &[("TEXT_SUCCESSFUL", 300, false, "0.07451,0")]),
        "text accepted, final" => {
            events_of("m-final", NOON - 3 * 86_400_000, &[("TEXT_SUCCESSFUL", 400, true, "0.07451,0")])
        }
        "text unknown" => text("m-unknown", &[("TEXT_UNKNOWN", 70_000_000, true, "0.00581,0.003")]),
        "text blocked for nothing" => text("m-protected", &[("TEXT_PROTECT_BLOCKED", 30, true, "0,0")]),
        "text delivered and failed" => text(
            "m-conflict",
            &[("TEXT_DELIVERED", 5_000, true, "0.00581,0.006"), ("TEXT_TTL_EXPIRED", 97_000, true, "0.00581,0.006")],
        ),
        "text out of reach at first, then delivered" => text(
            "m-retried",
            &[("TEXT_UNREACHABLE", 800, false, "0.00581,0.003"), ("TEXT_DELIVERED", 60_000, true, "0.00581,0.003")],
        ),
        "text out of reach at first, then expired" => text(
            "m-expired",
            &[
                ("TEXT_CARRIER_UNREACHABLE", 700, false, "0.00581,0.003"),
                ("TEXT_TTL_EXPIRED", 86_400_000, true, "0.00581,0.003"),
            ],
        ),
        "text out of reach, not final" => text("m-trying", &[("TEXT_UNREACHABLE", 900, false, "0.00581,0.003")]),
        "call answered" => vec![
            format!(
                r#"{{"eventType":"VOICE_INITIATED","messageId":"m-call","eventTimestamp":{},"messageRequestTimestamp":{NOON},"isFinal":false}}"#,
                NOON + 40
            ),
            format!(
                r#"{{"eventType":"VOICE_COMPLETED","messageId":"m-call","eventTimestamp":{},"messageRequestTimestamp":{NOON},"isFinal":true,"callDurationInSeconds":60,"totalDurationInMinutes":1,"totalMessagePrice":0.013}}"#,
                NOON + 71_000
            ),
        ],
        "call busy" => {
            vec![format!(r#"{{"eventType":"BUSY","messageId":"m-busy","eventTimestamp":{}}}"#, NOON + 9_000)]
        }
        other => unreachable!("no life is named {other}"),
    }
}

/// Each event: type, milliseconds after the request, whether final, price and fee.
fn events_of(id: &str, requested: i64, events: &[(&str, i64, bool, &str)]) -> Vec<String> {
    let json = |(kind, after, last, money): &(&str, i64, bool, &str)| {
        let (price, fee) = money.split_once(',').unwrap();
        format!(
            r#"{{"eventType":"{kind}","messageId":"{id}","eventTimestamp":{},"messageRequestTimestamp":{requested},"isFinal":{last},"isoCountryCode":"CA","totalMessagePrice":{price},"totalCarrierFee":{fee}}}"#,
            requested + after
        )
    };
    events.iter().map(json).collect()
}
