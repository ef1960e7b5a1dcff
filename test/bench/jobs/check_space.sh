# shellcheck shell=bash
# shellcheck disable=SC2154
# Rules in space on a part of the country: what is built lies within a growth boundary, and cropland in none.
# The first check of all writes a finding for every conflict, with its polygon; so does the SQL. The lines' pieces are made
# beforehand, outside the clock. A check of what is known already writes all findings again.
job 'check_space() on a part of zones and lines, all findings drawn and written'
needs part_drawn part_piece_128
warm <<'SQL'
SELECT sum(ST_NPoints(geom)) FROM part_drawn.feature;
SELECT sum(ST_NPoints(geom)) FROM part_piece_128;
SELECT count(*) FROM (SELECT overlap_area(a.geom, b.geom), ST_Area(ST_Intersection(a.geom, b.geom)) FROM part_zone a, part_line b WHERE a.geom && b.geom LIMIT 1) p;
SQL

check_whole='CALL part_drawn.check_space(full => true)'
ours 'check_space(full => true), the first' <<<"$check_whole"
before <<<'TRUNCATE part_drawn.finding'
digest() {
    check <<SQL
SELECT rule, count(*), round(sum(area_m2)), round(sum(ST_Area(geom))) FROM $1 GROUP BY rule ORDER BY rule;
SQL
}
digest part_drawn.finding

result() {
    before <<'SQL'
DROP TABLE IF EXISTS by_sql;
CREATE TABLE by_sql (rule text, zone bigint, line bigint, geom geometry, area_m2 float8);
SQL
    digest by_sql
}
peer 'ST_Intersection, ST_Difference with ST_Union' <<'SQL'
INSERT INTO by_sql
    WITH zone AS (
        SELECT * FROM part_drawn.feature WHERE layer = 'zoning'
    ), line AS (
        SELECT * FROM part_drawn.feature WHERE layer = 'growth_boundary'
    ), conflict AS (
        SELECT 'cropland without' AS rule, z.id AS zone, l.id AS line, ST_CollectionExtract(ST_Intersection(z.geom, l.geom), 3) AS geom
          FROM zone z JOIN line l ON ST_Intersects(z.geom, l.geom) WHERE z.kind = 'cropland'
         UNION ALL
        SELECT 'built within', z.id, NULL, coalesce(ST_Difference(z.geom, (SELECT ST_Union(l.geom) FROM line l WHERE ST_Intersects(l.geom, z.geom))), z.geom)
          FROM zone z WHERE z.kind = 'construction'
    ), measured AS (
        SELECT *, ST_Area(geom) AS area_m2 FROM conflict OFFSET 0
    )
    SELECT * FROM measured WHERE area_m2 > 1
SQL
result
peer 'the same with pieces of ST_Subdivide, 128' <<'SQL'
INSERT INTO by_sql
    WITH zone AS (
        SELECT * FROM part_drawn.feature WHERE layer = 'zoning'
    ), conflict AS (
        SELECT 'cropland without' AS rule, z.id AS zone, p.line, ST_CollectionExtract(ST_Union(ST_Intersection(z.geom, p.geom)), 3) AS geom
          FROM zone z JOIN part_piece_128 p ON ST_Intersects(z.geom, p.geom) WHERE z.kind = 'cropland' GROUP BY z.id, p.line
         UNION ALL
        SELECT 'built within', z.id, NULL, coalesce(ST_Difference(z.geom, (SELECT ST_Union(p.geom) FROM part_piece_128 p WHERE ST_Intersects(p.geom, z.geom))), z.geom)
          FROM zone z WHERE z.kind = 'construction'
    ), measured AS (
        SELECT *, ST_Area(geom) AS area_m2 FROM conflict OFFSET 0
    )
    SELECT * FROM measured WHERE area_m2 > 1
SQL
result
peer 'check_space(full => true), all findings known' <<<"$check_whole"
digest part_drawn.finding
floor 'areas of all pairs alone' <<'SQL'
SELECT * FROM (SELECT z.id AS zone, l.id AS line, overlap_area(z.geom, l.geom, true) AS area
                 FROM part_zone z JOIN part_line l ON z.geom && l.geom OFFSET 0) p WHERE area > 0.001
SQL
measure
