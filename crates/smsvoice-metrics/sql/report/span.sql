-- The first and the last request of the messages.
SELECT
  count(*) AS messages,
  min(coalesce(requested_at, first_event_at)) AS first_at,
  max(coalesce(requested_at, first_event_at)) AS last_at
FROM /*{messages}*/ messages /*{}*/
