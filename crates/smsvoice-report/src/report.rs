//! A whole report: what it is about, its sections, and the definitions its figures name.

use chrono::{DateTime, Utc};

use crate::figure::Figure;

/// All that a reader sees, as data. It is written by [`Report::html`], [`Report::markdown`], [`Report::csv`] and
/// [`Report::json`].
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The lake's URL.
    pub lake: String,
    /// When it was made; pending messages are judged at this instant.
    pub made_at: DateTime<Utc>,
    /// Which messages count: those requested in it.
    pub period: Span,
    /// The period of equal length before it, if there is anything to compare with.
    pub before: Option<Span>,
    /// What else the messages have in common, as asked for: `country=DE`.
    pub filters: Vec<String>,
    /// The sections, in reading order.
    pub sections: Vec<Section>,
    /// What the terms mean that columns name.
    pub definitions: Vec<Definition>,
}

/// From an instant up to, but not at, another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first instant in it.
    pub since: DateTime<Utc>,
    /// The first instant behind it.
    pub until: DateTime<Utc>,
}

/// One subject.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Its name in links: letters, digits and hyphens.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What it shows, in a sentence or two.
    pub lead: String,
    /// What is in it, in reading order.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A few large numbers side by side.
    Tiles(Vec<Tile>),
    /// A table, and what is drawn from it.
    Figure(Box<Figure>),
    /// A remark: what is missing and why, or what to beware of.
    Note(String),
}

/// One large number.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// What it is.
    pub label: String,
    /// The number, as read.
    pub value: String,
    /// What belongs beside it: its interval, the count it comes from.
    pub beside: String,
    /// How it changed since the period before.
    pub trend: Option<Trend>,
    /// The term that defines it.
    pub term: &'static str,
}

/// A change since the period before.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    /// The change, as read, with its sign.
    pub text: String,
    /// Whether it is for the better; none if it is neither good nor bad.
    pub better: Option<bool>,
}

/// What a term means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The term, as columns name it.
    pub term: String,
    /// Its meaning, in plain text.
    pub text: String,
}

impl Report {
    /// The figures of all sections, each with its section.
    pub fn figures(&self) -> impl Iterator<Item = (&Section, &Figure)> {
        self.sections.iter().flat_map(|section| {
            section.blocks.iter().filter_map(move |block| match block {
                Block::Figure(figure) => Some((section, figure.as_ref())),
                Block::Tiles(_) | Block::Note(_) => None,
            })
        })
    }

    /// The figure of this id.
    pub fn figure(&self, id: &str) -> Option<&Figure> {
        self.figures().map(|(_, figure)| figure).find(|figure| figure.id == id)
    }
}
