//! The same seed gives the same bytes, on every machine and in every version of the dependencies.

#![allow(clippy::unwrap_used, reason = "a test may: its helpers, too")]

use smsvoice_lifecycle::{GenerateOptions, generate};
use xxhash_rust::xxh3::xxh3_128;

fn hash(options: &GenerateOptions) -> String {
    let mut lines = Vec::new();
    let truth = generate(options, &mut lines).unwrap();
    let truth = serde_json::to_vec(&truth).unwrap();
    format!("{:032x} {:032x}", xxh3_128(&lines), xxh3_128(&truth))
}

fn faulty() -> GenerateOptions {
    GenerateOptions {
        messages: 5_000,
        seed: 20_261_122,
        duplicates: 0.05,
        shuffled: true,
        late: 0.01,
        truncated: 0.01,
        unknown_types: 0.01,
        unknown_fields: 0.02,
        ..Default::default()
    }
}

/// A change here breaks "the same bytes" for everyone: let it be on purpose.
#[test]
fn same_seed_gives_the_same_bytes_everywhere() {
    let plain = GenerateOptions { messages: 5_000, ..Default::default() };
    let disordered = GenerateOptions { disorder: 0.1, ..plain.clone() };
    let hashes = [hash(&plain), hash(&disordered), hash(&faulty())];
    insta::assert_snapshot!(hashes.join("\n"), @r"
    c5e814aaaad60daee9e6a0646a72e6c8 34192b1738415151e8c7bff8cc15f37c
    2cb09451f3238517d9e8ea1f85538ab4 42b70873d220633e608512bb3bc72f33
    be023285ebaba9863f2cc95c7b235bcb 896b96cbe045d2628817ccf6935f420d
    ");
}

#[test]
fn another_seed_gives_other_bytes() {
    assert_ne!(hash(&faulty()), hash(&GenerateOptions { seed: 1, ..faulty() }));
}

#[test]
fn first_lines_look_like_the_samples() {
    let mut lines = Vec::new();
    generate(&GenerateOptions { messages: 4, ..Default::default() }, &mut lines).unwrap();
    insta::assert_snapshot!(String::from_utf8(lines).unwrap());
}
