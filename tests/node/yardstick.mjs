// The least a Node handler can do for a Firehose transformation: decode, parse, flatten to a typed row, serialise, answer.
// It writes nothing. `node yardstick.mjs FILE...`: each file one request; prints events a second.

import { readFileSync } from "node:fs";

const number = (value) => (value === undefined ? null : Number(value));

function row(event) {
  return {
    event_type: event.eventType, event_version: event.eventVersion ?? null, event_time: number(event.eventTimestamp),
    request_time: number(event.messageRequestTimestamp), is_final: event.isFinal ?? null, message_id: event.messageId,
    origination_identity: event.originationPhoneNumber ?? null, destination_phone_number: event.destinationPhoneNumber ?? null,
    iso_country_code: event.isoCountryCode ?? null, mcc: event.mcc ?? null, mnc: event.mnc ?? null,
    carrier_name: event.carrierName ?? null, is_international_send: event.isInternationalSend ?? null,
    message_type: event.messageType ?? null, message_encoding: event.messageEncoding ?? null,
    message_status: event.messageStatus ?? null, message_status_description: event.messageStatusDescription ?? null,
    message_parts: number(event.totalMessageParts), price_usd: number(event.totalMessagePrice),
    carrier_fee_usd: number(event.totalCarrierFee), call_duration_seconds: number(event.callDurationInSeconds),
    billed_duration_minutes: number(event.totalDurationInMinutes),
    protect_configuration_id: event.protectConfiguration?.protectConfigurationId ?? null,
    protect_status: event.protectConfiguration?.protectStatus ?? null,
    rcs_business_id: event.rcsBusinessId ?? null, rcs_billing_type: event.rcsMetadata?.billingEventType ?? null,
    context: event.context ?? null,
  };
}

const handler = async (request) => ({
  records: request.records.map((record) => {
    const event = JSON.parse(Buffer.from(record.data, "base64").toString("utf8"));
    const data = Buffer.from(JSON.stringify(row(event)) + "\n").toString("base64");
    return { recordId: record.recordId, result: "Ok", data };
  }),
});

const RECORDS = JSON.parse(readFileSync(process.argv[2], "utf8")).records.length;
const requests = process.argv.slice(2).map((file) => readFileSync(file, "utf8"));
const run = async () => {
  let events = 0;
  for (const request of requests) {
    const reply = JSON.stringify(await handler(JSON.parse(request)));
    events += reply.length > 0 ? 1 : 0;
  }
  return events;
};
await run();
const started = process.hrtime.bigint();
const events = await run();
console.log(Math.round((events * RECORDS) / (Number(process.hrtime.bigint() - started) / 1e9)));
