//! `/_smsvoice/faults`: puts faults of the APIs in force, lists them, and ends them.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
    routing::{delete, get},
};
use serde_json::json;

use super::{answer, refuse};
use crate::{account::rules::ApiFault, app::App};

pub(super) fn router() -> Router<App> {
    Router::new().route("/faults", get(list).post(add).delete(clear)).route("/faults/{id}", delete(end))
}

async fn list(State(app): State<App>) -> Response {
    answer(&app.faults.list())
}

async fn add(State(app): State<App>, body: Bytes) -> Response {
    let read = serde_json::from_slice::<ApiFault>(&body).map_err(|error| error.to_string());
    match read.and_then(|fault| app.faults.add(fault).map_err(|error| error.to_string())) {
        Ok(shown) => answer(&shown),
        Err(why) => refuse(StatusCode::BAD_REQUEST, &why),
    }
}

async fn clear(State(app): State<App>) -> Response {
    answer(&json!({"ended": app.faults.clear(None)}))
}

async fn end(State(app): State<App>, Path(id): Path<u64>) -> Response {
    match app.faults.clear(Some(id)) {
        0 => refuse(StatusCode::NOT_FOUND, &format!("no fault {id} is in force")),
        ended => answer(&json!({"ended": ended})),
    }
}
