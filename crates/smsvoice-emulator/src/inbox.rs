//! The inbox at `/`.
use std::sync::Arc;

use axum::{Router, extract::State};

use crate::emulator::Emulator;

pub(crate) fn router() -> Router<Arc<Emulator>> {
    Router::new()
}

pub(crate) async fn page(State(_emulator): State<Arc<Emulator>>) -> String {
    String::new()
}
