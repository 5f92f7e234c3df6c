//! Timestamps from texts and numbers, as texts, and so many units later. Trino's meaning.

use arrow::datatypes::DataType;
use chrono::{DateTime, FixedOffset, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};

use super::row_function::{Answer, Answered, Gives, Row, RowFunction, Takes};
use super::time_format;

pub(super) fn functions() -> Vec<RowFunction> {
    use Takes::{Double, Int, Text, Time};
    let function = RowFunction::new;
    vec![
        function("date_format", &[Time, Text], 2, Gives::Text, |row| format(row, time_format::of_mysql)),
        function("format_datetime", &[Time, Text], 2, Gives::Text, |row| format(row, time_format::of_joda)),
        function("date_parse", &[Text, Text], 2, Gives::Time, |row| parse(row, time_format::of_mysql)),
        function("parse_datetime", &[Text, Text], 2, Gives::Time, |row| parse(row, time_format::of_joda)),
        function("from_iso8601_timestamp", &[Text], 1, Gives::Time, from_iso8601_timestamp),
        function("from_iso8601_date", &[Text], 1, Gives::Date, from_iso8601_date),
        function("to_iso8601", &[Time], 1, Gives::Text, to_iso8601),
        function("from_unixtime", &[Double], 1, Gives::Time, from_unixtime),
        function("date_add", &[Text, Int, Time], 3, Gives::LikeTheLast, date_add),
    ]
}

fn at(time: DateTime<FixedOffset>) -> Answer {
    Answer::Time(time.timestamp_millis())
}

fn format(row: &Row<'_>, pattern: fn(&str) -> Result<String, String>) -> Answered {
    Ok(Answer::Text(row.time(0).format(&pattern(row.text(1))?).to_string()))
}

fn parse(row: &Row<'_>, pattern: fn(&str) -> Result<String, String>) -> Answered {
    Ok(at(time_format::parse(row.text(0), &pattern(row.text(1))?)?))
}

fn from_iso8601_timestamp(row: &Row<'_>) -> Answered {
    let text = row.text(0);
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(at(time));
    }
    let (date, time) = text.split_once('T').unwrap_or((text, ""));
    let (time, zone) = match time.find(['Z', '+', '-']) {
        Some(place) => (&time[..place], &time[place..]),
        None => (time, "Z"),
    };
    let invalid = || format!("{text:?} is no timestamp of ISO 8601");
    let forms = ["%H:%M:%S%.f", "%H:%M", "%H"];
    let mut times = forms.iter().filter_map(|form| NaiveTime::parse_from_str(time, form).ok());
    let hour_alone = || NaiveTime::from_hms_opt(time.parse().ok()?, 0, 0);
    let time = if time.is_empty() { Some(NaiveTime::MIN) } else { times.next().or_else(hour_alone) };
    let offset = if zone == "Z" { FixedOffset::east_opt(0) } else { offset(zone) };
    let shown = iso_date(date).zip(time).map(|(date, time)| date.and_time(time));
    let time = shown.zip(offset).and_then(|(shown, offset)| offset.from_local_datetime(&shown).single());
    time.map(at).ok_or_else(invalid)
}

/// `+01`, `+0100` or `+01:00`.
fn offset(text: &str) -> Option<FixedOffset> {
    let hours_alone = || format!("{text}:00").parse().ok();
    text.parse().ok().or_else(hours_alone)
}

/// A day, a week's day or a year's day: `2020-05-11`, `2020-W10-3`, `2020-123`; of a week or a month the first.
fn iso_date(text: &str) -> Option<NaiveDate> {
    let first_of = |text: &str| NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok();
    let monday_of = |text: &str| NaiveDate::parse_from_str(&format!("{text}-1"), "%G-W%V-%u").ok();
    let forms = ["%Y-%m-%d", "%Y%m%d", "%G-W%V-%u"];
    let year_alone = || (text.len() == 4).then(|| first_of(&format!("{text}-01")))?;
    forms
        .iter()
        .find_map(|form| NaiveDate::parse_from_str(text, form).ok())
        .or_else(|| first_of(text))
        .or_else(|| NaiveDate::parse_from_str(text, "%Y-%j").ok())
        .or_else(|| monday_of(text))
        .or_else(year_alone)
}

fn from_iso8601_date(row: &Row<'_>) -> Answered {
    iso_date(row.text(0)).map(Answer::Date).ok_or_else(|| format!("{:?} is no date of ISO 8601", row.text(0)))
}

#[allow(clippy::unnecessary_wraps)] // as the others
fn to_iso8601(row: &Row<'_>) -> Answered {
    let time = row.time(0);
    Ok(Answer::Text(match row.type_of(0) {
        DataType::Date32 => time.format("%Y-%m-%d").to_string(),
        // The lake's timestamps have no zone in Trino.
        DataType::Timestamp(_, None) => time.format("%Y-%m-%dT%H:%M:%S%.3f").to_string(),
        DataType::Timestamp(_, Some(zone)) if &**zone == "UTC" => time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        _ => time.format("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string(),
    }))
}

fn from_unixtime(row: &Row<'_>) -> Answered {
    let milliseconds = (row.double(0) * 1e3).round();
    let time = DateTime::<Utc>::from_timestamp_millis(milliseconds as i64).filter(|_| milliseconds.is_finite());
    time.map(|time| at(time.fixed_offset())).ok_or_else(|| format!("{} is no time", row.double(0)))
}

/// Units of calendars are months, and all others are milliseconds.
pub(super) enum Unit {
    /// So many of them.
    Milliseconds(i64),
    /// So many of them.
    Months(i64),
}

pub(super) fn unit(name: &str) -> Result<Unit, String> {
    Ok(match name.to_ascii_lowercase().as_str() {
        "millisecond" => Unit::Milliseconds(1),
        "second" => Unit::Milliseconds(1_000),
        "minute" => Unit::Milliseconds(60_000),
        "hour" => Unit::Milliseconds(3_600_000),
        "day" => Unit::Milliseconds(86_400_000),
        "week" => Unit::Milliseconds(604_800_000),
        "month" => Unit::Months(1),
        "quarter" => Unit::Months(3),
        "year" => Unit::Months(12),
        _ => {
            return Err(format!(
                "{name:?} is no unit; there are millisecond, second, minute, hour, day, week, month, quarter and year"
            ));
        }
    })
}

/// Days are counted on the clocks of the zone, so that a day later is the same time of day.
fn date_add(row: &Row<'_>) -> Answered {
    let (count, time) = (row.int(1), row.time(2));
    let later = match unit(row.text(0))? {
        Unit::Milliseconds(length) => {
            TimeDelta::try_milliseconds(count.saturating_mul(length)).and_then(|by| time.checked_add_signed(by))
        }
        Unit::Months(length) => months_later(time.naive_local(), count.saturating_mul(length))
            .and_then(|shown| time.offset().from_local_datetime(&shown).single()),
    };
    let later = later.ok_or_else(|| "no such time".to_owned())?;
    Ok(match row.type_of(2) {
        DataType::Date32 => Answer::Date(later.date_naive()),
        _ => at(later),
    })
}

fn months_later(shown: NaiveDateTime, months: i64) -> Option<NaiveDateTime> {
    let by = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    if months < 0 { shown.checked_sub_months(by) } else { shown.checked_add_months(by) }
}

/// How many whole months lie between.
pub(super) fn months_between(from: NaiveDateTime, to: NaiveDateTime) -> i64 {
    use chrono::Datelike;
    if to < from {
        return -months_between(to, from);
    }
    let of = |at: NaiveDateTime| i64::from(at.year()) * 12 + i64::from(at.month0());
    let months = of(to) - of(from);
    // The last of them is not whole if it would end later.
    if months_later(from, months).is_some_and(|later| later > to) { months - 1 } else { months }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_iso_8601_are_days_weeks_and_months() {
        for (text, day) in [
            ("2020-05-11", "2020-05-11"),
            ("2020-W10", "2020-03-02"),
            ("2020-W10-3", "2020-03-04"),
            ("2020-123", "2020-05-02"),
            ("2020-05", "2020-05-01"),
            ("2020", "2020-01-01"),
        ] {
            assert_eq!(iso_date(text).map(|date| date.to_string()).as_deref(), Some(day), "{text}");
        }
        assert_eq!(iso_date("May"), None);
    }

    #[test]
    fn months_are_whole() {
        let at = |text: &str| text.parse::<NaiveDateTime>().unwrap();
        let between = |from, to| months_between(at(from), at(to));
        assert_eq!(between("2020-01-31T00:00:00", "2020-02-29T00:00:00"), 1);
        assert_eq!(between("2020-01-15T12:00:00", "2020-02-15T11:59:59"), 0);
        assert_eq!(between("2020-02-15T12:00:00", "2020-01-15T12:00:00"), -1);
    }
}
