-- What could not be read, by reason.
SELECT stage, reason, count(*) AS payloads, min(received_at) AS first_at, max(received_at) AS last_at
FROM quarantine
WHERE /*{days}*/ TRUE /*{}*/
GROUP BY stage, reason
ORDER BY payloads DESC, stage, reason
