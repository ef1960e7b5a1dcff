-- Areas common to two polygons: exact small cases, and what is refused.
\set SHOW_CONTEXT never
SET search_path = governance, public;

CREATE TABLE pair (n serial, name text, a geometry, b geometry);
INSERT INTO pair (name, a, b) VALUES
    ('corner',            'POLYGON((0 0,4 0,4 4,0 4,0 0))', 'POLYGON((3 3,7 3,7 7,3 7,3 3))'),
    ('identical',         'POLYGON((0 0,4 0,4 4,0 4,0 0))', 'POLYGON((0 0,4 0,4 4,0 4,0 0))'),
    ('other way round',   'POLYGON((0 0,0 4,4 4,4 0,0 0))', 'POLYGON((4 4,0 4,0 0,4 0,4 4))'),
    ('nested',            'POLYGON((0 0,4 0,4 4,0 4,0 0))', 'POLYGON((1 1,2 1,2 3,1 3,1 1))'),
    ('common border',     'POLYGON((0 0,4 0,4 4,0 4,0 0))', 'POLYGON((4 0,8 0,8 4,4 4,4 0))'),
    ('common corner',     'POLYGON((0 0,4 0,4 4,0 4,0 0))', 'POLYGON((4 4,8 4,8 8,4 8,4 4))'),
    ('apart',             'POLYGON((0 0,4 0,4 4,0 4,0 0))', 'POLYGON((9 9,10 9,10 10,9 9))'),
    ('apart, boxes meet', 'POLYGON((0 0,8 0,8 1,1 1,1 8,0 8,0 0))', 'POLYGON((2 2,8 2,8 8,2 8,2 2))'),
    ('cross',             'POLYGON((0 3,10 3,10 5,0 5,0 3))', 'POLYGON((4 0,6 0,6 8,4 8,4 0))'),
    ('hole in one',       'POLYGON((0 0,8 0,8 8,0 8,0 0),(2 2,6 2,6 6,2 6,2 2))', 'POLYGON((1 1,7 1,7 7,1 7,1 1))'),
    ('hole filled',       'POLYGON((0 0,8 0,8 8,0 8,0 0),(2 2,6 2,6 6,2 6,2 2))', 'POLYGON((2 2,6 2,6 6,2 6,2 2))'),
    ('hole in both',      'POLYGON((0 0,8 0,8 8,0 8,0 0),(2 2,6 2,6 6,2 6,2 2))', 'POLYGON((0 0,8 0,8 8,0 8,0 0),(5 5,7 5,7 7,5 7,5 5))'),
    ('hole touches shell', 'POLYGON((0 0,8 0,8 8,0 8,0 0),(0 0,4 2,2 4,0 0))', 'POLYGON((0 0,8 0,8 8,0 8,0 0))'),
    ('island in a hole',  'MULTIPOLYGON(((0 0,8 0,8 8,0 8,0 0),(1 1,7 1,7 7,1 7,1 1)),((3 3,5 3,5 5,3 5,3 3)))', 'POLYGON((0 0,4 0,4 4,0 4,0 0))'),
    ('parts that touch',  'MULTIPOLYGON(((0 0,2 0,2 2,0 2,0 0)),((2 2,4 2,4 4,2 4,2 2)))', 'POLYGON((1 1,3 1,3 3,1 3,1 1))'),
    ('slanting',          'POLYGON((0 0,4 4,0 8,-4 4,0 0))', 'POLYGON((0 2,4 6,0 10,-4 6,0 2))'),
    ('heights left out',  'POLYGON Z((0 0 5,4 0 5,4 4 5,0 4 5,0 0 5))', 'POLYGON ZM((1 1 0 9,3 1 0 9,3 3 7 9,1 3 0 9,1 1 0 9))'),
    ('measures left out', 'POLYGON M((0 0 NaN,4 0 5,4 4 5,0 4 5,0 0 NaN))', 'MULTIPOLYGON Z(((1 1 0,3 1 0,3 3 7,1 3 0,1 1 0)))'),
    ('repeated points',   'POLYGON((0 0,0 0,4 0,4 0,4 0,4 4,0 4,0 0))', 'POLYGON((0 0,2 0,2 4,0 4,0 4,0 0))'),
    ('points on a line',  'POLYGON((0 0,1 0,2 0,4 0,4 4,0 4,0 0))', 'POLYGON((0 0,2 0,2 4,2 5,0 5,0 0))'),
    ('sliver',            'POLYGON((0 0,1024 0,1024 0.0009765625,0 0.0009765625,0 0))', 'POLYGON((0 -1,512 -1,512 1,0 1,0 -1))'),
    ('far from the origin', 'POLYGON((1000000000 1000000000,1000000001 1000000000,1000000001 1000000001,1000000000 1000000001,1000000000 1000000000))',
                          'POLYGON((1000000000.5 1000000000,1000000001 1000000000,1000000001 1000000001,1000000000.5 1000000001,1000000000.5 1000000000))'),
    ('empty',             'POLYGON EMPTY', 'POLYGON((0 0,4 0,4 4,0 4,0 0))'),
    ('empty multipolygon', 'POLYGON((0 0,4 0,4 4,0 4,0 0))', 'MULTIPOLYGON EMPTY'),
    ('an empty part',     'POLYGON((0 0,4 0,4 4,0 4,0 0))', 'MULTIPOLYGON(EMPTY,((0 0,4 0,4 1,0 1,0 0)))'),
    ('empty collection',  'GEOMETRYCOLLECTION EMPTY', 'POLYGON EMPTY');
SELECT name, overlap_area(a, b) AS area, overlap_area(b, a) = overlap_area(a, b) AS symmetric, overlap_share(a, b) AS share, overlap_share(b, a) AS other_share,
       covers_area(a, b) AS uncovered, covers_area(b, a) AS other_uncovered
  FROM pair ORDER BY n;
SELECT bool_and(overlap_area(a, b) = overlap_area(a, b, true) AND covers_area(a, b) = covers_area(a, b, true) AND covers_area(a, b) = covers_area(a, b, false)
                AND overlap_share(a, b) IS NOT DISTINCT FROM overlap_share(a, b, true)) AS vouched_for_is_the_same
  FROM pair;
SELECT overlap_area(NULL, 'POLYGON EMPTY') IS NULL AND overlap_share('POLYGON EMPTY', NULL) IS NULL AND covers_area(NULL, 'POLYGON EMPTY') IS NULL AS null_in_null_out;

-- not polygons
SELECT overlap_area('POINT(1 1)', 'POLYGON EMPTY');
SELECT overlap_area('POLYGON EMPTY', 'POINT EMPTY');
SELECT overlap_area('POLYGON EMPTY', 'LINESTRING(0 0,1 1)');
SELECT overlap_area('POLYGON EMPTY', 'MULTILINESTRING((0 0,1 1))');
SELECT overlap_share('POLYGON EMPTY', 'GEOMETRYCOLLECTION(POLYGON((0 0,4 0,4 4,0 4,0 0)))');
SELECT covers_area('POLYGON EMPTY', 'CURVEPOLYGON(CIRCULARSTRING(0 0,2 2,4 0,2 -2,0 0))');
SELECT overlap_area('MULTISURFACE(CURVEPOLYGON(CIRCULARSTRING(0 0,2 2,4 0,2 -2,0 0)))', 'POLYGON EMPTY');
SELECT overlap_area('TRIANGLE((0 0,1 0,1 1,0 0))', 'POLYGON EMPTY');
SELECT overlap_area('TIN(((0 0,1 0,1 1,0 0)))', 'POLYGON EMPTY');
SELECT overlap_area('POLYHEDRALSURFACE(((0 0,1 0,1 1,0 0)))', 'POLYGON EMPTY');
SELECT overlap_area('POLYGON((0 0,4 0,4 4,0 4,0 0))'::geography::geometry, 'SRID=4326;POLYGON((0 0,4 0,4 1,0 1,0 0))') AS degrees_are_numbers;

-- two spatial references
SELECT overlap_area('SRID=3005;POLYGON((0 0,4 0,4 4,0 4,0 0))', 'SRID=6933;POLYGON((0 0,4 0,4 4,0 4,0 0))');
SELECT overlap_area('SRID=3005;POLYGON EMPTY', 'POLYGON EMPTY');

-- no numbers
SELECT overlap_area(ST_MakePolygon(ST_MakeLine(ARRAY[ST_Point(0, 0), ST_Point(1, 'NaN'), ST_Point(1, 1), ST_Point(0, 0)])), 'POLYGON EMPTY');
SELECT overlap_area('POLYGON EMPTY', ST_MakePolygon(ST_MakeLine(ARRAY[ST_Point(0, 0), ST_Point('Infinity', 1), ST_Point(1, 1), ST_Point(0, 0)])));
SELECT overlap_area('POLYGON((0 0,1e101 0,1 1,0 0))', 'POLYGON EMPTY');

-- not valid: refused on either side, unless the caller vouches for it
CREATE TABLE bad (n serial, name text, g geometry);
INSERT INTO bad (name, g) VALUES
    ('bow-tie',             'POLYGON((0 0,4 4,4 0,0 4,0 0))'),
    ('spike',               'POLYGON((0 0,4 0,4 4,2 4,2 9,2 4,0 4,0 0))'),
    ('touches itself',      'POLYGON((0 0,4 0,4 4,2 0,0 4,0 0))'),
    ('overlapping parts',   'MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0)),((2 2,6 2,6 6,2 6,2 2)))'),
    ('part twice',          'MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0)),((0 0,4 0,4 4,0 4,0 0)))'),
    ('parts share a border', 'MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0)),((4 0,8 0,8 4,4 4,4 0)))'),
    ('part inside a part',  'MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0)),((1 1,2 1,2 2,1 2,1 1)))'),
    ('hole outside',        'POLYGON((0 0,4 0,4 4,0 4,0 0),(5 5,6 5,6 6,5 5))'),
    ('hole equal to shell', 'POLYGON((0 0,4 0,4 4,0 4,0 0),(0 0,4 0,4 4,0 4,0 0))'),
    ('hole in a hole',      'POLYGON((0 0,9 0,9 9,0 9,0 0),(1 1,8 1,8 8,1 8,1 1),(2 2,3 2,3 3,2 2))'),
    ('hole of another part', 'MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0)),((5 0,9 0,9 4,5 4,5 0),(1 1,2 1,2 2,1 1)))'),
    ('hole crosses shell',  'POLYGON((0 0,4 0,4 4,0 4,0 0),(3 1,6 1,6 2,3 2,3 1))'),
    ('cut in two',          'POLYGON((0 0,4 0,4 4,0 4,0 0),(2 0,3 2,2 4,1 2,2 0))'),
    ('flat',                'POLYGON((0 0,4 0,2 0,0 0))'),
    ('two points',          'POLYGON((0 0,4 0,4 0,0 0))'),
    ('one point',           'POLYGON((1 1,1 1,1 1,1 1))');
DO $$
DECLARE
    other geometry := 'POLYGON((0 0,3 0,3 3,0 3,0 0))';
    bad record;
    left_state text;
    left_message text;
    message text;
    detail text;
    hint text;
BEGIN
    FOR bad IN SELECT b.name, b.g FROM bad b ORDER BY n LOOP
        BEGIN
            PERFORM overlap_area(bad.g, other);
            RAISE WARNING '% is accepted', bad.name;
        EXCEPTION WHEN data_exception THEN
            GET STACKED DIAGNOSTICS left_state = RETURNED_SQLSTATE, left_message = MESSAGE_TEXT;
        END;
        BEGIN
            PERFORM covers_area(other, bad.g);
            RAISE WARNING '% is accepted on the right', bad.name;
        EXCEPTION WHEN data_exception THEN
            GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
        END;
        IF message <> left_message THEN
            RAISE WARNING '% is refused in two ways', bad.name;
        END IF;
        RAISE NOTICE '%: % % %', bad.name, left_state, message, detail;
        -- Without enough points there is no ring to vouch for.
        IF bad.name NOT LIKE '% point%' THEN
            PERFORM overlap_area(bad.g, other, true);
        END IF;
    END LOOP;
    RAISE NOTICE 'HINT: %', hint;
END
$$;
SET client_min_messages = warning;
SELECT bool_and(NOT ST_IsValid(g)) AS postgis_agrees FROM bad;
RESET client_min_messages;

-- the memory for indexes
SHOW governance.overlap_cache;
SET governance.overlap_cache = '10MB';
SHOW governance.overlap_cache;
\set VERBOSITY sqlstate
SET governance.overlap_cache = -1;
\set VERBOSITY default
SET governance.overlap_cash = 1;
SELECT unit, vartype, context FROM pg_settings WHERE name = 'governance.overlap_cache';
DROP TABLE pair, bad;
SET search_path = '';
SELECT governance.overlap_area(public.ST_MakeEnvelope(0, 0, 2, 2), public.ST_MakeEnvelope(1, 1, 3, 3));
