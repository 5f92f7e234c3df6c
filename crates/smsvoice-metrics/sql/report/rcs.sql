-- Messages that were sent by RCS: how many were read, and how many RCS handed over to SMS.
WITH message AS (
  SELECT
    /*{dimensions}*/ /*{}*/
    outcome,
    was_read,
    fell_back
  FROM /*{messages}*/ messages /*{}*/
  WHERE began_as_rcs AND /*{period}*/ TRUE /*{}*/
),
counted AS (
  SELECT
    /*{keys}*/ /*{}*/
    count(*) AS messages,
    count(*) FILTER (WHERE outcome = 'delivered' AND NOT fell_back) AS delivered,
    count(*) FILTER (WHERE was_read) AS read_messages,
    count(*) FILTER (WHERE fell_back) AS fell_back
  FROM message
  /*{group_by}*/ /*{}*/
  HAVING count(*) > 0
)
SELECT
  /*{keys}*/ /*{}*/
  messages,
  delivered,
  read_messages,
  CAST(read_messages AS double) / NULLIF(delivered, 0) AS read_rate,
  fell_back,
  CAST(fell_back AS double) / messages AS fallback_rate
FROM counted
ORDER BY /*{keys}*/ /*{}*/ messages
