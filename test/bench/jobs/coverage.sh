# shellcheck shell=bash
# shellcheck disable=SC2154
# The gaps and overlaps among the units of a tier, in which some were moved, taken away or
# given a point more. A peer finds one of the kinds.
job 'a coverage of 100 000 polygons: what is wrong with it'
needs parcel

digest() {
    check <<'SQL'
SELECT kind, count(*), round(sum(area)) FROM answer WHERE kind <> 'mismatch' AND area > 0.001 GROUP BY kind ORDER BY kind;
SQL
}

defects="SELECT d.kind, d.unit_a::text AS a, d.unit_b::text AS b, d.area FROM unnest((SELECT coverage_defects(code, geom, 0.001) FROM parcel)) d"
ours 'coverage_defects' <<<"$defects"
digest
peer 'overlaps: ST_Intersection of all pairs' '>=5' <<'SQL'
SELECT * FROM (SELECT 'overlap' AS kind, a.code::text AS a, b.code::text AS b, ST_Area(ST_Intersection(a.geom, b.geom)) AS area
                 FROM parcel a JOIN parcel b ON a.geom && b.geom AND a.id < b.id OFFSET 0) p WHERE area > 0.001
SQL
digest
part_of
peer 'overlaps: ST_Overlaps, then ST_Intersection' <<'SQL'
SELECT 'overlap' AS kind, a.code::text AS a, b.code::text AS b, ST_Area(ST_Intersection(a.geom, b.geom)) AS area
  FROM parcel a JOIN parcel b ON ST_Overlaps(a.geom, b.geom) AND a.id < b.id
SQL
digest
part_of
peer 'overlaps: overlap_area of all pairs' <<'SQL'
SELECT * FROM (SELECT 'overlap' AS kind, a.code::text AS a, b.code::text AS b, overlap_area(a.geom, b.geom, true) AS area
                 FROM parcel a JOIN parcel b ON a.geom && b.geom AND a.id < b.id OFFSET 0) p WHERE area > 0.001
SQL
digest
part_of
peer 'gaps: holes of ST_Union' <<'SQL'
SELECT 'gap' AS kind, NULL::text AS a, NULL::text AS b, ST_Area(geom) AS area
  FROM (SELECT (ST_DumpRings(p.geom)).* FROM (SELECT (ST_Dump(ST_Union(geom))).geom FROM parcel) p) AS r (path, geom) WHERE path[1] > 0
SQL
digest
part_of
peer 'coverage_defects, work_mem 4 MB' <<<"$defects"
setting work_mem=4MB
digest
peer 'coverage_defects, 2 workers' <<<"$defects"
setting max_parallel_workers_per_gather=2
digest
measure
