//! Which side of a join is held in memory while the other one streams past: the one that is grouped.
//!
//! DataFusion holds the left side, unless statistics say that the right one is smaller. There are none here, because
//! collecting them means to read every file's footer before a query begins. Trino, too, goes by the text, but holds the
//! right side; so the SQL files put the smaller side there, and this rule turns such joins round for DataFusion.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::joins::{HashJoinExec, PartitionMode};

/// DataFusion's own rules, with [`HoldTheGroupedSide`] after the one that decides by statistics.
pub(crate) fn optimizer_rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules = PhysicalOptimizer::new().rules;
    let by_statistics = rules.iter().position(|rule| rule.name() == "join_selection");
    rules.insert(by_statistics.map_or(0, |at| at + 1), Arc::new(HoldTheGroupedSide));
    rules
}

/// Turns a join round if its right side is grouped and its left side is not.
#[derive(Debug)]
struct HoldTheGroupedSide;

impl PhysicalOptimizerRule for HoldTheGroupedSide {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|node| match node.downcast_ref::<HashJoinExec>() {
            Some(join) if holds_the_larger_side(join) => {
                join.swap_inputs(PartitionMode::Partitioned).map(Transformed::yes)
            }
            _ => Ok(Transformed::no(node)),
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "hold_the_grouped_side"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

fn holds_the_larger_side(join: &HashJoinExec) -> bool {
    // Of an anti join that heeds nulls, the sides cannot be swapped.
    *join.partition_mode() == PartitionMode::Partitioned
        && join.join_type().supports_swap()
        && !join.null_aware
        && is_grouped(join.right())
        && !is_grouped(join.left())
}

/// Whether rows were grouped somewhere below. A side of several inputs (joined, or appended to each other) is not called
/// grouped, since its other inputs may be of any size.
fn is_grouped(plan: &Arc<dyn ExecutionPlan>) -> bool {
    plan.downcast_ref::<AggregateExec>().is_some() || matches!(plan.children()[..], [only] if is_grouped(only))
}
