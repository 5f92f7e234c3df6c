-- Messages by country and hour of the request, with those to the prefix that got most. Calls are no messages to pump.
WITH
/*{ahead}*/ /*{}*/ by_prefix AS (
  SELECT
    coalesce(country, '') AS country,
    date_trunc('hour', coalesce(requested_at, first_event_at)) AS hour,
    /*{number_prefix}*/ number_prefix /*{}*/ AS number_prefix,
    count(*) AS messages,
    count(*) FILTER (WHERE outcome NOT IN ('pending', 'unknown')) AS concluded,
    count(*) FILTER (WHERE outcome IN ('delivered', 'accepted')) AS arrived,
    count(*) FILTER (WHERE outcome = 'delivered') AS confirmed
  FROM /*{messages}*/ messages /*{}*/
  WHERE channel <> 'voice' AND /*{period}*/ TRUE /*{}*/
  GROUP BY 1, 2, 3
)
SELECT
  country,
  hour,
  CAST(sum(messages) AS bigint) AS messages,
  CAST(sum(concluded) AS bigint) AS concluded,
  CAST(sum(arrived) AS bigint) AS arrived,
  CAST(sum(confirmed) AS bigint) AS confirmed,
  max(messages) FILTER (WHERE number_prefix IS NOT NULL) AS largest,
  max_by(number_prefix, ROW(messages, number_prefix)) FILTER (WHERE number_prefix IS NOT NULL) AS prefix
FROM by_prefix
GROUP BY country, hour
ORDER BY country, hour
