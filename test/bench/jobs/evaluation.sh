# shellcheck shell=bash
# A model with all units: what a dashboard reads for one indicator, year and tier. Nothing
# is faster than a table that already has these rows side by side, and an index on what is asked.
needs model
sql <<'SQL'
DROP TABLE IF EXISTS evaluation_rows;
CREATE TABLE evaluation_rows AS SELECT e.* FROM model.evaluation e WHERE e.indicator = 'i1' AND e.period_label = '2022' ORDER BY e.tier, e.unit;
CREATE INDEX ON evaluation_rows (indicator, period_label, hierarchy, tier);
VACUUM ANALYZE evaluation_rows;
SQL
same() { check <<<'SELECT count(*), sum(value), sum(coverage), count(DISTINCT unit), count(DISTINCT unit_name) FROM answer'; }

# The upper three tiers of five: in China 31, 342 and some 3 000 units.
for tier in 1 2 3; do
    job "evaluation of one indicator, period and tier: the units of tier $tier"
    asked="indicator = 'i1' AND period_label = '2022' AND hierarchy = 'adm' AND tier = 'tier $tier'"
    # A dashboard's session is kept: it has planned, and here explained, the like before, and mapped the memory.
    warm < <(for ((i = 0; i < 5; i++)); do
        printf 'EXPLAIN (ANALYZE, TIMING OFF) SELECT * FROM %s WHERE %s \\g /dev/null\n' model.evaluation "$asked" evaluation_rows "$asked"
    done)
    ours 'evaluation, all columns' <<<"SELECT * FROM model.evaluation WHERE $asked"
    same
    peer 'the bare join, seven columns' <<SQL
SELECT v.unit, u.name AS unit_name, v.period, v.value, v.coverage, v.state, v.grade
  FROM model.unit u JOIN model.indicator_value v ON v.unit = u.code
 WHERE u.hierarchy = 'adm' AND u.tier = 'tier $tier' AND v.indicator = 'i1' AND v.period = '[2022-01-01,2023-01-01)'
SQL
    same
    floor 'a table of such rows alone, by its index' <<<"SELECT * FROM evaluation_rows WHERE $asked"
    same
    measure
    quantity 'milliseconds' "$(median 1 1)" "$(median 2 1)" 'ours<=5'
done
