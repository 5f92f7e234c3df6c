-- How long it took from the request to the carrier's acceptance, and to the delivery receipt, in milliseconds.
-- Percentiles are exact, by nearest rank: the smallest latency that at least p percent of the messages do not exceed. The
-- messages of one latency are counted first, so that latencies are put in order, which are few, and not messages.
WITH
/*{ahead}*/ /*{}*/ message AS (
  SELECT
    /*{dimensions}*/ /*{}*/
    accept_latency_ms,
    delivery_latency_ms
  FROM /*{messages}*/ messages /*{}*/
  WHERE (accept_latency_ms IS NOT NULL OR delivery_latency_ms IS NOT NULL) AND /*{period}*/ TRUE /*{}*/
),
leg_taken AS (
  SELECT
    message.*,
    leg,
    CASE leg WHEN 'accept' THEN accept_latency_ms ELSE delivery_latency_ms END AS latency_ms
  FROM message
  CROSS JOIN (VALUES ('accept'), ('delivery')) AS legs (leg)
),
counted AS (
  SELECT /*{keys}*/ /*{}*/ leg, latency_ms, count(*) AS messages
  FROM leg_taken
  WHERE latency_ms IS NOT NULL
  GROUP BY /*{keys}*/ /*{}*/ leg, latency_ms
),
ranked AS (
  SELECT
    counted.*,
    sum(messages) OVER (PARTITION BY /*{keys}*/ /*{}*/ leg ORDER BY latency_ms) * 100 AS reached,
    sum(messages) OVER (PARTITION BY /*{keys}*/ /*{}*/ leg) AS leg_messages
  FROM counted
)
SELECT
  /*{keys}*/ /*{}*/
  CAST(coalesce(sum(messages) FILTER (WHERE leg = 'accept'), 0) AS bigint) AS accept_messages,
  min(latency_ms) FILTER (WHERE leg = 'accept' AND reached >= leg_messages * 50) AS accept_p50_ms,
  min(latency_ms) FILTER (WHERE leg = 'accept' AND reached >= leg_messages * 90) AS accept_p90_ms,
  min(latency_ms) FILTER (WHERE leg = 'accept' AND reached >= leg_messages * 95) AS accept_p95_ms,
  min(latency_ms) FILTER (WHERE leg = 'accept' AND reached >= leg_messages * 99) AS accept_p99_ms,
  CAST(coalesce(sum(messages) FILTER (WHERE leg = 'delivery'), 0) AS bigint) AS delivery_messages,
  min(latency_ms) FILTER (WHERE leg = 'delivery' AND reached >= leg_messages * 50) AS delivery_p50_ms,
  min(latency_ms) FILTER (WHERE leg = 'delivery' AND reached >= leg_messages * 90) AS delivery_p90_ms,
  min(latency_ms) FILTER (WHERE leg = 'delivery' AND reached >= leg_messages * 95) AS delivery_p95_ms,
  min(latency_ms) FILTER (WHERE leg = 'delivery' AND reached >= leg_messages * 99) AS delivery_p99_ms
FROM ranked
/*{group_by}*/ /*{}*/
HAVING count(*) > 0
ORDER BY /*{keys}*/ /*{}*/ accept_messages
