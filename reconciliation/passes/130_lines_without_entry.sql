-- A line without an entry is a variance of the first kind that fits.

CREATE TEMP TABLE found ON COMMIT DROP AS
SELECT l.id AS line_id, NULL::bigint AS entry_id, l.amount AS line_amount,
       NULL::numeric AS entry_amount, row_number() OVER (ORDER BY l.row_no, l.id) AS group_no,
       CASE
           WHEN l.transaction_no IN (
                SELECT e.transaction_no FROM statements_ledgerentry e
                WHERE e.importer_id = %(importer_id)s AND e.superseded_by_id IS NULL
                  AND e.program_account_id <> %(program_account_id)s
                  AND e.transaction_no IN (SELECT o.transaction_no FROM open_line o))
               THEN 'wrong_program_account'
           WHEN l.family = 'interest' THEN 'interest'
           WHEN l.family = 'penalty' THEN 'penalty'
           WHEN l.family = 'payment' THEN 'unallocated_payment'
           WHEN l.family = 'disbursement' THEN 'disbursement'
           WHEN l.amount < 0 AND l.transaction_type NOT IN (
                'CAD', 'CAD_CORRECTION', 'CAD_ADJUSTMENT') THEN 'unallocated_payment'
           WHEN l.transaction_type IN ('CAD', 'CAD_CORRECTION', 'CAD_ADJUSTMENT')
            AND (l.released_on < %(period_start)s OR l.released_on > %(period_end)s)
               THEN 'wrong_period'
           ELSE 'not_in_ledger'
       END AS kind
FROM open_line l;
