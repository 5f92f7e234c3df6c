//! A fault of the API itself, as a rule file or the control endpoint writes it. What it means is read in `api::fault`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::account::message::Api;

/// What befalls requests to the API. In a rule file it is an `[[api_fault]]`; the README says what each key means.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiFault {
    /// The operations it befalls; all of them if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) operations: Vec<String>,
    /// `v1` or `v2`; both if it does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) api: Option<Api>,
    /// The error that is answered, with or without `Exception` at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// The error's message; without one, the service's usual words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    /// The error's other members, `Reason` say.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub(crate) members: Map<String, Value>,
    /// What becomes of the answer, if it is no error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reply: Option<Reply>,
    /// Whether the operation is performed all the same.
    pub(crate) performed: bool,
    /// The share of requests that it befalls, 0 to 1.
    pub(crate) share: f64,
    /// Real milliseconds that the answer is held back.
    pub(crate) delay_ms: u64,
    /// How many requests pass before it befalls any.
    pub(crate) skip: u64,
    /// How many requests it befalls at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<u64>,
}

impl Default for ApiFault {
    fn default() -> Self {
        Self {
            operations: Vec::new(),
            api: None,
            error: None,
            message: None,
            members: Map::new(),
            reply: None,
            performed: false,
            share: 1.0,
            delay_ms: 0,
            skip: 0,
            times: None,
        }
    }
}

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Reply {
    /// It is given as always.
    Ordinary,
    /// The connection is closed instead.
    Lost,
    /// It never comes, and the connection stays open.
    Never,
}
