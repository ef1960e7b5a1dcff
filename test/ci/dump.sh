#!/usr/bin/env bash
# A database with a filled model and a user's objects on the extension's types, dumped and
# restored, as text and in parallel, is the same: every object, every row.
# shellcheck disable=SC2317
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/../.."
. test/ci/lib.sh
private
folder=build/ci/dump
rm -rf "$folder"
mkdir -p "$folder"

picture() {
    run_sql "$1" -v members=false -f test/ci/inventory.sql
    run_sql "$1" -f test/ci/rows.sql
}

fill() {
    fresh_database governance_dump
    [ -z "${1:-}" ] || run_sql governance_dump -c "CREATE SCHEMA $1" -c "CREATE EXTENSION postgis SCHEMA $1" -c "CREATE EXTENSION btree_gist SCHEMA $1"
    run_sql governance_dump -c 'CREATE EXTENSION governance CASCADE'
    run_sql governance_dump -v gis="${1:-public}" -f test/ci/fixture.sql
}

# same DATABASE: its picture is that of the database dumped.
same() {
    picture "$1" >"$folder/after"
    diff "$folder/before" "$folder/after"
}

plain() {
    "$PGBIN/pg_dump" -d "$1" -f "$folder/plain.sql"
    fresh_database governance_restored
    run_sql governance_restored -f "$folder/plain.sql"
    same governance_restored
}

parallel() {
    rm -rf "$folder/custom"
    "$PGBIN/pg_dump" -d "$1" -Fc -f "$folder/custom"
    fresh_database governance_restored
    "$PGBIN/pg_restore" -j 2 --exit-on-error -d governance_restored "$folder/custom"
    same governance_restored
}

has_rows() { [ "$(awk -F'|' 'NF == 3 && $2 > 0' "$folder/before" | wc -l)" -ge "$1" ]; }

# round DATABASE NAME ROWS
round() {
    picture "$1" >"$folder/before"
    point "$2: there is something to lose" has_rows "$3"
    point "$2: pg_dump | psql" plain "$1"
    point "$2: pg_dump -Fc, pg_restore -j 2" parallel "$1"
}

point "a model and a user's objects" fill
round governance_dump "PostGIS in public" 10
point "the same with PostGIS in a schema of its own" fill gis
round governance_dump "PostGIS in gis" 10
if run_sql governance_demo -c "SELECT 1" >/dev/null 2>&1; then
    round governance_demo "the demo's models" 10
fi
run_sql postgres -c 'DROP DATABASE IF EXISTS governance_dump' -c 'DROP DATABASE IF EXISTS governance_restored'
close
