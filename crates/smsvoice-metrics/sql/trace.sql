-- The life of one message: each of its events once, the oldest first.
SELECT
  event_time,
  event_type,
  outcome,
  failure_reason,
  is_final,
  message_status,
  message_status_description,
  latency_ms,
  price_usd,
  carrier_fee_usd,
  channel,
  origination_identity,
  destination_phone_number,
  iso_country_code,
  carrier_name,
  /*{context}*/ context /*{}*/,
  extra,
  configuration_set,
  source,
  received_at
FROM /*{events_once}*/ events_once /*{}*/
WHERE message_id = /*{message_id}*/ '' /*{}*/
ORDER BY event_time, event_type
