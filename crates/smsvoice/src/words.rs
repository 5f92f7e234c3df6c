//! Arguments with known words: completions and the manual offer them, and other words are read, too.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};

/// A parser that offers words.
#[derive(Clone)]
pub(crate) struct Offering<P> {
    parser: P,
    words: Vec<&'static str>,
}

/// Reads a value with `parser`, and offers `words`.
pub(crate) fn offering<P>(parser: P, words: impl IntoIterator<Item = &'static str>) -> Offering<P> {
    Offering { parser, words: words.into_iter().collect() }
}

impl<P: TypedValueParser> TypedValueParser for Offering<P> {
    type Value = P::Value;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, clap::Error> {
        self.parser.parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.words.iter().map(PossibleValue::new)))
    }
}
