-- The messages that a report is about: of the view messages what its figures need, and what only events tell.
SELECT
  messages.channel,
  messages.outcome,
  messages.failure_reason,
  messages.requested_at,
  messages.first_event_at,
  messages.last_event_at,
  messages.accepted_at,
  messages.delivered_at,
  messages.accept_latency_ms,
  messages.delivery_latency_ms,
  messages.origination_identity,
  messages.country,
  messages.carrier,
  messages.network,
  messages.message_type,
  messages.message_encoding,
  messages.message_parts,
  messages.price_usd,
  messages.carrier_fee_usd,
  messages.call_duration_seconds,
  messages.billed_duration_minutes,
  messages.protect_status,
  messages.configuration_set,
  messages.account,
  messages.region,
  messages.context,
  -- A number less its last four digits, where the lake has the number itself; else what stands for that, if the lake was
  -- given a key. The stars keep it from passing for a number.
  CASE
    WHEN strpos(messages.destination_phone_number, '+') = 1
      AND strpos(messages.destination_phone_number, '*') = 0
      AND length(messages.destination_phone_number) > 8
    THEN substr(messages.destination_phone_number, 1, length(messages.destination_phone_number) - 4) || '****'
    ELSE messages.destination_prefix_hash
  END AS number_prefix,
  coalesce(marks.began_as_rcs, FALSE) AS began_as_rcs,
  coalesce(marks.was_read, FALSE) AS was_read,
  coalesce(marks.fell_back, FALSE) AS fell_back,
  coalesce(marks.protect_blocked, FALSE) AS protect_blocked,
  coalesce(marks.recommended_to_block, FALSE) AS recommended_to_block
FROM /*{messages}*/ messages /*{}*/
LEFT JOIN /*{marks}*/ marks /*{}*/ ON marks.message_id = messages.message_id
WHERE /*{period}*/ TRUE /*{}*/
