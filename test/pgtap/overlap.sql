-- overlap_area() and its like against ST_IsValid() and ST_Area(ST_Intersection()) on random polygons of every kind, their laws, and their cache.
BEGIN;
SELECT plan(31);
SET LOCAL search_path = governance, public;
SET LOCAL client_min_messages = warning;
SELECT setseed(0.2718);

-- ---------- valid or not ----------

-- On a small grid points coincide, edges touch and run along each other, rings lie in one another.
CREATE FUNCTION grid_ring(points int, size int, x int DEFAULT 0, y int DEFAULT 0) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT '(' || string_agg(p, ',' ORDER BY i) || ',' || min(p) FILTER (WHERE i = 1) || ')'
      FROM (SELECT i, x + floor(random() * size)::int || ' ' || y + floor(random() * size)::int AS p FROM generate_series(1, points) i) p
$$;
CREATE FUNCTION verdict(g geometry) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN CASE WHEN overlap_area(g, 'POLYGON EMPTY') = 0 THEN 'valid' ELSE 'no area' END;
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN substring(sqlerrm FROM 'polygon is invalid: (.*)');
END
$$;
CREATE TABLE small AS
SELECT i, ST_GeomFromText('MULTIPOLYGON((' || grid_ring(3 + i % 3, 8) || CASE WHEN i % 2 = 0 THEN ',' || grid_ring(3 + i / 7 % 2, 8) ELSE '' END
       || CASE WHEN i % 5 = 0 THEN ',' || grid_ring(3, 8) ELSE '' END || ')'
       || CASE WHEN i % 3 = 0 THEN ',(' || grid_ring(3 + i / 5 % 2, 8) || ')' ELSE '' END || ')') AS g
  FROM generate_series(1, 12000) i;
SELECT is_empty($$SELECT ST_AsText(g), ST_IsValidReason(g), verdict(g) FROM small WHERE ST_IsValid(g) <> (verdict(g) = 'valid')$$,
                'a small polygon is refused exactly if ST_IsValid() is false');
SELECT set_eq($$SELECT DISTINCT verdict(g) FROM small$$,
              ARRAY['valid', 'self-intersection', 'ring touches itself', 'too few points in a ring', 'hole not directly inside its shell', 'shell inside a polygon', 'interior is disconnected'],
              'for every reason there is');

-- Large enough for an index: many little polygons with a hole each, here and there too near to each other.
CREATE TABLE large AS
SELECT i, ST_GeomFromText('MULTIPOLYGON(' || string_agg(format('((%s %s,%s %s,%s %s,%s %s,%s %s),%s)', x, y, x + 7, y, x + 7, y + 7, x, y + 7, x, y,
           CASE WHEN random() < 0.01 THEN grid_ring(3, 8, x, y) ELSE format('(%s %s,%s %s,%s %s,%s %s)', x + 1, y + 1, x + 1, y + 5, x + 6, y + 2, x + 1, y + 1) END), ',') || ')') AS g
  FROM generate_series(1, 600) i, generate_series(0, 4) a, generate_series(0, 4) b,
       LATERAL (SELECT a * 8 + (random() < 0.02 AND i > 0)::int, b * 8 + (random() < 0.02 AND i > 0)::int) AS c (x, y)
 GROUP BY i;
SELECT is_empty($$SELECT ST_IsValidReason(g), verdict(g) FROM large WHERE ST_IsValid(g) <> (verdict(g) = 'valid')$$,
                'a large polygon is refused exactly if ST_IsValid() is false');
SELECT cmp_ok((SELECT count(*) FROM large WHERE ST_IsValid(g)), '>', 60::bigint, 'some of them are valid');
SELECT cmp_ok((SELECT count(*) FROM large WHERE NOT ST_IsValid(g)), '>', 60::bigint, 'some are not');

-- ---------- areas ----------

-- Stars with crooked holes, valid by how they are made.
CREATE FUNCTION star(points int, x float8, y float8, radius float8, hole boolean, rough float8 DEFAULT 0.6) RETURNS geometry LANGUAGE sql VOLATILE AS $$
    WITH point AS MATERIALIZED (
        SELECT i, 2 * pi() * (i + 0.8 * random()) / points AS angle, radius * (1 - rough * random()) AS r FROM generate_series(1, points) i
    ), ring AS (
        SELECT n, ST_MakeLine(ST_Point(x + part * r * cos(angle), y + part * r * sin(angle)) ORDER BY i) AS line
          FROM point, (VALUES (1, 1.0), (2, 0.5)) AS p (n, part) GROUP BY n
    ), closed AS (
        SELECT n, ST_AddPoint(line, ST_StartPoint(line)) AS line FROM ring
    )
    SELECT CASE WHEN hole THEN ST_MakePolygon(a.line, ARRAY[b.line]) ELSE ST_MakePolygon(a.line) END
      FROM closed a, closed b WHERE a.n = 1 AND b.n = 2
$$;
CREATE TABLE pair (kind text, a geometry, b geometry);
INSERT INTO pair
    SELECT 'grid', a.g, b.g FROM small a JOIN small b ON b.i = a.i % 11000 + 1 + a.i % 7 WHERE ST_IsValid(a.g) AND ST_IsValid(b.g);
INSERT INTO pair
    SELECT 'grid, many', a.g, b.g FROM large a JOIN large b ON b.i > a.i AND b.i < a.i + 6 WHERE ST_IsValid(a.g) AND ST_IsValid(b.g);
INSERT INTO pair
    SELECT 'grid, one and many', a.g, b.g FROM large a JOIN small b ON b.i % 60 = a.i % 60 WHERE a.i < 100 AND ST_IsValid(a.g) AND ST_IsValid(b.g);
INSERT INTO pair
    SELECT 'stars', star(5 + i % 20, 0, 0, 1, i % 2 = 0), star(5 + i % 17, random(), random(), 1, i % 3 = 0) FROM generate_series(1, 1000) i;
INSERT INTO pair
    SELECT 'stars far away', star(5 + i % 20, 5e6, 5e6, 1, i % 2 = 0), star(5 + i % 17, 5e6 + random(), 5e6 + random(), 1, i % 3 = 0) FROM generate_series(1, 500) i;
INSERT INTO pair
    SELECT 'large stars', star(100 + i * 3, 1e6, 1e6, 1000, i % 2 = 0), star(5 + i % 17, 1e6 + 1000 * random(), 1e6, 300, i % 3 = 0) FROM generate_series(1, 300) i;
INSERT INTO pair
    SELECT 'two large stars', star(100 + i * 3, 1e6, 1e6, 1000, i % 2 = 0), star(300 + i % 17, 1e6 + 1000 * random(), 1e6, 800, i % 3 = 0) FROM generate_series(1, 100) i;
INSERT INTO pair
    SELECT 'identical', g, g FROM (SELECT star(5 + i, 1e5 * random(), 1e5 * random(), 100, i % 2 = 0) AS g FROM generate_series(1, 200) i) s;
INSERT INTO pair
    SELECT 'nested', g, ST_Buffer(g, 10) FROM (SELECT star(5 + i, 1e5 * random(), 1e5 * random(), 100, i % 2 = 0) AS g FROM generate_series(1, 100) i) s;
-- Thousands of points within or beside more of them: with true such a one is told by its box alone, unless it is kept.
INSERT INTO pair
    SELECT 'many within more', star(4000, 0, 0, 1000, false, 0.1), star(1500 + 10 * i, 40 * i - 1200, 0, 30, false) FROM generate_series(1, 60) i;
-- Neighbours that share a crooked border, and pieces of a whole: all points of the one are points of the other.
INSERT INTO pair
    SELECT 'shared border', ST_MakePolygon(ST_MakeLine(line || ARRAY[ST_Point(x - 9, y + 20), ST_Point(x - 9, y), line[1]])),
           ST_MakePolygon(ST_MakeLine(line || ARRAY[ST_Point(x + 9, y + 20), ST_Point(x + 9, y), line[1]]))
      FROM (SELECT x, y, array_agg(ST_Point(x + 4 * random(), y + k) ORDER BY k) AS line
              FROM (SELECT i, 1e6 * random(), 1e6 * random() FROM generate_series(1, 300) i) p (i, x, y), generate_series(0, 20) k GROUP BY i, x, y) l;
INSERT INTO pair
    SELECT 'slivers', ST_MakePolygon(ST_MakeLine(ARRAY[ST_Point(x, y), ST_Point(x + 1000, y + h), ST_Point(x + 2000, y), ST_Point(x + 1000, y + h + 1e-6), ST_Point(x, y)])),
           star(9, x + 1000, y, 700, false)
      FROM (SELECT 1e4 * random(), 1e4 * random(), random() FROM generate_series(1, 300)) p (x, y, h);
DELETE FROM pair WHERE NOT ST_IsValid(a) OR NOT ST_IsValid(b);

/*
 * What is promised: 2^-48 times the extent of both, times the smaller one's perimeter, times the other's number of
 * edges. ST_Intersection() rounds the points it makes to doubles, which moves its border by up to 2^-52 times the coordinates.
 */
CREATE FUNCTION bound(a geometry, b geometry) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
    SELECT 2.0 ^ -48 * (greatest(ST_XMax(u), ST_YMax(u)) - least(ST_XMin(u), ST_YMin(u)) + 1e-300)
           * least(ST_Perimeter(a) * ST_NPoints(b), ST_Perimeter(b) * ST_NPoints(a))
         + 2.0 ^ -51 * greatest(abs(ST_XMax(u)), abs(ST_YMax(u)), abs(ST_XMin(u)), abs(ST_YMin(u))) * (ST_Perimeter(a) + ST_Perimeter(b))
      FROM ST_Expand(ST_Collect(ST_Envelope(a), ST_Envelope(b)), 0) AS u
$$;
CREATE TABLE result AS
SELECT kind, a, b, overlap_area(a, b) AS ours, overlap_area(b, a) AS mirrored, overlap_area(a, b, true) AS unchecked,
       ST_Area(ST_Intersection(a, b)) AS theirs, bound(a, b) AS bound FROM pair;
SELECT cmp_ok((SELECT min(n) FROM (SELECT count(*) AS n FROM result GROUP BY kind) k), '>=', 60::bigint, 'there are pairs of every kind');
SELECT cmp_ok((SELECT count(*) FROM result), '>', 3000::bigint, 'thousands of them');
SELECT cmp_ok((SELECT count(*) FROM result WHERE theirs > 0), '>', 2000::bigint, 'most with something in common');
SELECT is_empty($$SELECT kind, ours, theirs, ours - theirs, bound, ST_AsText(a), ST_AsText(b) FROM result WHERE abs(ours - theirs) > bound$$,
                'overlap_area() is ST_Area(ST_Intersection()) within the bound');
SELECT is_empty($$SELECT kind, ours, mirrored FROM result WHERE abs(ours - mirrored) > bound$$, 'the order does not matter');
SELECT is_empty($$SELECT kind, ours, unchecked FROM result WHERE ours <> unchecked$$, 'unchecked is the same');
-- The copies in this table have not been met: none is kept.
SELECT is_empty($$SELECT kind, ours, overlap_area(a, b, true) FROM result WHERE ours <> overlap_area(a, b, true)$$, 'nor does it matter what is kept');
SELECT is_empty($$SELECT kind, ours FROM result WHERE ours < 0 OR ours > least(ST_Area(a), ST_Area(b)) + bound$$, 'never negative, never more than either');
SELECT is_empty($$SELECT kind, ours FROM result WHERE kind = 'identical' AND abs(ours - ST_Area(a)) > bound$$, 'all of itself');
SELECT is_empty($$SELECT kind, ours, overlap_share(a, b) FROM result
                   WHERE abs(overlap_share(a, b) * ST_Area(a) - ours) > bound OR abs(covers_area(b, a) + ours - ST_Area(a)) > bound$$,
                'share and what is left fit the area');
SELECT is_empty($$SELECT g, sum(overlap_area(g, ST_MakeEnvelope(x + i * w, y + j * h, x + (i + 1) * w, y + (j + 1) * h)))
                    FROM (SELECT a, max(bound) FROM result WHERE kind IN ('large stars', 'grid, many') GROUP BY a) r (g, bound),
                         LATERAL (SELECT ST_XMin(g), ST_YMin(g), (ST_XMax(g) - ST_XMin(g)) / 4, (ST_YMax(g) - ST_YMin(g)) / 4) AS e (x, y, w, h),
                         generate_series(-1, 4) i, generate_series(-1, 4) j
                   GROUP BY g
                  HAVING abs(sum(overlap_area(g, ST_MakeEnvelope(x + i * w, y + j * h, x + (i + 1) * w, y + (j + 1) * h))) - ST_Area(g)) > 40 * max(bound)$$,
                'pieces of the plane add up to the whole');

-- ---------- near a box ----------

-- Thinned and then clipped is clipped, wherever the box lies; an edge may be cut from its other end, hence rounded otherwise.
CREATE TABLE thin AS
SELECT r.a, e.box, ST_ClipByBox2D(ST_GeomFromWKB(polygon_near(r.a, e.box, w)), ST_Expand(e.box::box2d, w / 2)) AS thinned, ST_ClipByBox2D(r.a, ST_Expand(e.box::box2d, w / 2)) AS clipped,
       length(polygon_near(r.a, e.box, w)) AS size
  FROM (SELECT DISTINCT a FROM result WHERE kind IN ('large stars', 'two large stars', 'grid, many')) r
 CROSS JOIN LATERAL (SELECT ST_XMin(a), ST_YMin(a), (ST_XMax(a) - ST_XMin(a)) / 7) AS b (x, y, w)
 CROSS JOIN generate_series(-1, 7, 2) i CROSS JOIN generate_series(-1, 7, 2) j
 CROSS JOIN LATERAL (SELECT ST_MakeEnvelope(x + i * w, y + j * w, x + (i + 1) * w, y + (j + 1) * w)) AS e (box);
SELECT is_empty($$SELECT ST_AsText(box) FROM thin WHERE ST_IsEmpty(thinned) <> ST_IsEmpty(clipped) OR ST_HausdorffDistance(thinned, clipped) > 1e-8 OR ST_NPoints(thinned) <> ST_NPoints(clipped)$$,
                'what polygon_near() leaves out is not missed within the box');
SELECT ok(avg(size) < 0.5 * avg(16 * ST_NPoints(a)) AND bool_or(NOT ST_IsEmpty(clipped)), 'most is left out') FROM thin;

-- ---------- 200 000 points ----------

CREATE TABLE huge AS SELECT star(200000, 3e5, 3e5, 1e5, true, 2e-4) AS g;
SELECT ok(abs(overlap_area(g, g) - ST_Area(g)) < 1e-9 * ST_Area(g), 'a polygon of 400 000 points covers itself') FROM huge;
SELECT is_empty($$SELECT x, y FROM huge, generate_series(200000, 400000, 40000) x, generate_series(200000, 400000, 40000) y
                   WHERE abs(overlap_area(ST_MakeEnvelope(x, y, x + 900, y + 900), g) - ST_Area(ST_Intersection(ST_ClipByBox2D(g, ST_MakeEnvelope(x - 9, y - 9, x + 999, y + 999)), ST_MakeEnvelope(x, y, x + 900, y + 900)))) > 1e-3$$,
                'and is read wherever it is asked');

-- ---------- the cache ----------

-- Out of line, compressed in the row, plain; whatever the limit, whichever is met first.
CREATE TABLE kept (i int, g geometry);
ALTER TABLE kept ALTER g SET STORAGE EXTERNAL;
INSERT INTO kept SELECT i, star(1500, 100 * i, 0, 300, i % 2 = 0) FROM generate_series(1, 30) i;
CREATE FUNCTION everything() RETURNS float8[] LANGUAGE sql VOLATILE AS $$
    SELECT array_agg(overlap_area(a.g, b.g) ORDER BY a.i, b.i) FROM kept a, kept b
$$;
CREATE FUNCTION memory() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(sum(total_bytes), 0)::bigint FROM pg_backend_memory_contexts WHERE name = 'governance overlap operand'
$$;
CREATE TABLE answer AS SELECT everything() AS areas;
SELECT cmp_ok(memory(), '>', 30 * 1500 * 16::bigint, 'operands are kept during the transaction');
SET LOCAL governance.overlap_cache = '300kB';
SELECT is(everything(), areas, 'the same with room for a few') FROM answer;
SELECT cmp_ok(memory(), '<=', 300 * 1024::bigint, 'and no more room is taken');
SET LOCAL governance.overlap_cache = 0;
SELECT is(everything(), areas, 'the same without a cache') FROM answer;
SET LOCAL governance.overlap_cache = '64MB';
SELECT is_empty($$SELECT a.i, b.i FROM kept a JOIN kept b ON b.i BETWEEN a.i AND a.i + 3
                   WHERE overlap_area(a.g, b.g) <> overlap_area(ST_Translate(a.g, 0, 0), ST_Translate(b.g, 0, 0))$$,
                'the same for values that are not in a table');
-- A row that changes has another value, also in the transaction that changes it, also when that is undone.
UPDATE kept SET g = ST_Translate(g, 0, 50) WHERE i % 2 = 0;
SAVEPOINT before;
UPDATE kept SET g = ST_Translate(g, 0, 70) WHERE i % 3 = 0;
SELECT is_empty($$SELECT a.i, b.i FROM kept a JOIN kept b ON b.i BETWEEN a.i AND a.i + 3 WHERE overlap_area(a.g, b.g) <> overlap_area(ST_Translate(a.g, 0, 0), ST_Translate(b.g, 0, 0))$$, 'after a change, the new one');
ROLLBACK TO before;
SELECT is_empty($$SELECT a.i, b.i FROM kept a JOIN kept b ON b.i BETWEEN a.i AND a.i + 3 WHERE overlap_area(a.g, b.g) <> overlap_area(ST_Translate(a.g, 0, 0), ST_Translate(b.g, 0, 0))$$, 'after a change undone, the old one');

-- An error in between leaves nothing behind that is half done: what is cancelled can be asked again, what is invalid is
-- invalid again, and what was kept before is as it was.
CREATE TABLE comb AS
    SELECT g, ST_Rotate(g, pi() / 2, 2e4, 2e4) AS turned
      FROM (SELECT ST_MakePolygon(ST_MakeLine(array_agg(ST_Point(CASE WHEN i % 2 = 0 THEN 0 ELSE 4e4 END, i) ORDER BY i) || ARRAY[ST_Point(-1, 40000), ST_Point(-1, 0), ST_Point(0, 0)])) AS g
              FROM generate_series(0, 40000) i) c;
CREATE FUNCTION until_cancelled() RETURNS interval LANGUAGE plpgsql AS $$
BEGIN
    PERFORM overlap_area(g, turned) FROM comb;
    RETURN '1 day';
EXCEPTION WHEN query_canceled THEN
    RETURN clock_timestamp() - statement_timestamp();
END
$$;
CREATE TABLE wrong AS SELECT ST_SetPoint(ST_ExteriorRing(g), 1, ST_PointN(ST_ExteriorRing(g), 800)) AS ring FROM kept WHERE i = 1;
CREATE FUNCTION refused() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN overlap_area(ST_MakePolygon(ring), ST_MakeEnvelope(0, 0, 1, 1)) FROM wrong;
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN sqlstate;
END
$$;
SELECT ok(overlap_area(g, g) > 0, 'two combs of 40 000 teeth, ...') FROM comb;
SET LOCAL statement_timeout = '500ms';
CREATE TEMP TABLE took AS SELECT until_cancelled() AS t;
SET LOCAL statement_timeout = 0;
SELECT cmp_ok(t, '<', interval '15s', '... whose common area takes a minute, can be interrupted') FROM took;
SELECT is(ARRAY[refused(), refused()], '{22023,22023}'::text[], 'an invalid one is refused each time');
SELECT ok(abs(overlap_area(c.g, c.g) - ST_Area(c.g)) < 1e-6 * ST_Area(c.g) AND abs(overlap_area(c.turned, c.turned) - ST_Area(c.g)) < 1e-6 * ST_Area(c.g), 'afterwards both are read as they are')
  FROM comb c;

SELECT * FROM finish();
ROLLBACK;
