-- Same program account, number and kind, other amount: all that is left of the number together.

CREATE TEMP TABLE found ON COMMIT DROP AS
WITH line AS (
    SELECT *, row_number() OVER (PARTITION BY transaction_no, family
                                 ORDER BY version, amount, row_no, id) AS nth
    FROM open_line
), entry AS (
    SELECT *, row_number() OVER (PARTITION BY transaction_no, family
                                 ORDER BY version, amount, row_no, id) AS nth
    FROM open_entry
), both_sides AS (
    SELECT transaction_no, family, row_number() OVER (ORDER BY min(row_no)) AS group_no
    FROM open_line WHERE (transaction_no, family) IN (
        SELECT transaction_no, family FROM open_entry)
    GROUP BY transaction_no, family
)
SELECT l.id AS line_id, e.id AS entry_id, l.amount AS line_amount, e.amount AS entry_amount,
       coalesce(l.group_no, e.group_no) AS group_no
FROM (SELECT line.*, group_no FROM line JOIN both_sides USING (transaction_no, family)) l
FULL JOIN (SELECT entry.*, group_no FROM entry JOIN both_sides USING (transaction_no, family)) e
  USING (transaction_no, family, nth);
