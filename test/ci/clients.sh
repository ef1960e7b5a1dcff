#!/usr/bin/env bash
# The views for BI and GIS, read as clients read them: libpq in text, the describe of the
# extended protocol (which JDBC and others rely upon), ODBC, and OGR.
# shellcheck disable=SC2317
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/../.."
. test/ci/lib.sh
private
folder=build/ci/clients
rm -rf "$folder"
mkdir -p "$folder"
driver=$(find /usr/lib -name psqlodbcw.so 2>/dev/null | head -n 1)
for tool in isql ogrinfo ogr2ogr; do
    command -v "$tool" >/dev/null || driver=
done
if [ -z "$driver" ]; then
    echo "isql, psqlODBC or GDAL is missing: apt-get install unixodbc odbc-postgresql gdal-bin (.ci/run does, as root)" >&2
    exit 1
fi

prepare() {
    fresh_database governance_clients 'CREATE EXTENSION governance CASCADE'
    run_sql governance_clients -f test/ci/fixture.sql
}

# same FILE <<TEXT: the file says this.
same() { diff "$1" -; }

# What every client shall see of one row: a rate of 2020 at town 2 of district A.
row="rate|unemployment|advisory|P.A.t2|Town 2|adm|town||[2020-01-01,2021-01-01)|2020"
where="indicator = 'rate' AND period_label = '2020' AND tier = 'town'"

text() {
    run_sql governance_clients -c "SELECT * FROM m.evaluation WHERE $where AND unit = 'P.A.t2'" | grep -F "$row|"
    [ "$(run_sql governance_clients -c "SELECT count(*), count(grade), min(grade), max(grade) FROM m.evaluation WHERE $where")" = "40|40|$1" ]
}
# The same without a word of ours on the search_path, and under another's settings.
foreign() {
    [ "$(PGOPTIONS="-c search_path= -c datestyle=German -c intervalstyle=iso_8601 -c extra_float_digits=0" "$PGBIN/psql" -XAtq -d governance_clients \
        -c "SELECT unit, period_label, grade, threshold FROM m.evaluation_plain WHERE $where AND unit = 'P.A.t2'")" = "$1" ]
}

# describe VIEW: names and types as the server describes an unnamed statement.
describe() { run_sql governance_clients -c '\set QUIET on' -f - <<<"SELECT * FROM m.$1 \\gdesc"; }
described() {
    describe evaluation >"$folder/evaluation"
    same "$folder/evaluation" <<'TEXT'
indicator|text
indicator_name|text
attribute|text
unit|governance.unitcode
unit_name|text
hierarchy|text
tier|text
authority|text
period|daterange
period_label|text
value|numeric
measure_unit|text
coverage|numeric
state|text
threshold|governance.threshold
grade|governance.grade
margin|numeric
relative_margin|numeric
basis|text
tier_rank|integer
is_leaf|boolean
adds_up|boolean
grade_rank|integer
period_start|date
period_end|date
rule|bigint
source|text
refreshed_at|timestamp with time zone
TEXT
}
# evaluation_plain and evaluation_map have types that every driver knows, in the same columns.
plain() {
    local view
    for view in evaluation_plain evaluation_map; do
        describe "$view" >"$folder/$view"
        [ "$(grep -vcE '\|(text|numeric|integer|bigint|boolean|date|timestamp with time zone)$|^geom\|' "$folder/$view")" = 0 ]
    done
    grep '^geom|public\.geometry(MultiPolygon,3005)$\|^geom|geometry(MultiPolygon,3005)$' "$folder/evaluation_map"
    diff <(cut -d'|' -f1 "$folder/evaluation") <(cut -d'|' -f1 "$folder/evaluation_plain")
}
# Parameters as JDBC binds them: of type varchar.
bound() {
    [ "$(run_sql governance_clients -c "PREPARE one (varchar, varchar, varchar) AS SELECT count(*) FROM m.evaluation WHERE indicator = \$1 AND period_label = \$2 AND tier = \$3" \
        -c "EXECUTE one ('rate', '2020', 'town')")" = 40 ]
}

odbc() {
    isql -b -v -d'|' -k "Driver=$driver;Servername=$PGHOST;Port=$PGPORT;Database=governance_clients;Username=$PGUSER;BoolsAsChar=0"
}
odbc_rows() {
    odbc <<<"SELECT indicator, unit, tier, period, period_label, value, threshold, grade, margin, tier_rank, is_leaf, period_end FROM m.evaluation WHERE $where AND unit = 'P.A.t2'" >"$folder/odbc"
    grep -E '^rate\|P\.A\.t2\|town\|\[2020-01-01,2021-01-01\)\|2020\|0\.55[0-9]*\|<= 0\.125\|breach\|-0\.42[0-9]*\|3\|1\|2020-12-31$' "$folder/odbc"
    odbc <<<"SELECT count(*), max(grade_rank) FROM m.evaluation_plain WHERE $where" | grep -x '40|4'
}
# The catalogue, from which BI tools take what they show: column, ODBC's number of its type, its name.
columns_of() {
    PGOPTIONS='-c search_path=m,governance,public' isql -v -k "Driver=$driver;Servername=$PGHOST;Port=$PGPORT;Database=governance_clients;Username=$PGUSER;BoolsAsChar=0" <<<"help $1" |
        awk -F'|' '/ m  *[|]/ { print $5 "|" $6 "|" $7 }' | tr -d ' '
}
odbc_types() {
    columns_of evaluation >"$folder/odbc_evaluation"
    columns_of evaluation_plain >"$folder/odbc_plain"
    # Own types are character strings to it; numbers, dates and truth values keep their types.
    grep -x 'unit|12|unitcode' "$folder/odbc_evaluation"
    grep -x 'grade|12|grade' "$folder/odbc_evaluation"
    grep -x 'threshold|12|threshold' "$folder/odbc_evaluation"
    grep -x 'value|2|numeric' "$folder/odbc_plain"
    grep -x 'tier_rank|4|int4' "$folder/odbc_plain"
    grep -x 'is_leaf|-7|bool' "$folder/odbc_plain"
    grep -x 'period_end|9|date' "$folder/odbc_plain"
    [ "$(grep -vcE '\|(-1\|text|2\|numeric|4\|int4|-5\|int8|-7\|bool|9\|date|11\|timestamptz)$' "$folder/odbc_plain")" = 0 ]
    [ "$(wc -l <"$folder/odbc_plain")" = 28 ]
}

source=
ogr_layer() {
    ogrinfo -ro -so "$source" evaluation_map >"$folder/layer"
    grep 'Geometry: Multi Polygon' "$folder/layer"
    grep 'ID\["EPSG",3005\]' "$folder/layer"
    grep '^Geometry Column = geom' "$folder/layer"
    same <(grep -E '^[a-z_]+: [A-Z]' "$folder/layer" | sed 's/ (.*//') <<'TEXT'
id: String
indicator: String
indicator_name: String
unit: String
unit_name: String
hierarchy: String
tier: String
tier_rank: Integer
is_leaf: Integer(Boolean)
period_label: String
period_start: Date
period_end: Date
value: Real
measure_unit: String
coverage: Real
state: String
threshold: String
grade: String
grade_rank: Integer
margin: Real
relative_margin: Real
basis: String
source: String
TEXT
}
# Out to a file and back: values, dates and polygons are what they were.
ogr_copy() {
    ogr2ogr -f GPKG "$folder/map.gpkg" "$source" evaluation_map -where "$where"
    ogrinfo -ro -al -geom=NO "$folder/map.gpkg" >"$folder/copied"
    [ "$(grep -c '^OGRFeature' "$folder/copied")" = 40 ]
    [ "$(sed -n 's/^  id (String) = //p' "$folder/copied" | sort -u | wc -l)" = 40 ]
    grep '^  period_end (Date) = 2020/12/31' "$folder/copied"
    grep '^  is_leaf (Integer(Boolean)) = 1' "$folder/copied"
    diff <(sed -n 's/^  value (Real) = //p' "$folder/copied" | awk '{ printf "%.12f\n", $1 }' | sort) \
        <(run_sql governance_clients -c "SELECT round(value, 12) FROM m.evaluation WHERE $where" | sort)
    ogrinfo -ro -q "$folder/map.gpkg" -sql "SELECT sum(ST_Area(geom)) AS area FROM evaluation_map" | grep 'area (Real) = 4000'
}

point "a filled model" prepare
point "text: a row, and grades by severity" text "normal|breach"
point "text: with an empty search_path and other settings" foreign "P.A.t2|2020|breach|<= 0.125"
point "describe: the types of evaluation" described
point "describe: plain types in evaluation_plain and evaluation_map" plain
point "parameters bound as varchar" bound
point "ODBC: rows" odbc_rows
point "ODBC: types in the catalogue" odbc_types
source="PG:host=$PGHOST port=$PGPORT user=$PGUSER dbname=governance_clients active_schema=m"
point "OGR: the layer's types, key and spatial reference" ogr_layer
point "OGR: copied to a file" ogr_copy
run_sql postgres -c 'DROP DATABASE IF EXISTS governance_clients'
close
