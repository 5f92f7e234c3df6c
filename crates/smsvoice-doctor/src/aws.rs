//! Calls of AWS, signed and sent as AWS's own clients do; all but one (`s3_batch.rs`) only read. The SDK's clients of eight more services would
//! cost a first build minutes, and of each only one or two operations are needed.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use aws_config::SdkConfig;
use aws_credential_types::{Credentials, provider::ProvideCredentials};
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::{
    facts::Found,
    operations::{IAM, Operation, Protocol, S3_CONTROL, Service},
    xml,
};

/// What travels as it is in a path or a form.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// How often a call is tried that is throttled or meets a fault of the service.
const ATTEMPTS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(300);
const PATIENCE: Duration = Duration::from_secs(20);

/// A call without an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{action}: {kind}: {why}")]
pub struct CallError {
    pub(crate) action: &'static str,
    /// The service's word, `AccessDeniedException` say.
    pub(crate) kind: String,
    pub(crate) why: String,
}

impl CallError {
    /// Whether the caller may not do this.
    pub(crate) fn is_denied(&self) -> bool {
        ["AccessDenied", "Unauthorized", "AuthorizationError", "NotAuthorized"]
            .iter()
            .any(|word| self.kind.contains(word))
    }

    /// Whether the thing is not there.
    pub(crate) fn is_absent(&self) -> bool {
        ["NotFound", "NoSuchEntity", "NonExistentQueue", "QueueDoesNotExist"]
            .iter()
            .any(|word| self.kind.contains(word))
    }

    fn is_passing(&self) -> bool {
        ["Throttl", "TooManyRequests", "InternalServer", "InternalFailure", "ServiceUnavailable", "NoAnswer"]
            .iter()
            .any(|word| self.kind.contains(word))
    }

    /// As a fact about the thing that was asked for.
    pub(crate) fn into_found<T>(self) -> Found<T> {
        if self.is_absent() {
            return Found::Absent;
        }
        Found::Unreadable {
            action: self.action.to_owned(),
            denied: self.is_denied(),
            why: format!("{}: {}", self.kind, self.why),
        }
    }
}

/// AWS, as seen by one caller in one region.
pub struct Aws {
    http: reqwest::Client,
    credentials: Result<Credentials, String>,
    region: String,
    /// For all services; before the variables.
    endpoint: Option<String>,
    /// The environment's variables.
    variables: BTreeMap<String, String>,
}

impl Aws {
    /// By the SDK's configuration. `endpoint` is what the command was told, and `variables` is the environment.
    ///
    /// # Errors
    /// Says what is missing: a region, or a client for HTTP.
    pub async fn new(
        config: &SdkConfig,
        endpoint: Option<String>,
        variables: BTreeMap<String, String>,
    ) -> Result<Self, String> {
        let region = config.region().ok_or("no region is known; set AWS_REGION or give --region")?.to_string();
        let http = reqwest::Client::builder().timeout(PATIENCE).build().map_err(|error| error.to_string())?;
        let credentials = match config.credentials_provider() {
            Some(provider) => provider.provide_credentials().await.map_err(|error| error.to_string()),
            None => Err("no credentials are configured".to_owned()),
        };
        Ok(Self { http, credentials, region, endpoint, variables })
    }

    /// The region that is asked.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Calls an operation with these members; of a service with paths, `members` is the path as a string.
    pub(crate) async fn call(&self, operation: &Operation, members: Value) -> Result<Value, CallError> {
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            match self.attempt(operation, &members).await {
                Err(error) if error.is_passing() => tokio::time::sleep(pause).await,
                done => return done,
            }
            pause *= 2;
        }
        self.attempt(operation, &members).await
    }

    /// Asks S3's control plane, which has a host for each account and takes and answers XML.
    pub(crate) async fn ask_s3_control(
        &self,
        action: &'static str,
        method: &str,
        account: &str,
        path: &str,
        body: &str,
    ) -> Result<Value, CallError> {
        let base = self.told_endpoint_of(&S3_CONTROL);
        let base =
            base.unwrap_or_else(|| self.at_aws(&S3_CONTROL).replacen("https://", &format!("https://{account}."), 1));
        let url = format!("{}{path}", base.trim_end_matches('/'));
        let headers = || {
            let pairs = [("content-type", "application/xml"), ("x-amz-account-id", account)];
            pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
        };
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            match self.exchange(action, &S3_CONTROL, method, &url, headers(), body.to_owned()).await {
                Err(error) if error.is_passing() => tokio::time::sleep(pause).await,
                done => return done,
            }
            pause *= 2;
        }
        self.exchange(action, &S3_CONTROL, method, &url, headers(), body.to_owned()).await
    }

    async fn attempt(&self, operation: &Operation, members: &Value) -> Result<Value, CallError> {
        let service = &operation.service;
        let mut url = self.endpoint_of(service).trim_end_matches('/').to_owned();
        let (method, content_type, target, body) = match service.protocol {
            Protocol::Json(version, prefix) => {
                url.push('/');
                (
                    "POST",
                    format!("application/x-amz-json-{version}"),
                    Some(format!("{prefix}{}", operation.name)),
                    members.to_string(),
                )
            }
            Protocol::Query(version) => {
                url.push('/');
                ("POST", "application/x-www-form-urlencoded".to_owned(), None, form(operation.name, version, members))
            }
            Protocol::Rest | Protocol::S3Control => {
                url.push_str(members.as_str().unwrap_or_default());
                ("GET", "application/json".to_owned(), None, String::new())
            }
        };
        let mut headers = vec![("content-type".to_owned(), content_type)];
        headers.extend(target.map(|target| ("x-amz-target".to_owned(), target)));
        self.exchange(operation.action, service, method, &url, headers, body).await
    }

    /// One signed request, and what the answer says.
    async fn exchange(
        &self,
        action: &'static str,
        service: &Service,
        method: &str,
        url: &str,
        headers: Vec<(String, String)>,
        body: String,
    ) -> Result<Value, CallError> {
        let fail = |kind: &str, why: String| CallError { action, kind: kind.to_owned(), why };
        let signed = self.signed(service, method, url, headers, &body).map_err(|why| fail("NoCredentials", why))?;
        let mut request = self.http.request(method.parse().unwrap_or_default(), url).body(body);
        for (name, value) in signed {
            request = request.header(name, value);
        }
        let answer = request.send().await.map_err(|error| fail("NoAnswer", without_url(error)))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let text = answer.text().await.map_err(|error| fail("NoAnswer", without_url(error)))?;
        let value = match service.protocol {
            Protocol::Query(_) | Protocol::S3Control => xml::value(&text),
            Protocol::Json(..) | Protocol::Rest => serde_json::from_str(&text).unwrap_or(Value::Null),
        };
        if status.is_success() {
            return Ok(value);
        }
        let header = headers.get("x-amzn-errortype").and_then(|value| value.to_str().ok());
        let (kind, why) = error_of(&value, header);
        Err(fail(kind.as_deref().unwrap_or(status.as_str()), why.unwrap_or_else(|| format!("HTTP status {status}"))))
    }

    /// The headers with their signature.
    fn signed(
        &self,
        service: &Service,
        method: &str,
        url: &str,
        mut headers: Vec<(String, String)>,
        body: &str,
    ) -> Result<Vec<(String, String)>, String> {
        let identity = self.credentials.clone()?.into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(if service.host == IAM.host { self.region_of_iam() } else { &self.region })
            .name(service.signing)
            .time(SystemTime::now())
            .settings(settings_of(service))
            .build()
            .map_err(|error| error.to_string())?;
        let given = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let request = SignableRequest::new(method, url, given, SignableBody::Bytes(body.as_bytes()))
            .map_err(|error| error.to_string())?;
        let signed = sign(request, &parameters.into()).map_err(|error| error.to_string())?;
        let (instructions, _) = signed.into_parts();
        headers.extend(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())));
        Ok(headers)
    }

    /// Where a service is: as told, as the variables say, or at AWS.
    fn endpoint_of(&self, service: &Service) -> String {
        self.told_endpoint_of(service).unwrap_or_else(|| self.at_aws(service))
    }

    /// Where it is as somebody said.
    fn told_endpoint_of(&self, service: &Service) -> Option<String> {
        let variable = |name: &str| self.variables.get(name).filter(|value| !value.is_empty()).cloned();
        let told = self.endpoint.clone().or_else(|| variable(&format!("AWS_ENDPOINT_URL_{}", service.variable)));
        told.or_else(|| variable("AWS_ENDPOINT_URL"))
    }

    fn at_aws(&self, service: &Service) -> String {
        let china = self.region.starts_with("cn-");
        let domain = if china { "amazonaws.com.cn" } else { "amazonaws.com" };
        let host = match (service.host, self.region.as_str()) {
            ("iam", _) if china => "iam.cn-north-1".to_owned(),
            ("iam", region) if region.starts_with("us-gov-") => "iam.us-gov".to_owned(),
            ("iam", _) => "iam".to_owned(),
            (host, region) => format!("{host}.{region}"),
        };
        format!("https://{host}.{domain}")
    }

    /// IAM is one for all regions of a partition.
    fn region_of_iam(&self) -> &str {
        match self.region.as_str() {
            region if region.starts_with("cn-") => "cn-north-1",
            region if region.starts_with("us-gov-") => "us-gov-west-1",
            _ => "us-east-1",
        }
    }
}

/// S3 signs the hash of the body as a header, and paths as they are.
fn settings_of(service: &Service) -> SigningSettings {
    let mut settings = SigningSettings::default();
    if service.protocol == Protocol::S3Control {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    settings
}

/// An error's word and its message, wherever this protocol has them.
fn error_of(value: &Value, header: Option<&str>) -> (Option<String>, Option<String>) {
    let text = |at: &str| value.pointer(at).and_then(Value::as_str).map(str::to_owned);
    let first = |places: &[&str]| places.iter().find_map(|at| text(at));
    let kind = first(&["/__type", "/Error/Code", "/Errors/Error/Code"]).or_else(|| header.map(str::to_owned));
    // `com.amazonaws.sqs#QueueDoesNotExist`, `ResourceNotFoundException:` and an address
    let short = |kind: String| kind.rsplit('#').next().and_then(|kind| kind.split(':').next()).map(str::to_owned);
    let why = first(&["/message", "/Message", "/Error/Message", "/Errors/Error/Message"]);
    (kind.and_then(short), why)
}

/// A form of AWS's Query protocol; lists are numbered from 1.
fn form(operation: &str, version: &str, members: &Value) -> String {
    let mut pairs = vec![("Action".to_owned(), operation.to_owned()), ("Version".to_owned(), version.to_owned())];
    flatten("", members, &mut pairs);
    let encoded = |text: &str| utf8_percent_encode(text, KEPT).to_string();
    pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}

fn flatten(at: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    let below = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| flatten(&below(name), value, pairs)),
        Value::Array(items) => {
            (1..).zip(items).for_each(|(n, item)| flatten(&below(&format!("member.{n}")), item, pairs));
        }
        Value::Null => {}
        Value::String(text) => pairs.push((at.to_owned(), text.clone())),
        other => pairs.push((at.to_owned(), other.to_string())),
    }
}

/// A part of a path.
pub(crate) fn path_part(text: &str) -> String {
    utf8_percent_encode(text, KEPT).to_string()
}

fn without_url(error: reqwest::Error) -> String {
    let error = error.without_url();
    let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{error}{cause}")
}

/// No members.
pub(crate) fn nothing() -> Value {
    json!({})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_found_wherever_a_protocol_has_them() {
        let cases = [
            (json!({"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "no"}), None, "QueueDoesNotExist"),
            (json!({"Error": {"Code": "NoSuchEntity", "Message": "no"}}), None, "NoSuchEntity"),
            (json!({"Message": "no"}), Some("ResourceNotFoundException:x"), "ResourceNotFoundException"),
        ];
        for (value, header, kind) in cases {
            assert_eq!(error_of(&value, header), (Some(kind.to_owned()), Some("no".to_owned())));
            let error = CallError { action: "a:B", kind: kind.to_owned(), why: String::new() };
            assert!(error.is_absent() && !error.is_denied() && !error.is_passing(), "{kind}");
        }
    }

    #[test]
    fn a_form_numbers_lists_and_encodes() {
        let members = json!({"RoleName": "a b", "ActionNames": ["x:Y"], "Marker": null, "Dimensions": [{"Name": "n"}]});
        let sent = form("Do", "1", &members);
        assert_eq!(sent, "Action=Do&Version=1&ActionNames.member.1=x%3AY&Dimensions.member.1.Name=n&RoleName=a%20b");
    }
}
