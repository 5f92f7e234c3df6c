//! No generated number can reach a person: checked on the lines, by rules written down a second time.

#![allow(clippy::unwrap_used, reason = "a test may: its helpers, too")]

use std::collections::BTreeSet;

use serde_json::Value;
use smsvoice_lifecycle::{GenerateOptions, SIMULATORS, generate};

/// Kept for fiction by Ofcom, ComReg, ARCEP, PTS and Bundesnetzagentur: prefix and length of the whole number.
const FICTION: [(&str, usize); 10] = [
    ("+447700900", 13),
    ("+3532091", 13),
    ("+3363998", 12),
    ("+46701740", 12),
    ("+4915228817386", 14),
    ("+493023125", 13),
    ("+496990009", 13),
    ("+494066969", 13),
    ("+492214710", 13),
    ("+498999998", 13),
];

fn reaches_nobody(number: &str) -> bool {
    let north_american = number.len() == 12 && number.starts_with("+1") && &number[5..10] == "55501";
    let australian = number.len() == 12 && number.starts_with("+6149157");
    let european = FICTION.iter().any(|(prefix, length)| number.starts_with(prefix) && number.len() == *length);
    let simulated = SIMULATORS.iter().any(|simulator| [simulator.success, simulator.failure].contains(&number));
    north_american || australian || european || simulated
}

#[test]
fn generated_numbers_reach_nobody() {
    let mut lines = Vec::new();
    generate(&GenerateOptions { messages: 30_000, ..Default::default() }, &mut lines).unwrap();
    let (mut destinations, mut senders) = (BTreeSet::new(), BTreeSet::new());
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let event: Value = serde_json::from_slice(line).unwrap();
        destinations.insert(event["destinationPhoneNumber"].as_str().unwrap().to_owned());
        senders.insert(event["originationPhoneNumber"].as_str().unwrap().to_owned());
    }
    for number in destinations.iter().chain(senders.iter().filter(|sender| sender.starts_with('+'))) {
        assert!(reaches_nobody(number), "{number}");
    }
    assert!(destinations.len() > 5_000, "{} destinations", destinations.len());
    let kinds = ["+1206555", "+1844555", "555555", "EXAMPLE", "rcs-"];
    let missing: Vec<_> =
        kinds.iter().filter(|kind| !senders.iter().any(|sender| sender.starts_with(**kind))).collect();
    assert!(missing.is_empty(), "no sender is of the kinds {missing:?}: {senders:?}");
}
