# shellcheck shell=bash
# Ten times as many facts must cost little more than ten times as much.
job 'the same from a tenth of the facts to all of them'
needs fact_tenth

rollup_of() {
    cat <<SQL
SELECT r.unit, g.indicator, g.period, r.n, r.total
  FROM (SELECT indicator, period, unit_rollup(unit, value) AS state FROM $1 GROUP BY indicator, period) g,
       governance.unnest(g.state) r
SQL
}

ours 'unit_rollup, a tenth' < <(rollup_of fact_tenth)
peer 'unit_rollup, all' < <(rollup_of fact)
floor 'plain scan, a tenth' <<'SQL'
SELECT count(value) FROM fact_tenth
SQL
floor 'plain scan, all' <<'SQL'
SELECT count(value) FROM fact
SQL
measure

per_fact() { awk -v ms="$(median "$1" 1)" -v n="$(sql -c "SELECT count(*) FROM $2")" 'BEGIN { printf "%.1f", ms * 1e6 / n }'; }
quantity 'nanoseconds a fact: a tenth, all' "$(per_fact 1 fact_tenth)" "$(per_fact 2 fact)" '<=1.2'
