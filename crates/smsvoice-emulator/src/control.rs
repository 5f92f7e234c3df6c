//! `/_smsvoice/`: requests for tests. They reset the account, advance the clock, list messages and events, and so on.

mod faults;

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
    account::{
        inbound::{Inbound, receive},
        message::{Delivery, PlannedEvent, SentMessage},
    },
    app::App,
    clock::EpochMs,
    delivery::DeliveryState,
    emission,
    refusal::Refusal,
};

/// Messages in one answer.
const MOST: usize = 1000;
/// Greater than every key of a message: those are hexadecimal.
pub(crate) const AFTER_ALL_KEYS: &str = "~";

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/health", get(health))
        .route("/messages", get(messages))
        .route("/events", get(events))
        .route("/reset", post(reset))
        .route("/clock/advance", post(advance))
        .route("/redeliver", post(redeliver))
        .route("/inbound", post(inbound))
        .merge(faults::router())
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
    let status = match refusal {
        Refusal::NotFound { .. } => StatusCode::NOT_FOUND,
        Refusal::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        Refusal::Validation { .. } | Refusal::Conflict { .. } | Refusal::Quota { .. } => StatusCode::BAD_REQUEST,
    };
    refuse(status, &refusal.message())
}

/// Whether a page of another site sent this request: browsers say where a request comes from.
pub(crate) fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else { return false };
    origin.split_once("://").map(|(_, host)| host) != text(header::HOST)
}

async fn health(State(app): State<App>) -> Response {
    let clock = &app.emulator.clock;
    let body = app.emulator.read(|account| {
        let (mut emitted, mut to_come, mut owed, mut undeliverable) = (0, 0, 0, 0);
        for event in account.messages.records.values().flat_map(|message| &message.events) {
            emitted += usize::from(event.emitted);
            to_come += usize::from(!event.emitted);
            let count = |state| event.deliveries.iter().filter(|delivery| delivery.state == state).count();
            owed += count(DeliveryState::Owed);
            undeliverable += count(DeliveryState::GaveUp);
        }
        json!({
            "status": "ok", "now_ms": clock.now().0, "speed": clock.speed(),
            "messages": account.messages.records.len(), "messages_let_go": account.messages.let_go,
            "events": {"emitted": emitted, "to_come": to_come},
            "deliveries": {"owed": owed, "undeliverable": undeliverable, "since_start": app.courier.counts()},
        })
    });
    answer(&body)
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
    pub(crate) fn matches(&self, message: &SentMessage) -> bool {
        let full = |wanted: &Option<String>| wanted.clone().filter(|text| !text.is_empty());
        let latest = || message.latest().map_or("", |event| event.event_type.as_str());
        full(&self.id).is_none_or(|id| message.id == id)
            && full(&self.to).is_none_or(|to| message.destination.contains(to.trim()))
            && full(&self.channel).is_none_or(|channel| message.channel.as_str() == channel)
            && full(&self.status).is_none_or(|status| latest().ends_with(&status))
            && full(&self.text).is_none_or(|text| message.body.to_lowercase().contains(&text.to_lowercase()))
    }
}

/// What is shown of one message.
fn shown(key: &str, message: &SentMessage, now: EpochMs) -> Value {
    let events: Vec<Value> = message.events.iter().filter(|event| event.emitted).map(event_shown).collect();
    json!({
        "key": key, "message_id": message.id, "channel": message.channel, "api": message.api,
        "configuration_set": message.configuration_set, "requested_ms": message.requested.0,
        "origination": message.origination, "destination": message.destination, "country": message.country,
        "body": message.body, "media_url": message.media_url, "encoding": message.encoding, "parts": message.parts,
        "message_type": message.message_type, "context": message.context, "price_micros": message.price.micros(),
        "feedback": message.feedback.map(|feedback| feedback.at(now)), "events": events,
        "events_to_come": message.events.iter().filter(|event| !event.emitted).count(),
    })
}

fn event_shown(event: &PlannedEvent) -> Value {
    let delivery = |d: &Delivery| json!({"destination": d.destination, "state": d.state, "attempts": d.attempts, "error": d.error});
    let deliveries: Vec<Value> = event.deliveries.iter().map(delivery).collect();
    json!({"event_type": event.event_type, "at_ms": event.at.0, "payload": event.payload, "deliveries": deliveries})
}

async fn messages(State(app): State<App>, Query(wanted): Query<Wanted>) -> Response {
    let now = app.emulator.clock.now();
    let messages: Vec<Value> = app.emulator.read(|account| {
        let rows = account.messages.records.before(wanted.before.as_deref().unwrap_or(AFTER_ALL_KEYS)).rev();
        let rows = rows.filter(|(_, message)| wanted.matches(message)).take(wanted.limit.unwrap_or(100).min(MOST));
        rows.map(|(key, message)| shown(key, message, now)).collect()
    });
    answer(&messages)
}

/// Every emitted event as it was sent, one JSON object a line, messages oldest first.
async fn events(State(app): State<App>) -> Response {
    let text = app.emulator.read(|account| {
        let events = account.messages.records.values().flat_map(|message| &message.events);
        let lines = events.filter(|event| event.emitted).map(|event| format!("{}\n", event.payload));
        lines.collect::<String>()
    });
    ([(header::CONTENT_TYPE, "application/x-ndjson")], text).into_response()
}

async fn reset(State(app): State<App>, headers: HeaderMap) -> Response {
    if is_foreign(&headers) {
        return refuse(StatusCode::FORBIDDEN, "another site's page may not do this");
    }
    app.faults.reset();
    let done = app.emulator.transact(|tx| {
        tx.account.reset(tx.now);
        Ok(())
    });
    match done.await {
        Ok(()) => answer(&json!({"status": "ok"})),
        Err(refusal) => refused(&refusal),
    }
}

#[derive(Deserialize)]
struct Advance {
    seconds: f64,
}

async fn advance(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Response {
    if is_foreign(&headers) {
        return refuse(StatusCode::FORBIDDEN, "another site's page may not do this");
    }
    let Ok(by) = serde_json::from_slice::<Advance>(&body) else {
        return refuse(StatusCode::BAD_REQUEST, "the body is {\"seconds\": 3600}, say");
    };
    if !(0.0..=3.2e8).contains(&by.seconds) {
        return refuse(StatusCode::BAD_REQUEST, "seconds is a number from 0 to ten years; time does not go back");
    }
    app.emulator.clock.advance_ms((by.seconds * 1000.0) as u64);
    let noted = app.emulator.transact(|tx| {
        tx.account.note_time(tx.now);
        Ok(tx.now)
    });
    match noted.await {
        Ok(now) => answer(&json!({"now_ms": now.0})),
        Err(refusal) => refused(&refusal),
    }
}

async fn redeliver(State(app): State<App>, headers: HeaderMap) -> Response {
    if is_foreign(&headers) {
        return refuse(StatusCode::FORBIDDEN, "another site's page may not do this");
    }
    answer(&json!({"deliveries": emission::redeliver(&app.emulator, &app.courier)}))
}

/// A recipient's message.
#[derive(Deserialize)]
struct InboundMessage {
    from: String,
    to: String,
    body: String,
}

async fn inbound(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Response {
    if is_foreign(&headers) {
        return refuse(StatusCode::FORBIDDEN, "another site's page may not do this");
    }
    let Ok(message) = serde_json::from_slice::<InboundMessage>(&body) else {
        return refuse(StatusCode::BAD_REQUEST, "the body is {\"from\": …, \"to\": …, \"body\": \"STOP\"}");
    };
    let inbound = Inbound { from: &message.from, to: &message.to, body: &message.body };
    match app.emulator.transact(|tx| receive(tx, &inbound)).await {
        Ok(mut result) => {
            result.forwarded.take().into_iter().for_each(|event| app.courier.post(event));
            answer(&result)
        }
        Err(refusal) => refused(&refusal),
    }
}
