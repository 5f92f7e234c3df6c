//! Why a call of AWS failed, and whether it may succeed later.

use std::error::Error;
use std::fmt;

use aws_sdk_pinpointsmsvoicev2::config::http::HttpResponse;
use aws_sdk_pinpointsmsvoicev2::error::{ProvideErrorMetadata, SdkError};

/// What a failure means for whoever called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Too many calls; later one will pass.
    Throttled,
    /// The service or the way to it is out of order, and it is not known whether the call was carried out.
    Unavailable,
    /// No connection: the way to the service is interrupted, or the endpoint is wrong.
    Unreachable,
    /// The role or the target cannot be reached yet: those that were just made take minutes to be known everywhere.
    NotReady,
    /// What it is about does not exist.
    Missing,
    /// What it would make exists.
    Exists,
    /// Anything else: the same call would fail again.
    Refused,
}

/// A call that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// As AWS names the operation, `CreateEventDestination` say.
    pub operation: &'static str,
    /// What it means.
    pub kind: Kind,
    /// AWS's name of the error, `ValidationException` say.
    pub code: Option<String>,
    /// AWS's words, or those of what lies between.
    pub message: String,
    /// By which AWS finds the call again.
    pub request_id: Option<String>,
}

impl Failure {
    /// Of an SDK's error.
    pub fn of<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let code = error.code().map(str::to_owned);
        let message = error.message().map_or_else(|| chain(error), str::to_owned);
        let kind = match error {
            SdkError::TimeoutError(_) | SdkError::ResponseError(_) => Kind::Unavailable,
            // Of a connection that broke, the connector says no more than which client it comes from; without credentials
            // there was none.
            SdkError::DispatchFailure(failure)
                if failure.is_timeout() || failure.is_io() || chain(error).contains("client error") =>
            {
                Kind::Unreachable
            }
            _ => {
                let status = error.raw_response().map(|answer| answer.status().as_u16());
                match (kind(code.as_deref().unwrap_or_default(), &message), status) {
                    (Kind::Refused, Some(429)) => Kind::Throttled,
                    (Kind::Refused, Some(500..)) => Kind::Unavailable,
                    (kind, _) => kind,
                }
            }
        };
        let request_id = error.meta().extra("aws_request_id").map(str::to_owned);
        Self { operation, kind, code, message, request_id }
    }

    /// What to do about it, where that is known.
    fn advice(&self) -> Option<&'static str> {
        match (self.kind, self.code.as_deref()) {
            (Kind::NotReady, _) => Some(
                "the role must trust sms-voice.amazonaws.com and may write to the target, and both must exist: \
                 `smsvoice doctor` says which is wrong",
            ),
            (_, Some("AccessDeniedException" | "UnrecognizedClientException" | "ExpiredTokenException")) => {
                Some("`smsvoice roles` prints what the operator must be allowed")
            }
            (_, Some("ServiceQuotaExceededException" | "LimitExceededException")) => {
                Some("ask AWS for a higher quota, or remove what is not used")
            }
            (Kind::Unreachable, None) => Some("is the endpoint right, and the region?"),
            _ => None,
        }
    }
}

/// By AWS's names of errors, of both APIs. Of a role that cannot be assumed AWS makes a `ValidationException` with nothing
/// but words to tell it by; Terraform's provider goes by the same ones.
fn kind(code: &str, message: &str) -> Kind {
    let says = |words: &str| message.to_ascii_lowercase().contains(words);
    match code {
        "ThrottlingException" | "TooManyRequestsException" | "Throttling" | "TooManyRequests" => Kind::Throttled,
        "InternalServerException" | "InternalServiceErrorException" | "ServiceUnavailable" => Kind::Unavailable,
        "ResourceNotFoundException" | "NotFoundException" => Kind::Missing,
        "AlreadyExistsException" => Kind::Exists,
        "ConflictException" if says("exist") => Kind::Exists,
        "ValidationException" | "BadRequestException" | "AccessDeniedException" | "ConflictException"
            if says("could not assume") || says("could not access") || says("destination stream validation failed") =>
        {
            Kind::NotReady
        }
        _ => Kind::Refused,
    }
}

/// An error with what caused it, each said once.
fn chain(error: &dyn Error) -> String {
    let mut parts: Vec<String> = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(next) = cause {
        let text = next.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        cause = next.source();
    }
    parts.join(": ")
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.operation)?;
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(request_id) = &self.request_id {
            write!(f, " (request {request_id})")?;
        }
        self.advice().map_or(Ok(()), |advice| write!(f, "; {advice}"))
    }
}

impl Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_role_is_told_from_a_wrong_request() {
        assert_eq!(kind("ValidationException", "Could not assume IAM role arn:aws:iam::1:role/x"), Kind::NotReady);
        assert_eq!(kind("ValidationException", "Could not access Kinesis Firehose Stream"), Kind::NotReady);
        assert_eq!(kind("ValidationException", "MatchingEventTypes is required"), Kind::Refused);
        assert_eq!(kind("ConflictException", "a destination cannot change"), Kind::Refused);
        assert_eq!(kind("TooManyRequestsException", ""), Kind::Throttled);
    }
}
