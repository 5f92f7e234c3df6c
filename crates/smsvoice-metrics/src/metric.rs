//! The metrics: one SQL file each, with what has to be known of its columns.

use std::fmt;
use std::str::FromStr;

use crate::template::join;

macro_rules! metrics {
    ($($(#[doc = $doc:literal])* $variant:ident $name:literal of $count:literal
        columns [$($column:literal)*] shares [$($share:literal)*];)*) => {
        /// A metric: one SQL file.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Metric { $($(#[doc = $doc])* $variant,)* }

        impl Metric {
            /// All metrics.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// The name: that of its SQL file.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The SQL file: a whole query over the view `messages`, of all messages, not broken down, as of now.
            pub const fn template(self) -> &'static str {
                match self { $(Self::$variant => include_str!(concat!("../sql/", $name, ".sql")),)* }
            }

            /// What it measures, in a sentence.
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),*).trim_ascii(),)* }
            }

            /// Its columns, behind those that it is broken down by.
            pub const fn columns(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($column),*],)* }
            }

            /// How many messages a row is made of, as an SQL expression over the columns.
            pub(crate) const fn messages(self) -> &'static str {
                match self { $(Self::$variant => $count,)* }
            }

            /// Its columns that are parts of a whole: from 0 to 1 here, percentages for a person.
            pub const fn shares(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($share),*],)* }
            }
        }
    };
}

metrics! {
    /// Delivery rates with their counts, interval and maturity, and what was spent.
    Rates "rates" of "messages"
        columns [
            "messages" "delivered" "accepted" "blocked" "failed" "unknown" "pending" "concluded"
            "delivery_rate" "confirmed_rate" "delivery_rate_low" "delivery_rate_high" "maturity"
            "total_usd"
        ]
        shares ["delivery_rate" "confirmed_rate" "delivery_rate_low" "delivery_rate_high" "maturity"];
    /// Failure reasons, ranked.
    Failures "failures" of "messages"
        columns [
            "place" "outcome" "failure_reason" "messages" "share_of_undelivered" "share_of_concluded"
            "total_usd"
        ]
        shares ["share_of_undelivered" "share_of_concluded"];
    /// Percentiles of the time from the request to the acceptance and to the delivery.
    Latency "latency" of "greatest(accept_messages, delivery_messages)"
        columns [
            "accept_messages" "accept_p50_ms" "accept_p90_ms" "accept_p95_ms" "accept_p99_ms"
            "delivery_messages" "delivery_p50_ms" "delivery_p90_ms" "delivery_p95_ms"
            "delivery_p99_ms"
        ]
        shares [];
    /// Price, carrier fee, and cost per message.
    Cost "cost" of "messages"
        columns [
            "messages" "unpriced" "price_usd" "carrier_fee_usd" "total_usd" "per_message_usd"
            "per_delivered_usd" "per_confirmed_usd" "undelivered_usd" "open_usd"
        ]
        shares [];
    /// Answered, busy and unanswered calls and their durations.
    Voice "voice" of "calls"
        columns [
            "calls" "answered" "busy" "no_answer" "failed" "unknown" "pending" "answer_rate"
            "busy_rate" "no_answer_rate" "duration_seconds" "mean_duration_seconds"
            "p50_duration_seconds" "p95_duration_seconds" "billed_minutes" "total_usd"
        ]
        shares ["answer_rate" "busy_rate" "no_answer_rate"];
}

/// A text that names no metric.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no metric {0:?}{near}; there are {names}",
    near = crate::near::question(.0, Metric::ALL.iter().map(|metric| metric.as_str())),
    names = join(&Metric::ALL, ", ", ToString::to_string))]
pub struct MetricError(String);

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Metric {
    type Err = MetricError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|metric| metric.as_str() == name).ok_or_else(|| MetricError(name.into()))
    }
}
