//! Sending from the inbox: by the same operations that clients call.

use axum::{
    Form,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Address, list_page};
use crate::{
    account::phone_number::Capability,
    api::perform::{NotPerformed, perform_by_name},
    app::App,
    emulator::Emulator,
    place::{Place, PlaceError},
};

/// What the form says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct SendForm {
    pub(super) channel: String,
    /// The account; the home if it is empty.
    pub(super) place: String,
    pub(super) to: String,
    /// The id of a phone number; `new` for a new one; empty for any that fits.
    pub(super) from: String,
    /// The name of a configuration set; empty for none.
    pub(super) set: String,
    pub(super) body: String,
    /// The address of a media message's file.
    pub(super) media: String,
    /// A chosen picture instead: a `data:` address.
    pub(super) picture: String,
}

/// Sends what the form says. A form that is refused is shown again, as it was, with the reason.
pub(super) async fn send(State(app): State<App>, Form(form): Form<SendForm>) -> Response {
    match sent(&app, &form).await {
        Ok(()) => Redirect::to("/").into_response(),
        Err(why) => {
            let mut page = list_page(&app, &Address::default(), Some((&form, &why)));
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            page
        }
    }
}

async fn sent(app: &App, form: &SendForm) -> Result<(), String> {
    let home = || app.emulator.read(|world| world.home().clone());
    let place =
        if form.place.is_empty() { home() } else { form.place.parse().map_err(|e: PlaceError| e.to_string())? };
    let from = match form.from.as_str() {
        "new" => new_number(&app.emulator, &place).await.map_err(NotPerformed::into_message)?,
        "" => any_number(&app.emulator, &place, &form.channel),
        given => given.to_owned(),
    };
    let mut request = json!({"DestinationPhoneNumber": form.to.trim()});
    let operation = match form.channel.as_str() {
        "voice" => "SendVoiceMessage",
        "media" => "SendMediaMessage",
        _ => "SendTextMessage",
    };
    if form.channel == "media" {
        let picture = (!form.picture.is_empty()).then(|| app.pictures.keep(&form.picture)).transpose()?;
        let url = picture.unwrap_or_else(|| form.media.trim().to_owned());
        if !url.is_empty() {
            request["MediaUrls"] = json!([url]);
        }
    }
    let optional = [("MessageBody", &form.body), ("OriginationIdentity", &from), ("ConfigurationSetName", &form.set)];
    for (member, value) in optional.into_iter().filter(|(_, value)| !value.is_empty()) {
        request[member] = json!(value);
    }
    perform(&app.emulator, &place, operation, request).await
}

/// The id of a number that calls and media messages can be sent from: their operations do not choose one. Nothing for
/// texts, whose operation does, or if there is none.
fn any_number(emulator: &Emulator, place: &Place, channel: &str) -> String {
    let capability = match channel {
        "voice" => Capability::Voice,
        "media" => Capability::Mms,
        _ => return String::new(),
    };
    emulator.read(|world| {
        let mut numbers = world.account(place).into_iter().flat_map(|account| account.phone_numbers.values());
        let fitting = numbers.find(|number| number.number_capabilities.contains(&capability));
        fitting.map(|number| number.phone_number_id.clone()).unwrap_or_default()
    })
}

/// Sends a text from this number.
pub(super) async fn text(emulator: &Emulator, place: &Place, to: &str, number: &str, body: &str) -> Result<(), String> {
    let request = json!({"DestinationPhoneNumber": to, "OriginationIdentity": number, "MessageBody": body});
    perform(emulator, place, "SendTextMessage", request).await
}

async fn perform(emulator: &Emulator, place: &Place, operation: &str, request: Value) -> Result<(), String> {
    perform_by_name(emulator, place, operation, request).await.map(drop).map_err(NotPerformed::into_message)
}

async fn new_number(emulator: &Emulator, place: &Place) -> Result<String, NotPerformed> {
    let request = json!({"IsoCountryCode": "US", "MessageType": "TRANSACTIONAL", "NumberType": "LONG_CODE",
        "NumberCapabilities": ["SMS", "VOICE", "MMS"], "InternationalSendingEnabled": true});
    let answer = perform_by_name(emulator, place, "RequestPhoneNumber", request).await?;
    Ok(answer["PhoneNumberId"].as_str().unwrap_or_default().to_owned())
}
