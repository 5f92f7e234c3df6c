//! The laws of the view `messages`: one row a message, whatever the order, duplication or split of its events.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::sync::Arc;

use object_store::memory::InMemory;
use proptest::prelude::*;
use serde_json::Value;
use tests::answers::{local, sorted};
use tests::oracle;
use tests::random_events::{Arrival, arrivals, lake};

/// The view's rows over a lake to which `deliveries` were written one after the other.
fn view(deliveries: &[Vec<Arrival>]) -> Vec<Value> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let lake = lake(Arc::new(InMemory::new()), deliveries).await;
        sorted(local(&lake, "SELECT * FROM messages").await)
    })
}

/// A partition of `arrivals` by `parts`, in which an arrival can be in several parts.
fn split(arrivals: &[Arrival], parts: &[u8]) -> Vec<Vec<Arrival>> {
    let part = |number: u8| {
        let chosen = arrivals.iter().zip(parts.iter().cycle()).filter(|(_, mask)| *mask & (1 << number) != 0);
        chosen.map(|(arrival, _)| arrival.clone()).collect()
    };
    (0..3).map(part).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn view_is_what_the_definitions_say(arrivals in arrivals(3, 0..24)) {
        prop_assert_eq!(view(std::slice::from_ref(&arrivals)), sorted(oracle::messages(&arrivals)));
    }

    #[test]
    fn permutation_duplication_and_split_change_nothing(
        (arrivals, shuffled) in arrivals(3, 0..24).prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        parts in prop::collection::vec(1..8u8, 24),
    ) {
        prop_assert_eq!(view(&split(&shuffled, &parts)), view(&[arrivals]));
    }
}

#[test]
fn columns_are_the_documented_ones_in_their_order() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let lake = runtime.block_on(lake(Arc::new(InMemory::new()), &[]));
    let engine = runtime.block_on(smsvoice_metrics::LocalEngine::new(&lake)).unwrap();
    let rows = runtime.block_on(smsvoice_metrics::QueryEngine::query(&engine, "SELECT * FROM messages"));
    let schema = rows.unwrap().schema();
    let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let documented = "message_id channel outcome failure_reason conflicting is_final requested_at first_event_at \
        last_event_at accepted_at delivered_at accept_latency_ms delivery_latency_ms origination_identity \
        destination_phone_number destination_prefix_hash iso_country_code mcc mnc carrier_name message_type \
        message_encoding message_parts price_usd carrier_fee_usd call_duration_seconds billed_duration_minutes protect_status configuration_set \
        account_id aws_region context event_count country carrier network account region";
    assert_eq!(names.join(" "), documented.split_whitespace().collect::<Vec<_>>().join(" "));
}
