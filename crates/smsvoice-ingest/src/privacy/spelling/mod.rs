//! What a telephone number looks like in a text: in groups, in brackets, with `00` for the plus or with neither, in digits
//! of other scripts, escaped or encoded. Pure, and linear in the bytes of the text.
//!
//! A text is read glyph by glyph ([`characters`]) into runs of digits ([`run`]). In a run, known numbers are found by their
//! digits; what else looks like a number is told from dates, amounts and identifiers ([`shape`]).

mod characters;
mod number;
mod run;
mod shape;
mod text;

#[cfg(test)]
mod tests;

pub(super) use self::number::Number;
pub(super) use self::text::{Form, Known, Search, could_hold};
