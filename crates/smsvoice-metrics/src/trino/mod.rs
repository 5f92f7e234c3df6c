//! SQL of Trino, which Athena's is, for DataFusion: functions that it lacks or understands otherwise, and lambdas.
//!
//! Three ways: [`macros`] says what a function stands for in DataFusion's words, [`row_function`] computes one row by plain
//! Rust, and what handles whole columns (`max_by`, `element_at`, `date_diff`, `reduce`) has a file of its own.

mod bytes;
mod collections;
mod date_diff;
mod dialect;
mod element_at;
mod from_utf8;
mod json;
mod macros;
mod max_by;
mod reduce;
mod regexp;
mod rewrite;
mod row_function;
mod sequences;
mod text;
mod time_format;
mod time_zone;
mod times;
mod url;
mod words;

pub use self::words::type_name;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use datafusion::common::{Result, plan_datafusion_err};
use datafusion::execution::FunctionRegistry;
use datafusion::execution::context::{SessionContext, SessionState};
use datafusion::logical_expr::{AggregateUDF, HigherOrderUDF, ScalarUDF};
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast::VisitMut;

use self::rewrite::{Rewriter, Unknown};
use self::row_function::RowFunction;

/// Makes Trino's functions known to `context`.
///
/// DataFusion's own `element_at` answers with a list, as DuckDB's did once; Trino's, and now this one, with the value.
pub(crate) fn register(context: &SessionContext) -> Result<()> {
    context.register_udaf(AggregateUDF::from(max_by::MaxBy::new()));
    context.register_udf(ScalarUDF::from(element_at::ElementAt::new()));
    context.register_udf(ScalarUDF::from(date_diff::DateDiff::new()));
    context.register_udf(ScalarUDF::from(from_utf8::FromUtf8::new()));
    context.register_udf(ScalarUDF::from(time_zone::InZone::shown()));
    context.register_udf(ScalarUDF::from(time_zone::InZone::same_instant()));
    context.register_udf(ScalarUDF::from(sequences::Length::new()));
    context.register_udf(ScalarUDF::from(sequences::Reverse::new()));
    context.register_udf(ScalarUDF::from(words::TypeOf::new()));
    context.register_udf(ScalarUDF::from(words::Format::new()));
    for map_of in collections::MapOf::all() {
        context.register_udf(ScalarUDF::from(map_of));
    }
    for function in row_functions() {
        context.register_udf(ScalarUDF::from(function.lenient()));
        context.register_udf(ScalarUDF::from(function));
    }
    let reduce = Arc::new(HigherOrderUDF::new_from_impl(reduce::Reduce::new()));
    context.state_ref().write().register_higher_order_function(reduce)?;
    Ok(())
}

fn row_functions() -> Vec<RowFunction> {
    [
        json::functions(),
        regexp::functions(),
        url::functions(),
        bytes::functions(),
        text::functions(),
        times::functions(),
    ]
    .concat()
}

/// Reads one statement: Trino's functions become what they stand for, and a function that nobody knows is told the near ones.
pub(crate) fn read(sql: &str, state: &SessionState) -> Result<Statement> {
    let mut parser = DFParserBuilder::new(sql).with_dialect(&dialect::WithLambdas).build()?;
    let mut statements = parser.parse_statements()?;
    let statement = statements.pop_front().ok_or_else(|| plan_datafusion_err!("there is no SQL in it"))?;
    if !statements.is_empty() {
        return Err(plan_datafusion_err!("these are several statements; run them one by one"));
    }
    let names = functions(state);
    let lenient: BTreeSet<&str> = row_functions().iter().map(|function| function.name).collect();
    rewritten(statement, &names, &|name| lenient.contains(name))
}

fn rewritten(statement: Statement, names: &BTreeSet<String>, is_lenient: &dyn Fn(&str) -> bool) -> Result<Statement> {
    match statement {
        Statement::Statement(mut statement) => {
            let is_known = |name: &str| names.contains(name);
            match VisitMut::visit(&mut statement, &mut Rewriter::new(&is_known, is_lenient)) {
                ControlFlow::Continue(()) => Ok(Statement::Statement(statement)),
                ControlFlow::Break(Unknown(name)) => {
                    let known = names.iter().map(String::as_str);
                    let near = crate::near::question(&name, known);
                    Err(plan_datafusion_err!("there is no function {name}, or not with so many arguments{near}"))
                }
            }
        }
        Statement::Explain(mut explain) => {
            *explain.statement = rewritten(*explain.statement, names, is_lenient)?;
            Ok(Statement::Explain(explain))
        }
        other => Ok(other),
    }
}

/// Functions that take part in no template: how they are called decides what they stand for.
const REWRITTEN: [&str; 8] =
    ["try", "concat", "listagg", "all_match", "map_filter", "transform_keys", "transform_values", "zip_with"];

/// The names of all functions that can be called.
pub(crate) fn functions(state: &SessionState) -> BTreeSet<String> {
    let planned = state.udfs().into_iter().chain(state.udafs()).chain(state.udwfs());
    let of_lambdas = state.higher_order_functions().keys().cloned();
    let macros = macros::MACROS.iter().map(|(name, ..)| *name);
    let others = macros.chain(REWRITTEN).chain(["unnest", "grouping"]).map(str::to_owned);
    planned.chain(of_lambdas).chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples are put to Trino itself, too: `tests/tests/trino/examples.rs`.
    #[test]
    fn every_function_that_is_registered_has_an_example() {
        let examples = include_str!("../../tests/trino_examples.txt");
        let columns = [
            "max_by",
            "element_at",
            "date_diff",
            "from_utf8",
            "with_timezone",
            "at_timezone",
            "length",
            "reverse",
            "typeof",
            "format",
            "map_from_entries",
            "multimap_from_entries",
            "reduce",
        ];
        let names = row_functions().into_iter().map(|function| function.name);
        let names = names.chain(macros::MACROS.iter().map(|(name, ..)| *name)).chain(REWRITTEN).chain(columns);
        let missing: Vec<_> = names.filter(|name| !examples.contains(&format!("{name}("))).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
