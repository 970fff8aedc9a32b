-- What the database refuses: a placement that points at another importer's or another
-- statement's line, at another account's entry, or that states another amount; and a run
-- called finished whose places do not hold every line and entry and add up to the cent.

CREATE FUNCTION reconciliation_check_placements() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    strays bigint;
BEGIN
    -- EXECUTE plans afresh: ten rows look up an index, a million are hashed
    EXECUTE '
        SELECT count(*) FROM added a
        JOIN reconciliation_matchrun r ON r.id = a.run_id
        LEFT JOIN statements_statementline l
          ON l.id = a.line_id AND l.importer_id = a.importer_id
         AND l.statement_id = r.statement_id AND l.amount = a.line_amount
        WHERE (a.line_id IS NOT NULL OR a.line_amount IS NOT NULL) AND l.id IS NULL' INTO strays;
    IF strays > 0 THEN
        RAISE foreign_key_violation USING MESSAGE = strays || ' placements of no such line';
    END IF;
    EXECUTE '
        SELECT count(*) FROM added a
        JOIN reconciliation_matchrun r ON r.id = a.run_id
        JOIN statements_statement s ON s.id = r.statement_id
        LEFT JOIN statements_ledgerentry e
          ON e.id = a.entry_id AND e.importer_id = a.importer_id
         AND e.program_account_id = s.program_account_id AND e.amount = a.entry_amount
        WHERE (a.entry_id IS NOT NULL OR a.entry_amount IS NOT NULL) AND e.id IS NULL' INTO strays;
    IF strays > 0 THEN
        RAISE foreign_key_violation USING MESSAGE = strays || ' placements of no such entry';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER placements_are_true
AFTER INSERT ON reconciliation_placement REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION reconciliation_check_placements();

CREATE FUNCTION reconciliation_prove_run() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    statement statements_statement;
    placed record;
    uneven bigint;
    variances numeric;
BEGIN
    SELECT * INTO STRICT statement FROM statements_statement s WHERE s.id = NEW.statement_id;
    SELECT count(line_id) AS lines, coalesce(sum(line_amount), 0) AS line_amount,
           count(entry_id) AS entries, coalesce(sum(entry_amount), 0) AS entry_amount
      INTO placed FROM reconciliation_placement p WHERE p.run_id = NEW.id;
    IF placed.lines <> statement.line_count OR placed.line_amount <> statement.activity
       OR NEW.statement_activity <> statement.activity THEN
        RAISE check_violation USING MESSAGE = format(
            'run %s places %s of %s lines, %s of %s', NEW.id, placed.lines,
            statement.line_count, placed.line_amount, statement.activity);
    END IF;
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
