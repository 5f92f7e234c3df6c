//! What became of a message, in our words: channel, outcome, failure reason.

words! {
    /// The channel a message was sent on: the lake's first partition key.
    Channel {
        /// SMS.
        Text = "text",
        /// A spoken call.
        Voice = "voice",
        /// MMS.
        Media = "media",
        /// RCS.
        Rcs = "rcs",
        /// An event type whose prefix says none of these.
        Other = "other",
    }
}

impl Channel {
    /// The channel that the prefix of an event type's name tells.
    pub(crate) fn of_prefix(event_type: &str) -> Self {
        match event_type.split_once('_').map(|(prefix, _)| prefix) {
            Some("TEXT") => Self::Text,
            Some("VOICE") => Self::Voice,
            Some("MEDIA") => Self::Media,
            Some("RCS") => Self::Rcs,
            _ => Self::Other,
        }
    }
}

words! {
    /// What an event says became of its message. A message's own outcome is the greatest of its events', by this order.
    Outcome {
        /// Under way: nothing decided.
        Pending = "pending",
        /// AWS cannot tell (it says so after 72 h without a receipt), or this version does not know the event type.
        Unknown = "unknown",
        /// It did not arrive.
        Failed = "failed",
        /// Somebody refused it: the recipient, the carrier, or a protect configuration.
        Blocked = "blocked",
        /// The carrier took it, and no handset receipt will come.
        Accepted = "accepted",
        /// The handset took it, or the call was completed.
        Delivered = "delivered",
    }
}

words! {
    /// Why a message was blocked or failed.
    FailureReason {
        /// The device or the carrier blocks messages to this recipient.
        OptedOutOrBlocked = "opted_out_or_blocked",
        /// The carrier blocked it as malicious or abusive.
        CarrierBlocked = "carrier_blocked",
        /// The carrier took it for unsolicited advertising.
        Spam = "spam",
        /// A protect configuration of the sender's own account blocked it.
        ProtectBlocked = "protect_blocked",
        /// The destination is no valid number.
        InvalidNumber = "invalid_number",
        /// The body is not acceptable.
        InvalidContent = "invalid_content",
        /// The device is off or out of reach.
        Unreachable = "unreachable",
        /// The carrier could not be reached.
        CarrierUnreachable = "carrier_unreachable",
        /// The time to live passed.
        Expired = "expired",
        /// The line was busy.
        Busy = "busy",
        /// Nobody answered.
        NoAnswer = "no_answer",
        /// The call failed.
        CallFailed = "call_failed",
        /// The media file could not be read, was too large or of an unsupported type.
        MediaFile = "media_file",
        /// RCS delivery failed.
        RcsFailed = "rcs_failed",
    }
}
