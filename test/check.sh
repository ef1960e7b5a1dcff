#!/usr/bin/env bash
# check.sh [regress|pgtap|isolation|unit [NAME...]]
# The tests, in the private server that setup.sh has started: all of them, one stage,
# or the named tests of a stage. The first stage that fails ends the run.
# shellcheck disable=SC2119,SC2120
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/.."
. test/env.sh
alone test/check.sh "$@"
private

passed=0
failed=0
counted=()

# count STAGE WHAT PASSED FAILED STATUS: a stage that fails without a failed test, or
# that runs none, has one failure all the same.
count() {
    local bad=$4
    if [ "$bad" = 0 ] && { [ "$5" != 0 ] || [ "$3" = 0 ]; }; then
        bad=1
    fi
    passed=$((passed + $3))
    failed=$((failed + bad))
    counted+=("$(printf '%-10s %5d %s' "$1" "$3" "$2")$([ "$bad" = 0 ] || echo ", $bad failed")")
    [ "$bad" = 0 ] || finish
}

finish() {
    printf '\nCounted: regress and isolation by test file, pgtap by assertion, unit by program.\n'
    [ ${#counted[@]} = 0 ] || printf '  %s\n' "${counted[@]}"
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
    exit
}

matches() {
    grep -cE "$1" "$2" || true
}

# files PATTERN NAME...: the named files, or all; nothing where there is none.
files() {
    local pattern=$1 name
    shift
    if [ $# = 0 ]; then
        compgen -G "$pattern" | LC_ALL=C sort || true
    fi
    for name in "$@"; do
        echo "${pattern/\*/$name}"
    done
}

# pg_regress, for plain tests and for isolation tests. Its lines are
# 'test NAME ... ok' on PostgreSQL 15 and 'ok 1 - NAME' from 16 on.
run_pg_regress() {
    local stage=$1 what=$2 log=build/log/$1 status=0
    shift 2
    "$MAKE" -s installcheck "$@" 2>&1 | tee "$log" | grep -E '^(test |parallel| +[a-z_]+ +\.\.\. |ok |not ok )' || true
    status=${PIPESTATUS[0]}
    if [ "$status" != 0 ]; then
        tail -n 20 "$log" >&2
        for diffs in regression.diffs output_iso/regression.diffs; do
            [ ! -s "$diffs" ] || head -n 200 "$diffs" >&2
        done
    fi
    count "$stage" "$what" "$(matches '(\.\.\. ok( |$)|^ok )' "$log")" "$(matches '(\.\.\. FAILED|^not ok )' "$log")" "$status"
}

regress() {
    rm -f regression.diffs
    run_pg_regress regress "test files (test/sql)" ISOLATION= ${1:+REGRESS="$*"}
}

isolation() {
    rm -f output_iso/regression.diffs
    run_pg_regress isolation "test files (test/isolation/specs)" REGRESS= ${1:+ISOLATION="$*"}
}

# Every file in a psql of its own, which stops at the first error; a plan not fulfilled is
# a failure. All in one database, so each file rolls back or clears away what it makes.
pgtap() {
    local list status=0 log=build/log/pgtap
    mapfile -t list < <(files 'test/pgtap/*.sql' "$@")
    "$PGBIN/psql" -Xq -v ON_ERROR_STOP=1 -d postgres -c 'SET client_min_messages = warning' \
        -c 'DROP DATABASE IF EXISTS governance_tap' -c 'CREATE DATABASE governance_tap'
    "$PGBIN/psql" -Xq -v ON_ERROR_STOP=1 -d governance_tap -c 'SET client_min_messages = warning' \
        -c 'CREATE EXTENSION governance CASCADE' -c 'CREATE EXTENSION pgtap'
    prove --norc --verbose --merge \
        --exec "$PGBIN/psql -XAtq -v ON_ERROR_STOP=1 -d governance_tap -f" "${list[@]}" >"$log" || status=$?
    awk '/^test\/pgtap\/.*\.sql \.+/ { file = $1; good = 0 }
        /^ok [0-9]/ { good++ }
        /^ok( .* ms)?$/ { printf "%s ... ok, %d assertions\n", file, good }
        /^(Dubious|Failed|No subtests|All .* subtests passed)/ { if (file) print file " ... FAILED: " $0; file = "" }' "$log"
    if [ "$status" != 0 ]; then
        grep -nE -A 12 '^not ok |ERROR:|FATAL:' "$log" | head -n 120 >&2 || true
        sed -n '/^Test Summary Report/,$p' "$log" >&2
    fi
    count pgtap "assertions in ${#list[@]} files (test/pgtap)" "$(matches '^ok [0-9]' "$log")" \
        "$(grep -E '^not ok ' "$log" | grep -cv '# TODO' || true)" "$status"
}

# What needs no backend is compiled and run alone, with a bounded number of rounds and
# a fixed seed. UNIT_CFLAGS adds flags such as a sanitizer's.
unit() {
    local list good=0 bad=0 program
    mapfile -t list < <(files 'test/unit/*.c' "$@")
    for program in "${list[@]}"; do
        if test/unit.sh "$program"; then
            good=$((good + 1))
        else
            bad=$((bad + 1))
        fi
    done
    count unit "programs (test/unit)" "$good" "$bad" 0
}

case ${1:-} in
    '')
        regress
        pgtap
        isolation
        unit
        ;;
    regress | pgtap | isolation | unit) "$@" ;;
    *)
        echo "usage: test/check.sh [regress|pgtap|isolation|unit [NAME...]]" >&2
        exit 2
        ;;
esac
finish
