//! Why there is no answer.

use thiserror::Error;

/// Why Athena did not answer. It reads on after its name: "Athena failed at the query …; ask for a shorter period".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("Athena {problem}{advice}", advice = advice.as_ref().map(|advice| format!("; {advice}")).unwrap_or_default())]
pub struct AthenaError {
    /// What became of the question, as a clause that begins with a verb.
    pub problem: String,
    /// What to do about it, where that can be told.
    pub advice: Option<String>,
}

impl AthenaError {
    pub(crate) fn new(problem: impl Into<String>, advice: Option<&str>) -> Self {
        Self { problem: problem.into(), advice: advice.map(str::to_owned) }
    }
}
