-- Delivery rates, always with the counts they come from.
-- delivery_rate = (delivered + accepted) / concluded, confirmed_rate = delivered / concluded, where concluded leaves out
-- what is pending or unknown. low and high: the Wilson interval of delivery_rate at 95 % confidence.
-- maturity: the share of messages requested more than 72 hours ago, after which AWS itself gives up waiting.
WITH
/*{ahead}*/ /*{}*/ message AS (
  SELECT
    /*{dimensions}*/ /*{}*/
    outcome,
    coalesce(requested_at, first_event_at) AS started_at,
    coalesce(price_usd, 0) + coalesce(carrier_fee_usd, 0) AS total_usd
  FROM /*{messages}*/ messages /*{}*/
  WHERE /*{period}*/ TRUE /*{}*/
),
counted AS (
  SELECT
    /*{keys}*/ /*{}*/
    count(*) AS messages,
    count(*) FILTER (WHERE outcome = 'delivered') AS delivered,
    count(*) FILTER (WHERE outcome = 'accepted') AS accepted,
    count(*) FILTER (WHERE outcome = 'blocked') AS blocked,
    count(*) FILTER (WHERE outcome = 'failed') AS failed,
    count(*) FILTER (WHERE outcome = 'unknown') AS unknown,
    count(*) FILTER (WHERE outcome = 'pending') AS pending,
    count(*) FILTER (WHERE outcome NOT IN ('pending', 'unknown')) AS concluded,
    count(*) FILTER (WHERE started_at < /*{as_of}*/ current_timestamp /*{}*/ - INTERVAL '72' HOUR) AS mature,
    CAST(sum(total_usd) AS decimal(38, 6)) AS total_usd
  FROM message
  /*{group_by}*/ /*{}*/
  HAVING count(*) > 0
),
estimated AS (
  SELECT
    counted.*,
    CAST(delivered + accepted AS double) AS hits,
    CAST(blocked + failed AS double) AS misses,
    CAST(NULLIF(concluded, 0) AS double) AS trials,
    1.959963984540054E0 AS z -- the 97.5th percentile of the normal distribution
  FROM counted
)
SELECT
  /*{keys}*/ /*{}*/
  messages,
  delivered,
  accepted,
  blocked,
  failed,
  unknown,
  pending,
  concluded,
  hits / trials AS delivery_rate,
  CAST(delivered AS double) / trials AS confirmed_rate,
  -- Written from hits for one end and from misses for the other, so that 0 and 1 come out exactly.
  (hits + z * z / 2 - z * sqrt(hits * misses / trials + z * z / 4)) / (trials + z * z) AS delivery_rate_low,
  1 - (misses + z * z / 2 - z * sqrt(hits * misses / trials + z * z / 4)) / (trials + z * z) AS delivery_rate_high,
  CAST(mature AS double) / messages AS maturity,
  total_usd
FROM estimated
ORDER BY /*{keys}*/ /*{}*/ messages
