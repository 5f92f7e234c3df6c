-- The messages that are pending, by country, and by the greatest of the ages of open_at_age.sql that they have reached.
WITH message AS (
  SELECT
    coalesce(country, '') AS country,
    date_diff('second', coalesce(requested_at, first_event_at), /*{as_of}*/ current_timestamp /*{}*/) AS seconds
  FROM /*{messages}*/ messages /*{}*/
  WHERE outcome = 'pending' AND /*{period}*/ TRUE /*{}*/
)
SELECT
  country,
  CASE
    WHEN seconds >= 259200 THEN 259200
    WHEN seconds >= 172800 THEN 172800
    WHEN seconds >= 86400 THEN 86400
    WHEN seconds >= 21600 THEN 21600
    WHEN seconds >= 3600 THEN 3600
    WHEN seconds >= 600 THEN 600
    WHEN seconds >= 60 THEN 60
    ELSE 0
  END AS age,
  count(*) AS messages
FROM message
GROUP BY 1, 2
ORDER BY 1, 2
