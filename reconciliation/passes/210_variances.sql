-- One variance for each group of placements: its effect, and line minus entry per component.

CREATE TEMP TABLE variance_row ON COMMIT DROP AS
SELECT group_no, reason, line_id, entry_id, line_amount, entry_amount
FROM reconciliation_placement WHERE run_id = %(run_id)s AND place = 'variance';

ANALYZE variance_row;

INSERT INTO reconciliation_variance
    (importer_id, run_id, group_no, kind, transaction_no, line_amount, entry_amount, effect,
     components, other_program_account, is_ambiguous, identity, state, reason_code, note)
SELECT %(importer_id)s, %(run_id)s, g.group_no, g.kind, g.transaction_no, g.line_amount,
       g.entry_amount, coalesce(g.line_amount, 0) - coalesce(g.entry_amount, 0), g.components,
       CASE WHEN g.kind = 'wrong_program_account' THEN coalesce((
            SELECT min(a.bn15) FROM statements_ledgerentry e
            JOIN clients_programaccount a ON a.id = e.program_account_id
            WHERE e.importer_id = %(importer_id)s AND e.superseded_by_id IS NULL
              AND e.transaction_no = g.transaction_no
              AND e.program_account_id <> %(program_account_id)s), '') ELSE '' END,
       g.is_ambiguous, g.identity, 'open', '', ''
FROM (
    SELECT p.group_no, min(p.reason) AS kind,
           min(coalesce(l.transaction_no, e.transaction_no)) AS transaction_no,
           sum(p.line_amount) AS line_amount, sum(p.entry_amount) AS entry_amount,
           -- a side that states no split at all says nothing of its components
           CASE WHEN count(l.id) = 0 OR count(e.id) = 0 OR ({line_split} > 0 AND {entry_split} > 0)
                THEN jsonb_strip_nulls(jsonb_build_object({components})) ELSE '{}'::jsonb
           END AS components,
           bool_or(p.line_id IN (SELECT c.line_id FROM candidate c)
                   OR p.entry_id IN (SELECT c.entry_id FROM candidate c)) IS TRUE AS is_ambiguous,
           md5(min(p.reason) || '|' || coalesce(string_agg(li.identity, ',' ORDER BY li.identity), '')
               || '|' || coalesce(string_agg(ei.identity, ',' ORDER BY ei.identity), '')) AS identity
    FROM variance_row p
    LEFT JOIN statements_statementline l ON l.id = p.line_id
    LEFT JOIN statements_ledgerentry e ON e.id = p.entry_id
    LEFT JOIN line_identity li ON li.id = p.line_id
    LEFT JOIN entry_identity ei ON ei.id = p.entry_id
    GROUP BY p.group_no
) AS g;
