-- Both sides of the run: the statement's lines, and the ledger entries of its program account
-- that are due on it, still open from before, or of a later period but possibly shown already.

DROP TABLE IF EXISTS line_scope, entry_scope, paired, open_line, open_entry, candidate,
    line_identity, entry_identity, variance_row, found;

CREATE TEMP TABLE line_scope ON COMMIT DROP AS
SELECT l.id, l.row_no, l.transaction_no, l.version, l.transaction_type,
       statements_family(l.transaction_type) AS family, l.amount,
       l.released_on, l.posted_on, l.reference, 1::bigint AS nth
FROM statements_statementline l
WHERE l.importer_id = %(importer_id)s AND l.statement_id = %(statement_id)s;

ANALYZE line_scope;

CREATE TEMP TABLE entry_scope ON COMMIT DROP AS
SELECT e.id, e.row_no, e.transaction_no, e.version, e.transaction_type,
       coalesce(statements_family(e.transaction_type), 'accounting') AS family, e.amount,
       e.released_on, coalesce(e.posted_on, e.accounted_on) AS posted_on, e.reference,
       e.period_end, e.period_end > %(period_end)s AS is_later, 1::bigint AS nth
FROM statements_ledgerentry e
WHERE e.importer_id = %(importer_id)s
  AND e.program_account_id = %(program_account_id)s
  AND e.superseded_by_id IS NULL
  AND (e.period_end <= %(period_end)s
       OR e.transaction_no IN (SELECT l.transaction_no FROM line_scope l)
       OR (e.transaction_no IS NULL AND e.period_end <= %(period_end)s + 62))
  -- an earlier statement that billed the entry has settled it
  AND (%(has_earlier_runs)s IS FALSE OR NOT EXISTS (
        SELECT 1 FROM reconciliation_placement p
        WHERE p.entry_id = e.id AND p.run_id = ANY(%(earlier_runs)s)
          AND (p.place = 'match' OR p.reason = 'amount_differs')));

-- an entry whose kind nobody stated takes the kind of the only lines that bear its number
UPDATE entry_scope e SET family = l.family
FROM (SELECT transaction_no, min(family) AS family FROM line_scope
      WHERE transaction_no IS NOT NULL
      GROUP BY transaction_no HAVING bool_and(family <> 'accounting')) l
WHERE e.transaction_type IS NULL AND e.transaction_no = l.transaction_no;

ANALYZE entry_scope;
