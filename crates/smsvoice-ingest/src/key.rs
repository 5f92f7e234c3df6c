//! The key for telephone numbers, fetched once a sandbox, and only if one is needed.

use anyhow::Context;
use aws_config::BehaviorVersion;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use smsvoice_ingest::lambda::{Config, KeySource, NumbersSetting};
use smsvoice_ingest::{PhoneKey, PhoneNumbers};

/// A key shorter than this can be guessed.
const MIN_KEY_BYTES: usize = 16;

pub(crate) async fn phone_numbers(config: &Config) -> anyhow::Result<PhoneNumbers> {
    let source = match (config.phone_numbers, &config.phone_key) {
        (NumbersSetting::Plain, _) => return Ok(PhoneNumbers::Plain),
        (NumbersSetting::Mask, _) => return Ok(PhoneNumbers::Mask),
        (NumbersSetting::Drop, _) => return Ok(PhoneNumbers::Drop),
        (NumbersSetting::Hmac, source) => source.as_ref().context("no key is named")?,
    };
    let (key, version) = match source {
        KeySource::File(path) => (std::fs::read(path).with_context(|| path.clone())?, None),
        KeySource::Variable(name) => (std::env::var(name).with_context(|| name.clone())?.into_bytes(), None),
        KeySource::Secret(arn) => secret(arn).await?,
    };
    let key = key.trim_ascii();
    anyhow::ensure!(key.len() >= MIN_KEY_BYTES, "the key has {} bytes; it needs {MIN_KEY_BYTES} or more", key.len());
    let version = config.phone_key_version.clone().or(version).unwrap_or_else(|| "v1".to_owned());
    Ok(PhoneNumbers::Hmac(PhoneKey::new(version, key)))
}

/// A secret's bytes and the version AWS keeps it under, so that a rotated key is told from the one before.
async fn secret(arn: &str) -> anyhow::Result<(Vec<u8>, Option<String>)> {
    let client = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(client).load().await;
    let secrets = aws_sdk_secretsmanager::Client::new(&config);
    let secret = secrets.get_secret_value().secret_id(arn).send().await;
    let secret = secret.with_context(|| arn.to_owned())?;
    let key = match (secret.secret_string, secret.secret_binary) {
        (Some(text), _) => text.into_bytes(),
        (None, Some(binary)) => binary.into_inner(),
        (None, None) => anyhow::bail!("the secret {arn} is empty"),
    };
    Ok((key, secret.version_id))
}
