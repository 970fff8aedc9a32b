"""Raise the wall around the walks, and let the database refuse an event that does not follow."""

from django.db import migrations

from carmsvc.platform.tenancy import Wall

# the search path is fixed, or a temporary table of the same name would be asked instead
FOLLOWS = """
CREATE FUNCTION audit_event_follows() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    last_sequence bigint;
    last_hash text;
BEGIN
    IF TG_TABLE_NAME = 'platform_auditevent' THEN
        SELECT sequence, own_hash INTO last_sequence, last_hash FROM platform_auditevent
        WHERE importer_id = NEW.importer_id ORDER BY sequence DESC LIMIT 1;
    ELSE
        SELECT sequence, own_hash INTO last_sequence, last_hash FROM platform_brokerageevent
        ORDER BY sequence DESC LIMIT 1;
    END IF;
    IF NEW.sequence IS DISTINCT FROM coalesce(last_sequence, 0) + 1 THEN
        RAISE EXCEPTION 'audit event % does not come next in its chain', NEW.sequence
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.previous_hash IS DISTINCT FROM coalesce(last_hash, repeat('0', 64)) THEN
        RAISE EXCEPTION 'audit event % is not chained to the one before', NEW.sequence
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.own_hash !~ '^[0-9a-f]{64}$' OR NEW.own_hash = NEW.previous_hash THEN
        RAISE EXCEPTION 'audit event % has no hash of its own', NEW.sequence
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER follows BEFORE INSERT ON platform_auditevent
    FOR EACH ROW EXECUTE FUNCTION audit_event_follows();
CREATE TRIGGER follows BEFORE INSERT ON platform_brokerageevent
    FOR EACH ROW EXECUTE FUNCTION audit_event_follows();
"""
UNDONE = """
DROP TRIGGER follows ON platform_auditevent;
DROP TRIGGER follows ON platform_brokerageevent;
DROP FUNCTION audit_event_follows();
"""


class Migration(migrations.Migration):
    dependencies = [("platform", "0005_audit_walks")]

    operations = [Wall("AuditCheck"), migrations.RunSQL(FOLLOWS, UNDONE)]
