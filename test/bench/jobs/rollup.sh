# shellcheck shell=bash
# All tiers and all groups: count and sum of every unit and every ancestor. Against the
# leaves alone, and against the ways to get the same rows in SQL. A peer finds its units
# in whatever form suits it best, as a number where it joins; and aggregates by hashing or by
# sorting, whichever is tried out to be faster.
job 'all tiers and groups, against the leaves alone and against SQL for all tiers'
needs star closure

# Rows, counts, sums and a checksum of all rows, by tier.
digest() {
    check <<SQL
SELECT u.tier, count(*), sum(q.n), sum(q.total), sum(hashtextextended(concat_ws(' ', u.id, q.indicator, q.period, q.n, q.total), 0))
  FROM answer q
  JOIN unit u ON u.$1 = q.unit
 GROUP BY u.tier
 ORDER BY u.tier;
SQL
}

ours 'unit_rollup' <<'SQL'
SELECT r.unit, g.indicator, g.period, r.n, r.total
  FROM (SELECT indicator, period, unit_rollup(unit, value) AS state FROM fact GROUP BY indicator, period) g,
       governance.unnest(g.state) r
SQL
digest code

floor 'plain scan' <<'SQL'
SELECT count(value) FROM fact
SQL

# What the executor takes without us: it groups the facts, and takes as many rows of a function in FROM.
floor 'plain scan, groups and as many rows' <<'SQL'
SELECT r, g.indicator, g.period, g.n
  FROM (SELECT indicator, period, count(value) AS n FROM fact GROUP BY indicator, period) g,
       generate_series(1, (SELECT count(*) FROM unit)) r
SQL

peer 'leaves alone: GROUP BY unit' '>=2' <<'SQL'
SELECT unit, indicator, period, count(value) AS n, sum(value) AS total FROM fact GROUP BY indicator, period, unit
SQL
digest code
part_of
or_else sorted enable_hashagg=off

peer 'leaves alone: GROUP BY unit_id' '>=2' <<'SQL'
SELECT unit_id AS unit, indicator, period, count(value) AS n, sum(value) AS total FROM fact GROUP BY indicator, period, unit_id
SQL
digest id
part_of
or_else sorted enable_hashagg=off

peer 'ROLLUP over the star dimension' '>=10' <<'SQL'
SELECT coalesce(tier5, tier4, tier3, tier2, tier1) AS unit, indicator, period, count(value) AS n, sum(value) AS total
  FROM fact JOIN star USING (unit_id)
 GROUP BY indicator, period, ROLLUP (tier1, tier2, tier3, tier4, tier5)
HAVING GROUPING(tier1) = 0
SQL
digest id
or_else sorted enable_hashagg=off

peer 'GROUPING SETS over the star dimension' '>=10' <<'SQL'
SELECT coalesce(tier1, tier2, tier3, tier4, tier5) AS unit, indicator, period, count(value) AS n, sum(value) AS total
  FROM fact JOIN star USING (unit_id)
 GROUP BY GROUPING SETS ((indicator, period, tier1), (indicator, period, tier2), (indicator, period, tier3),
                         (indicator, period, tier4), (indicator, period, tier5))
SQL
digest id
or_else sorted enable_hashagg=off

peer 'closure table' '>=10' <<'SQL'
SELECT c.ancestor AS unit, indicator, period, count(value) AS n, sum(value) AS total
  FROM fact f JOIN closure c ON c.descendant = f.unit_id
 GROUP BY indicator, period, c.ancestor
SQL
digest id
or_else sorted enable_hashagg=off

# The leaves once, then each tier from the one below. Numbers follow the order of the tree, so
# that a tier sorted by them is all but sorted for the next.
peer 'staged CTEs' '>=10' <<'SQL'
WITH tier5 AS MATERIALIZED (
    SELECT unit_id AS unit, indicator, period, count(value) AS n, sum(value) AS total
      FROM fact GROUP BY indicator, period, unit_id
), tier4 AS MATERIALIZED (
    SELECT u.parent AS unit, indicator, period, sum(n)::bigint AS n, sum(total) AS total
      FROM tier5 t JOIN unit u ON u.id = t.unit GROUP BY indicator, period, u.parent
), tier3 AS MATERIALIZED (
    SELECT u.parent AS unit, indicator, period, sum(n)::bigint AS n, sum(total) AS total
      FROM tier4 t JOIN unit u ON u.id = t.unit GROUP BY indicator, period, u.parent
), tier2 AS MATERIALIZED (
    SELECT u.parent AS unit, indicator, period, sum(n)::bigint AS n, sum(total) AS total
      FROM tier3 t JOIN unit u ON u.id = t.unit GROUP BY indicator, period, u.parent
), tier1 AS (
    SELECT u.parent AS unit, indicator, period, sum(n)::bigint AS n, sum(total) AS total
      FROM tier2 t JOIN unit u ON u.id = t.unit GROUP BY indicator, period, u.parent
)
SELECT * FROM tier1 UNION ALL SELECT * FROM tier2 UNION ALL SELECT * FROM tier3 UNION ALL SELECT * FROM tier4 UNION ALL SELECT * FROM tier5
SQL
digest id
or_else sorted enable_hashagg=off

# The tree is walked once for all pairs of unit and ancestor, not once for every fact.
peer 'recursive CTE' '>=10' <<'SQL'
WITH RECURSIVE pair (ancestor, descendant) AS (
    SELECT id, id FROM unit WHERE tier = 5
    UNION ALL
    SELECT u.parent, p.descendant FROM pair p JOIN unit u ON u.id = p.ancestor WHERE u.parent IS NOT NULL
)
SELECT p.ancestor AS unit, indicator, period, count(value) AS n, sum(value) AS total
  FROM fact f JOIN pair p ON p.descendant = f.unit_id
 GROUP BY indicator, period, p.ancestor
SQL
digest id
or_else sorted enable_hashagg=off

# A path's ancestors by subpath; as text, which hashes where ltree only sorts.
peer 'ltree: subpath' '>=10' <<'SQL'
SELECT ltree2text(subpath(u.path, 0, t.depth)) AS unit, indicator, period, count(value) AS n, sum(value) AS total
  FROM fact f JOIN unit u ON u.id = f.unit_id CROSS JOIN generate_series(1, 5) AS t (depth)
 GROUP BY indicator, period, 1
SQL
digest code::text
or_else sorted enable_hashagg=off

measure
