#!/bin/sh
# assemble.sh VERSION PART... -- CHAPTER...
# Prints the extension's install script: the guard, the parts in order, and the
# model's chapters as the function that create_model() reads them from.
set -eu
version=$1
shift

printf '%s\n' '\echo Use "CREATE EXTENSION governance CASCADE" to load this file. \quit'

while [ $# -gt 0 ] && [ "$1" != -- ]; do
    printf '\n'
    cat "$1"
    shift
done
[ $# -gt 0 ] && shift

cat <<SQL

CREATE FUNCTION governance.model_version() RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN '$version'::text;
COMMENT ON FUNCTION governance.model_version() IS
    'version of the model that create_model() makes and upgrade_model() brings a schema to';

CREATE FUNCTION governance.model_template() RETURNS TABLE (chapter text, body text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
    AS \$gov_function\$
SQL
first=1
for chapter in "$@"; do
    name=$(basename "$chapter" .sql)
    [ $first = 1 ] || printf 'UNION ALL\n'
    first=0
    printf "SELECT '%s', \$gov_chapter\$\n" "$name"
    cat "$chapter"
    printf '%s\n' "\$gov_chapter\$"
done
cat <<SQL
\$gov_function\$;
COMMENT ON FUNCTION governance.model_template() IS
    'the chapters of the model as SQL text, in the order in which create_model() runs them; :srid stands for the spatial reference';
SQL

# Steps for models of older versions: sql/model/upgrade/BEFORE--AFTER.sql
cat <<SQL

CREATE FUNCTION governance.model_steps() RETURNS TABLE (version_before text, version_after text, body text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
    AS \$gov_function\$
SELECT NULL::text, NULL::text, NULL::text WHERE false
SQL
for step in sql/model/upgrade/*--*.sql; do
    [ -f "$step" ] || continue
    name=$(basename "$step" .sql)
    printf "UNION ALL\nSELECT '%s', '%s', \$gov_step\$\n" "${name%%--*}" "${name##*--}"
    cat "$step"
    printf '%s\n' "\$gov_step\$"
done
cat <<SQL
\$gov_function\$;
COMMENT ON FUNCTION governance.model_steps() IS
    'the steps by which upgrade_model() brings a model from one version to the next';
SQL
