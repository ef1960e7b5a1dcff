-- coverage_defects() against ST_Intersection() of all pairs and the holes of ST_Union(), on random coverages damaged in known ways
-- and on the districts of British Columbia; its laws; shared_border().
BEGIN;
SELECT plan(25);
SET LOCAL search_path = governance, public;
SET LOCAL client_min_messages = warning;
SELECT setseed(0.5772);

-- ---------- random coverages ----------

-- A grid with crooked borders: from each corner one line to the right, one upwards.
CREATE FUNCTION coverage(side int, steps int, x float8, y float8) RETURNS TABLE (u unitcode, g geometry) LANGUAGE sql VOLATILE AS $$
    WITH corner AS MATERIALIZED (
        SELECT i, j, x + 100 * i + 20 * random() AS cx, y + 100 * j + 20 * random() AS cy FROM generate_series(0, side) i, generate_series(0, side) j
    ), line AS MATERIALIZED (
        SELECT a.i, a.j, b.i > a.i AS level,
               (SELECT ST_MakeLine(CASE WHEN k = 0 THEN ST_Point(a.cx, a.cy) WHEN k = steps THEN ST_Point(b.cx, b.cy)
                                        ELSE ST_Point(a.cx + (b.cx - a.cx) * k / steps + 6 * random(), a.cy + (b.cy - a.cy) * k / steps + 6 * random()) END ORDER BY k)
                  FROM generate_series(0, steps) k) AS line
          FROM corner a JOIN corner b ON (b.i = a.i + 1 AND b.j = a.j) OR (b.i = a.i AND b.j = a.j + 1)
    )
    SELECT ('U.' || (100 + b.i) || '.' || (100 + b.j))::unitcode, ST_SetSRID(ST_MakePolygon(ST_MakeLine(ARRAY[b.line, r.line, ST_Reverse(t.line), ST_Reverse(l.line)])), 3005)
      FROM line b
      JOIN line r ON NOT r.level AND r.i = b.i + 1 AND r.j = b.j
      JOIN line t ON t.level AND t.i = b.i AND t.j = b.j + 1
      JOIN line l ON NOT l.level AND l.i = b.i AND l.j = b.j
     WHERE b.level
$$;
CREATE TABLE clean AS
    SELECT n, c.* FROM generate_series(1, 24) n, coverage(4 + n % 4, 1 + n % 9, 1e6 * (n % 3), 5e5 * (n % 5)) c;
-- Enclaves: an island of another unit in a hole; and repeated points.
INSERT INTO clean SELECT n, child(u, 'island'), ST_Buffer(ST_PointOnSurface(g), 3, 2) FROM clean WHERE label(u) = '101' AND n % 2 = 0;
UPDATE clean o SET g = ST_Difference(o.g, i.g) FROM clean i WHERE i.n = o.n AND i.u = child(o.u, 'island');
UPDATE clean SET g = ST_Multi(g) WHERE n % 2 = 1;
CREATE FUNCTION defects(t regclass, tolerance float8) RETURNS TABLE (n int, unit_a unitcode, unit_b unitcode, kind text, geom geometry, area float8, width float8) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT c.n, d.* FROM (SELECT n, coverage_defects(u, g, %s) AS all FROM %s GROUP BY n) c, unnest(c.all) d', tolerance, t);
END
$$;
SELECT cmp_ok((SELECT count(*) FROM clean), '>', 700::bigint, 'there are clean coverages');
SELECT is_empty($$SELECT * FROM defects('clean', 0)$$, 'a clean coverage has no defect');

-- Shifted, deleted, grown, doubled, another unit within.
CREATE TABLE damaged AS SELECT * FROM clean;
CREATE TABLE chosen AS SELECT n, u, row_number() OVER (PARTITION BY n ORDER BY random()) AS k FROM clean;
DELETE FROM damaged d USING chosen c WHERE c.n = d.n AND c.u = d.u AND (c.k = 1 OR (c.k = 2 AND d.n % 2 = 0));
UPDATE damaged d SET g = ST_Translate(g, 30 * random() - 15, 30 * random() - 15) FROM chosen c WHERE c.n = d.n AND c.u = d.u AND c.k BETWEEN 3 AND 3 + d.n % 3;
UPDATE damaged d SET g = ST_Buffer(g, 4, 1) FROM chosen c WHERE c.n = d.n AND c.u = d.u AND c.k = 6 AND d.n % 4 = 1;
INSERT INTO damaged SELECT n, child(u, 'again'), g FROM damaged WHERE n % 6 = 2 AND label(u) = '102';
INSERT INTO damaged SELECT n, child(u, 'within'), ST_Buffer(ST_PointOnSurface(g), 2, 1) FROM damaged WHERE n % 6 = 3 AND label(u) = '102';
-- A whole block of units lies over another one: those in its middle have no edge without a match.
INSERT INTO damaged SELECT n, child(u, 'block'), ST_Translate(g, 137, 59) FROM clean WHERE n % 8 = 7;
SELECT is_empty($$SELECT n, u FROM damaged WHERE NOT ST_IsValid(g)$$, 'damaged coverages are of valid polygons');

CREATE TABLE found AS SELECT * FROM defects('damaged', 1e-6);
CREATE TABLE pair AS
    SELECT a.n, a.u AS unit_a, b.u AS unit_b, ST_Area(ST_Intersection(a.g, b.g)) AS area
      FROM damaged a JOIN damaged b ON b.n = a.n AND b.u > a.u AND b.g && a.g;
-- Bounded regions that nobody covers. Where parts of a union touch in points, such a region is a hole of none of them.
CREATE FUNCTION holes(g geometry) RETURNS TABLE (hole geometry) LANGUAGE sql AS $$
    SELECT f.geom FROM (SELECT (ST_Dump(ST_Polygonize(l.geom))).geom FROM ST_Dump(ST_UnaryUnion(ST_Boundary(g))) l) f WHERE NOT ST_Intersects(ST_PointOnSurface(f.geom), g)
$$;
CREATE TABLE hole AS
    SELECT n, h.hole AS g, ST_Area(h.hole) AS area FROM (SELECT n, ST_Union(g) AS g FROM damaged GROUP BY n) u, holes(u.g) h;
SELECT cmp_ok((SELECT count(*) FROM found WHERE kind = 'overlap'), '>', 100::bigint, 'overlaps are found');
SELECT cmp_ok((SELECT count(*) FROM found WHERE kind = 'gap'), '>', 30::bigint, 'gaps are found');
SELECT is_empty($$SELECT coalesce(f.n, p.n), coalesce(f.unit_a, p.unit_a), coalesce(f.unit_b, p.unit_b), f.area, p.area
                    FROM (SELECT * FROM found WHERE kind = 'overlap') f
                    FULL JOIN (SELECT * FROM pair WHERE area > 1e-3) p ON p.n = f.n AND p.unit_a = f.unit_a AND p.unit_b = f.unit_b
                   WHERE (abs(f.area - p.area) < 1e-4 AND abs(ST_Area(f.geom) - f.area) < 1e-6) IS NOT TRUE AND coalesce(f.area, p.area) > 2e-3$$,
                'overlaps are those of ST_Intersection() of all pairs');
SELECT is_empty($$SELECT coalesce(f.n, h.n), f.area, h.area, f.unit_a, f.unit_b
                    FROM (SELECT *, row_number() OVER (PARTITION BY n ORDER BY area) AS k FROM found WHERE kind = 'gap' AND area > 1e-3) f
                    FULL JOIN (SELECT *, row_number() OVER (PARTITION BY n ORDER BY area) AS k FROM hole WHERE area > 1e-3) h ON h.n = f.n AND h.k = f.k
                   WHERE (abs(f.area - h.area) < 1e-4) IS NOT TRUE$$,
                'gaps are the holes of ST_Union()');
SELECT is_empty($$SELECT f.n, ST_AsText(f.geom) FROM found f WHERE kind = 'gap' AND area > 1e-3
                     AND NOT EXISTS (SELECT FROM hole h WHERE h.n = f.n AND ST_Area(ST_Intersection(h.g, f.geom)) > 0.999 * f.area)$$,
                'each where the hole is');
SELECT is_empty($$SELECT * FROM found WHERE kind <> 'mismatch' AND (NOT ST_IsValid(geom) OR GeometryType(geom) <> 'MULTIPOLYGON' OR ST_SRID(geom) <> 3005)$$,
                'gaps and overlaps are valid multipolygons');
SELECT is_empty($$SELECT f.n, f.unit_a, f.unit_b, s.u, s.length FROM found f,
                         LATERAL (SELECT array_agg(d.u ORDER BY shared_border(d.g, f.geom) DESC, d.u) AS us, array_agg(shared_border(d.g, f.geom) ORDER BY shared_border(d.g, f.geom) DESC) AS lengths
                                    FROM damaged d WHERE d.n = f.n AND d.g && f.geom AND shared_border(d.g, f.geom) > 1e-6) l,
                         LATERAL (SELECT l.us[1], l.us[2], l.lengths[1] - coalesce(l.lengths[2], 0), coalesce(l.lengths[2] - l.lengths[3], 1)) s (u, v, length, next)
                   WHERE f.kind = 'gap' AND f.width > 1e-3 AND ((s.length > 1e-3 AND f.unit_a <> s.u) OR (s.length > 1e-3 AND s.next > 1e-3 AND f.unit_b IS DISTINCT FROM s.v))$$,
                'a gap''s units are those with the longest shares of its border');
SELECT is_empty($$SELECT * FROM found WHERE abs(width - (SELECT max(2 * ST_Area(p.geom) / ST_Perimeter(p.geom)) FROM ST_Dump(found.geom) p)) > 1e-6 AND kind <> 'mismatch'$$,
                'width is twice the area over the perimeter of the widest part');

-- What is narrower than the tolerance is a mismatch, and nothing of it is lost.
CREATE TABLE tolerant AS SELECT * FROM defects('damaged', 0.5);
SELECT is_empty($$SELECT * FROM tolerant WHERE kind <> 'mismatch' AND width < 0.5$$, 'no gap or overlap is narrower than the tolerance');
SELECT is_empty($$(SELECT n, unit_a, unit_b, round(area::numeric, 3) FROM found WHERE kind = 'gap' AND width >= 0.5)
                  EXCEPT SELECT n, unit_a, unit_b, round(area::numeric, 3) FROM tolerant WHERE kind = 'gap'$$, 'wider gaps are the same');
SELECT is_empty($$SELECT * FROM tolerant WHERE kind = 'mismatch' AND GeometryType(geom) <> 'MULTILINESTRING'$$, 'mismatches are lines');

-- ---------- mismatches ----------

-- A point more in the middle of a border, on one side only; or a point less.
CREATE TABLE pointed AS
    SELECT n, u, g, ST_NPoints(g) AS points FROM clean WHERE n IN (3, 6, 9, 12);
UPDATE pointed p SET g = ST_MakePolygon(ST_AddPoint(r, ST_LineInterpolatePoint(ST_MakeLine(ST_PointN(r, 3), ST_PointN(r, 4)), 0.3), 3))
  FROM (SELECT n, u, ST_ExteriorRing(ST_GeometryN(g, 1)) FROM pointed) s (n, u, r) WHERE s.n = p.n AND s.u = p.u AND p.u = 'U.101.101' AND p.n % 2 = 1;
UPDATE pointed SET g = ST_Multi(g);
CREATE TABLE more AS SELECT n, u, CASE u WHEN 'U.101.102' THEN ST_Segmentize(g, 7) ELSE g END AS g FROM clean WHERE n IN (5, 10, 15);
SELECT results_eq($$SELECT n, kind, 'U.101.101' IN (unit_a, unit_b), count(*) FROM defects('pointed', 0.01) GROUP BY 1, 2, 3 ORDER BY 1$$,
                  $$VALUES (3, 'mismatch', true, 1::bigint), (9, 'mismatch', true, 1)$$, 'one point more is one mismatch');
SELECT is_empty($$SELECT d.*, b.length FROM defects('more', 0.01) d
                    JOIN LATERAL (SELECT shared_border(a.g, b.g) AS length FROM clean a, clean b WHERE a.n = d.n AND b.n = d.n AND a.u = d.unit_a AND b.u = d.unit_b) b ON true
                   WHERE d.kind <> 'mismatch' OR d.area > 1e-6 OR 'U.101.102' NOT IN (unit_a, unit_b) OR abs(ST_Length(d.geom) - b.length) > 7 * 9$$,
                'points more all along the borders of a unit are mismatches of these');
SELECT is((SELECT count(*) FROM defects('more', 0.01)), (SELECT count(*) FROM clean a JOIN clean b ON b.n = a.n AND shared_border(a.g, b.g) > 10 AND b.u <> a.u WHERE a.n IN (5, 10, 15) AND a.u = 'U.101.102'),
          'one for each neighbour');

-- ---------- laws ----------

CREATE FUNCTION answer(t text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    r text;
BEGIN
    EXECUTE format('SELECT string_agg(d::text, e''\n'' ORDER BY n, k) FROM (SELECT n, coverage_defects(u, g, 0.01) AS all FROM (%s) x GROUP BY n) c, unnest(c.all) WITH ORDINALITY d (unit_a, unit_b, kind, geom, area, width, k)', t) INTO r;
    RETURN r;
END
$$;
SELECT is(answer('SELECT * FROM damaged ORDER BY random()'), answer('SELECT * FROM damaged ORDER BY n, u'), 'the order of rows does not matter');
SELECT is((SELECT string_agg(d::text, e'\n' ORDER BY k)
             FROM unnest((SELECT coverage_final(coverage_combine(coverage_combine(a.s, b.s), c.s))
                            FROM (SELECT coverage_accum(NULL, u, g, 0.01) AS s FROM damaged WHERE n = 7 ORDER BY u LIMIT 1) a,
                                 (SELECT coverage_accum(coverage_accum(NULL, 'X', NULL, 0.01), u, g, 0.01) AS s FROM damaged WHERE n = 7 ORDER BY u OFFSET 1 LIMIT 1) b,
                                 (SELECT coverage_accum(coverage_accum(NULL, x.u, x.g, 0.01), y.u, y.g, 0.01) AS s
                                    FROM (SELECT * FROM damaged WHERE n = 7 ORDER BY u OFFSET 2 LIMIT 1) x, (SELECT * FROM damaged WHERE n = 7 ORDER BY u OFFSET 3 LIMIT 1) y) c)) WITH ORDINALITY d (unit_a, unit_b, kind, geom, area, width, k)),
          (SELECT string_agg(d::text, e'\n' ORDER BY k) FROM unnest((SELECT coverage_defects(u, g, 0.01) FROM (SELECT * FROM damaged WHERE n = 7 ORDER BY u LIMIT 4) x)) WITH ORDINALITY d (unit_a, unit_b, kind, geom, area, width, k)),
          'parts put together are the whole');
CREATE TABLE many AS SELECT 0 AS n, (u::text || '.n' || n)::unitcode AS u, ST_Translate(g, n * 1000, 0) AS g FROM damaged WHERE n % 5 = 0;
CREATE TABLE answers AS SELECT answer('TABLE many') AS serial;
SET LOCAL work_mem = '64kB';
SELECT is(answer('TABLE many'), serial, 'the same with little memory') FROM answers;
RESET work_mem;
ANALYZE many;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
ALTER TABLE many SET (parallel_workers = 2);
SELECT is((SELECT string_agg(d::text, e'\n' ORDER BY k) FROM unnest((SELECT coverage_defects(u, g, 0.01) FROM many)) WITH ORDINALITY d (unit_a, unit_b, kind, geom, area, width, k)), serial, 'the same by workers') FROM answers;
RESET max_parallel_workers_per_gather;
SELECT is_empty($$SELECT * FROM (SELECT coverage_defects(u, g, 0.01) OVER (ORDER BY u) AS c, row_number() OVER (ORDER BY u) AS k FROM clean WHERE n = 4) w, unnest(w.c) d WHERE d.kind <> 'gap'$$,
                'row by row over a window');

-- ---------- British Columbia ----------

\i demo/bc.sql
SET LOCAL search_path = governance, public;
SET LOCAL client_min_messages = warning;
CREATE TABLE bc AS SELECT dense_rank() OVER (ORDER BY u.hierarchy, u.tier)::int AS n, u.hierarchy || ' ' || u.tier AS tier, u.code AS u, b.geom AS g FROM bc.unit u JOIN bc.boundary b ON b.unit = u.code;
CREATE TABLE bc_found AS SELECT * FROM defects('bc', 0.001);
SELECT is_empty($$SELECT * FROM bc_found f JOIN (SELECT DISTINCT n, tier FROM bc) t USING (n)
                   WHERE kind = 'overlap' AND area > 1 AND tier IN ('admin district', 'admin municipality', 'water precinct')$$,
                'districts, municipalities and precincts have no overlap above 1 m2 within their tier');
SELECT is_empty($$SELECT t.tier, f.count, b.count, f.sum, b.sum
                    FROM (SELECT DISTINCT n, tier FROM bc) t
                    LEFT JOIN (SELECT n, count(*), sum(area) FROM bc_found WHERE kind = 'gap' AND area > 1 GROUP BY n) f USING (n)
                    LEFT JOIN (SELECT n, count(*), sum(ST_Area(h.hole)) FROM (SELECT n, ST_Union(g) AS g FROM bc GROUP BY n) u, holes(u.g) h
                                WHERE ST_Area(h.hole) > 1 GROUP BY n) b USING (n)
                   WHERE f.count IS DISTINCT FROM b.count OR abs(f.sum - b.sum) > 1e-9 * b.sum + 1e-3$$,
                'gaps of every tier are the holes of its union');
SELECT is_empty($$SELECT a.u, b.u, shared_border(a.g, b.g), l.length
                    FROM bc a JOIN bc b ON b.n = a.n AND b.u > a.u AND b.g && a.g, LATERAL (SELECT ST_Length(ST_Intersection(ST_Boundary(a.g), ST_Boundary(b.g)))) l (length)
                   WHERE a.tier IN ('admin district', 'admin municipality') AND abs(shared_border(a.g, b.g) - l.length) > 1e-6 * greatest(l.length, 1)$$,
                'shared_border() is the length of ST_Intersection() of the boundaries');

SELECT * FROM finish();
ROLLBACK;
