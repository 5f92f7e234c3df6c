//! Partition projection: how Athena, and Trino with Athena's settings, know a table's partitions without a catalogue of
//! them. (Athena User Guide, "Use partition projection with Amazon Athena"; there bounds are inclusive.)

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use smsvoice_event::Channel;
use smsvoice_lake::Table;

use super::{FIRST_DAY, TablesOf};

/// The days of which a table has partitions, the first and the last included. A row of a day outside is in the lake, but
/// in no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayRange {
    /// The first one.
    pub first: NaiveDate,
    /// The last one.
    pub last: LastDay,
}

/// The last day of which a table has partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastDay {
    /// The day after the query's own (UTC), for clocks that are ahead. A query without a condition on `dt` looks into
    /// each day's folder of each channel, so days that nobody has reached yet would cost without an answer.
    Tomorrow,
    /// This day.
    On(NaiveDate),
}

impl Default for DayRange {
    /// From 2026-01-01 to tomorrow.
    fn default() -> Self {
        Self { first: FIRST_DAY, last: LastDay::Tomorrow }
    }
}

impl fmt::Display for LastDay {
    /// As projection writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tomorrow => f.write_str("NOW+1DAYS"),
            Self::On(day) => day.fmt(f),
        }
    }
}

impl FromStr for LastDay {
    type Err = chrono::ParseError;

    /// `tomorrow`, or a day.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "tomorrow" { Ok(Self::Tomorrow) } else { text.parse().map(Self::On) }
    }
}

/// The projection of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Projection {
    /// The values of `channel`; none for a table that has no such folders.
    pub channels: Vec<&'static str>,
    /// The first day and the last one, as projection writes them.
    pub days: [String; 2],
    /// The folder of a partition, with `${channel}` and `${dt}` for the values. It ends in a slash.
    pub template: String,
}

impl Projection {
    /// That of a table of this lake.
    pub fn of(table: Table, lake: &TablesOf) -> Self {
        let folders = TablesOf::partition_columns(table).iter().map(|column| format!("{column}=${{{column}}}/"));
        Self {
            channels: match table {
                Table::Events => Channel::ALL.iter().map(|channel| channel.as_str()).collect(),
                Table::Quarantine => Vec::new(),
            },
            days: [lake.days.first.to_string(), lake.days.last.to_string()],
            template: lake.location(table) + &folders.collect::<String>(),
        }
    }

    /// As properties of a table in Hive's catalogue and in Glue. A list has no white space, which would be part of its
    /// values.
    pub fn properties(&self) -> Vec<(&'static str, String)> {
        let [first, last] = &self.days;
        let mut properties = vec![("projection.enabled", "true".to_owned())];
        if !self.channels.is_empty() {
            properties.push(("projection.channel.type", "enum".to_owned()));
            properties.push(("projection.channel.values", self.channels.join(",")));
        }
        properties.extend([
            ("projection.dt.type", "date".to_owned()),
            ("projection.dt.format", "yyyy-MM-dd".to_owned()),
            ("projection.dt.range", format!("{first},{last}")),
            ("projection.dt.interval", "1".to_owned()),
            ("projection.dt.interval.unit", "DAYS".to_owned()),
            ("storage.location.template", self.template.clone()),
        ]);
        properties
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use smsvoice_event::{Event, EventTime};
    use smsvoice_lake::{Partition, TablePartition};

    use super::*;

    /// All folders that the projection names.
    fn folders(projection: &Projection) -> BTreeSet<String> {
        let [first, last] = projection.days.each_ref().map(|day| day.parse::<NaiveDate>().unwrap());
        let days = first.iter_days().take_while(|day| *day <= last);
        let channels: Vec<&str> = if projection.channels.is_empty() { vec![""] } else { projection.channels.clone() };
        days.flat_map(|day| {
            let fill =
                |channel: &&str| projection.template.replace("${channel}", channel).replace("${dt}", &day.to_string());
            channels.iter().map(fill).collect::<Vec<_>>()
        })
        .collect()
    }

    #[test]
    fn projection_over_the_writers_own_bounds_names_every_partition_it_can_write_and_no_other() {
        let days = DayRange { first: EventTime::FIRST.date(), last: LastDay::On(EventTime::LAST.date()) };
        let lake = TablesOf::new("s3://bucket/sms", days);
        let day = |at: EventTime| at.date();
        let written: BTreeSet<String> = day(EventTime::FIRST)
            .iter_days()
            .take_while(|date| *date <= day(EventTime::LAST))
            .flat_map(|date| Channel::ALL.iter().map(move |channel| Partition { channel: *channel, date }))
            .map(|partition| format!("s3://bucket/sms/{}/", TablePartition::Events(partition)))
            .collect();
        assert_eq!(folders(&Projection::of(Table::Events, &lake)), written);
        let quarantined = TablePartition::Quarantine(day(EventTime::FIRST));
        assert!(
            folders(&Projection::of(Table::Quarantine, &lake)).contains(&format!("s3://bucket/sms/{quarantined}/"))
        );
    }

    #[test]
    fn event_of_a_type_that_nobody_knows_is_in_a_partition_that_is_projected() {
        let event = r#"{"eventType":"FAX_SENT","messageId":"m","eventTimestamp":1795305600000}"#;
        let partition = Partition::of(&Event::parse(event).unwrap());
        let projection = Projection::of(Table::Events, &TablesOf::new("s3://bucket", DayRange::default()));
        assert!(projection.channels.contains(&partition.channel.as_str()), "{partition}");
        assert!(partition.date >= DayRange::default().first);
    }

    #[test]
    fn last_day_is_a_day_or_tomorrow() {
        assert_eq!("tomorrow".parse(), Ok(LastDay::Tomorrow));
        assert_eq!(LastDay::Tomorrow.to_string(), "NOW+1DAYS");
        assert_eq!("2027-01-31".parse::<LastDay>().unwrap().to_string(), "2027-01-31");
        assert!("yesterday".parse::<LastDay>().is_err());
    }
}
