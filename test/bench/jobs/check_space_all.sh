# shellcheck shell=bash
# shellcheck disable=SC2154
# The same rules on all zones and lines: what check_space() makes of a few changes against a check of everything, row by row.
job 'check_space() after 100 zones and a line were moved, against a full one'
needs drawn
warm <<'SQL'
SELECT sum(ST_NPoints(geom)) FROM drawn.feature;
SELECT sum(ST_NPoints(geom)) FROM drawn.finding;
SELECT count(*) FROM (SELECT overlap_area(a.geom, b.geom), ST_Area(ST_Intersection(a.geom, b.geom)) FROM drawn.feature a, drawn.feature b WHERE a.geom && b.geom LIMIT 1) p;
SQL

# Others in every round; there and back would be no change.
move() {
    cat <<SQL
UPDATE drawn.feature SET geom = ST_Translate(geom, 3, 5)
 WHERE id IN (SELECT f.id FROM drawn.feature f WHERE f.layer = '$1' ORDER BY hashint8extended(f.id, :seed + :round) LIMIT $2);
SQL
}
digest() {
    check <<'SQL'
SELECT rule, status, count(*), sum(area_m2 ORDER BY left_feature, right_feature),
       sum(hashtextextended(concat_ws(' ', left_feature, right_feature, unit, area_m2, width_m, share, severity, status, md5(ST_AsBinary(geom))), 0))
  FROM drawn.finding GROUP BY rule, status ORDER BY rule, status;
SQL
}

ours 'check_space(), 100 zones and a line moved' <<<'CALL drawn.check_space()'
before < <(move zoning 100 && move growth_boundary 1)
digest
peer 'check_space(full => true)' <<<'CALL drawn.check_space(full => true)'
digest
peer 'check_space(), 100 zones moved' <<<'CALL drawn.check_space()'
before < <(move zoning 100)
peer 'check_space(), a line moved' <<<'CALL drawn.check_space()'
before < <(move growth_boundary 1)
floor 'areas of all pairs alone' <<'SQL'
SELECT * FROM (SELECT z.id AS zone, l.id AS line, overlap_area(z.geom, l.geom, true) AS area
                 FROM drawn.feature z JOIN drawn.feature l ON z.geom && l.geom WHERE z.layer = 'zoning' AND l.layer = 'growth_boundary' OFFSET 0) p WHERE area > 0.001
SQL
measure
