//! The function's settings: `SMSVOICE_*` variables, each checked before the first event, in this one place.

use std::collections::{BTreeMap, BTreeSet};

use smsvoice_lake::schema::context_column;
use thiserror::Error;

use crate::settings::RouteDefaults;

/// Everything the function can be told. Storage, credentials, region and endpoints are the standard `AWS_*` variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `SMSVOICE_LAKE`: the lake's URL.
    pub lake: String,
    /// `SMSVOICE_PHONE_NUMBERS`: how destination numbers are stored.
    pub phone_numbers: NumbersSetting,
    /// `SMSVOICE_PHONE_KEY`: where the key for `hmac` is.
    pub phone_key: Option<KeySource>,
    /// `SMSVOICE_PHONE_KEY_VERSION`: the name of its version; of a secret, by default, the version AWS gave it.
    pub phone_key_version: Option<String>,
    /// `SMSVOICE_ORIGINATION`: whether origination numbers are treated like destination numbers.
    pub origination_too: bool,
    /// `SMSVOICE_CONTEXT_COLUMNS`: context keys that get a column of their own.
    pub context_columns: Vec<String>,
    /// `SMSVOICE_ROUTES`: configuration set and account by the ARN of the queue, stream or topic.
    pub routes: BTreeMap<String, RouteDefaults>,
    /// `SMSVOICE_LOG`: the log level.
    pub log: LogLevel,
    /// `SMSVOICE_NAMESPACE`: the CloudWatch namespace of the metrics.
    pub namespace: String,
}

/// How telephone numbers are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NumbersSetting {
    /// As they were sent.
    Plain,
    /// As a keyed hash.
    Hmac,
    /// Country code and last two digits.
    #[default]
    Mask,
    /// Not at all.
    Drop,
}

/// Where a key is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// A secret of AWS Secrets Manager, by its ARN.
    Secret(String),
    /// A file.
    File(String),
    /// A variable, whose name this is.
    Variable(String),
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
    /// A variable that has to be set is not.
    #[error("{name} is not set; expected {expected}")]
    Missing {
        /// The variable.
        name: &'static str,
        /// What it takes.
        expected: &'static str,
    },
    /// A value is none of those accepted.
    #[error("{name} is {value:?}; expected {expected}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it takes.
        expected: &'static str,
    },
    /// A `SMSVOICE_` variable that means nothing: misspelt, most likely.
    #[error("{name} is no setting of smsvoice; there are {known}", known = NAMES.join(", "))]
    Unknown {
        /// The variable.
        name: String,
    },
}

const LAKE: &str = "SMSVOICE_LAKE";
const PHONE_NUMBERS: &str = "SMSVOICE_PHONE_NUMBERS";
const PHONE_KEY: &str = "SMSVOICE_PHONE_KEY";
const PHONE_KEY_VERSION: &str = "SMSVOICE_PHONE_KEY_VERSION";
const ORIGINATION: &str = "SMSVOICE_ORIGINATION";
const CONTEXT_COLUMNS: &str = "SMSVOICE_CONTEXT_COLUMNS";
const ROUTES: &str = "SMSVOICE_ROUTES";
const LOG: &str = "SMSVOICE_LOG";
const NAMESPACE: &str = "SMSVOICE_NAMESPACE";
const NAMES: [&str; 9] =
    [LAKE, PHONE_NUMBERS, PHONE_KEY, PHONE_KEY_VERSION, ORIGINATION, CONTEXT_COLUMNS, ROUTES, LOG, NAMESPACE];

impl Config {
    /// Reads the settings from the environment's variables; those of others are left alone.
    pub fn from_vars(vars: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let vars: BTreeMap<String, String> =
            vars.into_iter().filter(|(name, _)| name.starts_with("SMSVOICE_")).collect();
        if let Some(name) = vars.keys().find(|name| !NAMES.contains(&name.as_str())) {
            return Err(ConfigError::Unknown { name: name.clone() });
        }
        let var = |name| vars.get(name).map(String::as_str).filter(|value| !value.is_empty());
        let lake = "the lake's URL, s3://bucket/prefix";
        let config = Self {
            lake: var(LAKE).ok_or(ConfigError::Missing { name: LAKE, expected: lake })?.to_owned(),
            phone_numbers: one_of(PHONE_NUMBERS, var(PHONE_NUMBERS), "plain, hmac, mask or drop", |word| match word {
                "plain" => Some(NumbersSetting::Plain),
                "hmac" => Some(NumbersSetting::Hmac),
                "mask" => Some(NumbersSetting::Mask),
                "drop" => Some(NumbersSetting::Drop),
                _ => None,
            })?,
            phone_key: var(PHONE_KEY).map(key_source).transpose()?,
            phone_key_version: var(PHONE_KEY_VERSION).map(str::to_owned),
            origination_too: one_of(
                ORIGINATION,
                var(ORIGINATION),
                "plain, or same (as SMSVOICE_PHONE_NUMBERS)",
                |word| match word {
                    "plain" => Some(false),
                    "same" => Some(true),
                    _ => None,
                },
            )?,
            context_columns: var(CONTEXT_COLUMNS).map(context_columns).transpose()?.unwrap_or_default(),
            routes: var(ROUTES).map(routes).transpose()?.unwrap_or_default(),
            log: one_of(LOG, var(LOG), "error, warn, info, debug or trace", |word| {
                [LogLevel::Error, LogLevel::Warn, LogLevel::Info, LogLevel::Debug, LogLevel::Trace]
                    .into_iter()
                    .find(|level| level.as_str() == word)
            })?,
            namespace: var(NAMESPACE).unwrap_or("smsvoice").to_owned(),
        };
        if config.phone_numbers == NumbersSetting::Hmac && config.phone_key.is_none() {
            return Err(ConfigError::Missing { name: PHONE_KEY, expected: KEY_EXPECTED });
        }
        Ok(config)
    }
}

const KEY_EXPECTED: &str =
    "with SMSVOICE_PHONE_NUMBERS=hmac: a Secrets Manager ARN (arn:aws:secretsmanager:…), file:PATH or env:NAME";

fn one_of<T: Default>(
    name: &'static str,
    value: Option<&str>,
    expected: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, ConfigError> {
    let Some(value) = value else { return Ok(T::default()) };
    read(value).ok_or_else(|| ConfigError::Invalid { name, value: value.to_owned(), expected })
}

fn key_source(value: &str) -> Result<KeySource, ConfigError> {
    if value.starts_with("arn:") && value.contains(":secretsmanager:") {
        return Ok(KeySource::Secret(value.to_owned()));
    }
    match value.split_once(':') {
        Some(("file", path)) if !path.is_empty() => Ok(KeySource::File(path.to_owned())),
        Some(("env", name)) if !name.is_empty() => Ok(KeySource::Variable(name.to_owned())),
        _ => Err(ConfigError::Invalid { name: PHONE_KEY, value: value.to_owned(), expected: KEY_EXPECTED }),
    }
}

fn context_columns(value: &str) -> Result<Vec<String>, ConfigError> {
    let keys: Vec<String> = value.split(',').map(|key| key.trim().to_owned()).collect();
    let valid = |key: &String| !key.is_empty() && key.len() <= 100 && !key.contains(char::is_whitespace);
    let names: BTreeSet<String> = keys.iter().map(|key| context_column(key)).collect();
    if keys.len() <= 20 && keys.iter().all(valid) && names.len() == keys.len() {
        return Ok(keys);
    }
    let expected = "up to 20 context keys, separated by commas, whose columns have different names";
    Err(ConfigError::Invalid { name: CONTEXT_COLUMNS, value: value.to_owned(), expected })
}

/// `ARN=configuration-set`, `ARN=configuration-set@account` or `ARN=@account`, separated by commas.
fn routes(value: &str) -> Result<BTreeMap<String, RouteDefaults>, ConfigError> {
    let expected = "ARN=configuration-set, ARN=configuration-set@account or ARN=@account, separated by commas";
    let route = |entry: &str| {
        let (arn, rest) = entry.trim().split_once('=')?;
        let (set, account) = rest.split_once('@').unwrap_or((rest, ""));
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let account_is_valid = account.is_empty() || account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        let set_is_valid = set.len() <= 64 && set.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
        let valid = arn.starts_with("arn:") && account_is_valid && set_is_valid && !rest.is_empty();
        valid.then(|| (arn.to_owned(), RouteDefaults { configuration_set: some(set), account_id: some(account) }))
    };
    let routes = value.split(',').map(route).collect::<Option<_>>();
    routes.ok_or_else(|| ConfigError::Invalid { name: ROUTES, value: value.to_owned(), expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(vars: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_vars(vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn unset_numbers_are_masked() {
        let config = config(&[(LAKE, "s3://b/p"), ("PATH", "/bin")]).unwrap();
        assert_eq!(
            (config.phone_numbers, config.log, config.origination_too),
            (NumbersSetting::Mask, LogLevel::Info, false)
        );
    }

    #[test]
    fn every_error_names_variable_value_and_what_is_accepted() {
        let lake = (LAKE, "s3://b/p");
        let mut errors = String::new();
        for vars in [
            &[][..],
            &[lake, (PHONE_NUMBERS, "hash")],
            &[lake, (PHONE_NUMBERS, "hmac")],
            &[lake, (PHONE_KEY, "secret")],
            &[lake, (ORIGINATION, "yes")],
            &[lake, (CONTEXT_COLUMNS, "a,,b")],
            &[lake, (ROUTES, "queue=set")],
            &[lake, (ROUTES, "arn:aws:sqs:us-east-1:1:q=set@12")],
            &[lake, (LOG, "loud")],
            &[lake, ("SMSVOICE_PHONE_NUMBER", "mask")],
        ] {
            errors += &format!("{}\n", config(vars).unwrap_err());
        }
        insta::assert_snapshot!(errors);
    }

    #[test]
    fn routes_name_configuration_set_and_account() {
        let arn = "arn:aws:sqs:us-east-1:111122223333:otp";
        let config =
            config(&[(LAKE, "x"), (ROUTES, &format!("{arn}=otp@444455556666, {arn}-2=@111122223333"))]).unwrap();
        assert_eq!(config.routes[arn].configuration_set.as_deref(), Some("otp"));
        assert_eq!(
            config.routes[&format!("{arn}-2")],
            RouteDefaults { configuration_set: None, account_id: Some("111122223333".into()) }
        );
    }

    #[test]
    fn the_readme_has_every_variable() {
        for name in NAMES {
            assert!(include_str!("../../README.md").contains(&format!("| `{name}` |")), "{name}");
        }
    }
}
