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
const REGION_OF_EMULATOR: &str = "us-east-1";

/// How long one attempt may take. Creating a destination makes AWS try the role, which takes seconds.
const ATTEMPT: Duration = Duration::from_secs(30);

impl Connection {
    /// The configuration that SDK clients are made from. `var` looks up a variable of the environment.
    ///
    /// A server on this machine's loopback is no AWS: it is sent no credentials but those that were given in variables or
    /// by a profile, and needs none; nor does it need a region.
    pub async fn sdk_config(&self, var: impl Fn(&str) -> Option<String>) -> SdkConfig {
        let https = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).build();
        // Calls are repeated by our own code alone, which keeps the pace and says why.
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(https)
            .timeout_config(timeouts)
            .retry_config(RetryConfig::disabled());
        let set = |name: &str| var(name).is_some_and(|value| !value.is_empty());
        let endpoint = self.endpoint_url.clone().or_else(|| var("AWS_ENDPOINT_URL"));
        let local = endpoint.as_deref().is_some_and(is_loopback);
        let identified = self.profile.is_some() || ["AWS_ACCESS_KEY_ID", "AWS_PROFILE"].into_iter().any(set);
        if local && !identified {
            loader = loader.test_credentials();
        }
        if let Some(url) = &self.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        let nowhere = local && !identified && !["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().any(set);
        match self.region.clone().or_else(|| nowhere.then(|| REGION_OF_EMULATOR.to_owned())) {
            Some(region) => loader.region(Region::new(region)).load().await,
            None => loader.load().await,
        }
    }
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
        for local in ["http://127.0.0.1:7070", "http://localhost:1", "http://[::1]:80", "https://sms.localhost"] {
            assert!(is_loopback(local), "{local}");
        }
        for other in ["https://sms-voice.eu-west-1.amazonaws.com", "http://127.0.0.1.example", "10.0.0.1", "nonsense"] {
            assert!(!is_loopback(other), "{other}");
        }
    }
}
