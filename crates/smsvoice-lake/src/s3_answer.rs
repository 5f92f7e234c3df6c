//! What S3 says when it refuses, in one sentence: it says it in XML.

use std::error::Error;

use object_store::Error as StoreError;

use crate::credentials::NoCredentials;
use crate::error::StoreFailure;

/// What is wrong, and whether asking again can help.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sentence {
    pub(crate) text: String,
    pub(crate) failure: StoreFailure,
}

/// What a store says, in one sentence without XML.
pub fn said(error: &StoreError) -> String {
    sentence(error).map_or_else(|| chain(error), |sentence| sentence.text)
}

/// The codes that somebody meets who sets something up, and what to do. Another code is told with S3's own message.
const CODES: [(&[&str], &str); 7] = [
    (&["NoSuchBucket"], "there is no bucket of this name; is it spelled right, and is the endpoint the right one?"),
    (
        &["AccessDenied", "AllAccessDisabled", "AccountProblem"],
        "these credentials may not do that; the policy of the role or of the bucket has to allow it",
    ),
    (
        &["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"],
        "the credentials have expired; sign in again (`aws sso login`, say)",
    ),
    (
        &[
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "InvalidToken",
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "AuthFailure",
        ],
        "the credentials are not valid; check AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ),
    (
        &[
            "AuthorizationHeaderMalformed",
            "PermanentRedirect",
            "IllegalLocationConstraintException",
            "TemporaryRedirect",
        ],
        "the bucket is in another region; name it in AWS_REGION",
    ),
    (&["RequestTimeTooSkewed"], "the clock of this machine is wrong by more than 15 minutes"),
    (&["InvalidObjectState"], "the object rests in an archive; restore it first"),
];

/// What `object_store` says of a redirection: S3 tells so that a bucket is in another region, where the answer has no body.
const BARE_REDIRECT: &str = "redirect without LOCATION";

/// What the error says, if it is an answer of S3, or there are no credentials to ask with.
pub(crate) fn sentence(error: &StoreError) -> Option<Sentence> {
    let refused = |text: String| Some(Sentence { text, failure: StoreFailure::Refused });
    let mut next: Option<&dyn Error> = Some(error);
    while let Some(one) = next {
        if let Some(none) = one.downcast_ref::<NoCredentials>() {
            return refused(none.to_string());
        }
        next = one.source();
    }
    let whole = chain(error);
    let element = |name: &str| {
        let (_, rest) = whole.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>")).map(|(text, _)| text.to_owned())
    };
    if let Some(code) = element("Code") {
        if let Some((_, text)) = CODES.iter().find(|(codes, _)| codes.contains(&code.as_str())) {
            let region = element("Region").map(|region| format!(" = {region}")).unwrap_or_default();
            let region = if text.ends_with("AWS_REGION") { region } else { String::new() };
            let sentence = Sentence { text: format!("{text}{region} ({code})"), failure: StoreFailure::Refused };
            let is_missing = code == "NoSuchBucket";
            return Some(if is_missing { Sentence { failure: StoreFailure::NotFound, ..sentence } } else { sentence });
        }
        let failure = StoreFailure::by_kind(error);
        let message = element("Message").unwrap_or_default();
        return Some(Sentence { text: format!("S3 says {code}: {message}"), failure });
    }
    match error {
        _ if whole.contains(BARE_REDIRECT) => refused(CODES[4].1.to_owned()),
        // The answer to HEAD has no body.
        StoreError::PermissionDenied { .. } if whole.contains("403") => refused(format!("{} (403)", CODES[1].1)),
        _ => None,
    }
}

/// The error and what caused it, each once: an outer text often repeats the inner one.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(one) = next {
        let said = one.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        next = one.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> StoreError {
        StoreError::Generic { store: "S3", source: body.to_owned().into() }
    }

    #[test]
    fn each_refusal_is_one_sentence_without_xml() {
        let mut sentences = String::new();
        for code in
            ["NoSuchBucket", "AccessDenied", "ExpiredToken", "InvalidAccessKeyId", "RequestTimeTooSkewed", "SlowDown"]
        {
            let body =
                format!("400: <?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>Told so.</Message></Error>");
            sentences += &format!("{}\n", said(&answer(&body)));
        }
        let region = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>";
        sentences += &format!("{}\n", said(&answer(region)));
        sentences += &format!("{}\n", said(&answer("Received redirect without LOCATION, this normally")));
        let denied = StoreError::PermissionDenied { path: "a".into(), source: "403 Forbidden".into() };
        sentences += &format!("{}\n", said(&denied));
        let nowhere = StoreError::Generic { store: "S3", source: Box::new(NoCredentials::Nowhere) };
        sentences += &said(&nowhere);
        assert!(!sentences.contains('<'));
        insta::assert_snapshot!(sentences, @r"
        there is no bucket of this name; is it spelled right, and is the endpoint the right one? (NoSuchBucket)
        these credentials may not do that; the policy of the role or of the bucket has to allow it (AccessDenied)
        the credentials have expired; sign in again (`aws sso login`, say) (ExpiredToken)
        the credentials are not valid; check AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (InvalidAccessKeyId)
        the clock of this machine is wrong by more than 15 minutes (RequestTimeTooSkewed)
        S3 says SlowDown: Told so.
        the bucket is in another region; name it in AWS_REGION = eu-west-1 (AuthorizationHeaderMalformed)
        the bucket is in another region; name it in AWS_REGION
        these credentials may not do that; the policy of the role or of the bucket has to allow it (403)
        no AWS credentials were found: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (`aws configure` or `aws sso login` sets a profile up)
        ");
    }

    #[test]
    fn asking_again_helps_where_s3_is_busy_and_nowhere_else() {
        let of = |code: &str| sentence(&answer(&format!("<Code>{code}</Code>"))).map(|sentence| sentence.failure);
        assert_eq!(of("SlowDown"), Some(StoreFailure::Other));
        assert_eq!(of("ExpiredToken"), Some(StoreFailure::Refused));
        assert_eq!(of("NoSuchBucket"), Some(StoreFailure::NotFound));
        assert_eq!(sentence(&StoreError::NotImplemented { operation: "x".into(), implementer: "y".into() }), None);
    }
}
