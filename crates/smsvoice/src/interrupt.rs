//! An interrupt (Ctrl-C) of long work: it ends where nothing is lost, and a second one ends at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::World;

/// So long the work may take to end. It can hang in a read that nobody answers, of a terminal say.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a process that was interrupted ends with, as shells tell it.
const CODE: i32 = 130;

/// Sets `stop` at the first interrupt, and says so. Called within a runtime, which goes on meanwhile.
pub(crate) fn stops(stop: &Arc<AtomicBool>, durable: &'static str, world: &World) {
    let (stop, world) = (Arc::clone(stop), world.clone());
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        stop.store(true, Ordering::Relaxed);
        world.say("note", "stopping; once more ends at once");
        let _ = tokio::time::timeout(PATIENCE, tokio::signal::ctrl_c()).await;
        world.say("note", durable);
        std::process::exit(CODE);
    });
}
