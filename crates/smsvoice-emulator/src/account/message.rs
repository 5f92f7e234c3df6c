//! What was sent: each accepted message with the life it lives and what every destination got of it.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::{
    account::{MessageType, encoding::Encoding, event_destination::Target, feedback::Feedback, shelf::Shelf},
    clock::EpochMs,
};

/// Messages kept besides those with something still to come; the oldest go first.
const KEPT: usize = 200_000;

/// What carries a message.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// SMS.
    Text,
    /// Calls.
    Voice,
    /// MMS.
    Media,
}

impl Channel {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Voice => "voice",
            Self::Media => "media",
        }
    }
}

/// Which API a message came through, and so whose configuration sets it may name.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Api {
    V1,
    V2,
}

/// One accepted message.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Sent {
    pub(crate) id: String,
    pub(crate) channel: Channel,
    pub(crate) api: Api,
    pub(crate) configuration_set: Option<String>,
    pub(crate) requested: EpochMs,
    pub(crate) origination: String,
    pub(crate) destination: String,
    pub(crate) country: String,
    pub(crate) body: String,
    pub(crate) media_url: Option<String>,
    pub(crate) encoding: Encoding,
    pub(crate) parts: u32,
    pub(crate) message_type: MessageType,
    pub(crate) context: BTreeMap<String, String>,
    pub(crate) ttl_seconds: u32,
    pub(crate) international: bool,
    /// Millionths of a US dollar; of a call, for one minute.
    pub(crate) price_micros: i64,
    pub(crate) feedback: Option<Feedback>,
    /// Its events in the order in which they reach destinations.
    pub(crate) events: Vec<Planned>,
}

/// One event of a message: to come, or emitted.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Planned {
    /// When it reaches the destinations.
    pub(crate) at: EpochMs,
    /// As v2 names it.
    pub(crate) event_type: String,
    /// One JSON object, as AWS sends it.
    pub(crate) payload: String,
    pub(crate) emitted: bool,
    pub(crate) deliveries: Vec<Delivery>,
}

/// What one destination is owed of one event.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Delivery {
    /// The event destination's name; `eventbridge` and `lake` for the two that are none.
    pub(crate) destination: String,
    pub(crate) to: Recipient,
    pub(crate) state: State,
    pub(crate) attempts: u32,
    /// Why the last attempt failed.
    pub(crate) error: Option<String>,
}

/// Who takes events.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum Recipient {
    /// An event destination's target.
    Target(Target),
    /// The account's default event bus.
    EventBridge,
    /// The lake this emulator was started with.
    Lake,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Not taken yet; it is tried again.
    Owed,
    Delivered,
    /// Tried as often as it is going to be; `redeliver` starts again.
    GaveUp,
}

impl Sent {
    /// Whether an event is still to come or to be delivered.
    pub(crate) fn is_open(&self) -> bool {
        self.events.iter().any(|event| !event.emitted || event.deliveries.iter().any(|d| d.state == State::Owed))
    }

    /// The latest event that happened, if any.
    pub(crate) fn latest(&self) -> Option<&Planned> {
        self.events.iter().rev().find(|event| event.emitted)
    }
}

/// All messages, by when they were accepted and by id.
pub(crate) struct Messages {
    /// By number of acceptance, in 16 hex digits.
    pub(crate) shelf: Shelf<Sent>,
    numbers: HashMap<String, String>,
    /// Keys of messages accepted since they were last asked for.
    fresh: Vec<String>,
    /// Messages no longer kept.
    pub(crate) let_go: u64,
}

impl Messages {
    pub(crate) fn new() -> Self {
        Self { shelf: Shelf::new("message"), numbers: HashMap::new(), fresh: Vec::new(), let_go: 0 }
    }

    pub(crate) fn add(&mut self, number: u64, message: Sent) {
        let key = format!("{number:016x}");
        self.numbers.insert(message.id.clone(), key.clone());
        self.shelf.put(key.as_str(), message);
        self.fresh.push(key);
        self.let_go_of_the_oldest();
    }

    pub(crate) fn take_fresh(&mut self) -> Vec<String> {
        std::mem::take(&mut self.fresh)
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<(&str, &Sent)> {
        let key = self.numbers.get(id)?;
        Some((key, self.shelf.get(key)?))
    }

    /// Finds ids again after records were put back from disk.
    pub(crate) fn index(&mut self) {
        self.numbers = self.shelf.rows().map(|(key, message)| (message.id.clone(), key.to_owned())).collect();
    }

    pub(crate) fn forget(&mut self) {
        self.numbers.clear();
        self.let_go = 0;
    }

    fn let_go_of_the_oldest(&mut self) {
        if self.shelf.len() <= KEPT {
            return;
        }
        let done = self.shelf.rows().take(64).find(|(_, message)| !message.is_open());
        if let Some((key, id)) = done.map(|(key, message)| (key.to_owned(), message.id.clone())) {
            self.shelf.take(&key);
            self.numbers.remove(&id);
            self.let_go += 1;
        }
    }
}
