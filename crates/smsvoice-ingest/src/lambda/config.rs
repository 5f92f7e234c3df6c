//! The function's settings: `SMSVOICE_*` variables, each checked before the first event, in this one place.

use std::collections::BTreeMap;

use smsvoice_watch::{Thresholds, ThresholdsError};
use thiserror::Error;

use super::watch::WatchSettings;
use crate::settings::{Asked, Setting, SettingError, Wanted};

/// Everything the function can be told. Storage, credentials, region and endpoints are the standard `AWS_*` variables.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// `SMSVOICE_LAKE`: the lake's URL.
    pub lake: String,
    /// How events are read, and what is stored of them: as for `replay`.
    pub wanted: Wanted,
    /// `SMSVOICE_LOG`: the log level.
    pub log: LogLevel,
    /// `SMSVOICE_NAMESPACE`: the CloudWatch namespace of the metrics.
    pub namespace: String,
    /// `SMSVOICE_WATCH_…`: what the scheduled mode does; none if the function has none.
    pub watch: Option<WatchSettings>,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)] // the words say it
pub enum LogLevel {
    Error,
    Warn,
    #[default]
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    const ALL: [Self; 5] = [Self::Error, Self::Warn, Self::Info, Self::Debug, Self::Trace];

    /// As `tracing` calls it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// A setting that cannot be meant.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// The lake is not named.
    #[error("{LAKE} is not set; expected the lake's URL, s3://bucket/prefix")]
    NoLake,
    /// The log level is none.
    #[error("{LOG} is {value:?}; expected error, warn, info, debug or trace")]
    Log {
        /// Its value.
        value: String,
    },
    /// Something is said about watching, but not by whom to ask.
    #[error("{name} is set, and {WATCH_WORKGROUP} is not; expected the Athena workgroup that the function asks")]
    WatchWithoutWorkgroup {
        /// The variable.
        name: &'static str,
    },
    /// A setting of watching.
    #[error("{name} is {value:?}; {problem}")]
    Watch {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
        /// What is wrong with it, and what it takes.
        problem: String,
    },
    /// Any other setting.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// A `SMSVOICE_` variable that means nothing: misspelt, most likely.
    #[error("{name} is no setting of smsvoice; there are {known}", known = names().join(", "))]
    Unknown {
        /// The variable.
        name: String,
    },
}

const LAKE: &str = "SMSVOICE_LAKE";
const LOG: &str = "SMSVOICE_LOG";
const NAMESPACE: &str = "SMSVOICE_NAMESPACE";
const WATCH_WORKGROUP: &str = "SMSVOICE_WATCH_WORKGROUP";
const WATCH_DATABASE: &str = "SMSVOICE_WATCH_DATABASE";
const WATCH_HOURS: &str = "SMSVOICE_WATCH_HOURS";
const WATCH_THRESHOLDS: &str = "SMSVOICE_WATCH_THRESHOLDS";
const WATCH_TOPIC: &str = "SMSVOICE_WATCH_TOPIC";

/// Receipts come late: an hour is judged again in the two runs after its first.
const HOURS: u32 = 3;

/// All variables that the function knows.
fn names() -> Vec<&'static str> {
    let shared = Setting::ALL.iter().map(|setting| setting.variable());
    let watch = [WATCH_WORKGROUP, WATCH_DATABASE, WATCH_HOURS, WATCH_THRESHOLDS, WATCH_TOPIC];
    [LAKE].into_iter().chain(shared).chain([LOG, NAMESPACE]).chain(watch).collect()
}

/// What the scheduled mode does, by what a variable says that is not empty.
fn watch<'v>(var: &impl Fn(&'static str) -> Option<&'v String>) -> Result<Option<WatchSettings>, ConfigError> {
    let Some(workgroup) = var(WATCH_WORKGROUP) else {
        let named =
            [WATCH_DATABASE, WATCH_HOURS, WATCH_THRESHOLDS, WATCH_TOPIC].into_iter().find(|name| var(name).is_some());
        return named.map_or(Ok(None), |name| Err(ConfigError::WatchWithoutWorkgroup { name }));
    };
    let refused = |name, value: &str, problem: String| ConfigError::Watch { name, value: value.to_owned(), problem };
    let hours = var(WATCH_HOURS).map_or(Ok(HOURS), |value| {
        let hours = value.parse().ok().filter(|hours| (1..=744).contains(hours));
        hours.ok_or_else(|| refused(WATCH_HOURS, value, "expected hours, from 1 to 744".to_owned()))
    });
    let thresholds = var(WATCH_THRESHOLDS).map_or(Ok(Thresholds::default()), |value| {
        value.parse().map_err(|error: ThresholdsError| refused(WATCH_THRESHOLDS, value, error.to_string()))
    });
    let topic = var(WATCH_TOPIC).map(|value| {
        let is_arn = value.starts_with("arn:") && value.split(':').nth(2) == Some("sns");
        let problem = "expected the ARN of an SNS topic, arn:aws:sns:…".to_owned();
        if is_arn { Ok(value.clone()) } else { Err(refused(WATCH_TOPIC, value, problem)) }
    });
    Ok(Some(WatchSettings {
        workgroup: workgroup.clone(),
        database: var(WATCH_DATABASE).map_or("smsvoice", |name| name).to_owned(),
        hours: hours?,
        thresholds: thresholds?,
        topic: topic.transpose()?,
    }))
}

impl Config {
    /// Reads the settings from the environment's variables; those of others are left alone.
    pub fn from_vars(vars: &BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let known = names();
        if let Some(name) = vars.keys().find(|name| name.starts_with("SMSVOICE_") && !known.contains(&name.as_str())) {
            return Err(ConfigError::Unknown { name: name.clone() });
        }
        let var = |name| vars.get(name).filter(|value| !value.is_empty());
        let log = var(LOG).map(|value| {
            let level = LogLevel::ALL.into_iter().find(|level| level.as_str() == value);
            level.ok_or_else(|| ConfigError::Log { value: value.clone() })
        });
        Ok(Self {
            lake: var(LAKE).ok_or(ConfigError::NoLake)?.clone(),
            wanted: Asked::from_vars(vars).read()?,
            log: log.transpose()?.unwrap_or_default(),
            watch: watch(&var)?,
            namespace: var(NAMESPACE).map_or("smsvoice", |name| name).to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(vars: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_vars(&vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn what_is_unset_has_its_default() {
        let config = config(&[(LAKE, "s3://b/p"), ("PATH", "/bin")]).unwrap();
        assert_eq!(
            (config.log, config.namespace.as_str(), config.wanted),
            (LogLevel::Info, "smsvoice", Wanted::default())
        );
    }

    #[test]
    fn what_is_watched_is_read_from_its_variables() {
        let lake = (LAKE, "s3://b/p");
        assert_eq!(config(&[lake]).unwrap().watch, None);
        let plain = config(&[lake, (WATCH_WORKGROUP, "sms")]).unwrap().watch.unwrap();
        assert_eq!((plain.database.as_str(), plain.hours, plain.topic), ("smsvoice", 3, None));
        let topic = "arn:aws:sns:eu-west-1:111122223333:on-call";
        let all = [
            lake,
            (WATCH_WORKGROUP, "sms"),
            (WATCH_DATABASE, "db"),
            (WATCH_HOURS, "24"),
            (WATCH_THRESHOLDS, "mads=7"),
            (WATCH_TOPIC, topic),
        ];
        let all = config(&all).unwrap().watch.unwrap();
        assert_eq!((all.database.as_str(), all.hours, all.topic.as_deref()), ("db", 24, Some(topic)));
        assert_eq!(all.thresholds, Thresholds { mads: 7.0, ..Thresholds::default() });
    }

    #[test]
    fn every_error_names_variable_value_and_what_is_accepted() {
        let lake = (LAKE, "s3://b/p");
        let mut errors = String::new();
        for vars in [
            &[][..],
            &[lake, ("SMSVOICE_PHONE_NUMBERS", "hash")],
            &[lake, (LOG, "loud")],
            &[lake, ("SMSVOICE_PHONE_NUMBER", "mask")],
            &[lake, (WATCH_TOPIC, "arn:aws:sns:eu-west-1:111122223333:on-call")],
            &[lake, (WATCH_WORKGROUP, "sms"), (WATCH_TOPIC, "on-call")],
            &[lake, (WATCH_WORKGROUP, "sms"), (WATCH_HOURS, "0")],
            &[lake, (WATCH_WORKGROUP, "sms"), (WATCH_THRESHOLDS, "mad=5")],
        ] {
            errors += &format!("{}\n", config(vars).unwrap_err());
        }
        insta::assert_snapshot!(errors);
    }

    #[test]
    fn the_readme_has_every_variable() {
        for name in names() {
            assert!(include_str!("../../README.md").contains(&format!("| `{name}`")), "{name}");
        }
    }
}
