//! Sending by API v2: text, voice and media messages, held to the rules of the service one after the other.

use std::collections::BTreeMap;

use chrono::Datelike;
use serde::{Deserialize, Serialize};
use smsvoice_event::{Channel, MessageType, Usd};
use smsvoice_lifecycle::{DEFAULT_TTL_SECONDS, simulated_ending};

use crate::{
    account::{
        Transaction,
        accept::{NewMessage, accept, country_of},
        message::Api,
        opt_out::e164,
        origination::{Origination, OriginationNeed, of_no_country},
        phone_number::Capability,
    },
    clock::EpochMs,
    refusal::{Clash, Invalid, Quota, Refusal, Resource},
};

/// Characters of a voice message that is plain text; SSML may have the model's 6,000.
const LONGEST_SPOKEN_TEXT: usize = 3_000;

/// The members that the three operations share.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Common {
    destination_phone_number: String,
    origination_identity: Option<String>,
    message_body: Option<String>,
    configuration_set_name: Option<String>,
    #[serde(alias = "MaxPricePerMinute")]
    max_price: Option<String>,
    time_to_live: Option<u32>,
    #[serde(default)]
    context: BTreeMap<String, String>,
    #[serde(default)]
    dry_run: bool,
    protect_configuration_id: Option<String>,
    message_feedback_enabled: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Text {
    message_type: Option<MessageType>,
    #[serde(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum BodyType {
    #[default]
    Text,
    Ssml,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Voice {
    #[serde(default)]
    message_body_text_type: BodyType,
    #[serde(flatten)]
    common: Common,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Media {
    #[serde(default)]
    media_urls: Vec<String>,
    #[serde(flatten)]
    common: Common,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Accepted {
    pub(crate) message_id: String,
}

pub(crate) fn text(tx: &mut Transaction<'_>, input: Text) -> Result<Accepted, Refusal> {
    let body = required(input.common.message_body.clone(), "MessageBody")?;
    let (channel, capability) = (Channel::Text, Capability::Sms);
    send(
        tx,
        MessageContent { channel, capability, message_type: input.message_type, body, media_url: None },
        input.common,
    )
}

pub(crate) fn voice(tx: &mut Transaction<'_>, input: Voice) -> Result<Accepted, Refusal> {
    let body = required(input.common.message_body.clone(), "MessageBody")?;
    require_speakable(&body, input.message_body_text_type)?;
    let (channel, capability) = (Channel::Voice, Capability::Voice);
    send(tx, MessageContent { channel, capability, message_type: None, body, media_url: None }, input.common)
}

pub(crate) fn media(tx: &mut Transaction<'_>, input: Media) -> Result<Accepted, Refusal> {
    let media_url = input.media_urls.into_iter().next();
    if media_url.is_none() {
        required(input.common.message_body.clone(), "MediaUrls")?;
    }
    let body = input.common.message_body.clone().unwrap_or_default();
    let (channel, capability) = (Channel::Media, Capability::Mms);
    send(tx, MessageContent { channel, capability, message_type: None, body, media_url }, input.common)
}

fn required(value: Option<String>, field: &str) -> Result<String, Refusal> {
    value.ok_or_else(|| Refusal::missing(field))
}

fn require_speakable(body: &str, kind: BodyType) -> Result<(), Refusal> {
    let speak = body.trim_start().starts_with("<speak") && body.trim_end().ends_with("</speak>");
    match kind {
        BodyType::Text if body.chars().count() > LONGEST_SPOKEN_TEXT => {
            let message = format!("a TEXT body has at most {LONGEST_SPOKEN_TEXT} characters");
            Err(Refusal::invalid(Invalid::MaximumSizeExceeded, "MessageBody", message))
        }
        BodyType::Ssml if !speak => {
            let message = "an SSML body is one <speak> element";
            Err(Refusal::invalid(Invalid::InvalidParameter, "MessageBody", message))
        }
        _ => Ok(()),
    }
}

/// What the three operations differ in.
struct MessageContent {
    channel: Channel,
    capability: Capability,
    message_type: Option<MessageType>,
    body: String,
    media_url: Option<String>,
}

fn send(tx: &mut Transaction<'_>, content: MessageContent, input: Common) -> Result<Accepted, Refusal> {
    let (dry_run, max_price) = (input.dry_run, input.max_price.clone());
    let message = check(tx, content, input)?;
    let price = message.price()?;
    require_cheap(price, max_price.as_deref(), message.channel)?;
    require_affordable(tx, message.channel, price)?;
    tx.account.admit_message(&message.sending(dry_run), tx.real)?;
    let message = message.at_price(tx, price);
    let message_id = if dry_run { message.id } else { accept(tx, message)? };
    Ok(Accepted { message_id })
}

/// Holds the message to every rule but the one about its price.
fn check(tx: &Transaction<'_>, content: MessageContent, input: Common) -> Result<NewMessage, Refusal> {
    let account = &*tx.account;
    let set = input.configuration_set_name.as_deref().map(|name| account.configuration_set(name)).transpose()?;
    if let Some(id) = &input.protect_configuration_id {
        return Err(Refusal::not_found(Resource::ProtectConfiguration, id.as_str()));
    }
    let destination = e164(&input.destination_phone_number);
    let country = country_of(&destination);
    let message_type = content.message_type.or_else(|| set.and_then(|set| set.default_message_type));
    let to_simulator = simulated_ending(content.channel, &destination).is_some();
    let need = OriginationNeed {
        capability: content.capability,
        message_type,
        country: country.map(|country| country.iso),
        to_simulator,
        now: tx.now,
    };
    let origination = account.origination(input.origination_identity.as_deref(), &need, set)?;
    let country = country.ok_or_else(of_no_country)?;
    require_verified(tx, &destination, to_simulator)?;
    require_opted_in(tx, &origination, &destination)?;
    let feedback = input.message_feedback_enabled.or_else(|| set.and_then(|set| set.default_message_feedback_enabled));
    Ok(NewMessage {
        channel: content.channel,
        api: Api::V2,
        configuration_set: set.map(|set| set.configuration_set_name.clone()),
        origination,
        destination,
        country,
        body: content.body,
        media_url: content.media_url,
        context: input.context,
        ttl_seconds: input.time_to_live.unwrap_or(DEFAULT_TTL_SECONDS),
        feedback: feedback.unwrap_or(false),
        in_reply_to: None,
    })
}

/// Refuses a destination that the sandbox does not reach.
pub(crate) fn require_verified(tx: &Transaction<'_>, destination: &str, to_simulator: bool) -> Result<(), Refusal> {
    if tx.account.terms.sandbox && !to_simulator {
        let message = "in the sandbox only verified numbers and simulators can be reached";
        let reason = Clash::DestinationPhoneNumberNotVerified;
        return Err(Refusal::clash(reason, Resource::PhoneNumber, destination, message));
    }
    Ok(())
}

/// Refuses a destination that opted out.
fn require_opted_in(tx: &Transaction<'_>, origination: &Origination, destination: &str) -> Result<(), Refusal> {
    if origination.opt_out_list.as_ref().is_some_and(|list| tx.account.is_opted_out(list, destination)) {
        let message = "the destination is on the opt-out list";
        let reason = Clash::DestinationPhoneNumberOptedOut;
        return Err(Refusal::clash(reason, Resource::OptedOutNumber, destination, message));
    }
    Ok(())
}

/// Refuses a message that costs more than the request allows.
fn require_cheap(price: Usd, max_price: Option<&str>, channel: Channel) -> Result<(), Refusal> {
    let Some(most) = max_price.and_then(usd).filter(|most| price > *most) else { return Ok(()) };
    let field = if channel == Channel::Voice { "MaxPricePerMinute" } else { "MaxPrice" };
    let message = format!("the message costs {price} US dollars, more than {most}");
    Err(Refusal::invalid(Invalid::PriceOverThreshold, field, message))
}

/// What an account in the sandbox can spend in a month on texts, and on media messages.
const SANDBOX_SPEND: Usd = Usd::from_micros(1_000_000);

/// Refuses a message that an account in the sandbox has no money left for this month.
fn require_affordable(tx: &Transaction<'_>, channel: Channel, price: Usd) -> Result<(), Refusal> {
    let reason = match channel {
        Channel::Text => Quota::MonthlySpendText,
        Channel::Media => Quota::MonthlySpendMedia,
        _ => return Ok(()),
    };
    if !tx.account.terms.sandbox {
        return Ok(());
    }
    let month = |at: EpochMs| chrono::DateTime::from_timestamp_millis(at.0 as i64).map(|at| (at.year(), at.month()));
    let own = tx.messages.records.values().filter(|message| message.place == tx.account.place);
    let this_month = own.filter(|message| message.channel == channel && month(message.requested) == month(tx.now));
    let spent: i64 = this_month.map(|message| message.price.micros()).sum();
    if spent + price.micros() > SANDBOX_SPEND.micros() {
        let message = format!("in the sandbox {SANDBOX_SPEND} US dollars a month can be spent on {channel} messages");
        return Err(Refusal::Quota { reason, message });
    }
    Ok(())
}

/// The model lets a price begin with its point: `.5` is half a dollar.
fn usd(price: &str) -> Option<Usd> {
    Usd::parse(&format!("0{price}")).ok()
}

#[cfg(test)]
mod tests {
    use smsvoice_event::Usd;

    use super::usd;

    #[test]
    fn prices_are_exact() {
        assert_eq!(usd("0.00581"), Some(Usd::from_micros(5_810)));
        assert_eq!(usd(".5"), Some(Usd::from_micros(500_000)));
        assert_eq!(usd("12.3"), Some(Usd::from_micros(12_300_000)));
    }
}
