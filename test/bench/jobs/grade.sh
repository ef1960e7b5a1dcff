# shellcheck shell=bash
# Every fact graded by a floor with four limits, against the CASE with the same limits,
# written from either end. grade() may take 1.5 times as long at most.
job 'grading every fact by four limits'

same() {
    check <<'SQL'
SELECT grade, count(*) FROM answer GROUP BY grade ORDER BY grade;
SQL
}

ours 'grade(value, threshold)' <<'SQL'
SELECT grade(value, '>= 1000 warning 5000 caution 20000 notice 100000') FROM fact
SQL
same
peer 'CASE, the worst grade first' '>=0.67' <<'SQL'
SELECT CASE WHEN value < 1000 THEN 'breach'::grade WHEN value < 5000 THEN 'warning' WHEN value < 20000 THEN 'caution' WHEN value < 100000 THEN 'notice' ELSE 'normal' END AS grade FROM fact
SQL
same
peer 'CASE, the best grade first' '>=0.67' <<'SQL'
SELECT CASE WHEN value >= 100000 THEN 'normal'::grade WHEN value >= 20000 THEN 'notice' WHEN value >= 5000 THEN 'caution' WHEN value >= 1000 THEN 'warning' ELSE 'breach' END AS grade FROM fact
SQL
same
floor 'reading the values' <<'SQL'
SELECT value FROM fact
SQL
measure
