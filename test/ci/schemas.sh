#!/usr/bin/env bash
# PostGIS and btree_gist in a schema of their own, and an empty search_path: everything works.
# shellcheck disable=SC2317
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/../.."
. test/ci/lib.sh
private

install() {
    fresh_database governance_schemas 'CREATE SCHEMA gis; CREATE EXTENSION postgis SCHEMA gis; CREATE EXTENSION btree_gist SCHEMA gis; CREATE EXTENSION governance CASCADE'
}

rebuild() {
    run_sql governance_schemas -c "SET search_path = ''" -c 'REINDEX SCHEMA app' -c 'REINDEX SCHEMA m' \
        -c 'REFRESH MATERIALIZED VIEW app.total' -c 'ANALYZE' -c 'CALL m.refresh()'
}

views() {
    run_sql governance_schemas -f test/ci/rows.sql
}

point "installation" install
point "a model and a user's objects" run_sql governance_schemas -v gis=gis -f test/ci/fixture.sql
point "every table and view can be read" views
point "indexes, materialised views, statistics and rollups can be made again" rebuild
# The script prints NAME|t or NAME|f.
run_sql governance_schemas -v gis=gis -f test/ci/schemas.sql >build/log/ci-schemas.out 2>&1 || echo "the script ends|f" >>build/log/ci-schemas.out
while IFS='|' read -r name truth; do
    point "$name" test "$truth" = t
done <build/log/ci-schemas.out
run_sql postgres -c 'DROP DATABASE governance_schemas'
close
