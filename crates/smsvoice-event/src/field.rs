//! The fields of an event by their names on the wire: those that have a place of their own in
//! [`Event`](crate::Event), and those that are known to come without one.

/// How many unknown fields one event may have. AWS sends about 30 fields in all; names are compared pair by pair, so the
/// limit also bounds the time.
pub(crate) const MAX_UNKNOWN_FIELDS: usize = 128;

/// Fields that AWS documents and that have no place of their own, but stay among [`Event::extra`](crate::Event::extra):
/// MMS's constant, and what links the messages of an RCS conversation.
const KNOWN_WITHOUT_PLACE: [&str; 4] =
    ["contentType", "conversationInitiatingMessageId", "conversationInitiatingMessageType", "conversationSessionFee"];

/// Whether AWS documents a field of this name that has no place of its own.
pub(crate) fn is_known_without_place(name: &str) -> bool {
    KNOWN_WITHOUT_PLACE.contains(&name)
}

/// Hands the table of fields, in the order AWS writes them, to another macro: name, length of the wire name, wire name.
macro_rules! with_fields {
    ($then:ident) => {
        $then! {
            EventType 9 "eventType";
            EventVersion 12 "eventVersion";
            EventTimestamp 14 "eventTimestamp";
            IsFinal 7 "isFinal";
            OriginationPhoneNumber 22 "originationPhoneNumber";
            DestinationPhoneNumber 22 "destinationPhoneNumber";
            IsoCountryCode 14 "isoCountryCode";
            Mcc 3 "mcc";
            Mnc 3 "mnc";
            CarrierName 11 "carrierName";
            MessageId 9 "messageId";
            MessageRequestTimestamp 23 "messageRequestTimestamp";
            MessageEncoding 15 "messageEncoding";
            MessageType 11 "messageType";
            MessageStatus 13 "messageStatus";
            MessageStatusDescription 24 "messageStatusDescription";
            Context 7 "context";
            TotalMessageParts 17 "totalMessageParts";
            TotalMessagePrice 17 "totalMessagePrice";
            TotalCarrierFee 15 "totalCarrierFee";
            CallDurationInSeconds 21 "callDurationInSeconds";
            TotalDurationInMinutes 22 "totalDurationInMinutes";
            ProtectConfiguration 20 "protectConfiguration";
            ProtectConfigurationAssessment 30 "protectConfigurationAssessment";
            RcsMetadata 11 "rcsMetadata";
            RcsBusinessId 13 "rcsBusinessId";
            AgentIsoCountryCode 19 "agentIsoCountryCode";
            IsInternationalSend 19 "isInternationalSend";
        }
    };
}
pub(crate) use with_fields;

macro_rules! declare {
    ($($variant:ident $len:literal $wire:literal;)*) => {
        /// A field this version reads. (AWS docs "Example AWS End User Messaging SMS event data" and "RCS events";
        /// `carrierName` is in no table of theirs, but in real events.)
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Field { $($variant,)* }

        impl Field {
            const ALL: &'static [(Self, usize, &'static str)] = &[$((Self::$variant, $len, $wire),)*];

            pub(crate) const fn wire(self) -> &'static str {
                match self { $(Self::$variant => $wire,)* }
            }

            /// The field of this name. The length is matched first: one comparison a key, not thirty.
            #[inline]
            pub(crate) fn of(key: &str) -> Option<Self> {
                match (key.len(), key) { $(($len, $wire) => Some(Self::$variant),)* _ => Self::alias(key) }
            }
        }
    };
}
with_fields!(declare);

impl Field {
    /// A field under another spelling. AWS's page says that messages sent through Pinpoint's SendMessages carry
    /// `originationNumber` instead. And tools lose the case of names: Hive makes all of them lower-case, others upper-case.
    fn alias(key: &str) -> Option<Self> {
        if key.eq_ignore_ascii_case("originationNumber") {
            return Some(Self::OriginationPhoneNumber);
        }
        Self::ALL.iter().find(|(_, _, wire)| wire.eq_ignore_ascii_case(key)).map(|(field, ..)| *field)
    }

    pub(crate) const fn bit(self) -> u64 {
        1 << self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_by_its_name() {
        for (field, len, wire) in Field::ALL {
            assert_eq!(*len, wire.len(), "{wire}");
            assert_eq!(Field::of(wire), Some(*field));
        }
        assert_eq!(Field::of("contentType"), None);
    }

    #[test]
    fn a_field_whose_case_was_lost_is_found() {
        for (field, _, wire) in Field::ALL {
            assert_eq!(Field::of(&wire.to_lowercase()), Some(*field));
            assert_eq!(Field::of(&wire.to_uppercase()), Some(*field));
        }
    }
}
