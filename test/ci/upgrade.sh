#!/usr/bin/env bash
# An installation brought up from the first kept version is the same as a fresh one. The
# first version's script is kept whole in sql/ from the second version on.
# shellcheck disable=SC2317
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/../.."
. test/ci/lib.sh
private
folder=build/ci/upgrade
rm -rf "$folder"
mkdir -p "$folder"
current=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" governance.control)

inventory() { run_sql "$1" -v members=true -f test/ci/inventory.sql; }

fresh() {
    fresh_database governance_fresh 'CREATE EXTENSION governance CASCADE'
    inventory governance_fresh >"$folder/fresh"
    [ "$(wc -l <"$folder/fresh")" -gt 20 ]
}

# An UPDATE to the version that is there changes nothing.
stands_still() {
    run_sql governance_fresh -c 'ALTER EXTENSION governance UPDATE'
    inventory governance_fresh | diff "$folder/fresh" -
}

# from VERSION: every way from there ends in what a fresh installation has.
from() {
    fresh_database governance_upgraded "CREATE EXTENSION postgis; CREATE EXTENSION btree_gist; CREATE EXTENSION governance VERSION '$1'"
    # A user's view and index stand on it; the upgrade must not need them gone.
    run_sql governance_upgraded -c "CREATE TABLE t (c governance.unitcode PRIMARY KEY)" \
        -c "CREATE INDEX ON t (governance.parent(c))" -c "CREATE VIEW v AS SELECT governance.depth(c) FROM t" \
        -c "SELECT governance.create_model('m', 3005)" \
        -c 'ALTER EXTENSION governance UPDATE' -c "SELECT governance.upgrade_model('m')"
    inventory governance_upgraded | diff "$folder/fresh" -
    fresh_database governance_fresh "CREATE EXTENSION governance CASCADE; SELECT governance.create_model('m', 3005)"
    model_inventory governance_upgraded >"$folder/model_upgraded"
    model_inventory governance_fresh | diff - "$folder/model_upgraded"
}

# What belongs to the model m.
model_inventory() { run_sql "$1" -v members=false -f test/ci/inventory.sql | grep -E '(^| )m\.|schema m$' || true; }

point "a fresh installation of $current" fresh
point "ALTER EXTENSION governance UPDATE at $current changes nothing" stands_still
bases=0
for script in $(git ls-files 'sql/governance--*.sql'); do
    version=${script#sql/governance--}
    version=${version%.sql}
    case $version in
        *--* | "$current") continue ;;
    esac
    bases=$((bases + 1))
    point "$version upgraded to $current is the same as a fresh $current" from "$version"
done
if [ $bases = 0 ]; then
    point "no older version is kept, so there is no upgrade script either" test -z "$(git ls-files 'sql/governance--*--*.sql')"
fi
run_sql postgres -c 'DROP DATABASE IF EXISTS governance_fresh' -c 'DROP DATABASE IF EXISTS governance_upgraded'
close
