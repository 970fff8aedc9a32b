-- Same transaction number, kind, amount, and version when both state it; nth copy meets nth copy.
-- What meets nothing is left in open_line and open_entry for the passes after this one.

-- copies are counted only where a number occurs more than once: that is rare, and sorting
-- a million rows to find it out is not free
CREATE TEMP TABLE copy ON COMMIT DROP AS
    SELECT id, row_number() OVER (
        PARTITION BY transaction_no, family, amount,
            CASE WHEN %(both_state_versions)s THEN coalesce(version, -1) ELSE 0 END
        ORDER BY released_on, posted_on, version, transaction_type, reference, row_no) AS nth
    FROM line_scope WHERE transaction_no IN (
        SELECT transaction_no FROM line_scope GROUP BY transaction_no HAVING count(*) > 1);
DELETE FROM copy WHERE nth = 1;
ANALYZE copy;  -- how few they are decides how they are joined
UPDATE line_scope s SET nth = c.nth FROM copy c WHERE c.id = s.id;
DROP TABLE copy;

CREATE TEMP TABLE copy ON COMMIT DROP AS
    SELECT id, row_number() OVER (
        PARTITION BY transaction_no, family, amount,
            CASE WHEN %(both_state_versions)s THEN coalesce(version, -1) ELSE 0 END
        -- what is due now before what is due later
        ORDER BY is_later, released_on, posted_on, version, transaction_type, reference,
            row_no, id) AS nth
    FROM entry_scope WHERE transaction_no IN (
        SELECT transaction_no FROM entry_scope GROUP BY transaction_no HAVING count(*) > 1);
DELETE FROM copy WHERE nth = 1;
ANALYZE copy;
UPDATE entry_scope s SET nth = c.nth FROM copy c WHERE c.id = s.id;
DROP TABLE copy;

CREATE TEMP TABLE paired ON COMMIT DROP AS
SELECT line.id AS line_id, entry.id AS entry_id, amount, line.row_no
FROM (SELECT *, CASE WHEN %(both_state_versions)s THEN coalesce(version, -1) ELSE 0 END AS v
      FROM line_scope) AS line
FULL JOIN (SELECT *, CASE WHEN %(both_state_versions)s THEN coalesce(version, -1) ELSE 0 END AS v
           FROM entry_scope) AS entry
  USING (transaction_no, family, amount, nth, v);

INSERT INTO reconciliation_placement
    (importer_id, run_id, place, reason, group_no, part_no, line_id, entry_id,
     line_amount, entry_amount)
SELECT %(importer_id)s, %(run_id)s, 'match', '010_exact',
       row_number() OVER (ORDER BY row_no), 1, line_id, entry_id, amount, amount
FROM paired WHERE line_id IS NOT NULL AND entry_id IS NOT NULL
ORDER BY row_no;

CREATE TEMP TABLE open_line ON COMMIT DROP AS
SELECT l.* FROM line_scope l
WHERE l.id IN (SELECT line_id FROM paired WHERE entry_id IS NULL);

CREATE TEMP TABLE open_entry ON COMMIT DROP AS
SELECT e.* FROM entry_scope e
WHERE e.id IN (SELECT entry_id FROM paired WHERE line_id IS NULL);

-- the passes after this one count copies of their own
ALTER TABLE open_line DROP COLUMN nth;
ALTER TABLE open_entry DROP COLUMN nth;

ANALYZE open_line;
ANALYZE open_entry;
