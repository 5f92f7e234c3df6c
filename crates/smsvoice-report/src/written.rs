//! Values as a person reads them.

use chrono::{DateTime, Utc};

use crate::report::Span;
use crate::table::{Cell, Unit};

/// What stands where there is no value.
const NOTHING: &str = "–";

/// A cell, as its unit asks for.
pub fn cell(cell: &Cell, unit: Unit) -> String {
    match (cell, unit) {
        (Cell::Missing, _) => NOTHING.to_owned(),
        (Cell::Text(text), _) => text.clone(),
        (Cell::Day(_), _) => cell.plain(),
        (Cell::Hour(hour), _) => hour.format("%Y-%m-%d %H:%M").to_string(),
        (value, unit) => value.number().map_or_else(|| NOTHING.to_owned(), |number| quantity(number, unit)),
    }
}

/// A number with its unit.
pub(crate) fn quantity(number: f64, unit: Unit) -> String {
    match unit {
        Unit::Count | Unit::Name | Unit::Time => grouped(number, usize::from(number.fract() != 0.0)),
        Unit::Share => percent(number),
        Unit::Points => format!("{}{:.2} pp", sign(number), (number * 100.0).abs()),
        Unit::Usd => dollars(number),
        Unit::Milliseconds => duration(number / 1000.0),
        Unit::Seconds => duration(number),
    }
}

fn sign(number: f64) -> &'static str {
    if number < 0.0 { "−" } else { "+" }
}

/// 0 and 1 are said only where all digits say so: 99.97 % is not 100 %.
pub(crate) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let near_an_end = share > 0.0 && share < 1.0 && !(1.0..=99.0).contains(&percent);
    if near_an_end { format!("{percent:.2} %") } else { format!("{percent:.1} %") }
}

/// Cents from a dollar on, and more digits below, where prices of messages are.
fn dollars(amount: f64) -> String {
    let decimals = if amount == 0.0 || amount.abs() >= 1.0 { 2 } else { 5 };
    format!("{}${}", if amount < 0.0 { "−" } else { "" }, grouped(amount.abs(), decimals))
}

fn duration(seconds: f64) -> String {
    match seconds.abs() {
        below if below < 1.0 => format!("{:.0} ms", seconds * 1000.0),
        below if below < 120.0 => format!("{seconds:.1} s"),
        below if below < 7200.0 => format!("{:.1} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3600.0),
    }
}

/// Thousands apart.
pub(crate) fn grouped(number: f64, decimals: usize) -> String {
    let digits = format!("{:.decimals$}", number.abs());
    let (whole, rest) = digits.split_once('.').map_or((digits.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut text = if number < 0.0 { "−".to_owned() } else { String::new() };
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(rest) = rest {
        text.push('.');
        text.push_str(rest);
    }
    text
}

/// A period, in days where it is made of whole ones.
pub(crate) fn span(span: Span) -> String {
    let Span { since, until } = span;
    let is_midnight = |at: DateTime<Utc>| at.timestamp().rem_euclid(86_400) == 0 && at.timestamp_subsec_millis() == 0;
    if is_midnight(since) && is_midnight(until) && since < until {
        let last = until - chrono::Duration::days(1);
        let (first, last) = (since.format("%-d %b %Y").to_string(), last.format("%-d %b %Y").to_string());
        if first == last { first } else { format!("{first} to {last}") }
    } else {
        format!("{} to {}", instant(since), instant(until))
    }
}

/// An instant, to the minute.
pub(crate) fn instant(at: DateTime<Utc>) -> String {
    at.format("%-d %b %Y, %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_written_as_people_read_them() {
        let cases = [
            (1_234_567.0, Unit::Count, "1,234,567"),
            (0.5, Unit::Share, "50.0 %"),
            (0.9997, Unit::Share, "99.97 %"),
            (1.0, Unit::Share, "100.0 %"),
            (-0.0123, Unit::Points, "−1.23 pp"),
            (0.005_81, Unit::Usd, "$0.00581"),
            (1234.5, Unit::Usd, "$1,234.50"),
            (320.0, Unit::Milliseconds, "320 ms"),
            (95_000.0, Unit::Milliseconds, "95.0 s"),
            (7_300.0, Unit::Seconds, "2.0 h"),
        ];
        for (number, unit, text) in cases {
            assert_eq!(quantity(number, unit), text);
        }
        assert_eq!(cell(&Cell::real(Some(f64::NAN)), Unit::Share), "–");
    }

    #[test]
    fn a_period_of_whole_days_names_its_last_day() {
        let span_of =
            |since: &str, until: &str| span(Span { since: since.parse().unwrap(), until: until.parse().unwrap() });
        assert_eq!(span_of("2026-11-01T00:00:00Z", "2026-11-08T00:00:00Z"), "1 Nov 2026 to 7 Nov 2026");
        assert_eq!(span_of("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"), "1 Nov 2026");
        assert_eq!(span_of("2026-11-01T00:00:00Z", "2026-11-01T05:30:00Z"), "1 Nov 2026, 00:00 to 1 Nov 2026, 05:30");
    }
}
