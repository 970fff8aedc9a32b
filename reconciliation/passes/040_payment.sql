-- Payments (and returned payments and refunds): same reference and amount, nth copy meets nth.

CREATE TEMP TABLE found ON COMMIT DROP AS
SELECT line.id AS line_id, entry.id AS entry_id, line.amount AS line_amount,
       entry.amount AS entry_amount,
       row_number() OVER (ORDER BY line.row_no, line.id) AS group_no
FROM (
    SELECT *, upper(regexp_replace(reference, '\s', '', 'g')) AS ref, row_number() OVER (
        PARTITION BY family, upper(regexp_replace(reference, '\s', '', 'g')), amount
        ORDER BY posted_on, released_on, row_no) AS nth
    FROM open_line WHERE family IN ('payment', 'disbursement', 'nsf')
) AS line
JOIN (
    SELECT *, upper(regexp_replace(reference, '\s', '', 'g')) AS ref, row_number() OVER (
        PARTITION BY family, upper(regexp_replace(reference, '\s', '', 'g')), amount
        ORDER BY is_later, posted_on, released_on, row_no, id) AS nth
    FROM open_entry WHERE family IN ('payment', 'disbursement', 'nsf')
) AS entry USING (family, ref, amount, nth);
