-- What a person has confirmed: the suggestion of an earlier run of this statement.

CREATE TEMP TABLE found ON COMMIT DROP AS
SELECT line.id AS line_id, entry.id AS entry_id, line.amount AS line_amount,
       entry.amount AS entry_amount,
       row_number() OVER (ORDER BY line.row_no, line.id) AS group_no
FROM reconciliation_decision d
JOIN open_line line ON line.identity = d.line_identity
JOIN open_entry entry ON entry.identity = d.entry_identity
WHERE d.importer_id = %(importer_id)s AND d.statement_id = ANY(%(same_period)s)
  AND d.verdict = 'confirmed' AND d.withdrawn_at IS NULL AND line.amount = entry.amount;
