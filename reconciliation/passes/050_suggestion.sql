-- No usable number on one side: same amount and a day within three, one candidate only on both
-- sides. More than one candidate is ambiguous and never suggested as if it were one.

CREATE TEMP TABLE candidate ON COMMIT DROP AS
SELECT line.id AS line_id, entry.id AS entry_id, line.row_no,
       line.identity AS line_identity, entry.identity AS entry_identity,
       line.amount AS line_amount, entry.amount AS entry_amount,
       count(*) OVER (PARTITION BY line.id) AS of_line,
       count(*) OVER (PARTITION BY entry.id) AS of_entry
FROM (SELECT *, count(*) OVER (PARTITION BY family, amount) AS like_it FROM open_line) AS line
JOIN (SELECT *, count(*) OVER (PARTITION BY family, amount) AS like_it FROM open_entry) AS entry
  USING (family, amount)
-- hundreds of one amount are never one candidate; do not pair them all to find that out
WHERE line.like_it * entry.like_it <= 10000
  AND (line.transaction_no IS NULL OR entry.transaction_no IS NULL)
  AND abs(CASE WHEN line.released_on IS NOT NULL AND entry.released_on IS NOT NULL
               THEN line.released_on - entry.released_on
               ELSE coalesce(line.posted_on, line.released_on)
                  - coalesce(entry.posted_on, entry.released_on) END) <= 3
  AND NOT EXISTS (
        SELECT 1 FROM reconciliation_decision d
        WHERE d.importer_id = %(importer_id)s AND d.statement_id = ANY(%(same_period)s)
          AND d.line_identity = line.identity AND d.entry_identity = entry.identity
          AND d.verdict = 'refused' AND d.withdrawn_at IS NULL);

CREATE TEMP TABLE found ON COMMIT DROP AS
SELECT line_id, entry_id, line_amount, entry_amount, line_identity, entry_identity,
       row_number() OVER (ORDER BY row_no, line_id) AS group_no
FROM candidate WHERE of_line = 1 AND of_entry = 1;
