# shellcheck shell=bash
# Sourced by the stages beside it, from the top of the tree. A stage prints a line for
# every point, 'ok' or 'not ok', and closes with how many passed and failed.
. test/env.sh
stage=$(basename "$0" .sh)
passed=0
failed=0
mkdir -p build/log

# point NAME COMMAND...: the command must succeed; its output is shown when it does not.
# In a condition, bash would let a function go on after a failed step.
point() {
    local name=$1 log status
    shift
    log=build/log/ci-$stage
    set +e
    (
        set -e
        "$@"
    ) >"$log" 2>&1
    status=$?
    set -e
    if [ $status = 0 ]; then
        passed=$((passed + 1))
        echo "ok $name"
    else
        failed=$((failed + 1))
        echo "not ok $name"
        tail -n 60 "$log" | sed 's/^/    /'
    fi
}

# no NAME COMMAND...: the command must print nothing.
no() {
    local name=$1
    shift
    point "$name" nothing "$@"
}
nothing() {
    local output
    if ! output=$("$@") || [ -n "$output" ]; then
        echo "$output"
        return 1
    fi
}

# run_sql DATABASE ARGUMENT...: psql that stops at the first error.
run_sql() {
    local database=$1
    shift
    PGOPTIONS='-c client_min_messages=warning' "$PGBIN/psql" -XAtq -v ON_ERROR_STOP=1 -d "$database" "$@"
}

# fresh_database NAME [SQL]
fresh_database() {
    run_sql postgres -c "DROP DATABASE IF EXISTS $1" -c "CREATE DATABASE $1"
    [ $# -lt 2 ] || run_sql "$1" -c "$2"
}

# copy_of_tree FOLDER: the files of the tree as they are, without what is built.
copy_of_tree() {
    rm -rf "$1"
    mkdir -p "$1"
    git ls-files -z --cached --others --exclude-standard | tar --null -cf - --ignore-failed-read -T - 2>/dev/null | tar -xf - -C "$1"
}

close() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
    exit
}
