//! The URL of an object. Nothing in it is tidied up: S3 takes keys as they are.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use smsvoice_lake::S3Access;

/// What is escaped in a query: all but what RFC 3986 calls unreserved.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What is escaped in a path: the same, and slashes are part of a key. Signatures are made of exactly this spelling.
const IN_PATH: &AsciiSet = &IN_QUERY.remove(b'/');

/// Where a bucket's objects are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address(String);

impl Address {
    /// At an endpoint of its own, a bucket stands in the path; at AWS in the name of the host, unless it cannot: a certificate
    /// is not good for names with more dots.
    pub(super) fn of(access: &S3Access, bucket: &str) -> Self {
        let in_path = utf8_percent_encode(bucket, IN_QUERY);
        if let Some(endpoint) = &access.endpoint {
            return Self(format!("{}/{in_path}", endpoint.trim_end_matches('/')));
        }
        let region = &access.region;
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let is_label = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !bucket.is_empty() && bucket.bytes().all(is_label) {
            Self(format!("https://{bucket}.s3.{region}.{domain}"))
        } else {
            Self(format!("https://s3.{region}.{domain}/{in_path}"))
        }
    }

    /// The URL of an object, or of one version of it.
    pub(super) fn object(&self, key: &str, version: Option<&str>) -> String {
        let url = format!("{}/{}", self.0, utf8_percent_encode(key, IN_PATH));
        version.map_or(url.clone(), |version| format!("{url}?versionId={}", utf8_percent_encode(version, IN_QUERY)))
    }

    /// The URL of a question about the bucket.
    pub(super) fn query(&self, parameters: &[(&str, &str)]) -> String {
        let parameter = |(name, value): &(&str, &str)| format!("{name}={}", utf8_percent_encode(value, IN_QUERY));
        let parameters: Vec<String> = parameters.iter().map(parameter).collect();
        format!("{}/?{}", self.0, parameters.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn access(endpoint: Option<&str>, region: &str) -> S3Access {
        let endpoint = endpoint.map(str::to_owned);
        S3Access { region: region.to_owned(), endpoint, credentials: None, is_payer: false }
    }

    #[test]
    fn a_bucket_stands_in_the_host_or_in_the_path() {
        let aws = access(None, "eu-west-2");
        assert_eq!(
            Address::of(&aws, "sms-archive").object("a", None),
            "https://sms-archive.s3.eu-west-2.amazonaws.com/a"
        );
        assert_eq!(
            Address::of(&aws, "sms.example.com").object("a", None),
            "https://s3.eu-west-2.amazonaws.com/sms.example.com/a"
        );
        assert_eq!(Address::of(&aws, "x@evil/").object("a", None), "https://s3.eu-west-2.amazonaws.com/x%40evil%2F/a");
        let china = access(None, "cn-north-1");
        assert_eq!(Address::of(&china, "b").object("a", None), "https://b.s3.cn-north-1.amazonaws.com.cn/a");
        let own = access(Some("http://127.0.0.1:9000/"), "us-east-1");
        assert_eq!(Address::of(&own, "b").object("a", None), "http://127.0.0.1:9000/b/a");
    }

    #[test]
    fn keys_that_look_like_paths_are_left_as_they_are() {
        let address = Address::of(&access(Some("http://x"), "us-east-1"), "b");
        for (key, path) in [
            ("/a.json", "//a.json"),
            ("a//b", "/a//b"),
            ("a/./b/../c", "/a/./b/../c"),
            ("a/", "/a/"),
            ("a%2Fb c+d", "/a%252Fb%20c%2Bd"),
            ("é\t?#&=", "/%C3%A9%09%3F%23%26%3D"),
            ("-._~", "/-._~"),
        ] {
            assert_eq!(address.object(key, None), format!("http://x/b{path}"));
        }
        assert_eq!(address.object("a?b", Some("3/L4+x=")), "http://x/b/a%3Fb?versionId=3%2FL4%2Bx%3D");
        assert_eq!(
            address.query(&[("list-type", "2"), ("prefix", "a/b +")]),
            "http://x/b/?list-type=2&prefix=a%2Fb%20%2B"
        );
    }

    proptest! {
        #[test]
        fn every_key_comes_back_from_its_url_and_holds_nothing_that_ends_a_path(key in ".{1,64}") {
            let url = Address::of(&access(Some("http://x"), "us-east-1"), "b").object(&key, None);
            let path = url.strip_prefix("http://x/b/").unwrap();
            prop_assert!(path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte)));
            prop_assert_eq!(percent_encoding::percent_decode_str(path).decode_utf8().unwrap(), key);
        }
    }
}
