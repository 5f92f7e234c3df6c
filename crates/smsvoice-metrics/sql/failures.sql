-- Why messages did not arrive, the most frequent reason first, and what was spent on them.
WITH
/*{ahead}*/ /*{}*/ message AS (
  SELECT
    /*{dimensions}*/ /*{}*/
    outcome,
    failure_reason,
    coalesce(price_usd, 0) + coalesce(carrier_fee_usd, 0) AS total_usd
  FROM /*{messages}*/ messages /*{}*/
  WHERE outcome NOT IN ('pending', 'unknown') AND /*{period}*/ TRUE /*{}*/
),
counted AS (
  SELECT
    /*{keys}*/ /*{}*/
    outcome,
    failure_reason,
    count(*) AS messages,
    CAST(sum(total_usd) AS decimal(38, 6)) AS total_usd
  FROM message
  GROUP BY /*{keys}*/ /*{}*/ outcome, failure_reason
),
shared AS (
  SELECT
    counted.*,
    sum(messages) OVER (/*{partition_by}*/ /*{}*/) AS concluded,
    sum(CASE WHEN outcome IN ('blocked', 'failed') THEN messages ELSE 0 END)
      OVER (/*{partition_by}*/ /*{}*/) AS undelivered
  FROM counted
)
SELECT
  /*{keys}*/ /*{}*/
  row_number() OVER (
    /*{partition_by}*/ /*{}*/ ORDER BY messages DESC, outcome, failure_reason NULLS LAST
  ) AS place,
  outcome,
  failure_reason,
  messages,
  CAST(messages AS double) / NULLIF(CAST(undelivered AS double), 0) AS share_of_undelivered,
  CAST(messages AS double) / NULLIF(CAST(concluded AS double), 0) AS share_of_concluded,
  total_usd
FROM shared
WHERE outcome IN ('blocked', 'failed')
ORDER BY /*{keys}*/ /*{}*/ place
