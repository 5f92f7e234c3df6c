//! Why a piece of input is in quarantine: the reasons, and how far reading came.

use std::fmt;

use smsvoice_event::ParseError;

/// How far reading came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// The piece is in no envelope that this version knows.
    Envelope,
    /// The piece is in an envelope whose content could not be decoded: base64, gzip, UTF-8.
    Decode,
    /// The piece was decoded, but is no event.
    Parse,
}

impl Stage {
    /// The word in the column `stage`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Envelope => "envelope",
            Self::Decode => "decode",
            Self::Parse => "parse",
        }
    }
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $variant:ident = $word:literal $stage:ident;)*) => {
        /// Why a piece of input is no event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Reason {
            $($(#[doc = $doc])+ $variant,)*
        }

        impl Reason {
            /// All of them, in the order of their definition.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in the column `reason`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// How far reading came when this was found.
            pub const fn stage(self) -> Stage {
                match self { $(Self::$variant => Stage::$stage,)* }
            }

            /// What it means, in one sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)* }
            }
        }
    };
}

reasons! {
    /// The text is not JSON; the detail says at which byte, and what was expected there.
    InvalidJson = "invalid_json" Parse;
    /// `eventType`, `messageId` or `eventTimestamp` is absent, null or empty.
    MissingField = "missing_field" Parse;
    /// A known field holds what it cannot hold, such as a price with seven decimal places.
    InvalidField = "invalid_field" Parse;
    /// One key stands twice in one object, so that one of two values would have to be dropped.
    RepeatedField = "repeated_field" Parse;
    /// A time of the event lies outside the years 2010 to 2099; most likely it is in seconds or in microseconds.
    ImplausibleTime = "implausible_time" Parse;
    /// Objects and arrays nest deeper than 64 levels, or envelopes deeper than sixteen.
    TooDeep = "too_deep" Parse;
    /// An object has more than 128 fields that this version does not know.
    TooManyFields = "too_many_fields" Parse;
    /// A value is longer than 16 MiB; it is kept in pieces.
    TooLarge = "too_large" Parse;
    /// JSON with none of the three required fields, and no envelope that this version knows.
    NotAnEvent = "not_an_event" Parse;
    /// A record that no event source known to this version makes.
    UnknownEnvelope = "unknown_envelope" Envelope;
    /// An envelope that is not built as AWS documents it.
    InvalidEnvelope = "invalid_envelope" Envelope;
    /// Something else that AWS sends: an inbound message, a subscription to be confirmed.
    UnsupportedEvent = "unsupported_event" Envelope;
    /// What should be base64 is not.
    InvalidBase64 = "invalid_base64" Decode;
    /// The gzip stream is damaged or breaks off.
    InvalidGzip = "invalid_gzip" Decode;
    /// The zstd stream is damaged or breaks off.
    InvalidZstd = "invalid_zstd" Decode;
    /// A record of the Kinesis Producer Library that packs several, damaged so that none can be told from the others.
    InvalidAggregate = "invalid_aggregate" Decode;
    /// The bytes are not UTF-8.
    InvalidUtf8 = "invalid_utf8" Decode;
    /// Compressed data in an envelope that inflates to over 16 MiB, or to over 1 GiB with all else in the same payload; or of
    /// which over 2 MiB are unreadable. It is kept as it came.
    InflatesTooFar = "inflates_too_far" Decode;
    /// What takes longer to read than its share of an invocation's time. It is kept whole; `replay` has all the time it needs.
    TooSlow = "too_slow" Decode;
    /// An object that a notification names is not there (any more). What is kept is the notification.
    MissingObject = "missing_object" Envelope;
    /// The key of an object in an S3 notification is not URL-encoded UTF-8.
    InvalidObjectKey = "invalid_object_key" Decode;
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<&ParseError> for Reason {
    fn from(why: &ParseError) -> Self {
        // The event crate may learn new errors; whatever they are, the text was JSON and a field was wrong.
        Self::ALL.iter().copied().find(|reason| reason.as_str() == why.reason()).unwrap_or(Self::InvalidField)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_says_what_it_means() {
        for reason in Reason::ALL {
            assert!(reason.meaning().ends_with('.') && reason.meaning().len() > 20, "{reason}");
        }
    }
}
