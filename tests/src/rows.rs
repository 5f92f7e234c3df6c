//! The rows that events and quarantined pieces have to be, said once more without any code of the lake.

use serde_json::{Value, json};
use smsvoice_event::{Event, EventTime, Usd};
use smsvoice_lake::{Quarantined, Route};

use crate::random_events::Arrival;

/// The row of an event in the table `events`, as `--format json` prints it.
pub fn of_event((event, route): &Arrival) -> Value {
    // A field that is forgotten here does not compile.
    let Event {
        event_type,
        event_version,
        event_time,
        request_time,
        is_final,
        message_id,
        origination_identity,
        destination_phone_number,
        iso_country_code,
        mcc,
        mnc,
        carrier_name,
        is_international_send,
        message_type,
        message_encoding,
        message_status,
        message_status_description,
        message_parts,
        price,
        carrier_fee,
        call_duration_seconds,
        billed_duration_minutes,
        protect_configuration_id,
        protect_status,
        protect_recommendation,
        protect_block_reason,
        rcs_agent_country,
        rcs_business_id,
        rcs_billing_type,
        context,
        extra,
        destination_prefix_hash,
    } = event;
    let Route { source, configuration_set, account_id, aws_region, received_at } = route;
    let context: serde_json::Map<_, _> =
        context.iter().map(|(key, value)| (key.to_string(), Value::from(&**value))).collect();
    let extra = extra.iter().map(|(name, value)| format!("{}:{value}", Value::from(&**name))).collect::<Vec<_>>();
    let mut row = json!({
        "channel": event_type.channel().as_str(), "dt": &time(*event_time)[..10],
        "event_type": event_type.as_str(), "event_version": event_version,
        "outcome": event_type.outcome(*is_final).as_str(),
        "failure_reason": event_type.failure_reason().map(smsvoice_event::FailureReason::as_str),
        "is_final": is_final, "event_time": time(*event_time), "request_time": request_time.map(time),
        "latency_ms": request_time.map(|request| event_time.millis() - request.millis()),
        "message_id": message_id,
        "origination_identity": origination_identity.as_ref().map(smsvoice_event::PhoneNumber::as_str),
        "destination_phone_number": destination_phone_number.as_ref().map(smsvoice_event::PhoneNumber::as_str),
        "iso_country_code": iso_country_code, "mcc": mcc, "mnc": mnc, "carrier_name": carrier_name,
        "is_international_send": is_international_send, "message_type": message_type,
        "message_encoding": message_encoding, "message_status": message_status,
        "message_status_description": message_status_description, "message_parts": message_parts,
        "price_usd": price.map(usd), "carrier_fee_usd": carrier_fee.map(usd),
        "call_duration_seconds": call_duration_seconds, "billed_duration_minutes": billed_duration_minutes,
        "protect_configuration_id": protect_configuration_id, "protect_status": protect_status,
        "protect_recommendation": protect_recommendation, "protect_block_reason": protect_block_reason,
        "rcs_agent_country": rcs_agent_country, "rcs_business_id": rcs_business_id,
        "rcs_billing_type": rcs_billing_type,
        "context": (!context.is_empty()).then_some(context),
        "extra": (!extra.is_empty()).then(|| format!("{{{}}}", extra.join(","))),
        "configuration_set": configuration_set, "account_id": account_id, "aws_region": aws_region,
        "source": source.as_str(), "received_at": received_at.map(|at| at.to_string()),
    });
    row["destination_prefix_hash"] = json!(destination_prefix_hash); // one member more is beyond the macro
    row
}

/// The row of a piece in the table `quarantine`.
pub fn of_piece(piece: &Quarantined) -> Value {
    let Quarantined { received_at, source, account_id, aws_region, source_id, reason, detail, payload } = piece;
    let payload = match std::str::from_utf8(payload) {
        Ok(text) => text.to_owned(),
        Err(_) => format!("base64:{}", base64_simd::STANDARD.encode_to_string(payload)),
    };
    json!({
        "dt": &received_at.to_string()[..10], "received_at": received_at.to_string(), "source": source.as_str(),
        "account_id": account_id, "aws_region": aws_region, "source_id": source_id,
        "stage": reason.stage().as_str(), "reason": reason.to_string(), "detail": detail, "payload": payload,
    })
}

fn time(at: EventTime) -> String {
    at.to_string()
}

fn usd(amount: Usd) -> String {
    let micros = amount.micros();
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}
