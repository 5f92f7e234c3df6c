//! Calls are made one after the other: paced, repeated while that can help, and accounted for.

use std::collections::BTreeMap;

use crate::call::Call;
use crate::failure::Failure;
use crate::patience::{Pacer, Patience, Waiting};
use crate::world::SetId;
use crate::write::Writer;

/// What a person who watches is told.
#[derive(Debug)]
pub enum Progress<'a> {
    /// This call is done; so many of so many.
    Done(&'a Call, usize, usize),
    /// This call has failed and will be made again.
    Waiting(&'a Call, Waiting<'a>),
}

/// How far it came.
#[derive(Debug)]
pub struct Applied {
    /// Calls that were carried out.
    pub done: Vec<Call>,
    /// Calls that were not: that which failed, and those after it.
    pub not_done: Vec<Call>,
    /// Why it ended early.
    pub failure: Option<Failure>,
}

/// What a run has besides its calls.
pub struct Run<'a> {
    /// Makes the calls.
    pub writer: &'a Writer,
    /// ARNs of the sets that exist.
    pub arns: BTreeMap<SetId, String>,
    /// Of this run alone: its client tokens are derived from it and from each call.
    pub id: &'a str,
    /// Pace and patience.
    pub patience: Patience,
    /// Whether to end before the next call, because somebody wants it so.
    pub stopped: &'a (dyn Fn() -> bool + Sync),
    /// Hears of each step.
    pub notify: &'a (dyn Fn(Progress<'_>) + Sync),
}

impl Run<'_> {
    /// Makes the calls in their order, up to the first that fails for good.
    pub async fn apply(mut self, calls: Vec<Call>) -> Applied {
        let mut pacer = Pacer::default();
        for (at, call) in calls.iter().enumerate() {
            pacer.wait(self.patience.pace).await;
            let made = if (self.stopped)() { None } else { Some(self.make(call).await) };
            if let Some(Ok(())) = made {
                (self.notify)(Progress::Done(call, at + 1, calls.len()));
                continue;
            }
            let mut done = calls;
            let not_done = done.split_off(at);
            return Applied { done, not_done, failure: made.and_then(Result::err) };
        }
        Applied { done: calls, not_done: Vec::new(), failure: None }
    }

    async fn make(&mut self, call: &Call) -> Result<(), Failure> {
        let Self { writer, arns, id, patience, stopped: _, notify } = self;
        let notify_waiting = |waiting: Waiting<'_>| notify(Progress::Waiting(call, waiting));
        patience.persist(&notify_waiting, async |uncertain| writer.perform(call, arns, id, uncertain).await).await
    }
}
