-- How long it took from the request to the carrier's acceptance, and to the delivery receipt, in milliseconds.
-- Percentiles are exact, by nearest rank: the smallest latency that at least p percent of the messages do not exceed.
WITH
/*{ahead}*/ /*{}*/ message AS (
  SELECT
    /*{dimensions}*/ /*{}*/
    accept_latency_ms,
    delivery_latency_ms
  FROM /*{messages}*/ messages /*{}*/
  WHERE (accept_latency_ms IS NOT NULL OR delivery_latency_ms IS NOT NULL) AND /*{period}*/ TRUE /*{}*/
),
ranked AS (
  SELECT
    message.*,
    row_number() OVER (/*{partition_by}*/ /*{}*/ ORDER BY accept_latency_ms NULLS LAST) * 100 AS accept_rank,
    count(accept_latency_ms) OVER (/*{partition_by}*/ /*{}*/) AS accept_count,
    row_number() OVER (/*{partition_by}*/ /*{}*/ ORDER BY delivery_latency_ms NULLS LAST) * 100 AS delivery_rank,
    count(delivery_latency_ms) OVER (/*{partition_by}*/ /*{}*/) AS delivery_count
  FROM message
)
SELECT
  /*{keys}*/ /*{}*/
  count(accept_latency_ms) AS accept_messages,
  min(accept_latency_ms) FILTER (WHERE accept_rank >= accept_count * 50) AS accept_p50_ms,
  min(accept_latency_ms) FILTER (WHERE accept_rank >= accept_count * 90) AS accept_p90_ms,
  min(accept_latency_ms) FILTER (WHERE accept_rank >= accept_count * 95) AS accept_p95_ms,
  min(accept_latency_ms) FILTER (WHERE accept_rank >= accept_count * 99) AS accept_p99_ms,
  count(delivery_latency_ms) AS delivery_messages,
  min(delivery_latency_ms) FILTER (WHERE delivery_rank >= delivery_count * 50) AS delivery_p50_ms,
  min(delivery_latency_ms) FILTER (WHERE delivery_rank >= delivery_count * 90) AS delivery_p90_ms,
  min(delivery_latency_ms) FILTER (WHERE delivery_rank >= delivery_count * 95) AS delivery_p95_ms,
  min(delivery_latency_ms) FILTER (WHERE delivery_rank >= delivery_count * 99) AS delivery_p99_ms
FROM ranked
/*{group_by}*/ /*{}*/
HAVING count(*) > 0
ORDER BY /*{keys}*/ /*{}*/ accept_messages
