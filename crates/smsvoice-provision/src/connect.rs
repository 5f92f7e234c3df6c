//! Clients of AWS: where they connect to, in which region, with whose credentials.

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use std::time::Duration;
use url::{Host, Url};

/// What a command was told about AWS. What it was not told comes from the standard `AWS_*` variables and the profile.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// For every service; before `AWS_ENDPOINT_URL_<SERVICE>` and `AWS_ENDPOINT_URL`.
    pub endpoint_url: Option<String>,
    /// Before `AWS_REGION` and the profile's.
    pub region: Option<String>,
    /// Before `AWS_PROFILE`.
    pub profile: Option<String>,
}

/// The region of an emulator for which nobody named one.
pub const REGION_OF_EMULATOR: &str = "us-east-1";

/// How long one attempt may take. Creating a destination makes AWS try the role, which takes seconds.
const ATTEMPT: Duration = Duration::from_secs(30);

impl Connection {
    /// The configuration that SDK clients are made from. `var` looks up a variable of the environment.
    ///
    /// A server on this machine's loopback is no AWS: it is sent no credentials but those that were given in variables or
    /// by a profile, and needs none.
    pub async fn sdk_config(&self, var: impl Fn(&str) -> Option<String>) -> SdkConfig {
        let https = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).build();
        // Calls are repeated by our own code alone, which keeps the pace and says why.
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(https)
            .timeout_config(timeouts)
            .retry_config(RetryConfig::disabled());
        let set = |name: &str| var(name).is_some_and(|value| !value.is_empty());
        let identified = self.profile.is_some() || ["AWS_ACCESS_KEY_ID", "AWS_PROFILE"].into_iter().any(set);
        if is_local(self, &var) && !identified {
            loader = loader.test_credentials();
        }
        if let Some(url) = &self.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        match self.region.clone() {
            Some(region) => loader.region(Region::new(region)).load().await,
            None => loader.load().await,
        }
    }
}

/// The same configuration with this region, if it has none.
#[must_use]
pub fn with_region(config: SdkConfig, region: &str) -> SdkConfig {
    if config.region().is_some() {
        return config;
    }
    config.into_builder().region(Region::new(region.to_owned())).build()
}

/// Whether calls go to this machine.
pub fn is_local(connection: &Connection, var: impl Fn(&str) -> Option<String>) -> bool {
    let endpoint = connection.endpoint_url.clone().or_else(|| {
        let names = ["AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2", "AWS_ENDPOINT_URL"];
        names.into_iter().find_map(|name| var(name).filter(|url| !url.is_empty()))
    });
    endpoint.as_deref().is_some_and(is_loopback)
}

/// Whether a URL leads to this machine.
pub fn is_loopback(url: &str) -> bool {
    match Url::parse(url).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_this_machine_alone() {
        for local in ["127.0.0.1:7070", "localhost:1", "[::1]:80", "sms.localhost"] {
            assert!(is_loopback(&format!("http://{local}")), "{local}");
        }
        for other in ["sms-voice.eu-west-1.amazonaws.com", "127.0.0.1.example", "10.0.0.1", "localhost.example"] {
            assert!(!is_loopback(&format!("https://{other}")), "{other}");
        }
        assert!(!is_loopback("127.0.0.1:7070") && !is_loopback("nonsense"), "no URLs");
    }
}
