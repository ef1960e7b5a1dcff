-- Refresh: what is noted, what is computed again, and what is left alone.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT governance.create_model('refresh_test', 3005);
SET search_path = refresh_test, governance, public;
SET datestyle = 'ISO, YMD';
INSERT INTO hierarchy VALUES ('adm', 'administrative', 'administrative'), ('riv', 'rivers', 'natural');
INSERT INTO tier VALUES ('adm', 'province', 1), ('adm', 'district', 2), ('adm', 'town', 3), ('riv', 'basin', 1);
INSERT INTO unit (code, hierarchy, tier, name) VALUES
    ('P', 'adm', 'province', 'P'), ('P.A', 'adm', 'district', 'A'), ('P.B', 'adm', 'district', 'B'),
    ('P.A.1', 'adm', 'town', 'A1'), ('P.A.2', 'adm', 'town', 'A2'), ('P.B.1', 'adm', 'town', 'B1'), ('P.B.2', 'adm', 'town', 'B2'),
    ('R', 'riv', 'basin', 'R');
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, numerator, denominator) VALUES
    ('force', 'labour force', 'persons', 'extensive', 'sum', 'sum', NULL, NULL),
    ('jobless', 'unemployed', 'persons', 'extensive', 'sum', 'sum', NULL, NULL),
    ('rate', 'unemployment', '1', 'ratio', 'ratio', 'none', 'jobless', 'force'),
    ('low', 'lowest', 'count', 'extensive', 'min', 'last', NULL, NULL);
INSERT INTO observation (indicator, unit, period, value)
SELECT i, u.code, period('2020'), v FROM (VALUES ('force', 100), ('jobless', 10), ('low', 7)) AS g (i, v), unit u WHERE u.tier = 'town';
-- a load is noted by indicator and period
SELECT indicator, period, units FROM pending_change WHERE period IS NOT NULL ORDER BY indicator;
CALL refresh();
SELECT count(*) FROM pending_change;
SELECT indicator, period, n_units FROM refreshed ORDER BY indicator, period;

-- only what depends on a change is computed again: a false figure elsewhere stays, and does not spread
UPDATE indicator_value SET value = -1 WHERE unit IN ('P.B', 'P.B.1');
UPDATE observation SET value = 60 WHERE indicator = 'jobless' AND unit = 'P.A.1';
SELECT indicator, period, units FROM pending_change;
CALL refresh();
SELECT unit, value FROM indicator_value WHERE indicator = 'jobless' ORDER BY unit;
SELECT unit, value FROM indicator_value WHERE indicator = 'rate' ORDER BY unit;
CALL refresh(full => true);
SELECT unit, value FROM indicator_value WHERE indicator IN ('jobless', 'rate') AND unit IN ('P', 'P.B', 'P.B.1') ORDER BY indicator, unit;

-- nor does a row by hand survive it, of a period that nobody observed
INSERT INTO indicator_value (indicator, unit, period, value, n_present, n_expected, coverage, state, hierarchy, tier) VALUES ('low', 'P', period('1999'), 1, 1, 1, 1, 'ok', 'adm', 'province');
CALL refresh(full => true);
SELECT count(*) FROM indicator_value WHERE period = period('1999');

-- what changes no figure is not noted
UPDATE observation SET source = 'census', recorded_at = now();
UPDATE observation SET value = value;
UPDATE unit SET name = lower(name);
UPDATE indicator SET name = upper(name);
SELECT count(*) FROM pending_change;

-- the least value goes; the next one takes its place, and comes back
INSERT INTO observation VALUES ('low', 'P.B.1', period('2021'), 3), ('low', 'P.B.2', period('2021'), 5), ('low', 'P.A.1', period('2021'), 4);
CALL refresh('low');
SELECT unit, value FROM indicator_value WHERE indicator = 'low' AND period = period('2021') AND value IS NOT NULL ORDER BY unit;
DELETE FROM observation WHERE indicator = 'low' AND unit = 'P.B.1' AND period = period('2021');
CALL refresh();
SELECT unit, value FROM indicator_value WHERE indicator = 'low' AND period = period('2021') AND value IS NOT NULL ORDER BY unit;
DELETE FROM observation WHERE indicator = 'low' AND period = period('2021');
CALL refresh();
SELECT count(*) FROM indicator_value WHERE period = period('2021');
SELECT count(*) FROM refreshed WHERE period = period('2021');

-- a month corrected late is in its year
DELETE FROM observation WHERE indicator = 'jobless' AND unit = 'P.A.2';
INSERT INTO observation SELECT 'jobless', 'P.A.2', period(format('2020-%s', lpad(m::text, 2, '0'))), m FROM generate_series(1, 12) m;
CALL refresh();
SELECT unit, period_label(period), value FROM indicator_value
 WHERE indicator IN ('jobless') AND unit IN ('P.A', 'P.A.2') AND period IN (period('2020'), period('2020-03')) ORDER BY unit, period;
UPDATE observation SET value = 103 WHERE period = period('2020-03');
CALL refresh('jobless');
SELECT indicator, unit, period_label(period), value FROM indicator_value
 WHERE indicator IN ('jobless', 'rate') AND unit IN ('P.A', 'P.A.2') AND period IN (period('2020'), period('2020-03')) ORDER BY indicator, unit, period;

-- one indicator and its users: the others wait
UPDATE observation SET value = value + 1 WHERE indicator IN ('force', 'low') AND unit = 'P.B.2';
CALL refresh('low');
SELECT indicator, period_label(period), units FROM pending_change ORDER BY indicator, period;
CALL refresh();

-- a leaf unit gets children: its own figure no longer counts; they go, and it does again
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('P.C', 'adm', 'town', 'C');
INSERT INTO observation VALUES ('low', 'P.C', period('2020'), 1);
CALL refresh();
SELECT unit, value, n_present, n_expected FROM indicator_value WHERE indicator = 'low' AND unit IN ('P', 'P.C') ORDER BY unit;
INSERT INTO tier VALUES ('adm', 'ward', 4);
INSERT INTO unit (code, hierarchy, tier, name, valid) VALUES ('P.C.1', 'adm', 'ward', 'C1', '[2020-07-01,)'), ('P.C.2', 'adm', 'ward', 'C2', '[2020-07-01,)');
CALL refresh();
SELECT unit, value, n_present, n_expected FROM indicator_value WHERE indicator = 'low' AND unit <@ 'P.C' OR indicator = 'low' AND unit = 'P' ORDER BY unit;
UPDATE unit SET valid = '[2021-07-01,)' WHERE code <@ 'P.C' AND tier = 'ward';
CALL refresh();
SELECT unit, value, n_present, n_expected FROM indicator_value WHERE indicator = 'low' AND unit <@ 'P.C' OR indicator = 'low' AND unit = 'P' ORDER BY unit;
DELETE FROM unit WHERE tier = 'ward';

-- a hierarchy has rows while it has values
INSERT INTO observation VALUES ('low', 'R', period('2020'), 9);
CALL refresh();
SELECT count(*) FROM indicator_value WHERE indicator = 'low' AND unit = 'R';
DELETE FROM observation WHERE unit = 'R';
CALL refresh();
SELECT count(*) FROM indicator_value WHERE indicator = 'low' AND unit = 'R';

-- a change of definition is a change of all its values, and of those computed from them
UPDATE indicator SET decimals = 1 WHERE code = 'rate';
UPDATE indicator SET time_op = 'max' WHERE code = 'jobless';
CALL refresh();
SELECT indicator, value FROM indicator_value WHERE unit = 'P.A' AND indicator IN ('jobless', 'rate') AND period = period('2020') ORDER BY indicator;

-- what cannot be computed is not lost
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, weight_by) VALUES ('wage', '', 'CAD', 'intensive', 'weighted_mean', 'mean', 'force');
INSERT INTO observation VALUES ('wage', 'P.A.1', period('2020'), 9), ('wage', 'P.A.2', period('2020'), 12);
CALL refresh();
UPDATE observation SET value = -1 WHERE indicator = 'force' AND unit = 'P.A.1';
CALL refresh();
SELECT indicator, period_label(period), units FROM pending_change;
UPDATE observation SET value = 1 WHERE indicator = 'force' AND unit = 'P.A.1';
CALL refresh();
SELECT unit, value, weight FROM indicator_value WHERE indicator = 'wage' AND unit IN ('P.A', 'P.A.1') ORDER BY unit;

-- an error of observations tells all it knows
INSERT INTO observation VALUES ('force', 'P.B.1', '[2018-01-01,2020-01-01)', 1), ('force', 'P.B.1', '[2018-01-01,2018-06-01)', 1),
                               ('force', 'P.B.2', '[2018-01-01,2018-09-01)', 1), ('force', 'P.B.2', '[2018-06-01,2020-01-01)', 1);
CALL refresh('force');
DELETE FROM observation WHERE indicator = 'force' AND period << period('2020');
-- so it does where only differences are to be added
CALL refresh();
UPDATE observation SET value = '9e131071' WHERE indicator = 'force' AND unit <@ 'P.B' AND period = period('2020');
CALL refresh('force');
UPDATE observation SET value = 1 WHERE indicator = 'force' AND unit <@ 'P.B' AND period = period('2020');
CALL refresh();

-- a weight, or another period, in another unit of measure: what is stored is in units of before
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, weight_by) VALUES
    ('people', '', '10k_persons', 'extensive', 'sum', 'last', NULL), ('income', '', 'CAD', 'intensive', 'weighted_mean', 'last', 'people'),
    ('field', '', 'ha', 'extensive', 'mean', 'last', NULL);
INSERT INTO observation (indicator, unit, period, value)
SELECT i, code, period('2020'), row_number() OVER (PARTITION BY i ORDER BY code) FROM unit, unnest('{people,income,field}'::text[]) i WHERE code ~ '^P\.[AB]\.[12]$';
CALL refresh();
SELECT value FROM indicator_value WHERE indicator = 'income' AND unit = 'P' AND period = period('2020');
UPDATE observation SET value = 10000, measure_unit = 'persons' WHERE indicator = 'people' AND unit = 'P.A.1';
INSERT INTO observation (indicator, unit, period, value, measure_unit) VALUES ('field', 'P.A.1', period('2021'), 15, 'mu');
CALL refresh();
SELECT unit, value, total, weight FROM indicator_value WHERE indicator IN ('income', 'field') AND unit IN ('P', 'P.B.1') ORDER BY indicator, period, unit;
-- a unit of measure comes that calls for finer ones
INSERT INTO measure_unit VALUES ('seventh', 'a seventh of a square metre', 'area', 1, 7);
CALL refresh();
SELECT unit, value, total FROM indicator_value WHERE indicator = 'field' AND unit = 'P' ORDER BY period;
DELETE FROM observation WHERE indicator IN ('people', 'income', 'field');
DELETE FROM indicator WHERE code = 'income';
DELETE FROM indicator WHERE code IN ('people', 'field');
CALL refresh();

-- where the root does not exist in a period, no more is computed than elsewhere
UPDATE unit SET valid = daterange('2021-01-01', NULL) WHERE code = 'P';
CALL refresh();
UPDATE observation SET value = value + 1 WHERE indicator = 'low' AND unit = 'P.A.1';
SELECT period_label(c.period), (SELECT array_agg(u ORDER BY u) FROM unnest(touched_unit('low', c.period, c.units)) u) AS touched
  FROM pending_change c ORDER BY c.period;
CALL refresh();
CREATE TEMP TABLE followed AS SELECT * FROM indicator_value;
CALL refresh(full => true);
SELECT count(*) AS rows, count(*) FILTER (WHERE v IS NOT DISTINCT FROM f) AS same FROM indicator_value v FULL JOIN followed f USING (indicator, period, unit);
DROP TABLE followed;
-- it begins to exist: it has a row again, beside those below it
UPDATE unit SET valid = daterange(NULL, NULL) WHERE code = 'P';
SELECT DISTINCT touched_unit('low', period('2020'), c.units) FROM pending_change c;
CALL refresh();
CREATE TEMP TABLE followed AS SELECT * FROM indicator_value;
CALL refresh(full => true);
SELECT count(*) AS rows, count(*) FILTER (WHERE v IS NOT DISTINCT FROM f) AS same FROM indicator_value v FULL JOIN followed f USING (indicator, period, unit);
DROP TABLE followed;

-- a unit made anew in another hierarchy is all that had a value in the one, and the first that has in the other
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('S', 'riv', 'basin', 'S');
INSERT INTO observation VALUES ('low', 'R', period('2020'), 9);
CALL refresh();
SELECT unit, hierarchy, value FROM indicator_value WHERE indicator = 'low' AND period = period('2020') AND unit IN ('R', 'S') ORDER BY unit;
DELETE FROM observation WHERE unit = 'R';
DELETE FROM unit WHERE code = 'R';
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('R', 'adm', 'province', 'R');
INSERT INTO observation VALUES ('low', 'R', period('2020'), 9);
CALL refresh();
SELECT unit, hierarchy, value FROM indicator_value WHERE indicator = 'low' AND period = period('2020') AND unit IN ('R', 'S') ORDER BY unit;
DELETE FROM observation WHERE unit = 'R';
DELETE FROM unit WHERE code = 'R';
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('R', 'riv', 'basin', 'R');
INSERT INTO observation VALUES ('low', 'R', period('2020'), 9);
CALL refresh();
SELECT unit, hierarchy, value FROM indicator_value WHERE indicator = 'low' AND period = period('2020') AND unit IN ('R', 'S') ORDER BY unit;
DELETE FROM observation WHERE unit = 'R';
DELETE FROM unit WHERE code = 'S';
CALL refresh();

-- a great many of one period count as all of it; and so does an emptied table
INSERT INTO unit (code, hierarchy, tier, name) SELECT child('P.B.1', 'n' || n), 'adm', 'ward', '' FROM generate_series(1, 10001) n;
SELECT indicator, period, units FROM pending_change;
CALL refresh();
INSERT INTO observation SELECT 'low', code, period('2020'), 2 FROM unit WHERE tier = 'ward';
SELECT indicator, period_label(period), units FROM pending_change;
CALL refresh('low');
SELECT unit, value, n_present, n_expected FROM indicator_value WHERE indicator = 'low' AND unit IN ('P', 'P.B.1') ORDER BY unit;

-- a model that is published is refreshed as any other
SET client_min_messages = error;
CREATE PUBLICATION gov_regress_refresh FOR TABLES IN SCHEMA refresh_test;
UPDATE observation SET value = 3 WHERE indicator = 'low' AND unit = 'P.A.1';
UPDATE indicator SET attribute = 'expected' WHERE code = 'low';
CALL refresh();
UPDATE indicator SET code = 'lowest' WHERE code = 'low';
UPDATE indicator SET code = 'low', attribute = 'advisory' WHERE code = 'lowest';
CALL refresh();
DROP PUBLICATION gov_regress_refresh;
SET client_min_messages = warning;

-- a role that enters data needs no more; one that refreshes, these rights
DROP ROLE IF EXISTS gov_regress_entry;
CREATE ROLE gov_regress_entry;
GRANT USAGE ON SCHEMA refresh_test TO gov_regress_entry;
GRANT SELECT, INSERT, UPDATE, DELETE ON observation TO gov_regress_entry;
SET ROLE gov_regress_entry;
UPDATE observation SET value = 100 WHERE indicator = 'low' AND unit = 'P.A.1';
SELECT count(*) FROM pending_change;
CALL refresh();
RESET ROLE;
SELECT indicator, period_label(period), units FROM pending_change WHERE indicator = 'low';
GRANT SELECT ON ALL TABLES IN SCHEMA refresh_test TO gov_regress_entry;
GRANT INSERT, UPDATE, DELETE ON indicator_value, pending_change, pending_rule, refreshed, value_change, warning, warning_event TO gov_regress_entry;
SET ROLE gov_regress_entry;
CALL refresh();
RESET ROLE;
SELECT value FROM indicator_value WHERE indicator = 'low' AND unit = 'P.A.1' AND period = period('2020');
-- its triggers serve nobody else
CREATE TEMP TABLE trap (indicator text, period daterange, unit unitcode);
GRANT ALL ON trap TO gov_regress_entry;
SET ROLE gov_regress_entry;
CREATE TRIGGER trap AFTER INSERT ON trap REFERENCING NEW TABLE AS present FOR EACH STATEMENT EXECUTE FUNCTION note_observation();
RESET ROLE;
DROP TABLE trap;

TRUNCATE observation;
SELECT indicator, period, units FROM pending_change;
CALL refresh();
SELECT count(*) FROM indicator_value;
SELECT count(*) FROM refreshed;
DELETE FROM indicator WHERE code = 'rate';
INSERT INTO observation VALUES ('force', 'P.A.1', period('2020'), 5);
SET search_path = '';
CALL refresh_test.refresh();
SELECT count(*) FROM refresh_test.indicator_value WHERE value = 5;
RESET search_path;
SELECT governance.drop_model('refresh_test');
DROP OWNED BY gov_regress_entry;
DROP ROLE gov_regress_entry;
