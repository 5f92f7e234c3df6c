//! The period of a prepared statement: two parameters, each written once, from which follow the partitions to read.
//!
//! `asked` is one row of constants. Engines fold the questions for its columns into constants while they plan, so that
//! only the period's partitions are listed; a test reads it off Trino's plan.

use crate::statement::{CLOCK_SKEW, LATE_EVENTS, Within};

/// The common table expression `asked`, without the word WITH: `parameters` are the expressions of the first day or
/// instant and of the one before which the period ends, in this order; `more` is further columns.
pub(crate) fn asked(more: &str) -> String {
    format!(
        "asked AS (
  SELECT
    bounds.*,
    CAST(CAST(since AS date) - INTERVAL '{}' DAY AS varchar) AS first_dt,
    CAST(CAST(until AS date) + INTERVAL '{}' DAY AS varchar) AS last_dt
  FROM (SELECT {more}CAST(? AS timestamp) AS since, CAST(? AS timestamp) AS until) AS bounds
)",
        days(CLOCK_SKEW),
        days(LATE_EVENTS)
    )
}

/// On a row of `events`.
pub(crate) const PARTITIONS: &str = "dt >= (SELECT first_dt FROM asked) AND dt <= (SELECT last_dt FROM asked)";

/// On a row of `messages`.
pub(crate) const MESSAGES: &str = "coalesce(requested_at, first_event_at) >= (SELECT since FROM asked) \
    AND coalesce(requested_at, first_event_at) < (SELECT until FROM asked)";

/// A metric's limits, for two parameters.
pub(crate) fn parameters() -> Within {
    Within {
        ahead: Some(format!("{},\n", asked(""))),
        partitions: Some(PARTITIONS.to_owned()),
        messages: Some(MESSAGES.to_owned()),
        ..Within::default()
    }
}

/// The same in DuckDB, where a macro's arguments stand for themselves.
pub(crate) fn arguments() -> Within {
    Within {
        ahead: None,
        partitions: Some(argument_partitions()),
        messages: Some(ARGUMENT_MESSAGES.to_owned()),
        ..Within::default()
    }
}

/// On a row of `messages`, for the arguments of a macro.
pub(crate) const ARGUMENT_MESSAGES: &str = "coalesce(requested_at, first_event_at) >= CAST(since AS TIMESTAMPTZ) \
    AND coalesce(requested_at, first_event_at) < CAST(until AS TIMESTAMPTZ)";

/// On a row of `events`, for the arguments of a macro.
pub(crate) fn argument_partitions() -> String {
    let (before, after) = (days(CLOCK_SKEW), days(LATE_EVENTS));
    format!(
        "dt >= CAST(CAST(since AS DATE) - {before} AS VARCHAR) AND dt <= CAST(CAST(until AS DATE) + {after} AS VARCHAR)"
    )
}

fn days(days: chrono::Days) -> u64 {
    let epoch = chrono::NaiveDate::default();
    (epoch + days).signed_duration_since(epoch).num_days().unsigned_abs()
}
