#!/bin/sh
# Run once by the image postgres when it makes its data folder: the program's role is no superuser, so that row-level
# security holds it back, and it owns the database.
set -eu
psql --set=ON_ERROR_STOP=1 --set=password="$TODOKE_DATABASE_PASSWORD" --username postgres <<'SQL'
CREATE ROLE todoke LOGIN PASSWORD :'password';
CREATE DATABASE todoke OWNER todoke;
SQL
