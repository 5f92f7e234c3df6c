//! How a message's life ends, and the event that says so.

use std::fmt;

use serde::{Deserialize, Serialize};
use smsvoice_event::{Channel, KnownType};

macro_rules! endings {
    ($($(#[$doc:meta])* $variant:ident $word:literal: $($channel:ident => $last:ident),+;)*) => {
        /// How a life ends. Written in `snake_case` where people write it: `no_answer`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Ending { $($(#[$doc])* $variant,)* }

        impl Ending {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its word, `no_answer` say.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The last event of a life that ends so; none if no message of the channel can.
            pub const fn last_event(self, channel: Channel) -> Option<KnownType> {
                match (self, channel) {
                    $($((Self::$variant, Channel::$channel) => Some(KnownType::$last),)+)*
                    _ => None,
                }
            }
        }
    };
}

endings! {
    /// The handset took it; the call was completed.
    Delivered "delivered":
        Text => TextDelivered, Voice => VoiceCompleted, Media => MediaDelivered, Rcs => RcsDelivered;
    /// Delivered, and opened by the recipient.
    Read "read": Rcs => RcsRead;
    /// The carrier took it, and says that no receipt from the handset will come.
    Accepted "accepted": Text => TextSuccessful, Media => MediaSuccessful;
    /// The carrier took it (the phone rang), and nothing more is ever heard.
    NoReceipt "no_receipt":
        Text => TextSuccessful, Voice => VoiceRinging, Media => MediaSuccessful, Rcs => RcsSent;
    /// As `NoReceipt`, and after 72 hours AWS itself says that it does not know.
    UnknownAfterSilence "unknown_after_silence": Text => TextUnknown, Media => MediaUnknown;
    /// The carrier reports an error it does not explain.
    Unknown "unknown": Text => TextUnknown, Media => MediaUnknown;
    /// Reported unreachable for good, and delivered all the same: receipts that contradict each other.
    DeliveredAfterFailure "delivered_after_failure": Text => TextDelivered, Media => MediaDelivered;
    /// Unreachable at first (a failure that is not final), and delivered when the carrier tried again.
    DeliveredAfterRetry "delivered_after_retry": Text => TextDelivered, Media => MediaDelivered;
    /// Unreachable at first (a failure that is not final), and still so when the time to live passed.
    ExpiredAfterRetry "expired_after_retry": Text => TextTtlExpired, Media => MediaTtlExpired;
    /// Unreachable at first (a failure that is not final), and nothing more is ever heard.
    StillTrying "still_trying": Text => TextUnreachable, Media => MediaUnreachable;
    /// The destination is no valid number.
    Invalid "invalid": Text => TextInvalid, Media => MediaInvalid;
    /// The body is not acceptable.
    InvalidMessage "invalid_message": Text => TextInvalidMessage, Media => MediaInvalidMessage;
    /// The device is off or out of reach.
    Unreachable "unreachable": Text => TextUnreachable, Media => MediaUnreachable;
    /// The carrier cannot be reached.
    CarrierUnreachable "carrier_unreachable": Text => TextCarrierUnreachable, Media => MediaCarrierUnreachable;
    /// The device or the carrier blocks messages to the recipient.
    Blocked "blocked": Text => TextBlocked, Media => MediaBlocked;
    /// The carrier blocks it as malicious.
    CarrierBlocked "carrier_blocked": Text => TextCarrierBlocked, Media => MediaCarrierBlocked;
    /// The carrier takes it for spam.
    Spam "spam": Text => TextSpam, Media => MediaSpam;
    /// Its time to live passed.
    TtlExpired "ttl_expired":
        Text => TextTtlExpired, Voice => VoiceTtlExpired, Media => MediaTtlExpired, Rcs => RcsTtlExpired;
    /// A protect configuration blocks it; it never leaves AWS.
    ProtectBlocked "protect_blocked": Text => TextProtectBlocked, Rcs => RcsProtectBlocked;
    /// The media file cannot be read.
    FileInaccessible "file_inaccessible": Media => MediaFileInaccessible;
    /// The media file is of a type that cannot be sent.
    FileTypeUnsupported "file_type_unsupported": Media => MediaFileTypeUnsupported;
    /// The media file is too large.
    FileSizeExceeded "file_size_exceeded": Media => MediaFileSizeExceeded;
    /// The line is busy.
    Busy "busy": Voice => VoiceBusy;
    /// The phone rings, and nobody answers.
    NoAnswer "no_answer": Voice => VoiceNoAnswer;
    /// The call, or the RCS message, fails.
    Failed "failed": Voice => VoiceFailed, Rcs => RcsFailed;
    /// RCS could not reach the device, and the message goes out as an SMS, which has a life and an id of its own.
    FellBackToSms "fell_back_to_sms": Rcs => RcsFallenBackToSms;
}

impl Ending {
    /// Whether a message of `channel` can end so.
    pub const fn fits(self, channel: Channel) -> bool {
        self.last_event(channel).is_some()
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ending_reads_back_and_fits_a_channel() {
        for ending in Ending::ALL {
            let word = format!("\"{ending}\"");
            assert_eq!(serde_json::to_string(ending).unwrap(), word);
            assert_eq!(serde_json::from_str::<Ending>(&word).unwrap(), *ending);
            assert!(Channel::ALL.iter().any(|channel| ending.fits(*channel)), "{ending}");
            assert!(!ending.fits(Channel::Other));
        }
        let error = serde_json::from_str::<Ending>("\"gone\"").unwrap_err().to_string();
        assert!(error.contains("unknown variant `gone`, expected one of `delivered`, `read`"), "{error}");
    }

    #[test]
    fn last_events_are_of_their_channel() {
        for ending in Ending::ALL {
            for channel in Channel::ALL {
                assert!(
                    ending.last_event(*channel).is_none_or(|last| last.channel() == *channel),
                    "{ending} {channel}"
                );
            }
        }
    }
}
