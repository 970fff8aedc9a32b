-- Payments whose reference does not tell: same amount, posted within three weekdays, and only
-- one candidate on either side.

CREATE TEMP TABLE found ON COMMIT DROP AS
WITH candidate AS (
    SELECT line.id AS line_id, entry.id AS entry_id, line.row_no,
           line.amount AS line_amount, entry.amount AS entry_amount,
           count(*) OVER (PARTITION BY line.id) AS of_line,
           count(*) OVER (PARTITION BY entry.id) AS of_entry
    FROM (SELECT *, count(*) OVER (PARTITION BY family, amount) AS like_it FROM open_line
          WHERE family IN ('payment', 'disbursement', 'nsf')) AS line
    JOIN (SELECT *, count(*) OVER (PARTITION BY family, amount) AS like_it FROM open_entry) AS entry
      USING (family, amount)
    -- hundreds of one amount are never one candidate; do not pair them all to find that out
    WHERE line.like_it * entry.like_it <= 10000
      AND line.posted_on BETWEEN entry.posted_on - 5 AND entry.posted_on + 5
      AND (SELECT count(*) FROM generate_series(
               least(line.posted_on, entry.posted_on) + 1,
               greatest(line.posted_on, entry.posted_on), interval '1 day') AS d(day)
           WHERE extract(isodow FROM d.day) <= 5) <= 3
)
SELECT line_id, entry_id, line_amount, entry_amount,
       row_number() OVER (ORDER BY row_no, line_id) AS group_no
FROM candidate WHERE of_line = 1 AND of_entry = 1;
