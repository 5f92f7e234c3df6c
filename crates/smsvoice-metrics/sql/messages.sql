-- One row a message, whatever the order, duplication or split of its events.
-- Every column is an aggregate that does not look at the order rows arrive in: a count of distinct events, an extreme, or
-- the value of the newest event that has one, where among events of one millisecond the larger value counts.
-- A failure that is not final has the outcome `pending` already (and keeps its failure_reason), so that no column here
-- needs to look at is_final.
SELECT
  message_id,
  coalesce(channel, 'other') AS channel,
  CASE outcome_rank
    WHEN 6 THEN 'delivered'
    WHEN 5 THEN 'accepted'
    WHEN 4 THEN 'blocked'
    WHEN 3 THEN 'failed'
    WHEN 2 THEN 'unknown'
    WHEN 1 THEN 'pending'
  END AS outcome,
  CASE outcome_rank WHEN 4 THEN blocked_reason WHEN 3 THEN failed_reason END AS failure_reason,
  conflicting,
  is_final,
  requested_at,
  first_event_at,
  last_event_at,
  accepted_at,
  delivered_at,
  date_diff('millisecond', requested_at, accepted_at) AS accept_latency_ms,
  date_diff('millisecond', requested_at, delivered_at) AS delivery_latency_ms,
  origination_identity,
  destination_phone_number,
  destination_prefix_hash,
  iso_country_code,
  mcc,
  mnc,
  carrier_name,
  message_type,
  message_encoding,
  message_parts,
  price_usd,
  carrier_fee_usd,
  call_duration_seconds,
  billed_duration_minutes,
  protect_status,
  configuration_set,
  account_id,
  aws_region,
  context,
  -- One event is one type at one time. (Engines differ in how well they count distinct pairs; arrays they do well.)
  CAST(cardinality(array_distinct(types_and_times)) AS bigint) AS event_count,
  -- Each dimension that a metric can be broken down by is a column by its own name, too.
  iso_country_code AS country,
  carrier_name AS carrier,
  mcc || '-' || mnc AS network,
  account_id AS account,
  aws_region AS region
FROM (
  SELECT
    message_id,
    -- An event type of no known channel tells nothing about the message's channel.
    max_by(channel, ROW(event_time, channel)) FILTER (WHERE channel <> 'other') AS channel,
    max(
      CASE outcome
        WHEN 'delivered' THEN 6
        WHEN 'accepted' THEN 5
        WHEN 'blocked' THEN 4
        WHEN 'failed' THEN 3
        WHEN 'pending' THEN 1
        ELSE 2
      END
    ) AS outcome_rank,
    max_by(failure_reason, ROW(event_time, failure_reason))
      FILTER (WHERE outcome = 'blocked' AND failure_reason IS NOT NULL) AS blocked_reason,
    max_by(failure_reason, ROW(event_time, failure_reason))
      FILTER (WHERE outcome = 'failed' AND failure_reason IS NOT NULL) AS failed_reason,
    bool_or(outcome = 'delivered') AND bool_or(outcome IN ('blocked', 'failed')) AS conflicting,
    bool_or(is_final) AS is_final,
    min(request_time) AS requested_at,
    min(event_time) AS first_event_at,
    max(event_time) AS last_event_at,
    -- By *_SUCCESSFUL the carrier says that it has the message, whether or not the event is final.
    min(event_time) FILTER (WHERE outcome = 'accepted' OR strpos(event_type, '_SUCCESSFUL') > 0) AS accepted_at,
    min(event_time) FILTER (WHERE outcome = 'delivered') AS delivered_at,
    max_by(origination_identity, ROW(event_time, origination_identity))
      FILTER (WHERE origination_identity IS NOT NULL) AS origination_identity,
    max_by(destination_phone_number, ROW(event_time, destination_phone_number))
      FILTER (WHERE destination_phone_number IS NOT NULL) AS destination_phone_number,
    max_by(destination_prefix_hash, ROW(event_time, destination_prefix_hash))
      FILTER (WHERE destination_prefix_hash IS NOT NULL) AS destination_prefix_hash,
    max_by(iso_country_code, ROW(event_time, iso_country_code))
      FILTER (WHERE iso_country_code IS NOT NULL) AS iso_country_code,
    max_by(mcc, ROW(event_time, mcc)) FILTER (WHERE mcc IS NOT NULL) AS mcc,
    max_by(mnc, ROW(event_time, mnc)) FILTER (WHERE mnc IS NOT NULL) AS mnc,
    max_by(carrier_name, ROW(event_time, carrier_name)) FILTER (WHERE carrier_name IS NOT NULL) AS carrier_name,
    max_by(message_type, ROW(event_time, message_type)) FILTER (WHERE message_type IS NOT NULL) AS message_type,
    max_by(message_encoding, ROW(event_time, message_encoding))
      FILTER (WHERE message_encoding IS NOT NULL) AS message_encoding,
    max_by(message_parts, ROW(event_time, message_parts)) FILTER (WHERE message_parts IS NOT NULL) AS message_parts,
    -- Every event of a message repeats its price and fee: the newest one's count, and a sum over events never does.
    max_by(price_usd, ROW(event_time, price_usd)) FILTER (WHERE price_usd IS NOT NULL) AS price_usd,
    max_by(carrier_fee_usd, ROW(event_time, carrier_fee_usd))
      FILTER (WHERE carrier_fee_usd IS NOT NULL) AS carrier_fee_usd,
    max_by(call_duration_seconds, ROW(event_time, call_duration_seconds))
      FILTER (WHERE call_duration_seconds IS NOT NULL) AS call_duration_seconds,
    max_by(billed_duration_minutes, ROW(event_time, billed_duration_minutes))
      FILTER (WHERE billed_duration_minutes IS NOT NULL) AS billed_duration_minutes,
    max_by(protect_status, ROW(event_time, protect_status))
      FILTER (WHERE protect_status IS NOT NULL) AS protect_status,
    max_by(configuration_set, ROW(event_time, configuration_set))
      FILTER (WHERE configuration_set IS NOT NULL) AS configuration_set,
    max_by(account_id, ROW(event_time, account_id)) FILTER (WHERE account_id IS NOT NULL) AS account_id,
    max_by(aws_region, ROW(event_time, aws_region)) FILTER (WHERE aws_region IS NOT NULL) AS aws_region,
    -- A map has no order in Trino; its keys and values have. An empty map is no value.
    max_by(context, ROW(event_time, map_keys(context), map_values(context)))
      FILTER (WHERE cardinality(map_keys(context)) > 0) AS context,
    array_agg(ROW(event_type, event_time)) AS types_and_times
  FROM events
  WHERE /*{partitions}*/ TRUE /*{}*/
  GROUP BY message_id
) AS merged
