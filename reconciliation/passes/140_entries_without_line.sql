-- An entry in scope that the statement does not show: missing once its own statement has been
-- issued (the 25th), expected until then. An entry of a later period that met nothing was only
-- a candidate and is not in scope.

CREATE TEMP TABLE found ON COMMIT DROP AS
SELECT NULL::bigint AS line_id, e.id AS entry_id, NULL::numeric AS line_amount,
       e.amount AS entry_amount, row_number() OVER (ORDER BY e.period_end, e.row_no, e.id)
           AS group_no,
       CASE WHEN %(as_of_on)s < e.period_end + 8 THEN 'expected' ELSE 'not_on_statement' END AS kind
FROM open_entry e WHERE NOT e.is_later;
