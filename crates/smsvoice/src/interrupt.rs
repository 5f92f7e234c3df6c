//! An interrupt (Ctrl-C) of long work: it ends where nothing is lost, and a second one ends at once.
//!
//! Questions end at the first one: what they have begun to write is taken away, and what runs elsewhere is cancelled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::World;

/// So long the work may take to end. It can hang in a read that nobody answers, of a terminal say.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a process that was interrupted ends with, as shells tell it.
const CODE: i32 = 130;

/// How long a question may take to end by itself. It can be at work where no interrupt is heard.
const LEAVING: Duration = Duration::from_secs(2);

/// Ended by an interrupt. It says what is durable.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Interrupted(pub(crate) &'static str);

/// Does the work, unless an interrupt comes first.
pub(crate) async fn unless<T>(
    work: impl Future<Output = anyhow::Result<T>>,
    durable: &'static str,
) -> anyhow::Result<T> {
    tokio::select! {
        biased;
        heard = tokio::signal::ctrl_c() => Err(heard.map_or_else(Into::into, |()| Interrupted(durable).into())),
        done = work => done,
    }
}

/// The same for all of a command: if the work does not hear the interrupt, the process ends all the same.
pub(crate) async fn unless_ends<T>(
    work: impl Future<Output = anyhow::Result<T>>,
    durable: &'static str,
    world: &World,
) -> anyhow::Result<T> {
    let (over, told) = (Arc::new(AtomicBool::new(false)), world.clone());
    let is_over = Arc::clone(&over);
    listens(async move || {
        tokio::time::sleep(LEAVING).await;
        if !is_over.load(Ordering::Relaxed) {
            told.say("error", durable);
            std::process::exit(CODE);
        }
    });
    let done = unless(work, durable).await;
    // What was interrupted is over once the threads of the runtime end, which may be never.
    if !done.as_ref().is_err_and(anyhow::Error::is::<Interrupted>) {
        over.store(true, Ordering::Relaxed);
    }
    done
}

/// Hears interrupts in a thread of its own, and does this at each. A query can hold all threads of a runtime, and then nobody
/// there hears one.
pub(crate) fn listens(heard: impl AsyncFn() + Send + 'static) {
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            while tokio::signal::ctrl_c().await.is_ok() {
                heard().await;
            }
        });
    });
}

/// Sets `stop` at the first interrupt, and tells so by `say`. Called within a runtime, which goes on meanwhile.
pub(crate) fn stops(stop: &Arc<AtomicBool>, durable: &'static str, say: impl Fn(&str) + Send + 'static) {
    let stop = Arc::clone(stop);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        say("stopping; once more ends at once"); // first: a bar that is over cannot be moved aside
        stop.store(true, Ordering::Relaxed);
        let _ = tokio::time::timeout(PATIENCE, tokio::signal::ctrl_c()).await;
        say(durable);
        std::process::exit(CODE);
    });
}
