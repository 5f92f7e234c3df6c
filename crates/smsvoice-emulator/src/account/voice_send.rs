//! Sending by API v1: voice messages alone.

use std::collections::BTreeMap;

use serde::Deserialize;
use smsvoice_event::{Channel, MessageType};
use smsvoice_lifecycle::{DEFAULT_TTL_SECONDS, simulated_ending};

use crate::{
    account::{
        Transaction,
        accept::{NewMessage, accept, country_of},
        message::Api,
        opt_out::e164,
        origination::{OriginationNeed, of_no_country},
        phone_number::Capability,
        send::{Accepted, require_verified},
    },
    refusal::{Invalid, Refusal, Resource},
};

/// What is to be said; one of the three forms.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Content {
    call_instructions_message: Option<Spoken>,
    plain_text_message: Option<Spoken>,
    #[serde(rename = "SSMLMessage")]
    ssml_message: Option<Spoken>,
}

impl Content {
    /// The text of the one form that was given; more than one is refused.
    fn single(self) -> Result<Option<String>, Refusal> {
        let forms = [self.call_instructions_message, self.plain_text_message, self.ssml_message];
        let mut given = forms.into_iter().flatten();
        let (first, another) = (given.next(), given.next());
        if another.is_some() {
            let reason = Invalid::ParametersCannotBeUsedTogether;
            return Err(Refusal::invalid(reason, "Content", "Content has one of its three forms"));
        }
        Ok(first.and_then(|spoken| spoken.text))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Spoken {
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Send {
    caller_id: Option<String>,
    configuration_set_name: Option<String>,
    #[serde(default)]
    content: Content,
    destination_phone_number: Option<String>,
    origination_phone_number: Option<String>,
}

pub(crate) fn send(tx: &mut Transaction<'_>, input: Send) -> Result<Accepted, Refusal> {
    let body = full(input.content.single()?, "Content.PlainTextMessage.Text")?;
    let destination = e164(&full(input.destination_phone_number, "DestinationPhoneNumber")?);
    let identity = full(input.origination_phone_number, "OriginationPhoneNumber")?;
    if input.caller_id.is_some() && tx.account.terms.sandbox {
        let message = "a CallerId can't be given while the account is in the sandbox";
        return Err(Refusal::invalid(Invalid::InvalidParameter, "CallerId", message));
    }
    let account = &*tx.account;
    if let Some(name) = input.configuration_set_name.as_deref().filter(|name| !account.voice_sets.has(name)) {
        return Err(Refusal::not_found(Resource::ConfigurationSet, name));
    }
    let country = country_of(&destination);
    let to_simulator = simulated_ending(Channel::Voice, &destination).is_some();
    let need = OriginationNeed {
        capability: Capability::Voice,
        message_type: None,
        country: country.map(|country| country.iso),
        to_simulator,
        now: tx.now,
    };
    let mut origination = account.origination(Some(&identity), &need, None)?;
    let country = country.ok_or_else(of_no_country)?;
    require_verified(tx, &destination, to_simulator)?;
    // API v1 has no message types: every call counts as transactional, whatever its number is for.
    origination.message_type = MessageType::Transactional;
    let message = NewMessage {
        channel: Channel::Voice,
        api: Api::V1,
        configuration_set: input.configuration_set_name,
        origination,
        destination,
        country,
        body,
        media_url: None,
        context: BTreeMap::new(),
        ttl_seconds: DEFAULT_TTL_SECONDS,
        feedback: false,
        in_reply_to: None,
    };
    let price = message.price()?;
    tx.account.admit_message(&message.sending(false), tx.real)?;
    let message = message.at_price(tx, price);
    Ok(Accepted { message_id: accept(tx, message)? })
}

fn full(value: Option<String>, field: &str) -> Result<String, Refusal> {
    value.filter(|value| !value.is_empty()).ok_or_else(|| Refusal::missing(field))
}
