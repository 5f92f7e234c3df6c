#![doc = include_str!("../README.md")]

mod apply;
mod athena;
mod cell;
mod kind;
mod pace;
mod trino;

use arrow::datatypes::Field;

pub use apply::{Change, Done, KeepsDefinitions, apply};
pub use athena::price::{PRICE_AS_OF, USD_A_TERABYTE};
pub use athena::{AthenaEngine, AthenaSettings};
pub use pace::Pace;
pub use trino::{Secret, TrinoEngine, TrinoSettings};

/// A column of an answer. Anything can be null.
fn field(name: &str, kind: &kind::Kind) -> Field {
    Field::new(name, kind.arrow(), true)
}
