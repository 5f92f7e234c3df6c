-- What the events themselves are like, by route: rows to be added up, for there is one a route and part of the lake. late: stamped more than 72 hours after the request. repeated: copies beyond the first
-- of an event. unknown_types: outcome unknown by a type that is none of AWS's own *_UNKNOWN.
SELECT
  source,
  CAST(sum(copies) AS bigint) AS rows_kept,
  count(*) AS events,
  CAST(sum(copies) - count(*) AS bigint) AS repeated,
  count(*) FILTER (WHERE late) AS late,
  count(*) FILTER (WHERE unknown_type) AS unknown_types,
  count(*) FILTER (WHERE unknown_fields) AS unknown_fields,
  max(event_time) AS newest_event_at,
  max(received_at) AS newest_arrival_at
FROM (
  SELECT
    message_id,
    event_type,
    event_time,
    count(*) AS copies,
    min(source) AS source,
    bool_or(latency_ms > 259200000) AS late,
    bool_or(outcome = 'unknown' AND strpos(event_type, '_UNKNOWN') = 0) AS unknown_type,
    bool_or(extra IS NOT NULL) AS unknown_fields,
    max(received_at) AS received_at
  FROM events
  WHERE /*{partitions}*/ TRUE /*{}*/
  GROUP BY message_id, event_type, event_time
) AS once
GROUP BY source
