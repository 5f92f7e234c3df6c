//! AWS Signature Version 4, from the server's side: an access key is required; with a key pair configured, the
//! signature must be right too.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::request::ApiRequest;

/// The one key pair that requests must be signed with.
#[derive(Clone)]
pub struct Credentials {
    /// `AKIA…`, say.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}

/// What is wrong with a request's signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unsigned {
    #[error("Missing Authentication Token")]
    Missing,
    #[error("Authorization header requires {0}")]
    Incomplete(&'static str),
    #[error("The security token included in the request is invalid.")]
    UnknownKey,
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method."
    )]
    Mismatch,
}

impl Unsigned {
    /// The service's word for it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Missing => "MissingAuthenticationTokenException",
            Self::Incomplete(_) => "IncompleteSignatureException",
            Self::UnknownKey => "UnrecognizedClientException",
            Self::Mismatch => "InvalidSignatureException",
        }
    }
}

struct Authorization<'a> {
    access_key: &'a str,
    /// Date, region, service and `aws4_request`.
    scope: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn read(header: &'a str) -> Result<Self, Unsigned> {
        let rest = header.strip_prefix("AWS4-HMAC-SHA256").ok_or(Unsigned::Incomplete("AWS4-HMAC-SHA256"))?;
        let part = |name: &'static str| {
            let found = rest.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
            found.filter(|value| !value.is_empty()).ok_or(Unsigned::Incomplete(name))
        };
        let credential = part("Credential")?;
        let (access_key, scope) = credential.split_once('/').ok_or(Unsigned::Incomplete("Credential"))?;
        if access_key.is_empty() || scope.split('/').count() != 4 {
            return Err(Unsigned::Incomplete("Credential"));
        }
        Ok(Self { access_key, scope, signed_headers: part("SignedHeaders")?, signature: part("Signature")? })
    }
}

/// Passes a request that names an access key and, if `wanted` says which, is signed with its secret.
pub(super) fn verify(wanted: Option<&Credentials>, request: &ApiRequest) -> Result<(), Unsigned> {
    let authorization = Authorization::read(request.header("authorization").ok_or(Unsigned::Missing)?)?;
    let Some(wanted) = wanted else { return Ok(()) };
    if authorization.access_key != wanted.access_key {
        return Err(Unsigned::UnknownKey);
    }
    let date = request.header("x-amz-date").ok_or(Unsigned::Incomplete("X-Amz-Date"))?;
    let canonical = hex::encode(Sha256::digest(canonical_request(request, authorization.signed_headers)));
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{}\n{canonical}", authorization.scope);
    let seed = format!("AWS4{}", wanted.secret_key).into_bytes();
    let key = authorization.scope.split('/').fold(seed, |key, part| mac(&key, part).finalize().into_bytes().to_vec());
    let given = hex::decode(authorization.signature).map_err(|_| Unsigned::Mismatch)?;
    // This compares in constant time.
    mac(&key, &text).verify_slice(&given).map_err(|_| Unsigned::Mismatch)
}

fn canonical_request(request: &ApiRequest, signed_headers: &str) -> String {
    let mut query: Vec<&str> = request.query.split('&').filter(|pair| !pair.is_empty()).collect();
    query.sort_unstable();
    let value = |name: &str| {
        let values = request.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.map(|value| value.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(",")
    };
    let headers: String = signed_headers.split(';').map(|name| format!("{name}:{}\n", value(name))).collect();
    let body = hex::encode(Sha256::digest(&request.body));
    // What is signed has the path percent-encoded once more, at every service but S3.
    let path = request.path.replace('%', "%25");
    format!("{}\n{path}\n{}\n{headers}\n{signed_headers}\n{body}", request.method, query.join("&"))
}

fn mac(key: &[u8], text: &str) -> Hmac<Sha256> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, Method};

    use super::{Credentials, Unsigned, verify};
    use crate::api::request::ApiRequest;

    /// The worked example of AWS's own Signature Version 4 documentation: ListUsers of IAM, 2015-08-30.
    fn example(signature: &str) -> ApiRequest {
        let mut headers = HeaderMap::new();
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, Signature={signature}"
        );
        headers.insert("authorization", HeaderValue::from_str(&authorization).unwrap());
        headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8"));
        headers.insert("host", HeaderValue::from_static("iam.amazonaws.com"));
        headers.insert("x-amz-date", HeaderValue::from_static("20150830T123600Z"));
        let query = "Action=ListUsers&Version=2010-05-08".to_owned();
        ApiRequest { method: Method::GET, path: "/".to_owned(), query, headers, body: Vec::new().into() }
    }

    const RIGHT: &str = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";

    fn key(secret: &str) -> Credentials {
        Credentials { access_key: "AKIDEXAMPLE".into(), secret_key: secret.into() }
    }

    #[test]
    fn the_documented_example_verifies_and_nothing_else_does() {
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        assert_eq!(verify(Some(&key(secret)), &example(RIGHT)), Ok(()));
        assert_eq!(verify(Some(&key("another")), &example(RIGHT)), Err(Unsigned::Mismatch));
        assert_eq!(verify(Some(&key(secret)), &example("00")), Err(Unsigned::Mismatch));
        let other = Credentials { access_key: "AKIDOTHER".into(), ..key(secret) };
        assert_eq!(verify(Some(&other), &example(RIGHT)), Err(Unsigned::UnknownKey));
    }

    #[test]
    fn without_a_secret_any_access_key_will_do_but_one_there_must_be() {
        assert_eq!(verify(None, &example("anything")), Ok(()));
        let mut bare = example(RIGHT);
        bare.headers.remove("authorization");
        assert_eq!(verify(None, &bare), Err(Unsigned::Missing));
    }
}
