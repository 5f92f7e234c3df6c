//! AWS Signature Version 4, from the server's side: its scope says which region and account a request is for; with a key
//! pair configured, signature and time must be right too.

use axum::http::HeaderName;
use chrono::NaiveDateTime;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::request::ApiRequest;
use crate::{
    clock::{EpochMs, RealTime},
    place::{Place, is_account_id, is_region},
};

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

/// How requests are held to their signatures, and whose they are.
pub(crate) struct Auth {
    /// The key pair; with none, any access key will do, and the signature is not looked at.
    pub(crate) credentials: Option<Credentials>,
    /// Whether the time of a signature does not matter.
    pub(crate) any_time: bool,
    /// The account of requests whose access key is not itself an account's number.
    pub(crate) account_id: String,
    /// The system's clock.
    pub(crate) real: RealTime,
}

/// How far a request's time may be from the server's, in milliseconds: 15 minutes.
const SKEW_MS: i64 = 15 * 60 * 1000;
/// What scopes name; both APIs have it.
const SERVICE: &str = "sms-voice";

/// What is wrong with a request's signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unsigned {
    #[error("Missing Authentication Token")]
    Missing,
    #[error("Authorization header requires {0}")]
    Incomplete(&'static str),
    #[error("Credential should be scoped to {0}")]
    Scope(String),
    #[error("Signature {0}")]
    Time(String),
    #[error("'{0}' must be a 'SignedHeader' in the AWS Authorization.")]
    HeaderNotSigned(String),
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
            Self::Scope(_) | Self::Time(_) | Self::HeaderNotSigned(_) | Self::Mismatch => "InvalidSignatureException",
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

    /// Date and region of the scope, which must be of this service and of a region that there is.
    fn scope(&self) -> Result<(&'a str, &'a str), Unsigned> {
        let parts: Vec<&str> = self.scope.split('/').collect();
        let [date, region, service, end] = parts[..] else { return Err(Unsigned::Incomplete("Credential")) };
        if service != SERVICE {
            return Err(Unsigned::Scope(format!("correct service: '{SERVICE}'.")));
        }
        if end != "aws4_request" {
            return Err(Unsigned::Scope("a valid terminator: 'aws4_request'.".to_owned()));
        }
        if !is_region(region) {
            return Err(Unsigned::Scope("a valid region.".to_owned()));
        }
        Ok((date, region))
    }
}

impl Auth {
    /// Passes a request that names an access key and a region, is not old and, if there is a key pair, is signed with it.
    /// Answers with the account and region that it is for.
    ///
    /// Without a key pair a request can be written by hand, and then tells no time; one that tells it is held to it.
    pub(super) fn verify(&self, request: &ApiRequest) -> Result<Place, Unsigned> {
        let authorization = Authorization::read(request.header("authorization").ok_or(Unsigned::Missing)?)?;
        let (date, region) = authorization.scope()?;
        if let Some(wanted) = &self.credentials {
            require_signed(wanted, request, &authorization)?;
        }
        if let (Some(time), false) = (request.header("x-amz-date"), self.any_time) {
            require_recent(time, date, (self.real)())?;
        }
        let account_id = Some(authorization.access_key).filter(|key| is_account_id(key)).unwrap_or(&self.account_id);
        Ok(Place { region: region.to_owned(), account_id: account_id.to_owned() })
    }
}

/// Refuses what is not signed with this key pair.
fn require_signed(wanted: &Credentials, request: &ApiRequest, given: &Authorization<'_>) -> Result<(), Unsigned> {
    if given.access_key != wanted.access_key {
        return Err(Unsigned::UnknownKey);
    }
    let date = request.header("x-amz-date").ok_or(Unsigned::Incomplete("X-Amz-Date"))?;
    let signed: Vec<&str> = given.signed_headers.split(';').collect();
    let matter = |name: &&str| *name == "host" || name.starts_with("x-amz-");
    if let Some(unsigned) = request.headers.keys().map(HeaderName::as_str).filter(matter).find(|n| !signed.contains(n))
    {
        return Err(Unsigned::HeaderNotSigned(unsigned.to_owned()));
    }
    let canonical = hex::encode(Sha256::digest(canonical_request(request, given.signed_headers)));
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{}\n{canonical}", given.scope);
    let seed = format!("AWS4{}", wanted.secret_key).into_bytes();
    let key = given.scope.split('/').fold(seed, |key, part| mac(&key, part).finalize().into_bytes().to_vec());
    let given = hex::decode(given.signature).map_err(|_| Unsigned::Mismatch)?;
    // This compares in constant time.
    mac(&key, &text).verify_slice(&given).map_err(|_| Unsigned::Mismatch)
}

/// Refuses a time (`20150830T123600Z`) that is of another day than the scope, or further from now than is allowed.
fn require_recent(time: &str, scope_date: &str, now: EpochMs) -> Result<(), Unsigned> {
    let unreadable = || Unsigned::Incomplete("X-Amz-Date");
    let at = NaiveDateTime::parse_from_str(time, "%Y%m%dT%H%M%SZ").map_err(|_| unreadable())?.and_utc();
    if !time.starts_with(scope_date) || scope_date.len() != 8 {
        let message = format!("date {scope_date} in the credential scope is not that of X-Amz-Date, {time}.");
        return Err(Unsigned::Time(message));
    }
    let ahead_ms = at.timestamp_millis() - now.0 as i64;
    let server = chrono::DateTime::from_timestamp_millis(now.0 as i64).unwrap_or_default().format("%Y%m%dT%H%M%SZ");
    match ahead_ms {
        ..0 if ahead_ms < -SKEW_MS => {
            Err(Unsigned::Time(format!("expired: {time} is earlier than {server} - 15 min.")))
        }
        _ if ahead_ms > SKEW_MS => {
            Err(Unsigned::Time(format!("not yet current: {time} is later than {server} + 15 min.")))
        }
        _ => Ok(()),
    }
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
    use std::sync::Arc;

    use axum::http::{HeaderMap, HeaderValue, Method};

    use super::{Auth, Authorization, Credentials, EpochMs, SKEW_MS, Unsigned, require_recent, require_signed};
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

    fn signed(wanted: &Credentials, request: &ApiRequest) -> Result<(), Unsigned> {
        require_signed(wanted, request, &Authorization::read(request.header("authorization").unwrap())?)
    }

    #[test]
    fn the_documented_example_verifies_and_nothing_else_does() {
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        assert_eq!(signed(&key(secret), &example(RIGHT)), Ok(()));
        assert_eq!(signed(&key("another"), &example(RIGHT)), Err(Unsigned::Mismatch));
        assert_eq!(signed(&key(secret), &example("00")), Err(Unsigned::Mismatch));
        let other = Credentials { access_key: "AKIDOTHER".into(), ..key(secret) };
        assert_eq!(signed(&other, &example(RIGHT)), Err(Unsigned::UnknownKey));
        let mut more = example(RIGHT);
        more.headers.insert("x-amz-target", HeaderValue::from_static("PinpointSMSVoiceV2.DescribePools"));
        assert_eq!(signed(&key(secret), &more), Err(Unsigned::HeaderNotSigned("x-amz-target".into())));
    }

    /// A request with this credential, unsigned but for its form.
    fn of_credential(credential: &str) -> ApiRequest {
        let mut request = example(RIGHT);
        request.headers.remove("x-amz-date");
        let authorization = format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=00");
        request.headers.insert("authorization", HeaderValue::from_str(&authorization).unwrap());
        request
    }

    fn open() -> Auth {
        Auth { credentials: None, any_time: false, account_id: "000000000000".into(), real: Arc::new(|| EpochMs(0)) }
    }

    #[test]
    fn the_scope_says_whose_a_request_is_and_names_this_service_and_a_region_that_there_is() {
        let place = |credential: &str| open().verify(&of_credential(credential)).map(|place| place.to_string());
        assert_eq!(place("test/20260101/eu-west-1/sms-voice/aws4_request").unwrap(), "eu-west-1/000000000000");
        assert_eq!(place("111122223333/20260101/us-east-1/sms-voice/aws4_request").unwrap(), "us-east-1/111122223333");
        for wrong in ["us-east-1/sns", "eu-north-9/sms-voice"] {
            assert!(matches!(place(&format!("k/20260101/{wrong}/aws4_request")), Err(Unsigned::Scope(_))), "{wrong}");
        }
        assert_eq!(place("k/20260101/us-east-1"), Err(Unsigned::Incomplete("Credential")));
        let mut bare = example(RIGHT);
        bare.headers.remove("authorization");
        assert_eq!(open().verify(&bare), Err(Unsigned::Missing));
    }

    #[test]
    fn a_request_that_tells_its_time_is_held_to_it_without_a_key_pair_as_well() {
        let at = |time: &'static str| {
            let mut request = of_credential("test/20260101/eu-west-1/sms-voice/aws4_request");
            request.headers.insert("x-amz-date", HeaderValue::from_static(time));
            let auth = Auth { real: Arc::new(|| EpochMs(1_767_268_800_000)), ..open() }; // 2026-01-01T12:00:00Z
            let frozen = Auth { any_time: true, ..open() };
            assert!(frozen.verify(&request).is_ok(), "{time}: a test with a frozen clock says so");
            auth.verify(&request).map(|place| place.to_string())
        };
        assert_eq!(at("20260101T120959Z").unwrap(), "eu-west-1/000000000000");
        for time in ["20260101T114459Z", "20260101T121501Z", "20260102T120000Z"] {
            assert!(matches!(at(time), Err(Unsigned::Time(_))), "{time}");
        }
    }

    #[test]
    fn a_signature_is_good_for_a_quarter_of_an_hour_each_way() {
        let at = EpochMs(1_440_938_160_000); // 2015-08-30T12:36:00Z
        let recent = |now_ms: i64| require_recent("20150830T123600Z", "20150830", EpochMs(now_ms as u64));
        let at_ms = at.0 as i64;
        for skew_ms in [0, SKEW_MS, -SKEW_MS] {
            assert_eq!(recent(at_ms + skew_ms), Ok(()), "{skew_ms}");
        }
        for skew_ms in [SKEW_MS + 1, -SKEW_MS - 1, 86_400_000] {
            assert!(matches!(recent(at_ms + skew_ms), Err(Unsigned::Time(_))), "{skew_ms}");
        }
        assert!(matches!(require_recent("20150830T123600Z", "20150829", at), Err(Unsigned::Time(_))));
        assert_eq!(require_recent("yesterday", "20150830", at), Err(Unsigned::Incomplete("X-Amz-Date")));
    }
}
