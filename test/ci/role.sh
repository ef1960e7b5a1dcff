#!/usr/bin/env bash
# A role without rights of its own, but that of making schemas, makes, fills and reads a
# model; another role gets what it is granted, and no more.
# shellcheck disable=SC2317
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/../.."
. test/ci/lib.sh
private

prepare() {
    fresh_database governance_role 'CREATE EXTENSION governance CASCADE'
    run_sql governance_role -c 'DROP ROLE IF EXISTS governance_planner' -c 'DROP ROLE IF EXISTS governance_reader' \
        -c 'CREATE ROLE governance_planner LOGIN' -c 'CREATE ROLE governance_reader LOGIN' \
        -c 'GRANT CREATE ON DATABASE governance_role TO governance_planner'
}
planner() { PGUSER=governance_planner run_sql governance_role "$@"; }
reader() { PGUSER=governance_reader run_sql governance_role "$@"; }
# refused SQLSTATE ROLE SQL
refused() {
    local output
    ! output=$("$2" -v VERBOSITY=sqlstate -c "$3" 2>&1) && echo "$output" && [[ $output == *"$1"* ]]
}
owned() { [ "$(run_sql governance_role -c "SELECT DISTINCT relowner::regrole FROM pg_class WHERE relnamespace = 'm'::regnamespace")" = governance_planner ]; }
granted() {
    planner -c 'GRANT USAGE ON SCHEMA m TO governance_reader' -c 'GRANT SELECT ON ALL TABLES IN SCHEMA m TO governance_reader'
    [ "$(reader -c "SELECT count(*) FROM m.unit_tree WHERE hierarchy = 'adm'")" = 43 ] &&
        [ "$(reader -c "SELECT count(*) > 0 FROM m.indicator_rollup('rate', '[2021-01-01,2022-01-01)')")" = t ]
}
models_listed() { [ "$(reader -c 'SELECT schema, srid FROM governance.models()')" = "$1" ]; }
draws() {
    planner -c 'GRANT INSERT, UPDATE, DELETE ON m.feature TO governance_reader'
    reader -c "INSERT INTO m.feature (id, layer, kind, name, geom) VALUES (90, 'zoning', 'construction', 'hotel', ST_Multi(ST_MakeEnvelope(0, 0, 20, 20, 3005)))" \
        -c "SELECT m.register_feature('zoning', ST_MakeEnvelope(0, 0, 20, 20, 3005), name => 'park', kind => 'park')" \
        -c "UPDATE m.feature SET name = 'inn', geom = ST_Multi(ST_MakeEnvelope(0, 0, 10, 20, 3005)) WHERE id = 90" -c "DELETE FROM m.feature WHERE name = 'park'"
    planner -c 'CALL m.check_space()'
    [ "$(reader -c "SELECT area_m2, status FROM m.conflict WHERE left_feature = 90 AND rule = 'construction_off_redline'")" = '200|open' ]
}

point "two roles without rights" prepare
point "it makes and fills a model" planner -f test/ci/fixture.sql
point "which is its own" owned
point "another role cannot read it" refused 42501 reader 'SELECT * FROM m.unit_tree'
point "and sees only that it is there" models_listed 'm|'
point "granted reading, it reads views and rollups" granted
point "and the model's version" models_listed 'm|3005'
point "but cannot write" refused 42501 reader "INSERT INTO m.objective VALUES ('x', 'x')"
point "nor read the map behind a view without a right to its table" refused 42501 reader 'RESET ROLE; SELECT * FROM app.fact'
point "granted drawing, it draws, and the owner's check finds what it drew" draws
point "but it does not check" refused 42501 reader 'CALL m.check_space()'
point "nor decide" refused 42501 reader "UPDATE m.finding SET status = 'allowed'"
point "nor touch what is noted" refused 42501 reader 'DELETE FROM m.pending_check'
point "nor drop it" refused 42501 reader "SELECT governance.drop_model('m')"
point "nor make one without the right to make schemas" refused 42501 reader "SELECT governance.create_model('mine', 3005)"
point "nobody adds to the extension's schema" refused 42501 planner 'CREATE TABLE governance.t ()'
point "the owner drops it" planner -c "SELECT governance.drop_model('m')"
run_sql postgres -c 'DROP DATABASE governance_role' -c 'DROP ROLE governance_planner' -c 'DROP ROLE governance_reader'
close
