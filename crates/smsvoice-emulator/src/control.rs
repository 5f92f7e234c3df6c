//! `/_smsvoice/`: requests for tests. They reset the account, advance the clock, list messages and events, and so on.

mod faults;

use std::time::Duration;

use axum::{
    Router,
    body::Bytes,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    account::{
        inbound::{Inbound, InboundResult, receive},
        message::{Delivery, KeptMessage, PlannedEvent},
    },
    app::App,
    clock::EpochMs,
    delivery::DeliveryState,
    emission,
    place::Place,
    refusal::Refusal,
    world::{Keep, World},
};

/// Messages in one answer.
const MOST: usize = 1000;
/// The status of messages of which an event could not be delivered.
pub(crate) const UNDELIVERED: &str = "undelivered";
/// Greater than every key of a message: those are hexadecimal.
pub(crate) const AFTER_ALL_KEYS: &str = "~";

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/health", get(health))
        .route("/messages", get(messages))
        .route("/events", get(events))
        .route("/reset", post(reset))
        .route("/clock/advance", post(advance))
        .route("/clock/finish", post(finish))
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
        Refusal::Throttled => StatusCode::TOO_MANY_REQUESTS,
        Refusal::Validation { .. } | Refusal::Conflict { .. } | Refusal::Quota { .. } => StatusCode::BAD_REQUEST,
    };
    refuse(status, &refusal.message())
}

async fn health(State(app): State<App>) -> Response {
    let clock = &app.emulator.clock;
    let body = app.emulator.read(|world| {
        let Totals { emitted, to_come, owed, given_up } = Totals::of(world);
        let accounts: Vec<String> = world.accounts().map(|account| account.place.to_string()).collect();
        json!({
            "status": "ok", "now_ms": clock.now().0, "speed": clock.speed(), "home": world.home().to_string(),
            "accounts": accounts, "messages": world.messages.records.len(), "messages_let_go": world.messages.let_go,
            "events": {"emitted": emitted, "to_come": to_come},
            "deliveries": {"owed": owed, "undeliverable": given_up, "since_start": app.courier.counts()},
        })
    });
    answer(&body)
}

/// What all messages add up to.
#[derive(Default)]
struct Totals {
    emitted: usize,
    to_come: usize,
    owed: usize,
    given_up: usize,
}

impl Totals {
    fn of(world: &World) -> Self {
        let mut all = Self::default();
        for event in world.messages.records.values().flat_map(|message| &message.events) {
            all.emitted += usize::from(event.emitted);
            all.to_come += usize::from(!event.emitted);
            let count = |state| event.deliveries.iter().filter(|delivery| delivery.state == state).count();
            all.owed += count(DeliveryState::Owed);
        }
        all.given_up = world.messages.given_up();
        all
    }
}

/// Which messages, newest first.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    pub(crate) id: Option<String>,
    /// Digits of the recipient's number.
    pub(crate) to: Option<String>,
    /// Digits of the account's own number, or the sender ID.
    pub(crate) own: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) account_id: Option<String>,
    /// `outbound` or `inbound`.
    pub(crate) direction: Option<String>,
    /// The name of a configuration set.
    pub(crate) set: Option<String>,
    /// An entry of the context, `key=value`, or a key.
    pub(crate) context: Option<String>,
    pub(crate) channel: Option<String>,
    /// The type of the latest event, or what it ends with: `DELIVERED`.
    pub(crate) status: Option<String>,
    pub(crate) text: Option<String>,
    /// Keys below this one.
    pub(crate) before: Option<String>,
    pub(crate) limit: Option<usize>,
}

impl Wanted {
    pub(crate) fn matches(&self, message: &KeptMessage) -> bool {
        let full = |wanted: &Option<String>, fits: &dyn Fn(&str) -> bool| match wanted.as_deref().map(str::trim) {
            None | Some("") => true,
            Some(wanted) => fits(wanted),
        };
        let has = |entry: &str| match entry.split_once('=') {
            Some((key, value)) => message.context.get(key.trim()).is_some_and(|has| has == value.trim()),
            None => message.context.contains_key(entry),
        };
        full(&self.id, &|id| message.id == id)
            && full(&self.to, &|to| message.recipient().contains(to))
            && full(&self.own, &|own| message.own_identity().contains(own))
            && full(&self.region, &|region| message.place.region == region)
            && full(&self.account_id, &|account| message.place.account_id == account)
            && full(&self.direction, &|direction| message.direction.as_str() == direction)
            && full(&self.set, &|set| message.configuration_set.as_deref() == Some(set))
            && full(&self.context, &has)
            && full(&self.channel, &|channel| message.channel.as_str() == channel)
            && full(&self.status, &|status| match status {
                UNDELIVERED => message.given_up() > 0,
                status => message.status().to_lowercase().ends_with(&status.to_lowercase()),
            })
            && full(&self.text, &|text| message.body.to_lowercase().contains(&text.to_lowercase()))
    }
}

/// What is shown of one message.
fn shown(key: &str, message: &KeptMessage, now: EpochMs) -> Value {
    let events: Vec<Value> = message.events.iter().filter(|event| event.emitted).map(event_shown).collect();
    json!({
        "key": key, "message_id": message.id, "direction": message.direction, "keyword": message.keyword,
        "in_reply_to": message.in_reply_to, "region": message.place.region, "account_id": message.place.account_id, "status": message.status(), "channel": message.channel, "api": message.api,
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
    let messages: Vec<Value> = app.emulator.read(|world| {
        let rows = world.messages.records.before(wanted.before.as_deref().unwrap_or(AFTER_ALL_KEYS)).rev();
        let rows = rows.filter(|(_, message)| wanted.matches(message)).take(wanted.limit.unwrap_or(100).min(MOST));
        rows.map(|(key, message)| shown(key, message, now)).collect()
    });
    answer(&messages)
}

/// Every emitted event as it was sent, one JSON object a line, messages oldest first.
async fn events(State(app): State<App>) -> Response {
    let text = app.emulator.read(|world| {
        let events = world.messages.records.values().flat_map(|message| &message.events);
        let lines = events.filter(|event| event.emitted).map(|event| format!("{}\n", event.payload));
        lines.collect::<String>()
    });
    ([(header::CONTENT_TYPE, "application/x-ndjson")], text).into_response()
}

/// What a reset leaves alone: `?keep=resources`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Reset {
    keep: Option<String>,
}

async fn reset(State(app): State<App>, Query(reset): Query<Reset>) -> Response {
    let keep = match reset.keep.as_deref() {
        None => Keep::Nothing,
        Some("resources") => Keep::Resources,
        Some(_) => return refuse(StatusCode::BAD_REQUEST, "a reset can keep `resources`, and nothing else"),
    };
    app.faults.reset();
    let clock = &app.emulator.clock;
    let done = app.emulator.alter(|world, lives| {
        // Nothing of what was is later than the clock shows now: all messages are gone.
        clock.reset();
        world.reset(keep, clock.now(), lives);
        Ok(clock.now())
    });
    match done.await {
        Ok(now) => answer(&json!({"status": "ok", "now_ms": now.0})),
        Err(refusal) => refused(&refusal),
    }
}

#[derive(Deserialize)]
struct Advance {
    seconds: f64,
}

async fn advance(State(app): State<App>, body: Bytes) -> Response {
    let Ok(by) = serde_json::from_slice::<Advance>(&body) else {
        return refuse(StatusCode::BAD_REQUEST, "the body is {\"seconds\": 3600}, say");
    };
    if !(0.0..=3.2e8).contains(&by.seconds) {
        return refuse(StatusCode::BAD_REQUEST, "seconds is a number from 0 to ten years; time does not go back");
    }
    advance_by(&app, by.seconds).await
}

/// Moves the clock forward.
pub(crate) async fn advance_by(app: &App, seconds: f64) -> Response {
    app.emulator.clock.advance_ms((seconds * 1000.0) as u64);
    match note_time(app).await {
        Ok(now) => answer(&json!({"now_ms": now.0})),
        Err(refusal) => refused(&refusal),
    }
}

async fn note_time(app: &App) -> Result<EpochMs, Refusal> {
    let noted = app.emulator.alter(|world, _| {
        let now = app.emulator.clock.now();
        world.note_time(now);
        Ok(now)
    });
    noted.await
}

/// How long a request waits at most, in steps of [`STEP`], until what is due is emitted.
const STEPS: usize = 2_000;
const STEP: Duration = Duration::from_millis(5);

/// Moves the clock to the last event that is to come, and answers once all are emitted.
pub(crate) async fn finish(State(app): State<App>) -> Response {
    let to_come = || {
        app.emulator.read(|world| {
            let events = world.messages.records.values().flat_map(|message| &message.events);
            let times = events.filter(|event| !event.emitted).map(|event| event.at);
            times.fold((0, EpochMs(0)), |(count, last), at| (count + 1, last.max(at)))
        })
    };
    let (count, last) = to_come();
    app.emulator.clock.not_before(last);
    for _ in 0..STEPS {
        // What is accepted meanwhile is none of this request's.
        if app.emulator.read(|world| world.is_emitted_until(last)) {
            break;
        }
        tokio::time::sleep(STEP).await;
    }
    match note_time(&app).await {
        Ok(now) => answer(&json!({"now_ms": now.0, "emitted": count, "to_come": to_come().0})),
        Err(refusal) => refused(&refusal),
    }
}

async fn redeliver(State(app): State<App>) -> Response {
    answer(&json!({"deliveries": emission::redeliver(&app.emulator, &app.courier)}))
}

/// A recipient's message.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InboundMessage {
    from: String,
    to: String,
    body: String,
    /// Of the number it is sent to, where several accounts have it.
    region: Option<String>,
    account_id: Option<String>,
}

async fn inbound(State(app): State<App>, body: Bytes) -> Response {
    let message = match serde_json::from_slice::<InboundMessage>(&body) {
        Ok(message) => message,
        Err(error) => {
            let form = "the body is {\"from\": \"+14255550100\", \"to\": …, \"body\": \"STOP\"}";
            return refuse(StatusCode::BAD_REQUEST, &format!("{form}: {error}"));
        }
    };
    let InboundMessage { from, to, body, region, account_id } = &message;
    let place = app.emulator.read(|world| world.place_of_number(to, region.as_deref(), account_id.as_deref()));
    let inbound = Inbound { from, to, body };
    match take_inbound(&app, &place, &inbound).await {
        Ok(result) => answer(&result),
        Err(refusal) => refused(&refusal),
    }
}

/// Receives a message for a number of this place, and has it forwarded.
pub(crate) async fn take_inbound(app: &App, place: &Place, inbound: &Inbound<'_>) -> Result<InboundResult, Refusal> {
    let mut result = app.emulator.transact(place, |tx| receive(tx, inbound)).await?;
    result.forwarded.take().into_iter().for_each(|event| app.courier.post(event));
    Ok(result)
}
