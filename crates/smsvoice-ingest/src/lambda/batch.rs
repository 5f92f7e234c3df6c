//! An invocation by S3 Batch Operations: each task's object is read as if its bucket had told of it, and answered by itself.
//!
//! Tasks are read one after the other, each into files of its own, so that a task that is delivered twice, in whatever
//! company, makes the same files.

use std::time::{Duration, Instant};

use smsvoice_event::Timestamp;
use smsvoice_lake::Reason;

use crate::account::ObjectAccount;
use crate::envelope::s3_batch::{Invocation, Task};
use crate::lambda::invocation::{Consumer, Handled};
use crate::lambda::reply::{Failure, Reply, ResultCode, TaskResult};
use crate::lambda::retriable::Invoker;
use crate::ledger::Ledger;

impl Consumer {
    /// Reads the objects of all tasks, each in its share of the time.
    pub(crate) async fn perform(&self, invocation: Invocation<'_>, now: Timestamp, time_left: Duration) -> Handled {
        let Invocation { schema, id, tasks } = invocation;
        let until = Instant::now() + time_left;
        let count = tasks.len();
        let mut results = Vec::new();
        let mut all = Handled::of_nothing();
        for (at, task) in tasks.into_iter().enumerate() {
            let left = until.saturating_duration_since(Instant::now());
            let (result, handled) = self.perform_one(task, now, left / (count - at) as u32).await;
            results.push(result);
            if let Some(handled) = handled {
                all.add(handled);
            }
        }
        all.reply = Ok(Reply::Tasks { schema: schema.into_owned(), invocation: id.into_owned(), results });
        all
    }

    async fn perform_one(&self, task: Task<'_>, now: Timestamp, time: Duration) -> (TaskResult, Option<Handled>) {
        let id = task.id.into_owned();
        let notification = match &task.object {
            Ok(name) => name.notification(),
            Err(misfit) => {
                let error = Some(format!("the task names no object: {misfit}"));
                let account = ObjectAccount { ledger: Ledger::default(), error };
                return (TaskResult::new(id, ResultCode::PermanentFailure, &account), None);
            }
        };
        let handled = self.take(Invoker::of(&notification), &notification, now, time).await;
        let (code, error) = judged(&handled);
        let account = ObjectAccount { ledger: handled.ledger.clone(), error };
        (TaskResult::new(id, code, &account), Some(handled))
    }
}

/// What S3 is told, and why. It repeats what failed for the moment, and gives up the rest.
fn judged(handled: &Handled) -> (ResultCode, Option<String>) {
    match &handled.reply {
        Err(failure @ Failure::NotDurable { .. }) => return (ResultCode::TemporaryFailure, Some(failure.to_string())),
        Err(failure @ Failure::Unrecognized { .. }) => {
            return (ResultCode::PermanentFailure, Some(failure.to_string()));
        }
        Ok(_) => {}
    }
    let unread = [
        (Reason::MissingObject, ResultCode::PermanentFailure),
        (Reason::InvalidObjectKey, ResultCode::PermanentFailure),
        (Reason::TooSlow, ResultCode::TemporaryFailure),
    ];
    let unread = unread.into_iter().find(|(reason, _)| handled.ledger.by_reason.contains_key(reason.as_str()));
    unread.map_or((ResultCode::Succeeded, None), |(reason, code)| (code, Some(reason.meaning().to_owned())))
}
