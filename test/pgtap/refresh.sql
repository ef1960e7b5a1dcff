-- What refresh() brings up to date after any change equals what it computes from nothing.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL jit = off;
-- More rounds, other seeds: psql -v rounds=500 -v seed=0.3. Every fourth round all is
-- computed from nothing too, and compared: what the refreshes of four rounds have built,
-- one on the other. (That costs most: psql -v every=1 finds the round at fault.)
\if :{?rounds} \else \set rounds 24 \endif
\if :{?every} \else \set every 4 \endif
\if :{?seed} \else \set seed 0.17 \endif
SELECT plan(4);
SELECT setseed(:seed), set_config('following.rounds', :'rounds', true), set_config('following.every', :'every', true) \g /dev/null
SELECT governance.create_model('following', 3005) \g /dev/null
SET LOCAL search_path = following, governance, public;

INSERT INTO hierarchy VALUES ('h', 'h', 'natural'), ('g', 'g', 'functional'), ('f', 'f', 'natural'), ('e', 'e', 'natural');
INSERT INTO tier SELECT h, t || g, g FROM unnest('{h,g,f,e}'::text[]) h, unnest('{t,s}'::text[]) t, generate_series(1, 6) g;
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, weight_by, numerator, denominator, source_mode, decimals, max_age) VALUES
    ('sum', '', 'count', 'extensive', 'sum', 'sum', NULL, NULL, NULL, 'leaf_only', NULL, NULL),
    ('low', '', 'count', 'extensive', 'min', 'last', NULL, NULL, NULL, 'leaf_only', NULL, '100 days'),
    ('high', '', 'count', 'extensive', 'max', 'first', NULL, NULL, NULL, 'self_plus_children', 1, NULL),
    ('mean', '', 'count', 'intensive', 'mean', 'mean', NULL, NULL, NULL, 'leaf_only', 2, NULL),
    ('tiers', '', 'count', 'intensive', 'mean_of_children', 'mean', NULL, NULL, NULL, 'leaf_only', 1, NULL),
    ('tiersplus', '', 'count', 'intensive', 'mean_of_children', 'last', NULL, NULL, NULL, 'self_plus_children', NULL, NULL),
    ('tierstold', '', 'count', 'intensive', 'mean_of_children', 'last', NULL, NULL, NULL, 'reported_overrides', NULL, NULL),
    ('area', '', 'ha', 'extensive', 'sum', 'last', NULL, NULL, NULL, 'leaf_only', NULL, NULL),
    ('plus', '', 'count', 'extensive', 'sum', 'max', NULL, NULL, NULL, 'self_plus_children', NULL, NULL),
    ('told', '', 'count', 'extensive', 'sum', 'min', NULL, NULL, NULL, 'reported_overrides', NULL, NULL),
    ('toldmean', '', 'count', 'intensive', 'weighted_mean', 'last', 'sum', NULL, NULL, 'reported_overrides', NULL, NULL),
    ('avg', '', 'count', 'intensive', 'weighted_mean', 'mean', 'sum', NULL, NULL, 'leaf_only', 3, NULL),
    ('avgplus', '', 'count', 'intensive', 'weighted_mean', 'last', 'sum', NULL, NULL, 'self_plus_children', NULL, NULL),
    ('alone', '', 'count', 'none', 'none', 'last', NULL, NULL, NULL, 'leaf_only', NULL, '1 year'),
    ('part', '', 'count', 'extensive', 'sum', 'last', NULL, NULL, NULL, 'leaf_only', NULL, NULL),
    ('rate', '', 'count', 'ratio', 'ratio', 'none', NULL, 'part', 'sum', 'leaf_only', 4, '2 months'),
    ('toldrate', '', 'count', 'ratio', 'ratio', 'none', NULL, 'told', 'told2', 'leaf_only', NULL, NULL),
    ('told2', '', 'count', 'extensive', 'sum', 'sum', NULL, NULL, NULL, 'reported_overrides', NULL, NULL),
    ('heads', '', '10k_persons', 'extensive', 'sum', 'last', NULL, NULL, NULL, 'leaf_only', NULL, NULL),
    ('wage', '', 'count', 'intensive', 'weighted_mean', 'first', 'heads', NULL, NULL, 'leaf_only', NULL, '80 days'),
    ('density', '', 'count', 'ratio', 'ratio', 'none', NULL, 'heads', 'area', 'leaf_only', NULL, NULL);

CREATE FUNCTION pg_temp.below(integer) RETURNS integer LANGUAGE sql VOLATILE RETURN floor(random() * $1)::integer;
CREATE FUNCTION pg_temp.one_of(VARIADIC text[]) RETURNS text LANGUAGE sql VOLATILE RETURN $1[1 + pg_temp.below(cardinality($1))];
CREATE FUNCTION pg_temp.days() RETURNS daterange LANGUAGE sql VOLATILE RETURN
    CASE WHEN random() < 0.6 THEN daterange(NULL, NULL)
         WHEN random() < 0.5 THEN daterange(NULL, date '2019-01-01' + pg_temp.below(700))
         ELSE daterange(date '2019-01-01' + pg_temp.below(700), NULL) END;
CREATE FUNCTION pg_temp.some_unit() RETURNS unitcode LANGUAGE sql VOLATILE BEGIN ATOMIC
    SELECT u.code FROM unit u ORDER BY random() LIMIT 1;
END;
CREATE FUNCTION pg_temp.some_period() RETURNS daterange LANGUAGE sql VOLATILE RETURN
    period(pg_temp.one_of('2019', '2019Q3', '2019Q4', '2019-12', '2020', '2020-01', '2020-02'));
CREATE FUNCTION pg_temp.some_indicator() RETURNS text LANGUAGE sql VOLATILE BEGIN ATOMIC
    SELECT i.code FROM indicator i WHERE i.space_op <> 'ratio' ORDER BY random() LIMIT 1;
END;
-- Weights are not negative; a third of the areas are given in mu, and now and then one number of heads in persons.
CREATE FUNCTION pg_temp.put(n integer) RETURNS void LANGUAGE sql VOLATILE BEGIN ATOMIC
    INSERT INTO observation (indicator, unit, period, value, measure_unit)
    SELECT DISTINCT ON (g.i, g.u, g.p) g.i, g.u, g.p,
           CASE WHEN random() > 0.15 THEN round(((random() - CASE WHEN g.i IN ('sum', 'heads') THEN 0 ELSE 0.3 END) * 100)::numeric, pg_temp.below(4)) END,
           CASE WHEN g.i = 'area' AND random() < 0.33 THEN 'mu' WHEN g.i = 'heads' AND random() < 0.02 THEN 'persons' END
      FROM (SELECT pg_temp.some_indicator() AS i, pg_temp.some_unit() AS u, pg_temp.some_period() AS p FROM generate_series(1, n)) AS g
        ON CONFLICT (indicator, period, unit) DO UPDATE SET value = excluded.value, measure_unit = excluded.measure_unit;
END;
CREATE FUNCTION pg_temp.grow(n integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    home unit;
    below text;
BEGIN
    FOR i IN 1 .. n LOOP
        SELECT u.* INTO home FROM unit u WHERE u.code <> 'L' ORDER BY random() LIMIT 1;
        below := (SELECT 'n' || count(*) || '_' || pg_temp.below(1000000) FROM unit);
        IF random() < 0.05 OR home IS NULL THEN
            INSERT INTO unit (code, hierarchy, tier, name, valid)
            VALUES (below::unitcode, pg_temp.one_of('h', 'g'), 't1', below, pg_temp.days());
        ELSIF depth(home.code) < 6 THEN
            INSERT INTO unit (code, hierarchy, tier, name, valid)
            SELECT child(home.code, below), home.hierarchy, t.name, below, pg_temp.days()
              FROM tier t WHERE t.hierarchy = home.hierarchy AND t.rank = depth(home.code) + 1 AND t.name LIKE 't%';
        END IF;
    END LOOP;
END
$$;
-- A rule for somebody, some time; those that are refused are as if they had not been.
CREATE FUNCTION pg_temp.limits() RETURNS threshold LANGUAGE sql VOLATILE RETURN
    CASE pg_temp.below(3) WHEN 0 THEN at_least(pg_temp.below(30), notice => 30 + pg_temp.below(20))
                          WHEN 1 THEN at_most(60 + pg_temp.below(30), caution => 50 + pg_temp.below(10))
                          ELSE format('%s .. %s warning %1$s .. 60', pg_temp.below(30), 60 + pg_temp.below(30))::threshold END;
CREATE FUNCTION pg_temp.rule(n integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. n LOOP
        BEGIN
            INSERT INTO threshold_rule (indicator, unit, hierarchy, tier, threshold, valid)
            SELECT i.code, u.code, u.hierarchy, u.tier, pg_temp.limits(), pg_temp.days()
              FROM (SELECT code FROM indicator ORDER BY random() LIMIT 1) AS i,
                   (SELECT CASE WHEN random() < 0.8 THEN x.code END AS code, CASE WHEN random() < 0.8 THEN x.hierarchy END AS hierarchy,
                           CASE WHEN random() < 0.3 THEN pg_temp.one_of('t', 's') || depth(x.code) + pg_temp.below(2) END AS tier
                      FROM unit x ORDER BY depth(x.code) * random() LIMIT 1) AS u;
            SET CONSTRAINTS threshold_rule_check IMMEDIATE;
            SET CONSTRAINTS threshold_rule_check DEFERRED;
        EXCEPTION WHEN check_violation OR exclusion_violation OR foreign_key_violation THEN NULL;
        END;
    END LOOP;
END
$$;
-- One change of any kind.
CREATE TEMP TABLE kept (LIKE observation);
CREATE FUNCTION pg_temp.change() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    leaf unitcode;
    ind indicator;
BEGIN
    CASE pg_temp.below(32)
        WHEN 0, 1 THEN PERFORM pg_temp.put(1);
        WHEN 2 THEN PERFORM pg_temp.put(20);
        WHEN 3 THEN
            UPDATE observation SET value = coalesce(value, 5) * 2 WHERE unit = (SELECT pg_temp.some_unit());
        WHEN 4 THEN
            DELETE FROM observation WHERE (indicator, unit, period) IN (SELECT indicator, unit, period FROM observation ORDER BY random() LIMIT 3);
        WHEN 5 THEN
            -- moved to another period, where there is room
            UPDATE observation o SET period = period('2021')
             WHERE o.indicator = (SELECT pg_temp.some_indicator()) AND o.unit = (SELECT pg_temp.some_unit())
               AND (SELECT count(*) FROM observation x WHERE x.indicator = o.indicator AND x.unit = o.unit) = 1;
        WHEN 6 THEN PERFORM pg_temp.grow(1);
        WHEN 7 THEN PERFORM pg_temp.grow(8);
        WHEN 8, 9 THEN
            UPDATE unit SET valid = pg_temp.days() WHERE code = (SELECT pg_temp.some_unit());
        WHEN 10 THEN
            SELECT u.code INTO leaf FROM unit u WHERE NOT EXISTS (SELECT FROM unit c WHERE c.parent = u.code) ORDER BY random() LIMIT 1;
            DELETE FROM observation WHERE unit = leaf;
            DELETE FROM unit WHERE code = leaf AND NOT EXISTS (SELECT FROM lineage WHERE leaf IN (predecessor, successor))
                              AND NOT EXISTS (SELECT FROM threshold_rule r WHERE r.unit = leaf);
        WHEN 11 THEN
            DELETE FROM observation WHERE indicator = (SELECT pg_temp.some_indicator()) AND period = (SELECT pg_temp.some_period());
        WHEN 12 THEN
            -- what is rolled back is as if it had not been
            BEGIN
                PERFORM pg_temp.put(5);
                PERFORM pg_temp.grow(2);
                RAISE EXCEPTION 'undo';
            EXCEPTION WHEN raise_exception THEN NULL;
            END;
        WHEN 13 THEN
            UPDATE indicator SET min_coverage = round(random()::numeric, 2),
                                 decimals = CASE WHEN random() < 0.5 THEN pg_temp.below(4) END
             WHERE code = (SELECT pg_temp.some_indicator()) AND random() < 0.3;
        WHEN 14, 15 THEN
            SELECT u.code INTO leaf
              FROM unit u JOIN unit p ON p.code = u.parent
             WHERE u.valid @> daterange('2019-12-31', '2020-01-02') AND p.valid @> date '2020-01-01'
               AND NOT EXISTS (SELECT FROM unit c WHERE c.parent = u.code) AND NOT EXISTS (SELECT FROM lineage l WHERE u.code IN (l.predecessor, l.successor))
             ORDER BY random() LIMIT 1;
            IF FOUND THEN
                PERFORM reform('split', '2020-01-01', ARRAY[leaf], ARRAY[leaf::text || '_one', leaf::text || '_two']::unitcode[], '{one,two}', '{0.3,0.7}');
            END IF;
        WHEN 16 THEN
            -- what was in other units of measure no longer is, in periods that are not noted for it
            DELETE FROM observation WHERE indicator = 'heads' AND measure_unit IS NOT NULL;
        WHEN 17 THEN
            UPDATE indicator SET time_op = pg_temp.one_of('first', 'last', 'max', 'none') WHERE code = pg_temp.one_of('low', 'high', 'part', 'heads');
        WHEN 18 THEN
            UPDATE indicator SET code = code || 'x' WHERE code = pg_temp.one_of('plus', 'told2', 'low');
            UPDATE indicator SET code = rtrim(code, 'x') WHERE code LIKE '%x';
        WHEN 19 THEN PERFORM pg_temp.rule(3);
        WHEN 20 THEN
            DELETE FROM threshold_rule WHERE id IN (SELECT r.id FROM threshold_rule r ORDER BY random() LIMIT pg_temp.below(4));
        WHEN 21 THEN
            BEGIN
                UPDATE threshold_rule SET threshold = CASE WHEN random() < 0.5 THEN pg_temp.limits() ELSE threshold END,
                                          valid = CASE WHEN random() < 0.5 THEN pg_temp.days() ELSE valid END
                 WHERE id IN (SELECT r.id FROM threshold_rule r ORDER BY random() LIMIT 1 + pg_temp.below(3));
                SET CONSTRAINTS threshold_rule_check IMMEDIATE;
                SET CONSTRAINTS threshold_rule_check DEFERRED;
            EXCEPTION WHEN check_violation OR exclusion_violation THEN NULL;
            END;
        WHEN 22 THEN
            BEGIN
                UPDATE indicator SET attribute = pg_temp.one_of('binding', 'expected', 'advisory') WHERE code = pg_temp.some_indicator();
                SET CONSTRAINTS threshold_rule_check IMMEDIATE;
                SET CONSTRAINTS threshold_rule_check DEFERRED;
            EXCEPTION WHEN check_violation THEN NULL;
            END;
        WHEN 23 THEN
            UPDATE unit u SET tier = t.name FROM tier t
             WHERE t.hierarchy = u.hierarchy AND t.name = translate(u.tier, 'st', 'ts') AND (u.code = (SELECT pg_temp.some_unit()) OR random() < 0.02);
        WHEN 24 THEN
            UPDATE tier SET name = name || 'x' WHERE name = pg_temp.one_of('t2', 's3');
            UPDATE tier SET name = rtrim(name, 'x') WHERE name LIKE '%x' AND random() < 0.5;
        WHEN 25, 26 THEN
            -- the only root of its hierarchy comes and goes
            UPDATE unit SET valid = pg_temp.days() WHERE code = 'F';
        WHEN 27 THEN
            -- a unit is made anew, with all that it had, in this hierarchy or that
            TRUNCATE kept;
            INSERT INTO kept SELECT * FROM observation WHERE unit = 'L';
            DELETE FROM threshold_rule WHERE unit = 'L';
            DELETE FROM observation WHERE unit = 'L';
            DELETE FROM unit WHERE code = 'L';
            INSERT INTO unit (code, hierarchy, tier, name, valid) VALUES ('L', pg_temp.one_of('e', 'e', 'g', 'h'), 't1', 'L', pg_temp.days());
            INSERT INTO observation SELECT * FROM kept;
        WHEN 28 THEN
            -- what was told of one unit was of another, or of another indicator
            UPDATE observation o SET unit = n.unit
              FROM (SELECT x.indicator, x.period, x.unit AS former, pg_temp.some_unit() AS unit FROM observation x ORDER BY random() LIMIT 1) AS n
             WHERE (o.indicator, o.period, o.unit) = (n.indicator, n.period, n.former)
               AND NOT EXISTS (SELECT FROM observation y WHERE (y.indicator, y.period, y.unit) = (n.indicator, n.period, n.unit));
            UPDATE observation o SET indicator = n.indicator
              FROM (SELECT x.indicator AS former, x.period, x.unit, pg_temp.one_of('low', 'mean', 'plus', 'told', 'part') AS indicator
                      FROM observation x WHERE x.measure_unit IS NULL ORDER BY random() LIMIT 1) AS n
             WHERE (o.indicator, o.period, o.unit) = (n.former, n.period, n.unit)
               AND NOT EXISTS (SELECT FROM observation y WHERE (y.indicator, y.period, y.unit) = (n.indicator, n.period, n.unit));
        WHEN 29 THEN
            UPDATE indicator SET source_mode = pg_temp.one_of('leaf_only', 'self_plus_children', 'reported_overrides') WHERE code = pg_temp.one_of('plus', 'mean', 'tiers');
            UPDATE indicator SET weight_by = pg_temp.one_of('sum', 'heads') WHERE code = pg_temp.one_of('avg', 'wage');
            UPDATE indicator SET numerator = pg_temp.one_of('part', 'area') WHERE code = 'rate' AND random() < 0.5;
        WHEN 30 THEN
            -- a leaf unit that nobody speaks of gets another code
            UPDATE unit u SET code = child(u.parent, 'r' || pg_temp.below(1000000))
             WHERE u.code = (SELECT x.code FROM unit x
                              WHERE x.parent IS NOT NULL AND NOT EXISTS (SELECT FROM unit c WHERE c.parent = x.code)
                                AND NOT EXISTS (SELECT FROM observation o WHERE o.unit = x.code)
                                AND NOT EXISTS (SELECT FROM threshold_rule r WHERE r.unit = x.code)
                                AND NOT EXISTS (SELECT FROM lineage l WHERE x.code IN (l.predecessor, l.successor)) ORDER BY random() LIMIT 1);
        WHEN 31 THEN
            -- an indicator is made anew, with all that it had
            SELECT i.* INTO ind FROM indicator i WHERE i.code = (SELECT pg_temp.one_of('low', 'alone', 'mean'));
            TRUNCATE kept;
            INSERT INTO kept SELECT * FROM observation WHERE indicator = ind.code;
            DELETE FROM threshold_rule WHERE indicator = ind.code;
            DELETE FROM observation WHERE indicator = ind.code;
            DELETE FROM indicator WHERE code = ind.code;
            INSERT INTO indicator SELECT ind.*;
            INSERT INTO observation SELECT * FROM kept;
    END CASE;
END
$$;

INSERT INTO unit (code, hierarchy, tier, name) VALUES ('F', 'f', 't1', 'F'), ('F.a', 'f', 't2', 'a'), ('F.b', 'f', 't2', 'b'), ('L', 'e', 't1', 'L');
SELECT pg_temp.grow(150) \g /dev/null
SELECT pg_temp.put(4000) \g /dev/null
SELECT pg_temp.rule(200) \g /dev/null
ANALYZE unit, observation;
CALL refresh();

CREATE TEMP TABLE outcome (changes integer, rows bigint, missing bigint, extra bigint);
CREATE TEMP TABLE followed (LIKE indicator_value);
-- Grades by slow, obvious SQL: every rule held against every row.
CREATE TEMP TABLE judged (rows bigint, graded bigint, other_rule bigint, other_grade bigint, other_threshold bigint);
CREATE VIEW slow_grade AS
    SELECT v.*, d.day, s.ids, s.worst
      FROM indicator_value v
      JOIN indicator i ON i.code = v.indicator
      JOIN unit u ON u.code = v.unit
     CROSS JOIN LATERAL (SELECT least(upper(v.period), upper(u.valid)) - 1 AS day) AS d
     CROSS JOIN LATERAL (
        SELECT array_agg(r.id ORDER BY depth(r.unit) DESC NULLS LAST, r.hierarchy IS NULL, r.tier IS NULL) AS ids,
               max(governance.grade(v.value, r.threshold)) AS worst
          FROM threshold_rule r
         WHERE r.indicator = v.indicator AND d.day <@ r.valid
           AND (r.unit IS NULL OR v.unit = r.unit OR starts_with(v.unit::text, r.unit::text || '.'))
           AND (r.tier IS NULL OR r.tier = u.tier) AND (r.hierarchy IS NULL OR r.hierarchy = u.hierarchy)) AS s;
CREATE TEMP TABLE in_force AS SELECT current_date AS day, e.* FROM effective_threshold_asof(current_date) e LIMIT 0;
DO $$
DECLARE
    every integer := current_setting('following.every');
    changes integer;
    since integer := 0;
BEGIN
    FOR r IN 1 .. current_setting('following.rounds')::integer LOOP
        changes := 1 + pg_temp.below(6);
        FOR c IN 1 .. changes LOOP
            PERFORM pg_temp.change();
        END LOOP;
        since := since + changes;
        -- one of them alone first, now and then: the rest waits
        IF random() < 0.2 THEN
            CALL refresh(pg_temp.one_of('sum', 'told', 'area', 'rate'));
        END IF;
        CALL refresh();
        IF r % (2 * every) = 0 THEN
            TRUNCATE in_force;
            INSERT INTO in_force
            SELECT d, e.* FROM (SELECT DISTINCT upper(period) - 1 FROM indicator_value) AS p (d) CROSS JOIN LATERAL effective_threshold_asof(d) e;
            INSERT INTO judged
            SELECT count(*), count(g.grade), count(*) FILTER (WHERE g.rule IS DISTINCT FROM g.ids[1]),
                   count(*) FILTER (WHERE g.grade IS DISTINCT FROM
                       CASE WHEN i.attribute = 'binding' THEN g.worst
                            ELSE (SELECT governance.grade(g.value, x.threshold) FROM threshold_rule x WHERE x.id = g.ids[1]) END),
                   count(*) FILTER (WHERE f.threshold <> g.threshold OR f.threshold IS NOT NULL AND g.threshold IS NULL
                                       OR g.margin IS DISTINCT FROM governance.margin(g.value, g.threshold))
              FROM slow_grade g JOIN indicator i ON i.code = g.indicator
              LEFT JOIN in_force f ON f.indicator = g.indicator AND f.unit = g.unit AND f.day = g.day;
        END IF;
        CONTINUE WHEN r % every > 0;
        TRUNCATE followed;
        INSERT INTO followed SELECT * FROM indicator_value;
        CALL refresh(full => true);
        INSERT INTO outcome
        SELECT since, (SELECT count(*) FROM followed),
               (SELECT count(*) FROM (SELECT * FROM indicator_value EXCEPT SELECT * FROM followed) AS d),
               (SELECT count(*) FROM (SELECT * FROM followed EXCEPT SELECT * FROM indicator_value) AS d);
        since := 0;
    END LOOP;
END
$$;
SELECT is(sum(missing + extra), 0::numeric, format('after %s changes, in %s comparisons, every one of %s rows is as a full refresh makes it',
                                                    sum(changes), count(*), sum(rows))) FROM outcome;
SELECT cmp_ok(sum(graded), '>', sum(rows) / 10, format('of %s rows %s are graded', sum(rows), sum(graded))) FROM judged;
SELECT is(sum(other_rule + other_grade + other_threshold), 0::numeric, 'by the rules, as holding every rule against every row makes them') FROM judged;
SELECT is((SELECT count(*) FROM value_change) + (SELECT count(*) FROM pending_rule) + (SELECT count(*) FROM pending_change), 0::bigint, 'nothing is left to do');
SELECT * FROM finish();
ROLLBACK;
