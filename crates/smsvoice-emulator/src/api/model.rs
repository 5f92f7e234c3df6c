//! The model of both APIs: the shapes of every operation, read once from `constraints.txt`.
//! What a request must satisfy is in that table alone; `check` holds a value against any shape of it.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use fancy_regex::Regex;

use crate::account::message::Api;

mod check;
mod table;

pub(crate) use check::{Violation, check, project};

/// One operation: what it takes, what it answers, and the errors the model lists for it.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    /// Method and path template; of v1 alone.
    pub(crate) http: Option<(&'static str, &'static str)>,
    pub(crate) input: Shape,
    pub(crate) output: Shape,
    /// Short names, without `Exception`.
    pub(crate) errors: Vec<&'static str>,
}

impl Operation {
    pub(crate) fn takes(&self, member: &str) -> bool {
        matches!(&self.input, Shape::Struct(members) if members.iter().any(|m| m.name == member))
    }
}

/// What the model says about one value. Named shapes are indices into [`Model::shapes`].
#[derive(Debug)]
pub(crate) enum Shape {
    Text { length: Span, pattern: Option<Regex>, source: &'static str },
    OneOf(Vec<&'static str>),
    Int(Span),
    Flag,
    Time,
    List { length: Span, of: usize },
    Map { length: Span, key: usize, value: usize },
    Struct(Vec<Member>),
}

#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) location: Location,
    pub(crate) shape: usize,
}

/// Where in a request a member travels; of v1 alone, v2 has all in the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    Body,
    Path,
    Query,
}

/// Inclusive bounds; of characters, entries, or the number itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    pub(crate) least: Option<i64>,
    pub(crate) most: Option<i64>,
}

/// All shapes and operations of one service.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) shapes: Vec<Shape>,
    names: HashMap<&'static str, usize>,
    operations: BTreeMap<&'static str, Operation>,
    others: Vec<&'static str>,
}

impl Model {
    pub(crate) fn of(api: Api) -> &'static Self {
        static MODELS: LazyLock<[Model; 2]> = LazyLock::new(|| table::read(include_str!("constraints.txt")));
        match api {
            Api::V2 => &MODELS[0],
            Api::V1 => &MODELS[1],
        }
    }

    pub(crate) fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.get(name)
    }

    pub(crate) fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.values()
    }

    /// The error of this name, without `Exception`: how it is written in full, and what it has.
    pub(crate) fn error(&self, short: &str) -> Option<(&'static str, &Shape)> {
        let (name, at) = self.names.get_key_value(format!("{short}Exception").as_str())?;
        Some((name, &self.shapes[*at]))
    }

    /// The name of an operation that the service has, whether or not this emulator has it too.
    pub(crate) fn known(&self, name: &str) -> Option<&'static str> {
        let other = || self.others.iter().find(|other| **other == name).copied();
        self.operations.get_key_value(name).map(|(name, _)| *name).or_else(other)
    }

    /// Operations the service has and this emulator does not.
    pub(crate) fn others(&self) -> &[&'static str] {
        &self.others
    }
}
