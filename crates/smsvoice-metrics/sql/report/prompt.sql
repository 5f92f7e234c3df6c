-- Of transactional messages, one-time passcodes among them: how many had arrived within ten seconds of the request.
-- Those of which no event tells that they arrived, or when, count as not within ten seconds, unless they are still pending.
WITH message AS (
  SELECT
    /*{dimensions}*/ /*{}*/
    outcome,
    accept_latency_ms,
    delivery_latency_ms
  FROM /*{messages}*/ messages /*{}*/
  WHERE message_type = 'TRANSACTIONAL' AND channel <> 'voice' AND outcome <> 'pending' AND /*{period}*/ TRUE /*{}*/
),
counted AS (
  SELECT
    /*{keys}*/ /*{}*/
    count(*) AS messages,
    count(*) FILTER (WHERE accept_latency_ms < 10000) AS accepted_within_10s,
    count(*) FILTER (WHERE delivery_latency_ms < 10000) AS delivered_within_10s,
    count(delivery_latency_ms) AS confirmed
  FROM message
  /*{group_by}*/ /*{}*/
  HAVING count(*) > 0
)
SELECT
  /*{keys}*/ /*{}*/
  messages,
  accepted_within_10s,
  CAST(accepted_within_10s AS double) / messages AS accepted_within_10s_share,
  confirmed,
  delivered_within_10s,
  CAST(delivered_within_10s AS double) / NULLIF(confirmed, 0) AS delivered_within_10s_share
FROM counted
ORDER BY /*{keys}*/ /*{}*/ messages
