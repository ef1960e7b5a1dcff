-- Rollups of a model against slow, obvious SQL, on a random ragged tree.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL jit = off;
SELECT plan(16);
SELECT setseed(0.42);
SELECT governance.create_model('brute', 3005) \g /dev/null
SET LOCAL search_path = brute, governance, public;

INSERT INTO hierarchy VALUES ('h', 'h', 'natural');
INSERT INTO tier SELECT 'h', 't' || g, g FROM generate_series(1, 6) g;
-- Every unit hangs below a random earlier one; some end, some begin, and some have all their
-- children from a day on, or until then.
DO $$
DECLARE
    codes unitcode[] := '{A,B}';
    home unitcode;
    split unitcode[] := '{}';
    merged unitcode[] := '{}';
BEGIN
    INSERT INTO unit (code, hierarchy, tier, name) VALUES ('A', 'h', 't1', 'A'), ('B', 'h', 't1', 'B');
    FOR i IN 1 .. 250 LOOP
        home := codes[1 + floor(random() * least(cardinality(codes), 60))::integer];
        CONTINUE WHEN depth(home) >= 6;
        INSERT INTO unit (code, hierarchy, tier, name, valid)
        VALUES (child(home, 'u' || i), 'h', 't' || depth(home) + 1, i::text,
                CASE WHEN home = ANY (split) THEN daterange(date '2019-05-01' + 300 * (i % 2), NULL)
                     WHEN home = ANY (merged) THEN daterange(NULL, date '2019-08-01' + 300 * (i % 2))
                     WHEN random() < 0.1 THEN daterange(NULL, '2019-07-01')
                     WHEN random() < 0.1 THEN daterange('2020-01-01', NULL) ELSE daterange(NULL, NULL) END);
        codes := codes || child(home, 'u' || i);
        IF random() < 0.2 THEN
            split := split || child(home, 'u' || i);
        ELSIF random() < 0.2 THEN
            merged := merged || child(home, 'u' || i);
        END IF;
    END LOOP;
END
$$;
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, weight_by, numerator, denominator, source_mode) VALUES
    ('sum', '', 'count', 'extensive', 'sum', 'sum', NULL, NULL, NULL, 'leaf_only'),
    ('low', '', 'count', 'extensive', 'min', 'last', NULL, NULL, NULL, 'leaf_only'),
    ('high', '', 'count', 'extensive', 'max', 'first', NULL, NULL, NULL, 'leaf_only'),
    ('mean', '', 'count', 'intensive', 'mean', 'mean', NULL, NULL, NULL, 'leaf_only'),
    ('plus', '', 'count', 'extensive', 'sum', 'max', NULL, NULL, NULL, 'self_plus_children'),
    ('told', '', 'count', 'extensive', 'sum', 'min', NULL, NULL, NULL, 'reported_overrides'),
    ('avg', '', 'count', 'intensive', 'weighted_mean', 'mean', 'sum', NULL, NULL, 'leaf_only'),
    ('part', '', 'count', 'extensive', 'sum', 'sum', NULL, NULL, NULL, 'leaf_only'),
    ('rate', '', 'count', 'ratio', 'ratio', 'none', NULL, 'part', 'sum', 'leaf_only');
-- Months, quarters and years, at all kinds of units, one in ten missing.
INSERT INTO observation (indicator, unit, period, value)
SELECT i.code, u.code, p.period,
       CASE WHEN random() > 0.1 THEN round((CASE WHEN i.code = 'sum' THEN random() ELSE random() - 0.3 END * 1000)::numeric, (random() * 4)::integer) END
  FROM indicator i
 CROSS JOIN unit u
 CROSS JOIN (SELECT period('2019') UNION ALL SELECT period('2019Q' || q) FROM generate_series(1, 4) q
             UNION ALL SELECT period('2020-0' || m) FROM generate_series(1, 9) m) AS p (period)
 WHERE i.code <> 'rate' AND random() < 0.5;

ANALYZE unit, observation;

-- The definition, said slowly. Who exists: on the last day, the first, or any.
CREATE FUNCTION pg_temp.days(span daterange, op text) RETURNS daterange LANGUAGE sql AS $$
    SELECT CASE op WHEN 'last' THEN daterange(upper(span) - 1, upper(span)) WHEN 'first' THEN daterange(lower(span), lower(span) + 1) ELSE span END
$$;
CREATE FUNCTION pg_temp.childless(code unitcode, days daterange) RETURNS boolean LANGUAGE sql AS $$
    SELECT NOT EXISTS (SELECT FROM unit c WHERE c.parent = $1 AND c.valid && days)
$$;
CREATE FUNCTION pg_temp.slow_time(indicator text, span daterange) RETURNS TABLE (unit unitcode, value numeric) LANGUAGE sql AS $$
    WITH ind AS (SELECT * FROM indicator i WHERE i.code = $1),
    good AS MATERIALIZED (
        SELECT o.unit, o.period, o.value
          FROM observation o JOIN unit u ON u.code = o.unit CROSS JOIN ind i
         WHERE o.indicator = $1 AND o.period <@ span AND o.value IS NOT NULL AND (i.time_op <> 'none' OR o.period = span)
           AND u.valid && pg_temp.days(o.period, i.time_op) AND u.valid && pg_temp.days(span, i.time_op)
           -- a leaf unit while it was observed; of a stock, on the day that counts
           AND (i.source_mode <> 'leaf_only' OR pg_temp.childless(u.code, CASE WHEN i.time_op IN ('first', 'last') THEN pg_temp.days(span, i.time_op) ELSE o.period END))
    )
    SELECT o.unit,
           CASE (SELECT time_op FROM ind)
               WHEN 'sum' THEN sum(o.value) WHEN 'mean' THEN sum(o.value) / count(*)
               WHEN 'min' THEN min(o.value) WHEN 'max' THEN max(o.value) WHEN 'none' THEN max(o.value)
               WHEN 'first' THEN (array_agg(o.value ORDER BY o.period))[1]
               WHEN 'last' THEN (array_agg(o.value ORDER BY o.period DESC))[1] END
      FROM good o
     WHERE NOT EXISTS (SELECT FROM good w WHERE w.unit = o.unit AND o.period <@ w.period AND o.period <> w.period)
     GROUP BY o.unit
$$;
-- A unit's own value and its children's means weigh the same; a report is all there is.
CREATE FUNCTION pg_temp.slow_tiers(indicator text, span daterange, unit unitcode) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    own numeric := (SELECT t.value FROM slow_times t WHERE t.unit = $3
                       AND EXISTS (SELECT FROM unit u WHERE u.code = $3 AND u.valid && pg_temp.days(span, (SELECT i.time_op FROM indicator i WHERE i.code = $1))));
BEGIN
    IF own IS NOT NULL AND (SELECT i.source_mode FROM indicator i WHERE i.code = $1) = 'reported_overrides' THEN
        RETURN own;
    END IF;
    RETURN (SELECT sum(p.v) / count(p.v)
              FROM (SELECT own UNION ALL SELECT pg_temp.slow_tiers($1, $2, c.code) FROM unit c WHERE c.parent = $3) AS p (v));
END
$$;
CREATE FUNCTION pg_temp.slow(indicator text, span daterange) RETURNS TABLE (unit unitcode, value numeric, n_present bigint, n_expected bigint) LANGUAGE sql AS $$
    WITH ind AS (SELECT * FROM indicator i WHERE i.code = $1),
    alive AS MATERIALIZED (
        SELECT u.code AS unit, pg_temp.childless(u.code, d.days) AS leaf
          FROM (SELECT pg_temp.days(span, coalesce((SELECT i.time_op FROM indicator i JOIN ind ON i.code = ind.numerator), ind.time_op)) FROM ind) AS d (days)
          JOIN unit u ON u.valid && d.days
    ), leaf_counts AS (
        SELECT a.unit, count(*) AS n FROM alive a JOIN alive l
            ON l.leaf AND (l.unit = a.unit OR starts_with(l.unit::text, a.unit::text || '.')) GROUP BY a.unit
    ), own AS MATERIALIZED (
        SELECT a.unit, a.leaf AND ((SELECT weight_by FROM ind) IS NULL OR w.value IS NOT NULL) AS leaf, v.value, w.value AS weight
          FROM alive a
          JOIN pg_temp.slow_time(coalesce((SELECT numerator FROM ind), $1), span) v USING (unit)
          LEFT JOIN pg_temp.slow_time(coalesce((SELECT weight_by FROM ind), (SELECT denominator FROM ind)), span) w USING (unit)
         WHERE (SELECT denominator FROM ind) IS NULL OR w.value IS NOT NULL
    ), part AS (
        -- What counts for a unit: all below it, but nothing from beneath a report.
        SELECT a.unit, o.unit AS from_unit, o.leaf, o.value, o.weight
          FROM alive a
          JOIN own o ON o.unit = a.unit OR starts_with(o.unit::text, a.unit::text || '.')
         WHERE (SELECT source_mode FROM ind) <> 'reported_overrides'
            OR NOT EXISTS (SELECT FROM own r WHERE r.unit <> o.unit AND starts_with(o.unit::text, r.unit::text || '.')
                              AND (r.unit = a.unit OR starts_with(r.unit::text, a.unit::text || '.')))
    )
    SELECT a.unit,
           CASE (SELECT space_op FROM ind)
               WHEN 'sum' THEN sum(p.value) WHEN 'min' THEN min(p.value) WHEN 'max' THEN max(p.value)
               WHEN 'mean' THEN sum(p.value) / count(p.value)
               WHEN 'mean_of_children' THEN pg_temp.slow_tiers($1, span, a.unit)
               WHEN 'weighted_mean' THEN CASE WHEN count(*) = 1 AND bool_and(p.from_unit = a.unit) THEN sum(p.value)
                                              ELSE sum(p.value * p.weight) / nullif(sum(p.weight), 0) END
               WHEN 'ratio' THEN sum(p.value) / nullif(sum(p.weight), 0) END,
           CASE WHEN (SELECT source_mode FROM ind) = 'reported_overrides' THEN coalesce(sum(pl.n) FILTER (WHERE p.value IS NOT NULL), 0)::bigint
                WHEN (SELECT space_op FROM ind) = 'weighted_mean' AND count(p.value) = 1 AND bool_and(p.from_unit = a.unit) AND a.leaf THEN 1
                ELSE count(*) FILTER (WHERE p.leaf) END,
           l.n
      FROM alive a
      JOIN leaf_counts l USING (unit)
      LEFT JOIN part p USING (unit)
      LEFT JOIN leaf_counts pl ON pl.unit = p.from_unit
     GROUP BY a.unit, a.leaf, l.n
$$;
CREATE FUNCTION pg_temp.differences(indicator text, span daterange, OUT compared bigint, OUT differ bigint) LANGUAGE sql AS $$
    SELECT count(*) FILTER (WHERE f.value IS NOT NULL),
           count(*) FILTER (WHERE f.unit IS NULL OR s.unit IS NULL OR round(f.value, 12) IS DISTINCT FROM round(s.value, 12)
                                  OR f.n_present <> s.n_present OR f.n_expected <> s.n_expected)
      FROM indicator_rollup($1, span) f FULL JOIN pg_temp.slow($1, span) s USING (unit)
$$;

SELECT ok(d.compared > 100 AND d.differ = 0, format('%s over %s: %s values as by slow SQL, %s differ', i, s, d.compared, d.differ))
  FROM unnest('{sum,low,high,mean,plus,told}'::text[]) i
 CROSS JOIN (VALUES ('2019'), ('2020')) AS p (s)
 CROSS JOIN LATERAL pg_temp.differences(i, period(s)) d;
SELECT ok((SELECT bool_and(d.compared > 100 AND d.differ = 0) FROM unnest('{avg,rate}'::text[]) i
            CROSS JOIN LATERAL pg_temp.differences(i, period('2019/2020')) d), 'weighted means and ratios over two years as by slow SQL');

-- Every pair of operators that is admitted, in every source mode, on a few units.
DELETE FROM observation;
DELETE FROM unit WHERE depth(code) > 3;
CREATE TEMP TABLE slow_times (unit unitcode, value numeric);
CREATE TEMP TABLE tried (space_op text, time_op text, source_mode text, compared bigint, differ bigint);
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op) VALUES ('x', '', 'count', 'extensive', 'sum', 'sum');
INSERT INTO observation (indicator, unit, period, value)
SELECT i.code, u.code, p.period, CASE WHEN random() > 0.1 THEN round((random() * 100)::numeric, (random() * 3)::integer) END
  FROM (VALUES ('x'), ('sum')) AS i (code)
 CROSS JOIN unit u
 CROSS JOIN (SELECT period('2019') UNION ALL SELECT period('2019Q' || q) FROM generate_series(1, 4) q
             UNION ALL SELECT period('2019-0' || m) FROM generate_series(1, 9) m) AS p (period)
 WHERE random() < 0.4;
ANALYZE unit, observation;
DO $$
DECLARE
    pair record;
BEGIN
    FOR pair IN
        SELECT DISTINCT ON (s, t, m) a.kind, s, t, m
          FROM admitted_operator a, unnest(a.space_ops) s, unnest(a.time_ops) t, unnest('{leaf_only,self_plus_children,reported_overrides}'::text[]) m
         WHERE a.kind IN ('extensive', 'intensive') AND s <> 'none' AND NOT (s = 'weighted_mean' AND m = 'reported_overrides')
    LOOP
        UPDATE indicator SET kind = pair.kind, space_op = pair.s, time_op = pair.t, source_mode = pair.m,
                             weight_by = CASE WHEN pair.s = 'weighted_mean' THEN 'sum' END WHERE code = 'x';
        TRUNCATE slow_times;
        INSERT INTO slow_times SELECT * FROM pg_temp.slow_time('x', period('2019'));
        INSERT INTO tried SELECT pair.s, pair.t, pair.m, d.* FROM pg_temp.differences('x', period('2019')) d;
    END LOOP;
END
$$;
SELECT is((SELECT count(*) FROM tried), (5 * 7 * 3 + 6 * 2)::bigint, 'every admitted pair of operators was tried');
SELECT ok(bool_and(compared > 10 AND differ = 0), format('%s values of %s pairs of operators and source modes as by slow SQL', sum(compared), count(*)))
  FROM tried;

CALL refresh();
SELECT is((SELECT count(*) FROM (SELECT DISTINCT indicator, period FROM indicator_value) v
            CROSS JOIN LATERAL (SELECT r.*, w.value AS stored, w.state AS stored_state FROM indicator_rollup(v.indicator, v.period) r
                                  FULL JOIN (SELECT * FROM indicator_value w WHERE w.indicator = v.indicator AND w.period = v.period) w USING (unit)) d
            WHERE d.value IS DISTINCT FROM d.stored OR d.state IS DISTINCT FROM d.stored_state), 0::bigint,
          'refresh() stores what indicator_rollup() computes');
SELECT * FROM finish();
ROLLBACK;
