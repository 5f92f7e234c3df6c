//! The desired state: one TOML file, read and checked before anything is asked of AWS.
//!
//! [`Draft::read`] takes the file apart and says which stacks' outputs it needs; [`Draft::settle`] fills in its
//! placeholders and checks every limit that is known. All mistakes are told together, each with its place.

mod arn;
mod check;
mod fault;
mod file;
mod placeholder;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

pub use fault::{Fault, Faults};

use crate::world::{SetId, World};

/// The tag by which a configuration set says whose file it was made from. Its value is the file's `owner`.
pub const OWNER_TAG: &str = "smsvoice:owner";

/// The `owner` of a file that names none.
pub const DEFAULT_OWNER: &str = "smsvoice";

/// What shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desired {
    /// Whose sets these are: the value of [`OWNER_TAG`] on those that are made.
    pub owner: String,
    /// The configuration sets.
    pub world: World,
    /// The region of the ARNs in the file, if there are any: that of every call.
    pub region: Option<String>,
}

/// Values for placeholders.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// Variables of the environment: `${NAME}`.
    pub variables: BTreeMap<String, String>,
    /// Outputs of CloudFormation stacks, by stack: `${stack:STACK.Output}`.
    pub stacks: BTreeMap<String, BTreeMap<String, String>>,
}

/// A file whose placeholders are not filled in yet.
#[derive(Debug)]
pub struct Draft {
    path: String,
    source: String,
    file: file::File,
}

impl Draft {
    /// Reads TOML. `path` is for messages.
    pub fn read(path: &str, source: &str) -> Result<Self, Faults> {
        let told = |error: toml::de::Error| {
            let fault = Fault::at(error.span().unwrap_or_default(), error.message());
            Faults::new(path, source, vec![fault])
        };
        let file = toml::from_str(source).map_err(told)?;
        Ok(Self { path: path.to_owned(), source: source.to_owned(), file })
    }

    /// The stacks whose outputs are named.
    pub fn stacks(&self) -> BTreeSet<String> {
        self.file.texts().into_iter().flat_map(|text| placeholder::stacks(text.get_ref())).collect()
    }

    /// Fills in the placeholders and checks everything that AWS would check, as far as it is known.
    pub fn settle(&self, values: &Values) -> Result<Desired, Faults> {
        let mut reading = Reading { source: &self.source, values, faults: Vec::new() };
        match check::desired(&self.file, &mut reading) {
            Some(desired) if reading.faults.is_empty() => Ok(desired),
            _ => Err(Faults::new(&self.path, &self.source, reading.faults)),
        }
    }

    /// A mistake that shows only later, such as that a set cannot be changed as the file wants, told at the place of that
    /// set.
    pub fn fault(&self, id: &SetId, message: &str) -> Faults {
        let set = self.file.configuration_set.iter().find(|set| {
            let set = set.get_ref();
            set.name.get_ref() == &id.name && set.api.as_ref().map_or("v2", |api| api.get_ref()) == id.api.as_str()
        });
        let place = set.map_or(0..0, |set| set.get_ref().name.span());
        Faults::new(&self.path, &self.source, vec![Fault::at(place, message)])
    }
}

/// What is carried along while a file is checked.
struct Reading<'a> {
    source: &'a str,
    values: &'a Values,
    faults: Vec<Fault>,
}

/// A text with its placeholders filled in, and where it stands in the file.
#[derive(Clone, Debug)]
struct Text {
    value: String,
    place: Range<usize>,
}

impl Reading<'_> {
    /// Fills in the placeholders of `text`; a mistake in them is noted, and gives none.
    fn text(&mut self, text: &toml::Spanned<String>) -> Option<Text> {
        match placeholder::fill(text, self.source, self.values) {
            Ok(value) => Some(Text { value, place: text.span() }),
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    fn fault(&mut self, place: &Range<usize>, message: impl Into<String>) {
        self.faults.push(Fault::at(place.clone(), message));
    }
}
