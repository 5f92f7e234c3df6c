//! Which columns of `events` queries read.

use std::collections::BTreeSet;

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::Result;
use datafusion::execution::context::SessionContext;
use datafusion::logical_expr::LogicalPlan;

use super::Gathered;

/// Their names, `message_id` among them. A query may name more; what does not reach its answer is not read.
pub(super) async fn read_by(context: &SessionContext, queries: &[Gathered]) -> Result<Vec<String>> {
    let mut columns = BTreeSet::from(["message_id".to_owned()]);
    for query in queries {
        let plan = context.sql(&query.sql).await?.into_optimized_plan()?;
        plan.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node {
                columns.extend(scan.projected_schema.fields().iter().map(|field| field.name().clone()));
                for filter in &scan.filters {
                    columns.extend(filter.column_refs().into_iter().map(|column| column.name.clone()));
                }
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
    }
    Ok(columns.into_iter().collect())
}
