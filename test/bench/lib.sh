# shellcheck shell=bash
# shellcheck disable=SC2154
# Sourced by run.sh, for the jobs. A job file says, in this order:
#   job TITLE
#   needs TABLE...            tables made by data.sh
#   ours NAME <<SQL           what is ours: the one that all ratios refer to; first of all
#   peer NAME [GOAL] <<SQL    what it is measured against; GOAL: the ratio wanted, as >=10
#   floor NAME <<SQL          what no contender can be faster than
#   warm <<SQL                what every session does before the clock runs, where loading
#                             libraries and mapping memory would count beside short queries
# and, each for the contender named last,
#   setting NAME=VALUE        of its session
#   before <<SQL              done before each measurement, not measured
#   cold                      its session is not warmed up
#   check <<SQL               what must be the same for all of the job; "answer" has the query's rows
#   part_of                   its check gives some of our lines only
#   or_else WAY NAME=VALUE    tried with this setting too while checking; the faster way is measured
# and at the end
#   measure
#   quantity NAME OURS THEIRS [GOAL]    other figures for the table

# psql in the benchmark's database, with what is the same for all contenders.
sql() {
    local options="-c search_path=bench,governance,public -c client_min_messages=warning -c jit=off"
    options="$options -c work_mem=$WORK_MEM -c maintenance_work_mem=2GB"
    options="$options -c max_parallel_workers_per_gather=$WORKERS -c max_parallel_maintenance_workers=$WORKERS"
    PGOPTIONS="$options ${extra:-}" "$PGBIN/psql" -XAtq -v ON_ERROR_STOP=1 -v seed="$SEED" -v facts="$FACTS" -v round="${round:-0}" -d "${database:-$bench_database}" "$@"
}

job() {
    title=$1
    count=0
    label=() role=() goal=() extras=() part=() way=() way_setting=() unwarmed=()
    work=$folder/log/$name
    rm -rf "$work"
    mkdir -p "$work"
    rule
    printf '%s: %s\n' "$name" "$title" >>"$folder/table"
}

contender() {
    count=$((count + 1))
    role[count]=$1 label[count]=$2 goal[count]=${3:-} extras[count]='' part[count]='' way[count]='' unwarmed[count]=''
    cat >"$work/$count.sql"
}
ours() { contender ours "$@"; }
peer() { contender peer "$@"; }
floor() { contender floor "$@"; }
setting() { extras[count]="${extras[count]} -c $1"; }
before() { cat >"$work/$count.before"; }
check() { cat >"$work/$count.check"; }
part_of() { part[count]=yes; }
cold() { unwarmed[count]=yes; }
warm() { cat >"$work/warm"; }
or_else() { way[count]=$1 way_setting[count]="-c $2"; }

# timed CONTENDER HOW: its statement under the clock, without its output; a query is run
# as HOW says, without sending its rows.
timed() {
    local how=
    ! grep -qE '^(SELECT|WITH) ' "$work/$1.sql" || how=$2
    printf '%s\n' "\\set query \`cat $work/$1.sql\`" "\\o $work/$1.out" '\timing on' "$how :query;" '\timing off' '\o'
}

# What the session's process has taken so far: ticks of the processor, peak of memory, shared memory.
spent() {
    cat <<'SQL'
SELECT 'Process:', ticks[14]::bigint + ticks[15]::bigint,
       substring(status FROM 'VmHWM:\s+(\d+)')::bigint, substring(status FROM 'RssShmem:\s+(\d+)')::bigint
  FROM pg_read_file('/proc/self/status') AS s (status),
       -- The process's name, in brackets, may hold blanks.
       string_to_array(regexp_replace(pg_read_file('/proc/self/stat'), '\(.*\)', 'name'), ' ') AS t (ticks);
SQL
}

make_ready() {
    [ ! -f "$work/$1.before" ] || sql -o "$work/$1.before.out" -f "$work/$1.before"
}

say_progress() { printf '%s: %s\n' "$name" "$*" >&2; }

# The first run of all: does everybody come to the same result? And which way is faster?
compare() {
    local i first
    for ((i = 1; i <= count; i++)); do
        [ -f "$work/$i.check" ] || continue
        compare_one "$i"
        [ -n "${way[i]}" ] || continue
        first=$checked
        extras[i]="${extras[i]} ${way_setting[i]}"
        compare_one "$i" ", ${way[i]}"
        if [ "$checked" -lt "$first" ]; then
            label[i]="${label[i]}, ${way[i]}"
        else
            extras[i]=${extras[i]%" ${way_setting[i]}"}
        fi
    done
}

# compare_one CONTENDER [WAY]: leaves the processor's time it took in "checked".
compare_one() {
    local i=$1 lines
    say_progress "checking ${label[i]}${2:-}"
    make_ready "$i"
    {
        timed "$i" "CREATE TEMPORARY TABLE answer AS"
        spent
        cat "$work/$i.check"
    } | extra=${extras[i]} sql -f - >"$work/$i.checked"
    checked=$(awk -F'|' '/^Process:/ { print $2 }' "$work/$i.checked")
    sed '/^Time:/d; /^Process:/d' "$work/$i.checked" >"$work/$i.result"
    lines=$(wc -l <"$work/$i.result")
    if [ "$lines" = 0 ]; then
        echo "$name: ${label[i]} gives nothing to compare" >&2
        exit 1
    elif [ -n "${part[i]}" ]; then
        [ "$(grep -cxFf "$work/1.result" "$work/$i.result")" = "$lines" ] || differ "$i"
    else
        cmp -s "$work/1.result" "$work/$i.result" || differ "$i"
    fi
}

differ() {
    echo "$name: ${label[$1]} does not give the same as ${label[1]}:" >&2
    diff "$work/1.result" "$work/$1.result" | head -n 20 >&2
    exit 1
}

temporary() { sql -c "SELECT temp_bytes FROM pg_stat_database WHERE datname = current_database()"; }

# One measurement in a session of its own, so that the peak of its memory is its own.
# Lines: milliseconds, those of the processor in the session's process, peak of memory in kB,
# the same without shared memory, bytes of temporary files.
measure_one() {
    local spilled
    make_ready "$1"
    spilled=$(temporary)
    {
        [ ! -f "$work/warm" ] || [ -n "${unwarmed[$1]}" ] || cat "$work/warm"
        spent
        timed "$1" "EXPLAIN (ANALYZE, TIMING OFF)"
        spent
    } | extra=${extras[$1]} sql -f - >"$work/$1.measured"
    spilled=$(($(temporary) - spilled))
    awk -F'[| ]' -v spilled="$spilled" -v hertz="$(getconf CLK_TCK)" '/^Time:/ { ms += $2 }
        /^Process:/ { cpu = ($2 - ticks) * 1000 / hertz; ticks = $2; peak = $3; own = $3 - $4 }
        END { print ms, cpu, peak, own, spilled }' "$work/$1.measured" >>"$work/$1.times"
}

# median CONTENDER COLUMN
median() {
    awk -v c="$2" '{ print $c }' "$work/$1.times" | sort -n |
        awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

# All contenders one after the other, as often as there are rounds.
measure() {
    local round i
    compare
    for ((round = 1; round <= ROUNDS; round++)); do
        for ((i = 1; i <= count; i++)); do
            measure_one "$i"
            say_progress "round $round of $ROUNDS, ${label[i]}: $(awk 'END { printf "%.3f s", $1 / 1000 }' "$work/$i.times")"
        done
    done
    for ((i = 1; i <= count; i++)); do
        line "${label[i]}" "$(median "$i" 1)" "$(median 1 1)" "${goal[i]}" \
            "$(median "$i" 2)" "$(median "$i" 3)" "$(median "$i" 4)" "$(median "$i" 5)" "${role[i]}"
    done
}

# The table. A ratio is theirs to ours: how many times longer, larger, worse.

rule() { printf '%0.s-' {1..112} >>"$folder/table"; echo >>"$folder/table"; }

# line NAME MILLISECONDS OURS GOAL PROCESSOR PEAK OWN SPILLED ROLE
line() {
    awk -v name="$1" -v ms="$2" -v ours="$3" -v goal="$4" -v cpu="$5" -v peak="$6" -v own="$7" -v spilled="$8" -v role="$9" '
        function met(ratio, goal) { return goal ~ /^>=/ ? ratio >= substr(goal, 3) + 0 : ratio <= substr(goal, 3) + 0 }
        BEGIN {
            ratio = ms / ours
            printf "  %-46s %9.3f %9.2f %7s %7s %-3s %7.0f %7.0f %7.0f\n", name, ms / 1000, cpu / 1000,
                role == "ours" ? "1" : sprintf("%.2f", ratio),
                goal, goal == "" ? "" : met(ratio, goal) ? "yes" : "NO", peak / 1024, own / 1024, spilled / 1048576
        }' >>"$folder/table"
}

# quantity NAME OURS THEIRS [GOAL]: what is not a time. A goal of the ratio theirs to ours;
# one that begins with "ours", as ours<=2, is of our own figure.
quantity() {
    awk -v name="$1" -v ours="$2" -v theirs="$3" -v goal="${4:-}" '
        BEGIN {
            ratio = theirs / ours
            of = ratio
            if (sub(/^ours/, "", goal)) of = ours
            limit = substr(goal, 3) + 0
            yes = goal ~ /^>=/ ? of >= limit : of <= limit
            printf "  %-46s %9s %9s %7.2f %7s %-3s ours %s, theirs %s\n", name, "", "", ratio, goal, goal == "" ? "" : yes ? "yes" : "NO", ours, theirs
        }' >>"$folder/table"
}

heading() {
    local cores memory
    cores=$(nproc)
    memory=$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)
    printf '%s, %s cores, %.0f GB of memory; governance %s, commit %s, %s\n' \
        "$(sql -c "SELECT 'PostgreSQL ' || current_setting('server_version')")" "$cores" "$(awk -v m="$memory" 'BEGIN { print m / 1048576 }')" \
        "$(sql -c 'SELECT governance.library_version()')" "$(git describe --always --dirty 2>/dev/null || echo unknown)" "$(date -u +%Y-%m-%d)"
    sql -c "SELECT format('%s units, %s facts in %s groups; median of $ROUNDS; work_mem $WORK_MEM, shared_buffers %s, parallel workers $WORKERS',
                          (SELECT count(*) FROM unit), (SELECT count(*) FROM fact),
                          (SELECT count(*) FROM (SELECT DISTINCT indicator, period FROM fact) g), current_setting('shared_buffers'))"
    printf '  %-46s %9s %9s %7s %7s %-3s %7s %7s %7s\n' '' seconds 'cpu s' ratio goal met 'peak MB' 'own MB' 'disk MB'
}
