-- What messages cost, in US dollars: AWS's price and the carrier's fee apart, and together as total.
-- Sums are exact. Costs per message are exact quotients rounded half up to a millionth of a dollar, by whole millionths
-- and integer division, because engines disagree about the division of decimals. They are null from a trillion dollars
-- on, where millionths no longer fit into a bigint.
WITH
/*{ahead}*/ /*{}*/ message AS (
  SELECT
    /*{dimensions}*/ /*{}*/
    outcome,
    price_usd,
    carrier_fee_usd,
    coalesce(price_usd, 0) + coalesce(carrier_fee_usd, 0) AS total_usd
  FROM /*{messages}*/ messages /*{}*/
  WHERE /*{period}*/ TRUE /*{}*/
),
summed AS (
  SELECT
    /*{keys}*/ /*{}*/
    count(*) AS messages,
    count(*) FILTER (WHERE price_usd IS NULL) AS unpriced,
    count(*) FILTER (WHERE outcome IN ('delivered', 'accepted')) AS arrived,
    count(*) FILTER (WHERE outcome = 'delivered') AS confirmed,
    CAST(coalesce(sum(price_usd), 0) AS decimal(38, 6)) AS price_usd,
    CAST(coalesce(sum(carrier_fee_usd), 0) AS decimal(38, 6)) AS carrier_fee_usd,
    CAST(sum(total_usd) AS decimal(38, 6)) AS total_usd,
    CAST(coalesce(sum(total_usd) FILTER (WHERE outcome IN ('blocked', 'failed')), 0) AS decimal(38, 6)) AS undelivered_usd,
    CAST(coalesce(sum(total_usd) FILTER (WHERE outcome IN ('pending', 'unknown')), 0) AS decimal(38, 6)) AS open_usd
  FROM message
  /*{group_by}*/ /*{}*/
  HAVING count(*) > 0
),
millionths AS (
  SELECT
    summed.*,
    CASE WHEN total_usd < 1000000000000 THEN CAST(total_usd * 1000000 AS bigint) END AS total,
    NULLIF(arrived, 0) AS arrivals,
    NULLIF(confirmed, 0) AS confirmations,
    CAST('0.000001' AS decimal(7, 6)) AS millionth
  FROM summed
)
SELECT
  /*{keys}*/ /*{}*/
  messages,
  unpriced,
  price_usd,
  carrier_fee_usd,
  total_usd,
  CAST((2 * total + messages) / (2 * messages) * millionth AS decimal(38, 6)) AS per_message_usd,
  CAST((2 * total + arrivals) / (2 * arrivals) * millionth AS decimal(38, 6)) AS per_delivered_usd,
  CAST((2 * total + confirmations) / (2 * confirmations) * millionth AS decimal(38, 6)) AS per_confirmed_usd,
  undelivered_usd,
  open_usd
FROM millionths
ORDER BY /*{keys}*/ /*{}*/ messages
