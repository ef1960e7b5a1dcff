# shellcheck shell=bash
# shellcheck disable=SC2154
# Two coverages of the same country: what part of every county lies in which basin.
job 'counties x basins: area of every pair'
needs county basin
warm <<'SQL'
SELECT (SELECT sum(ST_NPoints(geom)) FROM county), (SELECT sum(ST_NPoints(geom)) FROM basin);
SELECT count(*) FROM (SELECT overlap_area(a.geom, b.geom), ST_Area(ST_Intersection(a.geom, b.geom)) FROM county a, basin b WHERE a.geom && b.geom LIMIT 1) p;
SQL

digest() {
    check <<'SQL'
SELECT count(*) FILTER (WHERE area > 1), round(sum(area)) FROM answer;
SQL
}

ours 'overlap_area(c, b, true)' <<'SQL'
SELECT * FROM (SELECT c.id AS county, b.id AS basin, overlap_area(c.geom, b.geom, true) AS area
                 FROM county c JOIN basin b ON c.geom && b.geom OFFSET 0) p WHERE area > 0.001
SQL
digest
peer 'ST_Intersects, ST_Area(ST_Intersection)' '>=10' <<'SQL'
SELECT c.id AS county, b.id AS basin, ST_Area(ST_Intersection(c.geom, b.geom)) AS area
  FROM county c JOIN basin b ON ST_Intersects(c.geom, b.geom)
SQL
digest
peer 'ours, validity checked' <<'SQL'
SELECT * FROM (SELECT c.id AS county, b.id AS basin, overlap_area(c.geom, b.geom) AS area
                 FROM county c JOIN basin b ON c.geom && b.geom OFFSET 0) p WHERE area > 0.001
SQL
digest
peer 'bounding boxes alone' <<'SQL'
SELECT c.id AS county, b.id AS basin FROM county c JOIN basin b ON c.geom && b.geom
SQL
measure
