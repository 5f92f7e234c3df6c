-- What longer messages cost. A message of n parts is billed n times: (n - 1) / n of its total were paid for its length.
-- UNICODE (UCS-2) holds 70 characters in a part, GSM 160.
WITH message AS (
  SELECT
    coalesce(message_encoding, 'not told') AS encoding,
    CASE
      WHEN message_parts IS NULL THEN 'not told'
      WHEN message_parts > 3 THEN '4 and more'
      ELSE CAST(message_parts AS varchar)
    END AS parts,
    CASE WHEN message_parts > 1 THEN message_parts ELSE 1 END AS billed_parts,
    coalesce(price_usd, 0) + coalesce(carrier_fee_usd, 0) AS total_usd
  FROM /*{messages}*/ messages /*{}*/
  WHERE channel = 'text' AND /*{period}*/ TRUE /*{}*/
)
SELECT
  encoding,
  parts,
  count(*) AS messages,
  CAST(sum(billed_parts) AS bigint) AS billed_parts,
  CAST(sum(total_usd) AS decimal(38, 6)) AS total_usd,
  round(sum(CAST(total_usd AS double) * (billed_parts - 1) / billed_parts), 6) AS for_length_usd
FROM message
GROUP BY encoding, parts
ORDER BY encoding, parts
