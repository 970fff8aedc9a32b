-- What people made of the same variance in the run before stays theirs.

UPDATE reconciliation_variance v
SET state = b.state, reason_code = b.reason_code, note = b.note,
    decided_at = b.decided_at, decided_by_id = b.decided_by_id
FROM reconciliation_variance b
WHERE v.run_id = %(run_id)s AND b.run_id = %(run_before)s
  AND b.identity = v.identity AND b.state <> 'open';
