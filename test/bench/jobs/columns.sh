# shellcheck shell=bash
# All that unnest() gives: count, sum, mean, smallest and largest; by the peers that the
# job "rollup" shows to be the best.
job 'all tiers and groups: count, sum, mean, minimum and maximum'
needs star

digest() {
    check <<SQL
SELECT u.tier, count(*), sum(a.total),
       sum(hashtextextended(concat_ws(' ', u.id, a.indicator, a.period, a.n, a.total, a.mean, a.minimum, a.maximum), 0))
  FROM answer a
  JOIN unit u ON u.$1 = a.unit
 GROUP BY u.tier
 ORDER BY u.tier;
SQL
}

ours 'unit_rollup' <<'SQL'
SELECT r.unit, g.indicator, g.period, r.n, r.total, r.mean, r.minimum, r.maximum
  FROM (SELECT indicator, period, unit_rollup(unit, value) AS state FROM fact GROUP BY indicator, period) g,
       governance.unnest(g.state) r
SQL
digest code

peer 'leaves alone: GROUP BY unit_id' <<'SQL'
SELECT unit_id AS unit, indicator, period,
       count(value) AS n, sum(value) AS total, avg(value) AS mean, min(value) AS minimum, max(value) AS maximum
  FROM fact
 GROUP BY indicator, period, unit_id
SQL
digest id
part_of
or_else sorted enable_hashagg=off

peer 'ROLLUP over the star dimension' <<'SQL'
SELECT coalesce(tier5, tier4, tier3, tier2, tier1) AS unit, indicator, period,
       count(value) AS n, sum(value) AS total, avg(value) AS mean, min(value) AS minimum, max(value) AS maximum
  FROM fact JOIN star USING (unit_id)
 GROUP BY indicator, period, ROLLUP (tier1, tier2, tier3, tier4, tier5)
HAVING GROUPING(tier1) = 0
SQL
digest id
or_else sorted enable_hashagg=off

above() {
    echo "SELECT u.parent AS unit, indicator, period, sum(n)::bigint AS n, sum(total) AS total, min(minimum) AS minimum, max(maximum) AS maximum"
    echo "  FROM $1 t JOIN unit u ON u.id = t.unit GROUP BY indicator, period, u.parent"
}
peer 'staged CTEs' <<SQL
WITH tier5 AS MATERIALIZED (
    SELECT unit_id AS unit, indicator, period, count(value) AS n, sum(value) AS total, min(value) AS minimum, max(value) AS maximum
      FROM fact GROUP BY indicator, period, unit_id
), tier4 AS MATERIALIZED (
    $(above tier5)
), tier3 AS MATERIALIZED (
    $(above tier4)
), tier2 AS MATERIALIZED (
    $(above tier3)
), tier1 AS (
    $(above tier2)
)
SELECT unit, indicator, period, n, total, total / n AS mean, minimum, maximum
  FROM (SELECT * FROM tier1 UNION ALL SELECT * FROM tier2 UNION ALL SELECT * FROM tier3 UNION ALL SELECT * FROM tier4 UNION ALL SELECT * FROM tier5) t
SQL
digest id
or_else sorted enable_hashagg=off

measure
