//! What a query of Athena's costs.

use aws_sdk_athena::types::{QueryExecution, QueryExecutionState, QueryExecutionStatistics, StatementType};

/// When the price was written down. It is that of most regions (aws.amazon.com/athena/pricing), without discounts and
/// without provisioned capacity, and was not looked up in each of them.
pub const PRICE_AS_OF: &str = "2026-11-26";

/// US dollars for a terabyte (2 to the power of 40 bytes) that is scanned.
pub const USD_A_TERABYTE: f64 = 5.0;

const MEGABYTE: u64 = 1 << 20;

/// What is billed for the least query; more is rounded up to whole megabytes.
const LEAST: u64 = 10 * MEGABYTE;

/// What a query read; nothing if it gave an earlier answer again.
pub(crate) fn bytes_scanned(query: &QueryExecution) -> u64 {
    let bytes = query.statistics().and_then(QueryExecutionStatistics::data_scanned_in_bytes);
    bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or_default()
}

/// In US dollars. Definitions, failed queries and answers that are given again are free; a cancelled query costs what it
/// had read.
pub(crate) fn usd(query: &QueryExecution) -> f64 {
    let status = query.status().and_then(|status| status.state());
    let reused = query.statistics().and_then(|statistics| statistics.result_reuse_information());
    let free = query.statement_type() == Some(&StatementType::Ddl)
        || status == Some(&QueryExecutionState::Failed)
        || reused.is_some_and(|reused| reused.reused_previous_result);
    if free { 0.0 } else { usd_of(bytes_scanned(query)) }
}

fn usd_of(bytes: u64) -> f64 {
    let billed = bytes.div_ceil(MEGABYTE).saturating_mul(MEGABYTE).max(LEAST);
    billed as f64 * USD_A_TERABYTE / (1_u64 << 40) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn least_query_costs_ten_megabytes_and_others_whole_ones() {
        let megabytes = |usd: f64| (usd * f64::from(1 << 20) / USD_A_TERABYTE).round() as u64;
        for (bytes, billed) in [(0, 10), (1, 10), (10 * MEGABYTE, 10), (10 * MEGABYTE + 1, 11)] {
            assert_eq!(megabytes(usd_of(bytes)), billed, "{bytes}");
        }
        assert!((usd_of(1 << 40) - 5.0).abs() < 1e-9);
    }
}
