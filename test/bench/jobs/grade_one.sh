# shellcheck shell=bash
# Every fact graded by a single limit, where the CASE has least to do.
job 'grading every fact by one limit'

same() {
    check <<'SQL'
SELECT grade, count(*) FROM answer GROUP BY grade ORDER BY grade;
SQL
}

ours 'grade(value, threshold)' <<'SQL'
SELECT grade(value, '>= 20000') FROM fact
SQL
same
peer 'CASE' '>=0.67' <<'SQL'
SELECT CASE WHEN value < 20000 THEN 'breach'::grade ELSE 'normal' END AS grade FROM fact
SQL
same
floor 'reading the values' <<'SQL'
SELECT value FROM fact
SQL
measure
