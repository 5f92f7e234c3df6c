//! The notation of `constraints.txt`. A line is a shape or an operation:
//!
//! ```text
//! Name kind bounds rest
//! Name call [METHOD path] ( members ) -> ( members ) or errors
//! ```
//!
//! A member is `Name`, then `!` if it is required, `@path` or `@query` if it is no part of the body, and a colon and its
//! shape, unless the shape has the member's own name. The text is part of the program and held to the AWS model by a
//! test, so a line that cannot be read is a defect here and panics at the first request.

use std::collections::{BTreeMap, HashMap};

use fancy_regex::Regex;

use super::{Location, Member, Model, Operation, Shape, Span};

pub(super) fn read(text: &'static str) -> [Model; 2] {
    let (v2, v1) = text.split_once("# v1").expect("constraints.txt has a part for v1");
    [model(v2.trim_start_matches("# v2")), model(v1)]
}

fn model(text: &'static str) -> Model {
    let lines = || text.lines().filter(|line| !line.is_empty());
    let shape_lines = || lines().filter(|line| kind(line) != "call" && !line.starts_with("others "));
    let names: HashMap<&str, usize> = shape_lines().enumerate().map(|(at, line)| (first(line), at)).collect();
    let operations: BTreeMap<_, _> =
        lines().filter(|line| kind(line) == "call").map(|line| (first(line), operation(line, &names))).collect();
    let others = lines().find_map(|line| line.strip_prefix("others ")).unwrap_or_default();
    Model {
        shapes: shape_lines().map(|line| shape(line, &names)).collect(),
        operations,
        others: others.split_whitespace().collect(),
        names,
    }
}

fn first(line: &'static str) -> &'static str {
    line.split(' ').next().unwrap_or_default()
}

fn kind(line: &'static str) -> &'static str {
    line.split(' ').nth(1).unwrap_or_default()
}

fn shape(line: &'static str, names: &HashMap<&str, usize>) -> Shape {
    let mut words = line.splitn(4, ' ').skip(1);
    let kind = words.next().unwrap_or_default();
    let second = words.next().unwrap_or_default();
    let rest = words.next().unwrap_or_default();
    match kind {
        "text" => Shape::Text { length: span(second), pattern: pattern(rest), source: rest },
        "one-of" => Shape::OneOf(line.split(' ').skip(2).collect()),
        "int" => Shape::Int(span(second)),
        "flag" => Shape::Flag,
        "time" => Shape::Time,
        "list" => Shape::List { length: span(second), of: names[rest] },
        "map" => {
            let (key, value) = rest.split_once(' ').expect("a map has a key and a value");
            Shape::Map { length: span(second), key: names[key], value: names[value] }
        }
        "struct" => members(line.splitn(3, ' ').nth(2).unwrap_or_default(), names),
        other => panic!("constraints.txt: `{other}` is no kind of shape, in `{line}`"),
    }
}

fn operation(line: &'static str, names: &HashMap<&str, usize>) -> Operation {
    let (head, rest) = line.split_once(" ( ").expect("a call has its input in parentheses");
    let (input, rest) = rest.split_once(" ) -> ( ").expect("a call has its output in parentheses");
    let (output, errors) = rest.split_once(" ) or ").expect("a call has its errors");
    let mut words = head.split(' ').skip(2);
    Operation {
        name: first(line),
        http: words.next().zip(words.next()),
        input: members(input, names),
        output: members(output, names),
        errors: errors.split(' ').collect(),
    }
}

fn members(text: &'static str, names: &HashMap<&str, usize>) -> Shape {
    Shape::Struct(text.split_whitespace().map(|word| member(word, names)).collect())
}

fn member(word: &'static str, names: &HashMap<&str, usize>) -> Member {
    let (head, of) = word.split_once(':').map_or((word, None), |(head, of)| (head, Some(of)));
    let (head, location) = match head.split_once('@') {
        Some((head, "path")) => (head, Location::Path),
        Some((head, _)) => (head, Location::Query),
        None => (head, Location::Body),
    };
    let name = head.trim_end_matches('!');
    let shape = *names.get(of.unwrap_or(name)).unwrap_or_else(|| panic!("constraints.txt: no shape for `{word}`"));
    Member { name, required: head.ends_with('!'), location, shape }
}

fn span(text: &str) -> Span {
    let (least, most) = text.split_once("..").unwrap_or_default();
    Span { least: least.parse().ok(), most: most.parse().ok() }
}

/// The service matches a pattern against the whole value.
fn pattern(source: &str) -> Option<Regex> {
    let whole = || Regex::new(&format!(r"\A(?:{source})\z")).expect("a pattern of the model compiles");
    (!source.is_empty()).then(whole)
}
