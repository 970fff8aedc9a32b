-- Same transaction number and kind, amounts apart by no more than the importer's tolerance.
-- Each takes its closest; the pass repeats until nothing more meets.
-- repeat

CREATE TEMP TABLE found ON COMMIT DROP AS
WITH candidate AS (
    SELECT line.id AS line_id, entry.id AS entry_id, line.row_no,
           line.amount AS line_amount, entry.amount AS entry_amount,
           row_number() OVER (PARTITION BY line.id ORDER BY
               abs(line.amount - entry.amount), line.version IS DISTINCT FROM entry.version,
               entry.is_later, entry.version, entry.amount, entry.released_on, entry.row_no,
               entry.id) AS choice_of_line,
           row_number() OVER (PARTITION BY entry.id ORDER BY
               abs(line.amount - entry.amount), line.version IS DISTINCT FROM entry.version,
               line.version, line.amount, line.released_on, line.row_no,
               line.id) AS choice_of_entry
    FROM open_line line JOIN open_entry entry USING (transaction_no, family)
    WHERE abs(line.amount - entry.amount) <= %(tolerance)s
)
SELECT line_id, entry_id, line_amount, entry_amount,
       row_number() OVER (ORDER BY row_no, line_id) AS group_no
FROM candidate WHERE choice_of_line = 1 AND choice_of_entry = 1;
