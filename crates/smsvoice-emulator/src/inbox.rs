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
use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast::{self, error::RecvError};

use crate::{
    api::{
        model::{Model, Service},
        refusal::Refusal,
        v2::{self, Failure},
    },
    control::{Wanted, is_foreign},
    emulator::Emulator,
};

mod page;

/// Messages on a page.
const PAGE: usize = 50;
/// Changes are gathered so long before they are shown.
const TICK: Duration = Duration::from_millis(250);
const NOTHING_FOREIGN: &str = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(crate) fn router() -> Router<Arc<Emulator>> {
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

pub(crate) async fn page(State(emulator): State<Arc<Emulator>>, Query(address): Query<Address>) -> Response {
    let inner = emulator.lock();
    let wanted = address.wanted();
    let newest = if address.before.is_empty() { "~" } else { &address.before };
    let rows = inner.account.messages.shelf.before(newest).rev().filter(|(_, message)| wanted.matches(message));
    let rows: Vec<_> = rows.take(PAGE + 1).collect();
    let html =
        page::whole(&inner.account, &address, &rows[..rows.len().min(PAGE)], rows.len() > PAGE, emulator.clock.now());
    ([(header::CONTENT_SECURITY_POLICY, NOTHING_FOREIGN)], Html(html)).into_response()
}

/// Rows that changed, as they change.
async fn live(
    State(emulator): State<Arc<Emulator>>,
    Query(address): Query<Address>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let receiver = emulator.changed.subscribe();
    let wanted = Arc::new(address.wanted());
    let rows = stream::unfold((emulator, receiver, wanted), async |(emulator, mut receiver, wanted)| {
        loop {
            let keys = gathered(&mut receiver).await?;
            let rows = changed_rows(&emulator, &keys, &wanted);
            if !rows.is_empty() {
                let event = Event::default().data(json!(rows).to_string());
                return Some((Ok(event), (emulator, receiver, wanted)));
            }
        }
    });
    Sse::new(rows).keep_alive(KeepAlive::default())
}

/// Keys of the messages that changed within a tick, the newest page of them; `None` when nothing can change any more.
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

fn changed_rows(emulator: &Emulator, keys: &BTreeSet<String>, wanted: &Wanted) -> Vec<serde_json::Value> {
    let inner = emulator.lock();
    let now = emulator.clock.now();
    let rows = keys.iter().filter_map(|key| Some((key, inner.account.messages.shelf.get(key)?)));
    rows.filter(|(_, message)| wanted.matches(message))
        .map(|(key, message)| json!({"key": key, "html": page::row(key, message, now)}))
        .collect()
}

#[derive(Deserialize)]
struct Draft {
    channel: String,
    to: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    set: String,
    body: String,
}

/// Sends what the form says, by the same operations that clients call.
async fn send(State(emulator): State<Arc<Emulator>>, headers: HeaderMap, Form(draft): Form<Draft>) -> Response {
    if is_foreign(&headers) {
        return (StatusCode::FORBIDDEN, "another site's page may not do this").into_response();
    }
    match deliver(&emulator, draft).await {
        Ok(()) => Redirect::to("/").into_response(),
        Err(why) => Redirect::to(&format!("/?error={}", encoded(&why))).into_response(),
    }
}

async fn deliver(emulator: &Emulator, draft: Draft) -> Result<(), String> {
    let from = if draft.from == "new" { new_number(emulator).await? } else { draft.from };
    let operation = match draft.channel.as_str() {
        "voice" => "SendVoiceMessage",
        "media" => "SendMediaMessage",
        _ => "SendTextMessage",
    };
    let mut request = json!({"DestinationPhoneNumber": draft.to.trim(), "MessageBody": draft.body});
    if !from.is_empty() {
        request["OriginationIdentity"] = json!(from);
    }
    if !draft.set.is_empty() {
        request["ConfigurationSetName"] = json!(draft.set);
    }
    call(emulator, operation, request).await.map(drop)
}

async fn new_number(emulator: &Emulator) -> Result<String, String> {
    let request = json!({"IsoCountryCode": "US", "MessageType": "TRANSACTIONAL", "NumberType": "LONG_CODE",
        "NumberCapabilities": ["SMS", "VOICE", "MMS"], "InternationalSendingEnabled": true});
    let answer = call(emulator, "RequestPhoneNumber", request).await?;
    Ok(answer["PhoneNumberId"].as_str().unwrap_or_default().to_owned())
}

async fn call(emulator: &Emulator, operation: &str, request: serde_json::Value) -> Result<serde_json::Value, String> {
    let operation = Model::of(Service::V2).operation(operation).ok_or("no such operation")?;
    v2::call(emulator, operation, request).await.map_err(|failure| match failure {
        Failure::Unreadable(message)
        | Failure::Refused(
            Refusal::Validation { message, .. }
            | Refusal::Conflict { message, .. }
            | Refusal::Quota { message, .. }
            | Refusal::Internal { message },
        ) => message,
        Failure::Refused(Refusal::NotFound { resource, id }) => format!("no {} `{id}` exists", resource.word()),
        Failure::Unsigned(_) | Failure::UnknownOperation(_) => "the emulator could not call itself".to_owned(),
    })
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| {
        if byte.is_ascii_alphanumeric() {
            encoded + &char::from(byte).to_string()
        } else {
            format!("{encoded}%{byte:02X}")
        }
    })
}
