//! Credentials and region for S3, found as every tool of AWS finds them: variables, then the profile (with a process, or the sign-in of IAM
//! Identity Center, where the binary has them built in), web identity, the container, the instance.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::imds;
use aws_config::meta::region::{ProvideRegion, RegionProviderChain};
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use futures::FutureExt;
use object_store::CredentialProvider;
use object_store::aws::AwsCredential;
use thiserror::Error;
use tokio::sync::Mutex;
use tokio::time::timeout;

/// All ways together may take so long. An instance answers in milliseconds; where there is none, nothing answers at all.
const PATIENCE: Duration = Duration::from_secs(4);

/// What an instance may take to answer.
const OF_INSTANCE: Duration = Duration::from_secs(1);

/// Credentials are fetched again so long before they expire.
const BEFORE_EXPIRY: Duration = Duration::from_mins(5);

/// Why there are no credentials.
#[derive(Debug, Error)]
pub(crate) enum NoCredentials {
    /// None of the ways leads to any.
    #[error(
        "no AWS credentials were found: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (`aws configure` or \
         `aws sso login` sets a profile up)"
    )]
    Nowhere,
    /// The profile signs in at IAM Identity Center, and did so too long ago or never.
    #[error("the sign-in of the AWS profile has ended or never was; sign in with `aws sso login`")]
    SignedOut,
    /// One of them should, and fails.
    #[error("the AWS credentials cannot be used: {0}")]
    Unusable(String),
}

impl NoCredentials {
    fn of(error: &dyn Error) -> Self {
        let mut innermost = error;
        while let Some(source) = innermost.source() {
            innermost = source;
            let text = source.to_string();
            if text.contains("SSO token") || text.contains(".aws/sso/cache") {
                return Self::SignedOut;
            }
        }
        let text = innermost.to_string();
        // The instance comes last: it is no instance, then, or one without a role.
        if text.contains("IMDS") { Self::Nowhere } else { Self::Unusable(text) }
    }
}

/// The SDK's own chain. Nothing is looked for before the first request.
#[derive(Default)]
pub(crate) struct SdkCredentials {
    found: Mutex<Option<Found>>,
}

struct Found {
    chain: DefaultCredentialsChain,
    credential: Arc<AwsCredential>,
    expiry: Option<SystemTime>,
}

impl fmt::Debug for SdkCredentials {
    /// Without what is secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SdkCredentials")
    }
}

#[async_trait]
impl CredentialProvider for SdkCredentials {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        let mut found = self.found.lock().await;
        let is_fresh = |expiry: SystemTime| SystemTime::now() + BEFORE_EXPIRY < expiry;
        if let Some(found) = found.as_ref().filter(|found| found.expiry.is_none_or(is_fresh)) {
            return Ok(found.credential.clone());
        }
        let chain = found.take().map(|found| found.chain);
        let new = match timeout(PATIENCE, ask(chain)).await {
            Ok(new) => new,
            Err(_) => Err(NoCredentials::Nowhere),
        };
        let new = new.map_err(|error| object_store::Error::Generic { store: "S3", source: Box::new(error) })?;
        let credential = new.credential.clone();
        *found = Some(new);
        Ok(credential)
    }
}

async fn ask(chain: Option<DefaultCredentialsChain>) -> Result<Found, NoCredentials> {
    use aws_credential_types::provider::error::CredentialsError;
    let chain = match chain {
        Some(chain) => chain,
        None => chain_of(&config()).await,
    };
    let credentials = chain.provide_credentials().await.map_err(|error| match error {
        CredentialsError::CredentialsNotLoaded(_) | CredentialsError::ProviderTimedOut(_) => NoCredentials::Nowhere,
        error => NoCredentials::of(&error),
    })?;
    let credential = AwsCredential {
        key_id: credentials.access_key_id().to_owned(),
        secret_key: credentials.secret_access_key().to_owned(),
        token: credentials.session_token().map(str::to_owned),
    };
    Ok(Found { chain, credential: Arc::new(credential), expiry: credentials.expiry() })
}

async fn chain_of(config: &ProviderConfig) -> DefaultCredentialsChain {
    let instance = imds::Client::builder().configure(config).max_attempts(1);
    let instance = instance.connect_timeout(OF_INSTANCE).read_timeout(OF_INSTANCE).build();
    let region = EnvironmentVariableRegionProvider::new().region().await;
    let region =
        RegionProviderChain::first_try(region).or_else(ProfileFileRegionProvider::builder().configure(config).build());
    DefaultCredentialsChain::builder().configure(config.clone()).imds_client(instance).region(region).build().await
}

fn config() -> ProviderConfig {
    let client = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    ProviderConfig::without_region().with_http_client(client)
}

/// The region of the profile, if it names one. It stands in a file, and no request is made.
pub(crate) fn region_of_profile() -> Option<String> {
    let provider = ProfileFileRegionProvider::builder().configure(&ProviderConfig::without_region()).build();
    let region = provider.region().now_or_never()??;
    Some(region.as_ref().to_owned())
}
