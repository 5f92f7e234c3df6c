//! Which crate may name which: data flows one way, the lower crates are pure, and each large library has one owner.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Our crates, lowest first: each may name only those before it, in its tests as well.
const FLOW: [&str; 14] = [
    "smsvoice-event",
    "smsvoice-lifecycle",
    "smsvoice-report",
    "smsvoice-watch",
    "smsvoice-athena",
    "smsvoice-lake",
    "smsvoice-ingest",
    "smsvoice-metrics",
    "smsvoice-engines",
    "smsvoice-emulator",
    "smsvoice-provision",
    "smsvoice-doctor",
    "smsvoice",
    "tests",
];

/// Libraries (and those whose names begin with theirs and a hyphen) that only these crates name, and all of these do.
const OWNERS: [(&str, &[&str]); 13] = [
    ("age", &["smsvoice-ingest"]),
    ("annotate-snippets", &["smsvoice-provision"]),
    ("anyhow", &["smsvoice", "smsvoice-ingest"]),
    ("aws-sdk-athena", &["smsvoice-athena", "smsvoice-engines"]),
    ("aws-sdk-pinpointsmsvoicev2", &["smsvoice-provision"]),
    ("axum", &["smsvoice-emulator", "tests"]),
    ("clap", &["smsvoice"]),
    ("datafusion", &["smsvoice-metrics"]),
    ("lambda_runtime", &["smsvoice-ingest"]),
    ("parquet", &["smsvoice-lake", "smsvoice"]), // the command writes answers as Parquet files
    ("quick-xml", &["smsvoice-doctor", "smsvoice-ingest"]),
    ("redb", &["smsvoice-emulator"]),
    ("reqwest", &["smsvoice", "smsvoice-doctor", "smsvoice-engines", "tests"]),
];

/// What the crate of one event may name: serialization, dates, and no more than that needs.
const EVENT_NAMES: [&str; 6] = ["chrono", "serde", "serde_json", "thiserror", "wide", "xxhash-rust"];

/// How the names of crates begin that do input and output, run tasks, or speak to AWS.
const IMPURE: [&str; 9] = ["aws-", "futures", "hyper", "mio", "object_store", "reqwest", "rustls", "socket2", "tokio"];

/// How the names of crates begin that know a lake's files.
const COLUMNAR: [&str; 4] = ["arrow", "datafusion", "object_store", "parquet"];

/// What pure code does not say: files, network, environment, processes, threads, standard streams, clocks.
const EFFECTS: [&str; 12] = [
    "fs::",
    "net::",
    "env::",
    "process::",
    "thread::",
    "stdin",
    "stdout",
    "stderr",
    "SystemTime",
    "Instant",
    "Utc::now",
    "Local::now",
];

#[test]
fn every_crate_names_only_crates_below_it() {
    let rank = |name: &str| FLOW.iter().position(|member| *member == name);
    let members: BTreeSet<_> = packages().into_iter().map(|package| package.name).collect();
    assert_eq!(members, FLOW.map(str::to_owned).into(), "each crate has its place in the flow");
    for package in packages() {
        for name in &package.names {
            assert!(rank(name) < rank(&package.name), "{} names {name}, which is not below it", package.name);
        }
    }
}

#[test]
fn each_large_library_is_named_by_its_owners_alone() {
    for (library, owners) in OWNERS {
        let is_library = |name: &String| name == library || name.starts_with(&format!("{library}-"));
        let namers = packages().into_iter().filter(|package| package.names.iter().any(is_library));
        let namers: BTreeSet<_> = namers.map(|package| package.name).collect();
        assert_eq!(namers, owners.iter().map(|owner| (*owner).to_owned()).collect(), "{library}");
    }
}

#[test]
fn an_event_and_a_life_are_read_and_written_without_io_tasks_or_aws() {
    let mut packages = packages();
    let event = packages.remove(packages.iter().position(|package| package.name == "smsvoice-event").unwrap());
    assert_eq!(event.built_with, EVENT_NAMES.map(str::to_owned).into());
    for pure in ["smsvoice-event", "smsvoice-lifecycle", "smsvoice-report", "smsvoice-watch"] {
        assert_eq!(needed_by(pure, &IMPURE), [""; 0], "{pure}");
    }
}

#[test]
fn pure_sources_touch_neither_the_world_nor_its_clock() {
    for (crate_name, forbidden) in [
        ("smsvoice-event", &["io::"][..]),
        ("smsvoice-lifecycle", &[]),
        ("smsvoice-report", &[]),
        ("smsvoice-watch", &[]),
    ] {
        for path in sources(&format!("crates/{crate_name}/src")) {
            let code = code(&path);
            let said = EFFECTS.iter().chain(forbidden).filter(|effect| names(&code, effect));
            assert_eq!(said.collect::<Vec<_>>(), [&""; 0], "{}", path.display());
        }
    }
}

#[test]
fn below_the_lake_and_in_the_emulator_nothing_is_columnar() {
    for crate_name in ["smsvoice-event", "smsvoice-lifecycle", "smsvoice-report", "smsvoice-emulator"] {
        assert_eq!(needed_by(crate_name, &COLUMNAR), [""; 0], "{crate_name}");
    }
}

#[test]
fn of_the_function_only_the_binary_names_its_runtime_and_untyped_errors() {
    let main = root().join("crates/smsvoice-ingest/src/main.rs");
    let text = fs::read_to_string(&main).unwrap();
    let modules = text.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    let binary: Vec<_> =
        modules.map(|module| main.with_file_name(format!("{module}.rs"))).chain([main.clone()]).collect();
    for path in sources("crates/smsvoice-ingest/src") {
        let code = code(&path);
        assert_eq!(names(&code, "lambda_runtime"), path == main, "{}", path.display());
        assert!(!names(&code, "anyhow") || binary.contains(&path), "{}", path.display());
    }
}

/// Otherwise the first test after the first run builds datafusion again, and everything above it.
#[test]
fn cargo_run_and_cargo_test_choose_the_same_features() {
    let chosen = |arguments: &[&str]| {
        let tree = cargo(&[&["tree", "--prefix", "none", "--format", "{p}|{f}"], arguments].concat());
        tree.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect::<BTreeSet<_>>()
    };
    let package = |line: &String| line.split('|').next().map(str::to_owned);
    let run = chosen(&["-p", "smsvoice", "-e", "normal,build"]);
    let run_packages: BTreeSet<_> = run.iter().map(package).collect();
    let test = chosen(&["--workspace", "-e", "normal,build,dev"]);
    let chosen_otherwise: Vec<_> = test.difference(&run).filter(|line| run_packages.contains(&package(line))).collect();
    assert!(run_packages.len() > 300 && chosen_otherwise.is_empty(), "{chosen_otherwise:#?}");
}

#[test]
fn a_name_is_found_in_code_and_not_in_a_longer_word_or_a_comment() {
    assert!(names("let now = Instant::now();", "Instant") && names("use std::{fs::File};", "fs::"));
    assert!(!names("struct Instantly; vfs::read()", "Instant") && !names("vfs::read()", "fs::"));
    assert_eq!(without_comments_and_tests("a\n/// Instant\nb // fs::\n#[cfg(test)]\nmod tests {}"), "a\n\nb \n");
}

struct Package {
    name: String,
    /// Every crate it declares, for itself, its tests or its build.
    names: BTreeSet<String>,
    /// Those of them that are not for its tests alone.
    built_with: BTreeSet<String>,
}

/// The members of the workspace as `cargo metadata` tells of them.
fn packages() -> Vec<Package> {
    let told: Value = serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])).unwrap();
    let package = |told: &Value| {
        let declared = told["dependencies"].as_array().unwrap();
        let name = |dependency: &Value| dependency["name"].as_str().unwrap().to_owned();
        Package {
            name: name(told),
            names: declared.iter().map(name).collect(),
            built_with: declared.iter().filter(|dependency| dependency["kind"] != "dev").map(name).collect(),
        }
    };
    told["packages"].as_array().unwrap().iter().map(package).collect()
}

/// Which crates are built for `crate_name`, directly or not, whose names begin like one of `prefixes`.
fn needed_by(crate_name: &str, prefixes: &[&str]) -> Vec<String> {
    let tree = cargo(&["tree", "-p", crate_name, "-e", "normal", "--prefix", "none", "--format", "{p}"]);
    assert!(tree.starts_with(crate_name), "{tree}");
    let needed: BTreeSet<_> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    let matching = needed.into_iter().filter(|name| prefixes.iter().any(|prefix| name.starts_with(prefix)));
    matching.map(str::to_owned).collect()
}

fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let told =
        Command::new(cargo).args(arguments).args(["--locked", "--offline"]).current_dir(root()).output().unwrap();
    assert!(told.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&told.stderr));
    String::from_utf8(told.stdout).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// All Rust files below a folder.
fn sources(folder: &str) -> Vec<PathBuf> {
    let mut folders = vec![root().join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty());
    found
}

fn code(path: &Path) -> String {
    without_comments_and_tests(&fs::read_to_string(path).unwrap())
}

/// Unit tests stand at the end of a file.
fn without_comments_and_tests(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.map(|line| format!("{line}\n")).collect()
}

/// Whether `code` says `name` as a word of its own.
fn names(code: &str, name: &str) -> bool {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    let parts: Vec<_> = code.split(name).collect();
    parts.windows(2).any(|around| {
        let path_goes_on = name.ends_with("::");
        !around[0].ends_with(is_letter) && (path_goes_on || !around[1].starts_with(is_letter))
    })
}
