//! Every event type that AWS emits, and what each says of its message. Outcomes and failure reasons are told by this one
//! table, and by [`EventType::outcome`], which adds what `isFinal` means.

use std::borrow::Cow;
use std::fmt;

use crate::outcome::{Channel, FailureReason, Outcome};

/// What an event type says of its message, unless `isFinal` is false: see [`EventType::outcome`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// The message has this outcome.
    Is(Outcome),
    /// `*_SUCCESSFUL`: the carrier took the message, and if the event is final, no receipt from the handset will come.
    AcceptedIfFinal,
    /// The message did not arrive, and why.
    Because(Outcome, FailureReason),
}

macro_rules! event_types {
    ($($variant:ident $wire:literal $channel:ident => $meaning:expr;)*) => {
        /// An event type this version knows: the 46 that AWS emits, and `TEXT_SENT`, which is in the API's enum but
        /// "not supported" as an event (botocore 1.44.5, `pinpoint-sms-voice-v2`, shape `EventType`).
        ///
        /// Selectors (`ALL`, `TEXT_ALL`, ...) are not event types: they are never emitted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum KnownType {
            $(#[doc = concat!("`", $wire, "`")] $variant,)*
        }

        impl KnownType {
            /// All known types, in the order of AWS's own enum.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name on the wire, `TEXT_DELIVERED` say.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $wire,)* }
            }

            /// The channel the message was sent on.
            pub const fn channel(self) -> Channel {
                match self { $(Self::$variant => Channel::$channel,)* }
            }

            const fn meaning(self) -> Meaning {
                use FailureReason as R;
                use Meaning::{AcceptedIfFinal, Because, Is};
                use Outcome::{Blocked, Delivered, Failed, Pending, Unknown};
                match self { $(Self::$variant => $meaning,)* }
            }

            fn from_wire(name: &str) -> Option<Self> {
                match name { $($wire => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

event_types! {
    TextSent "TEXT_SENT" Text => Is(Pending);
    TextPending "TEXT_PENDING" Text => Is(Pending);
    TextQueued "TEXT_QUEUED" Text => Is(Pending);
    TextSuccessful "TEXT_SUCCESSFUL" Text => AcceptedIfFinal;
    TextDelivered "TEXT_DELIVERED" Text => Is(Delivered);
    TextInvalid "TEXT_INVALID" Text => Because(Failed, R::InvalidNumber);
    TextInvalidMessage "TEXT_INVALID_MESSAGE" Text => Because(Failed, R::InvalidContent);
    TextUnreachable "TEXT_UNREACHABLE" Text => Because(Failed, R::Unreachable);
    TextCarrierUnreachable "TEXT_CARRIER_UNREACHABLE" Text => Because(Failed, R::CarrierUnreachable);
    TextBlocked "TEXT_BLOCKED" Text => Because(Blocked, R::OptedOutOrBlocked);
    TextCarrierBlocked "TEXT_CARRIER_BLOCKED" Text => Because(Blocked, R::CarrierBlocked);
    TextSpam "TEXT_SPAM" Text => Because(Blocked, R::Spam);
    TextUnknown "TEXT_UNKNOWN" Text => Is(Unknown);
    TextTtlExpired "TEXT_TTL_EXPIRED" Text => Because(Failed, R::Expired);
    TextProtectBlocked "TEXT_PROTECT_BLOCKED" Text => Because(Blocked, R::ProtectBlocked);
    VoiceInitiated "VOICE_INITIATED" Voice => Is(Pending);
    VoiceRinging "VOICE_RINGING" Voice => Is(Pending);
    VoiceAnswered "VOICE_ANSWERED" Voice => Is(Pending);
    VoiceCompleted "VOICE_COMPLETED" Voice => Is(Delivered);
    VoiceBusy "VOICE_BUSY" Voice => Because(Failed, R::Busy);
    VoiceNoAnswer "VOICE_NO_ANSWER" Voice => Because(Failed, R::NoAnswer);
    VoiceFailed "VOICE_FAILED" Voice => Because(Failed, R::CallFailed);
    VoiceTtlExpired "VOICE_TTL_EXPIRED" Voice => Because(Failed, R::Expired);
    MediaPending "MEDIA_PENDING" Media => Is(Pending);
    MediaQueued "MEDIA_QUEUED" Media => Is(Pending);
    MediaSuccessful "MEDIA_SUCCESSFUL" Media => AcceptedIfFinal;
    MediaDelivered "MEDIA_DELIVERED" Media => Is(Delivered);
    MediaInvalid "MEDIA_INVALID" Media => Because(Failed, R::InvalidNumber);
    MediaInvalidMessage "MEDIA_INVALID_MESSAGE" Media => Because(Failed, R::InvalidContent);
    MediaUnreachable "MEDIA_UNREACHABLE" Media => Because(Failed, R::Unreachable);
    MediaCarrierUnreachable "MEDIA_CARRIER_UNREACHABLE" Media => Because(Failed, R::CarrierUnreachable);
    MediaBlocked "MEDIA_BLOCKED" Media => Because(Blocked, R::OptedOutOrBlocked);
    MediaCarrierBlocked "MEDIA_CARRIER_BLOCKED" Media => Because(Blocked, R::CarrierBlocked);
    MediaSpam "MEDIA_SPAM" Media => Because(Blocked, R::Spam);
    MediaUnknown "MEDIA_UNKNOWN" Media => Is(Unknown);
    MediaTtlExpired "MEDIA_TTL_EXPIRED" Media => Because(Failed, R::Expired);
    MediaFileInaccessible "MEDIA_FILE_INACCESSIBLE" Media => Because(Failed, R::MediaFile);
    MediaFileTypeUnsupported "MEDIA_FILE_TYPE_UNSUPPORTED" Media => Because(Failed, R::MediaFile);
    MediaFileSizeExceeded "MEDIA_FILE_SIZE_EXCEEDED" Media => Because(Failed, R::MediaFile);
    RcsQueued "RCS_QUEUED" Rcs => Is(Pending);
    RcsSent "RCS_SENT" Rcs => Is(Pending);
    RcsDelivered "RCS_DELIVERED" Rcs => Is(Delivered);
    RcsRead "RCS_READ" Rcs => Is(Delivered);
    RcsFailed "RCS_FAILED" Rcs => Because(Failed, R::RcsFailed);
    RcsTtlExpired "RCS_TTL_EXPIRED" Rcs => Because(Failed, R::Expired);
    RcsProtectBlocked "RCS_PROTECT_BLOCKED" Rcs => Because(Blocked, R::ProtectBlocked);
    RcsFallenBackToSms "RCS_FALLEN_BACK_TO_SMS" Rcs => Is(Pending);
}

/// The seven event types of the v1 voice API and the v2 names they are stored under
/// (botocore 1.44.5, `pinpoint-sms-voice`, shape `EventType`).
pub const V1_VOICE_TYPES: [(&str, KnownType); 7] = [
    ("INITIATED_CALL", KnownType::VoiceInitiated),
    ("RINGING", KnownType::VoiceRinging),
    ("ANSWERED", KnownType::VoiceAnswered),
    ("COMPLETED_CALL", KnownType::VoiceCompleted),
    ("BUSY", KnownType::VoiceBusy),
    ("FAILED", KnownType::VoiceFailed),
    ("NO_ANSWER", KnownType::VoiceNoAnswer),
];

/// The type of one event: known, or a name AWS added after this version (52 selectable names today, 25 in 2022).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventType<'a> {
    /// One this version knows.
    Known(KnownType),
    /// Any other, kept as it was sent.
    Unknown(Cow<'a, str>),
}

impl<'a> EventType<'a> {
    /// Reads a wire name; v1 voice names become their `VOICE_*` names.
    pub fn from_wire(name: Cow<'a, str>) -> Self {
        let v1 = || V1_VOICE_TYPES.iter().find(|(wire, _)| *wire == name).map(|(_, known)| *known);
        match KnownType::from_wire(&name).or_else(v1) {
            Some(known) => Self::Known(known),
            None => Self::Unknown(name),
        }
    }

    /// The name that is stored: the wire name, or for v1 voice its `VOICE_*` name.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(known) => known.as_str(),
            Self::Unknown(name) => name,
        }
    }

    /// The channel, which for an unknown type its prefix tells.
    pub fn channel(&self) -> Channel {
        match self {
            Self::Known(known) => known.channel(),
            Self::Unknown(name) => Channel::of_prefix(name),
        }
    }

    /// What an event of this type says of its message.
    ///
    /// An event whose `isFinal` is false is pending, whatever its type: the carrier goes on trying. Only a delivery is a
    /// delivery all the same. Where `isFinal` is absent, the type alone decides, and `*_SUCCESSFUL` counts as not final.
    pub fn outcome(&self, is_final: Option<bool>) -> Outcome {
        match (self.meaning(), is_final) {
            (Meaning::Is(Outcome::Delivered), _) => Outcome::Delivered,
            (_, Some(false)) | (Meaning::AcceptedIfFinal, None) => Outcome::Pending,
            (Meaning::Is(outcome) | Meaning::Because(outcome, _), _) => outcome,
            (Meaning::AcceptedIfFinal, Some(true)) => Outcome::Accepted,
        }
    }

    /// Why the message did not arrive; none unless the type is that of a block or a failure. A failure that is not final
    /// has its reason too, although its outcome is pending.
    pub fn failure_reason(&self) -> Option<FailureReason> {
        match self.meaning() {
            Meaning::Because(_, reason) => Some(reason),
            Meaning::Is(_) | Meaning::AcceptedIfFinal => None,
        }
    }

    fn meaning(&self) -> Meaning {
        match self {
            Self::Known(known) => known.meaning(),
            Self::Unknown(_) => Meaning::Is(Outcome::Unknown),
        }
    }
}

impl fmt::Display for EventType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_type_reads_back_as_itself() {
        assert_eq!(KnownType::ALL.len(), 47, "46 emitted types and TEXT_SENT");
        for known in KnownType::ALL {
            assert_eq!(EventType::from_wire(known.as_str().into()), EventType::Known(*known));
        }
    }

    #[test]
    fn outcome_table_is_as_documented() {
        let mut table = String::new();
        for known in KnownType::ALL {
            let event_type = EventType::Known(*known);
            let reason = event_type.failure_reason().map_or("-", FailureReason::as_str);
            let [absent, open, last] = [None, Some(false), Some(true)].map(|is_final| event_type.outcome(is_final));
            table +=
                &format!("{event_type} {}: {absent}, not final {open}, final {last}; {reason}\n", event_type.channel());
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn what_is_not_final_is_pending_unless_it_is_a_delivery() {
        let unknown = EventType::Unknown("TEXT_TELEPORTED".into());
        for event_type in KnownType::ALL.iter().map(|known| EventType::Known(*known)).chain([unknown]) {
            let is_delivery = event_type.outcome(None) == Outcome::Delivered;
            let expected = if is_delivery { Outcome::Delivered } else { Outcome::Pending };
            assert_eq!(event_type.outcome(Some(false)), expected, "{event_type}");
        }
        let unreachable = EventType::Known(KnownType::TextUnreachable);
        assert_eq!(unreachable.failure_reason(), Some(FailureReason::Unreachable));
        assert_eq!(unreachable.outcome(None), Outcome::Failed, "an event that does not say is taken at its word");
    }

    #[test]
    fn unknown_event_type_is_kept() {
        let kept = EventType::from_wire("RCS_TYPED".into());
        assert_eq!(
            (kept.as_str(), kept.channel(), kept.outcome(Some(true))),
            ("RCS_TYPED", Channel::Rcs, Outcome::Unknown)
        );
        for (name, channel) in [
            ("TEXT_TELEPORTED", Channel::Text),
            ("VOICE_WHISPERED", Channel::Voice),
            ("MEDIA_PAINTED", Channel::Media),
            ("NOTIFY_SENT", Channel::Other),
            ("TEXT", Channel::Other),
        ] {
            assert_eq!(EventType::from_wire(name.into()).channel(), channel, "{name}");
        }
    }

    #[test]
    fn v1_voice_types_take_their_v2_names() {
        for (wire, known) in V1_VOICE_TYPES {
            assert_eq!(EventType::from_wire(wire.into()).as_str(), known.as_str());
        }
    }
}
