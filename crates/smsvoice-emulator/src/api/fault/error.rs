//! The errors that a fault can answer with: those of the models, those that every AWS service has, and two of a fresh
//! IAM role by what they say.

use serde_json::{Value, json};

use super::refused::FaultError;
use crate::{
    account::{message::Api, rules::ApiFault},
    api::model::{Model, Operation, check, project},
};

/// An error as it travels: HTTP status, error type, members.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WireError {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) body: Value,
}

/// Errors that AWS lists as common to all services, without `Exception`, as they are written, and their status codes.
const COMMON: [(&str, &str, u16); 6] = [
    ("AccessDenied", "AccessDeniedException", 400),
    ("ExpiredToken", "ExpiredTokenException", 400),
    ("InternalFailure", "InternalFailure", 500),
    ("ServiceUnavailable", "ServiceUnavailableException", 503),
    ("Throttling", "ThrottlingException", 400),
    ("UnrecognizedClient", "UnrecognizedClientException", 400),
];

/// An error of v2, and the one of v1 that says the same.
const TWINS: [(&str, &str); 6] = [
    ("Conflict", "AlreadyExists"),
    ("InternalServer", "InternalServiceError"),
    ("ResourceNotFound", "NotFound"),
    ("ServiceQuotaExceeded", "LimitExceeded"),
    ("Throttling", "TooManyRequests"),
    ("Validation", "BadRequest"),
];

/// What a role that IAM made a moment ago leads to. The words are those that Terraform's AWS provider waits for (v2 and
/// SES, which share them); that the `Reason` is this one is not documented.
const FRESH_ROLE: [(&str, &str); 2] = [
    ("CouldNotAssumeRole", "Could not assume IAM role"),
    ("CouldNotAccessStream", "Could not access Kinesis Firehose Stream"),
];

/// The operations that look at a role.
const ROLE_IS_LOOKED_AT: [&str; 4] = [
    "CreateEventDestination",
    "UpdateEventDestination",
    "CreateConfigurationSetEventDestination",
    "UpdateConfigurationSetEventDestination",
];

/// The error that `fault` answers to an operation of `api`, or none if the service does not answer that operation so.
/// `operation` is nothing for those that are not emulated: of them it is not known which errors they list.
pub(super) fn answered(
    fault: &ApiFault,
    error: &str,
    api: Api,
    (name, operation): (&str, Option<&Operation>),
) -> Result<Option<WireError>, FaultError> {
    let short = error.strip_suffix("Exception").unwrap_or(error);
    if let Some((_, words)) = FRESH_ROLE.iter().find(|(fresh, _)| *fresh == short) {
        if !ROLE_IS_LOOKED_AT.contains(&name) {
            return Ok(None);
        }
        let mut fault = fault.clone();
        fault.message.get_or_insert_with(|| (*words).to_owned());
        if api == Api::V2 {
            fault.members.entry("Reason").or_insert_with(|| json!("RESOURCE_NOT_ACCESSIBLE"));
        }
        return modelled(&fault, "Validation", api, operation);
    }
    if let Some(found) = modelled(fault, short, api, operation)? {
        return Ok(Some(found));
    }
    Ok(common(fault, short, api))
}

/// The error of the model of this or its twin's name.
fn modelled(
    fault: &ApiFault,
    short: &str,
    api: Api,
    operation: Option<&Operation>,
) -> Result<Option<WireError>, FaultError> {
    let model = Model::of(api);
    let twin = TWINS.iter().find_map(|(v2, v1)| match api {
        Api::V1 => (*v2 == short).then_some(*v1),
        Api::V2 => (*v1 == short).then_some(*v2),
    });
    let found = [Some(short), twin].into_iter().flatten().find_map(|name| model.error(name));
    let Some((kind, shape)) = found else { return Ok(None) };
    let listed = |operation: &Operation| operation.errors.iter().any(|e| kind.strip_suffix("Exception") == Some(e));
    if !operation.is_none_or(listed) {
        return Ok(None);
    }
    let mut members = fault.members.clone();
    members.insert("Message".to_owned(), json!(fault.message.clone().unwrap_or_default()));
    let given = Value::Object(members.clone());
    if let Some(wrong) = check(model, shape, &given).first() {
        return Err(FaultError::Member { error: kind, member: wrong.field.clone(), why: wrong.message.clone() });
    }
    let known = project(model, shape, given);
    if let Some(unknown) = members.keys().find(|name| known.get(name).is_none()) {
        let why = "this error has no such member".to_owned();
        return Err(FaultError::Member { error: kind, member: unknown.clone(), why });
    }
    Ok(Some(WireError { status: status(kind), kind, body: known }))
}

fn common(fault: &ApiFault, short: &str, api: Api) -> Option<WireError> {
    let (_, kind, status) = COMMON.into_iter().find(|(known, _, _)| *known == short)?;
    // REST-JSON says it by the status code; the JSON protocol has one code for all that the client did wrong.
    let status = if (api, short) == (Api::V1, "AccessDenied") { 403 } else { status };
    Some(WireError { status, kind, body: json!({"Message": fault.message.clone().unwrap_or_default()}) })
}

/// What the service says where the fault has no words of its own. `account_id` is the account of the caller.
pub(super) fn usual_words(kind: &str, operation: &str, account_id: &str) -> String {
    match kind {
        "AccessDeniedException" => format!(
            "User: arn:aws:iam::{account_id}:user/emulated is not authorized to perform: sms-voice:{operation} because \
             no identity-based policy allows the sms-voice:{operation} action"
        ),
        "ThrottlingException" | "TooManyRequestsException" => "Rate exceeded".to_owned(),
        "ExpiredTokenException" => "The security token included in the request is expired".to_owned(),
        "UnrecognizedClientException" => "The security token included in the request is invalid.".to_owned(),
        "InternalServerException" | "InternalServiceErrorException" | "InternalFailure" => {
            "The request processing has failed because of an unknown error, exception or failure".to_owned()
        }
        "ServiceUnavailableException" => "The request has failed due to a temporary failure of the server".to_owned(),
        _ => format!("{operation} is refused by a fault of the emulator"),
    }
}

/// The HTTP status that the models give an error; v2's speaks of 400 and, for faults of the service, 500.
fn status(kind: &str) -> u16 {
    match kind {
        "InternalServerException" | "InternalServiceErrorException" => 500,
        "AlreadyExistsException" => 409,
        "LimitExceededException" => 412,
        "NotFoundException" => 404,
        "TooManyRequestsException" => 429,
        _ => 400,
    }
}

/// Whether any error has this name.
pub(super) fn exists(error: &str) -> bool {
    let short = error.strip_suffix("Exception").unwrap_or(error);
    FRESH_ROLE.iter().any(|(fresh, _)| *fresh == short)
        || COMMON.iter().any(|(common, _, _)| *common == short)
        || [Api::V1, Api::V2].iter().any(|api| Model::of(*api).error(short).is_some())
}
