//! How S3 is reached: by the standard variables, and for what they do not say by the profile and the rest of the SDK's own
//! chain. An endpoint on plain HTTP is accepted where it is named: a test server on loopback.

use std::collections::BTreeMap;
use std::sync::Arc;

use object_store::StaticCredentialProvider;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, AwsCredential, AwsCredentialProvider};

use crate::credentials::{SdkCredentials, region_of_profile};

/// Who asks S3, and where it is: what a client needs beside the name of a bucket. The lake's own store is opened by it, and
/// so is whatever else lies in S3, so that one set of variables leads to both.
#[derive(Clone, Debug)]
pub struct S3Access {
    /// The region, which is part of signatures and, at AWS, of the host.
    pub region: String,
    /// Where S3 is, if not at AWS: `http://127.0.0.1:9000`, say.
    pub endpoint: Option<String>,
    /// Who asks; nobody where requests are not signed.
    pub credentials: Option<AwsCredentialProvider>,
    /// Whether the one who asks pays, as some buckets demand.
    pub is_payer: bool,
}

impl S3Access {
    /// By the standard `AWS_*` variables. Nothing is asked of anybody yet: credentials are looked for with the first request.
    pub fn of(env: impl IntoIterator<Item = (String, String)>) -> Self {
        let variables = variables(env);
        let builder = builder(&variables);
        let told = |key| builder.get_config_value(&key).filter(|value| !value.is_empty());
        let is_on = |key| told(key).is_some_and(|value| YES.contains(&value.to_ascii_lowercase().as_str()));
        let is_signed = !is_on(AmazonS3ConfigKey::SkipSignature);
        Self {
            region: told(AmazonS3ConfigKey::Region).unwrap_or_else(|| DEFAULT_REGION.to_owned()),
            endpoint: told(AmazonS3ConfigKey::Endpoint),
            credentials: is_signed.then(|| credentials(&variables)),
            is_payer: is_on(AmazonS3ConfigKey::RequestPayer),
        }
    }
}

/// How a variable says yes.
const YES: [&str; 5] = ["1", "true", "on", "yes", "y"];

/// Where a bucket is sought of which nobody says where it is.
const DEFAULT_REGION: &str = "us-east-1";

/// The standard variables, the SDKs' own name for an endpoint of this service alone, which outranks the general one, in its place.
fn variables(env: impl IntoIterator<Item = (String, String)>) -> BTreeMap<String, String> {
    let mut variables: BTreeMap<String, String> =
        env.into_iter().filter(|(name, value)| name.starts_with("AWS_") && !value.is_empty()).collect();
    if let Some(endpoint) = variables.remove("AWS_ENDPOINT_URL_S3") {
        variables.insert("AWS_ENDPOINT_URL".to_owned(), endpoint);
    }
    variables
}

/// The key that the variables name, or whatever the SDK's own chain leads to.
fn credentials(variables: &BTreeMap<String, String>) -> AwsCredentialProvider {
    let value = |name: &str| variables.get(name).cloned();
    match (value("AWS_ACCESS_KEY_ID"), value("AWS_SECRET_ACCESS_KEY")) {
        (Some(key_id), Some(secret_key)) => {
            let token = value("AWS_SESSION_TOKEN");
            Arc::new(StaticCredentialProvider::new(AwsCredential { key_id, secret_key, token }))
        }
        _ => Arc::new(SdkCredentials::default()),
    }
}

fn builder(variables: &BTreeMap<String, String>) -> AmazonS3Builder {
    let mut builder = AmazonS3Builder::new();
    let is_set = |name: &str| variables.contains_key(name);
    let is_region_told = is_set("AWS_REGION") || is_set("AWS_DEFAULT_REGION");
    if let Some(region) = (!is_region_told).then(region_of_profile).flatten() {
        builder = builder.with_region(region);
    }
    for (name, value) in variables {
        if let Ok(key) = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() {
            builder = builder.with_config(key, value);
        }
    }
    builder
}

/// The store of a lake in this bucket.
pub(crate) fn builder_for(bucket: &str, env: impl IntoIterator<Item = (String, String)>) -> AmazonS3Builder {
    let variables = variables(env);
    let plain = variables.get("AWS_ENDPOINT_URL").is_some_and(|endpoint| endpoint.starts_with("http://"));
    let mut builder = builder(&variables).with_bucket_name(bucket).with_allow_http(plain);
    if !variables.contains_key("AWS_SKIP_SIGNATURE") {
        builder = builder.with_credentials(credentials(&variables));
    }
    builder
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn access(variables: &[(&str, &str)]) -> S3Access {
        S3Access::of(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn the_variables_tell_where_s3_is_and_who_asks() {
        let told = access(&[
            ("AWS_REGION", "eu-west-2"),
            ("AWS_ENDPOINT_URL", "http://everything"),
            ("AWS_ENDPOINT_URL_S3", "http://s3"),
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_SESSION_TOKEN", "token"),
            ("AWS_REQUEST_PAYER", "true"),
        ]);
        assert_eq!(
            (told.region.as_str(), told.endpoint.as_deref(), told.is_payer),
            ("eu-west-2", Some("http://s3"), true)
        );
        let who = told.credentials.unwrap().get_credential().now_or_never().unwrap().unwrap();
        assert_eq!(
            (who.key_id.as_str(), who.secret_key.as_str(), who.token.as_deref()),
            ("id", "secret", Some("token"))
        );
    }

    #[test]
    fn an_empty_variable_tells_nothing_and_a_request_can_go_unsigned() {
        let told = access(&[("AWS_REGION", "eu-west-2"), ("AWS_ENDPOINT_URL_S3", ""), ("AWS_SKIP_SIGNATURE", "true")]);
        assert_eq!((told.endpoint, told.is_payer), (None, false));
        assert!(told.credentials.is_none());
    }
}
