-- Gaps, overlaps and mismatches: exact small cases, and what is refused.
\set SHOW_CONTEXT never
SET search_path = governance, public;

CREATE FUNCTION show(VARIADIC polygons text[]) RETURNS TABLE (unit_a unitcode, unit_b unitcode, kind text, geom text, area float8, width float8) LANGUAGE sql AS $$
    SELECT d.unit_a, d.unit_b, d.kind, ST_AsText(d.geom), round(d.area::numeric, 6), round(d.width::numeric, 6)
      FROM unnest((SELECT coverage_defects(chr(64 + i::int)::unitcode, p::geometry, 0.1) FROM unnest(polygons) WITH ORDINALITY x (p, i))) d
$$;
\echo neighbours
SELECT * FROM show('POLYGON((0 0,4 0,4 4,0 4,0 0))', 'POLYGON((4 0,8 0,8 4,4 4,4 0))');
\echo apart, and in a corner
SELECT * FROM show('POLYGON((0 0,4 0,4 4,0 4,0 0))', 'POLYGON((4 4,8 4,8 8,4 8,4 4))', 'POLYGON((40 0,80 0,80 4,40 4,40 0))');
\echo overlap
SELECT * FROM show('POLYGON((0 0,4 0,4 4,0 4,0 0))', 'POLYGON((3 1,8 1,8 4,3 4,3 1))');
\echo one in the other, and the same twice
SELECT * FROM show('POLYGON((0 0,4 0,4 4,0 4,0 0))', 'POLYGON((1 1,2 1,2 2,1 2,1 1))', 'POLYGON((0 0,4 0,4 4,0 4,0 0))');
\echo three over each other
SELECT * FROM show('POLYGON((0 0,4 0,4 4,0 4,0 0))', 'POLYGON((2 0,6 0,6 4,2 4,2 0))', 'POLYGON((3 0,7 0,7 4,3 4,3 0))');
\echo gap
SELECT * FROM show('POLYGON((0 0,9 0,9 3,6 3,6 2,3 2,3 3,0 3,0 0))', 'POLYGON((0 3,3 3,3 4,6 4,6 3,9 3,9 6,0 6,0 3))');
\echo hole in one unit, and the same with its enclave
SELECT * FROM show('POLYGON((0 0,9 0,9 9,0 9,0 0),(3 3,6 3,6 6,3 6,3 3))');
SELECT * FROM show('POLYGON((0 0,9 0,9 9,0 9,0 0),(3 3,6 3,6 6,3 6,3 3))', 'POLYGON((3 3,6 3,6 6,3 6,3 3))');
\echo an island in a gap
SELECT * FROM show('POLYGON((0 0,9 0,9 9,0 9,0 0),(2 2,7 2,7 7,2 7,2 2))', 'POLYGON((3 3,6 3,6 6,3 6,3 3))');
\echo a bay that closes in a point
SELECT * FROM show('POLYGON((0 0,4 0,4 4,2 4,2 2,0 2,0 0))', 'POLYGON((0 2,2 4,0 4,0 2))');
\echo a point more on one side
SELECT * FROM show('POLYGON((0 0,4 0,4 2,4 4,0 4,0 0))', 'POLYGON((4 0,8 0,8 4,4 4,4 0))');
\echo beside it, within the tolerance, and beyond
SELECT * FROM show('POLYGON((0 0,4 0,4.05 2,4 4,0 4,0 0))', 'POLYGON((4 0,8 0,8 4,4 4,4 0))');
SELECT * FROM show('POLYGON((0 0,4 0,3.5 2,4 4,0 4,0 0))', 'POLYGON((4 0,8 0,8 4,4 4,4 0))');
\echo a crack in one unit
SELECT * FROM show('POLYGON((0 0,9 0,9 9,0 9,0 0),(3 3,6 3,6 3.05,3 3.05,3 3))');
\echo corners of four, repeated points, parts, heights
SELECT * FROM show('POLYGON((0 0,4 0,4 0,4 0,4 4,0 4,0 0))', 'MULTIPOLYGON(((4 0,8 0,8 4,4 4,4 4,4 0)),((0 4,4 4,4 8,0 8,0 4)))', 'POLYGON Z((4 4 1,8 4 2,8 8 3,4 8 4,4 4 1))');
\echo nothing
SELECT * FROM show('POLYGON EMPTY', NULL, 'MULTIPOLYGON EMPTY');
SELECT coverage_defects(u, g, 1) FROM (VALUES ('A'::unitcode, 'POLYGON EMPTY'::geometry)) v (u, g) WHERE false;
SELECT coverage_defects(NULL::unitcode, NULL::geometry, 1);
\echo rows of one unit are one unit, but may not lie over each other
SELECT unit_a, unit_b, kind, area FROM unnest((SELECT coverage_defects('A', g::geometry, 0) FROM (VALUES ('POLYGON((0 0,4 0,4 4,0 4,0 0))'), ('POLYGON((4 0,8 0,8 4,4 4,4 0))'), ('POLYGON((7 0,9 0,9 4,7 4,7 0))')) v (g)));

-- what is refused
SELECT coverage_defects('A', 'POLYGON((0 0,4 4,4 0,0 4,0 0))'::geometry, 0);
SELECT coverage_defects('A', 'POLYGON((0 0,4 0,4 4,2 4,2 9,2 4,0 4,0 0))'::geometry, 0);
SELECT coverage_defects('A', 'MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0)),((2 2,6 2,6 6,2 6,2 2)))'::geometry, 0);
SELECT coverage_defects('A', 'POLYGON((0 0,4 0,4 4,0 4,0 0),(5 5,6 5,6 6,5 5))'::geometry, 0);
SELECT coverage_defects('A', 'GEOMETRYCOLLECTION(POLYGON((0 0,4 0,4 4,0 4,0 0)))'::geometry, 0);
SELECT coverage_defects('A', 'CURVEPOLYGON(CIRCULARSTRING(0 0,2 2,4 0,2 -2,0 0))'::geometry, 0);
SELECT coverage_defects('A', ST_MakePolygon(ST_MakeLine(ARRAY[ST_Point(0, 0), ST_Point(1, 'NaN'), ST_Point(1, 1), ST_Point(0, 0)])), 0);
SELECT coverage_defects('A', g::geometry, 0) FROM (VALUES ('SRID=3005;POLYGON((0 0,4 0,4 4,0 4,0 0))'), ('SRID=6933;POLYGON((0 0,4 0,4 4,0 4,0 0))')) v (g);
SELECT coverage_defects(NULL, 'POLYGON((0 0,4 0,4 4,0 4,0 0))'::geometry, 0);
SELECT coverage_defects('A', 'POLYGON((0 0,4 0,4 4,0 4,0 0))'::geometry, NULL);
SELECT coverage_defects('A', 'POLYGON((0 0,4 0,4 4,0 4,0 0))'::geometry, -1);
SELECT coverage_defects('A', 'POLYGON((0 0,4 0,4 4,0 4,0 0))'::geometry, 'NaN');
SELECT coverage_defects('A', 'POLYGON((0 0,4 0,4 4,0 4,0 0))'::geometry, 'Infinity');
SELECT coverage_defects('A', 'POLYGON((0 0,4 0,4 4,0 4,0 0))'::geometry, t) FROM (VALUES (1), (2)) v (t);
SELECT cardinality(coverage_defects('A', 'SRID=4326;POLYGON((0 0,4 0,4 4,0 4,0 0))'::geometry, 0)) AS degrees_are_numbers;

-- states: what is no state is refused, and so is one that was tampered with
SELECT coverage_final(NULL);
SELECT coverage_combine(NULL, NULL) IS NULL AS none;
SELECT coverage_final('');
SELECT coverage_final('\x00112233445566778899aabbccddeeff');
CREATE TABLE state AS SELECT coverage_accum(coverage_accum(NULL, 'A.b', 'POLYGON((0 0,4 0,4 4,0 4,0 0))', 0.1), 'A.c', 'POLYGON((1 1,2 1,2 2,1 2,1 1))', 0.1) AS s;
SELECT cardinality(coverage_final(s)) FROM state;
SELECT cardinality(coverage_final(coverage_combine(s, s))) FROM state;
SELECT coverage_combine(s, coverage_accum(NULL, 'A', NULL, 0.2)) FROM state;
DO $$
DECLARE
    s bytea := (SELECT st.s FROM state st);
    refused int := 0;
    taken int := 0;
BEGIN
    FOR i IN 0..length(s) - 1 BY 3 LOOP
        FOR v IN 0..3 LOOP
            BEGIN
                PERFORM coverage_final(CASE v WHEN 0 THEN substr(s, 1, i) WHEN 1 THEN set_byte(s, i, 255) WHEN 2 THEN set_byte(s, i, 0) ELSE set_byte(s, i, get_byte(s, i) # 64) END);
                taken := taken + 1;
            EXCEPTION WHEN data_exception OR data_corrupted OR feature_not_supported OR program_limit_exceeded THEN
                refused := refused + 1;
            END;
        END LOOP;
    END LOOP;
    RAISE NOTICE 'some are refused: %, the others do no harm: %', refused > 100, taken > 30;
END
$$;

-- a polygon of 200 000 points with a hole that another fills, but for a point
CREATE TABLE large AS
    WITH ring AS (SELECT ST_MakeLine(ST_Point(1000 * cos(2 * pi() * i / 200000), 1000 * sin(2 * pi() * i / 200000)) ORDER BY i) AS line FROM generate_series(0, 199999) i)
    SELECT ST_MakePolygon(ST_AddPoint(line, ST_StartPoint(line))) AS g FROM ring;
SELECT d.unit_a, d.unit_b, d.kind, d.area > 0 AND d.area < 1e-6 AS small, d.width < 1e-6 AS narrow, ST_NPoints(d.geom) AS points
  FROM large, unnest((SELECT coverage_defects(u, v.g, 0) FROM (VALUES ('B'::unitcode, large.g),
       ('A', ST_MakePolygon(ST_ExteriorRing(ST_MakeEnvelope(-2000, -2000, 2000, 2000)), ARRAY[ST_RemovePoint(ST_ExteriorRing(large.g), 7)]))) v (u, g))) d;

-- what borders have in common
SELECT shared_border('POLYGON((0 0,4 0,4 4,0 4,0 0))', 'POLYGON((4 0,8 0,8 4,4 4,4 0))') AS alike,
       shared_border('POLYGON((0 0,4 0,4 1,4 4,0 4,0 0))', 'POLYGON((4 -2,8 0,8 4,4 2,4 -2))') AS points_differ,
       shared_border('POLYGON((0 0,4 0,4 4,0 4,0 0))', 'POLYGON((4 4,8 4,8 8,4 8,4 4))') AS corner,
       shared_border('POLYGON((0 0,4 0,4 4,0 4,0 0))', 'POLYGON((40 4,80 4,80 8,40 8,40 4))') AS apart,
       shared_border('POLYGON((0 0,4 0,4 4,0 4,0 0))', 'POLYGON((0 0,2 0,2 2,0 2,0 0))') AS inside,
       shared_border('POLYGON((0 0,9 0,9 9,0 9,0 0),(3 3,6 3,6 6,3 6,3 3))', 'POLYGON((3 3,6 3,6 6,3 6,3 3))') AS enclave,
       shared_border('POLYGON((0 0,4 0,4 4,0 4,0 0))', 'POLYGON EMPTY') AS empty;
SELECT shared_border('SRID=3005;POLYGON((0 0,4 0,4 4,0 4,0 0))', 'POLYGON((0 0,4 0,4 4,0 4,0 0))');
SELECT shared_border('LINESTRING(0 0,4 0)', 'POLYGON((0 0,4 0,4 4,0 4,0 0))');
DROP FUNCTION show;
DROP TABLE state, large;
SET search_path = '';
SELECT d.kind, d.area FROM pg_catalog.unnest((SELECT governance.coverage_defects('A', g, 0.1) FROM (VALUES (public.ST_MakeEnvelope(0, 0, 2, 2)), (public.ST_MakeEnvelope(1, 1, 3, 3))) v (g))) d;
