//! From SQL of Trino to SQL of DataFusion: what functions stand for is put in their place before anything is planned.

mod lambda;
mod literal;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::OnceLock;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CastKind, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments,
    Ident, Select, SelectItem, UnaryOperator, VisitMut, VisitorMut,
};
use datafusion::sql::sqlparser::parser::Parser;

use super::dialect::WithLambdas;
use super::macros::MACROS;
use super::row_function::lenient_name;

/// What is known when SQL is rewritten.
pub(super) struct Rewriter<'a> {
    /// Whether a function of this name can be planned.
    pub(super) is_known: &'a dyn Fn(&str) -> bool,
    /// Whether a function has a twin that gives null where it fails.
    pub(super) is_lenient: &'a dyn Fn(&str) -> bool,
    /// The texts of what is selected without a name, of each query that is being read.
    selected: Vec<Vec<String>>,
}

/// A function that nobody knows, by its name.
pub(super) struct Unknown(pub(super) String);

impl<'a> Rewriter<'a> {
    pub(super) fn new(is_known: &'a dyn Fn(&str) -> bool, is_lenient: &'a dyn Fn(&str) -> bool) -> Self {
        Self { is_known, is_lenient, selected: Vec::new() }
    }

    fn expanded(&self, call: &Function) -> Option<Expr> {
        let name = name(call)?;
        let arguments = arguments(call)?;
        match (&*name, &arguments[..]) {
            ("try", [only]) => {
                let mut tried = only.clone();
                let _ = VisitMut::visit(&mut tried, &mut Try(self.is_lenient));
                Some(tried)
            }
            ("concat", [first, others @ ..]) if !others.is_empty() => {
                let joined = |left: Expr, right: &Expr| both(left, BinaryOperator::StringConcat, right.clone());
                Some(others.iter().fold(first.clone(), joined))
            }
            ("listagg", [_] | [_, _]) => Some(listagg(call, &arguments)),
            ("date_trunc", [_, of]) if literal::is_date(of) => {
                let whole = parsed("CAST(_1 AS date)");
                Some(of_template(&whole, &[Expr::Function(call.clone())], call))
            }
            _ => lambda::expanded(&name, &arguments).or_else(|| {
                let template = templates().get(&(&*name, arguments.len()))?;
                Some(of_template(template, &arguments, call))
            }),
        }
    }
}

impl VisitorMut for Rewriter<'_> {
    type Break = Unknown;

    /// What was selected without a name keeps the name that its own text gives it.
    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<Unknown> {
        self.selected.push(select.projection.iter().map(ToString::to_string).collect());
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<Unknown> {
        let before = self.selected.pop().unwrap_or_default();
        for (item, before) in select.projection.iter_mut().zip(before) {
            if let SelectItem::UnnamedExpr(expr) = item
                && expr.to_string() != before
            {
                *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias: Ident::with_quote('"', before) };
            }
        }
        ControlFlow::Continue(())
    }

    /// Its arguments were rewritten before it, and what it stands for is not rewritten again.
    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Unknown> {
        if let Some(other) = substring(expr).or_else(|| literal::timestamp(expr)) {
            *expr = other;
        } else if let Expr::Function(call) = expr {
            if let Some(expanded) = self.expanded(call) {
                *expr = expanded;
            } else if let Some(name) = name(call).filter(|name| !(self.is_known)(name)) {
                return ControlFlow::Break(Unknown(name));
            }
        }
        ControlFlow::Continue(())
    }
}

/// The name of a call, in lower case; none where it is qualified.
fn name(call: &Function) -> Option<String> {
    match &call.name.0[..] {
        [part] => part.as_ident().map(|name| name.value.to_lowercase()),
        _ => None,
    }
}

fn arguments(call: &Function) -> Option<Vec<Expr>> {
    match &call.args {
        FunctionArguments::None => Some(Vec::new()),
        FunctionArguments::List(list) => list
            .args
            .iter()
            .map(|argument| match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr.clone()),
                _ => None,
            })
            .collect(),
        FunctionArguments::Subquery(_) => None,
    }
}

fn both(left: Expr, op: BinaryOperator, right: Expr) -> Expr {
    Expr::BinaryOp { left: Box::new(left), op, right: Box::new(right) }
}

/// An expression of this text, which is one of ours.
fn parsed(text: &str) -> Expr {
    let parser = Parser::new(&WithLambdas).try_with_sql(text);
    parser.and_then(|mut parser| parser.parse_expr()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// What each macro stands for. A test reads all of them.
fn templates() -> &'static HashMap<(&'static str, usize), Expr> {
    static TEMPLATES: OnceLock<HashMap<(&'static str, usize), Expr>> = OnceLock::new();
    TEMPLATES.get_or_init(|| MACROS.iter().map(|(name, count, text)| ((*name, *count), parsed(text))).collect())
}

fn of_template(template: &Expr, arguments: &[Expr], call: &Function) -> Expr {
    let mut expr = template.clone();
    // First, so that nothing in the arguments is taken for the aggregate.
    let _ = VisitMut::visit(&mut expr, &mut Aggregate(Some(call)));
    let place = |name: &str| name.strip_prefix('_')?.parse::<usize>().ok().filter(|place| *place > 0);
    substitute(&mut expr, &|name| arguments.get(place(name)? - 1).cloned());
    expr
}

/// Puts expressions in the place of names.
fn substitute(expr: &mut Expr, by: &dyn Fn(&str) -> Option<Expr>) {
    struct Substitution<'a>(&'a dyn Fn(&str) -> Option<Expr>);
    impl VisitorMut for Substitution<'_> {
        type Break = ();

        fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
            let Self(by) = self;
            let put = match expr {
                Expr::Identifier(name) => by(&name.value).map(|put| Expr::Nested(Box::new(put))),
                // A lambda is no value, and stands in no parentheses.
                Expr::Nested(inner) if matches!(**inner, Expr::Lambda(_)) => Some((**inner).clone()),
                _ => None,
            };
            if let Some(put) = put {
                *expr = match put {
                    Expr::Nested(inner) if matches!(*inner, Expr::Lambda(_)) => *inner,
                    put => put,
                };
            }
            ControlFlow::Continue(())
        }
    }
    let _ = VisitMut::visit(expr, &mut Substitution(by));
}

/// Gives the aggregate of a template what stands behind the call: its condition, its window, whether it counts values once.
struct Aggregate<'a>(Option<&'a Function>);

impl VisitorMut for Aggregate<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        const AGGREGATES: [&str; 13] = [
            "count",
            "min",
            "bool_and",
            "first_value",
            "approx_distinct",
            "approx_percentile_cont",
            "approx_percentile_cont_with_weight",
            "avg",
            "bit_and",
            "bit_or",
            "bit_xor",
            "array_agg",
            "string_agg",
        ];
        let Expr::Function(inner) = expr else { return ControlFlow::Continue(()) };
        if !name(inner).is_some_and(|name| AGGREGATES.contains(&&*name)) {
            return ControlFlow::Continue(());
        }
        if let Some(call) = self.0.take() {
            inner.filter = match (inner.filter.take(), call.filter.clone()) {
                (Some(own), Some(given)) => {
                    Some(Box::new(both(Expr::Nested(own), BinaryOperator::And, Expr::Nested(given))))
                }
                (own, given) => own.or(given),
            };
            inner.over.clone_from(&call.over);
            if let (FunctionArguments::List(own), FunctionArguments::List(given)) = (&mut inner.args, &call.args) {
                own.duplicate_treatment = own.duplicate_treatment.or(given.duplicate_treatment);
                own.clauses.extend(given.clauses.iter().cloned());
            }
        }
        ControlFlow::Break(())
    }
}

/// `listagg(x, ',') WITHIN GROUP (ORDER BY y)`: its order stands within the parentheses here.
fn listagg(call: &Function, arguments: &[Expr]) -> Expr {
    let mut expr = of_template(&parsed("string_agg(_1, _2)"), &[arguments[0].clone(), separator(arguments)], call);
    if let Expr::Function(inner) = &mut expr
        && let FunctionArguments::List(list) = &mut inner.args
        && !call.within_group.is_empty()
    {
        list.clauses.push(FunctionArgumentClause::OrderBy(call.within_group.clone()));
    }
    expr
}

fn separator(arguments: &[Expr]) -> Expr {
    arguments.get(1).cloned().unwrap_or_else(|| parsed("''"))
}

/// `substr(x, -2)`: from there on, counted from the end; nothing where the text is shorter. Nothing begins at 0.
fn substring(expr: &Expr) -> Option<Expr> {
    let Expr::Substring { expr: text, substring_from: Some(from), substring_for, .. } = expr else { return None };
    if from.to_string() == "0" {
        return Some(parsed("''"));
    }
    // That is nearly always a number, and then it is seen which.
    if !matches!(**from, Expr::UnaryOp { op: UnaryOperator::Minus, .. }) {
        return None;
    }
    let last = "CASE WHEN -_2 > length(_1) THEN '' ELSE right(_1, -_2) END";
    let template = if substring_for.is_some() { format!("left({last}, _3)") } else { last.to_owned() };
    let mut found = parsed(&template);
    substitute(&mut found, &|name| match name {
        "_1" => Some((**text).clone()),
        "_2" => Some((**from).clone()),
        "_3" => substring_for.as_deref().cloned(),
        _ => None,
    });
    Some(found)
}

/// What `try` makes of an expression: casts, divisions and functions give null where they would fail.
struct Try<'a>(&'a dyn Fn(&str) -> bool);

impl VisitorMut for Try<'_> {
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        match expr {
            Expr::Cast { kind, .. } => *kind = CastKind::TryCast,
            Expr::BinaryOp { op: BinaryOperator::Divide | BinaryOperator::Modulo, right, .. } => {
                let divisor = std::mem::replace(right, Box::new(parsed("NULL")));
                let mut checked = parsed("nullif(_1, 0)");
                substitute(&mut checked, &|name| (name == "_1").then(|| (*divisor).clone()));
                **right = checked;
            }
            Expr::Function(call) => {
                if let Some(name) = name(call).filter(|name| (self.0)(name)) {
                    call.name = vec![Ident::new(lenient_name(&name))].into();
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> String {
        let mut expr = parsed(text);
        let mut rewriter = Rewriter::new(&|name| name != "nobody_knows", &|name| name == "json_parse");
        match VisitMut::visit(&mut expr, &mut rewriter) {
            ControlFlow::Continue(()) => expr.to_string(),
            ControlFlow::Break(Unknown(name)) => format!("unknown: {name}"),
        }
    }

    #[test]
    fn every_macro_can_be_read_and_names_its_arguments_alone() {
        for (name, count, text) in MACROS {
            let template = &templates()[&(*name, *count)];
            for place in 1..=9 {
                let named = template.to_string().contains(&format!("_{place}"));
                assert_eq!(named, place <= *count && text.contains(&format!("_{place}")), "{name}: {template}");
            }
        }
    }

    #[test]
    fn calls_become_what_they_stand_for_from_the_inside() {
        assert_eq!(rewritten("if(mod(a, 2) = 0, 'even')"), "CASE WHEN ((a) % (2) = 0) THEN ('even') END");
        assert_eq!(rewritten("IF(a, b, c)"), "CASE WHEN (a) THEN (b) ELSE (c) END");
        assert_eq!(rewritten("concat(a, b, c)"), "a || b || c");
        assert_eq!(rewritten("count_if(a) FILTER (WHERE b)"), "count(CASE WHEN (a) THEN 1 END) FILTER (WHERE b)");
        assert_eq!(rewritten("lower(nobody_knows(a))"), "unknown: nobody_knows");
    }

    #[test]
    fn lambdas_go_where_their_arguments_are() {
        assert_eq!(rewritten("transform(a, x -> x + 1)"), "array_transform((a), x -> x + 1)");
        assert_eq!(rewritten("all_match(a, x -> x > 1)"), "NOT array_any_match((a), x -> NOT (x > 1))");
        let filtered = rewritten("map_filter(m, (k, v) -> v > 1)");
        assert_eq!(filtered, "map_from_entries(array_filter(map_entries((m)), _entry -> (_entry['value']) > 1))");
    }

    #[test]
    fn try_gives_null_where_something_fails() {
        assert_eq!(rewritten("try(CAST(a AS bigint) / b)"), "TRY_CAST(a AS BIGINT) / nullif((b), 0)");
        assert_eq!(rewritten("try(json_parse(a))"), "try_json_parse(a)");
    }
}
