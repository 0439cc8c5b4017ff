#!/bin/bash
# PostgreSQL's image runs this once, when the database is made. The role that the program uses owns the database and is no superuser,
# so that row-level security binds it; the superuser has no password any more, and comes in from inside the container alone.
set -eu
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_USER" --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" <<'SQL'
CREATE ROLE switchroom LOGIN PASSWORD :'password' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
CREATE DATABASE switchroom OWNER switchroom ENCODING 'UTF8';
SELECT format('ALTER ROLE %I PASSWORD NULL', current_user) \gexec
SQL
