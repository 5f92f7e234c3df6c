//! The scheduled mode: whether somebody pumps traffic. The function carries no query engine; it has Athena run the prepared
//! statement that the deployment made of the same SQL as the command's, and judges the counts by the same code.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::Region;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_sns::error::DisplayErrorContext;
use chrono::{DateTime, DurationRound as _, NaiveDateTime, TimeDelta, Utc};
use serde_json::Value;
use smsvoice_athena::{Asking, AthenaError, AthenaSettings, Pace};
use smsvoice_watch::{Hour, Prefixes, Thresholds, Watched};
use thiserror::Error;

use crate::aws::sdk_config;

/// What is watched, and who is told.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchSettings {
    /// The workgroup that has the prepared statement `pumping_between`.
    pub workgroup: String,
    /// The database that has the lake's tables.
    pub database: String,
    /// How many whole hours are judged, the last before now.
    pub hours: u32,
    /// What is taken for a sign.
    pub thresholds: Thresholds,
    /// The ARN of the topic that is told of signs.
    pub topic: Option<String>,
}

/// The prepared statement that counts messages by country and hour. Its parameters are a first instant, and one before which
/// it ends.
const STATEMENT: &str = "pumping_between";

/// Kept of the time that is left: stopping the query, and the reply.
const FOR_THE_END: Duration = Duration::from_secs(3);

/// Why nothing is told of pumping.
#[derive(Debug, Error)]
pub enum WatchError {
    /// The input asks for it, and the settings do not.
    #[error("the input asks the function to watch, but SMSVOICE_WATCH_WORKGROUP is not set")]
    NotSet,
    /// Athena did not answer.
    #[error(transparent)]
    Athena(#[from] AthenaError),
    /// What it answered is no count of hours.
    #[error("the answer of {STATEMENT} cannot be read: {0}")]
    Answer(String),
    /// The function has no more time.
    #[error(
        "Athena had not answered after {seconds} s, and the query was stopped; give the function more time, or judge by fewer past-days"
    )]
    TooSlow {
        /// How long it was waited for.
        seconds: u64,
    },
    /// There are signs, and nobody heard of them.
    #[error("the topic {topic} was not told of {signs} signs of pumping: {problem}")]
    Topic {
        /// Its ARN.
        topic: String,
        /// How many there are.
        signs: usize,
        /// Why.
        problem: String,
    },
}

impl WatchError {
    /// The error's name in Lambda's own log and metrics.
    pub const fn error_type(&self) -> &'static str {
        match self {
            Self::NotSet => "NotWatching",
            Self::Athena(_) | Self::Answer(_) => "Athena",
            Self::TooSlow { .. } => "TooSlow",
            Self::Topic { .. } => "TopicNotTold",
        }
    }
}

/// Whether an invocation's payload is the one that asks to watch: `{"smsvoice":"watch"}`, and nothing beside it.
pub fn asks_to_watch(payload: &str) -> bool {
    // A batch of thousands of events is not read twice to find out.
    payload.len() <= 64
        && serde_json::from_str::<Value>(payload).is_ok_and(|value| value == serde_json::json!({"smsvoice": "watch"}))
}

/// Watches a lake.
#[derive(Debug)]
pub struct Watch {
    asking: Asking,
    sns: aws_sdk_sns::Client,
    lake: String,
    settings: WatchSettings,
}

impl Watch {
    /// One that asks and tells by the standard `AWS_*` variables. Nothing is sent yet.
    pub async fn new(lake: &str, settings: WatchSettings) -> Self {
        let limits = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .operation_attempt_timeout(Duration::from_secs(10))
            .build();
        let config = sdk_config(limits).await;
        let asked = AthenaSettings {
            workgroup: settings.workgroup.clone(),
            catalog: "AwsDataCatalog".to_owned(),
            database: settings.database.clone(),
            output_location: None,
            reuse_minutes: None,
        };
        let region =
            settings.topic.as_deref().and_then(|arn| arn.split(':').nth(3)).filter(|region| !region.is_empty());
        let sns = aws_sdk_sns::config::Builder::from(&config);
        let sns = region.into_iter().fold(sns, |sns, region| sns.region(Region::new(region.to_owned()))).build();
        let asking = Asking::new(&config, asked, Pace::default());
        Self { asking, sns: aws_sdk_sns::Client::from_conf(sns), lake: lake.to_owned(), settings }
    }

    /// Judges the last whole hours before `now`, within the time that is left.
    pub async fn look(&self, now: DateTime<Utc>, time_left: Duration) -> Result<Watched, WatchError> {
        let until = now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now);
        let since = until - TimeDelta::hours(i64::from(self.settings.hours));
        let first = since - TimeDelta::days(i64::from(self.settings.thresholds.days));
        let instant = |at: DateTime<Utc>| at.format("'%Y-%m-%d %H:%M:%S'");
        let sql = format!("EXECUTE {STATEMENT} USING {}, {}", instant(first), instant(until));
        let patience = time_left.saturating_sub(FOR_THE_END);
        let Ok(answer) = tokio::time::timeout(patience, self.asking.rows(&sql)).await else {
            // What nobody waits for any more is not to go on costing; stopping it has its own limit.
            let _ = tokio::time::timeout(FOR_THE_END / 2, self.asking.cancel()).await;
            return Err(WatchError::TooSlow { seconds: patience.as_secs() });
        };
        let (columns, rows) = answer?;
        let hours = hours(&columns, &rows).map_err(WatchError::Answer)?;
        Ok(Watched::judged(&hours, since, until, &self.settings.thresholds))
    }

    /// Publishes signs, if there are some and a topic is set; returns the reply.
    pub async fn tell(&self, watched: &Watched) -> Result<Value, WatchError> {
        if let Some(topic) = self.settings.topic.as_ref().filter(|_| !watched.signs.is_empty()) {
            let (subject, message) = watched.message(&self.lake);
            let sent = self.sns.publish().topic_arn(topic).subject(subject).message(message).send().await;
            sent.map_err(|error| WatchError::Topic {
                topic: topic.clone(),
                signs: watched.signs.len(),
                problem: DisplayErrorContext(error).to_string(),
            })?;
        }
        Ok(watched.json(&self.lake))
    }
}

/// The rows of an answer, by the names of their columns.
fn hours(columns: &[String], rows: &[Vec<Option<String>>]) -> Result<Vec<Hour>, String> {
    let hour = |row: &Vec<Option<String>>| {
        let row: BTreeMap<&str, Option<&str>> =
            columns.iter().map(String::as_str).zip(row.iter().map(Option::as_deref)).collect();
        let cell = |name: &str| row.get(name).copied().ok_or_else(|| format!("it has no column {name}"));
        let some = |name: &str| cell(name)?.ok_or_else(|| format!("{name} is null"));
        let count = |name: &str| {
            let text = some(name)?;
            text.parse::<u64>().map_err(|_| format!("{name} is {text:?}"))
        };
        let prefixes = match cell("largest")? {
            Some(_) => {
                Some(Prefixes { largest: count("largest")?, name: cell("prefix")?.unwrap_or_default().to_owned() })
            }
            None => None,
        };
        Ok(Hour {
            country: some("country")?.to_owned(),
            at: instant(some("hour")?)?,
            messages: count("messages")?,
            concluded: count("concluded")?,
            arrived: count("arrived")?,
            confirmed: count("confirmed")?,
            prefixes,
        })
    };
    rows.iter().map(hour).collect()
}

/// As Athena writes it; a time without a zone is UTC.
fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let local = text.trim_end_matches(" UTC");
    let at = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M:%S%.f");
    at.map(|at| at.and_utc()).map_err(|_| format!("hour is {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_documented_input_asks_to_watch() {
        for asks in [r#"{"smsvoice":"watch"}"#, " { \"smsvoice\" : \"watch\" } "] {
            assert!(asks_to_watch(asks), "{asks}");
        }
        for other in [
            r#"{"smsvoice":"watch","hours":3}"#,
            r#"{"smsvoice":"look"}"#,
            r#"{"smsvoice":true}"#,
            r#"[{"smsvoice":"watch"}]"#,
            "{}",
            "watch",
            "",
        ] {
            assert!(!asks_to_watch(other), "{other}");
        }
    }

    fn table(row: &[Option<&str>]) -> Result<Vec<Hour>, String> {
        let columns = ["country", "hour", "messages", "concluded", "arrived", "confirmed", "largest", "prefix"];
        hours(&columns.map(str::to_owned), &[row.iter().map(|cell| cell.map(str::to_owned)).collect()])
    }

    #[test]
    fn hours_are_read_as_athena_writes_them() {
        let counts = [Some("10"), Some("9"), Some("8"), Some("7")];
        for at in ["2026-11-02 08:00:00.000", "2026-11-02 08:00:00.000 UTC"] {
            let row = [&[Some(""), Some(at)][..], &counts, &[Some("5"), Some("v1:0a")]].concat();
            let hour = table(&row).unwrap().remove(0);
            assert_eq!((hour.country.as_str(), hour.at.to_rfc3339()), ("", "2026-11-02T08:00:00+00:00".to_owned()));
            assert_eq!([hour.messages, hour.concluded, hour.arrived, hour.confirmed], [10, 9, 8, 7]);
            assert_eq!(hour.prefixes, Some(Prefixes { largest: 5, name: "v1:0a".to_owned() }));
        }
        let at = Some("2026-11-02 08:00:00.000");
        assert_eq!(table(&[&[Some("DE"), at][..], &counts, &[None, None]].concat()).unwrap()[0].prefixes, None);
        let other = table(&[&[Some("DE"), Some("8 o'clock")][..], &counts, &[None, None]].concat());
        assert_eq!(other.unwrap_err(), "hour is \"8 o'clock\"");
        assert_eq!(table(&[Some("DE"), at, Some("ten")]).unwrap_err(), "it has no column largest");
    }
}
