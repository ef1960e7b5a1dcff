-- Indicators: what is admitted, and what a rollup gives. Figures are worked out by hand.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT governance.create_model('indicators_test', 3005);
SET search_path = indicators_test, governance, public;
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
INSERT INTO hierarchy VALUES ('adm', 'administrative', 'administrative'), ('riv', 'rivers', 'natural');
INSERT INTO tier VALUES ('adm', 'province', 1), ('adm', 'district', 2), ('adm', 'town', 3), ('riv', 'basin', 1);
INSERT INTO unit (code, hierarchy, tier, name) VALUES
    ('P', 'adm', 'province', 'P'), ('P.A', 'adm', 'district', 'A'), ('P.B', 'adm', 'district', 'B'),
    ('P.A.1', 'adm', 'town', 'A1'), ('P.A.2', 'adm', 'town', 'A2'), ('P.A.3', 'adm', 'town', 'A3'), ('P.A.4', 'adm', 'town', 'A4'),
    ('P.C', 'adm', 'town', 'C'), ('R', 'riv', 'basin', 'R');

-- what a kind does not admit is refused at definition
INSERT INTO indicator (code, name, measure_unit, kind, space_op) VALUES ('t', 'temperature', 'count', 'intensive', 'sum');
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op) VALUES ('t', 'temperature', 'count', 'intensive', 'mean', 'sum');
INSERT INTO indicator (code, name, measure_unit, kind, space_op) VALUES ('r', 'rate', '%', 'ratio', 'mean');
INSERT INTO indicator (code, name, measure_unit, kind, space_op) VALUES ('r', 'rate', '%', 'ratio', 'ratio');
INSERT INTO indicator (code, name, measure_unit, kind, space_op) VALUES ('w', 'income', 'CNY', 'intensive', 'weighted_mean');
INSERT INTO indicator (code, name, measure_unit, kind, space_op) VALUES ('c', 'class', 'class', 'ordinal', 'mean');
INSERT INTO indicator (code, name, measure_unit, kind, space_op) VALUES ('n', 'note', 'count', 'none', 'max');
INSERT INTO indicator (code, name, measure_unit, kind, space_op) VALUES ('x', 'x', 'furlong', 'extensive', 'sum');
-- parts may come after the ratio in one statement, and must add up
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, numerator, denominator, weight_by, factor, decimals, source_mode) VALUES
    ('rate', 'unemployment', '%', 'ratio', 'ratio', 'none', 'jobless', 'force', NULL, 100, 2, 'leaf_only'),
    ('jobless', 'unemployed', 'persons', 'extensive', 'sum', 'mean', NULL, NULL, NULL, 1, NULL, 'leaf_only'),
    ('force', 'labour force', 'persons', 'extensive', 'sum', 'mean', NULL, NULL, NULL, 1, NULL, 'leaf_only'),
    ('flow', 'dwellings built', 'dwellings', 'extensive', 'sum', 'sum', NULL, NULL, NULL, 1, NULL, 'leaf_only'),
    ('stock', 'arable land', 'ha', 'extensive', 'sum', 'last', NULL, NULL, NULL, 1, NULL, 'leaf_only'),
    ('income', 'income', 'CNY', 'intensive', 'weighted_mean', 'mean', NULL, NULL, 'force', 1, 2, 'leaf_only'),
    ('quality', 'soil', 'class', 'ordinal', 'min', 'last', NULL, NULL, NULL, 1, NULL, 'leaf_only'),
    ('plus', 'staff', 'persons', 'extensive', 'sum', 'last', NULL, NULL, NULL, 1, NULL, 'self_plus_children'),
    ('told', 'reported', 'persons', 'extensive', 'sum', 'last', NULL, NULL, NULL, 1, NULL, 'reported_overrides'),
    ('mean', 'mean', 'count', 'intensive', 'mean', 'first', NULL, NULL, NULL, 1, NULL, 'leaf_only');
INSERT INTO indicator (code, name, measure_unit, kind, space_op, numerator, denominator) VALUES ('bad', 'rate of a rate', '%', 'ratio', 'ratio', 'rate', 'force');
INSERT INTO indicator (code, name, measure_unit, kind, space_op, weight_by) VALUES ('bad', 'weighted by class', 'CNY', 'intensive', 'weighted_mean', 'quality');
UPDATE indicator SET kind = 'intensive', space_op = 'mean', time_op = 'mean' WHERE code = 'force';

-- observations: what is refused
INSERT INTO observation VALUES ('stock', 'P.Z', '[2020-01-01,2021-01-01)', 1);
INSERT INTO observation VALUES ('stock', 'P.C', '[2020-01-01,2021-01-01)', 'NaN', NULL, '2020-01-01');
INSERT INTO observation VALUES ('stock', 'P.C', '[2020-01-01,2021-01-01)', 'Infinity', NULL, '2020-01-01');
INSERT INTO observation VALUES ('stock', 'P.C', '[2020-01-01,)', 1, NULL, '2020-01-01');
INSERT INTO observation (indicator, unit, period, value, measure_unit) VALUES ('stock', 'P.C', '[2020-01-01,2021-01-01)', 1, 'persons');

-- missing is not zero: 2, 4, 6 and one missing have the sum 12 and the mean 4
INSERT INTO observation SELECT i, u, period('2020'), v FROM unnest('{stock,mean}'::text[]) i,
    (VALUES ('P.A.1', 2), ('P.A.2', 4), ('P.A.3', 6), ('P.A.4', NULL)) AS g (u, v);
SELECT * FROM indicator_rollup('stock', period('2020'));
SELECT unit, value, state FROM indicator_rollup('mean', period('2020'), 'P.A');
INSERT INTO observation VALUES ('mean', 'P.C', period('2020'), 0);
SELECT unit, value, n_present, n_expected, coverage FROM indicator_rollup('mean', period('2020'), 'P') WHERE unit IN ('P', 'P.C');

-- a rate is computed anew, never averaged: 1/10 and 9/30 make 25 %, and a town without both counts for nothing
INSERT INTO observation SELECT 'jobless', u, period('2020'), v FROM (VALUES ('P.A.1', 1), ('P.A.2', 9), ('P.A.3', 5)) AS g (u, v);
INSERT INTO observation SELECT 'force', u, period('2020'), v FROM (VALUES ('P.A.1', 10), ('P.A.2', 30), ('P.A.4', 7), ('P.C', 0)) AS g (u, v);
SELECT * FROM indicator_rollup('rate', period('2020'));
-- a denominator of nothing
INSERT INTO observation VALUES ('jobless', 'P.C', period('2020'), 0);
SELECT unit, value, n_present, state FROM indicator_rollup('rate', period('2020'), 'P.C');

-- 100 x 10 and 200 x 30 over 40
INSERT INTO observation SELECT 'income', u, period('2020'), v FROM (VALUES ('P.A.1', 100), ('P.A.2', 200), ('P.A.3', 999)) AS g (u, v);
SELECT unit, value, n_present FROM indicator_rollup('income', period('2020')) WHERE unit IN ('P', 'P.A', 'P.A.1', 'P.A.3');

-- time first: months into a quarter and a year; a period within another's counts through that one
INSERT INTO observation VALUES
    ('flow', 'P.A.1', period('2020-01'), 1), ('flow', 'P.A.1', period('2020-02'), 2), ('flow', 'P.A.1', period('2020-03'), 4),
    ('flow', 'P.A.1', period('2020-04'), 8), ('flow', 'P.A.2', period('2020-02'), 16), ('flow', 'P.A.2', period('2020Q2'), 32),
    ('flow', 'P.A.2', period('2020-05'), 5);
SELECT unit, value FROM indicator_rollup('flow', period('2020Q1'), 'P.A') WHERE value IS NOT NULL;
SELECT unit, value FROM indicator_rollup('flow', period('2020'), 'P.A') WHERE value IS NOT NULL;
SELECT unit, value FROM indicator_rollup('flow', period('2020Q2'), 'P.A') WHERE value IS NOT NULL;
-- the asked period must hold the whole of an observation's
SELECT count(value) FROM indicator_rollup('flow', '[2020-01-15,2020-02-15)');
INSERT INTO observation VALUES ('flow', 'P.A.1', '[2020-03-15,2020-04-15)', 1);
SELECT unit, value FROM indicator_rollup('flow', period('2020'));
DELETE FROM observation WHERE indicator = 'flow' AND period = '[2020-03-15,2020-04-15)';
INSERT INTO observation VALUES ('stock', 'P.A.1', period('2021'), 20);
SELECT unit, value FROM indicator_rollup('stock', period('2020/2021'), 'P.A') WHERE unit IN ('P.A', 'P.A.1', 'P.A.2');

-- a stock of March does not count at the end of the year for a unit that is gone by then, whatever else was observed
UPDATE unit SET valid = '(,2019-07-01)' WHERE code = 'P.A.4';
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op) VALUES ('herd', 'cattle', 'count', 'extensive', 'sum', 'last');
INSERT INTO observation VALUES ('herd', 'P.A.1', period('2019-03'), 2), ('herd', 'P.A.4', period('2019-03'), 4);
SELECT unit, value FROM indicator_rollup('herd', period('2019-03'), 'P.A') WHERE value IS NOT NULL;
SELECT unit, value FROM indicator_rollup('herd', period('2019'), 'P.A') WHERE value IS NOT NULL;
UPDATE unit SET valid = DEFAULT WHERE code = 'P.A.4';
DELETE FROM observation WHERE indicator = 'herd';
DELETE FROM indicator WHERE code = 'herd';

-- units of measure: 15 mu are 1 ha, exactly, and a third of a hectare is nothing lost in a sum
INSERT INTO observation (indicator, unit, period, value, measure_unit) VALUES
    ('stock', 'P.A.1', period('2022'), 5, 'mu'), ('stock', 'P.A.2', period('2022'), 5, 'mu'), ('stock', 'P.A.3', period('2022'), 5, 'mu'),
    ('stock', 'P.A.4', period('2022'), 0.01, 'km2'), ('stock', 'P.C', period('2022'), 12786.19, '10k_ha');
SELECT unit, value FROM indicator_rollup('stock', period('2022')) ORDER BY unit;
-- 1 mu = 1/1500 km2: 6 925.25 and 5 950.00 ten thousand mu are 4.62 and 3.97 ten thousand km2
INSERT INTO indicator (code, name, measure_unit, kind, space_op) VALUES ('arable', 'arable', 'km2', 'extensive', 'sum');
INSERT INTO observation (indicator, unit, period, value, measure_unit) VALUES
    ('arable', 'P.A.1', period('2035'), 6925.25, '10k_mu'), ('arable', 'P.A.2', period('2035'), 5950.00, '10k_mu');
SELECT unit, round(value / 10000, 2) FROM indicator_rollup('arable', period('2035'), 'P.A') WHERE value IS NOT NULL;
UPDATE indicator SET measure_unit = 'persons' WHERE code = 'arable';
UPDATE measure_unit SET dimension = 'length' WHERE code = '10k_mu';

-- who counts: leaves only; all; reports that stand
INSERT INTO observation SELECT i, u, period('2020'), v FROM unnest('{plus,told,flow}'::text[]) i,
    (VALUES ('P.A', 100), ('P.A.1', 30), ('P.A.2', 40), ('P.C', 5)) AS g (u, v);
SELECT * FROM indicator_rollup('plus', period('2020'));
SELECT * FROM indicator_rollup('told', period('2020'));
SELECT indicator, unit, value, reason FROM unused_observation;

-- refresh stores what indicator_rollup computes, for every observed period
CALL refresh();
SELECT indicator, count(*) AS rows, count(DISTINCT period) AS periods, sum(value) FROM indicator_value GROUP BY indicator ORDER BY indicator;
SELECT count(*) AS differ FROM (SELECT DISTINCT indicator, period FROM indicator_value) v
 CROSS JOIN LATERAL (
    (SELECT * FROM indicator_rollup(v.indicator, v.period)
     EXCEPT SELECT unit, value, n_present, n_expected, coverage, state FROM indicator_value w WHERE w.indicator = v.indicator AND w.period = v.period)
    UNION ALL
    (SELECT unit, value, n_present, n_expected, coverage, state FROM indicator_value w WHERE w.indicator = v.indicator AND w.period = v.period
     EXCEPT SELECT * FROM indicator_rollup(v.indicator, v.period))) d;
SELECT * FROM reported_mismatch;
-- three times 5 mu are the reported hectare, though a third of one has no end; of a year, a report by months differs too
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, source_mode) VALUES ('felled', 'forest felled', 'ha', 'extensive', 'sum', 'sum', 'reported_overrides');
INSERT INTO observation (indicator, unit, period, value, measure_unit) VALUES
    ('felled', 'P.A', period('2020'), 1, 'ha'), ('felled', 'P.A.1', period('2020'), 5, 'mu'), ('felled', 'P.A.2', period('2020'), 5, 'mu'),
    ('felled', 'P.A.3', period('2020'), 5, 'mu'), ('felled', 'P.A', period('2021-03'), 2, 'ha'), ('felled', 'P.A', period('2021-07'), 3, 'ha'),
    ('felled', 'P.A.1', period('2021'), 7, 'ha');
CALL refresh('felled');
SELECT unit, period, reported, children, difference, n_children, n_missing FROM reported_mismatch WHERE indicator = 'felled';
-- decimals of either sign are a tolerance
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, source_mode, decimals) VALUES
    ('huge', 'huge', 'persons', 'extensive', 'sum', 'last', 'reported_overrides', -17), ('tiny', 'tiny', 'persons', 'extensive', 'sum', 'last', 'reported_overrides', 18);
INSERT INTO observation (indicator, unit, period, value) VALUES
    ('huge', 'P.A', period('2020'), 4e17), ('huge', 'P.A.1', period('2020'), 1e17), ('tiny', 'P.A', period('2020'), 1.000000000000000001), ('tiny', 'P.A.1', period('2020'), 1),
    ('tiny', 'P.A', period('2021'), 1.000000000000000002), ('tiny', 'P.A.1', period('2021'), 1);
CALL refresh();
SELECT indicator, unit, period, difference FROM reported_mismatch WHERE indicator IN ('huge', 'tiny');
DELETE FROM observation WHERE indicator IN ('huge', 'tiny');
DELETE FROM indicator WHERE code IN ('huge', 'tiny');
DELETE FROM observation WHERE indicator = 'felled';
DELETE FROM indicator WHERE code = 'felled';
-- again: nothing to do, no row is touched
CREATE TEMP TABLE before AS SELECT ctid AS place, v.* FROM indicator_value v;
CALL refresh();
SELECT count(*) AS moved FROM indicator_value v JOIN before b USING (indicator, period, unit) WHERE v.ctid <> b.place;
-- one indicator, and what is computed from it
UPDATE observation SET value = 3 WHERE indicator = 'jobless' AND unit = 'P.A.1';
DELETE FROM observation WHERE indicator = 'quality';
CALL refresh('jobless');
SELECT unit, value FROM indicator_value WHERE indicator = 'rate' AND unit IN ('P.A', 'P.A.1');
DELETE FROM observation WHERE indicator = 'arable';
CALL refresh('arable');
SELECT count(*) FROM indicator_value WHERE indicator = 'arable';
CALL refresh('nothing');
SELECT * FROM indicator_rollup('nothing', period('2020'));
SELECT * FROM indicator_rollup('stock', '(,)');
SELECT * FROM indicator_rollup('stock', NULL);

-- coverage counts the leaf units that exist in the period
UPDATE unit SET valid = '[2021-01-01,)' WHERE code = 'P.A.4';
SELECT unit, n_present, n_expected, coverage, state FROM indicator_rollup('stock', period('2020')) WHERE unit IN ('P', 'P.A', 'P.A.4');
UPDATE indicator SET min_coverage = 0.9 WHERE code = 'stock';
SELECT unit, state FROM indicator_rollup('stock', period('2020')) WHERE unit IN ('P', 'P.A');
-- stale: the newest figure in the year is older than allowed
UPDATE indicator SET max_age = '3 months' WHERE code = 'flow';
SELECT unit, value, state FROM indicator_rollup('flow', '[2020-01-01,2020-12-30)', 'P.A') WHERE unit IN ('P.A', 'P.A.1');
SELECT unit, value, state FROM indicator_rollup('flow', '[2020-01-01,2020-07-15)', 'P.A') WHERE unit IN ('P.A', 'P.A.2');
-- a unit split in July: its flow before and its child's after make the year; its stock is not counted twice
INSERT INTO unit (code, hierarchy, tier, name, valid) VALUES ('P.B.1', 'adm', 'town', 'B1', '[2023-07-01,)'), ('P.D', 'adm', 'town', 'D', '(,2023-07-01)'),
    ('P.E', 'adm', 'town', 'E, once D', '[2023-07-01,)');
UPDATE indicator SET max_age = NULL, min_coverage = 0 WHERE code IN ('flow', 'stock');
INSERT INTO observation SELECT 'flow', CASE WHEN m < 7 THEN 'P.B' ELSE 'P.B.1' END, period(format('2023-%s', lpad(m::text, 2, '0'))), 10 FROM generate_series(1, 12) m;
SELECT unit, value, n_present, n_expected FROM indicator_rollup('flow', period('2023'), 'P.B');
INSERT INTO observation VALUES ('stock', 'P.D', period('2023-03'), 10), ('stock', 'P.E', period('2023-12'), 11), ('stock', 'P.D', period('2023-09'), 99);
SELECT unit, value FROM indicator_rollup('stock', period('2023')) WHERE value IS NOT NULL;
SELECT unit, value FROM indicator_rollup('stock', period('2023Q1')) WHERE value IS NOT NULL;
SELECT indicator, unit, value, reason FROM unused_observation WHERE unit = 'P.D';
-- nor is it with its children, of whom it has some on the day that counts: what was told of it before is theirs to tell
INSERT INTO observation VALUES ('stock', 'P.B', period('2023-03'), 20), ('stock', 'P.B.1', period('2023-12'), 21);
SELECT unit, value, n_present, n_expected FROM indicator_rollup('stock', period('2023'), 'P.B');
SELECT unit, value, n_present, n_expected FROM indicator_rollup('stock', period('2023Q1'), 'P.B');
UPDATE indicator SET time_op = 'first' WHERE code = 'stock';
SELECT unit, value, n_present, n_expected FROM indicator_rollup('stock', period('2023'), 'P.B');
UPDATE indicator SET time_op = 'last' WHERE code = 'stock';
DELETE FROM observation WHERE indicator = 'stock' AND unit <@ 'P.B' AND period <@ period('2023');
-- a subtree gives the rows that the whole does; an unknown root is an error
SELECT * FROM indicator_rollup('stock', period('2023'), 'P.A.1');
SELECT * FROM indicator_rollup('stock', period('2023'), 'P.Z');
-- parts summed over different units are refused; units of measure in use stay
UPDATE indicator SET source_mode = 'self_plus_children' WHERE code = 'force';
UPDATE indicator SET measure_unit = '10k_persons' WHERE code = 'jobless';
UPDATE measure_unit SET factor = 5 WHERE code = 'ha';
-- a refresh that fails says of what
INSERT INTO observation VALUES ('force', 'P.E', period('2023'), -1), ('income', 'P.E', period('2023'), 5);
CALL refresh();
DELETE FROM observation WHERE unit = 'P.E';
-- from every unit of measure in every other of its dimension: two units of 3 and 4, one given in the indicator's own
BEGIN;
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op)
SELECT t.code || ' from ' || f.code, '', t.code, 'extensive', 'sum', 'last' FROM measure_unit t JOIN measure_unit f USING (dimension);
INSERT INTO observation (indicator, unit, period, value, measure_unit)
SELECT i.code, o.unit, period('2024'), o.value, CASE o.unit WHEN 'P.A.1' THEN split_part(i.code, ' from ', 2) END
  FROM indicator i, (VALUES ('P.A.1'::unitcode, 3), ('P.C', 4)) AS o (unit, value) WHERE i.code LIKE '% from %';
CALL refresh();
SELECT count(*) AS pairs, count(*) FILTER (WHERE abs(v.value * f.divisor * t.factor - (4 * f.divisor * t.factor + 3 * f.factor * t.divisor)) < 1e-15 * t.factor * f.divisor * (4 + v.value)) AS converted
  FROM measure_unit t JOIN measure_unit f USING (dimension)
  LEFT JOIN indicator_value v ON v.indicator = t.code || ' from ' || f.code AND v.unit = 'P' AND v.period = period('2024');
-- and for a longer period, and beside others that are given in the indicator's own
SELECT r.unit, r.value FROM indicator_rollup('persons from 10k_persons', period('2024/2025')) r WHERE r.value IS NOT NULL;
INSERT INTO observation (indicator, unit, period, value) VALUES ('persons from 10k_persons', 'P.C', period('2025'), 7);
UPDATE observation SET value = 5 WHERE indicator = 'persons from 10k_persons' AND unit = 'P.A.1';
CALL refresh();
SELECT v.unit, period_label(v.period) AS period, v.value FROM indicator_value v WHERE v.indicator = 'persons from 10k_persons' AND v.value IS NOT NULL ORDER BY v.period, v.unit;
ROLLBACK;
-- renaming an indicator takes its values along
UPDATE indicator SET code = 'built' WHERE code = 'flow';
SELECT count(*) > 0 AS moved FROM indicator_value WHERE indicator = 'built';
-- a role that may only enter data
DROP ROLE IF EXISTS gov_regress_clerk;
CREATE ROLE gov_regress_clerk;
GRANT USAGE ON SCHEMA indicators_test TO gov_regress_clerk;
GRANT INSERT ON unit, observation, indicator TO gov_regress_clerk;
SET ROLE gov_regress_clerk;
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('P.F', 'adm', 'town', 'F');
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('P.F.1', 'adm', 'town', 'too high');
INSERT INTO observation (indicator, unit, period, value, measure_unit) VALUES ('stock', 'P.F', period('2024'), 1, 'mu');
INSERT INTO observation (indicator, unit, period, value, measure_unit) VALUES ('stock', 'P.F', period('2025'), 1, 'persons');
CREATE TEMP TABLE trap (code unitcode, hierarchy text, tier text, parent unitcode);
CREATE TRIGGER trap AFTER INSERT ON trap REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION check_unit_rank();
RESET ROLE;
DROP TABLE IF EXISTS trap;
-- no rows, no trouble
DELETE FROM observation;
CALL refresh();
SELECT count(*) FROM indicator_value;
SELECT count(*) FROM indicator_rollup('stock', period('2020'));
SET search_path = '';
CALL indicators_test.refresh();
RESET search_path;
SELECT governance.drop_model('indicators_test');
DROP ROLE gov_regress_clerk;
