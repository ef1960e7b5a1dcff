-- United States: statistics of 3 142 counties, rolled up to the nation.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET search_path = us, governance, public;
SELECT governance.create_model('us', 5070) \g /dev/null

CREATE TEMP TABLE raw (code text PRIMARY KEY, parent text, rank integer, tier text, name text, wkt text);
\copy raw FROM 'demo/data/us/unit.csv' CSV HEADER

INSERT INTO hierarchy VALUES ('census', 'nation, regions, divisions, states, counties', 'administrative');
INSERT INTO tier SELECT DISTINCT 'census', r.tier, r.rank FROM raw r;

-- The path of labels: US.R1.D1.09.001 is county 001 of state 09 in division 1 of region 1.
CREATE TEMP TABLE place AS
    WITH RECURSIVE path (source, code) AS (
        SELECT r.code, r.code::unitcode FROM raw r WHERE r.parent IS NULL
        UNION ALL
        SELECT r.code, governance.child(p.code, CASE r.tier WHEN 'state' THEN left(r.code, 2)
                                                            WHEN 'county' THEN right(r.code, 3)
                                                            ELSE r.code END)
          FROM raw r JOIN path p ON p.source = r.parent
    )
    SELECT * FROM path;

INSERT INTO unit (code, hierarchy, tier, name)
SELECT p.code, 'census', r.tier, r.name FROM raw r JOIN place p ON p.source = r.code;

INSERT INTO boundary (unit, geom)
SELECT p.code, ST_Transform(ST_GeomFromText(r.wkt, 4326), 5070)
  FROM raw r JOIN place p ON p.source = r.code
 WHERE r.wkt IS NOT NULL;

INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op) VALUES
    ('population', 'Resident population', 'persons', 'extensive', 'sum', 'last'),
    ('census_population', 'Population by census', 'persons', 'extensive', 'sum', 'last'),
    ('housing_units', 'Housing units', 'dwellings', 'extensive', 'sum', 'last'),
    ('labor_force', 'Labour force', 'persons', 'extensive', 'sum', 'mean'),
    ('unemployed', 'Unemployed', 'persons', 'extensive', 'sum', 'mean'),
    ('people_in_poverty', 'People in poverty', 'persons', 'extensive', 'sum', 'last'),
    ('land_area_sqmi', 'Land area', 'sqmi', 'extensive', 'sum', 'last'),
    ('water_area_sqmi', 'Water area', 'sqmi', 'extensive', 'sum', 'last'),
    ('total_area_sqmi', 'Total area', 'sqmi', 'extensive', 'sum', 'last'),
    ('median_household_income', 'Median household income', 'USD', 'intensive', 'none', 'last'),
    ('habitat_pct_robin', 'Habitat of the robin, share of the county', '1', 'intensive', 'none', 'last'),
    ('habitat_pct_deer', 'Habitat of the deer, share of the county', '1', 'intensive', 'none', 'last'),
    ('habitat_pct_bullfrog', 'Habitat of the bullfrog, share of the county', '1', 'intensive', 'none', 'last'),
    ('habitat_pct_gartersnake', 'Habitat of the garter snake, share of the county', '1', 'intensive', 'none', 'last');
-- A rate is never added or averaged: it is computed anew at every unit.
INSERT INTO indicator (code, name, measure_unit, kind, space_op, numerator, denominator, factor, decimals) VALUES
    ('unemployment_rate', 'Unemployment rate', '%', 'ratio', 'ratio', 'unemployed', 'labor_force', 100, 1),
    ('poverty_rate', 'Share of people in poverty', '%', 'ratio', 'ratio', 'people_in_poverty', 'population', 100, 1);

CREATE TEMP TABLE figure (code text, indicator text, year integer, value numeric);
\copy figure FROM 'demo/data/us/indicator_county.csv' CSV HEADER
INSERT INTO observation (indicator, unit, period, value, source)
SELECT f.indicator, p.code, governance.period(f.year::text), f.value, 'USDA ERS, Census, USGS'
  FROM figure f
  JOIN place p ON p.source = f.code
  JOIN indicator i ON i.code = f.indicator AND i.space_op <> 'ratio';

-- What was published: beside the model.
CREATE SCHEMA demo;
CREATE TABLE demo.published (unit unitcode, indicator text, period daterange, value numeric);
TRUNCATE figure;
\copy figure FROM 'demo/data/us/official_state_nation.csv' CSV HEADER
INSERT INTO demo.published
SELECT CASE f.code WHEN '00000' THEN 'US' ELSE p.code END, f.indicator, governance.period(f.year::text), f.value
  FROM figure f LEFT JOIN place p ON p.source = f.code;

-- Six counties that are no more. The source has some figures under their codes, and others under those of today, for the same years.
INSERT INTO place
SELECT r.code, governance.child(p.code, right(r.code, 3))
  FROM unnest('{02201,02232,02270,02280,46113,51515}'::text[]) AS r (code) JOIN place p ON p.source = left(r.code, 2) || '000';
INSERT INTO unit (code, hierarchy, tier, name)
SELECT p.code, 'census', 'county', r.name
  FROM (VALUES ('02201', 'Prince of Wales-Outer Ketchikan Census Area'), ('02232', 'Skagway-Hoonah-Angoon Census Area'),
               ('02270', 'Wade Hampton Census Area'), ('02280', 'Wrangell-Petersburg Census Area'),
               ('46113', 'Shannon County'), ('51515', 'Bedford city')) AS r (code, name)
  JOIN place p ON p.source = r.code;
TRUNCATE figure;
\copy figure FROM 'demo/data/us/indicator_retired_counties.csv' CSV HEADER
INSERT INTO observation (indicator, unit, period, value, source)
SELECT f.indicator, p.code, governance.period(f.year::text), f.value, 'USDA ERS, Census, USGS'
  FROM figure f
  JOIN place p ON p.source = f.code
  JOIN indicator i ON i.code = f.indicator AND i.space_op <> 'ratio'
 WHERE f.indicator <> 'total_area_sqmi';   -- which no other county has
CREATE TABLE demo.retired AS
    SELECT o.unit, o.indicator, o.period, o.value FROM observation o JOIN place p ON p.code = o.unit AND p.source IN ('02201', '02232', '02270', '02280', '46113', '51515');

-- What became of them, by the Census Bureau's list of substantial changes to counties. Few people live in what Ketchikan and Wrangell
-- received of Prince of Wales-Outer Ketchikan; the source has no figure for it, and it is left out here.
CREATE FUNCTION pg_temp.at(VARIADIC codes text[]) RETURNS unitcode[] LANGUAGE sql AS
    $$ SELECT array_agg(p.code ORDER BY c.i) FROM unnest(codes) WITH ORDINALITY AS c (code, i) JOIN pg_temp.place p ON p.source = c.code $$;
UPDATE unit u SET valid = daterange(b.day, NULL)
  FROM (VALUES ('02105', date '2007-06-20'), ('02230', '2007-06-20'), ('02195', '2008-06-01'), ('02275', '2008-06-01')) AS b (code, day)
  JOIN place p ON p.source = b.code WHERE u.code = p.code;
SELECT reform('split', '2007-06-20', pg_temp.at('02232'), pg_temp.at('02105', '02230'), share_by => 'population') \g /dev/null
SELECT reform('rename', '2008-05-19', pg_temp.at('02201'), pg_temp.at('02198')) \g /dev/null
SELECT reform('split', '2008-06-01', pg_temp.at('02280'), pg_temp.at('02195', '02275'), share_by => 'population') \g /dev/null
SELECT reform('merge', '2013-07-01', pg_temp.at('51515'), pg_temp.at('51019'), share_by => 'housing_units') \g /dev/null
SELECT reform('rename', '2015-05-01', pg_temp.at('46113'), pg_temp.at('46102')) \g /dev/null
SELECT reform('rename', '2015-07-01', pg_temp.at('02270'), pg_temp.at('02158')) \g /dev/null
ANALYZE;
