//! The inbox at `/`: messages newest first, live, with what became of each; a form that sends one; conversations; and pages
//! that list what the accounts have.

use std::{collections::BTreeSet, convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Extension, Form, Router,
    extract::{Path, Query, State},
    http::{StatusCode, header},
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
    account::inbound::Inbound,
    app::App,
    control::{self, AFTER_ALL_KEYS, Wanted},
    emission,
    emulator::Emulator,
    place::Place,
    places::Seat,
    world::World,
};

mod conversation;
mod html;
mod list;
mod resources;
mod row;
mod send;

use send::SendForm;

/// Messages on a page.
const PAGE: usize = 50;
/// Messages of a conversation.
const TALK: usize = 200;
/// How long changes are gathered before they are shown.
const TICK: Duration = Duration::from_millis(250);
const NOTHING_FOREIGN: &str = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

pub(crate) fn router() -> Router<App> {
    let text = |kind: &'static str, body: &'static str| get(async move || ([(header::CONTENT_TYPE, kind)], body));
    Router::new()
        .route("/inbox/live", get(live))
        .route("/inbox/send", post(send::send))
        .route("/inbox/reply", post(reply))
        .route("/inbox/redeliver", post(redeliver))
        .route("/inbox/clock", post(clock))
        .route("/inbox/conversation", get(talk))
        .route("/inbox/picture/{name}", get(picture))
        .route("/inbox/{page}", get(resources_page))
        .route("/inbox/inbox.css", text("text/css; charset=utf-8", include_str!("inbox/inbox.css")))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .route("/inbox/inbox.js", text("text/javascript; charset=utf-8", include_str!("inbox/inbox.js")))
}

/// What the list's address says.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Address {
    to: String,
    channel: String,
    direction: String,
    status: String,
    text: String,
    set: String,
    context: String,
    /// `us-east-1/000000000000`, say.
    place: String,
    before: String,
    /// Of a conversation: the account's identity.
    own: String,
}

impl Address {
    /// The filters, by name.
    fn fields(&self) -> [(&'static str, &str); 8] {
        [
            ("to", &self.to),
            ("channel", &self.channel),
            ("direction", &self.direction),
            ("status", &self.status),
            ("text", &self.text),
            ("set", &self.set),
            ("context", &self.context),
            ("place", &self.place),
        ]
    }

    /// Whether nothing is filtered.
    fn is_plain(&self) -> bool {
        self.fields().iter().all(|(_, value)| value.is_empty())
    }

    fn wanted(&self) -> Wanted {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let (region, account_id) = self.place.split_once('/').unwrap_or_default();
        Wanted {
            to: some(&self.to),
            own: some(&self.own),
            channel: some(&self.channel),
            direction: some(&self.direction),
            status: some(&self.status),
            text: some(&self.text),
            set: some(&self.set),
            context: some(&self.context),
            region: some(region),
            account_id: some(account_id),
            ..Wanted::default()
        }
    }
}

/// A page of the inbox, with its head; `main` makes its content.
fn page(app: &App, at: &str, main: impl FnOnce(&World) -> String) -> Response {
    let clock = &app.emulator.clock;
    let html = app.emulator.read(|world| {
        let given_up = world.messages.given_up();
        let head = html::Head { home: world.home(), now: clock.now(), speed: clock.speed(), given_up };
        html::page(&head, at, &main(world))
    });
    ([(header::CONTENT_SECURITY_POLICY, NOTHING_FOREIGN)], Html(html)).into_response()
}

pub(crate) async fn messages(State(app): State<App>, Query(address): Query<Address>) -> Response {
    list_page(&app, &address, None)
}

fn list_page(app: &App, address: &Address, refused: Option<(&SendForm, &str)>) -> Response {
    let (wanted, now) = (address.wanted(), app.emulator.clock.now());
    let newest = if address.before.is_empty() { AFTER_ALL_KEYS } else { &address.before };
    page(app, "/", |world| {
        let rows = world.messages.records.before(newest).rev().filter(|(_, message)| wanted.matches(message));
        let rows: Vec<_> = rows.take(PAGE + 1).collect();
        let (more, rows) = (rows.len() > PAGE, &rows[..rows.len().min(PAGE)]);
        list::main(&list::List { world, address, rows, more, now, refused })
    })
}

async fn picture(State(app): State<App>, Path(name): Path<String>) -> Response {
    match app.pictures.find(&name) {
        Some((kind, bytes)) => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
        None => (StatusCode::NOT_FOUND, "the picture is not kept any more\n").into_response(),
    }
}

async fn resources_page(State(app): State<App>, Path(name): Path<String>) -> Response {
    let (now, mut found) = (app.emulator.clock.now(), true);
    let at = format!("/inbox/{name}");
    let response = page(&app, &at, |world| {
        let main = resources::main(world, &name, now);
        found = main.is_some();
        main.unwrap_or_default()
    });
    if found { response } else { (StatusCode::NOT_FOUND, "the inbox has no such page\n").into_response() }
}

/// Rows that changed, as they change.
async fn live(
    State(app): State<App>,
    Query(address): Query<Address>,
    seat: Option<Extension<Arc<Seat>>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    if let Some(Extension(seat)) = seat {
        seat.streaming();
    }
    let changed = app.emulator.watch();
    let wanted = Arc::new(address.wanted());
    let rows = stream::unfold((app.emulator, changed, wanted), async |(emulator, mut changed, wanted)| {
        let keys = gathered(&mut changed).await?;
        let event = Event::default().data(change(&emulator, &keys, &wanted));
        Some((Ok(event), (emulator, changed, wanted)))
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

/// What the page's script takes: rows to show, keys of messages that are gone, and the head's count.
fn change(emulator: &Emulator, keys: &BTreeSet<String>, wanted: &Wanted) -> String {
    let now = emulator.clock.now();
    emulator.read(|world| {
        let found = |key: &String| Some((key.clone(), world.messages.records.get(key)?));
        let rows = keys.iter().filter_map(found).filter(|(_, message)| wanted.matches(message));
        let rows: Vec<_> =
            rows.map(|(key, message)| json!({"key": key, "html": row::row(&key, message, now)})).collect();
        let gone: Vec<_> = keys.iter().filter(|key| !world.messages.records.has(key)).collect();
        let head = html::failed(world.messages.given_up());
        json!({"rows": rows, "gone": gone, "failed": head, "now": now.0, "speed": emulator.clock.speed()}).to_string()
    })
}

/// Whose conversation it is.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Talk {
    place: String,
    own: String,
    with: String,
}

async fn talk(State(app): State<App>, Query(talk): Query<Talk>) -> Response {
    talk_page(&app, &talk, None)
}

fn talk_page(app: &App, talk: &Talk, refused: Option<(&str, &str, &str)>) -> Response {
    let place: Place = match talk.place.parse() {
        Ok(place) => place,
        Err(error) => return (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    };
    page(app, "/inbox/conversation", |world| {
        let between = |message: &&crate::account::message::KeptMessage| {
            message.place == place && message.own_identity() == talk.own && message.recipient() == talk.with
        };
        let mut messages: Vec<_> = world.messages.records.values().rev().filter(between).take(TALK).collect();
        messages.reverse();
        let number = world.account(&place).and_then(|account| account.phone_number_called(&talk.own));
        let number_id = number.map(|number| number.phone_number_id.as_str());
        let (place, own, with) = (&talk.place, &talk.own, &talk.with);
        conversation::main(&conversation::Conversation { place, own, with, number_id, messages, refused })
    })
}

/// What a box of a conversation says.
#[derive(Deserialize)]
struct ReplyForm {
    /// `inbound` or `outbound`.
    way: String,
    #[serde(flatten)]
    talk: Talk,
    number_id: String,
    body: String,
}

async fn reply(State(app): State<App>, Form(form): Form<ReplyForm>) -> Response {
    let Talk { place, own, with } = &form.talk;
    let Ok(at) = place.parse::<Place>() else { return talk_page(&app, &form.talk, None) };
    let done = if form.way == "inbound" {
        let inbound = Inbound { from: with, to: own, body: &form.body };
        control::take_inbound(&app, &at, &inbound).await.map(drop).map_err(|refusal| refusal.message())
    } else {
        send::text(&app.emulator, &at, with, &form.number_id, &form.body).await
    };
    match done {
        Ok(()) => {
            let [place, own, with] = [place, own, with].map(|text| html::encoded(text));
            Redirect::to(&format!("/inbox/conversation?place={place}&own={own}&with={with}")).into_response()
        }
        Err(why) => {
            let mut page = talk_page(&app, &form.talk, Some((&form.way, &form.body, &why)));
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            page
        }
    }
}

async fn redeliver(State(app): State<App>) -> Redirect {
    emission::redeliver(&app.emulator, &app.courier);
    Redirect::to("/?status=undelivered")
}

/// A button of the clock.
#[derive(Deserialize)]
struct ClockForm {
    seconds: Option<u32>,
    finish: Option<u32>,
}

async fn clock(State(app): State<App>, Form(form): Form<ClockForm>) -> Response {
    let done = match (form.seconds, form.finish) {
        (Some(seconds), _) => control::advance_by(&app, f64::from(seconds)).await,
        (None, Some(_)) => control::finish(State(app)).await,
        (None, None) => return (StatusCode::BAD_REQUEST, "say how many seconds, or finish\n").into_response(),
    };
    if done.status().is_success() { Redirect::to("/").into_response() } else { done }
}
