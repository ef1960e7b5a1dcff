-- Warnings kept by refresh() are those that slow code makes of stored values and rules,
-- after any change; their standing events are the turns of those series.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL jit = off;
-- More rounds, other seeds: psql -v rounds=500 -v seed=0.3
\if :{?rounds} \else \set rounds 16 \endif
\if :{?seed} \else \set seed 0.3 \endif
SELECT plan(10);
SELECT setseed(:seed), set_config('warned.rounds', :'rounds', true) \g /dev/null
SELECT governance.create_model('warned', 3005) \g /dev/null
SET LOCAL search_path = warned, governance, public;

INSERT INTO hierarchy VALUES ('h', 'h', 'natural');
INSERT INTO tier VALUES ('h', 't1', 1), ('h', 't2', 2), ('h', 't3', 3);
INSERT INTO unit (code, hierarchy, tier, name)
SELECT c::unitcode, 'h', 't' || depth(c::unitcode), c
  FROM (SELECT 'A' UNION ALL SELECT 'A.' || b FROM generate_series(1, 4) b UNION ALL SELECT 'A.' || b || '.' || d FROM generate_series(1, 4) b, generate_series(1, 4) d) AS u (c);
INSERT INTO indicator (code, name, measure_unit, kind, space_op, time_op, attribute, max_age, min_coverage) VALUES
    ('sum', '', 'count', 'extensive', 'sum', 'last', 'advisory', NULL, 0.6),
    ('bound', '', 'count', 'extensive', 'max', 'last', 'binding', NULL, 0),
    ('alone', '', 'count', 'none', 'none', 'last', 'expected', '100 days', 0.5),
    ('free', '', 'count', 'extensive', 'sum', 'last', 'advisory', NULL, 0.5);

CREATE FUNCTION pg_temp.below(integer) RETURNS integer LANGUAGE sql VOLATILE RETURN floor(random() * $1)::integer;
CREATE FUNCTION pg_temp.one_of(VARIADIC text[]) RETURNS text LANGUAGE sql VOLATILE RETURN $1[1 + pg_temp.below(cardinality($1))];
CREATE FUNCTION pg_temp.some_unit() RETURNS unitcode LANGUAGE sql VOLATILE BEGIN ATOMIC
    SELECT u.code FROM unit u ORDER BY random() LIMIT 1;
END;
CREATE FUNCTION pg_temp.some_period() RETURNS daterange LANGUAGE sql VOLATILE RETURN
    CASE WHEN random() < 0.8 THEN period((2008 + pg_temp.below(14))::text)
         WHEN random() < 0.6 THEN period('2020-' || lpad((1 + pg_temp.below(9))::text, 2, '0'))
         -- periods of 30 days: the fourth is a month as well, the others are none
         ELSE (SELECT daterange(d, d + 30) FROM (SELECT date '2020-01-03' + 30 * pg_temp.below(6) AS d) AS f) END;
-- How long a period is: whole months if there are such, else days.
CREATE FUNCTION pg_temp.length_of(period daterange) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce((SELECT CASE WHEN n % 12 = 0 THEN format('P%sY', n / 12) ELSE concat('P', nullif(n / 12, 0) || 'Y', n % 12, 'M') END
                       FROM generate_series(1, 24) n
                      WHERE date_trunc('month', lower(period)) + n * interval '1 month' + (extract(day FROM lower(period)) - 1) * interval '1 day' = upper(period)
                        AND extract(day FROM lower(period)) = extract(day FROM upper(period))),
                    format('P%sD', upper(period) - lower(period)))
$$;
CREATE FUNCTION pg_temp.put(n integer) RETURNS void LANGUAGE sql VOLATILE BEGIN ATOMIC
    INSERT INTO observation (indicator, unit, period, value)
    SELECT DISTINCT ON (g.i, g.u, g.p) g.i, g.u, g.p, CASE WHEN random() > 0.1 THEN pg_temp.below(110) END
      FROM (SELECT pg_temp.one_of('sum', 'bound', 'alone', 'free') AS i, pg_temp.some_unit() AS u, pg_temp.some_period() AS p FROM generate_series(1, n)) AS g
        ON CONFLICT (indicator, period, unit) DO UPDATE SET value = excluded.value;
END;
CREATE FUNCTION pg_temp.add_rule() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    high integer := 40 + pg_temp.below(60);
    low integer := high - pg_temp.below(20);
BEGIN
    INSERT INTO threshold_rule (indicator, unit, hierarchy, tier, threshold, clear, hold, keep, fires_at, flap_start, flap_stop, valid)
    SELECT pg_temp.one_of('sum', 'bound', 'alone'), u, CASE WHEN u IS NULL THEN 'h' END, CASE WHEN random() < 0.5 THEN 't' || 1 + pg_temp.below(3) END,
           at_most(high, low), CASE WHEN random() < 0.6 THEN at_most(high - 5, low - 10) END, pg_temp.below(3), pg_temp.below(3),
           pg_temp.one_of('warning', 'warning', 'breach', 'notice')::grade, 0.25, 0.15,
           CASE WHEN random() < 0.6 THEN daterange(NULL, NULL) WHEN random() < 0.5 THEN daterange(date '2009-03-01' + pg_temp.below(4000), NULL)
                ELSE daterange(NULL, date '2009-03-01' + pg_temp.below(4000)) END
      FROM (SELECT CASE WHEN random() < 0.7 THEN pg_temp.some_unit() END) AS s (u);
EXCEPTION WHEN exclusion_violation THEN NULL;
END
$$;
-- A year, a month or 30 days that follow all there are of an indicator, now and then skipping some, or precede them.
CREATE FUNCTION pg_temp.begin_period() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    i text := pg_temp.one_of('sum', 'bound', 'alone');
    length text := pg_temp.one_of('P1Y', 'P1Y', 'P1Y', 'P1M', 'P30D');
    span interval := length;
    first_day date;
BEGIN
    SELECT CASE WHEN random() < 0.75 THEN max(lower(o.period)) + span * (1 + pg_temp.below(2)) ELSE min(lower(o.period)) - span END INTO first_day
      FROM observation o WHERE o.indicator = i AND pg_temp.length_of(o.period) = length;
    INSERT INTO observation (indicator, unit, period, value)
    SELECT i, u.code, daterange(first_day, (first_day + span)::date), CASE WHEN random() > 0.1 THEN pg_temp.below(110) END
      FROM unit u WHERE random() < (SELECT pg_temp.one_of('0.2', '0.9')::float)
        ON CONFLICT DO NOTHING;
END
$$;
CREATE FUNCTION pg_temp.change() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CASE pg_temp.below(20)
        WHEN 15, 16, 17, 18, 19 THEN PERFORM pg_temp.begin_period();
        WHEN 0, 1, 2 THEN PERFORM pg_temp.put(3);
        WHEN 3 THEN PERFORM pg_temp.put(40);
        WHEN 4 THEN UPDATE observation SET value = value + 30 - pg_temp.below(60) WHERE unit = (SELECT pg_temp.some_unit()) AND random() < 0.3;
        WHEN 5 THEN DELETE FROM observation WHERE unit = (SELECT pg_temp.some_unit()) AND random() < 0.2;
        WHEN 6 THEN DELETE FROM observation WHERE indicator = pg_temp.one_of('sum', 'alone') AND period = (SELECT pg_temp.some_period());
        WHEN 7, 8 THEN PERFORM pg_temp.add_rule();
        WHEN 9 THEN UPDATE threshold_rule SET hold = pg_temp.below(3), keep = pg_temp.below(3) WHERE id = (SELECT id FROM threshold_rule ORDER BY random() LIMIT 1);
        WHEN 10 THEN UPDATE threshold_rule SET clear = at_most(30), fires_at = pg_temp.one_of('warning', 'breach')::grade
                      WHERE id = (SELECT id FROM threshold_rule WHERE upper_limit(threshold, 'notice') >= 30 ORDER BY random() LIMIT 1);
        WHEN 11 THEN DELETE FROM threshold_rule WHERE id = (SELECT id FROM threshold_rule ORDER BY random() LIMIT 1) AND random() < 0.7;
        WHEN 12 THEN
            UPDATE unit SET valid = CASE WHEN random() < 0.4 THEN daterange(NULL, NULL) ELSE daterange(NULL, date '2014-01-01' + pg_temp.below(4000)) END
             WHERE depth(code) = 3 AND random() < 0.2;
        WHEN 14 THEN UPDATE indicator SET time_op = pg_temp.one_of('last', 'max') WHERE code IN ('sum', 'bound') AND random() < 0.5;
        WHEN 13 THEN UPDATE indicator SET attribute = pg_temp.one_of('binding', 'advisory') WHERE code = 'bound';
    END CASE;
END
$$;

-- Period after period, by what the documentation says; a row for each.
CREATE TEMP TABLE slow (indicator text, unit unitcode, span text, period daterange, newest boolean, turned boolean, previous text, state text, active boolean, grade grade,
                        since daterange, breached daterange, fired daterange, judged daterange, value numeric, judged_value numeric, rule bigint, flapping numeric, flaps boolean,
                        standing text, sides integer);
CREATE FUNCTION pg_temp.slowly() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    s record;
    v record;
    r threshold_rule;
    row slow;
    last slow;
    stands text;
    sides boolean[];
    breach boolean;
    g grade;
    c grade;
    n_held integer;
    n_kept integer;
BEGIN
    TRUNCATE slow;
    FOR s IN SELECT i.indicator, i.unit, pg_temp.length_of(i.period) AS span FROM indicator_value i GROUP BY 1, 2, 3 HAVING count(i.rule) > 0 LOOP
        last := NULL; row := NULL; stands := 'normal'; sides := '{}'; n_held := 0; n_kept := 0;
        row.active := false; row.flaps := false; row.flapping := 0;
        FOR v IN
            SELECT i.period, i.value, i.state, i.rule, i.threshold FROM indicator_value i
             WHERE i.indicator = s.indicator AND i.unit = s.unit AND pg_temp.length_of(i.period) = s.span
             UNION ALL
            SELECT f.period, NULL, 'absent', NULL, NULL FROM refreshed f, unit u
             WHERE f.indicator = s.indicator AND pg_temp.length_of(f.period) = s.span AND u.code = s.unit
               AND u.valid && indicator_existence(s.indicator, f.period)
               AND NOT EXISTS (SELECT FROM indicator_value i WHERE i.indicator = s.indicator AND i.unit = s.unit AND i.period >= f.period
                                                               AND pg_temp.length_of(i.period) = s.span)
             UNION ALL
            SELECT daterange(upper(u.valid), NULL), NULL, NULL, NULL, NULL FROM unit u
             WHERE u.code = s.unit AND NOT upper_inf(u.valid)
               AND upper(u.valid) < (SELECT max(upper(p.period)) + s.span::interval
                                       FROM (SELECT i.period FROM indicator_value i WHERE i.indicator = s.indicator AND i.unit = s.unit
                                              UNION ALL
                                             SELECT f.period FROM refreshed f WHERE f.indicator = s.indicator AND u.valid && indicator_existence(s.indicator, f.period)) AS p
                                      WHERE pg_temp.length_of(p.period) = s.span)
             ORDER BY 1
        LOOP
            row.indicator := s.indicator; row.unit := s.unit; row.span := s.span; row.period := v.period; row.value := v.value; row.rule := v.rule;
            row.previous := last.state;
            SELECT x.* INTO r FROM threshold_rule x WHERE x.id = v.rule;
            IF v.state = 'absent' OR v.rule IS NOT NULL AND v.state <> 'ok' THEN
                row.state := CASE v.state WHEN 'stale' THEN 'stale' ELSE 'no_data' END;
            ELSE
                IF v.rule IS NULL THEN
                    g := 'normal'; c := 'normal'; breach := false;
                ELSE
                    g := grade(v.value, v.threshold);
                    c := greatest(g, grade(v.value, coalesce(r.clear, v.threshold)));
                    breach := g >= r.fires_at;
                END IF;
                sides := sides || breach;
                row.flapping := (SELECT count(*) FROM generate_series(greatest(2, cardinality(sides) - 19), cardinality(sides)) n WHERE sides[n] <> sides[n - 1]) / 20.0;
                row.flaps := row.flapping >= CASE WHEN row.flaps THEN coalesce(r.flap_stop, 0.2) ELSE coalesce(r.flap_start, 0.3) END;
                -- what of an active warning's grade is left
                IF row.active THEN
                    c := greatest(g, least(row.grade, c));
                ELSE
                    c := g;
                END IF;
                IF breach THEN
                    n_held := CASE WHEN stands IN ('pending', 'firing', 'recovering') THEN n_held + 1 ELSE 0 END;
                    IF n_held = 0 THEN row.breached := v.period; END IF;
                    stands := CASE WHEN n_held >= r.hold THEN 'firing' ELSE 'pending' END;
                    n_kept := 0; row.grade := c;
                ELSIF row.active AND c >= coalesce(r.fires_at, 'warning') THEN
                    stands := 'recovering'; n_held := n_held + 1; n_kept := 0; row.grade := c;
                ELSIF row.active AND n_kept < coalesce(r.keep, 0) THEN
                    stands := 'firing'; n_held := n_held + 1; n_kept := n_kept + 1;
                ELSE
                    stands := CASE WHEN row.active THEN 'resolved' WHEN stands = 'pending' THEN 'normal' ELSE stands END;
                    n_held := 0; n_kept := 0; row.breached := NULL; row.grade := g;
                END IF;
                row.active := stands IN ('firing', 'recovering');
                row.fired := CASE WHEN row.active THEN coalesce(row.fired, v.period) END;
                row.state := stands; row.judged := v.period; row.judged_value := v.value;
            END IF;
            row.standing := stands;
            row.sides := (SELECT sum(CASE WHEN sides[greatest(cardinality(sides) - n, 1)] THEN 1 << n ELSE 0 END) FROM generate_series(0, 20) n WHERE sides <> '{}');
            IF row.state IS DISTINCT FROM last.state THEN row.since := v.period; END IF;
            row.newest := false;
            row.turned := coalesce(row.state <> last.state, row.state <> 'normal') OR coalesce(row.flaps <> last.flaps, false)
                          OR coalesce(row.active AND last.active AND row.grade <> last.grade, false);
            INSERT INTO slow SELECT row.*;
            last := row;
        END LOOP;
        UPDATE slow x SET newest = true WHERE x.indicator = s.indicator AND x.unit = s.unit AND x.span = s.span AND x.period = last.period;
    END LOOP;
END
$$;
CREATE TEMP VIEW kept AS
    SELECT w.indicator, w.unit, w.span, w.period, w.state::text, w.active, w.grade, w.since, w.breached, w.fired, w.judged, w.value, w.flapping::numeric, w.flaps,
           w.standing::text, w.sides
      FROM warning w;
CREATE TEMP VIEW kept_slowly AS
    SELECT s.indicator, s.unit, s.span, s.period, s.state, s.active, s.grade, s.since, s.breached, s.fired, s.judged, s.judged_value, s.flapping, s.flaps, s.standing, s.sides
      FROM slow s WHERE s.newest;
CREATE TEMP VIEW turned AS
    SELECT e.indicator, e.unit, e.span, e.period, e.previous::text, e.state::text, e.active, e.grade, e.flaps, e.value, e.rule FROM warning_event e WHERE e.withdrawn_at IS NULL;
CREATE TEMP VIEW turned_slowly AS
    SELECT s.indicator, s.unit, s.span, s.period, s.previous, s.state, s.active, s.grade, s.flaps, s.value, s.rule FROM slow s WHERE s.turned;

SELECT pg_temp.put(3000) \g /dev/null
SELECT pg_temp.add_rule() FROM generate_series(1, 12) \g /dev/null
ANALYZE;
CREATE TEMP TABLE outcome (changes integer, series bigint, active bigint, wrong_series bigint, wrong_events bigint, touched_by_full bigint, lost_events bigint);
DO $$
DECLARE
    changes integer;
    before bigint;
    told bigint;
BEGIN
    FOR r IN 1 .. current_setting('warned.rounds')::integer LOOP
        changes := 1 + pg_temp.below(5);
        told := (SELECT count(*) FROM warning_event);
        FOR c IN 1 .. changes LOOP
            PERFORM pg_temp.change();
        END LOOP;
        IF random() < 0.2 THEN
            CALL refresh(pg_temp.one_of('sum', 'bound'));
        END IF;
        -- Often alone, for series then go on from how they stood.
        IF random() < 0.5 THEN
            CALL refresh();
            PERFORM pg_temp.begin_period();
        END IF;
        CALL refresh();
        PERFORM pg_temp.slowly();
        before := (SELECT count(*) FROM warning_event);
        INSERT INTO outcome
        SELECT changes, count(*), count(*) FILTER (WHERE w.active),
               (SELECT count(*) FROM ((TABLE kept EXCEPT TABLE kept_slowly) UNION ALL (TABLE kept_slowly EXCEPT TABLE kept)) d),
               (SELECT count(*) FROM ((TABLE turned EXCEPT ALL TABLE turned_slowly) UNION ALL (TABLE turned_slowly EXCEPT ALL TABLE turned)) d),
               0, greatest(told - before, 0)
          FROM warning w;
        IF random() < 0.3 THEN
            CALL refresh(full => true);
            UPDATE outcome SET touched_by_full = (SELECT count(*) FROM warning_event) - before
             WHERE ctid = (SELECT max(ctid) FROM outcome);
        END IF;
    END LOOP;
END
$$;
SELECT is(sum(wrong_series), 0::numeric, format('after %s changes in %s rounds every one of %s rows of warning is as slow code makes it', sum(changes), count(*), sum(series))) FROM outcome;
SELECT is(sum(wrong_events), 0::numeric, 'and events that stand are the turns of their series') FROM outcome;
SELECT is(sum(touched_by_full), 0::numeric, 'a full refresh finds nothing to add') FROM outcome;
SELECT is(sum(lost_events), 0::numeric, 'and no event is ever deleted') FROM outcome;
SELECT cmp_ok(sum(active), '>', 100::numeric, 'enough of them were active for this to mean something') FROM outcome;
SELECT cmp_ok((SELECT count(*) FROM warning_event WHERE withdrawn_at IS NOT NULL), '>', 50::bigint, 'enough were withdrawn');
SELECT set_has('SELECT DISTINCT e.cause FROM warning_event e', $$VALUES ('value'), ('correction'), ('rule'), ('unit')$$, 'of all causes');
SELECT set_has('SELECT DISTINCT e.state::text FROM warning_event e', $$VALUES ('pending'), ('firing'), ('recovering'), ('resolved'), ('no_data'), ('stale'), ('normal')$$, 'to all states');
SELECT is_empty('SELECT FROM value_change UNION ALL SELECT FROM pending_rule', 'nothing is left to do');
-- A period in which nothing but missing values was reported.
INSERT INTO observation (indicator, unit, period, value)
SELECT 'sum', 'A.1.1', period('2040'), NULL WHERE EXISTS (SELECT FROM warning w WHERE w.indicator = 'sum');
CALL refresh();
SELECT pg_temp.slowly() \g /dev/null
SELECT is_empty('(TABLE kept EXCEPT TABLE kept_slowly) UNION ALL (TABLE kept_slowly EXCEPT TABLE kept)', 'a new period without any value is none of a series'' silence');
SELECT * FROM finish();
ROLLBACK;
