# shellcheck shell=bash
# A model with all units and an observation a leaf, indicator and year: a thousand
# observations change, and refresh() brings the stored values of all tiers up to date.
job 'refresh() after 1 000 changed observations, against a full one'
needs model

# The two statements, in one place.
incremental='CALL model.refresh()'
full='CALL model.refresh(full => true)'

# Other observations in every round; those of a round are known before the clock runs.
choose() {
    cat <<'SQL'
DROP TABLE IF EXISTS changed;
CREATE TABLE changed AS
    SELECT DISTINCT 'i' || indicator AS indicator, daterange(make_date(period, 1, 1), make_date(period + 1, 1, 1)) AS period, unit
      FROM (SELECT * FROM fact TABLESAMPLE BERNOULLI (least(100, 200000.0 / :facts)) REPEATABLE (:seed + :round) LIMIT 1000) f;
ANALYZE changed;
SQL
}
change='UPDATE model.observation o SET value = o.value + 1 FROM changed c WHERE (o.indicator, o.period, o.unit) = (c.indicator, c.period, c.unit)'

digest() {
    check <<'SQL'
SELECT v.indicator, v.period, count(*), sum(v.value), sum(v.n_present), sum(v.n_expected),
       sum(hashtextextended(concat_ws(' ', v.unit, v.value, v.n_present, v.n_expected, v.coverage, v.state), 0))
  FROM model.indicator_value v GROUP BY v.indicator, v.period ORDER BY v.indicator, v.period;
SQL
}

# A process maps each page of shared memory when it first touches it, which costs more than
# finding a row there, most of all in a virtual machine. So the tables are read first; what
# a session is like that has not is measured too.
warm <<'SQL'
SET enable_seqscan = off;
SELECT count(*) FROM model.indicator_value;
SELECT count(*) FROM model.observation;
RESET enable_seqscan;
SET enable_indexonlyscan = off;
SET enable_indexscan = off;
SET enable_bitmapscan = off;
SELECT sum(n_present) FROM model.indicator_value;
SELECT count(value) FROM model.observation;
SELECT count(*) FROM model.unit;
RESET ALL;
SQL
ours 'refresh()' <<<"$incremental"
before < <(choose && echo "$change")
digest
peer 'full refresh' '>=200' <<<"$full"
digest
peer 'refresh() as the first statement of a session' <<<"$incremental"
before < <(choose && echo "$change")
cold
floor 'the change itself: UPDATE of 1 000 observations' <<<"$change"
before < <(choose)
measure
