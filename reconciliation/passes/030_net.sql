-- Same transaction number and kind: the signed sum of several lines (the original and its
-- corrections or adjustments) is what the entries say, or several entries are one line.

CREATE TEMP TABLE found ON COMMIT DROP AS
WITH line AS (
    SELECT *, row_number() OVER w AS nth,
           sum(amount) OVER (PARTITION BY transaction_no, family) AS total,
           count(*) OVER (PARTITION BY transaction_no, family) AS copies,
           min(row_no) OVER (PARTITION BY transaction_no, family) AS first_row
    FROM open_line WHERE transaction_no IS NOT NULL
    WINDOW w AS (PARTITION BY transaction_no, family ORDER BY version, amount, row_no, id)
), entry AS (
    SELECT *, row_number() OVER w AS nth,
           sum(amount) OVER (PARTITION BY transaction_no, family) AS total,
           count(*) OVER (PARTITION BY transaction_no, family) AS copies
    FROM open_entry WHERE transaction_no IS NOT NULL
    WINDOW w AS (PARTITION BY transaction_no, family ORDER BY version, amount, row_no, id)
), net AS (
    SELECT transaction_no, family, line.first_row
    FROM line JOIN entry USING (transaction_no, family)
    WHERE line.nth = 1 AND entry.nth = 1 AND line.total = entry.total
      AND line.copies + entry.copies > 2
), numbered AS (
    SELECT *, row_number() OVER (ORDER BY first_row, transaction_no, family) AS group_no FROM net
)
SELECT l.id AS line_id, e.id AS entry_id, l.amount AS line_amount, e.amount AS entry_amount,
       n.group_no
FROM (SELECT line.*, numbered.group_no FROM line JOIN numbered USING (transaction_no, family)) l
FULL JOIN (
    SELECT entry.*, numbered.group_no FROM entry JOIN numbered USING (transaction_no, family)
) e USING (transaction_no, family, nth)
JOIN numbered n ON n.group_no = coalesce(l.group_no, e.group_no);
