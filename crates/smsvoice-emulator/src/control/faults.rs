//! `/_smsvoice/faults`: puts faults of the APIs in force, lists them, and ends them.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{delete, get},
};
use serde_json::json;

use super::{answer, is_foreign, refuse};
use crate::{account::rules::ApiFault, app::App};

pub(super) fn router() -> Router<App> {
    Router::new().route("/faults", get(list).post(add).delete(clear)).route("/faults/{id}", delete(end))
}

async fn list(State(app): State<App>) -> Response {
    answer(&app.faults.list())
}

async fn add(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Response {
    if is_foreign(&headers) {
        return refuse(StatusCode::FORBIDDEN, "another site's page may not do this");
    }
    let read = serde_json::from_slice::<ApiFault>(&body).map_err(|error| error.to_string());
    match read.and_then(|fault| app.faults.add(fault).map_err(|error| error.to_string())) {
        Ok(shown) => answer(&shown),
        Err(why) => refuse(StatusCode::BAD_REQUEST, &why),
    }
}

async fn clear(State(app): State<App>, headers: HeaderMap) -> Response {
    if is_foreign(&headers) {
        return refuse(StatusCode::FORBIDDEN, "another site's page may not do this");
    }
    answer(&json!({"ended": app.faults.clear(None)}))
}

async fn end(State(app): State<App>, headers: HeaderMap, Path(id): Path<u64>) -> Response {
    if is_foreign(&headers) {
        return refuse(StatusCode::FORBIDDEN, "another site's page may not do this");
    }
    match app.faults.clear(Some(id)) {
        0 => refuse(StatusCode::NOT_FOUND, &format!("no fault {id} is in force")),
        ended => answer(&json!({"ended": ended})),
    }
}
