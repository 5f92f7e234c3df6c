//! Client tokens: the same request with the same token gets the same answer, and does nothing again.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use crate::{
    account::{Account, records::Record},
    clock::EpochMs,
    refusal::{Invalid, Refusal},
};

/// How long a token is remembered. AWS does not say; a day is what its other services do.
const DAY_MS: u64 = 24 * 3600 * 1000;

/// A request that was answered. Its key is `<operation>/<token>`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Remembered {
    request: u64,
    answer: Value,
    at: EpochMs,
}

impl Record for Remembered {
    const KIND: &'static str = "remembered";
}

impl Account {
    /// The answer this request got before, if it did.
    pub(crate) fn answered(&self, operation: &str, request: &Value, now: EpochMs) -> Result<Option<Value>, Refusal> {
        let Some(token) = token_of(request) else { return Ok(None) };
        let before = self.remembered.get(&format!("{operation}/{token}"));
        match before.filter(|before| now.ms_since(before.at) < DAY_MS) {
            Some(before) if before.request != digest(request) => {
                let message = "this ClientToken came with other parameters before";
                Err(Refusal::invalid(Invalid::InvalidParameter, "ClientToken", message))
            }
            found => Ok(found.map(|before| before.answer.clone())),
        }
    }

    pub(crate) fn remember(&mut self, operation: &str, request: &Value, answer: &Value, now: EpochMs) {
        let Some(token) = token_of(request) else { return };
        let row = Remembered { request: digest(request), answer: answer.clone(), at: now };
        self.remembered.put(format!("{operation}/{token}"), row);
    }
}

fn token_of(request: &Value) -> Option<&str> {
    request.get("ClientToken")?.as_str()
}

/// `Value` keeps its members sorted, so the same request has the same text.
fn digest(request: &Value) -> u64 {
    xxh3_64(request.to_string().as_bytes())
}
