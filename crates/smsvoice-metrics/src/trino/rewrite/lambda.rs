//! Functions that take a lambda of two parameters, or turn one round: DataFusion's take lambdas of one.

use datafusion::sql::sqlparser::ast::{Expr, LambdaFunction, OneOrManyWithParens, UnaryOperator};

use super::{parsed, substitute};

/// The entry of a map, or of two arrays side by side, that a lambda is about.
const ENTRY: &str = "_entry";

/// Name, what it stands for, and the parts of an entry that the lambda's parameters are.
const PAIRS: [(&str, &str, [&str; 2]); 4] = [
    ("map_filter", "map_from_entries(array_filter(map_entries(_1), _last))", ["key", "value"]),
    ("transform_keys", "map_from_entries(array_transform(map_entries(_1), _last))", ["key", "value"]),
    ("transform_values", "map_from_entries(array_transform(map_entries(_1), _last))", ["key", "value"]),
    ("zip_with", "array_transform(arrays_zip(_1, _2), _last)", ["1", "2"]),
];

/// What the call stands for; none if it is none of these.
pub(super) fn expanded(name: &str, arguments: &[Expr]) -> Option<Expr> {
    let (Expr::Lambda(lambda), values) = arguments.split_last()? else { return None };
    if name == "all_match" && values.len() == 1 {
        let inner = Expr::Nested(lambda.body.clone());
        let refuted = Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(inner) };
        let refuting = LambdaFunction { body: Box::new(refuted), ..lambda.clone() };
        return Some(filled("NOT array_any_match(_1, _last)", values, Expr::Lambda(refuting)));
    }
    let (_, template, parts) = PAIRS.iter().find(|(known, ..)| *known == name)?;
    let OneOrManyWithParens::Many(parameters) = &lambda.params else { return None };
    let [first, second] = &parameters[..] else { return None };
    let mut body = (*lambda.body).clone();
    let part = |at: usize| parsed(&format!("{ENTRY}['{}']", parts[at]));
    substitute(&mut body, &|name| match name {
        name if name.eq_ignore_ascii_case(&first.name.value) => Some(part(0)),
        name if name.eq_ignore_ascii_case(&second.name.value) => Some(part(1)),
        _ => None,
    });
    let entry = |key: Expr, value: Expr| {
        let mut entry = parsed("named_struct('key', _1, 'value', _2)");
        substitute(&mut entry, &|name| match name {
            "_1" => Some(key.clone()),
            "_2" => Some(value.clone()),
            _ => None,
        });
        entry
    };
    let body = match name {
        "transform_keys" => entry(body, part(1)),
        "transform_values" => entry(part(0), body),
        _ => body,
    };
    let Expr::Lambda(mut of_entry) = parsed(&format!("{ENTRY} -> NULL")) else { return None };
    *of_entry.body = body;
    Some(filled(template, values, Expr::Lambda(of_entry)))
}

#[allow(clippy::needless_pass_by_value)] // it is made for this
fn filled(template: &str, values: &[Expr], lambda: Expr) -> Expr {
    let mut expr = parsed(template);
    substitute(&mut expr, &|name| match name {
        "_last" => Some(lambda.clone()),
        name => values.get(name.strip_prefix('_')?.parse::<usize>().ok()?.checked_sub(1)?).cloned(),
    });
    expr
}
