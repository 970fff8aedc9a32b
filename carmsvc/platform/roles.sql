-- The two database roles, written once: for the embedded database and for docker compose.
-- carm_owner owns the tables and migrates; carm_app works inside the tenant wall, owns nothing.
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'carm_owner') THEN
        CREATE ROLE carm_owner LOGIN CREATEDB;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'carm_app') THEN
        CREATE ROLE carm_app LOGIN;
    END IF;
END $$;
