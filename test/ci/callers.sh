#!/usr/bin/env bash
# The aggregates as transition functions of others call them, which look their functions up
# anew for every row: a small library of such a caller, loaded into the private server.
# shellcheck disable=SC2317
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/../.."
. test/ci/lib.sh
private
library=$(readlink -f build/server)/callers.so

compiled() {
    # shellcheck disable=SC2046
    "${CC:-cc}" $("$PG_CONFIG" --cflags) $("$PG_CONFIG" --cflags_sl) -Wall -Wextra -Wno-unused-parameter -Werror -shared \
        -I"$("$PG_CONFIG" --includedir-server)" -o "$library" test/ci/callers.c
    chmod a+rx "$library"
}

prepare() {
    fresh_database governance_callers 'CREATE EXTENSION governance CASCADE'
    run_sql governance_callers <<SQL
SET search_path = governance, public;
CREATE FUNCTION public.called(unit_rollup, oid, unitcode, numeric) RETURNS unit_rollup LANGUAGE c AS '$library', 'call_for_row';
CREATE FUNCTION public.called(unit_rollup, oid, unitcode, numeric, numeric) RETURNS unit_rollup LANGUAGE c AS '$library', 'call_for_row';
CREATE FUNCTION public.called(unit_rollup, oid, unit_rollup) RETURNS unit_rollup LANGUAGE c AS '$library', 'call_for_row';
CREATE AGGREGATE public.nested(oid, unitcode, numeric) (SFUNC = public.called, STYPE = unit_rollup);
CREATE AGGREGATE public.nested(oid, unitcode, numeric, numeric) (SFUNC = public.called, STYPE = unit_rollup);
CREATE AGGREGATE public.nested(oid, unit_rollup) (SFUNC = public.called, STYPE = unit_rollup);
CREATE TABLE public.fact AS
SELECT i, i % 5 AS g, ('a.' || i % 17 || '.' || i % 400)::unitcode AS unit, CASE WHEN i % 9 > 0 THEN i * 0.5 END AS value, i % 3 AS weight
  FROM generate_series(1, 20000) AS s (i);
CREATE VIEW public.plain AS
SELECT g, i % 2 AS h, nested('unit_rollup_accum(unit_rollup, unitcode, numeric)'::regprocedure, unit, value) AS called, unit_rollup(unit, value) AS usual
  FROM fact GROUP BY GROUPING SETS ((g), (i % 2), ());
CREATE VIEW public.weighted AS
SELECT g, nested('unit_rollup_accum(unit_rollup, unitcode, numeric, numeric)'::regprocedure, unit, value, weight) AS called, unit_rollup(unit, value, weight) AS usual
  FROM fact GROUP BY g;
CREATE VIEW public.merged AS
SELECT nested('unit_rollup_combine(unit_rollup, unit_rollup)'::regprocedure, w.usual) AS called, unit_rollup(w.usual) AS usual FROM weighted AS w;
CREATE VIEW public.growing AS
SELECT nested('unit_rollup_accum(unit_rollup, unitcode, numeric)'::regprocedure, f.unit, f.value) OVER (PARTITION BY f.g ORDER BY f.i) AS called,
       unit_rollup(f.unit, f.value) OVER (PARTITION BY f.g ORDER BY f.i) AS usual
  FROM fact AS f WHERE f.i <= 500;
SQL
}

# same VIEW ROWS [SETTING]: so many rows, whose states are equal; asked twice in a session.
same() {
    local query="SELECT count(*) FROM public.$1 WHERE called OPERATOR(governance.=) usual"
    [ "$(PGOPTIONS="-c ${3:-enable_sort=on}" "$PGBIN/psql" -XAtq -v ON_ERROR_STOP=1 -d governance_callers -c "$query" -c "$query")" = "$2
$2" ]
}

point "the caller compiles" compiled
point "prepared" prepare
point "hashed groups" same plain 8
point "sorted groups" same plain 8 enable_hashagg=off
point "with weights" same weighted 5
point "states merged" same merged 1
point "as a window function" same growing 500
rm -f "$library"
close
