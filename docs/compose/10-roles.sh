#!/bin/sh
# Runs once, when the database container is new: the two roles, their passwords, the database.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -f /roles.sql
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" \
  -v owner="$CARM_OWNER_PASSWORD" -v app="$CARM_APP_PASSWORD" <<'SQL'
ALTER ROLE carm_owner PASSWORD :'owner';
ALTER ROLE carm_app PASSWORD :'app';
CREATE DATABASE carm OWNER carm_owner;
SQL
