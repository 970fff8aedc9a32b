-- What the database refuses: a run called finished whose places do not hold every line of its
-- statement and every entry in scope, each as it stands in the book, and add up to the cent.
-- (The wall lets placements into a run only while it is at work.)

-- Planned anew each time; what it sets for itself is undone when it returns.
CREATE FUNCTION reconciliation_prove_run() RETURNS trigger LANGUAGE plpgsql
SET enable_nestloop = on SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    statement statements_statement;
    placed record;
    uneven bigint;
    variances numeric;
BEGIN
    SELECT * INTO STRICT statement FROM statements_statement s WHERE s.id = NEW.statement_id;
    -- a run that is a good part of the book is joined as a whole: fresh rows have no statistics,
    -- and without them it would be taken for one row and looked up row by row
    IF statement.line_count > 10000 AND statement.line_count * 50 > (
        SELECT max(c.reltuples) FROM pg_class c WHERE c.oid IN (
            'statements_statementline'::regclass, 'statements_ledgerentry'::regclass))
    THEN
        PERFORM set_config('enable_nestloop', 'off', true);
    END IF;
    -- a placement of another statement's line, another account's entry or another amount does
    -- not join, and is missed. IS NOT DISTINCT FROM can use no index: in a database without
    -- statistics yet, an index on the statement or the account would be walked once per row.
    SELECT count(*) AS lines, coalesce(sum(p.line_amount), 0) AS line_amount
      INTO placed FROM reconciliation_placement p
      JOIN statements_statementline l
        ON l.id = p.line_id
       AND l.importer_id IS NOT DISTINCT FROM p.importer_id
       AND l.statement_id IS NOT DISTINCT FROM NEW.statement_id
       AND l.amount IS NOT DISTINCT FROM p.line_amount
     WHERE p.run_id = NEW.id;
    IF placed.lines <> statement.line_count OR placed.line_amount <> statement.activity
       OR NEW.statement_activity <> statement.activity THEN
        RAISE check_violation USING MESSAGE = format(
            'run %s places %s of %s lines, %s of %s', NEW.id, placed.lines,
            statement.line_count, placed.line_amount, statement.activity);
    END IF;
    SELECT count(*) AS entries, coalesce(sum(p.entry_amount), 0) AS entry_amount
      INTO placed FROM reconciliation_placement p
      JOIN statements_ledgerentry e
        ON e.id = p.entry_id
       AND e.importer_id IS NOT DISTINCT FROM p.importer_id
       AND e.program_account_id IS NOT DISTINCT FROM statement.program_account_id
       AND e.amount IS NOT DISTINCT FROM p.entry_amount
     WHERE p.run_id = NEW.id;
    IF placed.entries <> NEW.entries_in_scope OR placed.entry_amount <> NEW.ledger_in_scope THEN
        RAISE check_violation USING MESSAGE = format(
            'run %s places %s of %s entries, %s of %s', NEW.id, placed.entries,
            NEW.entries_in_scope, placed.entry_amount, NEW.ledger_in_scope);
    END IF;
    SELECT count(*) INTO uneven FROM (
        SELECT 1 FROM reconciliation_placement p
        WHERE p.run_id = NEW.id AND p.place IN ('match', 'suggestion')
          AND p.reason NOT IN ('010_exact', '040_payment', '050_suggestion')
        GROUP BY p.reason, p.group_no
        HAVING abs(coalesce(sum(line_amount), 0) - coalesce(sum(entry_amount), 0))
             > CASE p.reason WHEN '020_within_tolerance' THEN NEW.tolerance ELSE 0 END) AS groups;
    SELECT coalesce(sum(effect), 0) INTO variances FROM reconciliation_variance v
     WHERE v.run_id = NEW.id;
    SELECT coalesce(sum(line_amount), 0) - coalesce(sum(entry_amount), 0) - variances
      INTO variances FROM reconciliation_placement p
     WHERE p.run_id = NEW.id AND p.place = 'variance';
    IF uneven > 0 OR variances <> 0 THEN
        RAISE check_violation USING MESSAGE = format(
            'run %s has %s uneven matches and variances off by %s', NEW.id, uneven, variances);
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER run_is_proved
BEFORE UPDATE ON reconciliation_matchrun
FOR EACH ROW WHEN (NEW.state = 'finished' AND OLD.state <> 'finished')
EXECUTE FUNCTION reconciliation_prove_run();

-- a run may not be born finished
CREATE TRIGGER run_is_born_open
BEFORE INSERT ON reconciliation_matchrun
FOR EACH ROW WHEN (NEW.state = 'finished')
EXECUTE FUNCTION reconciliation_prove_run();
