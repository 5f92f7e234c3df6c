//! What a check found: a mark, what is so, where, and the cure.

use std::fmt;

use serde::Serialize;

/// How a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// As it should be.
    Good,
    /// Nothing wrong, and worth knowing.
    Note,
    /// It could not be looked at: a permission is missing, or there was no answer.
    Unchecked,
    /// Events arrive, and may not tomorrow.
    Warning,
    /// Events are lost here, or will be.
    Failure,
}

impl Mark {
    /// One character for a terminal.
    pub const fn sign(self) -> char {
        match self {
            Self::Good => '✓',
            Self::Note => 'i',
            Self::Unchecked => '?',
            Self::Warning => '!',
            Self::Failure => '✗',
        }
    }
}

/// One thing that a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which check, a word in `snake_case` that does not change.
    pub check: &'static str,
    /// How it is.
    pub mark: Mark,
    /// What it is about: a set and its destination, an ARN, a name.
    #[serde(rename = "where")]
    pub place: String,
    /// What is so, in one sentence.
    pub says: String,
    /// What to do about it: a sentence, and lines to paste. Good findings have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
}

impl Finding {
    pub(crate) fn good(check: &'static str, place: impl Into<String>, says: impl Into<String>) -> Self {
        Self { check, mark: Mark::Good, place: place.into(), says: says.into(), cure: None }
    }

    pub(crate) fn note(check: &'static str, place: impl Into<String>, says: impl Into<String>, cure: &str) -> Self {
        Self { cure: Some(cure.to_owned()), mark: Mark::Note, ..Self::good(check, place, says) }
    }

    pub(crate) fn warning(
        check: &'static str,
        place: impl Into<String>,
        says: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self { cure: Some(cure.into()), mark: Mark::Warning, ..Self::good(check, place, says) }
    }

    pub(crate) fn failure(
        check: &'static str,
        place: impl Into<String>,
        says: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self { cure: Some(cure.into()), mark: Mark::Failure, ..Self::good(check, place, says) }
    }
}

/// All findings, in the order of the way that an event takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether any link is broken.
    pub fn has_failures(&self) -> bool {
        self.findings.iter().any(|finding| finding.mark == Mark::Failure)
    }

    /// How many findings have this mark.
    pub fn count(&self, mark: Mark) -> usize {
        self.findings.iter().filter(|finding| finding.mark == mark).count()
    }
}

impl fmt::Display for Report {
    /// A list: the mark, where, and what is so; below it the cure; at the end the counts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            let Finding { check: _, mark, place, says, cure } = finding;
            writeln!(f, "{} {place}: {says}", mark.sign())?;
            for line in cure.iter().flat_map(|cure| cure.lines()) {
                writeln!(f, "    {line}")?;
            }
        }
        let count = |mark| self.count(mark);
        writeln!(
            f,
            "{} good, {} to note, {} warnings, {} failures, {} not checked",
            count(Mark::Good),
            count(Mark::Note),
            count(Mark::Warning),
            count(Mark::Failure),
            count(Mark::Unchecked)
        )
    }
}
