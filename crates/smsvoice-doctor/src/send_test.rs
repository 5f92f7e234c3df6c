//! One message to a simulator number, and what became of it, hop by hop.

use serde_json::json;

use crate::{
    aws::{Aws, CallError},
    finding::Finding,
    operations::SEND_TEXT_MESSAGE,
};

/// The message that is sent.
#[derive(Clone, Debug)]
pub struct TestMessage {
    /// One of AWS's simulator numbers, or a phone of one's own.
    pub to: String,
    /// The number, pool or sender id; AWS chooses if there is none.
    pub from: Option<String>,
    /// The configuration set; without one there are no events, unless an emulator's lake takes all.
    pub set: Option<String>,
}

/// An event of the message, as the lake has it. Times are epoch milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// `TEXT_DELIVERED`, say.
    pub event_type: String,
    /// When the message was requested, by the service's clock.
    pub request_ms: Option<i64>,
    /// When it happened, by the same clock; that of an emulator may run faster than time.
    pub event_ms: i64,
    /// When it came to the function, if the envelope told.
    pub received_ms: Option<i64>,
    /// By which route.
    pub source: String,
}

/// How a test went.
#[derive(Clone, Debug)]
pub struct Test {
    /// As the service gave it.
    pub message_id: String,
    /// When the message was handed in.
    pub sent_ms: i64,
    /// When the service had taken it.
    pub accepted_ms: i64,
    /// The rows in the lake, and when they were seen; none if they did not come in time.
    pub arrived: Option<(Vec<Row>, i64)>,
    /// How long was waited for a row, in seconds.
    pub waited_seconds: u64,
}

/// Sends the message; returns its id.
///
/// # Errors
/// The service's refusal, with its cure.
pub async fn send_test(aws: &Aws, message: &TestMessage) -> Result<String, Finding> {
    let mut request = json!({"DestinationPhoneNumber": message.to, "MessageBody": "smsvoice doctor --send-test",
        "MessageType": "TRANSACTIONAL"});
    for (member, value) in [("OriginationIdentity", &message.from), ("ConfigurationSetName", &message.set)] {
        if let Some(value) = value {
            request[member] = json!(value);
        }
    }
    let answer = aws.call(&SEND_TEXT_MESSAGE, request).await.map_err(|error| refused(&error, message))?;
    answer["MessageId"].as_str().map(str::to_owned).ok_or_else(|| {
        let says = "the service took the message and gave no id";
        Finding::failure("send_test", "1 sent", says, "is this the endpoint of the SMS and voice API v2?")
    })
}

fn refused(error: &CallError, message: &TestMessage) -> Finding {
    let cure = if error.is_denied() {
        "allow sms-voice:SendTextMessage to yourself; `smsvoice roles FILE` prints the operator's policy".to_owned()
    } else if message.from.is_none() {
        "name a number that can send with --from; a simulator number costs nothing:\n\
         aws pinpoint-sms-voice-v2 request-phone-number --iso-country-code US --message-type TRANSACTIONAL \\\n  \
         --number-capabilities SMS --number-type SIMULATOR"
            .to_owned()
    } else {
        "mend what the service says, and try again".to_owned()
    };
    Finding::failure("send_test", "1 sent", format!("the service refused the message: {error}"), cure)
}

/// The hops: sent and accepted, happened, received, in the lake; each with its time.
pub fn hops(test: &Test) -> Vec<Finding> {
    let Test { message_id, sent_ms, accepted_ms, arrived, waited_seconds } = test;
    let good = |place: &str, says: String| Finding::good("send_test", place, says);
    let mut hops =
        vec![good("1 sent", format!("the service took message {message_id} after {}", span(accepted_ms - sent_ms)))];
    let Some((rows, seen_ms)) = arrived else {
        let says = format!("no event of message {message_id} is in the lake after {waited_seconds} s");
        let cure = "the failures above say where the way is broken; carriers may take up to 72 hours, the simulator takes seconds,\n\
            and Firehose waits for its buffer (60 s or more): try --wait 300";
        hops.push(Finding::failure("send_test", "2 in the lake", says, cure));
        return hops;
    };
    for row in rows {
        let Row { event_type, request_ms, event_ms, received_ms, source } = row;
        let after = span(event_ms - request_ms.unwrap_or(*sent_ms));
        hops.push(good(&format!("2 {event_type}"), format!("happened {after} after the message was sent")));
        if let Some(received_ms) = received_ms {
            hops.push(good(
                &format!("3 {event_type}"),
                format!("received by {source}, {} after it happened", span(received_ms - event_ms)),
            ));
        }
    }
    let rows_seen = if rows.len() == 1 { "its row is".to_owned() } else { format!("its {} rows are", rows.len()) };
    hops.push(good(
        "4 in the lake",
        format!("{rows_seen} there {} after the message was sent", span(seen_ms - sent_ms)),
    ));
    hops
}

/// A span of time for a person; clocks of two machines can differ, so that it may be below zero.
fn span(ms: i64) -> String {
    if ms.abs() < 1000 { format!("{ms} ms") } else { format!("{:.1} s", ms as f64 / 1000.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Mark, Report};

    fn test(arrived: Option<(Vec<Row>, i64)>) -> Test {
        Test { message_id: "m-1".into(), sent_ms: 1_000, accepted_ms: 1_120, arrived, waited_seconds: 30 }
    }

    #[test]
    fn every_hop_has_its_time() {
        let row = |event_type: &str, event_ms, received_ms| Row {
            event_type: event_type.into(),
            request_ms: None,
            event_ms,
            received_ms,
            source: "sqs".into(),
        };
        let rows = vec![row("TEXT_QUEUED", 1_300, None), row("TEXT_DELIVERED", 2_000, Some(4_500))];
        insta::assert_snapshot!(Report { findings: hops(&test(Some((rows, 9_000)))) }, @"
        ✓ 1 sent: the service took message m-1 after 120 ms
        ✓ 2 TEXT_QUEUED: happened 300 ms after the message was sent
        ✓ 2 TEXT_DELIVERED: happened 1.0 s after the message was sent
        ✓ 3 TEXT_DELIVERED: received by sqs, 2.5 s after it happened
        ✓ 4 in the lake: its 2 rows are there 8.0 s after the message was sent
        5 good, 0 to note, 0 warnings, 0 failures, 0 not checked
        ");
    }

    #[test]
    fn a_message_that_does_not_arrive_is_a_failure() {
        let hops = hops(&test(None));
        assert_eq!(hops.last().map(|hop| hop.mark), Some(Mark::Failure));
    }
}
