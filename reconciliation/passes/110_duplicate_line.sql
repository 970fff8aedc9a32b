-- The same number, type, version and amount as another line of this or an earlier statement,
-- and no entry for the extra copy.

CREATE TEMP TABLE found ON COMMIT DROP AS
WITH twin AS (
    SELECT transaction_no, transaction_type, version, amount, count(*) AS copies
    FROM (
        SELECT transaction_no, transaction_type, version, amount FROM line_scope s
        WHERE transaction_no IN (SELECT transaction_no FROM open_line)
          AND NOT EXISTS (SELECT 1 FROM open_line o WHERE o.id = s.id)
        UNION ALL
        SELECT l.transaction_no, l.transaction_type, l.version, l.amount
        FROM statements_statementline l
        WHERE l.importer_id = %(importer_id)s AND l.statement_id = ANY(%(earlier_statements)s)
          AND l.transaction_no IN (SELECT transaction_no FROM open_line)
    ) AS elsewhere
    GROUP BY 1, 2, 3, 4
), line AS (
    SELECT o.*, coalesce(t.copies, 0) + row_number() OVER (
               PARTITION BY o.transaction_no, o.transaction_type, o.version, o.amount
               ORDER BY o.released_on, o.posted_on, o.row_no) AS copy_no
    FROM open_line o LEFT JOIN twin t
      ON t.transaction_no = o.transaction_no AND t.transaction_type = o.transaction_type
     AND t.version IS NOT DISTINCT FROM o.version AND t.amount = o.amount
    WHERE o.transaction_no IS NOT NULL
), extra AS (
    SELECT line.*,
           row_number() OVER (PARTITION BY transaction_no, family
                              ORDER BY copy_no, version, amount, row_no) AS nth_extra
    FROM line WHERE copy_no > 1
), spare AS (
    -- entries of the number that first copies leave over: an extra copy may be one of them
    SELECT transaction_no, family, greatest(e.entries - coalesce(f.lines, 0), 0) AS entries
    FROM (SELECT transaction_no, family, count(*) AS entries FROM open_entry GROUP BY 1, 2) e
    LEFT JOIN (SELECT transaction_no, family, count(*) AS lines FROM line
               WHERE copy_no = 1 GROUP BY 1, 2) f USING (transaction_no, family)
)
SELECT extra.id AS line_id, NULL::bigint AS entry_id, extra.amount AS line_amount,
       NULL::numeric AS entry_amount, row_number() OVER (ORDER BY extra.row_no) AS group_no
FROM extra LEFT JOIN spare USING (transaction_no, family)
WHERE nth_extra > coalesce(spare.entries, 0);
