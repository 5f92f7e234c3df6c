//! Names of objects and places in S3: `s3://bucket/key`, the key as it is.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use smsvoice_lake::{Lake, Table};
use thiserror::Error;

/// An object in S3.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectName {
    /// The bucket.
    pub bucket: String,
    /// The key, as it is.
    pub key: String,
    /// The version that is meant (S3 calls it `versionId`); none for whichever is there.
    pub version: Option<String>,
}

impl ObjectName {
    /// The object of this key, in the version that is there.
    pub(crate) fn current(bucket: &str, key: &str) -> Self {
        Self { bucket: bucket.to_owned(), key: key.to_owned(), version: None }
    }

    /// What messages call it: `s3://bucket/key`. Without the version: read by a notification and found in a list, an object
    /// has one name.
    pub fn url(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }

    /// Whether it is one of the lake's own: reading those would go round in circles.
    pub(crate) fn is_of(&self, lake: &Lake) -> bool {
        let Some(rest) = lake.url().strip_prefix("s3://") else { return false };
        let (bucket, _) = rest.split_once('/').unwrap_or((rest, ""));
        let below = |table: Table| self.key.starts_with(&format!("{}/", lake.path(table.as_str())));
        bucket == self.bucket && Table::ALL.into_iter().any(below)
    }

    /// A notification that names it, for the quarantine: read again, it leads to the object.
    pub(crate) fn notification(&self) -> String {
        let key = utf8_percent_encode(&self.key, NON_ALPHANUMERIC).to_string();
        let mut object = json!({"key": key});
        if let Some(version) = &self.version {
            object["versionId"] = version.as_str().into();
        }
        json!({"eventSource": "aws:s3", "s3": {"bucket": {"name": self.bucket}, "object": object}}).to_string()
    }
}

/// Where objects are to be read: one of them, all below a folder, or all whose keys begin alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Place {
    /// The bucket.
    pub bucket: String,
    /// A key, or what keys begin with, as it is; nothing is decoded.
    pub key: String,
}

/// What is no place in S3.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum S3PlaceError {
    /// The bucket is missing.
    #[error("{url:?} names no bucket: expected s3://bucket, s3://bucket/folder or s3://bucket/key")]
    NoBucket {
        /// As given.
        url: String,
    },
    /// A slip of the pen.
    #[error("{url:?} is no path and no URL: after s3: two slashes belong before the bucket")]
    Slashes {
        /// As given.
        url: String,
    },
}

impl S3Place {
    /// Reads `s3://bucket/key`; nothing else is a place in S3.
    pub fn parse(url: &str) -> Option<Result<Self, S3PlaceError>> {
        let Some(rest) = url.strip_prefix("s3://") else {
            return url.starts_with("s3:/").then(|| Err(S3PlaceError::Slashes { url: url.to_owned() }));
        };
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Some(Err(S3PlaceError::NoBucket { url: url.to_owned() }));
        }
        Some(Ok(Self { bucket: bucket.to_owned(), key: key.to_owned() }))
    }

    /// As it was given.
    pub fn url(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }

    /// What the keys of several objects begin with: of `a*` with `a`, of a folder with its name and a slash.
    pub(crate) fn prefix(&self) -> String {
        match self.key.strip_suffix('*') {
            Some(beginning) => beginning.to_owned(),
            None if self.key.is_empty() || self.key.ends_with('/') => self.key.clone(),
            None => format!("{}/", self.key),
        }
    }

    /// The object it may be itself.
    pub(crate) fn object(&self) -> Option<&str> {
        (self.prefix().len() > self.key.len()).then_some(self.key.as_str())
    }
}

/// What a place turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// An object.
    Object(ObjectName),
    /// All objects of a bucket whose keys begin alike.
    Below {
        /// The bucket.
        bucket: String,
        /// What their keys begin with.
        prefix: String,
    },
}

impl Scope {
    /// Whether an object is it, or among them. A version that is named may be an older one, which is in no list.
    pub fn holds(&self, object: &ObjectName) -> bool {
        match self {
            _ if object.version.is_some() => false,
            Self::Object(name) => name == object,
            Self::Below { bucket, prefix } => *bucket == object.bucket && object.key.starts_with(prefix.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_an_object_a_folder_or_a_beginning() {
        let place = |url: &str| S3Place::parse(url).unwrap().unwrap();
        for (url, prefix, object) in [
            ("s3://b", "", None),
            ("s3://b/", "", None),
            ("s3://b/a", "a/", Some("a")),
            ("s3://b/a/", "a/", None),
            ("s3://b//a", "/a/", Some("/a")),
            ("s3://b/2026/11/2*", "2026/11/2", None),
            ("s3://b/a%20b?c#d", "a%20b?c#d/", Some("a%20b?c#d")),
        ] {
            assert_eq!((&*place(url).prefix(), place(url).object()), (prefix, object), "{url}");
        }
        assert_eq!(S3Place::parse("./s3"), None);
        assert!(S3Place::parse("s3:///a").unwrap().unwrap_err().to_string().contains("no bucket"));
        assert!(S3Place::parse("s3:/b/a").unwrap().unwrap_err().to_string().contains("two slashes"));
    }

    #[test]
    fn an_object_holds_itself_and_a_beginning_all_that_begin_so() {
        let name = ObjectName::current;
        let object = Scope::Object(name("b", "a"));
        let below = Scope::Below { bucket: "b".into(), prefix: "a/".into() };
        for (key, by_object, by_below) in [("a", true, false), ("a/b", false, true), ("ab", false, false)] {
            assert_eq!((object.holds(&name("b", key)), below.holds(&name("b", key))), (by_object, by_below), "{key}");
            assert!(!object.holds(&name("c", key)) && !below.holds(&name("c", key)), "{key}");
            let version = ObjectName { version: Some("v".to_owned()), ..name("b", key) };
            assert!(!object.holds(&version) && !below.holds(&version), "{key}: it may be another one than was listed");
        }
    }
}
