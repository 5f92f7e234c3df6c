//! Why a fault is refused that a rule file or a request asks for.

/// A fault that cannot befall anything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// Neither API has this operation.
    #[error("no API has the operation `{0}`; write its name as the API does, such as CreateEventDestination")]
    NoSuchOperation(String),
    /// No such error.
    #[error("no operation answers with the error `{0}`; write Throttling, InternalServer or AccessDenied, for example")]
    NoSuchError(String),
    /// The model lists the error, but not for this operation.
    #[error("{operation} does not answer with the error `{error}`")]
    NotItsError {
        /// As written.
        operation: String,
        /// As written.
        error: String,
    },
    /// A member that the error does not have, or whose value it cannot have.
    #[error("{error} cannot have the member `{member}` so: {why}")]
    Member {
        /// In full.
        error: &'static str,
        /// Its name.
        member: String,
        /// What the model says.
        why: String,
    },
    /// A share outside 0 to 1.
    #[error("`share` is a number from 0 to 1")]
    Share,
    /// Both or neither of `error` and `reply`, and no delay.
    #[error(
        "a fault has an `error`, or a `reply` (lost, never or ordinary), or a `delay_ms`; and not both of the first two"
    )]
    NoEffect,
    /// Members of no error.
    #[error("`message` and `members` are those of an `error`, and there is none")]
    MembersOfNothing,
}
