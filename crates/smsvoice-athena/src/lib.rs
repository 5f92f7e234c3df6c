#![doc = include_str!("../README.md")]

mod advice;
mod asking;
mod error;
mod pace;
mod price;

pub use asking::{Asking, AthenaSettings, Ended, Row, Spent, rows_of};
pub use error::AthenaError;
pub use pace::Pace;
pub use price::{PRICE_AS_OF, USD_A_TERABYTE};
