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

# Where PostGIS is, somebody lays a trap: an aggregate that fits the model's calls better than the built-in one.
trap_laid() {
    run_sql governance_role -c 'GRANT CREATE ON SCHEMA public TO governance_reader'
    reader -c 'CREATE TABLE public.caught (who name)' -c 'GRANT INSERT ON public.caught TO PUBLIC' \
        -c "CREATE FUNCTION public.catch(governance.unitcode[], governance.unitcode) RETURNS governance.unitcode[] LANGUAGE sql AS 'INSERT INTO public.caught VALUES (current_user) RETURNING \$1 || \$2'" \
        -c 'CREATE AGGREGATE public.array_agg(governance.unitcode) (SFUNC = public.catch, STYPE = governance.unitcode[])'
    reader -c 'SET search_path = m, governance, public' -c 'SELECT array_agg(code) FROM unit' >/dev/null
    [ "$(reader -c 'SELECT DISTINCT who FROM public.caught')" = governance_reader ]
}
new_unit() { reader -c "INSERT INTO m.unit (code, hierarchy, tier, name) VALUES ('P.$1', 'adm', 'town', 'trap')"; }
caught() { [ "$(reader -c "SELECT count(*) > 0 FROM public.caught WHERE who = 'governance_planner'")" = "$1" ]; }
nobody_caught() {
    planner -c 'GRANT INSERT ON m.unit, m.observation, m.quota TO governance_reader' -c 'GRANT UPDATE, DELETE ON m.quota TO governance_reader'
    new_unit trap
    reader -c "INSERT INTO m.observation (indicator, unit, period, value) VALUES ('force', 'P.trap', '[2001-01-01,2002-01-01)', 1)" \
        -c "INSERT INTO m.quota (indicator, unit, period, amount) VALUES ('farm', 'P.trap', '[2001-01-01,2002-01-01)', 1)" \
        -c "UPDATE m.quota SET amount = 2 WHERE unit OPERATOR(governance.=) 'P.trap'" -c "DELETE FROM m.quota WHERE unit OPERATOR(governance.=) 'P.trap'"
    planner -c 'CALL m.refresh()'
    caught f
}
somebody_caught() {
    planner -c 'ALTER FUNCTION m.note_unit() SET search_path = m, governance, public, pg_temp'
    new_unit trap2
    planner -c "SELECT governance.narrow_paths('m')"
    caught t
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
point "a trap is laid where PostGIS is" trap_laid
point "and what triggers do with the owner's rights does not fall in" nobody_caught
point "as it would with PostGIS's schema on their path" somebody_caught
point "but it does not check" refused 42501 reader 'CALL m.check_space()'
point "nor decide" refused 42501 reader "UPDATE m.finding SET status = 'allowed'"
point "nor touch what is noted" refused 42501 reader 'DELETE FROM m.pending_check'
point "nor drop it" refused 42501 reader "SELECT governance.drop_model('m')"
point "nor make one without the right to make schemas" refused 42501 reader "SELECT governance.create_model('mine', 3005)"
point "nobody adds to the extension's schema" refused 42501 planner 'CREATE TABLE governance.t ()'
point "the owner drops it" planner -c "SELECT governance.drop_model('m')"
run_sql postgres -c 'DROP DATABASE governance_role' -c 'DROP ROLE governance_planner' -c 'DROP ROLE governance_reader'
close
