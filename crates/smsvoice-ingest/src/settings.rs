//! What a reader is told beforehand.

use std::collections::BTreeMap;

use crate::privacy::Privacy;

/// How events are read.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What becomes of telephone numbers.
    pub privacy: Privacy,
    /// What is known of the queue, stream or topic with an ARN, and told by no envelope.
    pub routes: BTreeMap<String, RouteDefaults>,
    /// Context keys that get a column of their own, `context_<key>`, beside the column `context`.
    pub context_columns: Vec<String>,
}

/// What is known of a route.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouteDefaults {
    /// The configuration set that sends its events there.
    pub configuration_set: Option<String>,
    /// The account, where the ARN's own is not the sender's.
    pub account_id: Option<String>,
}

impl Settings {
    /// Numbers as they were sent, and nothing else special: the default of a local replay.
    pub fn plain() -> Self {
        Self { privacy: Privacy::plain(), ..Self::default() }
    }
}
