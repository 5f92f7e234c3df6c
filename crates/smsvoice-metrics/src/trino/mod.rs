//! The functions that the SQL files use under Trino's name and DataFusion does not have, or has with another meaning.

mod date_diff;
mod element_at;
mod from_utf8;
mod max_by;

use datafusion::execution::context::SessionContext;
use datafusion::logical_expr::{AggregateUDF, ScalarUDF};

/// Makes Trino's `max_by`, `element_at`, `date_diff` and `from_utf8` known to `context`.
///
/// DataFusion's own `element_at` answers with a list, as DuckDB's did once; Trino's, and now this one, with the value.
pub(crate) fn register(context: &SessionContext) {
    context.register_udaf(AggregateUDF::from(max_by::MaxBy::new()));
    context.register_udf(ScalarUDF::from(element_at::ElementAt::new()));
    context.register_udf(ScalarUDF::from(date_diff::DateDiff::new()));
    context.register_udf(ScalarUDF::from(from_utf8::FromUtf8::new()));
}
