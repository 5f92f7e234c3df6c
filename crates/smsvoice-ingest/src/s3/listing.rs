//! A page of a bucket's list of objects, as S3 writes it.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde::Deserialize;
use smsvoice_event::Timestamp;

use super::answer::generic;

/// An object of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its key, as it is.
    pub key: String,
    /// Its bytes.
    pub size: u64,
    /// When it was last modified.
    pub last_modified: Timestamp,
    /// Whether it rests in an archive, out of which it has to be fetched before it can be read.
    pub is_archived: bool,
}

/// A page of the list, and what to ask for the next one with, if there is one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) objects: Vec<Listed>,
    pub(crate) next: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListBucketResult {
    #[serde(default)]
    contents: Vec<Contents>,
    next_continuation_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Contents {
    key: String,
    size: u64,
    last_modified: String,
    storage_class: Option<String>,
}

/// The storage classes that nothing can be read from at once.
const ARCHIVES: [&str; 2] = ["GLACIER", "DEEP_ARCHIVE"];

/// Reads a page. Keys are asked for URL-encoded, since XML cannot say control characters.
pub(super) fn page(xml: &str) -> object_store::Result<Page> {
    let odd = |what: &str| generic(&format!("the list of objects cannot be read: {what}"));
    let list: ListBucketResult = quick_xml::de::from_str(xml).map_err(|error| odd(&error.to_string()))?;
    let listed = |contents: Contents| {
        let Contents { key, size, last_modified, storage_class } = contents;
        Ok(Listed {
            key: url_decoded(&key).ok_or_else(|| odd(&format!("the key {key:?} is not URL-encoded UTF-8")))?,
            size,
            last_modified: Timestamp::parse_rfc3339(&last_modified).ok_or_else(|| odd(&last_modified))?,
            is_archived: storage_class.is_some_and(|class| ARCHIVES.contains(&class.as_str())),
        })
    };
    let objects = list.contents.into_iter().map(listed).collect::<object_store::Result<_>>()?;
    Ok(Page { objects, next: list.next_continuation_token.filter(|token| !token.is_empty()) })
}

/// A key as S3 writes it in notifications and lists: `%XX`, and `+` for a blank.
pub(crate) fn url_decoded(key: &str) -> Option<String> {
    let mut escapes = key.split('%').skip(1);
    let complete = escapes.all(|escape| escape.len() >= 2 && escape.bytes().take(2).all(|b| b.is_ascii_hexdigit()));
    let key = key.replace('+', " ");
    complete.then(|| percent_decode_str(&key).decode_utf8().ok().map(Cow::into_owned)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_a_list_is_read() {
        let xml = r#"<?xml version="1.0" encoding="UTF-8"?>
            <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix>a</Prefix><KeyCount>2</KeyCount>
            <EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextContinuationToken>1/x&amp;y=</NextContinuationToken>
            <Contents><Key>a%09b+c%2Bd%C3%A9</Key><LastModified>2026-11-22T07:47:38.000Z</LastModified><ETag>&quot;e&quot;</ETag>
            <Size>12</Size><StorageClass>STANDARD</StorageClass></Contents>
            <Contents><Key>a/</Key><LastModified>2026-11-22T07:47:39.000Z</LastModified><Size>0</Size>
            <StorageClass>DEEP_ARCHIVE</StorageClass></Contents></ListBucketResult>"#;
        let Page { objects, next } = page(xml).unwrap();
        let [first, second] = &objects[..] else { panic!("{objects:?}") };
        assert_eq!((first.key.as_str(), first.size, first.is_archived), ("a\tb c+dé", 12, false));
        assert_eq!(Some(first.last_modified), Timestamp::parse_rfc3339("2026-11-22T07:47:38Z"));
        assert_eq!((second.key.as_str(), second.is_archived), ("a/", true));
        assert_eq!(next.as_deref(), Some("1/x&y="));
        assert_eq!(page("<ListBucketResult></ListBucketResult>").unwrap(), Page::default());
        for odd in ["", "<ListBucket", "<ListBucketResult><Contents><Key>%zz</Key></Contents></ListBucketResult>"] {
            assert!(page(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn object_keys_are_decoded() {
        assert_eq!(url_decoded("red+flower%C3%A9.jpg").as_deref(), Some("red floweré.jpg"));
        assert_eq!(url_decoded("a%2B%25").as_deref(), Some("a+%"));
        assert_eq!(url_decoded("a%2").as_deref(), None);
        assert_eq!(url_decoded("%FF").as_deref(), None);
    }
}
