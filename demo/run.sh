#!/usr/bin/env bash
# Loads the demo's two models into the database governance_demo of the private
# server, rolls them up and prints the report.
set -euo pipefail
cd "$(dirname "$0")/.."
. test/env.sh
private

# step TITLE COMMAND...: says what is being done, and how long it took.
step() {
    local title=$1 began=$EPOCHREALTIME
    shift
    printf '%-64s' "$title"
    "$@" || { echo "failed"; exit 1; }
    printf '%8.2f s\n' "$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')"
}

sql() { "$PGBIN/psql" -X -q -v ON_ERROR_STOP=1 -d "$1" "${@:2}"; }

fresh() {
    sql postgres -c 'SET client_min_messages = warning' -c 'DROP DATABASE IF EXISTS governance_demo' -c 'CREATE DATABASE governance_demo'
    sql governance_demo -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION governance CASCADE'
}

step 'making the database governance_demo' fresh
step 'loading British Columbia: 480 units in five hierarchies' sql governance_demo -f demo/bc.sql
step 'loading the United States: 3 207 units, 78 000 observations' sql governance_demo -f demo/us.sql
step 'rolling up British Columbia' sql governance_demo -c 'CALL bc.refresh()'
step 'rolling up the United States' sql governance_demo -c 'CALL us.refresh()' -c 'ANALYZE'
sql governance_demo -f demo/report.sql
sql governance_demo -f demo/evaluation.sql
sql governance_demo -f demo/warnings.sql
sql governance_demo -f demo/transmission.sql
sql governance_demo -f demo/space.sql
mkdir -p build/demo
sql governance_demo -v map=build/demo/conflicts.svg -f demo/plans.sql

cat <<END
The map of these conflicts:
    $PWD/build/demo/conflicts.svg
opens in any browser. In QGIS: Data Source Manager, PostgreSQL, a new connection to
    host $PGHOST database governance_demo user $PGUSER
then the view bc.conflict, with id as feature id; bc.feature and bc.unit_map (code) go beneath it.
END

cat <<END

Look further:
    test/server.sh psql -d governance_demo

and try
    -- counties where unemployment stayed above 10 per cent
    SELECT u.name, u.code, v.value FROM us.indicator_value v JOIN us.unit u ON u.code = v.unit
     WHERE v.indicator = 'unemployment_rate' AND v.period = governance.period('2018')
       AND u.tier = 'county' AND v.value > 10 ORDER BY v.value DESC;

    -- the labour force of New England, mean of the years observed from 2009 to 2018, on the fly
    SELECT * FROM us.indicator_rollup('labor_force', governance.period('2009/2018'), 'US.R1.D1') LIMIT 10;

    -- the neighbours of a district, and the length of the shared border
    SELECT * FROM bc.neighbours('BC.RD002');

make stop ends the server.
END
