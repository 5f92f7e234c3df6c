//! The truth that `smsvoice generate` tells of its events, compared with what an engine's views say.
//!
//! Left out are the numbers that no view can give: of the lines (`lines`, `duplicates`), because a copy with the same bytes
//! is no second row in a lake; of late arrivals (`late_events`), of which a file tells nothing; of
//! unknown types and fields, which no column tells from known ones without one; and of attacks (`pumping`),
//! which `watch` finds.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Messages and money by channel, country and outcome.
const MESSAGES: &str = "SELECT channel, iso_country_code, outcome, count(*) AS messages,
  CAST(coalesce(sum(price_usd), 0) AS decimal(38, 6)) AS price_usd,
  CAST(coalesce(sum(carrier_fee_usd), 0) AS decimal(38, 6)) AS carrier_fee_usd
FROM messages GROUP BY channel, iso_country_code, outcome";

const REASONS: &str = "SELECT failure_reason, count(*) AS messages FROM messages
WHERE outcome IN ('blocked', 'failed') AND failure_reason IS NOT NULL GROUP BY failure_reason";

const CONFLICTS: &str =
    "SELECT count(*) AS messages, count(*) FILTER (WHERE conflicting) AS conflicting_messages FROM messages";

const EVENTS: &str = "SELECT count(*) AS events FROM events_once";

const QUARANTINED: &str = "SELECT count(*) AS truncated_lines FROM quarantine";

/// The views of metrics, over all messages.
const RATES: &str = "SELECT * FROM rates";
const COST: &str = "SELECT * FROM cost";
const FAILURES: &str = "SELECT * FROM failures";

/// What an engine has to be asked for [`assert_told`]: SQL that all of them understand.
pub const QUESTIONS: [&str; 8] = [MESSAGES, REASONS, CONFLICTS, EVENTS, QUARANTINED, RATES, COST, FAILURES];

/// Fails where the answers to [`QUESTIONS`], which `told` knows, are not the truth.
pub fn assert_told(truth: &Value, told: impl Fn(&str) -> Vec<Value>) {
    let (total, by_channel) = totals(&told(MESSAGES));
    assert_eq!(total, truth["total"]);
    assert_eq!(by_channel, truth["by_channel"]);
    let row = |sql: &str| told(sql).swap_remove(0);
    for sql in [CONFLICTS, EVENTS, QUARANTINED] {
        for (name, number) in row(sql).as_object().unwrap() {
            assert_eq!(*number, truth[name], "{name}");
        }
    }
    assert_eq!(reasons(&told(REASONS)), truth["failure_reasons"]);
    assert_eq!(reasons(&told(FAILURES)), truth["failure_reasons"], "the view failures");
    let (rates, cost) = (row(RATES), row(COST));
    for outcome in ["delivered", "accepted", "blocked", "failed", "unknown", "pending"] {
        let wanted = truth["total"]["outcomes"].get(outcome).cloned().unwrap_or(json!(0));
        assert_eq!(rates[outcome], wanted, "{outcome} in the view rates");
    }
    for name in ["messages", "price_usd", "carrier_fee_usd"] {
        assert_eq!(cost[name], truth["total"][name], "{name} in the view cost");
    }
    assert_eq!(rates["messages"], truth["messages"]);
}

/// What became of messages, as the truth counts it.
#[derive(Default)]
struct Totals {
    outcomes: BTreeMap<String, u64>,
    price: i64,
    carrier_fee: i64,
}

impl Totals {
    fn add(&mut self, row: &Value) {
        *self.outcomes.entry(word(&row["outcome"])).or_default() += row["messages"].as_u64().unwrap();
        self.price += micros(&row["price_usd"]);
        self.carrier_fee += micros(&row["carrier_fee_usd"]);
    }

    fn json(&self) -> Value {
        let usd = |micros: i64| format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
        json!({
            "messages": self.outcomes.values().sum::<u64>(), "outcomes": self.outcomes,
            "price_usd": usd(self.price), "carrier_fee_usd": usd(self.carrier_fee),
        })
    }
}

/// Of all, and by channel and country.
fn totals(rows: &[Value]) -> (Value, Value) {
    let (mut total, mut channels) = (Totals::default(), BTreeMap::<_, (Totals, BTreeMap<_, Totals>)>::new());
    for row in rows {
        let (of_channel, countries) = channels.entry(word(&row["channel"])).or_default();
        let of_country = countries.entry(word(&row["iso_country_code"])).or_default();
        for totals in [&mut total, of_channel, of_country] {
            totals.add(row);
        }
    }
    let by_channel: Map<String, Value> = channels
        .into_iter()
        .map(|(channel, (total, countries))| {
            let by_country: Map<_, _> = countries.into_iter().map(|(iso, totals)| (iso, totals.json())).collect();
            (channel, json!({"total": total.json(), "by_country": by_country}))
        })
        .collect();
    (total.json(), by_channel.into())
}

/// Messages by reason; the view `failures` has a reason once for each outcome.
fn reasons(rows: &[Value]) -> Value {
    let mut reasons = BTreeMap::<String, u64>::new();
    for row in rows.iter().filter(|row| !row["failure_reason"].is_null()) {
        *reasons.entry(word(&row["failure_reason"])).or_default() += row["messages"].as_u64().unwrap();
    }
    json!(reasons)
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn micros(usd: &Value) -> i64 {
    usd.as_str().unwrap().replace('.', "").parse().unwrap()
}
