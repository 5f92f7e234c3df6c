-- What protect configurations did: messages that they blocked, and messages that AWS recommended to block (which were sent
-- nevertheless where the rule only monitors).
WITH message AS (
  SELECT
    /*{dimensions}*/ /*{}*/
    protect_status,
    protect_blocked,
    recommended_to_block
  FROM /*{messages}*/ messages /*{}*/
  WHERE (protect_status IS NOT NULL OR protect_blocked OR recommended_to_block) AND /*{period}*/ TRUE /*{}*/
),
counted AS (
  SELECT
    /*{keys}*/ /*{}*/
    count(*) AS messages,
    count(*) FILTER (WHERE protect_blocked) AS protect_blocked,
    count(*) FILTER (WHERE recommended_to_block) AS recommended_to_block
  FROM message
  /*{group_by}*/ /*{}*/
  HAVING count(*) > 0
)
SELECT
  /*{keys}*/ /*{}*/
  messages,
  protect_blocked,
  CAST(protect_blocked AS double) / messages AS protect_blocked_share,
  recommended_to_block,
  CAST(recommended_to_block AS double) / messages AS recommended_share
FROM counted
ORDER BY /*{keys}*/ /*{}*/ messages
