#![doc = include_str!("../README.md")]

mod chart;
mod csv;
mod figure;
mod html;
mod json;
mod markdown;
mod report;
mod table;
mod written;

pub use figure::{Drawing, Figure, Part, Tone};
pub use html::Controls;
pub use report::{Block, Definition, Report, Section, Span, Tile, Trend};
pub use table::{Cell, Column, Table, Unit};
pub use written::cell as written;
