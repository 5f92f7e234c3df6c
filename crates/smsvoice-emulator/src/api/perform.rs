//! Performing an operation, whichever transport its request came by: the request is held to the model, an operation
//! with a client token is done once, and the answer has the members that the model lists.

use serde_json::Value;

use super::{
    model::{Model, Operation, Violation, check, project},
    operations::{Handler, handler},
};
use crate::{
    account::{Transaction, message::Api},
    emulator::Emulator,
    place::Place,
    refusal::{Field, Invalid, Refusal},
};

/// Why an operation is not performed.
pub(crate) enum NotPerformed {
    /// The request does not satisfy the model.
    Violated(Vec<Violation>),
    Refused(Refusal),
}

impl NotPerformed {
    /// What the service says of a member whose JSON type it cannot read at all, if there is one.
    pub(super) fn unreadable(&self) -> Option<String> {
        let Self::Violated(violations) = self else { return None };
        let unreadable = violations.iter().find(|violation| violation.unreadable)?;
        Some(format!("{}: {}", unreadable.field, unreadable.message))
    }

    /// As a refusal: all violations in one, each naming its member.
    pub(super) fn into_refusal(self) -> Refusal {
        let violations = match self {
            Self::Refused(refusal) => return refusal,
            Self::Violated(violations) => violations,
        };
        let said = |v: &Violation| format!("Value at '{}' failed to satisfy constraint: {}", v.field, v.message);
        let list = violations.iter().map(said).collect::<Vec<_>>().join("; ");
        let (count, plural) = (violations.len(), if violations.len() == 1 { "" } else { "s" });
        let message = format!("{count} validation error{plural} detected: {list}");
        let fields = violations.into_iter().map(|v| Field { name: v.field, message: v.message }).collect();
        Refusal::Validation { reason: Invalid::FieldValidationFailed, fields, message }
    }

    /// What is wrong, in words for a person.
    pub(crate) fn into_message(self) -> String {
        self.unreadable().unwrap_or_else(|| self.into_refusal().message())
    }
}

impl From<Refusal> for NotPerformed {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Performs the operation of v2 with this name, as a client's request would.
pub(crate) async fn perform_by_name(
    emulator: &Emulator,
    place: &Place,
    name: &str,
    request: Value,
) -> Result<Value, NotPerformed> {
    let operation = Model::of(Api::V2).operation(name).ok_or_else(|| not_emulated(name))?;
    perform(emulator, Api::V2, operation, place, request).await
}

/// Performs an operation; the answer is given once all that it changed is on disk.
pub(super) async fn perform(
    emulator: &Emulator,
    api: Api,
    operation: &Operation,
    place: &Place,
    request: Value,
) -> Result<Value, NotPerformed> {
    emulator.transact(place, |tx| tx.account.admit_request(api, operation.name, tx.real)).await?;
    let violations = check(Model::of(api), &operation.input, &request);
    if !violations.is_empty() {
        return Err(NotPerformed::Violated(violations));
    }
    let handler = handler(api, operation.name).ok_or_else(|| not_emulated(operation.name))?;
    let answer = emulator.transact(place, |tx| done_once(tx, operation, handler, request)).await?;
    Ok(project(Model::of(api), &operation.output, answer))
}

/// Does the operation, unless the same request with the same client token was answered before: then it gets that
/// answer.
fn done_once(
    tx: &mut Transaction<'_>,
    operation: &Operation,
    handler: Handler,
    request: Value,
) -> Result<Value, Refusal> {
    if !operation.takes("ClientToken") {
        return handler(tx, request);
    }
    if let Some(answer) = tx.account.answered(operation.name, &request, tx.now)? {
        return Ok(answer);
    }
    let answer = handler(tx, request.clone())?;
    tx.account.remember(operation.name, &request, &answer, tx.now);
    Ok(answer)
}

/// The refusal of an operation that the service has and this emulator does not.
pub(super) fn not_emulated(name: &str) -> Refusal {
    let message = format!("{name} is not emulated yet; see the table in the emulator's README");
    Refusal::Validation { reason: Invalid::UnknownOperation, fields: Vec::new(), message }
}
