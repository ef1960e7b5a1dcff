-- Cells of two hierarchies, and values carried across them.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT governance.create_model('space_test', 3005);
SET search_path = space_test, governance, public;
CREATE FUNCTION pg_temp.box(x float8, y float8, w float8, h float8) RETURNS geometry LANGUAGE sql
    RETURN public.ST_Multi(public.ST_MakeEnvelope(x, y, x + w, y + h, 3005));
INSERT INTO authority VALUES ('city', 'City government', 'government'), ('lake', 'Lake commission', 'department');
INSERT INTO hierarchy VALUES ('adm', 'administrative', 'administrative'), ('riv', 'river basins', 'natural'), ('eco', 'ecoregions', 'natural');
INSERT INTO tier VALUES ('adm', 'city', 1), ('adm', 'county', 2), ('riv', 'basin', 1), ('riv', 'creek', 2), ('eco', 'region', 1);
INSERT INTO unit (code, hierarchy, tier, name, authority) VALUES
    ('C', 'adm', 'city', 'City', 'city'), ('C.1', 'adm', 'county', 'One', NULL), ('C.2', 'adm', 'county', 'Two', NULL), ('C.3', 'adm', 'county', 'Three', NULL),
    ('N', 'riv', 'basin', 'North', NULL), ('S', 'riv', 'basin', 'South', 'lake'), ('S.a', 'riv', 'creek', 'Creek a', NULL), ('S.b', 'riv', 'creek', 'Creek b', NULL),
    ('E', 'eco', 'region', 'East', NULL);
-- Three counties side by side; the north ends short of them by a tenth, and the creeks are drawn half a metre over the border.
INSERT INTO boundary (unit, geom) VALUES
    ('C', pg_temp.box(0, 0, 300, 100)), ('C.1', pg_temp.box(0, 0, 100, 100)), ('C.2', pg_temp.box(100, 0, 100, 100)), ('C.3', pg_temp.box(200, 0, 100, 100)),
    ('N', pg_temp.box(0, 40, 300, 50)), ('S', pg_temp.box(0, 0, 300, 40)), ('S.a', pg_temp.box(0, 0, 100.5, 40)), ('S.b', pg_temp.box(100.5, 0, 199.5, 40));
CALL refresh_cells('adm', 'riv', min_width_m => 1);
SELECT unit, region, area_m2, round(share_of_unit::numeric, 4) AS of_unit, round(share_of_region::numeric, 4) AS of_region, authority FROM cell ORDER BY 1, 2;
SELECT hierarchy, unit, by_tier, n_cells, difference_m2, slivers_m2, round(share::numeric, 4) AS share FROM cell_gap ORDER BY 1, 2, 3;
SELECT id, ST_AsText(ST_Normalize(geom)) FROM cell_map WHERE unit = 'C.2' ORDER BY 1;
SELECT unit_hierarchy, region_hierarchy, min_area_m2, min_width_m, as_of = current_date AS today FROM overlay;

-- Who answers: the unit's authority, or that of the nearest above it, unless duty names another.
INSERT INTO duty VALUES ('adm', 'county', 'riv', 'accountable', 'lake');
UPDATE unit SET authority = 'city' WHERE code = 'C.1';
SELECT unit, region, authority, unit_authority, duty_authority FROM cell WHERE region = 'N' ORDER BY 1;

-- A boundary changes; the rest stays.
UPDATE boundary SET geom = pg_temp.box(0, 40, 300, 60) WHERE unit = 'N';
SELECT unit, change FROM overlay_change ORDER BY unit;
CALL refresh_cells('adm', 'riv', min_width_m => 1);
SELECT unit, by_tier, n_cells, difference_m2, slivers_m2 FROM cell_gap ORDER BY 1, 2;
-- A unit that goes takes its cells along.
DELETE FROM boundary WHERE unit = 'C.3';
SELECT unit_hierarchy, region_hierarchy, unit, change FROM overlay_change ORDER BY unit;
DELETE FROM unit WHERE code = 'C.3';
SELECT unit, count(*) FROM cell GROUP BY 1 ORDER BY 1;

-- Carrying across: whole persons, nothing lost; rates anew; means by area or by their weight.
UPDATE boundary SET geom = pg_temp.box(0, 40, 300, 45) WHERE unit = 'N';
CALL refresh_cells('adm', 'riv', min_width_m => 1);
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, weight_by, numerator, denominator, factor, decimals) VALUES
    ('people', 'Population', 'persons', 'extensive', 'sum', 'last', NULL, NULL, NULL, 1, NULL),
    ('births', 'Births', 'persons', 'extensive', 'sum', 'sum', NULL, NULL, NULL, 1, NULL),
    ('income', 'Mean income', 'CNY', 'intensive', 'weighted_mean', 'mean', 'people', NULL, NULL, 1, 2),
    ('rain', 'Rain', 'm', 'intensive', 'mean', 'mean', NULL, NULL, NULL, 1, 3),
    ('soil', 'Soil', 'class', 'none', 'none', 'last', NULL, NULL, NULL, 1, NULL),
    ('birth_rate', 'Births per 1000', '1', 'ratio', 'ratio', 'none', NULL, 'births', 'people', 1000, 2);
INSERT INTO observation (indicator, unit, period, value) VALUES
    ('people', 'C.1', period('2020'), 1001), ('people', 'C.2', period('2020'), 500), ('births', 'C.1', period('2020-01'), 10), ('births', 'C.1', period('2020-02'), 3),
    ('births', 'C.2', period('2020'), 7), ('income', 'C.1', period('2020'), 100), ('income', 'C.2', period('2020'), 130), ('rain', 'C.1', period('2020'), 0.8), ('rain', 'C.2', period('2020'), 1.1),
    ('soil', 'C.1', period('2020'), 1), ('soil', 'C.2', period('2020'), 2);
SELECT i.code, t.unit, t.value, t.measure_unit, t.state, t.sources FROM indicator i, transfer(i.code, period('2020'), 'riv') t ORDER BY 1, 2, 6;
SELECT unit, value, state FROM transfer('people', period('2020'), 'riv', to_tier => 'basin');
SELECT unit, value, state, sources FROM transfer('people', period('2020'), 'riv', from_tier => 'city');
INSERT INTO cell_weight (indicator, unit, region, value) SELECT 'people', unit, region, CASE WHEN unit = 'C.1' THEN 1 ELSE 0 END FROM cell WHERE unit_tier = 'county' AND region <> 'S';
SELECT unit, value, state, sources FROM transfer('births', period('2020'), 'riv', weight_by => 'people');
-- Stored, with where it comes from.
INSERT INTO observation (indicator, unit, period, value, measure_unit, source)
SELECT indicator, unit, period, value, measure_unit, 'carried by area from ' || array_to_string(sources, ', ') FROM transfer('people', period('2020'), 'riv') WHERE unit IS NOT NULL;
CALL refresh();
SELECT v.unit, v.value, v.n_present, v.n_expected FROM indicator_value v WHERE v.indicator = 'people' ORDER BY 1;

-- Refused.
CALL refresh_cells('adm', 'adm');
CALL refresh_cells('adm', 'moon');
CALL refresh_cells('adm', 'riv', unit_tiers => '{county,hamlet}');
CALL refresh_cells('adm', 'riv', NULL);
CALL refresh_cells('adm', 'riv', min_area_m2 => 0);
CALL refresh_cells('adm', 'riv', min_width_m => 'NaN');
SELECT * FROM transfer('mood', period('2020'), 'riv');
SELECT * FROM transfer('people', NULL, 'riv');
SELECT * FROM transfer('people', period('2020'), 'eco');
SELECT * FROM transfer('people', period('2020'), 'eco', 'adm');
SELECT * FROM transfer('people', period('2020'), 'riv', 'adm', to_tier => 'ocean');
SELECT * FROM transfer('people', period('2020'), 'riv', from_tier => 'ocean');
DELETE FROM cell_weight WHERE unit = 'C.2' AND region = 'N';
SELECT * FROM transfer('births', period('2020'), 'riv', weight_by => 'people');
INSERT INTO cell_weight (indicator, unit, region, value) VALUES ('people', 'C.2', 'N', -1);
UPDATE indicator SET source_mode = 'reported_overrides' WHERE code = 'rain';
SELECT * FROM transfer('rain', period('2020'), 'riv', 'adm');
SELECT governance.drop_model('space_test');
