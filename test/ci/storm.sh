#!/usr/bin/env bash
# Writers at once, refreshes between them, the server killed in the middle: the next
# refresh gives what a full one does, row by row.
# shellcheck disable=SC2317
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/../.."
. test/ci/lib.sh
private
folder=build/ci/storm
rm -rf "$folder"
mkdir -p "$folder"
clients=4

fill() {
    fresh_database governance_storm 'CREATE EXTENSION governance CASCADE'
    run_sql governance_storm <<SQL
SELECT governance.create_model('m', 3005);
SET search_path = m, governance, public;
INSERT INTO hierarchy VALUES ('h', 'h', 'natural');
INSERT INTO tier VALUES ('h', 't1', 1), ('h', 't2', 2), ('h', 't3', 3), ('h', 't4', 4);
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('A', 'h', 't1', '');
INSERT INTO unit (code, hierarchy, tier, name) SELECT ('A.' || a)::unitcode, 'h', 't2', '' FROM generate_series(1, 9) a;
INSERT INTO unit (code, hierarchy, tier, name) SELECT child(code, b::text), 'h', 't3', '' FROM unit, generate_series(1, 9) b WHERE tier = 't2';
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, weight_by, numerator, denominator, source_mode) VALUES
    ('sum', '', 'count', 'extensive', 'sum', 'sum', NULL, NULL, NULL, 'leaf_only'),
    ('low', '', 'count', 'extensive', 'min', 'last', NULL, NULL, NULL, 'leaf_only'),
    ('plus', '', 'count', 'extensive', 'sum', 'max', NULL, NULL, NULL, 'self_plus_children'),
    ('told', '', 'count', 'extensive', 'sum', 'last', NULL, NULL, NULL, 'reported_overrides'),
    ('avg', '', 'count', 'intensive', 'weighted_mean', 'mean', 'sum', NULL, NULL, 'leaf_only'),
    ('rate', '', 'count', 'ratio', 'ratio', 'none', NULL, 'low2', 'sum', 'leaf_only'),
    ('low2', '', 'count', 'extensive', 'sum', 'last', NULL, NULL, NULL, 'leaf_only');
INSERT INTO observation (indicator, unit, period, value)
SELECT i.code, u.code, p, 1 + length(u.code) % 7
  FROM indicator i, unit u, (VALUES (period('2020')), (period('2020-05')), (period('2021'))) AS s (p)
 WHERE i.space_op <> 'ratio' AND u.tier = 't3';
CALL refresh();
CREATE FUNCTION some_unit(n integer) RETURNS unitcode LANGUAGE sql STABLE AS
    'SELECT u.code FROM m.unit u ORDER BY u.code OFFSET \$1 % (SELECT count(*) FROM m.unit) LIMIT 1';
CREATE FUNCTION some_indicator(n integer) RETURNS text LANGUAGE sql IMMUTABLE AS
    \$\$SELECT ('{sum,low,plus,told,avg,low2}'::text[])[1 + \$1 % 6]\$\$;
CREATE FUNCTION some_period(n integer) RETURNS daterange LANGUAGE sql IMMUTABLE SET search_path FROM CURRENT AS
    \$\$SELECT period(('{2020,2020-05,2021,2021-03,2019}'::text[])[1 + \$1 % 5])\$\$;
SQL
    {
        echo '\set u random(0, 100000)'
        echo '\set i random(0, 100000)'
        echo '\set p random(0, 100000)'
        echo '\set v random(0, 1000)'
    } >"$folder/some"
    script put "INSERT INTO m.observation (indicator, unit, period, value) VALUES (m.some_indicator(:i), m.some_unit(:u), m.some_period(:p), :v / 8.0)
        ON CONFLICT (indicator, period, unit) DO UPDATE SET value = excluded.value;"
    script change "UPDATE m.observation SET value = value + :v WHERE unit = m.some_unit(:u) AND indicator = m.some_indicator(:i);"
    script delete "DELETE FROM m.observation WHERE indicator = m.some_indicator(:i) AND period = m.some_period(:p) AND unit = m.some_unit(:u);"
    script unit "INSERT INTO m.unit (code, hierarchy, tier, name) SELECT governance.child(u.code, 'n' || :i), 'h', 't4', ''
        FROM m.unit u WHERE u.code = m.some_unit(:u) AND u.tier = 't3' ON CONFLICT DO NOTHING;"
    script close "UPDATE m.unit SET valid = daterange(NULL, CASE WHEN :v % 2 = 0 THEN date '2019-06-01' + :v END) WHERE code = m.some_unit(:u) AND tier = 't4';"
    script undo "BEGIN; SAVEPOINT s; DELETE FROM m.observation WHERE unit = m.some_unit(:u); ROLLBACK TO s;
        UPDATE m.observation SET value = :v WHERE unit = m.some_unit(:i) AND indicator = 'sum'; ROLLBACK;"
    echo 'CALL m.refresh();' >"$folder/refresh.sql"
}
script() { { cat "$folder/some" && echo "$2"; } >"$folder/$1.sql"; }

storm() {
    "$PGBIN/pgbench" -d governance_storm -n -c "$clients" -j 1 -T "$1" --random-seed="$2" --max-tries=10 \
        -f "$folder/put.sql@6" -f "$folder/change.sql@4" -f "$folder/delete.sql@4" -f "$folder/unit.sql@2" \
        -f "$folder/close.sql@2" -f "$folder/undo.sql@2" -f "$folder/refresh.sql@2"
}

# change_one: a figure that is there is another, and nobody has refreshed it.
change_one() {
    run_sql governance_storm <<'SQL'
UPDATE m.observation SET value = value + 1
 WHERE ctid = (SELECT o.ctid FROM m.observation o WHERE o.value IS NOT NULL ORDER BY o.indicator, o.period, o.unit LIMIT 1);
DO $$
BEGIN
    ASSERT (SELECT count(*) FROM m.pending_change) > 0, 'nothing is pending';
END
$$;
SQL
}
pending() { [ "$(run_sql governance_storm -c 'SELECT count(*) > 0 FROM m.pending_change')" = t ]; }

equal() {
    run_sql governance_storm <<'SQL'
CALL m.refresh();
CREATE TEMP TABLE followed AS SELECT * FROM m.indicator_value;
CALL m.refresh(full => true);
DO $$
BEGIN
    ASSERT (SELECT count(*) FROM followed) > 1000, 'there are too few rows to compare';
    ASSERT NOT EXISTS (TABLE followed EXCEPT TABLE m.indicator_value), 'rows are left that a full refresh does not make';
    ASSERT NOT EXISTS (TABLE m.indicator_value EXCEPT TABLE followed), 'rows are missing that a full refresh makes';
    ASSERT NOT EXISTS (SELECT FROM m.pending_change), 'changes are left over';
END
$$;
SQL
}
stormed() {
    storm 6 "$1"
    change_one
    equal
}

kill_server() {
    kill -KILL "$(head -n 1 "$(readlink -f build/server)"/data*/postmaster.pid)"
    wait || true
    sleep 1
    test/server.sh start
}
killed_amid() {
    storm 20 "$1" >"$folder/log" 2>&1 &
    sleep 4
    kill_server
    equal
}
killed_after_a_change() {
    change_one
    kill_server
    pending
    equal
}

point "a model to write to" fill
for seed in 1 2; do
    point "$clients clients write and refresh at once (seed $seed)" stormed $seed
done
point "the server is killed amid them" killed_amid 3
point "and once more" killed_amid 4
point "and between a change and the refresh" killed_after_a_change
run_sql postgres -c 'DROP DATABASE IF EXISTS governance_storm'
close
