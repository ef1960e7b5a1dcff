# shellcheck shell=bash
# shellcheck disable=SC2154
# Subtrees of all units: a btree on unitcode against GiST on ltree. How long the index
# takes, how large it is, how fast it answers, and what the planner expects of it.
job 'subtrees: unitcode with btree against ltree with GiST'

sql <<'SQL'
DROP INDEX IF EXISTS unit_code_btree, unit_path_gist;
SQL
ours 'CREATE INDEX ... (code)' <<'SQL'
CREATE INDEX unit_code_btree ON unit (code)
SQL
before <<'SQL'
DROP INDEX IF EXISTS unit_code_btree
SQL
peer 'CREATE INDEX ... USING gist (path)' '>=3.33' <<'SQL'
CREATE INDEX unit_path_gist ON unit USING gist (path)
SQL
before <<'SQL'
DROP INDEX IF EXISTS unit_path_gist
SQL
measure

size() { sql -c "SELECT round(pg_relation_size('$1') / 1048576.0, 1)"; }
quantity 'size of the index, MB' "$(size unit_code_btree)" "$(size unit_path_gist)" '>=1.67'

# estimates COLUMN: how many times too many or too few rows the planner expects of
# "COLUMN <@ x", at 100 subtrees of each tier but the last: in the middle and at the worst, a
# line a tier.
estimates() {
    sql -v column="$1" <<'SQL'
VACUUM ANALYZE unit;
CREATE FUNCTION pg_temp.rows(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END
$$;
WITH place AS (
    SELECT u.*, row_number() OVER (PARTITION BY u.tier ORDER BY hashint8extended(u.id, :seed)) AS n FROM unit u WHERE u.tier < 5
), answer AS (
    SELECT p.tier, pg_temp.rows(format('SELECT FROM unit WHERE %I <@ %L', :'column', p.:column)) AS estimate,
           (SELECT count(*)::numeric FROM unit u WHERE u.code <@ p.code) AS truth
      FROM place p WHERE p.n <= 100
), factor AS (
    SELECT tier, greatest(estimate, truth) / least(estimate, truth) AS wrong FROM answer
)
SELECT tier, round(percentile_disc(0.5) WITHIN GROUP (ORDER BY wrong), 2), round(max(wrong), 2) FROM factor GROUP BY tier ORDER BY tier;
SQL
}
estimates code >"$work/code.estimates"
estimates path >"$work/path.estimates"
while IFS='|' read -r tier our_middle our_worst _ their_middle their_worst; do
    quantity "rows expected, times wrong, tier $tier: median" "$our_middle" "$their_middle" 'ours<=2'
    quantity "rows expected, times wrong, tier $tier: worst" "$our_worst" "$their_worst" 'ours<=2'
done < <(paste -d'|' "$work/code.estimates" "$work/path.estimates")
