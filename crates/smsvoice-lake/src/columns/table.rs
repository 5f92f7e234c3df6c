//! The tables of the columns of `events` and `quarantine`. Each column is one line; the schema, what a batch holds in memory, where
//! its values come from, how they are encoded and what tells an event from its duplicates are all made from that line.
//!
//! ```text
//! name: Kind + Property = from.value, "what it holds";
//! ```
//!
//! * `Kind` is a variant of [`Kind`](crate::schema::Kind): the type, and how the values are held. For a `Text(36)` there is
//!   room for 36 bytes a row from the start. A kind that cannot hold the value does not compile.
//! * `Property` is a variant of [`Property`](crate::schema::Property): what holds for the column beyond its kind.
//! * `event.field` is a field of [`Event`](smsvoice_event::Event). It is part of the event's content: two events with one
//!   id that differ in it are different. A field of the event that no line names does not compile, nor does a field of
//!   another name than the column's (the column may add a unit, `_usd`).
//! * `derived.method` is what a method of the event computes from its fields, and so no content of its own.
//! * `route.field` is a field of [`Route`](crate::Route): how the event came here, which is not its content either. All
//!   fields of the route have to be named, too.
//!
//! The order of the lines is the order of the columns in the file, and decides nothing else.

/// Hands the table to another macro.
macro_rules! event_columns {
    ($then:ident) => {
        $then! {
            event_type: Word + Required + Ranged = event.event_type, "as sent; the v1 voice types under their `VOICE_*` names";
            event_version: Word = event.event_version, "as sent, `1.0` in every example AWS published";
            outcome: Word + Ranged = derived.outcome, "`delivered` `accepted` `blocked` `failed` `unknown` `pending`: what this one event says";
            failure_reason: Word = derived.failure_reason, "why, when the outcome is blocked or failed";
            is_final: Boolean = event.is_final, "isFinal, as sent";
            event_time: Time + Required + HardlyRepeats = event.event_time, "eventTimestamp";
            request_time: Time + HardlyRepeats + Compact = event.request_time, "messageRequestTimestamp";
            latency_ms: Long + HardlyRepeats = derived.latency_ms, "milliseconds from request_time to event_time";
            message_id: Text(36) + Required + BloomFilter = event.message_id, "messageId";
            origination_identity: Word + Ranged = event.origination_identity, "originationPhoneNumber: a number, short code, sender id or RCS agent; as the privacy setting says";
            destination_phone_number: Text(14) + Compact = event.destination_phone_number, "destinationPhoneNumber, as the privacy setting says; EventBridge sends none";
            iso_country_code: Word + Ranged = event.iso_country_code, "isoCountryCode of the destination";
            mcc: Word = event.mcc, "mobile country code";
            mnc: Word = event.mnc, "mobile network code, with its leading zeros";
            carrier_name: Word = event.carrier_name, "carrierName";
            is_international_send: Boolean = event.is_international_send, "isInternationalSend";
            message_type: Word = event.message_type, "`TRANSACTIONAL` or `PROMOTIONAL`";
            message_encoding: Word = event.message_encoding, "`GSM` or `UNICODE`";
            message_status: Word = event.message_status, "messageStatus";
            message_status_description: Word = event.message_status_description, "messageStatusDescription";
            message_parts: Int = event.message_parts, "totalMessageParts";
            price_usd: Usd = event.price, "totalMessagePrice in US dollars; every event of a message repeats it, so never sum over events";
            carrier_fee_usd: Usd = event.carrier_fee, "totalCarrierFee in US dollars; the same holds";
            call_duration_seconds: Int = event.call_duration_seconds, "callDurationInSeconds";
            billed_duration_minutes: Int = event.billed_duration_minutes, "totalDurationInMinutes";
            protect_configuration_id: Word = event.protect_configuration_id, "protectConfiguration.protectConfigurationId";
            protect_status: Word = event.protect_status, "protectConfiguration.protectStatus";
            protect_recommendation: Word = event.protect_recommendation, "protectConfigurationAssessment.protectRecommendation";
            protect_block_reason: Word = event.protect_block_reason, "protectConfigurationAssessment.protectInsights.blockReason";
            rcs_agent_country: Word = event.rcs_agent_country, "agentIsoCountryCode";
            rcs_business_id: Word = event.rcs_business_id, "rcsBusinessId";
            rcs_billing_type: Word = event.rcs_billing_type, "rcsMetadata.billingEventType";
            context: Map = event.context, "the sender's own pairs";
            extra: Json(0) = event.extra, "JSON object of the fields that have no column";
            configuration_set: Word + Ranged = route.configuration_set, "from the route, where it tells: no event names its configuration set";
            account_id: Word + Ranged = route.account_id, "from the route, where it tells";
            aws_region: Word = route.aws_region, "from the route, where it tells";
            source: Word + Ranged = route.source, "the route: `firehose` `sns` `sqs` `logs` `eventbridge` `kinesis` `s3` `file` `emulator`";
            received_at: Time = route.received_at, "when it arrived, by the envelope; of a file, its modification";
            destination_prefix_hash: Word = event.destination_prefix_hash, "keyed hash of the destination number less its last four digits, where the number itself is not kept and there is a key";
        }
    };
}
pub(crate) use event_columns;

/// Hands the table of the columns of `quarantine` to another macro. It is read like the one above; `row.field` is a field
/// of [`Quarantined`](crate::Quarantined), all of which have to be named.
macro_rules! quarantine_columns {
    ($then:ident) => {
        $then! {
            received_at: Time + Required = row.received_at, "when it arrived, by the envelope; of a file, its modification";
            source: Word + Ranged = row.source, "the route, as in `events`";
            account_id: Word = row.account_id, "from the route, where it tells";
            aws_region: Word = row.aws_region, "from the route, where it tells";
            source_id: Text(40) = row.source_id, "where exactly: a file's path and line, a record id, a message id";
            stage: Word + Ranged = derived.stage, "`envelope` `decode` `parse`: how far reading came";
            reason: Word + Ranged = row.reason, "why, in snake_case";
            detail: Word = row.detail, "why, for a person; never holds a value of the payload";
            payload: Binary(200) + Required = row.payload, "the bytes as received; without numbers, or encrypted with age, unless the privacy setting is `plain`";
        }
    };
}
pub(crate) use quarantine_columns;
