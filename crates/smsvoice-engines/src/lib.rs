#![doc = include_str!("../README.md")]

mod apply;
mod athena;
mod cell;
mod kind;
mod trino;

use arrow::datatypes::Field;

pub use apply::{Change, Done, KeepsDefinitions, apply};
pub use athena::AthenaEngine;
pub use smsvoice_athena::{AthenaSettings, PRICE_AS_OF, Pace, USD_A_TERABYTE};
pub use trino::{Secret, TrinoEngine, TrinoSettings};

/// A column of an answer. Anything can be null.
fn field(name: &str, kind: &kind::Kind) -> Field {
    Field::new(name, kind.arrow(), true)
}
