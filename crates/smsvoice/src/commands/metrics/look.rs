//! Which columns of each metric a person is shown.

use smsvoice_metrics::Metric;

use crate::output::{Interval, Look};

/// The look of a metric's rows: what is most asked for stays at any width, and what never may be hidden.
pub(crate) fn look(metric: Metric, look: Look) -> Look {
    let (useful, details): (&[&str], &[&str]) = match metric {
        Metric::Rates => {
            (&["confirmed_rate", "total_usd"], &["delivered", "accepted", "blocked", "failed", "concluded"])
        }
        Metric::Failures => (&["place", "share_of_concluded", "total_usd"], &[]),
        Metric::Latency => (&["accept_p90_ms", "accept_p99_ms", "delivery_p90_ms", "delivery_p99_ms"], &[]),
        Metric::Cost => (&["unpriced", "price_usd", "carrier_fee_usd"], &["per_confirmed_usd", "open_usd"]),
        Metric::Voice => (
            &["no_answer_rate", "billed_minutes", "total_usd"],
            &[
                "answered",
                "busy",
                "no_answer",
                "failed",
                "duration_seconds",
                "mean_duration_seconds",
                "p95_duration_seconds",
            ],
        ),
    };
    let intervals = match metric {
        Metric::Rates => {
            vec![Interval { rate: "delivery_rate", low: "delivery_rate_low", high: "delivery_rate_high" }]
        }
        Metric::Failures | Metric::Latency | Metric::Cost | Metric::Voice => Vec::new(),
    };
    Look { useful: useful.iter().copied().collect(), details: details.iter().copied().collect(), intervals, ..look }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_are_columns_of_the_metric() {
        for metric in Metric::ALL {
            let Look { useful, details, intervals, .. } = look(metric, Look::default());
            let ends = intervals.iter().flat_map(|interval| [interval.rate, interval.low, interval.high]);
            for column in useful.into_iter().chain(details).chain(ends) {
                assert!(metric.columns().contains(&column), "{metric}: {column}");
            }
        }
    }
}
