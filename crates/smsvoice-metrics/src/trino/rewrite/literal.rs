//! Literals of times: Trino's may have no seconds, and may name a zone.

use datafusion::sql::sqlparser::ast::{CastKind, DataType, Expr, TypedString, ValueWithSpan};

use super::{parsed, substitute};

/// Whether it is a date by what is written: `DATE '2026-11-01'`, or a cast.
pub(super) fn is_date(expr: &Expr) -> bool {
    match expr {
        Expr::TypedString(TypedString { data_type: DataType::Date, .. })
        | Expr::Cast { kind: CastKind::Cast | CastKind::TryCast, data_type: DataType::Date, .. } => true,
        Expr::Nested(inner) => is_date(inner),
        _ => false,
    }
}

/// `TIMESTAMP '2020-03-01 10:30 America/Los_Angeles'` as what it stands for; none where DataFusion reads it as Trino does.
pub(super) fn timestamp(expr: &Expr) -> Option<Expr> {
    let Expr::TypedString(TypedString { data_type: DataType::Timestamp(..), value, .. }) = expr else { return None };
    let text = value.clone().into_string()?;
    let mut words = text.split_whitespace();
    let (date, time, zone) = (words.next()?, words.next()?, words.next());
    let has_seconds = time.matches(':').count() != 1;
    if has_seconds && zone.is_none() {
        return None;
    }
    let seconds = if has_seconds { "" } else { ":00" };
    let mut plain = expr.clone();
    if let Expr::TypedString(TypedString { value: ValueWithSpan { value, .. }, .. }) = &mut plain {
        *value = datafusion::sql::sqlparser::ast::Value::SingleQuotedString(format!("{date} {time}{seconds}"));
    }
    let Some(zone) = zone else { return Some(plain) };
    let mut zoned = parsed("with_timezone(_1, _2)");
    let zone = parsed(&format!("'{}'", zone.replace('\'', "''")));
    substitute(&mut zoned, &|name| match name {
        "_1" => Some(plain.clone()),
        "_2" => Some(zone.clone()),
        _ => None,
    });
    Some(zoned)
}
