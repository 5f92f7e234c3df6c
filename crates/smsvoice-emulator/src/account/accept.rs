//! Accepting a message that passed every check: its price, its id, its life.

use std::collections::BTreeMap;

use smsvoice_event::{Channel, Usd};
use smsvoice_lifecycle::Country;

use crate::{
    account::{
        Transaction,
        arn::uuid,
        feedback::Feedback,
        life,
        message::{Api, Direction, KeptMessage},
        origination::Origination,
        parts::{encoding_of, parts},
        rates::Sending,
    },
    refusal::Refusal,
};

/// A message that passed the checks of its operation.
pub(crate) struct NewMessage {
    pub(crate) channel: Channel,
    pub(crate) api: Api,
    pub(crate) configuration_set: Option<String>,
    pub(crate) origination: Origination,
    /// In E.164 form.
    pub(crate) destination: String,
    pub(crate) country: &'static Country,
    pub(crate) body: String,
    pub(crate) media_url: Option<String>,
    pub(crate) context: BTreeMap<String, String>,
    pub(crate) ttl_seconds: u32,
    /// Whether the sender will tell of the message's arrival.
    pub(crate) feedback: bool,
    /// The received message that it answers of itself, if it does.
    pub(crate) in_reply_to: Option<String>,
}

impl NewMessage {
    /// Only the text of a text message is split.
    fn parts(&self) -> u32 {
        if self.channel == Channel::Text { parts(&self.body, encoding_of(&self.body)) } else { 1 }
    }

    /// What rates look at.
    pub(crate) fn sending(&self, dry_run: bool) -> Sending<'_> {
        let (origination, destination, parts) = (&self.origination, self.destination.as_str(), self.parts());
        Sending { channel: self.channel, origination, destination, parts, dry_run }
    }

    /// What the message costs; of a phone call, what a minute costs.
    pub(crate) fn price(&self) -> Result<Usd, Refusal> {
        life::price(self.channel, self.country, self.parts())
    }

    /// The message as it is accepted, with an id of its own. It has no events yet.
    pub(crate) fn at_price(self, tx: &mut Transaction<'_>, price: Usd) -> KeptMessage {
        let count = tx.account.next("message");
        let parts = self.parts();
        KeptMessage {
            id: uuid(tx.account.seed, count),
            place: tx.account.place.clone(),
            direction: Direction::Outbound,
            keyword: None,
            in_reply_to: self.in_reply_to,
            channel: self.channel,
            api: self.api,
            configuration_set: self.configuration_set,
            requested: tx.now,
            origination: self.origination.shown,
            country: self.country.iso.to_owned(),
            parts,
            encoding: encoding_of(&self.body),
            destination: self.destination,
            body: self.body,
            media_url: self.media_url,
            message_type: self.origination.message_type,
            context: self.context,
            ttl_seconds: self.ttl_seconds,
            international: self.origination.international,
            price,
            feedback: self.feedback.then(|| Feedback::awaited(tx.now)),
            events: Vec::new(),
        }
    }
}

/// Gives the message its life and keeps it: from here on its events are owed. Answers with its id.
pub(crate) fn accept(tx: &mut Transaction<'_>, mut message: KeptMessage) -> Result<String, Refusal> {
    let number = tx.messages.next_number();
    message.events = tx.lives.plan(&message, number)?;
    let id = message.id.clone();
    tx.messages.add(number, message);
    Ok(id)
}

/// The country a number is of; none if it begins with no country's code, or is too short for a number.
pub(crate) fn country_of(destination: &str) -> Option<&'static Country> {
    Country::of_number(destination).filter(|_| destination.len() >= 8)
}
