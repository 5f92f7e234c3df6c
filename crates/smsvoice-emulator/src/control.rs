//! `/_smsvoice/`: what tests ask of an emulator. Reset, advance the clock, list messages and events, receive, health.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    account::message::{Delivery, Sent, State as DeliveryState},
    api::refusal::Refusal,
    clock::EpochMs,
    emulator::Emulator,
};

/// Messages in one answer.
const MOST: usize = 1000;

pub(crate) fn router() -> Router<Arc<Emulator>> {
    Router::new()
        .route("/health", get(health))
        .route("/messages", get(messages))
        .route("/events", get(events))
        .route("/reset", post(reset))
        .route("/clock/advance", post(advance))
        .route("/redeliver", post(redeliver))
        .route("/inbound", post(inbound))
}

fn answer(value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

fn refuse(status: StatusCode, why: &str) -> Response {
    let body = json!({"error": why}).to_string();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn refused(refusal: &Refusal) -> Response {
    match refusal {
        Refusal::NotFound { resource, id } => {
            refuse(StatusCode::NOT_FOUND, &format!("no {} `{id}` exists", resource.word()))
        }
        Refusal::Internal { message } => refuse(StatusCode::INTERNAL_SERVER_ERROR, message),
        Refusal::Validation { message, .. } | Refusal::Conflict { message, .. } | Refusal::Quota { message, .. } => {
            refuse(StatusCode::BAD_REQUEST, message)
        }
    }
}

/// Whether a page of another site sent this request: browsers say where a request comes from.
pub(crate) fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else { return false };
    origin.split_once("://").map(|(_, host)| host) != text(header::HOST)
}

async fn health(State(emulator): State<Arc<Emulator>>) -> Response {
    let deliveries = *emulator.courier.tally.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let inner = emulator.lock();
    let (mut owed, mut undeliverable, mut emitted) = (0, 0, 0);
    for event in inner.account.messages.shelf.values().flat_map(|message| &message.events) {
        emitted += usize::from(event.emitted);
        owed += event.deliveries.iter().filter(|d| d.state == DeliveryState::Owed).count();
        undeliverable += event.deliveries.iter().filter(|d| d.state == DeliveryState::GaveUp).count();
    }
    answer(&json!({
        "status": "ok", "now_ms": emulator.clock.now().0, "speed": emulator.clock.speed(),
        "messages": inner.account.messages.shelf.len(), "messages_let_go": inner.account.messages.let_go,
        "events": {"emitted": emitted, "to_come": inner.agenda.len()},
        "deliveries": {"owed": owed, "undeliverable": undeliverable, "since_start": deliveries},
    }))
}

/// Which messages, newest first.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    pub(crate) id: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) channel: Option<String>,
    /// The type of the latest event, or what it ends with: `DELIVERED`.
    pub(crate) status: Option<String>,
    pub(crate) text: Option<String>,
    /// Keys below this one.
    pub(crate) before: Option<String>,
    pub(crate) limit: Option<usize>,
}

impl Wanted {
    pub(crate) fn matches(&self, message: &Sent) -> bool {
        let full = |wanted: &Option<String>| wanted.clone().filter(|text| !text.is_empty());
        let latest = || message.latest().map_or("", |event| event.event_type.as_str());
        full(&self.id).is_none_or(|id| message.id == id)
            && full(&self.to).is_none_or(|to| message.destination.contains(to.trim()))
            && full(&self.channel).is_none_or(|channel| message.channel.word() == channel)
            && full(&self.status).is_none_or(|status| latest().ends_with(&status))
            && full(&self.text).is_none_or(|text| message.body.to_lowercase().contains(&text.to_lowercase()))
    }
}

/// What is shown of one message.
fn shown(key: &str, message: &Sent, now: EpochMs) -> Value {
    let deliveries = |d: &Delivery| json!({"destination": d.destination, "state": d.state, "attempts": d.attempts, "error": d.error});
    let events: Vec<Value> = message
        .events
        .iter()
        .filter(|event| event.emitted)
        .map(|event| {
            json!({"event_type": event.event_type, "at_ms": event.at.0, "payload": event.payload,
                "deliveries": event.deliveries.iter().map(deliveries).collect::<Vec<_>>()})
        })
        .collect();
    json!({
        "key": key, "message_id": message.id, "channel": message.channel, "api": message.api,
        "configuration_set": message.configuration_set, "requested_ms": message.requested.0,
        "origination": message.origination, "destination": message.destination, "country": message.country,
        "body": message.body, "media_url": message.media_url, "encoding": message.encoding.word(), "parts": message.parts,
        "message_type": message.message_type, "context": message.context, "price_micros": message.price_micros,
        "feedback": message.feedback.map(|feedback| feedback.at(now)), "events": events,
        "events_to_come": message.events.iter().filter(|event| !event.emitted).count(),
    })
}

async fn messages(State(emulator): State<Arc<Emulator>>, Query(wanted): Query<Wanted>) -> Response {
    let inner = emulator.lock();
    let now = emulator.clock.now();
    let rows = inner.account.messages.shelf.before(wanted.before.as_deref().unwrap_or("~")).rev();
    let rows = rows.filter(|(_, message)| wanted.matches(message)).take(wanted.limit.unwrap_or(100).min(MOST));
    answer(&rows.map(|(key, message)| shown(key, message, now)).collect::<Vec<_>>())
}

/// Every emitted event as it was sent, one JSON object a line, messages oldest first.
async fn events(State(emulator): State<Arc<Emulator>>) -> Response {
    let inner = emulator.lock();
    let events = inner.account.messages.shelf.values().flat_map(|message| &message.events);
    let mut text = String::new();
    for event in events.filter(|event| event.emitted) {
        text.push_str(&event.payload);
        text.push('\n');
    }
    ([(header::CONTENT_TYPE, "application/x-ndjson")], text).into_response()
}

async fn reset(State(emulator): State<Arc<Emulator>>, headers: HeaderMap) -> Response {
    if is_foreign(&headers) {
        return refuse(StatusCode::FORBIDDEN, "another site's page may not do this");
    }
    match emulator.reset().await {
        Ok(()) => answer(&json!({"status": "ok"})),
        Err(refusal) => refused(&refusal),
    }
}

#[derive(Deserialize)]
struct Advance {
    seconds: f64,
}

async fn advance(State(emulator): State<Arc<Emulator>>, headers: HeaderMap, body: Bytes) -> Response {
    if is_foreign(&headers) {
        return refuse(StatusCode::FORBIDDEN, "another site's page may not do this");
    }
    let Ok(by) = serde_json::from_slice::<Advance>(&body) else {
        return refuse(StatusCode::BAD_REQUEST, "the body is {\"seconds\": 3600}, say");
    };
    if !(0.0..=3.2e8).contains(&by.seconds) {
        return refuse(StatusCode::BAD_REQUEST, "seconds is a number from 0 to ten years; time does not go back");
    }
    match emulator.advance((by.seconds * 1000.0) as u64).await {
        Ok(now) => answer(&json!({"now_ms": now.0})),
        Err(refusal) => refused(&refusal),
    }
}

async fn redeliver(State(emulator): State<Arc<Emulator>>, headers: HeaderMap) -> Response {
    if is_foreign(&headers) {
        return refuse(StatusCode::FORBIDDEN, "another site's page may not do this");
    }
    answer(&json!({"deliveries": emulator.redeliver()}))
}

#[derive(Deserialize)]
struct Inbound {
    from: String,
    to: String,
    body: String,
}

async fn inbound(State(emulator): State<Arc<Emulator>>, headers: HeaderMap, body: Bytes) -> Response {
    if is_foreign(&headers) {
        return refuse(StatusCode::FORBIDDEN, "another site's page may not do this");
    }
    let Ok(message) = serde_json::from_slice::<Inbound>(&body) else {
        return refuse(StatusCode::BAD_REQUEST, "the body is {\"from\": …, \"to\": …, \"body\": \"STOP\"}");
    };
    match emulator.receive(&message.from, &message.to, &message.body).await {
        Ok(received) => answer(&received),
        Err(refusal) => refused(&refusal),
    }
}
