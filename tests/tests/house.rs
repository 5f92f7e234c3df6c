//! How our crates are built inside: modules that lie side by side never import each other in a circle.
//!
//! The test reads the paths `crate::…` and `super::…` in every source file, in `use` declarations and elsewhere. A name
//! that a module re-exports counts as one of the module it comes from. A module may name its parent, and a parent its
//! children: seen from outside they are one thing. Any two others that reach each other, at any depth, are a circle.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

#[test]
fn these_crates_have_no_import_circle() {
    for crate_name in ["event", "metrics", "emulator", "provision"] {
        let folder = &format!("crates/smsvoice-{crate_name}");
        assert_no_circle(folder);
    }
}

/// Fails with every circle of the crate in this folder of the repository.
fn assert_no_circle(folder: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let circles = circles(&root.join(folder).join("src"));
    assert!(circles.is_empty(), "{folder}: these modules import each other in a circle: {circles:#?}");
}

/// A module's path below the crate's root, which is empty.
type Module = Vec<String>;

/// For each folder of modules that has a circle: the modules in it.
fn circles(src: &Path) -> Vec<BTreeSet<Module>> {
    let mut sources = BTreeMap::new();
    read(src, &mut Vec::new(), &mut sources);
    let sources: BTreeMap<Module, String> = sources.into_iter().map(|(module, text)| (module, code(&text))).collect();
    let mut arrows: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (module, text) in &sources {
        for imported in imports(module, text, &sources) {
            if let Some((from, to)) = siblings(module, &imported) {
                arrows.entry(from).or_default().insert(to);
            }
        }
    }
    let mut circles: Vec<BTreeSet<Module>> = Vec::new();
    for module in arrows.keys() {
        let round: BTreeSet<_> =
            reached(module, &arrows).into_iter().filter(|m| reached(m, &arrows).contains(module)).collect();
        if !round.is_empty() && !circles.contains(&round) {
            circles.push(round);
        }
    }
    circles
}

/// All modules of a crate with their source text; the crate's own root is the empty path.
fn read(folder: &Path, path: &mut Module, sources: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_stem().unwrap().to_str().unwrap().to_owned();
        if entry.is_dir() {
            path.push(name);
            read(&entry, path, sources);
            path.pop();
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let mut module = path.clone();
            if !matches!(name.as_str(), "lib" | "main" | "mod") {
                module.push(name);
            }
            sources.insert(module, fs::read_to_string(&entry).unwrap());
        }
    }
}

/// The text without its comments and without its tests, which may import what they like.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The modules that this text names.
fn imports(module: &Module, text: &str, sources: &BTreeMap<Module, String>) -> BTreeSet<Module> {
    let mut found = BTreeSet::new();
    for (word, base) in [("crate::", 0), ("super::", module.len().saturating_sub(1))] {
        for (at, _) in text.match_indices(word) {
            let begins = !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
            if begins {
                let mut path = module[..base].to_vec();
                expand(&text[at + word.len()..], &mut path, &mut |path, _| found.extend(defined_in(path, sources)));
            }
        }
    }
    found
}

/// Calls `each` with every path that the tree at the beginning of `text` stands for, and with the name that it has from
/// there on. Returns what is behind the tree.
fn expand<'t>(text: &'t str, path: &mut Module, each: &mut impl FnMut(&Module, &str)) -> &'t str {
    let depth = path.len();
    let mut rest = text.trim_start();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner.trim_start();
        while !rest.starts_with('}') {
            rest = expand(rest, path, each).trim_start();
            rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
        }
        return &rest[1..];
    }
    let (name, behind) = word(rest);
    match (name, behind.strip_prefix("::")) {
        ("", _) => rest = rest.get(1..).unwrap_or_default(), // a glob
        ("super", Some(deeper)) => {
            let above = path.pop();
            rest = expand(deeper, path, each);
            path.extend(above);
        }
        (_, Some(deeper)) => {
            path.push(name.to_owned());
            rest = expand(deeper, path, each);
        }
        (_, None) => {
            path.push(name.to_owned());
            let renamed = behind.trim_start().strip_prefix("as ").map(word);
            let (known_as, behind) = renamed.unwrap_or((name, behind));
            each(path, known_as);
            rest = behind;
        }
    }
    path.truncate(depth);
    rest
}

/// The name that the text begins with, and what is behind it.
fn word(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len()))
}

/// The module that a path leads into: the longest beginning of it that is one; or, if that re-exports the name behind
/// it, the module it has the name from.
fn defined_in(path: &Module, sources: &BTreeMap<Module, String>) -> Option<Module> {
    let (module, text) = (0..=path.len()).rev().find_map(|length| sources.get_key_value(&path[..length]))?;
    let origin = path.get(module.len()).and_then(|name| reexports(module, text).remove(name));
    match origin.filter(|origin| origin != path) {
        Some(origin) => defined_in(&origin, sources),
        None => Some(module.clone()),
    }
}

/// The names that a module re-exports, with the paths at which it finds them.
fn reexports(module: &Module, text: &str) -> BTreeMap<String, Module> {
    let mut names = BTreeMap::new();
    for start in ["pub use ", "pub(crate) use ", "pub(super) use "] {
        for (at, _) in text.match_indices(start) {
            let tree = &text[at + start.len()..];
            let (mut base, tree) = match tree.strip_prefix("crate::") {
                Some(tree) => (Module::new(), tree),
                None => (module.clone(), tree.strip_prefix("self::").unwrap_or(tree)),
            };
            expand(tree, &mut base, &mut |path, known_as| drop(names.insert(known_as.to_owned(), path.clone())));
        }
    }
    names
}

/// The two modules of one folder that an import ties: the nearest ancestors of both ends that lie side by side.
fn siblings(from: &Module, to: &Module) -> Option<(Module, Module)> {
    let shared = from.iter().zip(to).take_while(|(one, other)| one == other).count();
    (shared < from.len() && shared < to.len()).then(|| (from[..=shared].to_vec(), to[..=shared].to_vec()))
}

/// What can be reached from a module by one arrow or more.
fn reached(module: &Module, arrows: &BTreeMap<Module, BTreeSet<Module>>) -> BTreeSet<Module> {
    let mut reached = BTreeSet::new();
    let mut open = vec![module];
    while let Some(next) = open.pop() {
        for to in arrows.get(next).into_iter().flatten() {
            if reached.insert(to.clone()) {
                open.push(to);
            }
        }
    }
    reached
}

#[test]
fn circles_are_found_however_the_names_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let found = || -> Vec<Vec<String>> {
        let circles = circles(folder.path());
        circles.into_iter().map(|circle| circle.into_iter().map(|module| module.join("::")).collect()).collect()
    };
    write("lib.rs", "mod a;\nmod b;\nmod c;\npub use c::{Cat, Dog as Pet};\n");
    write("a.rs", "use crate::{\n    b::{self, deep::Thing as Other},\n    Pet,\n};\n// use crate::a;\n");
    write("b.rs", "mod deep;\npub struct B;\n#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}\n");
    write("b/deep.rs", "use super::B;\nfn f() {}\n");
    write("c.rs", "");
    assert!(found().is_empty(), "{:?}", found());
    write("c.rs", "fn f(a: crate::a::A) {}\n");
    assert_eq!(found(), [["a", "c"]], "through a name that the root re-exports, and a path that no `use` declares");
    write("c.rs", "");
    write("b/deep.rs", "use super::super::a::A;\n");
    assert_eq!(found(), [["a", "b"]], "from a child, by way of its grandparent");
    write("b/deep.rs", "use super::Y;\n");
    write("b/other.rs", "use crate::b::deep::{f as g};\npub struct Y;\n");
    assert!(found().is_empty(), "{:?}", found());
    write("b.rs", "mod deep;\nmod other;\npub(crate) use other::Y;\n");
    assert_eq!(found(), [["b::deep", "b::other"]], "between children, by way of what their parent re-exports");
}
