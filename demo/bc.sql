-- British Columbia: a territory with several hierarchies over it.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET search_path = bc, governance, public;
SELECT governance.create_model('bc', 3005) \g /dev/null

CREATE TEMP TABLE raw (hierarchy text, rank integer, tier text, code text PRIMARY KEY, parent text, name text, official_m2 numeric, wkt text);
\copy raw FROM 'demo/data/bc/unit.csv' CSV HEADER
\copy raw FROM 'demo/data/bc/natural_region.csv' CSV HEADER

INSERT INTO hierarchy VALUES
    ('admin', 'provinces, districts, municipalities', 'administrative'),
    ('nr', 'natural resource administration', 'functional'),
    ('eco', 'ecoprovinces and ecoregions', 'natural'),
    ('hydro', 'hydrologic zones', 'natural'),
    ('water', 'water districts and precincts', 'functional');
INSERT INTO tier SELECT DISTINCT r.hierarchy, r.tier, r.rank FROM raw r;

-- A unit's code is the path of the source's codes from the root.
CREATE TEMP TABLE place AS
    WITH RECURSIVE path (source, code) AS (
        SELECT r.code, r.code::unitcode FROM raw r WHERE r.parent IS NULL
        UNION ALL
        SELECT r.code, governance.child(p.code, r.code) FROM raw r JOIN path p ON p.source = r.parent
    )
    SELECT * FROM path;

INSERT INTO unit (code, hierarchy, tier, name)
SELECT p.code, r.hierarchy, r.tier, r.name FROM raw r JOIN place p ON p.source = r.code;

INSERT INTO boundary (unit, geom)
SELECT p.code, ST_GeomFromText(r.wkt, 3005) FROM raw r JOIN place p ON p.source = r.code WHERE r.wkt IS NOT NULL;

INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op) VALUES
    ('population', 'Population of municipalities', 'persons', 'extensive', 'sum', 'last'),
    ('drawn_area', 'Area, as drawn', 'ha', 'extensive', 'sum', 'last');
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, source_mode, decimals) VALUES
    ('official_area', 'Area, as the source states it', 'km2', 'extensive', 'sum', 'last', 'reported_overrides', 3);

CREATE TEMP TABLE people (code text, indicator text, year integer, value numeric);
\copy people FROM 'demo/data/bc/population_2000.csv' CSV HEADER
INSERT INTO observation (indicator, unit, period, value, source)
SELECT 'population', p.code, governance.period(q.year::text), q.value, 'BC Stats'
  FROM people q JOIN place p ON p.source = q.code;

-- Given in square metres; rolled up in hectares and square kilometres.
INSERT INTO observation (indicator, unit, period, value, measure_unit, source)
SELECT 'official_area', p.code, governance.period('2017'), r.official_m2, 'm2', 'DataBC'
  FROM raw r JOIN place p ON p.source = r.code WHERE r.official_m2 IS NOT NULL;
INSERT INTO observation (indicator, unit, period, value, measure_unit, source)
SELECT 'drawn_area', b.unit, governance.period('2017'), b.area_m2::numeric, 'm2', 'boundary'
  FROM boundary b
 WHERE NOT EXISTS (SELECT FROM unit c WHERE c.parent = b.unit);
ANALYZE;
