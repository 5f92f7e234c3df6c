//! The key for hashes of telephone numbers: fetched once, and only if one is needed.

use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use thiserror::Error;

use crate::aws::sdk_config;

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

/// Why a key cannot be used. No message repeats the key.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("the file {path} cannot be read")]
    File {
        /// As given.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The variable is not set.
    #[error("the variable {name} is not set")]
    Variable {
        /// Its name.
        name: String,
    },
    /// Secrets Manager refuses, or does not answer.
    #[error("the secret {arn} cannot be read from Secrets Manager")]
    Secret {
        /// The secret.
        arn: String,
        /// What AWS says.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The secret has neither text nor bytes.
    #[error("the secret {arn} is empty")]
    Empty {
        /// The secret.
        arn: String,
    },
    /// The key is too short to keep anything secret.
    #[error("the key has {len} bytes; it needs 16 or more. `openssl rand -hex 32` makes one")]
    Short {
        /// Its length in bytes.
        len: usize,
    },
    /// The key is one byte again and again.
    #[error("the key repeats one character. `openssl rand -hex 32` makes one that nobody guesses")]
    Guessable,
    /// A JSON object, as the console of Secrets Manager makes of a key-value pair.
    #[error("the key is a JSON object; store the key alone, as plain text, not as a key-value pair")]
    Json,
}

/// A key shorter than this can be guessed.
const MIN_BYTES: usize = 16;

impl KeySource {
    /// Reads where a key is kept: a Secrets Manager ARN, `file:PATH` or `env:NAME`.
    pub fn of(value: &str) -> Option<Self> {
        if value.starts_with("arn:") && value.contains(":secretsmanager:") {
            return Some(Self::Secret(value.to_owned()));
        }
        match value.split_once(':') {
            Some(("file", path)) if !path.is_empty() => Some(Self::File(path.to_owned())),
            Some(("env", name)) if !name.is_empty() => Some(Self::Variable(name.to_owned())),
            _ => None,
        }
    }

    /// The key's bytes; and the version that AWS keeps a secret under, so that a rotated key is told from the one before.
    pub(super) async fn read(&self, vars: &BTreeMap<String, String>) -> Result<(Vec<u8>, Option<String>), KeyError> {
        let (key, version) = match self {
            Self::File(path) => {
                let key = std::fs::read(path).map_err(|source| KeyError::File { path: path.clone(), source })?;
                (key, None)
            }
            Self::Variable(name) => {
                let key = vars.get(name).ok_or_else(|| KeyError::Variable { name: name.clone() })?;
                (key.clone().into_bytes(), None)
            }
            Self::Secret(arn) => secret(arn).await?,
        };
        let key = key.trim_ascii();
        match key.first() {
            Some(b'{') if key.last() == Some(&b'}') => Err(KeyError::Json),
            _ if key.len() < MIN_BYTES => Err(KeyError::Short { len: key.len() }),
            Some(first) if key.iter().all(|byte| byte == first) => Err(KeyError::Guessable),
            _ => Ok((key.to_vec(), version)),
        }
    }
}

/// The start of a function has ten seconds for everything.
fn time_limits() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(3))
        .operation_timeout(Duration::from_secs(7))
        .build()
}

async fn secret(arn: &str) -> Result<(Vec<u8>, Option<String>), KeyError> {
    let config = sdk_config(time_limits()).await;
    let secrets = aws_sdk_secretsmanager::Client::new(&config);
    let secret = secrets.get_secret_value().secret_id(arn).send().await;
    let secret = secret
        .map_err(|error| KeyError::Secret { arn: arn.to_owned(), source: Box::new(error.into_service_error()) })?;
    match (secret.secret_string, secret.secret_binary) {
        (Some(text), _) => Ok((text.into_bytes(), secret.version_id)),
        (None, Some(binary)) => Ok((binary.into_inner(), secret.version_id)),
        (None, None) => Err(KeyError::Empty { arn: arn.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(key: &str) -> Result<Vec<u8>, String> {
        let vars = BTreeMap::from([("KEY".to_owned(), key.to_owned())]);
        let read = KeySource::Variable("KEY".to_owned()).read(&vars).await;
        read.map(|(key, _)| key).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn keys_that_protect_nothing_are_refused_without_being_told() {
        assert_eq!(read(" 0123456789abcdef\n").await.unwrap(), b"0123456789abcdef");
        for (key, word) in [
            ("secret!", "7 bytes"),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "repeats"),
            (r#"{"key":"0123456789abcdef"}"#, "plain text"),
        ] {
            let error = read(key).await.unwrap_err();
            assert!(error.contains(word) && !error.contains(key), "{error}");
        }
    }
}
