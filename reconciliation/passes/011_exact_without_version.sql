-- Same number, kind and amount where one of the two states no version; nth copy meets nth copy.
-- After 010 a number cannot have both a line and an entry without a version left.

CREATE TEMP TABLE found ON COMMIT DROP AS
SELECT line.id AS line_id, entry.id AS entry_id, line.amount AS line_amount,
       entry.amount AS entry_amount,
       row_number() OVER (ORDER BY line.row_no, line.id) AS group_no
FROM (
    SELECT *, row_number() OVER (
        PARTITION BY transaction_no, family, amount, version IS NULL
        ORDER BY version, released_on, posted_on, transaction_type, reference, row_no) AS nth
    FROM open_line
) AS line
JOIN (
    SELECT *, row_number() OVER (
        PARTITION BY transaction_no, family, amount, version IS NULL
        ORDER BY is_later, version, released_on, posted_on, transaction_type, reference,
            row_no, id) AS nth
    FROM open_entry
) AS entry USING (transaction_no, family, amount, nth)
WHERE (line.version IS NULL) <> (entry.version IS NULL);
