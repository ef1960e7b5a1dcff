# shellcheck shell=bash
# With and without two workers a query.
job 'parallel workers'

rollup=$(
    cat <<'SQL'
SELECT r.unit, g.indicator, g.period, r.n, r.total
  FROM (SELECT indicator, period, unit_rollup(unit, value) AS state FROM fact GROUP BY indicator, period) g,
       governance.unnest(g.state) r
SQL
)
leaves='SELECT unit, indicator, period, count(value) AS n, sum(value) AS total FROM fact GROUP BY unit, indicator, period'
digest() {
    check <<'SQL'
SELECT count(*), sum(q.n), sum(q.total), sum(hashtextextended(concat_ws(' ', q.unit, q.indicator, q.period, q.n, q.total), 0)) FROM answer q;
SQL
}

ours 'unit_rollup, no workers' <<<"$rollup"
setting max_parallel_workers_per_gather=0
digest
peer 'unit_rollup, 2 workers' '<=1' <<<"$rollup"
setting max_parallel_workers_per_gather=2
digest
peer 'leaves alone: GROUP BY unit, no workers' <<<"$leaves"
setting max_parallel_workers_per_gather=0
peer 'leaves alone: GROUP BY unit, 2 workers' <<<"$leaves"
setting max_parallel_workers_per_gather=2
measure
