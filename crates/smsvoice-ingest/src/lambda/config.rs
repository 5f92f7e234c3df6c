//! The function's settings: `SMSVOICE_*` variables, each checked before the first event, in this one place.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::settings::{Asked, Setting, SettingError, Wanted};

/// Everything the function can be told. Storage, credentials, region and endpoints are the standard `AWS_*` variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `SMSVOICE_LAKE`: the lake's URL.
    pub lake: String,
    /// How events are read, and what is stored of them: as for `replay`.
    pub wanted: Wanted,
    /// `SMSVOICE_LOG`: the log level.
    pub log: LogLevel,
    /// `SMSVOICE_NAMESPACE`: the CloudWatch namespace of the metrics.
    pub namespace: String,
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

/// All variables that the function knows.
fn names() -> Vec<&'static str> {
    let shared = Setting::ALL.iter().map(|setting| setting.variable());
    [LAKE].into_iter().chain(shared).chain([LOG, NAMESPACE]).collect()
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
    fn every_error_names_variable_value_and_what_is_accepted() {
        let lake = (LAKE, "s3://b/p");
        let mut errors = String::new();
        for vars in [
            &[][..],
            &[lake, ("SMSVOICE_PHONE_NUMBERS", "hash")],
            &[lake, (LOG, "loud")],
            &[lake, ("SMSVOICE_PHONE_NUMBER", "mask")],
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
