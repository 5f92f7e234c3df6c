//! The service's model: the shapes of every operation, read once from `constraints.txt`.
//! What a request must satisfy is in that table alone; `check` knows how to hold a value against any of it.

use std::{collections::BTreeMap, sync::LazyLock};

use fancy_regex::Regex;
use serde_json::Value;

mod check;
mod table;

pub(crate) use check::{Violation, check, project};

/// Which of the two services a request speaks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// API v2, `PinpointSMSVoiceV2`, AWS JSON 1.0.
    V2,
    /// API v1, `sms-voice.pinpoint`, REST-JSON.
    V1,
}

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
    pub(crate) place: Place,
    pub(crate) shape: usize,
}

/// Where a member travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
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
    operations: BTreeMap<&'static str, Operation>,
    others: Vec<&'static str>,
}

impl Model {
    pub(crate) fn of(service: Service) -> &'static Self {
        static MODELS: LazyLock<[Model; 2]> = LazyLock::new(|| table::read(include_str!("constraints.txt")));
        match service {
            Service::V2 => &MODELS[0],
            Service::V1 => &MODELS[1],
        }
    }

    pub(crate) fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.get(name)
    }

    pub(crate) fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.values()
    }

    /// Operations the service has and this emulator does not.
    pub(crate) fn others(&self) -> &[&'static str] {
        &self.others
    }
}

/// Reads a request body: nothing at all is an empty object, as the service has it.
pub(crate) fn body(bytes: &[u8]) -> Result<Value, String> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    match serde_json::from_slice(bytes) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err("the body is not a JSON object".to_owned()),
        Err(error) => Err(format!("the body is not JSON: {error}")),
    }
}
