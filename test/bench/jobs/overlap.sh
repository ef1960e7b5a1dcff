# shellcheck shell=bash
# shellcheck disable=SC2154
# The area of every zone in every control line, on a part of both that the usual SQL can be
# waited for. The lines' pieces are made beforehand, outside the clock. Ours is told that the
# polygons are valid, as those that passed a gate are; the last of ours checks it.
job 'zones x control lines, a part: area of every pair'
needs part_zone part_line part_piece_128 part_piece_256
warm <<'SQL'
SELECT (SELECT sum(ST_NPoints(geom)) FROM part_zone), (SELECT sum(ST_NPoints(geom)) FROM part_line), (SELECT sum(ST_NPoints(geom)) FROM part_piece_128), (SELECT sum(ST_NPoints(geom)) FROM part_piece_256);
SELECT count(*) FROM (SELECT overlap_area(a.geom, b.geom), ST_Area(ST_Intersection(a.geom, b.geom)) FROM part_zone a, part_line b WHERE a.geom && b.geom LIMIT 1) p;
SQL

# Areas agree but for rounding; what is below a square metre is nobody's concern.
digest() {
    check <<'SQL'
SELECT count(*) FILTER (WHERE area > 1), round(sum(area)) FROM answer;
SQL
}

ours 'overlap_area(z, l, true)' <<'SQL'
SELECT * FROM (SELECT z.id AS zone, l.id AS line, overlap_area(z.geom, l.geom, true) AS area
                 FROM part_zone z JOIN part_line l ON z.geom && l.geom OFFSET 0) p WHERE area > 0.001
SQL
digest
peer 'ST_Intersects, ST_Area(ST_Intersection)' '>=100' <<'SQL'
SELECT z.id AS zone, l.id AS line, ST_Area(ST_Intersection(z.geom, l.geom)) AS area
  FROM part_zone z JOIN part_line l ON ST_Intersects(z.geom, l.geom)
SQL
digest
pieces_query() {
    peer "ST_Subdivide, pieces of $1" '>=10' <<SQL
SELECT z.id AS zone, p.line, sum(ST_Area(ST_Intersection(z.geom, p.geom))) AS area
  FROM part_zone z JOIN part_piece_$1 p ON ST_Intersects(z.geom, p.geom)
 GROUP BY z.id, p.line
SQL
    digest
}
pieces_query 128
pieces_query 256
peer 'overlap_area(z, l): validity checked' <<'SQL'
SELECT * FROM (SELECT z.id AS zone, l.id AS line, overlap_area(z.geom, l.geom) AS area
                 FROM part_zone z JOIN part_line l ON z.geom && l.geom OFFSET 0) p WHERE area > 0.001
SQL
digest
peer 'bounding boxes alone' '>=0.2' <<'SQL'
SELECT z.id AS zone, l.id AS line FROM part_zone z JOIN part_line l ON z.geom && l.geom
SQL
measure
