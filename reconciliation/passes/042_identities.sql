-- What an open line or entry says of itself, so that a person's decision finds it again in a
-- later run, whatever its row number is then. Equal copies are counted.

ALTER TABLE open_line ADD COLUMN identity text;
ALTER TABLE open_entry ADD COLUMN identity text;

UPDATE open_line o SET identity = i.identity FROM (
    SELECT id, md5(content || '|' || row_number() OVER (PARTITION BY content ORDER BY row_no))
               AS identity
    FROM (SELECT id, row_no, concat_ws('|', coalesce(transaction_no, '-'),
              coalesce(version::text, '-'), transaction_type, coalesce(released_on::text, '-'),
              coalesce(posted_on::text, '-'), amount::text, coalesce(reference, '-')) AS content
          FROM open_line) AS c) AS i
WHERE i.id = o.id;

UPDATE open_entry o SET identity = i.identity FROM (
    SELECT id, md5(content || '|' || row_number() OVER (PARTITION BY content ORDER BY row_no, id))
               AS identity
    FROM (SELECT id, row_no, concat_ws('|', coalesce(transaction_no, '-'),
              coalesce(version::text, '-'), coalesce(transaction_type, '-'),
              coalesce(released_on::text, '-'), coalesce(posted_on::text, '-'), amount::text,
              coalesce(reference, '-')) AS content
          FROM open_entry) AS c) AS i
WHERE i.id = o.id;

CREATE TEMP TABLE line_identity ON COMMIT DROP AS SELECT id, identity FROM open_line;
CREATE TEMP TABLE entry_identity ON COMMIT DROP AS SELECT id, identity FROM open_entry;

ANALYZE line_identity;
ANALYZE entry_identity;
