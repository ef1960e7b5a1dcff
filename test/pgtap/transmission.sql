-- Transmission on random trees: sums are exact at every unit, and gaps are what slow SQL says.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL jit = off;
SELECT plan(7);
SELECT setseed(0.3) \g /dev/null
SELECT governance.create_model('handed', 3005) \g /dev/null
SET LOCAL search_path = handed, governance, public;
INSERT INTO hierarchy VALUES ('h', 'h', 'natural');
INSERT INTO tier SELECT 'h', 't' || g, g FROM generate_series(1, 6) g;
DO $$
DECLARE
    codes unitcode[] := '{A}';
    home unitcode;
BEGIN
    INSERT INTO unit (code, hierarchy, tier, name) VALUES ('A', 'h', 't1', 'A');
    FOR i IN 1 .. 400 LOOP
        home := codes[1 + floor(random() * least(cardinality(codes), 80))::integer];
        CONTINUE WHEN depth(home) >= 6;
        INSERT INTO unit (code, hierarchy, tier, name, valid)
        VALUES (child(home, 'u' || i), 'h', 't' || depth(home) + 1, i::text,
                CASE WHEN i > 80 AND random() < 0.1 THEN daterange(NULL, '2030-01-01') ELSE daterange(NULL, NULL) END);
        codes := codes || child(home, 'u' || i);
    END LOOP;
END
$$;
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, attribute, direction, source_mode) VALUES
    ('people', '', 'persons', 'extensive', 'sum', 'last', 'advisory', 'none', 'self_plus_children'),
    ('land', '', 'ha', 'extensive', 'sum', 'last', 'binding', 'floor', 'leaf_only'),
    ('use', '', 'ha', 'extensive', 'sum', 'last', 'expected', 'ceiling', 'leaf_only');
INSERT INTO observation (indicator, unit, period, value) SELECT 'people', code, period('2024'), 1 + floor(random() * 1000) FROM unit;
CALL refresh();
INSERT INTO quota (indicator, unit, period, amount, measure_unit) VALUES ('land', 'A', period('2035'), 98765.43, '10k_mu'), ('use', 'A', period('2035'), 5000, NULL);
-- Nobody is to have less than a hundredth of the whole for each of some units.
INSERT INTO quota_condition (indicator, unit, period, floor) SELECT 'land', code, period('2035'), 7.005 FROM unit WHERE random() < 0.2 AND depth(code) > 3;

CREATE FUNCTION pg_temp.alive(code unitcode) RETURNS boolean LANGUAGE sql AS $$
    SELECT bool_and(u.valid @> date '2035-12-31') FROM unit u WHERE u.code @> $1
$$;
SELECT is(transmit_tree('land', 'A', period('2035'), 'people', 0.01, method => m),
          (SELECT count(*) FROM unit u WHERE u.code <> 'A' AND pg_temp.alive(u.code)), format('every unit receives its part by %s', m))
  FROM unnest('{largest_remainder,sainte_lague}'::allocation_method[]) m;
SELECT is((SELECT count(*) FROM quota p
            WHERE p.indicator = 'land' AND EXISTS (SELECT FROM quota c WHERE c.indicator = 'land' AND parent(c.unit) = p.unit)
              AND p.amount <> (SELECT sum(c.amount) FROM quota c WHERE c.indicator = 'land' AND parent(c.unit) = p.unit)), 0::bigint,
          'the parts sum exactly, at every unit');
SELECT ok((SELECT bool_and(q.amount >= o.floor AND q.amount % 0.01 = 0) FROM quota_condition o JOIN quota q USING (indicator, period, unit)),
          'floors are kept, in whole quanta');
SELECT is((SELECT count(*) FROM transmission_gap WHERE indicator = 'land' AND (difference <> 0 OR NOT complete OR severity IS NOT NULL)), 0::bigint,
          'and the proof says so');

-- Disturbed at random, in two units of measure: the view against slow SQL.
SELECT transmit_tree('use', 'A', period('2035'), 'people', 0.01, 0.05) \g /dev/null
UPDATE quota SET amount = amount + round((random() - 0.5)::numeric, 2) WHERE indicator = 'use' AND random() < 0.2 AND amount > 1;
UPDATE quota SET amount = round(amount * 15, 3), reserve = reserve * 15, measure_unit = 'mu' WHERE indicator = 'use' AND random() < 0.3;
DELETE FROM quota WHERE indicator = 'use' AND random() < 0.05;
CREATE FUNCTION pg_temp.hectares(q quota, what numeric) RETURNS numeric LANGUAGE sql AS $$ SELECT CASE WHEN q.measure_unit = 'mu' THEN what / 15 ELSE what END $$;
CREATE TEMP TABLE slow AS
    SELECT p.unit AS parent,
           pg_temp.hectares(p, p.amount - p.reserve) - coalesce(sum(pg_temp.hectares(c, c.amount)), 0) AS difference,
           count(c) = (SELECT count(*) FROM unit u WHERE u.parent = p.unit AND u.valid @> date '2035-12-31') AS complete,
           coalesce(sum(pg_temp.hectares(c, 0.5 * 10::numeric ^ (- scale(c.amount)))) FILTER (WHERE c.measure_unit IS DISTINCT FROM p.measure_unit)
                    + pg_temp.hectares(p, 0.5 * 10::numeric ^ (- scale(p.amount))), 0) AS tolerance
      FROM quota p
      LEFT JOIN quota c ON c.indicator = 'use' AND parent(c.unit) = p.unit
       AND EXISTS (SELECT FROM unit u WHERE u.code = c.unit AND u.valid @> date '2035-12-31')
     WHERE p.indicator = 'use' AND EXISTS (SELECT FROM unit u WHERE u.parent = p.unit AND u.valid @> date '2035-12-31')
     GROUP BY p.indicator, p.period, p.unit;
SELECT ok((SELECT count(*) > 30 AND count(*) FILTER (WHERE severity IS NOT NULL) > 5 AND count(*) FILTER (WHERE tolerance > 0) > 5
             FROM transmission_gap WHERE indicator = 'use'), 'there is enough to compare');
SELECT is((SELECT count(*) FROM slow s FULL JOIN (SELECT g.*, CASE WHEN g.measure_unit = 'mu' THEN 15 ELSE 1 END AS f FROM transmission_gap g WHERE g.indicator = 'use') g USING (parent)
            WHERE round(s.difference, 9) IS DISTINCT FROM round(g.difference / g.f, 9) OR s.complete IS DISTINCT FROM g.complete
               OR round(s.tolerance, 9) IS DISTINCT FROM round(g.tolerance / g.f, 9)
               OR (s.difference < - s.tolerance AND s.difference <> pg_catalog.abs(s.difference)) IS DISTINCT FROM (g.severity IS NOT NULL)), 0::bigint,
          'gaps, tolerances and severities are as by slow SQL');
SELECT * FROM finish();
ROLLBACK;
