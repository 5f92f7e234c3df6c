//! Rows and columns, with the meaning of each column.

use chrono::{DateTime, NaiveDate, Utc};

/// A table: what a figure is drawn from, and what stands in its place for those who do not see it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each with a cell a column.
    pub rows: Vec<Vec<Cell>>,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name for programs: that of the metric's column.
    pub name: String,
    /// Its name for people.
    pub label: String,
    /// What its numbers are.
    pub unit: Unit,
    /// The term that defines it.
    pub term: Option<&'static str>,
    /// The columns that hold the ends of its interval; these are shown within its own cells.
    pub interval: Option<(&'static str, &'static str)>,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A name.
    Name,
    /// A number of things.
    Count,
    /// A part of a whole: 1 is all of it.
    Share,
    /// A difference of two shares.
    Points,
    /// US dollars.
    Usd,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// A day or an hour, UTC.
    Time,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// There is none.
    Missing,
    /// A name.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number; never infinite, never "not a number".
    Real(f64),
    /// An amount with all its digits.
    Exact(String),
    /// A day.
    Day(NaiveDate),
    /// An hour.
    Hour(DateTime<Utc>),
}

impl Table {
    /// The place of the column of this name.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The cell of a row in the column of this name; a missing one if there is no such column.
    pub fn cell<'a>(&self, row: &'a [Cell], name: &str) -> &'a Cell {
        self.place(name).and_then(|at| row.get(at)).unwrap_or(&Cell::Missing)
    }

    /// Whether a column is shown within the cells of another.
    pub fn is_end_of_interval(&self, name: &str) -> bool {
        self.columns.iter().filter_map(|column| column.interval).any(|(low, high)| low == name || high == name)
    }

    /// The columns that are shown on their own, with their places.
    pub fn shown(&self) -> impl Iterator<Item = (usize, &Column)> {
        self.columns.iter().enumerate().filter(|(_, column)| !self.is_end_of_interval(&column.name))
    }
}

impl Column {
    /// A column without definition and interval.
    pub fn new(name: &str, label: &str, unit: Unit) -> Self {
        Self { name: name.to_owned(), label: label.to_owned(), unit, term: None, interval: None }
    }

    /// The same, defined by a term.
    #[must_use]
    pub fn defined_by(self, term: &'static str) -> Self {
        Self { term: Some(term), ..self }
    }

    /// The same, with an interval whose ends stand in two other columns.
    #[must_use]
    pub fn within(self, low: &'static str, high: &'static str) -> Self {
        Self { interval: Some((low, high)), ..self }
    }
}

impl Unit {
    /// What it is called in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Count => "count",
            Self::Share => "share",
            Self::Points => "points",
            Self::Usd => "usd",
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::Time => "time",
        }
    }

    /// Whether values are numbers, which stand at the right.
    pub fn is_number(self) -> bool {
        !matches!(self, Self::Name | Self::Time)
    }
}

impl Cell {
    /// A number for drawing; none where there is none.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Whole(whole) => Some(*whole as f64),
            Self::Real(real) => Some(*real),
            Self::Exact(digits) => digits.parse().ok(),
            Self::Missing | Self::Text(_) | Self::Day(_) | Self::Hour(_) => None,
        }
    }

    /// A number that may be missing, infinite, or no number (0 of 0): then the cell is missing.
    pub fn real(number: Option<f64>) -> Self {
        number.filter(|number| number.is_finite()).map_or(Self::Missing, Self::Real)
    }

    /// For programs: all digits, times in ISO 8601; nothing where it is missing.
    pub fn plain(&self) -> String {
        match self {
            Self::Missing => String::new(),
            Self::Text(text) | Self::Exact(text) => text.clone(),
            Self::Whole(whole) => whole.to_string(),
            Self::Real(real) => real.to_string(),
            Self::Day(day) => day.to_string(),
            Self::Hour(hour) => hour.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }
}
