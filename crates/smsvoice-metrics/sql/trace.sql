-- The life of one message: its events as they lie in the lake, duplicates included, the oldest first.
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
  context,
  extra,
  configuration_set,
  source,
  received_at,
  event_id
FROM events
WHERE message_id = /*{message_id}*/ '' /*{}*/
ORDER BY event_time, event_type, received_at, source, event_id
