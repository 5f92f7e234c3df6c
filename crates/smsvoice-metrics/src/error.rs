//! Why a question got no answer.

use datafusion::error::DataFusionError;

/// Why a question got no answer. Other crates' errors are told in words: a caller can show them, and do nothing else.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The text asks for a change. A lake is written by `replay` and the Lambda alone.
    #[error("only queries are run here, nothing that changes a lake or writes files: {problem}")]
    ReadOnly {
        /// What was asked for.
        problem: String,
    },
    /// The text is no SQL, or names what does not exist.
    #[error("the query is not valid: {problem}")]
    Invalid {
        /// What is wrong with it.
        problem: String,
    },
    /// The tables and views of a lake could not be set up; nothing was read yet.
    #[error("the tables of the lake {lake} cannot be set up for queries: {problem}")]
    SetUp {
        /// The lake's URL.
        lake: String,
        /// Why.
        problem: String,
    },
    /// The query was stopped by what it read, an object that is no Parquet file say.
    #[error("a query over the lake {lake} broke off while {doing}: {problem}")]
    BrokeOff {
        /// The lake's URL.
        lake: String,
        /// What was being done.
        doing: &'static str,
        /// Why.
        problem: String,
    },
    /// An engine elsewhere did not answer, or answered that it cannot.
    #[error("{engine} {problem}{advice}", advice = advice.as_ref().map(|advice| format!("; {advice}")).unwrap_or_default())]
    Elsewhere {
        /// Who: `Athena`, `Trino`.
        engine: &'static str,
        /// What became of the question, as a clause that begins with a verb.
        problem: String,
        /// What to do about it, where that can be told.
        advice: Option<String>,
    },
    /// The objects of a table could not be listed.
    #[error("the objects of the table {table} in the lake {lake} cannot be listed: {problem}")]
    List {
        /// The lake's URL.
        lake: String,
        /// `events` or `quarantine`.
        table: &'static str,
        /// Why.
        problem: String,
    },
}

/// What DataFusion says, for a person.
pub(crate) fn problem(error: &DataFusionError) -> String {
    match error.find_root() {
        DataFusionError::ObjectStore(error) => smsvoice_lake::said(error),
        error => error.strip_backtrace(),
    }
}
