-- The rows of quality.sql, added up.
SELECT
  source,
  CAST(sum(rows_kept) AS bigint) AS rows_kept,
  CAST(sum(events) AS bigint) AS events,
  CAST(sum(repeated) AS bigint) AS repeated,
  CAST(sum(late) AS bigint) AS late,
  CAST(sum(unknown_types) AS bigint) AS unknown_types,
  CAST(sum(unknown_fields) AS bigint) AS unknown_fields,
  max(newest_event_at) AS newest_event_at,
  max(newest_arrival_at) AS newest_arrival_at
FROM /*{quality}*/ quality /*{}*/
GROUP BY source
ORDER BY source
