-- Effective thresholds and target paths against slow, obvious SQL on random rules.
BEGIN;
SELECT plan(17);
SET LOCAL client_min_messages = warning;
SELECT governance.create_model('thresholds_tap', 3005);
SET LOCAL search_path = thresholds_tap, governance, public;
SELECT setseed(0.3005);

-- Two hierarchies, ragged, some units closed.
INSERT INTO hierarchy VALUES ('adm', 'administrative', 'administrative'), ('riv', 'river basins', 'natural');
INSERT INTO tier SELECT h, (ARRAY['top', 'middle', 'low', 'least'])[n], n FROM unnest('{adm,riv}'::text[]) AS h, generate_series(1, 4) AS n;
INSERT INTO unit (code, hierarchy, tier, name, valid)
SELECT c::unitcode, CASE WHEN c LIKE 'A%' THEN 'adm' ELSE 'riv' END, (ARRAY['top', 'middle', 'low', 'least'])[depth(c::unitcode) + (depth(c::unitcode) > 1 AND c LIKE '%3')::int], c,
       CASE WHEN random() < 0.1 THEN '(,2020-01-01)'::daterange ELSE '(,)' END
  FROM (SELECT r AS c FROM unnest('{A,B}'::text[]) AS r
         UNION ALL SELECT r || '.' || i FROM unnest('{A,B}'::text[]) AS r, generate_series(1, 3) AS i
         UNION ALL SELECT r || '.' || i || '.' || j FROM unnest('{A,B}'::text[]) AS r, generate_series(1, 2) AS i, generate_series(1, 3) AS j) AS x;
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, attribute, direction)
SELECT 'i' || n, 'Indicator ' || n, 'count', 'intensive', 'mean', 'mean', (ARRAY['binding', 'advisory'])[1 + n % 2], 'none' FROM generate_series(1, 8) AS n;

-- Random rules; those that the model refuses are left out, each by itself.
CREATE TEMP TABLE refused (kind text, code text);
CREATE FUNCTION try_rule(indicator text, unit unitcode, hierarchy text, tier text, threshold threshold, valid daterange) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO threshold_rule (indicator, unit, hierarchy, tier, threshold, valid) VALUES ($1, $2, $3, $4, $5, $6);
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
EXCEPTION WHEN exclusion_violation OR check_violation THEN
    INSERT INTO refused VALUES (SQLERRM, SQLSTATE);
END $$;
CREATE TEMP TABLE tried AS
SELECT i, 'i' || 1 + floor(random() * 8)::int AS indicator, CASE WHEN random() < 0.85 THEN (SELECT u.code FROM unit u WHERE i > 0 ORDER BY random() LIMIT 1) END AS unit,
       CASE WHEN random() < 0.4 THEN (ARRAY['top', 'middle', 'low', 'least'])[1 + floor(random() * 4)::int] END AS tier, floor(random() * 8)::numeric AS least, random() AS r, random() AS s,
       daterange(make_date(2010 + floor(random() * 8)::int, 1, 1), CASE WHEN random() < 0.7 THEN make_date(2018 + floor(random() * 8)::int, 1, 1) END) AS valid
  FROM generate_series(1, 600) AS i;
SELECT count(try_rule(indicator, unit, CASE WHEN unit IS NULL AND (tier IS NOT NULL OR s < 0.5) THEN 'adm' END, tier,
             CASE WHEN r < 0.4 THEN at_least(least, CASE WHEN s < 0.5 THEN least + 1 END) WHEN r < 0.7 THEN at_most(20 - least, notice => CASE WHEN s < 0.3 THEN 18 - least END)
                  ELSE format('%s .. %s warning %s .. %s', least, 20 - least, least + 1, 20 - least)::threshold END, valid)) > 0 FROM tried \g /dev/null
SELECT cmp_ok((SELECT count(*) FROM threshold_rule), '>', 150::bigint, 'rules that stand');
SELECT cmp_ok((SELECT count(*) FROM refused WHERE kind LIKE '%is laxer than%'), '>', 30::bigint, 'rules refused as laxer');
SELECT cmp_ok((SELECT count(*) FROM refused WHERE code = '23P01'), '>', 5::bigint, 'rules refused as overlapping');

-- For whom a rule is, slowly.
CREATE TEMP TABLE held AS
SELECT d AS day, r.id, r.indicator, u.code AS unit, r.threshold, r.unit AS rule_unit, r.hierarchy, r.tier,
       row_number() OVER (PARTITION BY d, r.indicator, u.code ORDER BY depth(r.unit) NULLS FIRST, (r.hierarchy IS NOT NULL), (r.tier IS NOT NULL)) AS place
  FROM threshold_rule r, unit u, unnest('{2012-06-01,2017-12-31,2021-01-01,2030-01-01}'::date[]) AS d
 WHERE d <@ r.valid AND d <@ u.valid
   AND (r.unit IS NULL OR u.code = r.unit OR u.code::text LIKE r.unit::text || '.%')
   AND (r.tier IS NULL OR r.tier = u.tier) AND (r.hierarchy IS NULL OR r.hierarchy = u.hierarchy);
CREATE TEMP TABLE effective AS
SELECT d AS day, e.* FROM unnest('{2012-06-01,2017-12-31,2021-01-01,2030-01-01}'::date[]) AS d, effective_threshold_asof(d) AS e;
SELECT cmp_ok((SELECT count(*) FROM effective WHERE cardinality(rules) > 1), '>', 50::bigint, 'thresholds made by several rules');
SELECT cmp_ok((SELECT count(*) FROM effective e JOIN threshold_rule r ON r.id = e.rule WHERE e.threshold <> r.threshold), '>', 10::bigint, 'and tightened by them');
SELECT is_empty('SELECT day, indicator, unit FROM held EXCEPT SELECT day, indicator, unit FROM effective', 'whoever a rule is for has a threshold');
SELECT is_empty('SELECT day, indicator, unit FROM effective EXCEPT SELECT day, indicator, unit FROM held', 'and nobody else');
SELECT is((SELECT count(*) FROM effective), (SELECT count(DISTINCT (day, indicator, unit)) FROM held), 'one each');
SELECT is_empty($$SELECT e.day, e.indicator, e.unit, e.rule FROM effective e
                   WHERE e.rule <> (SELECT h.id FROM held h WHERE (h.day, h.indicator, h.unit) = (e.day, e.indicator, e.unit) ORDER BY place DESC LIMIT 1)$$,
                'the most specific rule is named');
SELECT is_empty($$SELECT e.* FROM effective e JOIN indicator i ON i.code = e.indicator
                   WHERE e.rules <> CASE i.attribute WHEN 'binding' THEN (SELECT array_agg(h.id ORDER BY h.place) FROM held h WHERE (h.day, h.indicator, h.unit) = (e.day, e.indicator, e.unit)) ELSE ARRAY[e.rule] END$$,
                'and those that made the threshold');
SELECT is_empty($$SELECT e.day, e.indicator, e.unit, v FROM effective e, generate_series(-1, 22, 0.5) AS v
                   WHERE grade(v, e.threshold) <> (SELECT max(grade(v, r.threshold)) FROM threshold_rule r WHERE r.id = ANY (e.rules))$$,
                'by which a value has the worst of its grades by these rules');
SELECT is_empty($$SELECT * FROM effective_threshold_asof('2017-12-31', 'i2', 'A.1') EXCEPT SELECT indicator, unit, tier, threshold, rule, rules, basis, source, hold, clear FROM effective WHERE day = '2017-12-31'$$,
                'for one indicator and a subtree the same');
SELECT is((SELECT count(*) FROM effective_threshold_asof('2017-12-31', 'i2', 'A.1')),
          (SELECT count(*) FROM effective WHERE day = '2017-12-31' AND indicator = 'i2' AND unit <@ 'A.1'), 'and as many');
-- Of a binding indicator no rule that stands says anything laxer than one above it.
SELECT is_empty($$SELECT h.id, a.id FROM held h JOIN held a USING (day, indicator, unit) JOIN indicator i ON i.code = h.indicator, limits(h.threshold) AS l
                   WHERE i.attribute = 'binding' AND a.place < h.place AND (l.lower < lower_limit(a.threshold, l.grade) OR l.upper > upper_limit(a.threshold, l.grade))$$,
                'what a lower rule says is as strict as what those above say');

-- ---------- target paths ----------

CREATE TEMP TABLE course AS
SELECT i, array_agg(m ORDER BY random()) AS months, array_agg(v ORDER BY random()) AS vals FROM (
    SELECT i, n AS m, 0::numeric AS v FROM generate_series(1, 60) AS i, generate_series(1, 40) AS n WHERE random() < 0.1) AS x GROUP BY i;
UPDATE course SET vals = (SELECT array_agg(floor(random() * 100)::numeric) FROM unnest(months));
-- Every month by itself: the value of a milestone at it, else a step of the line from the one before to the one after.
SELECT is_empty($$SELECT c.i, n FROM course c, generate_series(0, 45) AS n,
                         LATERAL (SELECT max(m) AS before FROM unnest(months) AS m WHERE m <= n) AS b,
                         LATERAL (SELECT min(m) AS after FROM unnest(months) AS m WHERE m > n) AS a,
                         LATERAL (SELECT vals[array_position(months, before)] AS v0, vals[array_position(months, after)] AS v1) AS v
                   WHERE round(interpolate(months::numeric[], vals, n, 'straight'), 9) IS DISTINCT FROM round(CASE WHEN after IS NULL THEN v0 ELSE v0 * (after - n) / (after - before) + v1 * (n - before) / (after - before) END, 9)
                      OR interpolate(months::numeric[], vals, n, 'stepwise') IS DISTINCT FROM v0$$,
                'interpolation');
SELECT is_empty($$SELECT i FROM course c,
                         LATERAL (SELECT regr_slope(v, m) AS slope, regr_intercept(v, m) AS intercept FROM unnest(months, vals) AS u (m, v)) AS r
                   WHERE abs(extrapolate(months::numeric[], vals, 50, 'least_squares') - (intercept + 50 * slope)::numeric) > 1e-8$$,
                'least squares as regr_slope has them');
SELECT is_empty($$SELECT i FROM course c,
                         LATERAL (SELECT array_agg(m ORDER BY m) AS ms, array_agg(v ORDER BY m) AS vs, count(*)::int AS n FROM unnest(months, vals) AS u (m, v)) AS s
                   WHERE n > 1 AND (round(extrapolate(months::numeric[], vals, 50, 'since_base'), 9) <> round(vs[1] + (vs[n] - vs[1]) * (50 - ms[1]) / (ms[n] - ms[1])::numeric, 9)
                      OR round(extrapolate(months::numeric[], vals, 50, 'last_step'), 9) <> round(vs[n - 1] + (vs[n] - vs[n - 1]) * (50 - ms[n - 1]) / (ms[n] - ms[n - 1])::numeric, 9))$$,
                'and the lines through two');

SELECT * FROM finish();
ROLLBACK;
