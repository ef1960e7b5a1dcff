-- Random reforms of random units, one after the other: what has to stay the same, stays.
BEGIN;
SELECT plan(27);
SET LOCAL client_min_messages = warning;
SET LOCAL search_path = public;
SELECT setseed(0.2013);
SELECT governance.create_model('reform_law', 3005) \g /dev/null
SET LOCAL search_path = reform_law, governance, public;

INSERT INTO hierarchy VALUES ('adm', 'administrative', 'administrative');
INSERT INTO tier VALUES ('adm', 'nation', 1), ('adm', 'county', 2), ('adm', 'town', 3);
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('N', 'adm', 'nation', 'N');
-- Counties in a row of boxes; every third one has towns, which have the values.
INSERT INTO unit (code, hierarchy, tier, name) SELECT ('N.c' || i)::unitcode, 'adm', 'county', 'c' || i FROM generate_series(1, 30) AS i;
INSERT INTO unit (code, hierarchy, tier, name) SELECT ('N.c' || i || '.t' || i || 'x' || j)::unitcode, 'adm', 'town', 't' || j FROM generate_series(3, 30, 3) AS i, generate_series(1, 2) AS j;
INSERT INTO boundary (unit, geom)
SELECT u.code, ST_Multi(ST_MakeEnvelope(1000 * substr(u.name, 2)::int, 0, 1000 * substr(u.name, 2)::int + 1000, 500, 3005)) FROM unit u WHERE u.tier = 'county';
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, numerator, denominator, weight_by, factor) VALUES
    ('people', 'people', 'persons', 'extensive', 'sum', 'last', NULL, NULL, NULL, 1), ('jobless', 'jobless', 'persons', 'extensive', 'sum', 'last', NULL, NULL, NULL, 1),
    ('farm', 'farmland', 'ha', 'extensive', 'sum', 'first', NULL, NULL, NULL, 1), ('migration', 'balance', 'persons', 'extensive', 'sum', 'sum', NULL, NULL, NULL, 1),
    ('rate', 'rate', '1', 'ratio', 'ratio', 'none', 'jobless', 'people', NULL, 1), ('income', 'income', 'CNY', 'intensive', 'weighted_mean', 'mean', NULL, NULL, 'people', 1);

-- An amount in thirds of the base unit of measure, in which hectares and mu are whole; a NULL unit is the indicator's.
CREATE FUNCTION thirds(value numeric, indicator text, given text) RETURNS numeric LANGUAGE sql AS $$
    SELECT $1 * (m.factor * 3 / m.divisor) FROM indicator i JOIN measure_unit m ON m.code = coalesce($3, i.measure_unit) WHERE i.code = $2
$$;
CREATE FUNCTION report(year int, day date) RETURNS void LANGUAGE sql AS $$
    INSERT INTO observation (indicator, unit, period, value, measure_unit)
    SELECT i.code, u.code, period(year::text),
           CASE i.code WHEN 'people' THEN 1 + floor(5000 * pg_catalog.random()) WHEN 'jobless' THEN 1 + floor(300 * pg_catalog.random())
                       WHEN 'farm' THEN round((1000 * pg_catalog.random())::numeric, floor(4 * pg_catalog.random())::int)
                       WHEN 'migration' THEN floor(200 * pg_catalog.random()) - 100 ELSE floor(900 * pg_catalog.random()) END,
           CASE WHEN i.code = 'farm' AND pg_catalog.random() < 0.3 THEN 'mu' WHEN i.code = 'income' AND pg_catalog.random() < 0.3 THEN '10k_CNY' END
      FROM indicator i, leaf_unit(daterange(day, day, '[]')) AS u
     WHERE i.code <> 'rate'
$$;

-- A year of reforms: some on New Year's Day, some in between.
CREATE FUNCTION some_unit(day date) RETURNS unit LANGUAGE sql AS $$
    SELECT u.* FROM unit_asof(day - 1) AS u WHERE u.tier = 'county' AND u.valid @> day AND NOT EXISTS (SELECT FROM lineage l WHERE l.happened = day AND u.code IN (l.predecessor, l.successor)) ORDER BY pg_catalog.random() LIMIT 1
$$;
CREATE FUNCTION half(geom geometry, which int) RETURNS geometry LANGUAGE sql AS $$
    SELECT ST_Multi(ST_CollectionExtract(ST_Intersection(geom, ST_MakeEnvelope(CASE which WHEN 1 THEN ST_XMin(geom) ELSE x END, -1000, CASE which WHEN 1 THEN x ELSE ST_XMax(geom) END, 10000, 3005)), 3))
      FROM (SELECT (ST_XMin(geom) + ST_XMax(geom)) / 2 AS x) AS m
$$;
CREATE TABLE done (kind text, happened date);
CREATE FUNCTION reform_at_random(day date, serial int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    a unit := some_unit(day);
    b unit := some_unit(day);
    kind text := (ARRAY['split', 'merge', 'transfer', 'rename'])[1 + floor(4 * pg_catalog.random())::int];
    geom geometry := (SELECT x.geom FROM boundary x WHERE x.unit = a.code AND x.valid @> day - 1);
    new unitcode := ('N.n' || serial)::unitcode;
    other unitcode := ('N.m' || serial)::unitcode;
    inner_units unitcode[] := (SELECT array_agg(governance.child(CASE WHEN pg_catalog.random() < 0.5 THEN new ELSE other END, governance.label(c.code))) FROM unit_asof(day - 1) c WHERE c.parent = a.code);
BEGIN
    IF a.code = b.code AND kind IN ('merge', 'transfer') THEN
        kind := 'rename';
    END IF;
    CASE kind
        WHEN 'split' THEN PERFORM reform('split', day, ARRAY[a.code], ARRAY[new, other], '{new,other}', share_by => 'area', boundaries => ARRAY[half(geom, 1), half(geom, 2)], children => inner_units);
        WHEN 'merge' THEN
            IF extract(year FROM day) % 2 = 1 AND NOT EXISTS (SELECT FROM unit_asof(day - 1) c WHERE c.parent IN (a.code, b.code)) THEN
                PERFORM reform('merge', day, ARRAY[a.code], ARRAY[b.code], share_by => 'area');
            ELSE
                PERFORM reform('merge', day, ARRAY[a.code, b.code], ARRAY[new], '{merged}', share_by => 'area');
            END IF;
        WHEN 'transfer' THEN PERFORM reform('transfer', day, ARRAY[a.code], ARRAY[b.code], share_by => 'area', boundaries => ARRAY[half(geom, 1)]);
        WHEN 'rename' THEN PERFORM reform('rename', day, ARRAY[a.code], ARRAY[new], '{renamed}');
    END CASE;
    INSERT INTO done VALUES (kind, day);
END $$;

-- Reports of a year come before its reforms or after, so that some stand under codes that are no more.
DO $$
DECLARE
    serial int := 0;
BEGIN
    FOR year IN 2010 .. 2016 LOOP
        IF year % 2 = 0 THEN PERFORM report(year, make_date(year, 1, 1)); END IF;
        FOR i IN 0 .. 5 LOOP
            serial := serial + 1;
            PERFORM reform_at_random(make_date(year, 1 + 2 * (i / 2), 1), serial);
        END LOOP;
        IF year % 2 = 1 THEN PERFORM report(year, make_date(year, 12, 31)); END IF;
        -- Together, for what was split then is one again in the figures of a year's first day.
        IF year IN (2011, 2013) THEN PERFORM reform_observations(); END IF;
        IF year % 3 = 0 THEN CALL refresh(); END IF;
    END LOOP;
END $$;

CREATE TABLE amount AS SELECT indicator, period, sum(thirds(value, indicator, measure_unit)) AS total FROM observation GROUP BY 1, 2;
SELECT cmp_ok(reform_observations(), '>', 0::bigint, 'late reports are brought to the units of their period');
SELECT is((SELECT count(*) FROM done), 42::bigint, 'reforms were made');
SELECT is((SELECT count(DISTINCT kind) FROM done), 4::bigint, 'of all kinds');
SELECT cmp_ok((SELECT count(*) FROM observation WHERE source LIKE 'carried from%'), '>', 10::bigint, 'observations were brought to the units of their period');
SELECT is_empty($$SELECT indicator, period FROM amount a JOIN indicator i ON i.code = a.indicator AND i.kind = 'extensive'
                   WHERE total <> (SELECT sum(thirds(o.value, o.indicator, o.measure_unit)) FROM observation o WHERE o.indicator = a.indicator AND o.period = a.period)$$, 'which leaves their sums');
SELECT is_empty($$SELECT o.* FROM observation o JOIN indicator i ON i.code = o.indicator JOIN unit u ON u.code = o.unit
                   WHERE NOT u.valid && existence(o.period, i.time_op)$$, 'no observation stands under a unit that does not exist in its period');

CALL refresh();
CREATE TABLE rolled AS
SELECT i.code AS indicator, p AS period, r.* FROM indicator i, observed_periods(coalesce(i.numerator, i.code)) p, indicator_rollup(i.code, p) r;
SELECT cmp_ok((SELECT count(*) FROM rolled WHERE value IS NOT NULL), '>', 1000::bigint, 'there are values rolled up');
SELECT is_empty($$SELECT indicator, unit, period, value, n_present, n_expected, state FROM rolled EXCEPT SELECT indicator, unit, period, value, n_present, n_expected, state FROM indicator_value$$,
                'refresh() has noticed all that the reforms changed');

-- Units and boundaries, as of the eve and the day of every reform.
CREATE TABLE days AS SELECT DISTINCT d.day FROM done, LATERAL (VALUES (happened), (happened - 1)) AS d (day);
SELECT is_empty($$SELECT day FROM days, LATERAL (SELECT sum(b.area_m2) AS area FROM boundary_asof(day) b JOIN unit u ON u.code = b.unit WHERE u.tier = 'county') s
                   WHERE abs(area - 30 * 1000 * 500) > 0.001$$, 'boundaries cover the same area on every day');
SELECT is_empty($$SELECT day, b.unit FROM days, boundary_asof(day) b JOIN unit u ON u.code = b.unit WHERE NOT u.valid @> day$$, 'a boundary is valid only while its unit is');
SELECT is_empty($$SELECT day, u.code FROM days, unit_asof(day) u JOIN unit p ON p.code = u.parent WHERE NOT p.valid @> day$$, 'the parent of a unit that exists exists');
SELECT is_empty($$SELECT d.day FROM days d WHERE (SELECT count(*) FROM unit_asof(d.day) WHERE tier = 'town') <> 20$$, 'towns live on under their counties'' codes');
SELECT is_empty($$SELECT predecessor, happened FROM lineage l JOIN unit u ON u.code = l.predecessor
                   WHERE NOT u.valid @> happened GROUP BY predecessor, happened HAVING sum(share) <> 1$$, 'what closes goes somewhere, all of it');
SELECT is_empty($$SELECT successor, happened FROM lineage l JOIN unit u ON u.code = l.successor
                   WHERE NOT u.valid @> happened - 1 GROUP BY successor, happened HAVING abs(sum(origin) - 1) > 1e-15$$, 'what is new comes from somewhere, all of it');

-- Values on the units of any day.
CREATE TABLE carried AS SELECT d.day, v.* FROM (SELECT day FROM days ORDER BY random() LIMIT 8) d, values_on(d.day) v;
SELECT cmp_ok((SELECT count(*) FROM carried WHERE state = 'carried'), '>', 3000::bigint, 'much was carried');
SELECT is_empty($$SELECT day, indicator, period FROM carried c JOIN indicator i ON i.code = c.indicator AND i.kind = 'extensive'
                   GROUP BY day, indicator, period
                  HAVING sum(thirds(value, indicator, c.measure_unit)) IS DISTINCT FROM (SELECT a.total FROM amount a WHERE a.indicator = c.indicator AND a.period = c.period)$$,
                'extensive values are conserved, per indicator, period and day');
SELECT is_empty($$SELECT c.* FROM carried c WHERE NOT EXISTS (SELECT FROM unit_asof(c.day) u WHERE u.code = c.unit)$$, 'all stand at units of the day');
SELECT is_empty($$SELECT c.day, c.indicator, c.unit, c.period FROM carried c GROUP BY 1, 2, 3, 4 HAVING count(*) > 1$$, 'once');
SELECT is_empty($$SELECT c.* FROM carried c WHERE indicator IN ('people', 'jobless', 'migration') AND value <> trunc(value)$$, 'counts stay whole');
SELECT is_empty($$SELECT r.* FROM carried r JOIN carried n USING (day, unit, period) JOIN carried d USING (day, unit, period)
                   WHERE r.indicator = 'rate' AND n.indicator = 'jobless' AND d.indicator = 'people' AND r.value IS DISTINCT FROM trim_scale(n.value / nullif(d.value, 0))$$,
                'rates are those of their parts');
SELECT is_empty($$SELECT c.* FROM carried c WHERE indicator = 'income' AND value IS NOT NULL
                     AND NOT thirds(value, 'income', measure_unit)
                         BETWEEN (SELECT min(thirds(o.value, 'income', o.measure_unit)) FROM observation o WHERE o.indicator = 'income' AND o.period = c.period AND o.unit = ANY (c.sources))
                             AND (SELECT max(thirds(o.value, 'income', o.measure_unit)) FROM observation o WHERE o.indicator = 'income' AND o.period = c.period AND o.unit = ANY (c.sources))$$,
                'means lie between those they were made of');
SELECT is_empty($$SELECT c.* FROM carried c JOIN observation o USING (indicator, unit, period) WHERE c.state = 'observed' AND o.value <> c.value$$, 'what is observed is what was observed');

-- One step, by hand: each source in proportion to the shares, within one of its own decimals.
SELECT is_empty($$SELECT o.unit, o.period FROM observation o
                   CROSS JOIN LATERAL (SELECT max(day) AS day FROM days) d
                    JOIN LATERAL (SELECT sum(c.share) AS all_shares FROM counterpart(o.unit, upper(o.period) - 1, d.day) c) s ON true
                   WHERE o.indicator = 'people' AND EXISTS (SELECT FROM unit u WHERE u.code = o.unit AND u.valid @> upper(o.period) - 1) AND abs(s.all_shares - 1) > 1e-15$$,
                'forward shares of a unit sum to 1 over any number of reforms');
SELECT is_empty($$SELECT v.unit FROM values_on((SELECT max(day) FROM days), 'people', period('2010')) v
                   WHERE abs(v.value - (SELECT sum(o.value * c.share) FROM observation o, LATERAL counterpart(o.unit, '2010-12-31', (SELECT max(day) FROM days)) c
                                         WHERE o.indicator = 'people' AND o.period = period('2010') AND c.counterpart = v.unit)) >= cardinality(v.sources)$$,
                'a value is the sum of its sources'' shares, within one each');

-- Shares are by the nearest period: what is read is the leaves' values for that one, not whole periods.
INSERT INTO tier VALUES ('adm', 'village', 4);
INSERT INTO unit (code, hierarchy, tier, name) SELECT 'N.v', 'adm', 'county', 'v' UNION ALL SELECT ('N.v.' || t)::unitcode, 'adm', 'town', 't' FROM generate_series(1, 4) AS t;
INSERT INTO unit (code, hierarchy, tier, name)
SELECT ('N.v.' || t || '.' || i)::unitcode, 'adm', 'village', 'v' FROM generate_series(1, 4) AS t, generate_series(1, 100) AS i;
INSERT INTO observation (indicator, unit, period, value)
SELECT 'people', u.code, daterange(m::date, (m + '1 month'::interval)::date), 2
  FROM unit u, generate_series('2018-01-01'::timestamp, '2019-12-01', '1 month') AS m WHERE u.tier = 'village';
ANALYZE unit, observation;
CREATE FUNCTION rows_read(relation regclass) RETURNS bigint LANGUAGE sql AS $$
    SELECT sum(pg_stat_get_xact_tuples_fetched(r))::bigint FROM (SELECT $1 UNION ALL SELECT x.indexrelid FROM pg_index x WHERE x.indrelid = $1) AS t (r)
$$;
SELECT rows_read('observation') AS before \gset
SELECT is(reform_amounts('{N.v.3,N.v.4}', 'people', '2019-12-31'), '{200,200}'::numeric[], 'amounts of a hundred villages each');
SELECT cmp_ok(rows_read('observation') - :before, '>=', 200::bigint, 'are read from so many rows');
SELECT cmp_ok(rows_read('observation') - :before, '<', 1000::bigint, 'and not many more');

SELECT * FROM finish();
ROLLBACK;
