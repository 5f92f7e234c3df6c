//! One event of a life: what it adds to what its message already says.

use smsvoice_event::{EventType, KnownType, Usd};

/// One event of a message's life. Together with its [`Message`](crate::Message) it is one line of JSON:
/// [`write_json`](Self::write_json).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifeEvent {
    /// Its type. Lives have known types alone; [`generate`](crate::generate()) adds unknown ones on request.
    pub event_type: EventType<'static>,
    /// When it would reach its destination, in epoch milliseconds; not part of the event.
    pub at_ms: i64,
    /// `eventTimestamp`: when it happened, in epoch milliseconds.
    pub event_time_ms: i64,
    /// `isFinal`.
    pub is_final: bool,
    /// `messageStatus`.
    pub status: &'static str,
    /// `messageStatusDescription`; calls have none.
    pub description: Option<&'static str>,
    /// `totalMessagePrice`.
    pub price: Option<Usd>,
    /// `totalCarrierFee`; calls have none.
    pub carrier_fee: Option<Usd>,
    /// `callDurationInSeconds`, from which `totalDurationInMinutes` follows.
    pub call_seconds: Option<u32>,
    /// How much it tells of the recipient's network.
    pub network: Network,
    /// Whether it has an `isoCountryCode`.
    pub names_country: bool,
}

/// How much an event tells of the recipient's network (`mcc`, `mnc`, `carrierName`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Nothing: from short codes, and in some failures.
    Untold,
    /// The codes alone.
    Codes,
    /// The codes and the name.
    Named,
}

impl LifeEvent {
    /// Begun minutes of the call.
    pub fn billed_minutes(&self) -> Option<u32> {
        self.call_seconds.map(|seconds| seconds.div_ceil(60))
    }
}

/// `messageStatus` and `messageStatusDescription` of an event type. The words are AWS's where a sample or the SNS delivery
/// log shows them; for types never seen in public they are made in the same style.
pub(crate) const fn wording(known: KnownType) -> (&'static str, Option<&'static str>) {
    use KnownType as K;
    match known {
        K::TextSent | K::RcsSent => ("PENDING", Some("Message has been sent")),
        K::TextPending | K::MediaPending => ("PENDING", Some("Message is being delivered")),
        K::TextQueued | K::MediaQueued => ("QUEUED", Some("Message is queued for delivery")),
        K::RcsQueued => ("PENDING", Some("Message is queued for delivery")),
        K::TextSuccessful | K::MediaSuccessful => ("SUCCESSFUL", Some("Message has been accepted by phone carrier")),
        K::TextDelivered | K::MediaDelivered | K::RcsDelivered => {
            ("DELIVERED", Some("Message has been accepted by phone"))
        }
        K::TextInvalid | K::MediaInvalid => ("INVALID", Some("Invalid phone number")),
        K::TextInvalidMessage | K::MediaInvalidMessage => ("INVALID_MESSAGE", Some("Message body is invalid")),
        K::TextUnreachable | K::MediaUnreachable => ("UNREACHABLE", Some("Phone is currently unreachable/unavailable")),
        K::TextCarrierUnreachable | K::MediaCarrierUnreachable => {
            ("CARRIER_UNREACHABLE", Some("Phone carrier is currently unreachable/unavailable"))
        }
        K::TextBlocked | K::MediaBlocked => ("BLOCKED", Some("Phone has blocked SMS")),
        K::TextCarrierBlocked | K::MediaCarrierBlocked => {
            ("CARRIER_BLOCKED", Some("Phone carrier has blocked this message"))
        }
        K::TextSpam | K::MediaSpam => ("SPAM", Some("Blocked as spam by phone carrier")),
        K::TextUnknown | K::MediaUnknown => ("UNKNOWN", Some("Unknown error attempting to reach phone")),
        K::TextTtlExpired | K::MediaTtlExpired => ("TTL_EXPIRED", Some("The delivery TTL has expired")),
        K::TextProtectBlocked | K::RcsProtectBlocked => {
            ("PROTECT_BLOCKED", Some("Message blocked by protect configuration"))
        }
        K::MediaFileInaccessible => ("INVALID_MESSAGE", Some("Media file is inaccessible")),
        K::MediaFileTypeUnsupported => ("INVALID_MESSAGE", Some("Media file type is unsupported")),
        K::MediaFileSizeExceeded => ("INVALID_MESSAGE", Some("Media file size limit exceeded")),
        K::RcsRead => ("READ", Some("Message has been read by recipient")),
        K::RcsFailed => ("UNDELIVERABLE", Some("Message could not be delivered")),
        K::RcsTtlExpired => ("TTL_EXPIRATION_REVOKED", Some("The delivery TTL has expired")),
        K::RcsFallenBackToSms => ("PENDING", Some("Message has fallen back to SMS")),
        K::VoiceInitiated => ("INITIATED", None),
        K::VoiceRinging => ("RINGING", None),
        K::VoiceAnswered => ("ANSWERED", None),
        K::VoiceCompleted => ("COMPLETED", None),
        K::VoiceBusy => ("BUSY", None),
        K::VoiceNoAnswer => ("NO_ANSWER", None),
        K::VoiceFailed => ("FAILED", None),
        K::VoiceTtlExpired => ("TTL_EXPIRED", None),
    }
}
