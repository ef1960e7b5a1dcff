#!/usr/bin/env bash
# run.sh [JOB...]
# The benchmark, in the private server that setup.sh has started: the jobs of
# test/bench/jobs, all or those named, and one table at the end; a job elsewhere is named by
# its file, with a slash. What each job measures is in its file. Settings, from the environment, as in make bench FACTS=1000000:
#   FACTS     facts to roll up (10000000)
#   ROUNDS    how often each contender is measured; medians are shown (3)
#   WORKERS   parallel workers a query may have (0)
#   WORK_MEM  of all contenders; hash tables may take twice as much (4GB)
#   TREE      china: 665 276 units, fetched by npm; made: 2 505 units made up (china)
#   ZONES     zones to overlay (400000) with
#   LINES     control lines (300) of up to
#   VERTICES  points (70000)
#   SEED      of everything random (1)
#   JOBS      the jobs, instead of naming them
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/../.."
. test/env.sh
alone test/bench/run.sh "$@"

FACTS=${FACTS:-10000000}
ROUNDS=${ROUNDS:-3}
WORKERS=${WORKERS:-0}
WORK_MEM=${WORK_MEM:-4GB}
TREE=${TREE:-china}
ZONES=${ZONES:-400000}
LINES=${LINES:-300}
VERTICES=${VERTICES:-70000}
SEED=${SEED:-1}

for setting in FACTS ROUNDS WORKERS ZONES LINES VERTICES SEED; do
    if [ -n "${!setting//[0-9]/}" ] || [ "${#setting}" = 0 ]; then
        echo "$setting must be a whole number, not '${!setting}'" >&2
        exit 2
    fi
done
if [ "$TREE" != china ] && [ "$TREE" != made ]; then
    echo "TREE must be china or made, not '$TREE'" >&2
    exit 2
fi

# What the two trees leave behind lies side by side.
folder=build/bench/$TREE
bench_database=governance_bench_$TREE
mkdir -p "$folder/log"
. test/bench/data.sh
. test/bench/space.sh
. test/bench/lib.sh

# shellcheck disable=SC2086
[ $# -gt 0 ] || set -- ${JOBS:-}
if [ $# = 0 ]; then
    set -- test/bench/jobs/*.sh
fi
files=()
for name in "$@"; do
    case $name in
        */*) files+=("$name") ;;
        *) files+=("test/bench/jobs/$name.sh") ;;
    esac
    if [ ! -f "${files[-1]}" ]; then
        echo "there is no job '$name' in test/bench/jobs" >&2
        exit 2
    fi
done

# Beside a cache of the system's, PostgreSQL's own is to hold what is read again and again.
memory=$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)
GOV_SHARED_MB=$((memory / 4096 < 4096 ? memory / 4096 : 4096)) test/server.sh start
private

prepare
prepare_space
: >"$folder/table"
for file in "${files[@]}"; do
    # A job is a process of its own, so that it leaves nothing behind for the next.
    name=$(basename "$file" .sh)
    # shellcheck disable=SC1090
    ( . "$file" )
done
heading
cat "$folder/table"
