//! What `smsvoice --version` says: the version, the commit where one is known, and the target.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// Git fills the commit in when it makes an archive (see `.gitattributes`).
const ARCHIVE: &str = "commit.txt";

fn main() {
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let target = env::var("TARGET").unwrap_or_default();
    let told = commit().map_or(target.clone(), |commit| format!("{commit}, {target}"));
    println!("cargo::rustc-env=BUILD_VERSION={version} ({told})");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={ARCHIVE}");
    println!("cargo::rerun-if-env-changed=GIT_COMMIT");
}

/// That of `GIT_COMMIT`, of the archive that this was unpacked from, or of the repository; none where none of them is known.
fn commit() -> Option<String> {
    let short = |commit: String| commit.trim().chars().take(12).collect::<String>();
    let named = env::var("GIT_COMMIT").ok().filter(|commit| !commit.is_empty());
    let archived = || fs::read_to_string(ARCHIVE).ok().filter(|text| !text.contains('$'));
    named.or_else(archived).or_else(of_repository).map(short)
}

/// The repository has to be ours: an archive can lie within somebody else's.
fn of_repository() -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().ok()?;
    let top = git(&["rev-parse", "--show-toplevel"])?;
    if Path::new(&top).canonicalize().ok()? != root {
        return None;
    }
    // Every commit, and every change of branch, is written there.
    let log = git(&["rev-parse", "--path-format=absolute", "--git-path", "logs/HEAD"])?;
    if Path::new(&log).exists() {
        println!("cargo::rerun-if-changed={log}");
    }
    git(&["rev-parse", "--short=12", "HEAD"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok().map(|text| text.trim().to_owned())
}
