-- Values graded by the thresholds that hold for them, and the views that show it.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT governance.create_model('evaluation_test', 3005);
SET search_path = evaluation_test, governance, public;
SET datestyle = 'ISO';
INSERT INTO hierarchy VALUES ('adm', 'administrative', 'administrative');
INSERT INTO tier VALUES ('adm', 'province', 1), ('adm', 'city', 2), ('adm', 'county', 3), ('adm', 'district', 3);
INSERT INTO authority VALUES ('dept', 'Department', 'department');
INSERT INTO unit (code, hierarchy, tier, name, authority, valid) VALUES
    ('P', 'adm', 'province', 'Province', 'dept', DEFAULT), ('P.A', 'adm', 'city', 'City A', NULL, DEFAULT), ('P.A.1', 'adm', 'county', 'A one', NULL, DEFAULT),
    ('P.A.2', 'adm', 'county', 'A two', NULL, DEFAULT), ('P.A.3', 'adm', 'county', 'A three', NULL, '(,2021-07-01)'), ('P.B', 'adm', 'county', 'B, without a city', NULL, DEFAULT);
INSERT INTO boundary (unit, geom) SELECT code, ST_Multi(ST_MakeEnvelope(n, 0, n + 1, 1, 3005)) FROM (SELECT code, row_number() OVER (ORDER BY code) AS n FROM unit WHERE tier = 'county') AS u;
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, numerator, denominator, factor, attribute, direction, decimals, min_coverage) VALUES
    ('field', 'Farmland', 'ha', 'extensive', 'sum', 'sum', NULL, NULL, 1, 'advisory', 'floor', NULL, 0.9), ('people', 'People', 'persons', 'extensive', 'sum', 'last', NULL, NULL, 1, 'advisory', 'none', NULL, 0.5),
    ('share', 'Farmland per head', '%', 'ratio', 'ratio', 'none', 'field', 'people', 100, 'advisory', 'floor', 1, 0.5);
INSERT INTO observation (indicator, unit, period, value)
SELECT i, u::unitcode, period(y::text), v + (y - 2020) * d FROM (VALUES ('field', 'P.A.1', 100, -10), ('field', 'P.A.2', 50, 5), ('field', 'P.B', 30, 0), ('people', 'P.A.1', 200, 0), ('people', 'P.A.2', 100, 0),
    ('people', 'P.B', 80, 0)) AS o (i, u, v, d), generate_series(2020, 2022) AS y;
INSERT INTO observation (indicator, unit, period, value) VALUES ('field', 'P.A.3', period('2021'), 40);
DELETE FROM observation WHERE unit = 'P.B' AND period = period('2022') AND indicator = 'field';
INSERT INTO threshold_rule (id, indicator, unit, tier, threshold, basis, source) VALUES
    (1, 'field', NULL, 'county', '>= 40 warning 55', 'law', 'act 1'), (2, 'field', 'P', 'province', '>= 175 warning 185', 'plan', 'plan 2035'), (3, 'share', NULL, NULL, '>= 45 notice 50', 'expert_judgement', NULL);
CALL refresh();

-- One row per unit, indicator and period.
SELECT unit, period_label, value, coverage, state, threshold, grade, margin, rule FROM evaluation WHERE indicator = 'field' ORDER BY period, unit;
\x on
SELECT indicator, indicator_name, attribute, unit, unit_name, hierarchy, tier, authority, period, period_label, value, measure_unit, coverage, state, threshold, grade, margin, round(relative_margin, 6) AS relative_margin,
       basis, tier_rank, is_leaf, adds_up, grade_rank, period_start, period_end, rule, source, refreshed_at <= now() AS refreshed
  FROM evaluation WHERE unit IN ('P', 'P.A.1') AND period = period('2021') AND indicator <> 'people' ORDER BY indicator, unit;
\x off
-- A sum over leaf rows counts all once; over all rows it would count thrice.
SELECT period_label, sum(value) FILTER (WHERE is_leaf) = max(value) FILTER (WHERE unit = 'P') AS leaves, sum(value) > max(value) FILTER (WHERE unit = 'P') AS all_rows
  FROM evaluation WHERE indicator = 'field' AND adds_up GROUP BY period_label ORDER BY 1;
-- Every row of indicator_value, once.
SELECT count(*) = (SELECT count(*) FROM indicator_value) AS all_of_them, count(DISTINCT (indicator, unit, period)) = count(*) AS once FROM evaluation;

-- A tier's values and units are found by an index; none has a column that changes with a value, lest refresh() write it.
SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'indicator_value'::regclass OR indexrelid = 'unit_tier'::regclass ORDER BY 1;

-- Rules come, change, end and go; what they concern is graded again, values are not computed.
CREATE TEMP TABLE before AS SELECT ctid AS place, v.* FROM indicator_value v;
INSERT INTO threshold_rule (id, indicator, unit, threshold, basis, valid) VALUES (4, 'field', 'P.A.1', '>= 95', 'suitability', '[2021-12-31,2022-12-31)');
SELECT indicator, valid, units, reason FROM pending_rule;
CALL refresh();
SELECT v.unit, period_label(v.period), v.threshold, v.grade, v.margin, v.rule FROM indicator_value v JOIN before b USING (indicator, period, unit) WHERE v.ctid <> b.place;
-- a unit that ended is judged by the day it ended
UPDATE threshold_rule SET valid = '(,2021-06-01)' WHERE id = 1;
CALL refresh();
SELECT unit, period_label, threshold, grade, rule FROM evaluation WHERE indicator = 'field' AND tier = 'county' ORDER BY period, unit;
UPDATE threshold_rule SET valid = '(,2021-07-01)' WHERE id = 1;
CALL refresh();
SELECT unit, period_label, threshold, grade, rule FROM evaluation WHERE indicator = 'field' AND rule IS NOT NULL AND tier = 'county' ORDER BY period, unit;
UPDATE threshold_rule SET source = 'act 1, section 2', hold = 2 WHERE id = 1;
SELECT indicator, valid, units, reason FROM pending_rule;
UPDATE threshold_rule SET source = 'act 1, section 3' WHERE id = 1;
SELECT count(*) AS noted FROM pending_rule;
UPDATE threshold_rule SET valid = DEFAULT WHERE id = 1;
DELETE FROM threshold_rule WHERE id = 4;
CALL refresh();
SELECT count(*) AS differ FROM (SELECT indicator, unit, period, grade, margin, rule, threshold FROM indicator_value EXCEPT SELECT indicator, unit, period, grade, margin, rule, threshold FROM before) AS d;

-- Binding: all rules above hold too. A tier that changes takes other rules.
INSERT INTO threshold_rule (id, indicator, unit, tier, threshold) VALUES (5, 'field', 'P.A', 'county', '>= 45 notice 80');
CALL refresh();
SELECT unit, threshold, grade, rule FROM evaluation WHERE indicator = 'field' AND period_label = '2020' ORDER BY unit;
UPDATE indicator SET attribute = 'binding' WHERE code = 'field';
CALL refresh('field');
SELECT unit, threshold, grade, rule FROM evaluation WHERE indicator = 'field' AND period_label = '2020' ORDER BY unit;
UPDATE unit SET tier = 'district' WHERE code = 'P.A.2';
-- At once, and under a tier's new name, the rows are found; grades follow.
SELECT tier, count(*) FROM evaluation GROUP BY tier ORDER BY tier;
UPDATE tier SET name = 'town' WHERE name = 'district';
SELECT tier, count(*) FROM evaluation WHERE tier = 'town' GROUP BY tier;
SELECT count(*) FROM indicator_value v JOIN unit u ON u.code = v.unit WHERE v.tier <> u.tier;
UPDATE tier SET name = 'district' WHERE name = 'town';
-- So with a hierarchy's.
UPDATE hierarchy SET code = 'admin' WHERE code = 'adm';
SELECT hierarchy, count(*) = (SELECT count(*) FROM indicator_value) AS all_of_them FROM evaluation GROUP BY hierarchy;
UPDATE hierarchy SET code = 'adm' WHERE code = 'admin';
-- Values of a unit that is gone are not shown, although the next refresh has yet to delete them.
BEGIN;
DELETE FROM threshold_rule WHERE unit = 'P.A.2';
DELETE FROM boundary WHERE unit = 'P.A.2';
DELETE FROM observation WHERE unit = 'P.A.2';
DELETE FROM unit WHERE code = 'P.A.2';
SELECT (SELECT count(*) FROM evaluation WHERE unit = 'P.A.2') AS shown, count(*) > 0 AS stored FROM indicator_value WHERE unit = 'P.A.2';
ROLLBACK;
CALL refresh();
SELECT unit, threshold, grade, rule FROM evaluation WHERE indicator = 'field' AND period_label = '2020' AND unit <@ 'P.A' ORDER BY unit;
-- What a snapshot did not see when the unit moved, the next refresh carries.
BEGIN;
UPDATE unit SET tier = 'county' WHERE code = 'P.A.2';
UPDATE indicator_value SET tier = 'district' WHERE unit = 'P.A.2' AND indicator = 'field';
CALL refresh();
SELECT count(*) FROM indicator_value WHERE unit = 'P.A.2' AND tier <> 'county';
UPDATE indicator_value SET tier = 'city' WHERE unit IN ('P', 'P.A.1');
INSERT INTO pending_rule (reason) VALUES ('tier');
CALL refresh();
SELECT count(*) FROM indicator_value v JOIN unit u ON u.code = v.unit WHERE v.tier <> u.tier;
-- So does a full one.
UPDATE indicator_value SET tier = 'city' WHERE unit IN ('P', 'P.A.1');
CALL refresh(full => true);
SELECT count(*) FROM indicator_value v JOIN unit u ON u.code = v.unit WHERE v.tier <> u.tier;
ROLLBACK;
UPDATE unit SET tier = 'county' WHERE code = 'P.A.2';
UPDATE indicator SET attribute = 'expected' WHERE code = 'field';
DELETE FROM threshold_rule WHERE id = 5;
SELECT indicator, valid, units, reason FROM pending_rule ORDER BY 1, 3, 4;
CALL refresh();
SELECT count(*) AS differ FROM (SELECT indicator, unit, period, grade, margin, rule, threshold FROM indicator_value EXCEPT SELECT indicator, unit, period, grade, margin, rule, threshold FROM before) AS d;
SELECT (SELECT count(*) FROM pending_rule) AS rules, (SELECT count(*) FROM value_change) AS changes;

-- How many of each grade, and the worst.
SELECT period_label, tier, n_units, n_normal, n_notice, n_caution, n_warning, n_breach, n_ungraded, n_ok, n_insufficient, n_no_data, worst_grade, worst_units, worst_unit_names
  FROM evaluation_summary WHERE indicator = 'field' ORDER BY period, tier_rank;
-- A series, and since when its grade has stood.
SELECT unit, period_label, value, difference, grade, previous_grade, change, since, n_periods FROM evaluation_history WHERE indicator = 'field' AND unit <@ 'P' AND tier <> 'city' ORDER BY unit, period;
-- A layer: one row a boundary, its key, and the types of the columns.
SELECT id, unit, grade, grade_rank, ST_SRID(geom), ST_Area(geom) FROM evaluation_map WHERE indicator = 'share' AND period_label = '2020' ORDER BY id;
SELECT count(*) = count(DISTINCT id) AS key FROM evaluation_map;
SELECT type, srid FROM geometry_columns WHERE f_table_schema = 'evaluation_test' AND f_table_name = 'evaluation_map';
SELECT attrelid::regclass AS view, attname, format_type(atttypid, atttypmod) FROM pg_attribute
 WHERE attrelid IN ('evaluation'::regclass, 'evaluation_plain'::regclass) AND attnum > 0 ORDER BY attrelid::regclass::text, attnum;
SELECT DISTINCT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'evaluation_map'::regclass AND attnum > 0 ORDER BY 1;
-- The same rows in plain types.
SELECT count(*) AS differ FROM evaluation e FULL JOIN evaluation_plain p ON p.indicator = e.indicator AND p.unit = e.unit::text AND p.period = e.period_label
 WHERE (e.value, e.state, e.threshold::text, e.grade::text, e.margin) IS DISTINCT FROM (p.value, p.state, p.threshold, p.grade, p.margin);

-- Who enters rules needs no other right, and gets none.
DROP ROLE IF EXISTS gov_regress_rules;
CREATE ROLE gov_regress_rules;
GRANT USAGE ON SCHEMA evaluation_test TO gov_regress_rules;
GRANT SELECT, INSERT, UPDATE, DELETE ON threshold_rule TO gov_regress_rules;
SET ROLE gov_regress_rules;
INSERT INTO threshold_rule (id, indicator, unit, threshold) VALUES (6, 'people', 'P', '<= 300');
SELECT count(*) FROM evaluation;
SELECT count(*) FROM pending_rule;
RESET ROLE;
CALL refresh();
SELECT unit, period_label, grade FROM evaluation WHERE grade = 'breach' AND indicator = 'people' ORDER BY period;
-- Beside a limit of nought, which has no share of itself, the worst is the largest.
BEGIN;
INSERT INTO threshold_rule (id, indicator, unit, tier, threshold) VALUES (7, 'people', 'P', 'county', '<= 0');
UPDATE observation SET value = 300 WHERE indicator = 'people' AND unit = 'P.B' AND period = period('2020');
CALL refresh();
SELECT worst_units FROM evaluation_summary WHERE indicator = 'people' AND period_label = '2020' AND tier = 'county';
-- Quarters are of one length, whatever clocks did in the session's time zone.
SET LOCAL timezone = 'America/Asuncion';
INSERT INTO observation (indicator, unit, period, value) VALUES ('people', 'P.B', period('2017Q2'), 1), ('people', 'P.B', period('2017Q3'), 3);
CALL refresh();
SELECT period_label, difference, previous_grade, since, n_periods FROM evaluation_history WHERE indicator = 'people' AND unit = 'P.B' AND period_label LIKE '2017Q_' ORDER BY 1;
ROLLBACK;
-- What another session notes for any indicator while notes are taken is left for the next refresh.
BEGIN;
INSERT INTO pending_rule (units, reason) VALUES ('{P.A}', 'tier');
CREATE FUNCTION pg_temp.note_between() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO pending_rule (units, reason) VALUES ('{P.B}', 'unit');
    RETURN NULL;
END
$$;
CREATE TRIGGER between AFTER DELETE ON pending_rule FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.note_between();
SELECT DISTINCT units, reason FROM unnest(take_pending_rule(NULL));
SELECT units, reason FROM pending_rule;
ROLLBACK;
-- Of one indicator only its own are taken; what is for any is left for the others by name.
BEGIN;
INSERT INTO pending_rule (indicator, units, reason) VALUES (NULL, '{P.A}', 'tier'), ('people', NULL, 'attribute'), ('field', NULL, 'limit');
SELECT indicator, units, reason FROM unnest(take_pending_rule('field')) ORDER BY 1, 3;
SELECT indicator, units, reason FROM pending_rule ORDER BY 1, 3;
ROLLBACK;
TRUNCATE threshold_rule;
CALL refresh();
SELECT count(*) FROM evaluation WHERE grade IS NOT NULL OR rule IS NOT NULL OR threshold IS NOT NULL OR margin IS NOT NULL;
-- Subtrees that lie in one another are graded once, and no other is left out for it: a county with eight towns, two of these, and another county change tiers at once.
INSERT INTO tier VALUES ('adm', 'town', 4), ('adm', 'village', 4);
INSERT INTO unit (code, hierarchy, tier, name) SELECT u::unitcode, 'adm', 'county', u FROM unnest('{P.D,P.E}'::text[]) AS u;
INSERT INTO unit (code, hierarchy, tier, name) SELECT ('P.D.' || i)::unitcode, 'adm', 'town', 'D' || i FROM generate_series(1, 8) AS i;
INSERT INTO threshold_rule (id, indicator, hierarchy, tier, threshold, basis) VALUES (40, 'field', 'adm', 'district', '>= 1', 'suitability'), (41, 'field', 'adm', 'village', '>= 2', 'suitability');
CALL refresh();
UPDATE unit SET tier = CASE tier WHEN 'county' THEN 'district' ELSE 'village' END WHERE code = ANY ('{P.D,P.D.1,P.D.2,P.E}'::unitcode[]);
CALL refresh();
SELECT unit, tier, rule FROM evaluation WHERE indicator = 'field' AND period_label = '2021' AND unit = ANY ('{P.D,P.D.1,P.D.2,P.D.3,P.E}'::unitcode[]) ORDER BY unit;
SET search_path = '';
SELECT pg_catalog.count(*) > 0 FROM evaluation_test.evaluation_history;
SELECT pg_catalog.count(*) > 0 FROM evaluation_test.evaluation_summary;
RESET search_path;
SELECT governance.drop_model('evaluation_test');
DROP OWNED BY gov_regress_rules;
DROP ROLE gov_regress_rules;
