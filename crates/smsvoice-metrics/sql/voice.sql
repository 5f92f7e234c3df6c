-- Calls: how many were answered, busy or not answered, how long they were, and what they cost.
-- answered: the call was completed, which an answering machine does too. Rates are of the calls that are concluded.
WITH
/*{ahead}*/ /*{}*/ call AS (
  SELECT
    /*{dimensions}*/ /*{}*/
    outcome,
    failure_reason,
    call_duration_seconds,
    billed_duration_minutes,
    coalesce(price_usd, 0) + coalesce(carrier_fee_usd, 0) AS total_usd
  FROM /*{messages}*/ messages /*{}*/
  WHERE channel = 'voice' AND /*{period}*/ TRUE /*{}*/
),
ranked AS (
  SELECT
    call.*,
    row_number() OVER (/*{partition_by}*/ /*{}*/ ORDER BY call_duration_seconds NULLS LAST) * 100 AS duration_rank,
    count(call_duration_seconds) OVER (/*{partition_by}*/ /*{}*/) AS duration_count
  FROM call
),
counted AS (
  SELECT
    /*{keys}*/ /*{}*/
    count(*) AS calls,
    count(*) FILTER (WHERE outcome IN ('delivered', 'accepted')) AS answered,
    count(*) FILTER (WHERE failure_reason = 'busy') AS busy,
    count(*) FILTER (WHERE failure_reason = 'no_answer') AS no_answer,
    count(*) FILTER (WHERE outcome IN ('blocked', 'failed')) AS unanswered,
    count(*) FILTER (WHERE outcome = 'unknown') AS unknown,
    count(*) FILTER (WHERE outcome = 'pending') AS pending,
    CAST(NULLIF(count(*) FILTER (WHERE outcome NOT IN ('pending', 'unknown')), 0) AS double) AS concluded,
    count(call_duration_seconds) AS timed,
    CAST(sum(call_duration_seconds) AS bigint) AS seconds,
    min(call_duration_seconds) FILTER (WHERE duration_rank >= duration_count * 50) AS p50_seconds,
    min(call_duration_seconds) FILTER (WHERE duration_rank >= duration_count * 95) AS p95_seconds,
    CAST(sum(billed_duration_minutes) AS bigint) AS billed_minutes,
    CAST(sum(total_usd) AS decimal(38, 6)) AS total_usd
  FROM ranked
  /*{group_by}*/ /*{}*/
  HAVING count(*) > 0
)
SELECT
  /*{keys}*/ /*{}*/
  calls,
  answered,
  busy,
  no_answer,
  unanswered - busy - no_answer AS failed,
  unknown,
  pending,
  CAST(answered AS double) / concluded AS answer_rate,
  CAST(busy AS double) / concluded AS busy_rate,
  CAST(no_answer AS double) / concluded AS no_answer_rate,
  seconds AS duration_seconds,
  CAST(seconds AS double) / NULLIF(timed, 0) AS mean_duration_seconds,
  p50_seconds AS p50_duration_seconds,
  p95_seconds AS p95_duration_seconds,
  billed_minutes,
  total_usd
FROM counted
ORDER BY /*{keys}*/ /*{}*/ calls
