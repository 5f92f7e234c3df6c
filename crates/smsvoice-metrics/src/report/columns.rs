//! What the columns of answers are called on a page, what their numbers are, and which term defines them.

use smsvoice_report::{Column, Unit};

macro_rules! columns {
    ($($name:literal $label:literal $unit:ident $($term:literal)?;)*) => {
        /// The column of this name. A dimension is not listed here, and is a name.
        pub(crate) fn column(name: &str) -> Column {
            match name {
                $($name => Column::new(name, $label, Unit::$unit)$(.defined_by($term))?,)*
                _ => Column::new(name, &label(name), Unit::Name),
            }.with_interval()
        }
    };
}

columns! {
    "day" "Day (UTC)" Time;
    "hour" "Hour (UTC)" Time;
    "messages" "Messages" Count;
    "delivered" "Delivered" Count "delivered";
    "accepted" "Accepted" Count "accepted";
    "blocked" "Blocked" Count "blocked";
    "failed" "Failed" Count "failed";
    "unknown" "Unknown" Count "unknown";
    "pending" "Pending" Count "pending";
    "concluded" "Concluded" Count "concluded";
    "delivery_rate" "Delivery rate" Share "delivery_rate";
    "confirmed_rate" "Confirmed rate" Share "confirmed_rate";
    "delivery_rate_low" "Delivery rate, low" Share "delivery_rate_low";
    "delivery_rate_high" "Delivery rate, high" Share "delivery_rate_high";
    "maturity" "Maturity" Share "maturity";
    "delivery_rate_before" "Rate before" Share "delivery_rate";
    "messages_before" "Messages before" Count;
    "contribution" "Contribution" Points "contribution";
    "total_usd" "Total" Usd "total_usd";
    "price_usd" "Price" Usd "price_usd";
    "carrier_fee_usd" "Carrier fee" Usd "price_usd";
    "unpriced" "Unpriced" Count "unpriced";
    "per_message_usd" "Per message" Usd "per_message_usd";
    "per_delivered_usd" "Per delivered" Usd "per_delivered_usd";
    "per_confirmed_usd" "Per confirmed" Usd "per_confirmed_usd";
    "undelivered_usd" "On undelivered" Usd "undelivered_usd";
    "open_usd" "On open" Usd "open_usd";
    "share_of_undelivered" "Of undelivered" Share "share_of_undelivered";
    "share_of_concluded" "Of concluded" Share "share_of_undelivered";
    "accept_messages" "Accepted, timed" Count "accept_latency_ms";
    "accept_p50_ms" "Accepted p50" Milliseconds "accept_latency_ms";
    "accept_p90_ms" "Accepted p90" Milliseconds "accept_latency_ms";
    "accept_p95_ms" "Accepted p95" Milliseconds "accept_latency_ms";
    "accept_p99_ms" "Accepted p99" Milliseconds "accept_latency_ms";
    "delivery_messages" "Receipts, timed" Count "delivery_latency_ms";
    "delivery_p50_ms" "Receipt p50" Milliseconds "delivery_latency_ms";
    "delivery_p90_ms" "Receipt p90" Milliseconds "delivery_latency_ms";
    "delivery_p95_ms" "Receipt p95" Milliseconds "delivery_latency_ms";
    "delivery_p99_ms" "Receipt p99" Milliseconds "delivery_latency_ms";
    "confirmed" "Confirmed" Count "delivered";
    "accepted_within_10s" "Accepted within 10 s" Count "accepted_within_10s_share";
    "accepted_within_10s_share" "Accepted within 10 s, share" Share "accepted_within_10s_share";
    "delivered_within_10s" "Confirmed within 10 s" Count "delivered_within_10s_share";
    "delivered_within_10s_share" "Confirmed within 10 s, share" Share "delivered_within_10s_share";
    "encoding" "Encoding" Name;
    "parts" "Parts" Name;
    "billed_parts" "Billed parts" Count "billed_parts";
    "for_length_usd" "Paid for length" Usd "for_length_usd";
    "calls" "Calls" Count;
    "answered" "Answered" Count "answered";
    "busy" "Busy" Count;
    "no_answer" "No answer" Count;
    "answer_rate" "Answer rate" Share "answer_rate";
    "busy_rate" "Busy rate" Share "answer_rate";
    "no_answer_rate" "No-answer rate" Share "answer_rate";
    "duration_seconds" "Total duration" Seconds;
    "mean_duration_seconds" "Mean duration" Seconds;
    "p50_duration_seconds" "Duration p50" Seconds;
    "p95_duration_seconds" "Duration p95" Seconds;
    "billed_minutes" "Billed minutes" Count;
    "read_messages" "Read" Count "read_rate";
    "read_rate" "Read rate" Share "read_rate";
    "fell_back" "Fell back to SMS" Count "fallback_rate";
    "fallback_rate" "Fallback rate" Share "fallback_rate";
    "protect_blocked" "Blocked by protect" Count "protect_blocked";
    "protect_blocked_share" "Blocked, share" Share "protect_blocked";
    "recommended_to_block" "Recommended to block" Count "recommended_to_block";
    "recommended_share" "Recommended, share" Share "recommended_to_block";
    "settled" "When all is in" Share "settled";
    "settled_low" "When all is in, low" Share "settled";
    "settled_high" "When all is in, high" Share "settled";
    "cohorts" "Predictions" Count "back_test";
    "hits" "Came true" Count "back_test";
    "hit_share" "Came true, share" Share "back_test";
    "mean_width" "Mean width" Points "back_test";
    "seen_after" "Seen after" Name;
    "usual_messages" "Usual" Count "pumping";
    "limit" "Limit" Count "pumping";
    "rate_of" "Judged" Name "pumping";
    "rate" "Rate" Share "pumping";
    "usual_rate" "Usual rate" Share "pumping";
    "gathered" "To one prefix" Share "pumping";
    "usually_gathered" "Usually" Share "pumping";
    "prefix" "Prefix" Name "pumping";
    "rows_kept" "Rows" Count;
    "events" "Events" Count;
    "repeated" "Copies" Count "repeated";
    "late" "Late" Count "late";
    "unknown_types" "Unknown types" Count "unknown_types";
    "unknown_fields" "With unknown fields" Count "unknown_fields";
    "newest_event_at" "Newest event" Time "freshness";
    "newest_arrival_at" "Newest arrival" Time "freshness";
    "payloads" "Payloads" Count "quarantined";
    "first_at" "First" Time;
    "last_at" "Last" Time;
    "stage" "Stage" Name;
    "reason" "Reason" Name;
    "failure_reason" "Reason" Name;
    "outcome" "Outcome" Name;
    "country" "Country" Name;
    "carrier" "Carrier" Name;
    "origination_identity" "Sender" Name;
    "message_type" "Message type" Name;
    "configuration_set" "Configuration set" Name;
    "source" "Route" Name;
}

trait Interval {
    /// The same, with its ends where the metric gives some.
    fn with_interval(self) -> Self;
}

impl Interval for Column {
    fn with_interval(self) -> Self {
        match self.name.as_str() {
            "delivery_rate" => self.within("delivery_rate_low", "delivery_rate_high"),
            "settled" => self.within("settled_low", "settled_high"),
            _ => self,
        }
    }
}

/// `context.campaign` as it is; a dimension as a word.
fn label(name: &str) -> String {
    if name.starts_with("context.") {
        return name.to_owned();
    }
    let mut letters = name.replace('_', " ");
    if let Some(first) = letters.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    letters
}
