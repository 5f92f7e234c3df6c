//! How the function reaches AWS beside S3: one HTTP client with the crypto library that is there anyway.

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

/// Credentials, region and endpoints by the standard `AWS_*` variables.
pub(crate) async fn sdk_config(limits: TimeoutConfig) -> SdkConfig {
    let client = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    aws_config::defaults(BehaviorVersion::latest()).http_client(client).timeout_config(limits).load().await
}
