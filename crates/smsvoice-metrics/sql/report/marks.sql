-- What the view messages leaves out and a report shows: one row for each message that has any of it.
SELECT
  message_id,
  bool_or(strpos(event_type, 'RCS_') = 1) AS began_as_rcs,
  bool_or(event_type = 'RCS_READ') AS was_read,
  bool_or(event_type = 'RCS_FALLEN_BACK_TO_SMS') AS fell_back,
  bool_or(strpos(event_type, '_PROTECT_BLOCKED') > 0) AS protect_blocked,
  bool_or(protect_recommendation = 'BLOCK') AS recommended_to_block
FROM events
WHERE (channel = 'rcs' OR protect_recommendation IS NOT NULL OR strpos(event_type, '_PROTECT_BLOCKED') > 0)
  AND /*{partitions}*/ TRUE /*{}*/
GROUP BY message_id
