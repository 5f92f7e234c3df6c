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
    851a52ff150f7e2469066ca72aa22615 8e9abadada15b347a0e15edd381d766e
    77aebd14aba52ca017fb1dd37db1ebe5 6d988d3caa70bbdecf852cb3a97657fc
    bb48839c144556f130a5d2a1ade024f1 9463ff6dcf4c172213198feea96e6fee
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
