//! The inbox at `/`: messages newest first, live, with what became of each; and a form that sends one.

use std::{collections::BTreeSet, convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Form, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{
        Html, IntoResponse, Redirect, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::{get, post},
};
use futures::{Stream, stream};
use percent_encoding::{NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::{self, error::RecvError};

use crate::{
    api::perform::{NotPerformed, perform_by_name},
    app::App,
    control::{AFTER_ALL_KEYS, Wanted, is_foreign},
    emulator::Emulator,
};

mod page;

/// Messages on a page.
const PAGE: usize = 50;
/// How long changes are gathered before they are shown.
const TICK: Duration = Duration::from_millis(250);
const NOTHING_FOREIGN: &str = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(crate) fn router() -> Router<App> {
    let text = |kind: &'static str, body: &'static str| get(async move || ([(header::CONTENT_TYPE, kind)], body));
    Router::new()
        .route("/inbox/live", get(live))
        .route("/inbox/send", post(send))
        .route("/inbox/inbox.css", text("text/css; charset=utf-8", include_str!("inbox/inbox.css")))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .route("/inbox/inbox.js", text("text/javascript; charset=utf-8", include_str!("inbox/inbox.js")))
}

/// What the page's address says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Address {
    to: String,
    channel: String,
    status: String,
    text: String,
    before: String,
    /// What the form was refused for.
    error: String,
}

impl Address {
    fn wanted(&self) -> Wanted {
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Wanted {
            to: some(&self.to),
            channel: some(&self.channel),
            status: some(&self.status),
            text: some(&self.text),
            ..Wanted::default()
        }
    }
}

pub(crate) async fn page(State(app): State<App>, Query(address): Query<Address>) -> Response {
    let (wanted, now) = (address.wanted(), app.emulator.clock.now());
    let newest = if address.before.is_empty() { AFTER_ALL_KEYS } else { &address.before };
    let html = app.emulator.read(|account| {
        let rows = account.messages.records.before(newest).rev().filter(|(_, message)| wanted.matches(message));
        let rows: Vec<_> = rows.take(PAGE + 1).collect();
        page::whole(account, &address, &rows[..rows.len().min(PAGE)], rows.len() > PAGE, now)
    });
    ([(header::CONTENT_SECURITY_POLICY, NOTHING_FOREIGN)], Html(html)).into_response()
}

/// Rows that changed, as they change.
async fn live(
    State(app): State<App>,
    Query(address): Query<Address>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changed = app.emulator.watch();
    let wanted = Arc::new(address.wanted());
    let rows = stream::unfold((app.emulator, changed, wanted), async |(emulator, mut changed, wanted)| {
        loop {
            let keys = gathered(&mut changed).await?;
            let rows = changed_rows(&emulator, &keys, &wanted);
            if !rows.is_empty() {
                let event = Event::default().data(json!(rows).to_string());
                return Some((Ok(event), (emulator, changed, wanted)));
            }
        }
    });
    Sse::new(rows).keep_alive(KeepAlive::default())
}

/// The keys of the messages that changed within a tick, at most a page of them, the newest; `None` when nothing can
/// change any more.
async fn gathered(receiver: &mut broadcast::Receiver<String>) -> Option<BTreeSet<String>> {
    let mut keys = BTreeSet::new();
    let mut end = None;
    loop {
        let next = match end {
            None => receiver.recv().await,
            Some(end) => match tokio::time::timeout_at(end, receiver.recv()).await {
                Ok(next) => next,
                Err(_) => return Some(keys),
            },
        };
        match next {
            Ok(key) => drop(keys.insert(key)),
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
        if keys.len() > PAGE {
            keys.pop_first();
        }
        end.get_or_insert_with(|| tokio::time::Instant::now() + TICK);
    }
}

fn changed_rows(emulator: &Emulator, keys: &BTreeSet<String>, wanted: &Wanted) -> Vec<Value> {
    let now = emulator.clock.now();
    emulator.read(|account| {
        let rows = keys.iter().filter_map(|key| Some((key, account.messages.records.get(key)?)));
        rows.filter(|(_, message)| wanted.matches(message))
            .map(|(key, message)| json!({"key": key, "html": page::row(key, message, now)}))
            .collect()
    })
}

/// What the form says.
#[derive(Deserialize)]
struct SendForm {
    channel: String,
    to: String,
    /// The id of a phone number; `new` for a new one; empty for any that fits.
    #[serde(default)]
    from: String,
    /// The name of a configuration set; empty for none.
    #[serde(default)]
    set: String,
    body: String,
}

/// Sends what the form says, by the same operations that clients call.
async fn send(State(app): State<App>, headers: HeaderMap, Form(form): Form<SendForm>) -> Response {
    if is_foreign(&headers) {
        return (StatusCode::FORBIDDEN, "another site's page may not do this").into_response();
    }
    match send_form(&app.emulator, form).await {
        Ok(()) => Redirect::to("/").into_response(),
        Err(why) => Redirect::to(&format!("/?error={}", encoded(&why.into_message()))).into_response(),
    }
}

async fn send_form(emulator: &Emulator, form: SendForm) -> Result<(), NotPerformed> {
    let from = if form.from == "new" { new_number(emulator).await? } else { form.from };
    let operation = match form.channel.as_str() {
        "voice" => "SendVoiceMessage",
        "media" => "SendMediaMessage",
        _ => "SendTextMessage",
    };
    let mut request = json!({"DestinationPhoneNumber": form.to.trim(), "MessageBody": form.body});
    if !from.is_empty() {
        request["OriginationIdentity"] = json!(from);
    }
    if !form.set.is_empty() {
        request["ConfigurationSetName"] = json!(form.set);
    }
    perform_by_name(emulator, operation, request).await.map(drop)
}

async fn new_number(emulator: &Emulator) -> Result<String, NotPerformed> {
    let request = json!({"IsoCountryCode": "US", "MessageType": "TRANSACTIONAL", "NumberType": "LONG_CODE",
        "NumberCapabilities": ["SMS", "VOICE", "MMS"], "InternationalSendingEnabled": true});
    let answer = perform_by_name(emulator, "RequestPhoneNumber", request).await?;
    Ok(answer["PhoneNumberId"].as_str().unwrap_or_default().to_owned())
}

/// As it may stand in an address.
fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
}
