#!/usr/bin/env bash
# The benchmark runs, on a small tree made up, and all contenders of every job agree.
# Nothing is said about times.
# shellcheck disable=SC2317
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/../.."
. test/ci/lib.sh
private
export TREE=made FACTS=20000 ROUNDS=1 WORK_MEM=64MB ZONES=2500 LINES=9 VERTICES=4000

runs() { test/bench/run.sh "$1" && grep -q "^$1: " build/bench/made/table; }

# A job with a peer that gives other rows must end the run.
mkdir -p build/ci
cat >build/ci/wrong.sh <<'JOB'
job 'a peer that is wrong'
ours 'all' <<<'SELECT value FROM fact'
check <<<'SELECT count(*), sum(value) FROM answer'
peer 'all but one' <<<'SELECT value FROM fact OFFSET 1'
check <<<'SELECT count(*), sum(value) FROM answer'
measure
JOB
caught() {
    local output
    ! output=$(test/bench/run.sh build/ci/wrong.sh 2>&1) && echo "$output" && [[ $output == *"does not give the same"* ]]
}

for file in test/bench/jobs/*.sh; do
    job=$(basename "$file" .sh)
    point "$job" runs "$job"
done
point "a peer that is wrong is caught" caught
run_sql postgres -c 'DROP DATABASE governance_bench_made'
close
