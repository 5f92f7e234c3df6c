//! The account of one object that S3 Batch Operations had read, as it stands in the job's completion report: the ledger
//! without its zeros, so that it stays short in a line of the report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smsvoice_lake::{Reason, Source};

use crate::ledger::Ledger;

/// What became of one object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectAccount {
    /// Its ledger.
    pub ledger: Ledger,
    /// Why it has to be read again, or cannot be read.
    pub error: Option<String>,
}

/// As it is written: counts by name, of which those are absent that are zero.
#[derive(Deserialize, Serialize)]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    by_source: BTreeMap<String, u64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    by_reason: BTreeMap<String, u64>,
    #[serde(flatten)]
    counts: BTreeMap<String, u64>,
}

impl ObjectAccount {
    /// As compact JSON.
    pub fn to_json(&self) -> String {
        let Self { ledger, error } = self;
        let owned = |counts: &BTreeMap<&str, u64>| {
            counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect::<BTreeMap<_, _>>()
        };
        let mut copy = ledger.clone();
        let counts = counts(&mut copy).into_iter().filter(|(_, count)| **count > 0);
        let written = Written {
            error: error.clone(),
            by_source: owned(&ledger.by_source),
            by_reason: owned(&ledger.by_reason),
            counts: counts.map(|(name, count)| (name.to_owned(), *count)).collect(),
        };
        // Texts and numbers cannot fail to be JSON.
        serde_json::to_string(&written).unwrap_or_default()
    }

    /// Reads what [`Self::to_json`] wrote; none if the text is something else. Sources and reasons that this version does
    /// not know are in the counts, and under no name.
    pub fn from_json(text: &str) -> Option<Self> {
        let Written { error, by_source, by_reason, counts: written } = serde_json::from_str(text).ok()?;
        let mut ledger = Ledger::default();
        for (name, count) in counts(&mut ledger) {
            *count = written.get(name).copied().unwrap_or(0);
        }
        let sources =
            by_source.into_iter().filter_map(|(word, count)| Some((Source::from_word(&word)?.as_str(), count)));
        ledger.by_source = sources.collect();
        let reasons = by_reason.into_iter().filter_map(|(word, count)| Some((reason(&word)?.as_str(), count)));
        ledger.by_reason = reasons.collect();
        Some(Self { ledger, error })
    }
}

fn reason(word: &str) -> Option<Reason> {
    Reason::ALL.iter().copied().find(|reason| reason.as_str() == word)
}

/// The counts of a ledger by name.
fn counts(ledger: &mut Ledger) -> [(&'static str, &mut u64); 10] {
    let Ledger {
        received,
        written,
        already_there,
        duplicates,
        quarantined,
        to_retry,
        differing,
        unknown_types,
        without_number,
        removed_objects,
        by_source: _,
        by_reason: _,
    } = ledger;
    [
        ("received", received),
        ("written", written),
        ("already_there", already_there),
        ("duplicates", duplicates),
        ("quarantined", quarantined),
        ("to_retry", to_retry),
        ("differing", differing),
        ("unknown_types", unknown_types),
        ("without_number", without_number),
        ("removed_objects", removed_objects),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_short_and_read_as_it_was_written() {
        let mut ledger = Ledger { received: 9, written: 7, quarantined: 2, ..Ledger::default() };
        ledger.by_source.insert(Source::Sns.as_str(), 9);
        ledger.by_reason.insert(Reason::InvalidJson.as_str(), 2);
        let account = ObjectAccount { ledger, error: Some("S3 said \"no\"".into()) };
        let text = account.to_json();
        let expected = r#"{"error":"S3 said \"no\"","by_source":{"sns":9},"by_reason":{"invalid_json":2},"quarantined":2,"received":9,"written":7}"#;
        assert_eq!(text, expected);
        assert_eq!(ObjectAccount::from_json(&text), Some(account));
    }

    #[test]
    fn every_count_of_a_ledger_is_kept() {
        let mut ledger = Ledger::default();
        (1..).zip(counts(&mut ledger)).for_each(|(n, (_, count))| *count = n);
        let account = ObjectAccount { ledger, error: None };
        assert_eq!(ObjectAccount::from_json(&account.to_json()), Some(account));
        assert_eq!(ObjectAccount::from_json("the function timed out"), None);
    }
}
