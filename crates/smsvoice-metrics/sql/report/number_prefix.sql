-- The prefix of a message's number, an expression over its row of `messages`: the number less its last four digits, where
-- the lake has the number itself (the stars keep it from passing for one); else what stands for that, if the lake was given a key.
CASE
  WHEN strpos(messages.destination_phone_number, '+') = 1
    AND strpos(messages.destination_phone_number, '*') = 0
    AND length(messages.destination_phone_number) > 8
  THEN substr(messages.destination_phone_number, 1, length(messages.destination_phone_number) - 4) || '****'
  ELSE messages.destination_prefix_hash
END
