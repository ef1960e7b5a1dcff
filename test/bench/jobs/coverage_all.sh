# shellcheck shell=bash
# shellcheck disable=SC2154
# All zones at once, a clean coverage: time and memory. Nobody else is asked to wait for it.
job 'a coverage of all zones: memory'
needs zone

zones="SELECT d.kind, d.area FROM unnest((SELECT coverage_defects(('Z' || id)::unitcode, geom, 0.001) FROM zone)) d"
digest() {
    check <<'SQL'
SELECT count(*) FROM answer;
SQL
}
ours 'coverage_defects, work_mem 4 MB' <<<"$zones"
setting work_mem=4MB
digest
peer 'coverage_defects, work_mem 64 MB' <<<"$zones"
setting work_mem=64MB
digest
peer 'coverage_defects, work_mem 1 GB' <<<"$zones"
setting work_mem=1GB
digest
floor 'reading alone' <<'SQL'
SELECT sum(ST_NPoints(geom)) FROM zone
SQL
measure
