-- Threshold rules and target paths of a model: whom they are for, what is refused, what is expected.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT governance.create_model('thresholds_test', 3005);
SET search_path = thresholds_test, governance, public;
SET datestyle = 'ISO';
INSERT INTO hierarchy VALUES ('adm', 'administrative', 'administrative'), ('riv', 'river basins', 'natural');
INSERT INTO tier VALUES ('adm', 'province', 1), ('adm', 'city', 2), ('adm', 'county', 3), ('riv', 'basin', 1), ('riv', 'reach', 2), ('adm', 'reach', 4);
INSERT INTO unit (code, hierarchy, tier, name, valid) VALUES
    ('P', 'adm', 'province', 'Province', DEFAULT), ('P.A', 'adm', 'city', 'City A', DEFAULT), ('P.B', 'adm', 'city', 'City B', DEFAULT),
    ('P.A.1', 'adm', 'county', 'A one', DEFAULT), ('P.A.2', 'adm', 'county', 'A two', '[2010-01-01,2020-01-01)'), ('P.B.1', 'adm', 'county', 'B one', DEFAULT),
    ('R', 'riv', 'basin', 'River', DEFAULT);
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, attribute, direction) VALUES
    ('yield', 'Yield', 't', 'intensive', 'mean', 'mean', 'binding', 'floor'),
    ('noise', 'Noise', 'count', 'intensive', 'mean', 'mean', 'advisory', 'ceiling'),
    ('farm', 'Farmland', 'ha', 'extensive', 'sum', 'last', 'expected', 'floor'),
    ('waste', 'Waste', 't', 'extensive', 'sum', 'sum', 'advisory', 'none');

-- The most specific rule wins: the deepest unit, then a tier; for a binding indicator all of them hold.
INSERT INTO threshold_rule (indicator, unit, tier, threshold, basis, source) VALUES
    ('yield', NULL, NULL, '>= 3', 'expert_judgement', 'handbook'), ('yield', 'P', NULL, '>= 4 warning 5', 'law', 'act 7'), ('yield', 'P.A', NULL, '>= 4.5 warning 6', 'plan', NULL),
    ('yield', 'P', 'county', '>= 4 warning 5 notice 7', 'law', 'act 7'), ('noise', 'P', NULL, '<= 60', 'law', NULL), ('noise', NULL, 'county', '<= 55 warning 50', NULL, NULL),
    ('noise', 'P.A', NULL, '<= 70', 'expert_judgement', NULL), ('noise', 'P.A', 'county', '<= 65', 'suitability', 'map 3');
INSERT INTO threshold_rule (indicator, unit, threshold, valid, hold, clear) VALUES
    ('noise', 'P.B', '<= 58', period('2015'), 2, '<= 57'), ('noise', 'P.B', '<= 52', '[2030-01-01,)', DEFAULT, NULL);
SELECT id, indicator, unit, hierarchy, tier, threshold, valid, hold, clear, specificity FROM threshold_rule ORDER BY id;
SELECT indicator, unit, tier, threshold, rule, rules, basis, source FROM effective_threshold_asof('2015-07-01') ORDER BY 1, 2;
SELECT indicator, unit, threshold, rules, hold, clear FROM effective_threshold_asof('2015-07-01', 'noise', 'P.B') ORDER BY 2;
SELECT indicator, unit, threshold, rules FROM effective_threshold_asof('2031-01-01', 'noise', 'P.B.1');
SELECT count(*) AS units, count(DISTINCT unit_name) AS names, count(*) FILTER (WHERE unit = 'P.A.2') AS closed FROM effective_threshold WHERE indicator = 'noise';
SELECT id, rule_scope(r) FROM threshold_rule r ORDER BY id;
SELECT array_agg(id ORDER BY id) AS above FROM rules_above(3);
SELECT array_agg(id ORDER BY id) AS below FROM rules_below(2);

-- What is refused.
\set VERBOSITY default
INSERT INTO threshold_rule (indicator, unit, threshold) VALUES ('yeld', 'P', '>= 3');
INSERT INTO threshold_rule (indicator, unit, threshold) VALUES ('yield', 'Q', '>= 3');
INSERT INTO threshold_rule (indicator, unit, tier, threshold) VALUES ('yield', 'P', 'village', '>= 3');
INSERT INTO threshold_rule (indicator, tier, threshold) VALUES ('yield', 'village', '>= 3');
INSERT INTO threshold_rule (indicator, tier, threshold) VALUES ('yield', 'reach', '>= 3');
INSERT INTO threshold_rule (indicator, unit, hierarchy, threshold) VALUES ('yield', 'P', 'riv', '>= 3');
INSERT INTO threshold_rule (indicator, hierarchy, tier, threshold) VALUES ('yield', 'air', 'village', '>= 3');
INSERT INTO threshold_rule (indicator, hierarchy, threshold) VALUES ('yield', 'air', '>= 3');
BEGIN;
INSERT INTO hierarchy VALUES ('air', 'Air', 'natural');
INSERT INTO threshold_rule (indicator, hierarchy, tier, threshold) VALUES ('yield', 'air', 'village', '>= 3');
ROLLBACK;
INSERT INTO threshold_rule (threshold) VALUES ('>= 3');
UPDATE threshold_rule SET indicator = 'yeld' WHERE id = 2;
UPDATE threshold_rule SET unit = 'Q' WHERE id = 2;
UPDATE threshold_rule SET tier = 'village' WHERE id = 2;
UPDATE threshold_rule SET hierarchy = 'air' WHERE id = 1;
UPDATE threshold_rule SET unit = 'R' WHERE id = 4;
UPDATE threshold_rule SET valid = 'empty' WHERE id = 2;
INSERT INTO threshold_rule (indicator, unit, threshold, valid) VALUES ('yield', 'P.B', '>= 5 warning 6', 'empty');
-- what stands behind these
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'threshold_rule'::regclass AND (contype = 'f' OR conname ~ 'some_day') ORDER BY conname;
DO $$
DECLARE
    name text;
BEGIN
    INSERT INTO threshold_rule (indicator, unit, threshold) VALUES ('yeld', 'P', '>= 3');
EXCEPTION WHEN foreign_key_violation THEN
    GET STACKED DIAGNOSTICS name = CONSTRAINT_NAME;
    RAISE WARNING '% %', SQLSTATE, name;
END
$$;
INSERT INTO threshold_rule (indicator, unit, threshold) VALUES ('yield', 'P.B', '>= 5 warning 4');
INSERT INTO threshold_rule (indicator, unit, threshold) VALUES ('yield', 'P.B', '>= NaN');
INSERT INTO threshold_rule (indicator, unit, threshold, basis) VALUES ('yield', 'P.B', '>= 5', 'hearsay');
INSERT INTO threshold_rule (indicator, unit, threshold, hold) VALUES ('yield', 'P.B', '>= 5', -1);
INSERT INTO threshold_rule (indicator, unit, threshold, clear) VALUES ('yield', 'P.B', '>= 5', '>= 4');
INSERT INTO threshold_rule (indicator, unit, threshold, valid) VALUES ('noise', 'P.B', '<= 58', '[2015-12-31,2016-01-01)');
INSERT INTO threshold_rule (indicator, threshold) VALUES ('yield', '>= 3.5');
UPDATE threshold_rule SET hierarchy = 'riv' WHERE id = 2;

-- A laxer rule below a binding one, or one that leaves nothing: at commit, both named. What a rule does not say, those above say.
DELETE FROM threshold_rule WHERE indicator = 'yield' AND threshold = '>= 3.5';
INSERT INTO threshold_rule (id, indicator, unit, threshold) VALUES (100, 'yield', 'P.B', '>= 3.9 warning 9');
INSERT INTO threshold_rule (id, indicator, unit, threshold) VALUES (100, 'yield', 'P.B', '>= 4.2 warning 4.9');
INSERT INTO threshold_rule (id, indicator, unit, threshold, valid) VALUES (100, 'yield', 'P.B.1', '<= 6', period('2015Q3'));
INSERT INTO threshold_rule (id, indicator, unit, threshold) VALUES (100, 'yield', 'P.B', '>= 4.2'), (105, 'yield', 'P.B.1', '<= 9 notice 8');
SELECT unit, threshold, rules FROM effective_threshold_asof('2024-01-01', 'yield') WHERE unit <@ 'P.B' ORDER BY 1;
DELETE FROM threshold_rule WHERE id IN (100, 105);
BEGIN;
INSERT INTO threshold_rule (id, indicator, unit, threshold) VALUES (100, 'yield', 'P.B', '>= 3.9 warning 9');
UPDATE threshold_rule SET threshold = '>= 4.2 warning 9' WHERE id = 100;
UPDATE threshold_rule SET threshold = '>= 4.1 warning 5' WHERE id = 2;
UPDATE threshold_rule SET threshold = '>= 4.1 warning 5 notice 7' WHERE id = 4;
COMMIT;
UPDATE threshold_rule SET threshold = '>= 4.3 warning 5' WHERE id = 2;
UPDATE threshold_rule SET unit = 'P.A.1' WHERE id = 100;
UPDATE threshold_rule SET unit = 'R' WHERE id = 100 RETURNING hierarchy;
-- Rules that never meet do not matter: another tier, another time, another indicator.
INSERT INTO threshold_rule (id, indicator, unit, tier, threshold, valid) VALUES (101, 'farm', 'P', 'city', '>= 100', DEFAULT), (102, 'farm', 'P.A', 'county', '>= 10', DEFAULT),
    (103, 'farm', 'P.A', 'city', '>= 90', '[2025-01-01,)'), (104, 'farm', 'P.A', 'city', '>= 110', '[2000-01-01,2025-01-01)');
SELECT rule, scope, threshold, rule_above FROM rule_conflict;
-- An indicator that becomes binding.
UPDATE indicator SET attribute = 'binding' WHERE code = 'farm';
BEGIN;
UPDATE indicator SET attribute = 'binding' WHERE code = 'farm';
DELETE FROM threshold_rule WHERE id = 103;
COMMIT;
SELECT unit, threshold, rules FROM effective_threshold_asof('2024-01-01', 'farm') ORDER BY 1;
-- Names may change; what holds rules stays.
UPDATE tier SET name = 'district' WHERE hierarchy = 'adm' AND name = 'county';
UPDATE hierarchy SET code = 'gov' WHERE code = 'adm';
UPDATE indicator SET code = 'farmland' WHERE code = 'farm';
SELECT id, indicator, unit, hierarchy, tier FROM threshold_rule WHERE indicator = 'farmland' ORDER BY id;
DELETE FROM unit WHERE code = 'P.B.1';
DELETE FROM tier WHERE name = 'city';
DELETE FROM unit WHERE code = 'P.A';
-- A unit and what is for it go in one statement, whichever it names first.
BEGIN;
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('P.C', 'gov', 'city', 'City C'), ('P.D', 'gov', 'city', 'City D');
INSERT INTO threshold_rule (id, indicator, unit, threshold) VALUES (110, 'noise', 'P.C', '<= 50'), (111, 'noise', 'P.D', '<= 50');
INSERT INTO observation (indicator, unit, period, value) VALUES ('noise', 'P.C', period('2024'), 49);
INSERT INTO quota (indicator, unit, period, amount) VALUES ('noise', 'P.C', period('2030'), 45);
INSERT INTO target_path (code, indicator, unit, base, base_value) VALUES ('C', 'noise', 'P.C', period('2020'), 60);
INSERT INTO boundary (unit, geom) VALUES ('P.C', public.ST_Multi(public.ST_MakeEnvelope(0, 0, 1, 1, 3005)));
WITH r AS (DELETE FROM threshold_rule WHERE unit = 'P.C'), o AS (DELETE FROM observation WHERE unit = 'P.C'), q AS (DELETE FROM quota WHERE unit = 'P.C'),
     t AS (DELETE FROM target_path WHERE unit = 'P.C'), b AS (DELETE FROM boundary WHERE unit = 'P.C')
DELETE FROM unit WHERE code = 'P.C';
WITH u AS (DELETE FROM unit WHERE code = 'P.D')
DELETE FROM threshold_rule WHERE unit = 'P.D';
SET CONSTRAINTS ALL IMMEDIATE;
SELECT count(*) FROM unit WHERE code IN ('P.C', 'P.D');
ROLLBACK;

-- Months are counted so that all years are equally long.
SELECT d, month_of(d) FROM unnest('{2020-01-01,2021-01-01,2020-02-15,2021-02-15,0001-01-01}'::date[]) AS d;
SELECT at, interpolate('{0,60,180}', '{130,125,120}', at, 'straight') AS straight, interpolate('{0,60,180}', '{130,125,120}', at, 'stepwise') AS stepwise
  FROM unnest('{-1,0,1,12,59,60,61,120,180,500}'::numeric[]) AS at;
-- The line of least squares through (0,1), (1,3), (2,2), (3,5) is 1.1 + 1.1 x.
SELECT method, extrapolate('{0,1,2,3}', '{1,3,2,5}', 10, method) FROM unnest('{since_base,last_step,least_squares}'::text[]) AS method;
SELECT method, extrapolate('{3}', '{1}', 10, method) FROM unnest('{since_base,last_step,least_squares}'::text[]) AS method;

-- Paths: from 130 in 2020 to 125 in 2025 and 120 in 2035.
INSERT INTO target_path (code, indicator, unit, base, base_value, course, source) VALUES
    ('farm', 'farmland', 'P', period('2020'), 130, DEFAULT, 'plan 2035'), ('steps', 'farmland', 'P', period('2020'), 130, 'stepwise', NULL),
    ('waste', 'waste', 'P', period('2020'), 100, DEFAULT, NULL), ('none', 'waste', 'P.A', period('2020'), 50, DEFAULT, NULL);
INSERT INTO milestone VALUES ('farm', period('2035'), 120), ('farm', period('2025'), 125), ('steps', period('2025'), 125), ('steps', period('2035'), 120),
    ('waste', period('2030'), 60), ('none', period('2030'), 0);
SELECT d, expected_value('farm', d) AS farm, expected_value('steps', d) AS steps, expected_value('waste', d) AS waste
  FROM unnest('{2019-12-31,2020-12-30,2020-12-31,2021-12-31,2022-06-30,2025-12-30,2025-12-31,2027-12-31,2035-12-31,2040-01-01}'::date[]) AS d;
SELECT expected_value('unknown', '2025-01-01') IS NULL AS unknown;
SELECT * FROM target ORDER BY path;
INSERT INTO observation (indicator, unit, period, value)
SELECT i, u.code, period(p), v FROM (VALUES ('P.A.1', 1), ('P.B', 2)) AS u (code, n),
       (VALUES ('farmland', '2020', '{65,65}'::numeric[]), ('farmland', '2021', '{65,64.5}'), ('farmland', '2022', '{64,64}'), ('farmland', '2022Q1', '{1,1}'),
               ('waste', '2021', '{48,49}'), ('waste', '2023', '{40,44}'), ('waste', '2023Q1', '{10,11}')) AS o (i, p, vs), LATERAL (SELECT vs[n]) AS x (v);
UPDATE indicator SET source_mode = 'self_plus_children' WHERE code IN ('farmland', 'waste');
CALL refresh();
SELECT path, unit, period_label, value, expected, difference, on_course, round(share_done, 4) AS share_done, round(share_due, 4) AS share_due FROM target_progress ORDER BY 1, 3;
SELECT path, method, values_used, latest, target, round(projected, 3) AS projected, reached, round(missed_by_percent, 2) AS percent, statement FROM target_projection ORDER BY 1, 2;

-- Quarters are of one length, whatever clocks did in the session's time zone.
SET timezone = 'America/Asuncion';
INSERT INTO target_path (code, indicator, unit, base, base_value) VALUES ('quarter', 'waste', 'P', period('2017Q2'), 10);
INSERT INTO milestone VALUES ('quarter', period('2017Q3'), 8);
RESET timezone;

-- What is refused.
INSERT INTO milestone VALUES ('farm', period('2020'), 3);
INSERT INTO milestone VALUES ('farm', period('2021-06'), 3);
INSERT INTO milestone VALUES ('farm', '[2030-01-01,)', 3);
INSERT INTO milestone VALUES ('farm', period('2030'), 'NaN');
INSERT INTO milestone VALUES ('farm', period('2025'), 3);
UPDATE target_path SET base = period('2025') WHERE code = 'farm';
UPDATE target_path SET base = period('2019Q4') WHERE code = 'farm';
INSERT INTO target_path (code, indicator, unit, base, base_value, course) VALUES ('bad', 'farmland', 'P', period('2020'), 130, 'curved');
SELECT governance.drop_model('thresholds_test');
