# shellcheck shell=bash
# A model with all units and one group of values: a target is handed down to every unit,
# exactly, against computing and storing all units' values of that group, from the same start: no rows.
job 'transmit_tree() over all units, against a full refresh of one group'
needs handed

# All rows sum exactly, and no unit is without.
exact() {
    check <<'SQL'
SELECT count(*), sum(n_allotted), count(*) FILTER (WHERE difference <> 0 OR NOT complete) FROM handed.transmission_gap;
SQL
}
begin="TRUNCATE handed.quota, handed.quota_check, handed.quota_proof, handed.quota_revision;
INSERT INTO handed.quota (indicator, unit, period, amount) SELECT 'target', code, '[2035-01-01,2036-01-01)', 1000000 FROM handed.unit WHERE parent IS NULL;"
hand="SELECT sum(handed.transmit_tree('target', code, '[2035-01-01,2036-01-01)', 'people', 0.01)) FROM handed.unit WHERE parent IS NULL"

ours 'transmit_tree()' <<<"$hand"
before <<<"$begin"
exact
peer 'full refresh of one group' '>=1' <<<'CALL handed.refresh(full => true)'
before <<<"TRUNCATE handed.indicator_value, handed.refreshed;"
exact
floor 'transmission_gap of all units' <<'SQL'
SELECT count(*), sum(abs(difference)) FROM handed.transmission_gap
SQL
# What both rest on, without reading other tables and without writing.
floor 'unit_rollup() of the group alone' <<'SQL'
SELECT unit_rollup(o.unit, o.value) FROM handed.observation o WHERE o.indicator = 'people'
SQL
floor 'allocate() of all leaves in one partition' <<'SQL'
SELECT 1 / (sum(p.part) = 1000000)::integer, 1 / (count(*) = (SELECT count(*) FROM handed.observation WHERE indicator = 'people'))::integer
  FROM (SELECT allocate(1000000, o.value, quantum => 0.01) OVER (ORDER BY o.unit) AS part FROM handed.observation o WHERE o.indicator = 'people') AS p
SQL
measure
