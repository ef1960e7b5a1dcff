# shellcheck shell=bash
# shellcheck disable=SC2154
# The same over all zones and lines, without the one contender that takes too long. No
# order of the join and no parallel plan may be a trap: lines outside, or zones outside, where
# looking for 400 000 boxes among 300 is most of the work, or two workers.
job "zones x control lines, all: area of every pair"
needs zone line piece_128 piece_256
warm <<'SQL'
SELECT (SELECT sum(ST_NPoints(geom)) FROM zone), (SELECT sum(ST_NPoints(geom)) FROM line), (SELECT sum(ST_NPoints(geom)) FROM piece_128), (SELECT sum(ST_NPoints(geom)) FROM piece_256);
SELECT count(*) FROM (SELECT overlap_area(a.geom, b.geom), ST_Area(ST_Intersection(a.geom, b.geom)) FROM zone a, line b WHERE a.geom && b.geom LIMIT 1) p;
SQL

digest() {
    check <<'SQL'
SELECT count(*) FILTER (WHERE area > 1), round(sum(area)) FROM answer;
SQL
}

ours 'overlap_area(z, l, true)' <<'SQL'
SELECT * FROM (SELECT z.id AS zone, l.id AS line, overlap_area(z.geom, l.geom, true) AS area
                 FROM zone z JOIN line l ON z.geom && l.geom OFFSET 0) p WHERE area > 0.001
SQL
digest
peer 'ours, a line after the other' '>=0.5' <<'SQL'
SELECT * FROM (SELECT p.zone, l.id AS line, overlap_area(p.geom, l.geom, true) AS area
                 FROM line l CROSS JOIN LATERAL (SELECT z.id AS zone, z.geom FROM zone z WHERE z.geom && l.geom OFFSET 0) p OFFSET 0) p WHERE area > 0.001
SQL
digest
peer 'ours, a zone after the other' <<'SQL'
SELECT * FROM (SELECT z.id AS zone, p.line, overlap_area(z.geom, p.geom, true) AS area
                 FROM zone z CROSS JOIN LATERAL (SELECT l.id AS line, l.geom FROM line l WHERE z.geom && l.geom OFFSET 0) p OFFSET 0) p WHERE area > 0.001
SQL
setting enable_seqscan=off
digest
peer 'bounding boxes, a zone after the other' <<'SQL'
SELECT z.id AS zone, p.line
  FROM zone z CROSS JOIN LATERAL (SELECT l.id AS line, l.geom FROM line l WHERE z.geom && l.geom OFFSET 0) p
SQL
setting enable_seqscan=off
peer 'ours, two workers' '>=0.5' <<'SQL'
SELECT * FROM (SELECT z.id AS zone, l.id AS line, overlap_area(z.geom, l.geom, true) AS area
                 FROM zone z JOIN line l ON z.geom && l.geom) p WHERE area > 0.001
SQL
setting max_parallel_workers_per_gather=2
setting parallel_setup_cost=0
setting parallel_tuple_cost=0
setting min_parallel_table_scan_size=0
digest
peer 'ours, validity checked' <<'SQL'
SELECT * FROM (SELECT z.id AS zone, l.id AS line, overlap_area(z.geom, l.geom) AS area
                 FROM zone z JOIN line l ON z.geom && l.geom OFFSET 0) p WHERE area > 0.001
SQL
digest
pieces_query() {
    peer "ST_Subdivide, pieces of $1" '>=10' <<SQL
SELECT z.id AS zone, p.line, sum(ST_Area(ST_Intersection(z.geom, p.geom))) AS area
  FROM zone z JOIN piece_$1 p ON ST_Intersects(z.geom, p.geom)
 GROUP BY z.id, p.line
SQL
    digest
}
pieces_query 128
pieces_query 256
peer 'bounding boxes alone' '>=0.2' <<'SQL'
SELECT z.id AS zone, l.id AS line FROM zone z JOIN line l ON z.geom && l.geom
SQL
measure
