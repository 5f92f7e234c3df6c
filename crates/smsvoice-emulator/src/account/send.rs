//! Sending: text, voice and media messages, checked as the service checks them, and then given a life.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smsvoice_lifecycle::{Country, simulated_ending};

use crate::{
    account::{
        Call, MessageType,
        arn::uuid,
        encoding::Encoding,
        feedback::Feedback,
        message::{Api, Channel, Sent},
        opt_out::e164,
        origin::Need,
        phone_number::Capability,
    },
    api::refusal::{Clash, Invalid, Refusal, Resource},
    events::life::Lives,
};

/// 72 hours.
const LONGEST_TTL_SECONDS: u32 = 259_200;
/// Of a voice message that is plain text; SSML may have the model's 6,000.
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

pub(crate) fn text(call: &mut Call<'_>, input: Text) -> Result<Accepted, Refusal> {
    let body = required(input.common.message_body.clone(), "MessageBody")?;
    let draft = Draft { channel: Channel::Text, message_type: input.message_type, body, media_url: None };
    accept(call, draft, input.common)
}

pub(crate) fn voice(call: &mut Call<'_>, input: Voice) -> Result<Accepted, Refusal> {
    let body = required(input.common.message_body.clone(), "MessageBody")?;
    require_speakable(&body, input.message_body_text_type)?;
    let draft = Draft { channel: Channel::Voice, message_type: None, body, media_url: None };
    accept(call, draft, input.common)
}

pub(crate) fn media(call: &mut Call<'_>, input: Media) -> Result<Accepted, Refusal> {
    let media_url = input.media_urls.into_iter().next();
    if media_url.is_none() {
        required(input.common.message_body.clone(), "MediaUrls")?;
    }
    let body = input.common.message_body.clone().unwrap_or_default();
    let draft = Draft { channel: Channel::Media, message_type: None, body, media_url };
    accept(call, draft, input.common)
}

/// The model asks for none of these; the service does.
fn required(value: Option<String>, field: &str) -> Result<String, Refusal> {
    value.ok_or_else(|| Refusal::invalid(Invalid::MissingParameter, field, format!("{field} is required")))
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

/// What the operations differ in.
struct Draft {
    channel: Channel,
    message_type: Option<MessageType>,
    body: String,
    media_url: Option<String>,
}

impl Draft {
    fn capability(&self) -> Capability {
        match self.channel {
            Channel::Text => Capability::Sms,
            Channel::Voice => Capability::Voice,
            Channel::Media => Capability::Mms,
        }
    }
}

fn accept(call: &mut Call<'_>, draft: Draft, input: Common) -> Result<Accepted, Refusal> {
    let sent = check(call, draft, &input)?;
    if input.dry_run {
        return Ok(Accepted { message_id: sent.id });
    }
    Ok(Accepted { message_id: keep(call, sent)? })
}

/// Every rule in turn; the message as it would be sent.
fn check(call: &mut Call<'_>, draft: Draft, input: &Common) -> Result<Sent, Refusal> {
    let account = &*call.account;
    let set = input.configuration_set_name.as_deref().map(|name| account.configuration_set(name)).transpose()?;
    if let Some(id) = &input.protect_configuration_id {
        return Err(Refusal::not_found(Resource::ProtectConfiguration, id.as_str()));
    }
    let destination = e164(&input.destination_phone_number);
    let country = country_of(&destination)?;
    let message_type = draft.message_type.or_else(|| set.and_then(|set| set.default_message_type));
    let to_simulator = simulated_ending(draft.channel.into(), &destination).is_some();
    let need = Need { capability: draft.capability(), message_type, country: country.iso, to_simulator };
    let origin = account.origin(input.origination_identity.as_deref(), &need, set)?;
    if account.terms.sandbox && !to_simulator {
        let message = "in the sandbox only verified numbers and simulators can be reached";
        let reason = Clash::DestinationPhoneNumberNotVerified;
        return Err(Refusal::clash(reason, Resource::PhoneNumber, destination, message));
    }
    if origin.opt_out_list.as_ref().is_some_and(|list| account.is_opted_out(list, &destination)) {
        let message = "the destination is on the opt-out list";
        let reason = Clash::DestinationPhoneNumberOptedOut;
        return Err(Refusal::clash(reason, Resource::OptedOutNumber, destination, message));
    }
    let feedback = input.message_feedback_enabled.or_else(|| set.and_then(|set| set.default_message_feedback_enabled));
    let encoding = Encoding::of(&draft.body);
    let mut sent = Sent {
        id: String::new(),
        channel: draft.channel,
        api: Api::V2,
        configuration_set: set.map(|set| set.configuration_set_name.clone()),
        requested: call.now,
        origination: origin.shown,
        destination,
        country: country.iso.to_owned(),
        parts: if draft.channel == Channel::Text { encoding.parts(&draft.body) } else { 1 },
        encoding,
        body: draft.body,
        media_url: draft.media_url,
        message_type: origin.message_type,
        context: input.context.clone(),
        ttl_seconds: input.time_to_live.unwrap_or(LONGEST_TTL_SECONDS),
        international: origin.international,
        price_micros: 0,
        feedback: feedback.unwrap_or(false).then(|| Feedback::awaited(call.now)),
        events: Vec::new(),
    };
    sent.price_micros = Lives::price_micros(&sent, country)?;
    require_cheap(&sent, input.max_price.as_deref())?;
    let count = call.account.next("message");
    sent.id = uuid(call.account.seed, count);
    Ok(sent)
}

/// Gives the message its life and keeps it: from here on its events are owed.
pub(crate) fn keep(call: &mut Call<'_>, mut sent: Sent) -> Result<String, Refusal> {
    let number = call.account.next("accepted");
    sent.events = call.lives.plan(&sent, number)?;
    let id = sent.id.clone();
    call.account.messages.add(number, sent);
    Ok(id)
}

/// The country a number is of, as far as the price table goes.
pub(crate) fn country_of(destination: &str) -> Result<&'static Country, Refusal> {
    let unknown = || {
        let message = "the number is of no country that the emulator's price table knows";
        Refusal::invalid(Invalid::InvalidParameter, "DestinationPhoneNumber", message)
    };
    let long_enough = destination.len() >= 8;
    Country::of_number(destination).filter(|_| long_enough).ok_or_else(unknown)
}

fn require_cheap(sent: &Sent, max_price: Option<&str>) -> Result<(), Refusal> {
    let Some(most) = max_price.and_then(micros) else { return Ok(()) };
    if sent.price_micros <= most {
        return Ok(());
    }
    let field = if sent.channel == Channel::Voice { "MaxPricePerMinute" } else { "MaxPrice" };
    let dollars = |micros: i64| format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    let message = format!("the message costs {} US dollars, more than {}", dollars(sent.price_micros), dollars(most));
    Err(Refusal::invalid(Invalid::PriceOverThreshold, field, message))
}

/// `2.5` is 2,500,000: digits, exactly, no float.
fn micros(price: &str) -> Option<i64> {
    let (whole, fraction) = price.split_once('.')?;
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    format!("{fraction:0<6}").parse::<i64>().ok().map(|fraction| whole * 1_000_000 + fraction)
}

#[cfg(test)]
mod tests {
    use super::micros;

    #[test]
    fn prices_are_exact() {
        assert_eq!(micros("0.00581"), Some(5_810));
        assert_eq!(micros(".5"), Some(500_000));
        assert_eq!(micros("12.3"), Some(12_300_000));
    }
}
