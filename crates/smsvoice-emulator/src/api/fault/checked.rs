//! A fault as it was written, checked: what it befalls, and what it makes of the answer.

use super::error::{self, WireError};
use super::refused::FaultError;
use crate::account::{
    message::Api,
    rules::{ApiFault, Reply},
};
use crate::api::model::Model;

/// One operation that a fault befalls, and the error it answers then, if it is an error.
pub(super) struct Victim {
    api: Api,
    operation: &'static str,
    pub(super) error: Option<WireError>,
}

/// A fault whose every name is known.
pub(super) struct Fault {
    pub(super) written: ApiFault,
    pub(super) reply: Reply,
    victims: Vec<Victim>,
}

impl Fault {
    pub(super) fn read(written: ApiFault) -> Result<Self, FaultError> {
        if !(0.0..=1.0).contains(&written.share) {
            return Err(FaultError::Share);
        }
        if written.error.is_none() && (written.message.is_some() || !written.members.is_empty()) {
            return Err(FaultError::MembersOfNothing);
        }
        let reply = match (&written.error, written.reply) {
            (None, None) if written.delay_ms == 0 => return Err(FaultError::NoEffect),
            (Some(_), Some(_)) => return Err(FaultError::NoEffect),
            (_, reply) => reply.unwrap_or(Reply::Ordinary),
        };
        let victims = victims(&written)?;
        Ok(Self { written, reply, victims })
    }

    pub(super) fn victim(&self, api: Api, operation: &str) -> Option<&Victim> {
        self.victims.iter().find(|victim| victim.api == api && victim.operation == operation)
    }
}

/// The operations that a fault befalls. One that is named has to be there, and to answer with the fault's error; of those
/// that are not named, it befalls those that do.
fn victims(written: &ApiFault) -> Result<Vec<Victim>, FaultError> {
    if let Some(error) = written.error.as_deref().filter(|error| !error::exists(error)) {
        return Err(FaultError::NoSuchError(error.to_owned()));
    }
    let mut victims = Vec::new();
    for api in [Api::V2, Api::V1].into_iter().filter(|api| written.api.is_none_or(|wanted| wanted == *api)) {
        let model = Model::of(api);
        let emulated = model.operations().map(|operation| (operation.name, Some(operation)));
        for (name, operation) in emulated.chain(model.others().iter().map(|name| (*name, None))) {
            if !written.operations.is_empty() && !written.operations.iter().any(|wanted| wanted == name) {
                continue;
            }
            let error = match &written.error {
                Some(error) => Some(error::answered(written, error, api, (name, operation))?),
                None => None,
            };
            match error {
                Some(None) => {}
                error => victims.push(Victim { api, operation: name, error: error.flatten() }),
            }
        }
    }
    for wanted in &written.operations {
        if !victims.iter().any(|victim| victim.operation == wanted) {
            return Err(no_victim(written, wanted));
        }
    }
    Ok(victims)
}

fn no_victim(written: &ApiFault, operation: &str) -> FaultError {
    let apis = [Api::V2, Api::V1].into_iter().filter(|api| written.api.is_none_or(|wanted| wanted == *api));
    let is_known = apis.map(Model::of).any(|model| model.known(operation).is_some());
    match &written.error {
        Some(error) if is_known => FaultError::NotItsError { operation: operation.to_owned(), error: error.clone() },
        _ => FaultError::NoSuchOperation(operation.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Api, ApiFault, Fault, FaultError};

    fn written(json: serde_json::Value) -> ApiFault {
        serde_json::from_value(json).unwrap()
    }

    fn refused(json: serde_json::Value) -> FaultError {
        Fault::read(written(json)).err().unwrap()
    }

    #[test]
    fn a_fault_that_could_befall_nothing_is_refused_with_what_is_wrong() {
        let no_operation = refused(json!({"operations": ["CreateSet"], "error": "Throttling"}));
        assert_eq!(no_operation, FaultError::NoSuchOperation("CreateSet".into()));
        assert_eq!(refused(json!({"error": "Tired"})), FaultError::NoSuchError("Tired".into()));
        let (operation, error) = ("DeleteConfigurationSet".to_owned(), "Conflict".to_owned());
        let wrong = json!({"operations": [operation], "api": "v2", "error": error});
        assert_eq!(refused(wrong), FaultError::NotItsError { operation, error });
        let wrong = json!({"operations": ["CreateConfigurationSet"], "api": "v1", "error": "Conflict", "members": {"Reason": "OTHER"}});
        assert!(matches!(refused(wrong), FaultError::Member { error: "AlreadyExistsException", .. }));
        let wrong = json!({"api": "v2", "error": "Validation", "members": {"Reason": "TIRED"}});
        assert!(matches!(refused(wrong), FaultError::Member { member, .. } if member == "Reason"));
        assert_eq!(refused(json!({"error": "Throttling", "share": 1.1})), FaultError::Share);
        assert_eq!(refused(json!({})), FaultError::NoEffect);
        assert_eq!(refused(json!({"error": "Throttling", "reply": "lost"})), FaultError::NoEffect);
        assert_eq!(refused(json!({"delay_ms": 5, "message": "slow"})), FaultError::MembersOfNothing);
    }

    #[test]
    fn an_error_befalls_the_operations_that_list_it_and_has_each_apis_name_for_it() {
        let fault = Fault::read(written(json!({"error": "ConflictException"}))).unwrap();
        let kind = |api, name| fault.victim(api, name).and_then(|v| v.error.as_ref()).map(|e| (e.kind, e.status));
        assert_eq!(kind(Api::V2, "CreateConfigurationSet"), Some(("ConflictException", 400)));
        assert_eq!(kind(Api::V1, "CreateConfigurationSet"), Some(("AlreadyExistsException", 409)));
        assert_eq!(kind(Api::V2, "DeleteConfigurationSet"), None);
        let fresh = Fault::read(written(json!({"error": "CouldNotAssumeRole"}))).unwrap();
        assert_eq!(fresh.victims.len(), 4);
    }
}
