//! A bucket, asked by signed requests over HTTP. AWS's own client of S3 would cost a first build minutes, and of it only
//! two operations are needed.

use std::ops::Range;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::byte_stream::ByteStream;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use object_store::Error;
use object_store::aws::AwsCredential;
use smsvoice_lake::S3Access;

use super::address::Address;
use super::answer::{Known, known, range_header, refusal};
use super::listing::{Page, page};
use super::{ObjectName, Objects, Opener, Part};

/// Bytes of a refusal that are looked at: S3's have a few hundred.
const MOST_SAID: usize = 1 << 16;

/// Buckets of S3, which share connections. Nothing is opened before the first request.
pub struct Buckets {
    access: S3Access,
    connector: OnceLock<Arc<Connector>>,
}

impl Buckets {
    /// Buckets reached in this way.
    pub fn new(access: S3Access) -> Self {
        Self { access, connector: OnceLock::new() }
    }

    /// The bucket of this name; whether there is one is not asked.
    pub fn open(&self, name: &str) -> Bucket {
        // It reads the machine's certificates, which takes longer than a small object.
        let connector = self.connector.get_or_init(|| {
            let secure = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::Ring));
            Arc::new(secure.proxy_config(ProxyConfig::from_env()).build())
        });
        let (access, connector) = (self.access.clone(), connector.clone());
        Bucket { address: Address::of(&access, name), access, connector }
    }

    /// Opens buckets for whoever reads objects.
    pub fn opener(self) -> Opener {
        Arc::new(move |name| Arc::new(self.open(name)))
    }
}

/// A bucket of S3.
#[derive(Clone)]
pub struct Bucket {
    address: Address,
    access: S3Access,
    connector: Arc<Connector>,
}

impl Bucket {
    /// A page of the objects whose keys begin with `prefix`, in the order of their keys, as UTF-8.
    pub(crate) async fn list(&self, prefix: &str, after: Option<&str>) -> object_store::Result<Page> {
        let mut parameters = vec![];
        parameters.extend(after.map(|token| ("continuation-token", token)));
        parameters.extend([("encoding-type", "url"), ("list-type", "2"), ("prefix", prefix)]);
        let mut answer = self.ask(&self.address.query(&parameters), &[]).await?;
        if answer.status().as_u16() != 200 {
            return Err(refused(prefix, answer).await);
        }
        let body = ByteStream::new(answer.take_body()).collect().await.map_err(failed)?.to_vec();
        page(&String::from_utf8_lossy(&body))
    }

    async fn ask(&self, url: &str, headers: &[(&str, &str)]) -> object_store::Result<HttpResponse> {
        let payer = [("x-amz-request-payer", "requester")];
        let headers = [headers, if self.access.is_payer { &payer } else { &[] }].concat();
        let signed = match &self.access.credentials {
            None => Vec::new(),
            Some(credentials) => {
                let credential = credentials.get_credential().await?;
                signature(url, &headers, &credential, &self.access.region, SystemTime::now())?
            }
        };
        let mut request = HttpRequest::get(url).map_err(failed)?;
        for (name, value) in headers {
            request.headers_mut().try_insert(name.to_owned(), value.to_owned()).map_err(failed)?;
        }
        for (name, value) in signed {
            request.headers_mut().try_insert(name, value).map_err(failed)?;
        }
        self.connector.call(request).await.map_err(failed)
    }
}

impl Objects for Bucket {
    fn get<'a>(
        &'a self,
        object: &'a ObjectName,
        range: Range<u64>,
        tag: Option<&'a str>,
    ) -> BoxFuture<'a, object_store::Result<Part>> {
        let get = async move {
            let asked = range_header(&range);
            let mut headers = vec![("range", asked.as_str())];
            headers.extend(tag.map(|tag| ("if-match", tag)));
            let url = self.address.object(&object.key, object.version.as_deref());
            let mut answer = self.ask(&url, &headers).await?;
            match answer.status().as_u16() {
                200 | 206 => {}
                // It has no first byte, so it has none.
                416 if range.start == 0 => return Ok(Part::empty()),
                _ => return Err(refused(&object.key, answer).await),
            }
            let Known { size, tag, last_modified } = known(&answer, range.start)?;
            let body = ByteStream::new(answer.take_body());
            let bytes = stream::unfold(body, |mut body| async { Some((body.next().await?, body)) }).map_err(failed);
            Ok(Part { size, tag, last_modified, bytes: bytes.boxed() })
        };
        get.boxed()
    }
}

impl Part {
    /// Of an object of no bytes.
    fn empty() -> Self {
        Self { size: 0, tag: None, last_modified: None, bytes: stream::empty().boxed() }
    }
}

/// The headers that sign a request. S3 takes the path of a URL as it is: nothing in it is escaped again or tidied up.
fn signature(
    url: &str,
    headers: &[(&str, &str)],
    credential: &AwsCredential,
    region: &str,
    time: SystemTime,
) -> object_store::Result<Vec<(String, String)>> {
    let AwsCredential { key_id, secret_key, token } = credential;
    let identity = Credentials::new(key_id, secret_key, token.clone(), None, "smsvoice").into();
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let parameters = v4::SigningParams::builder().identity(&identity).region(region).name("s3").time(time);
    let parameters = parameters.settings(settings).build().map_err(failed)?.into();
    let request = SignableRequest::new("GET", url, headers.iter().copied(), SignableBody::empty()).map_err(failed)?;
    let (instructions, _) = sign(request, &parameters).map_err(failed)?.into_parts();
    Ok(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// What an answer says that brings nothing.
async fn refused(key: &str, mut answer: HttpResponse) -> Error {
    let region = answer.headers().get("x-amz-bucket-region").map(str::to_owned);
    let mut body = ByteStream::new(answer.take_body());
    let mut said = Vec::new();
    while said.len() < MOST_SAID
        && let Some(Ok(bytes)) = body.next().await
    {
        said.extend_from_slice(&bytes);
    }
    refusal(answer.status().as_u16(), key, region.as_deref(), &String::from_utf8_lossy(&said))
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Generic { store: "S3", source: Box::new(error) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// The example of AWS's documentation of Signature Version 4 for S3, "GET Object".
    #[test]
    fn a_request_is_signed_as_aws_documents_it() {
        let credential = AwsCredential {
            key_id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
            token: None,
        };
        let time = SystemTime::UNIX_EPOCH + Duration::from_hours(380_376); // 2013-05-24
        let url = "https://examplebucket.s3.amazonaws.com/test.txt";
        let signed = signature(url, &[("range", "bytes=0-9")], &credential, "us-east-1", time).unwrap();
        let (_, authorization) = signed.iter().find(|(name, _)| name == "authorization").unwrap();
        assert!(
            authorization.ends_with("Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
            "{authorization}"
        );
    }
}
