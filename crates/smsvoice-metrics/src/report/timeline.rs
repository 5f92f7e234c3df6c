//! Times of which no message tells: they stand in a table over time like the others, so that the axis is even.

use chrono::{DateTime, Duration, Utc};
use smsvoice_report::{Cell, Span, Table, Unit};

/// Beyond so many slots a drawing would show nothing; then only the times with messages stand in the table.
const MOST: usize = 800;

/// A table whose first column is days or hours, in order, with those that are missing within the period: counts are 0 there.
pub(crate) fn filled(table: Table, period: Span) -> Table {
    let at = |row: &Vec<Cell>| match row.first() {
        Some(Cell::Day(day)) => Some(day.and_time(chrono::NaiveTime::MIN).and_utc()),
        Some(Cell::Hour(hour)) => Some(*hour),
        _ => None,
    };
    let days = matches!(table.rows.first().and_then(|row| row.first()), Some(Cell::Day(_)));
    let step = if days { Duration::days(1) } else { Duration::hours(1) };
    let Some(first) = table.rows.first().and_then(at) else { return table };
    let first = first - step * whole_steps(period.since, first, step); // the period's own first slot
    let count = whole_steps(first, period.until - Duration::milliseconds(1), step) + 1;
    if count < 1 || count as usize > MOST {
        return table;
    }
    let mut known = table.rows.into_iter().map(|row| (at(&row), row)).peekable();
    let mut rows = Vec::new();
    for slot in (0..count).map(|nth| first + step * nth) {
        rows.extend(std::iter::from_fn(|| known.next_if(|(at, _)| at.is_none_or(|at| at < slot))).map(|(_, row)| row));
        match known.next_if(|(at, _)| *at == Some(slot)) {
            Some((_, row)) => rows.push(row),
            None => rows.push(table.columns.iter().map(|column| empty(slot, column.unit, days)).collect()),
        }
    }
    rows.extend(known.map(|(_, row)| row));
    Table { rows, ..table }
}

fn whole_steps(from: DateTime<Utc>, to: DateTime<Utc>, step: Duration) -> i32 {
    ((to - from).num_seconds().max(0) / step.num_seconds()) as i32
}

fn empty(slot: DateTime<Utc>, unit: Unit, days: bool) -> Cell {
    match unit {
        Unit::Time if days => Cell::Day(slot.date_naive()),
        Unit::Time => Cell::Hour(slot),
        Unit::Count => Cell::Whole(0),
        _ => Cell::Missing,
    }
}

#[cfg(test)]
mod tests {
    use smsvoice_report::Column;

    use super::*;

    #[test]
    fn days_without_messages_stand_between_the_others() {
        let day = |day: &str| Cell::Day(day.parse().unwrap());
        let columns = vec![
            Column::new("day", "Day", Unit::Time),
            Column::new("messages", "Messages", Unit::Count),
            Column::new("delivery_rate", "Rate", Unit::Share),
        ];
        let rows = vec![
            vec![day("2026-11-02"), Cell::Whole(7), Cell::Real(0.5)],
            vec![day("2026-11-04"), Cell::Whole(9), Cell::Real(0.6)],
        ];
        let period =
            Span { since: "2026-11-01T00:00:00Z".parse().unwrap(), until: "2026-11-06T00:00:00Z".parse().unwrap() };
        let table = filled(Table { columns, rows }, period);
        let days: Vec<String> = table.rows.iter().map(|row| format!("{} {}", row[0].plain(), row[1].plain())).collect();
        assert_eq!(days, ["2026-11-01 0", "2026-11-02 7", "2026-11-03 0", "2026-11-04 9", "2026-11-05 0"]);
        assert_eq!(table.rows[2][2], Cell::Missing);
    }
}
