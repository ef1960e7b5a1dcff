#!/usr/bin/env bash
# The benchmark runs, on a small tree made up, and all contenders of every job agree.
# Nothing is said about times.
# shellcheck disable=SC2317
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/../.."
. test/ci/lib.sh
private
export TREE=made FACTS=20000 ROUNDS=1 WORK_MEM=64MB

# What a job finds in the table is left in build/bench/table.
runs() { test/bench/run.sh "$1" && grep -q "^$1: " build/bench/table; }

for file in test/bench/jobs/*.sh; do
    job=$(basename "$file" .sh)
    point "$job" runs "$job"
done
run_sql postgres -c 'DROP DATABASE governance_bench'
close
