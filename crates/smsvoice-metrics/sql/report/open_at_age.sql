-- What became of messages that were still open at some age: of those that are older than 72 hours, by country, age and half
-- of the time they cover. A message is open until the event that decided its outcome; of an unknown one that is its last.
WITH message AS (
  SELECT
    coalesce(country, '') AS country,
    outcome,
    CASE WHEN coalesce(requested_at, first_event_at) < /*{middle}*/ current_timestamp /*{}*/ THEN 1 ELSE 2 END AS half,
    date_diff(
      'second',
      coalesce(requested_at, first_event_at),
      CASE outcome WHEN 'delivered' THEN delivered_at WHEN 'accepted' THEN accepted_at ELSE last_event_at END
    ) AS decided_after
  FROM /*{messages}*/ messages /*{}*/
  WHERE coalesce(requested_at, first_event_at) < /*{as_of}*/ current_timestamp /*{}*/ - INTERVAL '72' HOUR
    AND /*{period}*/ TRUE /*{}*/
)
SELECT
  country,
  age,
  half,
  count(*) AS messages,
  count(*) FILTER (WHERE outcome IN ('delivered', 'accepted')) AS arrived,
  count(*) FILTER (WHERE outcome IN ('blocked', 'failed')) AS not_arrived
FROM message
CROSS JOIN (VALUES (0), (60), (600), (3600), (21600), (86400), (172800)) AS ages (age)
WHERE outcome = 'pending' OR age = 0 OR decided_after >= age
GROUP BY country, age, half
ORDER BY country, age, half
