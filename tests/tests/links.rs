//! What a file refers to exists: links and paths in Markdown and in documentation, and the places that URLs lead to.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How the URLs of this repository begin. A new place is added by hand, by someone who has opened it.
const KNOWN_PLACES: [&str; 12] = [
    "http://127.0.0.1",
    "http://awss3control.amazonaws.com/doc/2018-08-20/", // a name: that of the XML of S3's control plane
    "http://www.apache.org/licenses/",
    "https://crates.io/crates/",
    "https://example.invalid/", // in the samples: a name that is never anybody's
    "https://github.com/apache/parquet-format/",
    "https://json-schema.org/draft/2020-12/", // a name: that of the language of schemas
    "https://parquet.apache.org/docs/",
    "https://repo1.maven.org/maven2/io/trino",
    "https://sns.us-east-1.amazonaws.com/", // in the samples: what SNS puts into its envelopes
    "https://sqs.us-east-1.amazonaws.com/", // in the samples: a queue, whose URL has the account in it
    "https://www.cargo-lambda.info",
];

/// How a word begins that can only be a path of this repository.
const FOLDERS: [&str; 6] = ["crates/", "samples/", "tests/", "infra/", ".ci/", ".github/"];

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_exist() {
    assert_nothing_found(documents(), broken_links);
}

#[test]
fn every_path_that_is_mentioned_exists() {
    assert_nothing_found(documents(), missing_paths);
}

#[test]
fn every_url_leads_to_a_known_place() {
    let locks = ["Cargo.lock", "package-lock.json"];
    let written_by_hand = files().into_iter().filter(|path| !locks.iter().any(|lock| path.ends_with(lock)));
    let texts = written_by_hand.filter_map(|path| fs::read_to_string(root().join(&path)).ok().map(|text| (path, text)));
    assert_nothing_found(texts, unknown_urls);
}

#[test]
fn broken_links_missing_paths_and_unknown_urls_are_found() {
    let page = Path::new("samples/page.md");
    let links = "# A heading: `one`\n[a](README.md) [b](../README.md#how-the-parts-fit) [c](#a-heading-one)\n\
        `[in code](nowhere.md)`\n```\n[in code](nowhere.md)\n```\n[d](nowhere.md) [e](../README.md#nowhere) [f](#nowhere)\n\
        [g][nowhere] [h][here]\n\n[here]: README.md\n[there]: nowhere.md\n";
    let broken = ["nowhere.md", "../README.md#nowhere", "#nowhere", "[nowhere]", "nowhere.md"];
    assert_eq!(broken_links(page, links), broken);

    let source = Path::new("crates/smsvoice-lake/src/lib.rs");
    let documentation =
        markdown(source, "//! [a](../README.md), [b](Lake::open)\nlet x = [c](d/e.md);\n/// [f](g/h.md)\n");
    assert_eq!(broken_links(source, &documentation), ["g/h.md"]);

    let paths = "see `samples/events`, tests/nowhere.rs and crates/*/src; run (-dict=tests/fuzz/json.dict).";
    assert_eq!(missing_paths(page, paths), ["tests/nowhere.rs"]);

    let elsewhere = ["https", "unknown.example/x"].join("://");
    let urls = format!("<http://127.0.0.1:7070/> strip_prefix(\"http{}\") ({elsewhere})", "://");
    assert_eq!(unknown_urls(page, &urls), [elsewhere]);
}

fn assert_nothing_found(texts: impl Iterator<Item = (PathBuf, String)>, find: impl Fn(&Path, &str) -> Vec<String>) {
    let found = texts.flat_map(|(path, text)| {
        find(&path, &text).into_iter().map(move |found| format!("{}: {found}", path.display())).collect::<Vec<_>>()
    });
    let found: Vec<_> = found.collect();
    assert!(found.is_empty(), "{} of these:\n{}", found.len(), found.join("\n"));
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The files that git keeps or would keep, relative to the root.
fn files() -> Vec<PathBuf> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root());
    let listed = git.output().expect("git is installed");
    assert!(listed.status.success(), "the tests run in a clone: {}", String::from_utf8_lossy(&listed.stderr));
    let names = String::from_utf8(listed.stdout).unwrap();
    let paths = names.split_terminator('\0').map(PathBuf::from);
    paths.filter(|path| root().join(path).is_file()).collect() // not what was deleted and is not committed yet
}

/// Every file that has Markdown in it, with that Markdown.
fn documents() -> impl Iterator<Item = (PathBuf, String)> {
    let documents = files().into_iter().filter(|path| path.extension().is_some_and(|end| end == "md" || end == "rs"));
    documents.map(|path| {
        let text = fs::read_to_string(root().join(&path)).unwrap();
        let markdown = markdown(&path, &text);
        (path, markdown)
    })
}

/// A Markdown file as it is, and of a Rust file the documentation.
fn markdown(path: &Path, text: &str) -> String {
    if path.extension().is_none_or(|end| end != "rs") {
        return text.to_owned();
    }
    let lines = text.lines().map(|line| {
        let line = line.trim_start();
        line.strip_prefix("//!").or_else(|| line.strip_prefix("///")).unwrap_or_default()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The lines outside of code blocks, without code spans: what is a link there is only shown.
fn prose(markdown: &str) -> Vec<String> {
    let mut in_block = false;
    let mut lines = Vec::new();
    for line in markdown.lines() {
        let is_fence = line.trim_start().starts_with("```");
        in_block ^= is_fence;
        if !is_fence && !in_block {
            lines.push(line.split('`').step_by(2).collect::<Vec<_>>().join("`"));
        }
    }
    lines
}

fn broken_links(path: &Path, markdown: &str) -> Vec<String> {
    let lines = prose(markdown);
    let definitions: Vec<_> = lines.iter().filter_map(|line| line.strip_prefix('[')?.split_once("]: ")).collect();
    let mut broken = Vec::new();
    for line in &lines {
        for after in line.split("](").skip(1) {
            let target = after.split([')', ' ']).next().unwrap_or_default();
            broken.extend((!leads_somewhere(path, markdown, target)).then(|| target.to_owned()));
        }
        for after in line.split("][").skip(1) {
            let name = after.split(']').next().unwrap_or_default();
            broken.extend((!definitions.iter().any(|(defined, _)| *defined == name)).then(|| format!("[{name}]")));
        }
    }
    for (_, target) in definitions {
        broken.extend((!leads_somewhere(path, markdown, target)).then(|| target.to_owned()));
    }
    broken
}

/// Whether a link's target exists. URLs have their own test, and names of Rust items are rustdoc's to check.
fn leads_somewhere(path: &Path, markdown: &str, target: &str) -> bool {
    let in_source = path.extension().is_some_and(|end| end == "rs");
    let is_item = target.contains("::") || (in_source && !target.contains('/'));
    if is_item || target.contains("://") {
        return true;
    }
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let file = if file.is_empty() { path.to_owned() } else { path.parent().unwrap().join(file) };
    let text =
        if path == file { markdown.to_owned() } else { fs::read_to_string(root().join(&file)).unwrap_or_default() };
    (path == file || root().join(&file).exists()) && (heading.is_empty() || anchors(&text).contains(heading))
}

/// The names that GitHub gives to the headings.
fn anchors(markdown: &str) -> BTreeSet<String> {
    let mut in_block = false;
    let headings = markdown.lines().filter(|line| {
        in_block ^= line.starts_with("```");
        !in_block && line.starts_with('#')
    });
    let name = |heading: &str| {
        let text = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        text.chars().filter(|letter| letter.is_alphanumeric() || "-_".contains(*letter)).collect()
    };
    headings.map(name).collect()
}

/// Words that begin like a path of this repository and are none, neither from the root nor from a folder above the file.
fn missing_paths(path: &Path, markdown: &str) -> Vec<String> {
    let words = markdown.split(|letter: char| letter.is_whitespace() || "`()[]|\"',;=".contains(letter));
    let paths = words.map(|word| word.trim_end_matches(['.', ':', '!', '?']).split('#').next().unwrap_or_default());
    let paths = paths.filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder)));
    let plain = paths.filter(|word| !word.contains(['*', '<', '{', '$', '…']));
    let missing = plain.filter(|word| !path.ancestors().any(|folder| root().join(folder).join(word).exists()));
    missing.map(str::to_owned).collect()
}

fn unknown_urls(_: &Path, text: &str) -> Vec<String> {
    let ends = |letter: char| letter.is_whitespace() || "\"'`<>()[]{}\\,;|".contains(letter);
    let starts = text.match_indices("://").filter_map(|(at, _)| {
        let scheme = ["https", "http"].into_iter().find(|scheme| text[..at].ends_with(scheme))?;
        text[at - scheme.len()..].split(ends).next()
    });
    let urls = starts.filter(|url| !url.ends_with("://")); // the rest is put together while running
    let unknown = urls.filter(|url| !KNOWN_PLACES.iter().any(|place| url.starts_with(place)) && !is_nobodys(url));
    unknown.map(str::to_owned).collect()
}

/// Whether a URL is an example or a service's own address, which nobody opens: a host of one word or of example.com, which
/// is reserved, or an endpoint of AWS.
fn is_nobodys(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default().trim_end_matches('.');
    let below = |domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
    !host.contains('.') || ["example.com", "amazonaws.com", "amazonaws.com.cn"].into_iter().any(below)
}
