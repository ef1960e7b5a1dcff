-- Reforms: split, merge, transfer, rename; history on either set of units.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT governance.create_model('reform_test', 3005);
SET search_path = reform_test, governance, public;
CREATE FUNCTION pg_temp.box(x float8, y float8, w float8, h float8) RETURNS geometry LANGUAGE sql
    RETURN public.ST_Multi(public.ST_MakeEnvelope(x, y, x + w, y + h, 3005));
INSERT INTO hierarchy VALUES ('adm', 'administrative', 'administrative'), ('riv', 'river basins', 'natural');
INSERT INTO tier VALUES ('adm', 'province', 1), ('adm', 'city', 2), ('adm', 'county', 3), ('adm', 'town', 4), ('riv', 'basin', 1);
INSERT INTO unit (code, hierarchy, tier, name) VALUES
    ('P', 'adm', 'province', 'Province'), ('P.A', 'adm', 'city', 'City A'), ('P.B', 'adm', 'city', 'City B'), ('R', 'riv', 'basin', 'River'),
    ('P.A.1', 'adm', 'county', 'A one'), ('P.A.2', 'adm', 'county', 'A two'), ('P.A.3', 'adm', 'county', 'A three'),
    ('P.B.1', 'adm', 'county', 'B one'), ('P.B.2', 'adm', 'county', 'B two'), ('P.B.2.x', 'adm', 'town', 'Town x'), ('P.B.2.y', 'adm', 'town', 'Town y');
INSERT INTO boundary (unit, geom) VALUES ('P.A.1', pg_temp.box(0, 0, 40, 100)), ('P.A.2', pg_temp.box(40, 0, 60, 100)), ('P.A.3', pg_temp.box(100, 0, 100, 100)),
    ('P.B.1', pg_temp.box(0, 100, 100, 100)), ('P.B.2', pg_temp.box(100, 100, 100, 100)), ('P.B.2.x', pg_temp.box(100, 100, 50, 100)), ('P.B.2.y', pg_temp.box(150, 100, 50, 100));
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, weight_by, numerator, denominator, factor, decimals) VALUES
    ('people', 'Population', 'persons', 'extensive', 'sum', 'last', NULL, NULL, NULL, 1, NULL),
    ('births', 'Births', 'persons', 'extensive', 'sum', 'sum', NULL, NULL, NULL, 1, NULL),
    ('farm', 'Farmland', 'ha', 'extensive', 'sum', 'last', NULL, NULL, NULL, 1, NULL),
    ('balance', 'Balance of migration', 'persons', 'extensive', 'sum', 'sum', NULL, NULL, NULL, 1, NULL),
    ('income', 'Mean income', 'CNY', 'intensive', 'weighted_mean', 'mean', 'people', NULL, NULL, 1, NULL),
    ('rent', 'Rent', 'CNY', 'intensive', 'mean', 'mean', NULL, NULL, NULL, 1, NULL),
    ('quality', 'Class of water', 'class', 'ordinal', 'max', 'last', NULL, NULL, NULL, 1, NULL),
    ('birth_rate', 'Births per 1000', '1', 'ratio', 'ratio', 'none', NULL, 'births', 'people', 1000, 2);
INSERT INTO observation (indicator, unit, period, value, measure_unit)
SELECT i.code, u.code::unitcode, period(y), (i.v)[u.n] + d, CASE WHEN i.code = 'farm' AND u.n < 3 THEN 'mu' END
  FROM (VALUES ('P.A.1', 1), ('P.A.2', 2), ('P.A.3', 3), ('P.B.1', 4), ('P.B.2.x', 5), ('P.B.2.y', 6)) AS u (code, n),
       (VALUES ('people', '{1001,2000,3000,4000,500,700}'::numeric[]), ('births', '{10,20,33,40,5,7}'), ('farm', '{100.5,200,300,400.25,50,70}'), ('balance', '{-7,3,-11,4,5,6}'),
               ('income', '{10,20,30,40,50,60}'), ('rent', '{5,6,7,8,9,10}'), ('quality', '{1,2,3,4,5,3}')) AS i (code, v),
       (VALUES ('2010', 0), ('2011', 1)) AS p (y, d);

-- A merge: all goes to one, which is new; origins by population.
SELECT * FROM reform('merge', '2012-01-01', '{P.A.1,P.A.2}', '{P.A.4}', '{A four}', share_by => 'people');
SELECT code, name, tier, valid FROM unit WHERE code <@ 'P.A' ORDER BY code;
SELECT array_agg(code ORDER BY code) FROM unit_asof('2011-12-31') WHERE tier = 'county';
SELECT array_agg(code ORDER BY code) FROM unit_asof('2012-01-01') WHERE tier = 'county';
SELECT unit, valid, area_m2 FROM boundary WHERE unit <@ 'P.A' ORDER BY unit;
-- Then reports of the new unit; and a late one under an old code.
INSERT INTO observation (indicator, unit, period, value) VALUES
    ('people', 'P.A.4', period('2012'), 3100), ('births', 'P.A.4', period('2012'), 31), ('income', 'P.A.4', period('2012'), 22), ('people', 'P.A.3', period('2012'), 3200);
-- The history of before on the units of after: added; rates computed anew; means weighted; a mean without weights cannot be.
SELECT indicator, unit, period_label(period) AS period, value, measure_unit, state, sources FROM values_on('2012-01-01') WHERE unit = 'P.A.4' ORDER BY 1, 3;
-- And that of after on the units of before, by the origins 1002 and 2001 of 3003.
SELECT indicator, unit, period_label(period) AS period, value, measure_unit, state, sources FROM values_on('2011-12-31') WHERE period = period('2012') AND unit <@ 'P.A' ORDER BY 1, 2;
SELECT counterpart('P.A.4', '2012-06-01', '2011-06-01'), counterpart('P.A.1', '2011-06-01', '2012-06-01'), counterpart('P.A.3', '2011-06-01', '2012-06-01');

-- A split by given boundaries: shares by area; the rest follows from them exactly.
SELECT * FROM reform('split', '2013-01-01', '{P.A.3}', '{P.A.5,P.A.6,P.A.7}', '{five,six,seven}', share_by => 'area',
                     boundaries => ARRAY[pg_temp.box(100, 0, 20, 100), pg_temp.box(120, 0, 20, 100), pg_temp.box(140, 0, 60, 100)]);
SELECT unit, valid, area_m2 FROM boundary WHERE unit IN ('P.A.3', 'P.A.5', 'P.A.6', 'P.A.7') ORDER BY unit;
SELECT indicator, period_label(period) AS period, array_agg(unit::text || ' ' || coalesce(value::text, '-') ORDER BY unit) AS parts, sum(value), min(state) AS state
  FROM values_on('2013-01-01') WHERE sources = '{P.A.3}' GROUP BY 1, 2 ORDER BY 1, 2;

-- A transfer: a fifth of one unit goes to another; both go on.
SELECT * FROM reform('transfer', '2014-01-01', '{P.B.1}', '{P.A.7}', share_by => 'area', boundaries => ARRAY[pg_temp.box(0, 180, 100, 20)]);
SELECT unit, valid, area_m2 FROM boundary WHERE unit IN ('P.B.1', 'P.A.7') ORDER BY unit, valid;
SELECT indicator, unit, value, state, sources FROM values_on('2014-01-01', 'people', period('2010')) ORDER BY unit;
INSERT INTO observation (indicator, unit, period, value) VALUES ('people', 'P.A.7', period('2014'), 2800), ('people', 'P.B.1', period('2014'), 3300);
SELECT indicator, unit, value, state, sources FROM values_on('2013-12-31', 'people', period('2014')) ORDER BY unit;

-- A county goes to another city: it and all below are coded anew. A report of 2015 that came under an old code goes along.
INSERT INTO observation (indicator, unit, period, value, source) VALUES ('people', 'P.B.2.x', period('2015'), 550, 'late'), ('people', 'P.B.2.y', period('2015'), 750, 'late');
SELECT * FROM reform('rename', '2015-01-01', '{P.B.2}', '{P.A.8}', '{A eight}');
SELECT code, name, tier, valid FROM unit WHERE code <@ 'P.A.8' OR code <@ 'P.B.2' ORDER BY code;
SELECT unit, period_label(period) AS period, value, source FROM observation WHERE indicator = 'people' AND (unit <@ 'P.A.8' OR unit <@ 'P.B.2') ORDER BY 1, 2;
SELECT unit, valid FROM boundary WHERE unit <@ 'P.A.8' OR unit <@ 'P.B.2' ORDER BY 1;
CALL refresh();
SELECT period_label(period) AS period, value, n_present, n_expected FROM indicator_value WHERE indicator = 'people' AND unit = 'P' ORDER BY 1;

-- A city is split: its counties are named by their new codes.
SELECT * FROM reform('split', '2016-01-01', '{P.A}', '{P.C,P.D}', '{City C,City D}', share_by => 'area', boundaries => ARRAY[pg_temp.box(0, 0, 100, 100), pg_temp.box(100, 0, 100, 100)],
                     children => '{P.C.4,P.D.5,P.D.6,P.D.7,P.D.8}');
SELECT code, tier, name FROM unit_asof('2016-01-01') WHERE hierarchy = 'adm' ORDER BY code;
-- Through all of it: everything is where it was, in sum.
SELECT d::date, period_label(v.period) AS period, sum(v.value) FROM generate_series(timestamp '2011-07-01', '2016-07-01', '1 year') AS d, values_on(d::date, 'people') AS v
 WHERE v.period <= period('2011') GROUP BY 1, 2 ORDER BY 1, 2;

-- What is refused. Nothing of it stays.
CREATE FUNCTION pg_temp.refusal(arguments text, OUT code text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SELECT reform(%s)', arguments);
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('P.B.3', 'adm', 'county', 'B three'), ('P.B.3.x', 'adm', 'town', 'Town x of three'), ('P.B.4', 'adm', 'county', 'B four'), ('P.B.4.x', 'adm', 'town', 'Town x of four');
INSERT INTO observation (indicator, unit, period, value) VALUES ('people', 'P.B.3.x', period('2018'), 1), ('people', 'P.B.4.x', period('2018'), 1);
\pset expanded on
SELECT arguments, r.* FROM (VALUES
    (1, $$'annexation', '2017-01-01', '{P.B.1}', '{P.B.3}'$$),
    (2, $$'merge', NULL, '{P.B.1}', '{P.B.3}'$$),
    (3, $$'merge', '2017-01-01', '{}', '{P.B.3}'$$),
    (4, $$'merge', '2017-01-01', '{P.B.1,P.B.1}', '{P.B.3}'$$),
    (5, $$'merge', '2017-01-01', '{P.B.1}', '{P.B.3,P.B.4}'$$),
    (6, $$'split', '2017-01-01', '{P.B.1}', '{P.B.5}'$$),
    (7, $$'split', '2017-01-01', '{P.B.1}', '{P.B.1,P.B.5}'$$),
    (8, $$'split', '2017-01-01', '{P.B.1}', '{P.B.5,P.B.6}', '{five,six}'$$),
    (9, $$'split', '2017-01-01', '{P.B.1}', '{P.B.5,P.B.6}', '{five,six}', '{0.3,0.6}'$$),
    (10, $$'split', '2017-01-01', '{P.B.1}', '{P.B.5,P.B.6}', '{five}', '{0.4,0.6}'$$),
    (11, $$'split', '2017-01-01', '{P.B.1}', '{P.B.5,P.B.6}', NULL, '{0.4,0.6}'$$),
    (12, $$'split', '2017-01-01', '{P.B.1}', '{P.B.5,P.B.6}', '{five,six}', share_by => 'people'$$),
    (13, $$'split', '2017-01-01', '{P.B.1}', '{P.B.5,P.B.6}', '{five,six}', share_by => 'income'$$),
    (14, $$'split', '2017-01-01', '{P.B.1}', '{P.B.5,P.B.6}', '{five,six}', share_by => 'area'$$),
    (15, $$'split', '2017-01-01', '{P.B.1}', '{P.B.5,P.B.3}', '{five,NULL}', share_by => 'people'$$),
    (16, $$'split', '2017-01-01', '{P.B.3}', '{P.B.5,P.B.6}', '{five,six}', '{0.4,0.6}'$$),
    (17, $$'transfer', '2017-01-01', '{P.B.1}', '{P.B.3}', shares => '{1}'$$),
    (18, $$'transfer', '2017-01-01', '{P.B.1}', '{P.B.3}', share_by => 'people'$$),
    (19, $$'rename', '2017-01-01', '{P.B.1}', '{P.B.1}', '{Another name}'$$),
    (20, $$'rename', '2017-01-01', '{P.B.1,P.B.3}', '{P.B.7}'$$),
    (21, $$'rename', '2017-01-01', '{P.B.9}', '{P.B.7}'$$),
    (22, $$'rename', '2017-01-01', '{P.A.1}', '{P.B.7}'$$),
    (23, $$'rename', '2017-01-01', '{P.B.1}', '{P.A.1}'$$),
    (24, $$'rename', '2017-01-01', '{P.B.1}', '{P.A.9}'$$),
    (25, $$'rename', '2017-01-01', '{P.B.1}', '{P.X.1}'$$),
    (26, $$'merge', '2017-01-01', '{P.B.1,R}', '{P.B.3}'$$),
    (27, $$'merge', '2017-01-01', '{P.B.3,P.B.4}', '{P.B.5}', '{five}'$$),
    (28, $$'merge', '2017-01-01', '{P.B.3.x}', '{P.B.4.x}'$$),
    (30, $$'rename', '2016-01-01', '{P.D.7}', '{P.C.7}'$$),
    (31, $$'merge', '2016-01-01', '{P.D}', '{P.B}'$$),
    (33, $$'merge', '2017-01-01', '{P.B.3,P.B.3.x}', '{P.B.5}', '{five}'$$),
    (34, $$'rename', '2017-01-01', '{P.B.3}', '{P.B.3.y}'$$),
    (32, $$'transfer', '2014-01-01', '{P.B.1}', '{P.B.3}', shares => '{0.1}'$$),
    (29, $$'merge', '2017-01-01', '{P.B.1,P.B.3.x}', '{P.B.4.x}', share_by => 'births'$$)) AS t (i, arguments), LATERAL pg_temp.refusal(arguments) AS r
 ORDER BY i;
\pset expanded off
SELECT count(*) FROM lineage WHERE happened > '2016-01-01';
SELECT values_on(NULL);
SELECT values_on('2016-01-01', 'nonsense');

SET search_path = '';
SELECT kind, predecessor, successor FROM reform_test.reform('merge', '2018-01-01', '{P.B.3.x}', '{P.B.1}');
SELECT unit, value, state FROM reform_test.values_on('2018-06-01', 'people', governance.period('2018')) ORDER BY 1;
RESET search_path;
SELECT governance.drop_model('reform_test');

-- Units of measure: what stands under one label is in it, weights and averages too.
SELECT governance.create_model('reform_test', 3005);
SET search_path = reform_test, governance, public;
INSERT INTO hierarchy VALUES ('adm', 'administrative', 'administrative');
INSERT INTO tier VALUES ('adm', 'city', 1), ('adm', 'county', 2), ('adm', 'town', 3);
INSERT INTO unit (code, hierarchy, tier, name)
SELECT u::unitcode, 'adm', CASE WHEN governance.depth(u::unitcode) = 1 THEN 'city' ELSE 'county' END, u FROM unnest('{A,A.1,A.2,A.3,B,B.1,B.2,B.3,B.4}'::text[]) AS u;
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, weight_by, decimals) VALUES
    ('people', 'Population', '10k_persons', 'extensive', 'sum', 'last', NULL, NULL), ('income', 'Mean income', 'CNY', 'intensive', 'weighted_mean', 'mean', 'people', NULL),
    ('farm', 'Farmland', 'ha', 'extensive', 'sum', 'last', NULL, NULL), ('wood', 'Woodland', 'ha', 'extensive', 'sum', 'last', NULL, NULL),
    ('output', 'Output', 'CNY', 'extensive', 'sum', 'sum', NULL, 2), ('field', 'Fields', 'ha', 'extensive', 'sum', 'sum', NULL, 2);
INSERT INTO observation (indicator, unit, period, value, measure_unit) VALUES
    ('people', 'A.1', period('2018'), 1, NULL), ('people', 'A.2', period('2018'), 10000, 'persons'), ('income', 'A.1', period('2018'), 10, NULL), ('income', 'A.2', period('2018'), 20, NULL),
    ('people', 'A.1', period('2019'), 1000, 'persons'), ('people', 'A.2', period('2019'), 1000, 'persons'), ('income', 'A.1', period('2019'), 1, '10k_CNY'), ('income', 'A.2', period('2019'), 3, '10k_CNY'),
    ('people', 'A.1', period('2020'), 1, NULL), ('people', 'A.2', period('2020'), 30000, 'persons'), ('income', 'A.1', period('2020'), 10000, NULL), ('income', 'A.2', period('2020'), 3, '10k_CNY'),
    ('people', 'A.1', period('2022'), 1000, 'persons'), ('people', 'A.2', period('2022'), 1000, 'persons'), ('income', 'A.1', period('2022'), 1, '10k_CNY'), ('income', 'A.2', period('2022'), 3, '10k_CNY'),
    ('farm', 'A.1', period('2018'), 1, 'mu'), ('farm', 'A.2', period('2018'), 1, NULL), ('farm', 'A.1', period('2019'), 1, 'mu'), ('farm', 'A.2', period('2019'), 2, 'mu'),
    ('wood', 'A.1', period('2018'), 1, 'km2'), ('wood', 'A.2', period('2018'), 1, NULL),
    ('output', 'A.3', period('2018'), 1, '10k_CNY'), ('field', 'A.3', period('2018'), 1, 'mu');
SELECT count(*) FROM reform('merge', '2021-01-01', '{A.1,A.2}', '{A.4}', '{A four}');
-- Incomes: of equal weights, 10 and 20: 15; 1 and 3: 2; of 1 and 3 parts, 10000 and 30000: (10000 + 90000) / 4 = 25000.
-- Farmland: 1 mu and 1 ha, which is 15 mu: 16 mu, where hectares would be 1 1/15; woodland: 100 ha and 1 ha.
SELECT indicator, period_label(period) AS period, value, measure_unit, state FROM values_on('2021-01-01') WHERE unit = 'A.4' ORDER BY 1, 2;
-- Reports of 2022 that came under the old codes have been brought to the new one so.
SELECT indicator, value, measure_unit, source FROM observation WHERE unit = 'A.4' ORDER BY 1;
-- Only what meets has a say in its unit of measure: 1 km2 and 1 ha are 101 ha, whatever else is given in mu; with 1 mu they are 1516 mu.
INSERT INTO unit (code, hierarchy, tier, name)
SELECT u::unitcode, 'adm', CASE WHEN governance.depth(u::unitcode) = 1 THEN 'city' ELSE 'county' END, u FROM unnest('{C,C.1,C.2,C.3,C.4}'::text[]) AS u;
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op) VALUES ('marsh', 'Marsh', 'ha', 'extensive', 'sum', 'last');
INSERT INTO observation (indicator, unit, period, value, measure_unit) VALUES
    ('marsh', 'C.1', period('2018'), 1, 'km2'), ('marsh', 'C.2', period('2018'), 1, NULL), ('marsh', 'C.3', period('2018'), 1, 'mu'), ('marsh', 'C.4', period('2018'), 1, 'mu'),
    ('marsh', 'C.1', period('2019'), 1, 'km2'), ('marsh', 'C.2', period('2019'), 1, NULL), ('marsh', 'C.4', period('2019'), 1, 'mu'), ('marsh', 'C.4', period('2020'), 1, 'mu');
SELECT count(*) FROM reform('merge', '2021-01-01', '{C.1,C.2,C.3}', '{C.5}', '{five}');
SELECT unit, period_label(period) AS period, value, measure_unit, state FROM values_on('2021-01-01', 'marsh') ORDER BY 1, 2;
SELECT unit, value, measure_unit FROM values_on('2021-01-01', 'marsh', period('2019')) ORDER BY 1;
-- So a late report in mu does not stand in the way of another year's.
INSERT INTO observation (indicator, unit, period, value, measure_unit) VALUES ('marsh', 'C.5', period('2022'), 5, NULL), ('marsh', 'C.1', period('2022'), 1, 'km2'), ('marsh', 'C.2', period('2022'), 1, NULL),
    ('marsh', 'C.1', period('2023'), 1, 'mu');
SELECT reform_observations(add => true);
SELECT unit, period_label(period) AS period, value, measure_unit FROM observation WHERE unit = 'C.5' ORDER BY 2;
DELETE FROM observation WHERE unit <@ 'C';

-- Decimals are of the indicator's unit of measure: 0.01 CNY is 0.000001 of ten thousand; 0.01 ha is 0.15 mu, so tenths of a mu do.
SELECT count(*) FROM reform('split', '2021-01-01', '{A.3}', '{A.5,A.6}', '{five,six}', '{0.3333333,0.6666667}');
SELECT indicator, unit, value, measure_unit FROM values_on('2021-01-01') WHERE unit IN ('A.5', 'A.6') ORDER BY 1, 2;

-- What cannot be brought does not hold up what has nothing to do with it: B.4 was closed without lineage; B.2 and B.3 meet in B.8 without weights.
SELECT count(*) FROM reform('rename', '2021-01-01', '{B.1}', '{B.5}');
SELECT count(*) FROM reform('split', '2021-01-01', '{B.2}', '{B.7,B.8}', '{seven,eight}', '{0.5,0.5}');
SELECT count(*) FROM reform('merge', '2022-01-01', '{B.3}', '{B.8}');
UPDATE unit SET valid = '(,2021-01-01)' WHERE code = 'B.4';
INSERT INTO observation (indicator, unit, period, value) VALUES ('income', 'B.1', period('2023'), 5), ('income', 'B.2', period('2023'), 1), ('income', 'B.3', period('2023'), 2), ('income', 'B.4', period('2023'), 9),
    ('people', 'B.1', period('2023'), 7), ('people', 'B.4', period('2023'), 9);
-- Two of B.1. Of B.2 B.7 would have the same, but what B.8 has of it must not get lost.
SELECT reform_observations();
SELECT indicator, unit, value, source FROM observation WHERE period = period('2023') ORDER BY 1, 2;
DELETE FROM observation WHERE unit = 'B.4';

-- What stands in the way of a value is told, with what helps.
CREATE FUNCTION pg_temp.told(statement text, OUT code text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
\pset expanded on
INSERT INTO observation (indicator, unit, period, value, measure_unit) VALUES ('farm', 'A.4', period('2024'), 1, 'ha'), ('farm', 'A.1', period('2024'), 1, 'mu');
SELECT * FROM pg_temp.told('SELECT reform_observations(add => true)');
UPDATE observation SET value = 15, measure_unit = 'mu' WHERE indicator = 'farm' AND unit = 'A.4' AND period = period('2024');
SELECT * FROM pg_temp.told('SELECT reform_observations()');
SELECT reform_observations(add => true);
INSERT INTO observation (indicator, unit, period, value) VALUES ('income', 'A.4', period('2024'), 1), ('income', 'A.1', period('2024'), 1);
SELECT * FROM pg_temp.told('SELECT reform_observations(add => true)');
\pset expanded off
-- 15 mu and 1 mu.
SELECT indicator, unit, value, measure_unit FROM observation WHERE period = period('2024') ORDER BY 1, 2;
SELECT governance.drop_model('reform_test');

-- Reforms and what is known ahead: later reforms, ends, boundaries drawn for later, leaves that come or have not reported.
SELECT governance.create_model('reform_test', 3005);
SET search_path = reform_test, governance, public;
INSERT INTO hierarchy VALUES ('adm', 'administrative', 'administrative');
INSERT INTO tier VALUES ('adm', 'city', 1), ('adm', 'county', 2), ('adm', 'town', 3);
INSERT INTO unit (code, hierarchy, tier, name, valid)
SELECT u.code::unitcode, 'adm', (ARRAY['city', 'county', 'town'])[governance.depth(u.code::unitcode)], u.code, u.valid::daterange
  FROM (VALUES ('A', '(,)'), ('A.1', '(,)'), ('A.1.t', '(,)'), ('A.1.u', '(,)'), ('A.2', '(,)'), ('A.3', '(,)'), ('B', '(,)'), ('B.1', '(,)'), ('B.2', '(,)'),
               ('D', '(,)'), ('D.1', '(,2030-01-01)'), ('D.1.t', '(,2025-01-01)'), ('D.1.u', '(,2030-01-01)'), ('D.3', '(,)'), ('D.5', '(,2030-01-01)'), ('D.6', '(,2028-01-01)'),
               ('E', '(,)'), ('E.1', '(,)'), ('E.1.t', '(,)'), ('E.1.u', '(,)'), ('E.2', '(,)'), ('E.3', '(,)'), ('E.3.t', '[2020-01-01,)'), ('E.4', '(,)')) AS u (code, valid);
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op) VALUES ('people', 'Population', 'persons', 'extensive', 'sum', 'last');
INSERT INTO boundary (unit, valid, geom) VALUES
    ('B.1', '(,2020-01-01)', pg_temp.box(0, 0, 100, 100)), ('B.1', '[2020-01-01,)', pg_temp.box(0, 0, 70, 100)), ('B.2', '[2020-01-01,)', pg_temp.box(100, 0, 130, 100)),
    ('D.1', '(,2020-01-01)', pg_temp.box(0, 300, 10, 10)), ('D.1', '[2020-01-01,2030-01-01)', pg_temp.box(0, 300, 10, 20)), ('D.1.u', '(,2014-01-01)', pg_temp.box(0, 300, 5, 10)),
    ('D.1.u', '[2014-01-01,)', pg_temp.box(0, 300, 6, 10)), ('D.5', '(,)', pg_temp.box(0, 200, 10, 10)), ('D.6', '(,)', pg_temp.box(10, 200, 10, 10));

-- In the order of their days: else a unit that has ended later would be opened again, or go on under a code that has gone.
SELECT count(*) FROM reform('merge', '2012-01-01', '{A.2,A.3}', '{A.4}', '{four}');
SELECT count(*) FROM reform('rename', '2013-01-01', '{A.1.t}', '{A.1.v}');
SELECT count(*) FROM reform('rename', '2016-01-01', '{A}', '{C}');
\pset expanded on
SELECT arguments, r.*
  FROM (VALUES (1, $$'rename', '2011-01-01', '{A.2}', '{A.9}'$$), (2, $$'transfer', '2011-01-01', '{B.1}', '{A.2}', shares => '{0.1}'$$), (3, $$'rename', '2012-01-01', '{A.1}', '{A.9}'$$),
               (4, $$'rename', '2014-01-01', '{B.1}', '{A.9}'$$), (5, $$'merge', '2013-01-01', '{A.1}', '{A.9}', '{nine}'$$)) AS a (i, arguments),
       LATERAL pg_temp.told(format('SELECT reform(%s)', arguments)) AS r
 ORDER BY i;
\pset expanded off
SELECT code, valid FROM unit WHERE code <@ 'A' OR code <@ 'C' ORDER BY code;

-- What would have ended ends then under its new code too, with its boundary, and what was drawn for later goes along; of several the last end tells, if all have one.
SELECT count(*) FROM reform('rename', '2014-01-01', '{D.1}', '{D.2}');
SELECT count(*) FROM reform('merge', '2014-01-01', '{D.5,D.6}', '{D.7}', '{seven}');
SELECT count(*) FROM reform('merge', '2016-01-01', '{D.2.u,D.3}', '{D.8}', '{eight}');
SELECT count(*) FROM reform('transfer', '2016-01-01', '{D.7}', '{D.9}', '{nine}', '{0.5}');
SELECT code, valid FROM unit WHERE code <@ 'D' AND code <> 'D' ORDER BY code;
SELECT unit, valid, area_m2 FROM boundary WHERE unit <@ 'D' ORDER BY unit, valid;

-- A boundary with a history: a fifth is cut off from the day until the next one begins; who receives it has none until then, but that fifth.
SELECT count(*) FROM reform('transfer', '2014-01-01', '{B.1}', '{B.2}', share_by => 'area', boundaries => ARRAY[pg_temp.box(80, 0, 20, 100)]);
SELECT unit, valid, area_m2 FROM boundary WHERE unit <@ 'B' ORDER BY unit, valid;

-- What was drawn for later of a unit that a split or merge ends is gone; that of units below goes along.
INSERT INTO unit (code, hierarchy, tier, name)
SELECT u::unitcode, 'adm', (ARRAY['city', 'county', 'town'])[governance.depth(u::unitcode)], u FROM unnest('{F,F.1,F.1.t,F.2,F.3,F.4,F.5,F.6,F.7}'::text[]) AS u;
INSERT INTO boundary (unit, valid, geom) VALUES
    ('F.1', '(,2020-01-01)', pg_temp.box(0, 0, 10, 10)), ('F.1', '[2020-01-01,)', pg_temp.box(0, 0, 20, 10)), ('F.1.t', '(,2020-01-01)', pg_temp.box(0, 0, 5, 10)), ('F.1.t', '[2020-01-01,)', pg_temp.box(0, 0, 6, 10)),
    ('F.2', '(,2016-01-01)', pg_temp.box(20, 0, 10, 10)), ('F.2', '[2016-01-01,2020-01-01)', pg_temp.box(20, 0, 11, 10)), ('F.2', '[2020-01-01,)', pg_temp.box(20, 0, 12, 10)),
    ('F.3', '(,)', pg_temp.box(40, 0, 10, 10));
SELECT count(*) FROM reform('split', '2016-01-01', '{F.1}', '{F.11,F.12}', '{eleven,twelve}', '{0.5,0.5}', boundaries => ARRAY[pg_temp.box(0, 0, 5, 10), pg_temp.box(5, 0, 5, 10)], children => '{F.11.t}');
SELECT count(*) FROM reform('merge', '2016-01-01', '{F.2,F.3}', '{F.13}', '{thirteen}');
SELECT unit, valid, area_m2 FROM boundary WHERE unit <@ 'F' ORDER BY unit, valid;
SELECT unit, area_m2 FROM boundary_asof('2021-01-01') WHERE unit <@ 'F' ORDER BY unit;
-- By a rename it goes to the new code for the days when that has none of its own.
INSERT INTO boundary (unit, valid, geom) VALUES
    ('F.4', '(,2018-01-01)', pg_temp.box(0, 50, 10, 10)), ('F.4', '[2018-01-01,)', pg_temp.box(0, 50, 20, 10)), ('F.5', '[2019-01-01,2020-01-01)', pg_temp.box(0, 50, 30, 10)),
    ('F.6', '(,2018-01-01)', pg_temp.box(0, 80, 10, 10)), ('F.6', '[2018-01-01,)', pg_temp.box(0, 80, 20, 10)), ('F.7', '(,)', pg_temp.box(0, 80, 30, 10));
SELECT count(*) FROM reform('rename', '2016-01-01', '{F.4,F.6}', '{F.5,F.7}');
SELECT unit, valid, area_m2 FROM boundary WHERE unit IN ('F.4', 'F.5', 'F.6', 'F.7') ORDER BY unit, valid;

-- A child whose label is taken is renamed the day before at the latest.
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('B.1.t', 'adm', 'town', 'Town'), ('B.2.t', 'adm', 'town', 'Town');
SELECT * FROM pg_temp.told($$SELECT reform('merge', '2017-01-01', '{B.1,B.2}', '{B.3}', '{three}')$$);
SELECT count(*) FROM reform('rename', '2016-12-31', '{B.2.t}', '{B.2.s}');
SELECT predecessor, successor FROM reform('merge', '2017-01-01', '{B.1,B.2}', '{B.3}', '{three}');
-- What stands under units below does not move by a transfer of the unit above.
INSERT INTO observation (indicator, unit, period, value) VALUES ('people', 'B.3.t', period('2017'), 10), ('people', 'B.3', period('2017'), 100);
SELECT count(*) FROM reform('transfer', '2018-01-01', '{B.3}', '{B.4}', '{four}', '{0.3}');
SELECT unit, value FROM values_on('2018-01-01', 'people') ORDER BY 1;

-- By all leaves below: in 2010 one has not reported, so 2009 tells, 100 + 100 to 100; one that begins later counts then.
INSERT INTO observation (indicator, unit, period, value) VALUES ('people', 'E.1.t', period('2009'), 100), ('people', 'E.1.u', period('2009'), 100), ('people', 'E.2', period('2009'), 100),
    ('people', 'E.1.t', period('2010'), 100), ('people', 'E.2', period('2010'), 100), ('people', 'E.3', period('2010'), 300), ('people', 'E.4', period('2010'), 100);
SELECT reform_amounts('{E.1,E.2}', 'people', '2011-12-31'), reform_amounts('{E.3,E.4}', 'people', '2011-12-31'), reform_amounts('{E.4,E.2}', 'people', '2009-12-31');
SELECT * FROM pg_temp.told($$SELECT reform_amounts('{E.1,E.4}', 'people', '2010-12-31')$$);
-- Another day's leaves have reported then: what they have become does not matter.
SELECT count(*) FROM reform('rename', '2011-01-01', '{E.1.t}', '{E.1.v}');
SELECT reform_amounts('{E.1,E.2}', 'people', '2011-12-31');
SELECT governance.drop_model('reform_test');
