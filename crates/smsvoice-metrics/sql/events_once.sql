-- Each event once: where copies of it lie in the lake, the one that has the most fields.
-- Copies differ because routes differ: EventBridge leaves out the destination and the context, say. Of copies with equally
-- many fields, first the one counts whose route tells more, then the one that arrived first; the other columns follow in
-- the ORDER BY only so that the same copy is chosen whatever the order of rows and files.
-- Nearly all events have one copies. Only the others are ranked: ranking all events would sort the whole lake.
WITH repeated AS (
  SELECT message_id, event_type, event_time
  FROM events
  WHERE /*{rows}*/ TRUE /*{}*/
  GROUP BY message_id, event_type, event_time
  HAVING count(*) > 1
),
copies AS (
  SELECT * FROM events WHERE /*{rows}*/ TRUE /*{}*/
)
SELECT
  event_type,
  event_version,
  outcome,
  failure_reason,
  is_final,
  event_time,
  request_time,
  latency_ms,
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
  price_usd,
  carrier_fee_usd,
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
  configuration_set,
  account_id,
  aws_region,
  source,
  received_at,
  destination_prefix_hash,
  channel,
  dt
FROM (
  SELECT copies.*, CAST(1 AS bigint) AS place
  FROM copies
  LEFT JOIN repeated
    ON repeated.message_id = copies.message_id
    AND repeated.event_type = copies.event_type
    AND repeated.event_time = copies.event_time
  WHERE repeated.message_id IS NULL
  UNION ALL
  SELECT
    copies.*,
    CAST(row_number() OVER (
      PARTITION BY copies.message_id, copies.event_type, copies.event_time
      ORDER BY
        coalesce(CAST(cardinality(map_keys(copies.context)) AS bigint), 0)
          + CASE WHEN copies.event_version IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.is_final IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.request_time IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.origination_identity IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.destination_phone_number IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.iso_country_code IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.mcc IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.mnc IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.carrier_name IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.is_international_send IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.message_type IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.message_encoding IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.message_status IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.message_status_description IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.message_parts IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.price_usd IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.carrier_fee_usd IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.call_duration_seconds IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.billed_duration_minutes IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.protect_configuration_id IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.protect_status IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.protect_recommendation IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.protect_block_reason IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.rcs_agent_country IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.rcs_business_id IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.rcs_billing_type IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.extra IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.destination_prefix_hash IS NULL THEN 0 ELSE 1 END DESC,
        CASE WHEN copies.configuration_set IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.account_id IS NULL THEN 0 ELSE 1 END
          + CASE WHEN copies.aws_region IS NULL THEN 0 ELSE 1 END DESC,
        copies.received_at ASC NULLS LAST,
        copies.source ASC NULLS LAST,
        copies.event_version DESC NULLS LAST,
        copies.is_final DESC NULLS LAST,
        copies.request_time DESC NULLS LAST,
        copies.origination_identity DESC NULLS LAST,
        copies.destination_phone_number DESC NULLS LAST,
        copies.iso_country_code DESC NULLS LAST,
        copies.mcc DESC NULLS LAST,
        copies.mnc DESC NULLS LAST,
        copies.carrier_name DESC NULLS LAST,
        copies.is_international_send DESC NULLS LAST,
        copies.message_type DESC NULLS LAST,
        copies.message_encoding DESC NULLS LAST,
        copies.message_status DESC NULLS LAST,
        copies.message_status_description DESC NULLS LAST,
        copies.message_parts DESC NULLS LAST,
        copies.price_usd DESC NULLS LAST,
        copies.carrier_fee_usd DESC NULLS LAST,
        copies.call_duration_seconds DESC NULLS LAST,
        copies.billed_duration_minutes DESC NULLS LAST,
        copies.protect_configuration_id DESC NULLS LAST,
        copies.protect_status DESC NULLS LAST,
        copies.protect_recommendation DESC NULLS LAST,
        copies.protect_block_reason DESC NULLS LAST,
        copies.rcs_agent_country DESC NULLS LAST,
        copies.rcs_business_id DESC NULLS LAST,
        copies.rcs_billing_type DESC NULLS LAST,
        copies.extra DESC NULLS LAST,
        copies.destination_prefix_hash DESC NULLS LAST,
        copies.configuration_set DESC NULLS LAST,
        copies.account_id DESC NULLS LAST,
        copies.aws_region DESC NULLS LAST,
        map_keys(copies.context) DESC NULLS LAST,
        map_values(copies.context) DESC NULLS LAST
    ) AS bigint) AS place
  FROM copies
  JOIN repeated
    ON repeated.message_id = copies.message_id
    AND repeated.event_type = copies.event_type
    AND repeated.event_time = copies.event_time
) AS ranked
WHERE place = 1
