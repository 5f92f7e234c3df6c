//! A table with what is drawn from it.

use crate::table::Table;

/// A table, and what is drawn from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Its name in links and in JSON: letters, digits and hyphens.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What can be seen in it, in words: for those who do not see it, and above the table.
    pub summary: String,
    /// The drawing, if the table alone does not do.
    pub drawing: Option<Drawing>,
    /// The numbers.
    pub table: Table,
}

/// What is drawn from a table. Columns are named.
#[derive(Clone, Debug, PartialEq)]
pub enum Drawing {
    /// A bar a row.
    Bars {
        /// The column of names.
        name: &'static str,
        /// The column of lengths.
        value: &'static str,
        /// The tone of each row's bar, by its name; others have the first tone.
        tones: &'static [(&'static str, Tone)],
    },
    /// A column a row, made of parts that stand upon each other.
    Stacked {
        /// The column of times or names.
        along: &'static str,
        /// The parts, the lowest first.
        parts: Vec<Part>,
    },
    /// Lines from row to row.
    Lines {
        /// The column of times or names.
        along: &'static str,
        /// The lines.
        lines: Vec<Part>,
        /// Whether the upright axis begins at 0 even where all values are far above.
        from_zero: bool,
    },
    /// A tile a country, where the country is, roughly.
    Map {
        /// The column of ISO 3166 codes.
        country: &'static str,
        /// The column of shares that colour the tiles.
        share: &'static str,
        /// The column of counts that tells how much is behind the share.
        weight: &'static str,
    },
}

/// One part of a stack, or one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its column.
    pub column: String,
    /// How it is coloured.
    pub tone: Tone,
}

/// The colours that mean something, each in a light and a dark page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Delivered.
    Delivered,
    /// Accepted.
    Accepted,
    /// Pending.
    Pending,
    /// Unknown.
    Unknown,
    /// Failed.
    Failed,
    /// Blocked.
    Blocked,
    /// The first of several that mean nothing else.
    First,
    /// The second.
    Second,
    /// The third.
    Third,
    /// The fourth.
    Fourth,
    /// The fifth.
    Fifth,
}

impl Tone {
    /// Those that mean nothing else, in order.
    pub const PLAIN: [Self; 5] = [Self::First, Self::Second, Self::Third, Self::Fourth, Self::Fifth];

    /// The class that colours it.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Delivered => "t-delivered",
            Self::Accepted => "t-accepted",
            Self::Pending => "t-pending",
            Self::Unknown => "t-unknown",
            Self::Failed => "t-failed",
            Self::Blocked => "t-blocked",
            Self::First => "t-1",
            Self::Second => "t-2",
            Self::Third => "t-3",
            Self::Fourth => "t-4",
            Self::Fifth => "t-5",
        }
    }
}

impl Part {
    /// A part of this column in this tone.
    pub fn new(column: impl Into<String>, tone: Tone) -> Self {
        Self { column: column.into(), tone }
    }
}
