//! The messages, accepted and received: each with its events, past and to come, and with what every destination got of
//! them.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use smsvoice_event::{Channel, Encoding, MessageType, Usd};

use crate::{
    account::{
        feedback::Feedback,
        records::{Record, Records, Stored as _},
    },
    clock::EpochMs,
    delivery::{DeliveryState, Recipient},
    place::Place,
};

/// How many messages are kept, besides those with events still to come or to be delivered. The oldest are removed
/// first.
const KEPT: usize = 200_000;

/// Which API a message came through, and so whose configuration sets it may name.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Api {
    V1,
    V2,
}

/// Which way a message went.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Direction {
    /// From the account to a recipient.
    Outbound,
    /// From a recipient to one of the account's numbers.
    Inbound,
}

/// One message: accepted for sending, or received.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct KeptMessage {
    pub(crate) id: String,
    /// Whose it is.
    pub(crate) place: Place,
    pub(crate) direction: Direction,
    /// Of a received message: the keyword it began with.
    pub(crate) keyword: Option<String>,
    /// Of an automatic reply: the received message that it answers.
    pub(crate) in_reply_to: Option<String>,
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
    /// How many parts the body is sent in.
    pub(crate) parts: u32,
    pub(crate) message_type: MessageType,
    pub(crate) context: BTreeMap<String, String>,
    pub(crate) ttl_seconds: u32,
    pub(crate) international: bool,
    /// What the message costs; of a phone call, what a minute costs.
    pub(crate) price: Usd,
    pub(crate) feedback: Option<Feedback>,
    /// Its events in the order in which they reach destinations; a received message has none.
    pub(crate) events: Vec<PlannedEvent>,
}

/// One event of a message: to come, or emitted.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct PlannedEvent {
    /// When it reaches the destinations.
    pub(crate) at: EpochMs,
    /// Its `eventTimestamp`. States written before this was kept have none, and the order of arrival counts instead.
    #[serde(default)]
    pub(crate) happened: EpochMs,
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
    /// The name of the event destination; `eventbridge` or `lake` for the two recipients that are no event destination.
    pub(crate) destination: String,
    pub(crate) to: Recipient,
    pub(crate) state: DeliveryState,
    pub(crate) attempts: u32,
    /// Why the last attempt failed.
    pub(crate) error: Option<String>,
}

impl Direction {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Outbound => "outbound",
            Self::Inbound => "inbound",
        }
    }
}

impl Record for KeptMessage {
    const KIND: &'static str = "message";
}

impl KeptMessage {
    /// Whether an event is still to come or to be delivered.
    pub(crate) fn is_open(&self) -> bool {
        self.events
            .iter()
            .any(|event| !event.emitted || event.deliveries.iter().any(|d| d.state == DeliveryState::Owed))
    }

    /// How many deliveries of its events were given up.
    pub(crate) fn given_up(&self) -> usize {
        let deliveries = self.events.iter().flat_map(|event| &event.deliveries);
        deliveries.filter(|delivery| delivery.state == DeliveryState::GaveUp).count()
    }

    /// The number at the other end: of the recipient, whichever way the message went.
    pub(crate) fn recipient(&self) -> &str {
        match self.direction {
            Direction::Outbound => &self.destination,
            Direction::Inbound => &self.origination,
        }
    }

    /// The number or sender ID at the account's end.
    pub(crate) fn own_identity(&self) -> &str {
        match self.direction {
            Direction::Outbound => &self.origination,
            Direction::Inbound => &self.destination,
        }
    }

    /// The type of the latest event known to have happened; `accepted` before the first, `received` of a received message.
    pub(crate) fn status(&self) -> &str {
        match self.direction {
            Direction::Outbound => self.latest().map_or("accepted", |event| event.event_type.as_str()),
            Direction::Inbound => "received",
        }
    }

    /// Of the events that reached destinations the one that happened last, if any: one that was overtaken on its way
    /// tells nothing new when it arrives.
    fn latest(&self) -> Option<&PlannedEvent> {
        self.events.iter().filter(|event| event.emitted).max_by_key(|event| event.happened)
    }

    /// The latest time at which anything happened to it.
    pub(crate) fn latest_time(&self) -> EpochMs {
        let emitted = self.events.iter().filter(|event| event.emitted).map(|event| event.at);
        emitted.max().unwrap_or_default().max(self.requested)
    }
}

/// All messages, by when they were accepted and by id.
#[derive(Default)]
pub(crate) struct Messages {
    /// By the number under which each was accepted, in 16 hex digits.
    pub(crate) records: Records<KeptMessage>,
    keys_by_id: HashMap<String, String>,
    /// Keys of messages accepted since they were last asked for.
    accepted: Vec<String>,
    /// How many messages were removed because there were too many.
    pub(crate) let_go: u64,
    /// The number under which the latest message was accepted.
    latest: u64,
    /// How many deliveries were given up, of messages of which any was.
    given_up: HashMap<String, usize>,
}

impl Messages {
    /// The number under which the next message will be accepted; each is given once.
    pub(crate) fn next_number(&mut self) -> u64 {
        self.latest += 1;
        self.latest
    }

    pub(crate) fn add(&mut self, number: u64, message: KeptMessage) {
        let key = format!("{number:016x}");
        self.keys_by_id.insert(message.id.clone(), key.clone());
        self.records.put(key.as_str(), message);
        self.accepted.push(key);
        self.let_go_of_the_oldest();
    }

    /// The keys of the messages that were accepted since the last call.
    pub(crate) fn take_accepted(&mut self) -> Vec<String> {
        std::mem::take(&mut self.accepted)
    }

    /// Counts again, of the messages that changed, the deliveries that were given up.
    pub(crate) fn recount(&mut self) {
        for key in self.records.changed() {
            match self.records.get(key).map_or(0, KeptMessage::given_up) {
                0 => drop(self.given_up.remove(key)),
                count => drop(self.given_up.insert(key.to_owned(), count)),
            }
        }
    }

    /// How many deliveries were given up.
    pub(crate) fn given_up(&self) -> usize {
        self.given_up.values().sum()
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<(&str, &KeptMessage)> {
        let key = self.keys_by_id.get(id)?;
        Some((key, self.records.get(key)?))
    }

    /// Finds ids again after records were put back from disk.
    pub(crate) fn index(&mut self) {
        self.keys_by_id = self.records.rows().map(|(key, message)| (message.id.clone(), key.to_owned())).collect();
        let latest = self.records.rows().next_back().and_then(|(key, _)| u64::from_str_radix(key, 16).ok());
        self.latest = self.latest.max(latest.unwrap_or_default());
        let counts = self.records.rows().map(|(key, message)| (key.to_owned(), message.given_up()));
        self.given_up = counts.filter(|(_, count)| *count > 0).collect();
    }

    /// Removes every message. Numbers go on.
    pub(crate) fn clear(&mut self) {
        self.records.clear();
        self.given_up.clear();
        self.keys_by_id.clear();
        self.let_go = 0;
    }

    fn let_go_of_the_oldest(&mut self) {
        if self.records.len() <= KEPT {
            return;
        }
        let done = self.records.rows().take(64).find(|(_, message)| !message.is_open());
        if let Some((key, id)) = done.map(|(key, message)| (key.to_owned(), message.id.clone())) {
            self.records.take(&key);
            self.keys_by_id.remove(&id);
            self.let_go += 1;
        }
    }
}
