-- What check_space() makes of any change equals what it finds by looking at everything, and what slow, obvious SQL finds.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL jit = off;
-- More rounds, other seeds: psql -v rounds=500 -v seed=0.3
\if :{?rounds} \else \set rounds 40 \endif
\if :{?seed} \else \set seed 0.23 \endif
SELECT plan(6);
SELECT setseed(:seed), set_config('found.rounds', :'rounds', true) \g /dev/null
SELECT governance.create_model('found', 3005) \g /dev/null
SET LOCAL search_path = found, governance, public;

INSERT INTO hierarchy VALUES ('h', 'h', 'natural');
INSERT INTO tier VALUES ('h', 'upper', 1), ('h', 'middle', 2), ('h', 'lower', 3);
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('A', 'h', 'upper', ''), ('A.1', 'h', 'middle', ''), ('A.2', 'h', 'middle', ''), ('A.1.x', 'h', 'lower', '');
INSERT INTO layer (code, name, role) VALUES ('one', '', 'zone'), ('two', '', 'control_line'), ('three', '', 'zone');
INSERT INTO plan (code, name, unit, predecessor) VALUES
    ('p1', '', 'A', NULL), ('p2', '', 'A', 'p1'), ('p3', '', 'A', 'p2'), ('q', '', 'A.1', NULL), ('r', '', 'A.2', NULL), ('s', '', 'A.1.x', 'q');
INSERT INTO spatial_rule (code, left_layer, left_kind, left_tier, relation, right_layer, right_kind, right_tier, same_kind, min_area_m2, min_width_m) VALUES
    ('apart', 'one', NULL, NULL, 'disjoint', 'two', NULL, NULL, false, 0, 0),
    ('apart, wide', 'one', 'x', NULL, 'disjoint', 'two', NULL, NULL, false, 5, 2),
    ('each', 'one', NULL, NULL, 'disjoint', 'one', NULL, NULL, false, 0, 0),
    ('each kind', 'one', NULL, NULL, 'disjoint', 'one', NULL, NULL, true, 3, 0),
    ('some', 'one', 'x', NULL, 'disjoint', 'one', NULL, NULL, false, 0, 0),
    ('tiers', 'three', NULL, 'middle', 'disjoint', 'three', NULL, NULL, false, 0, 0),
    ('in', 'one', NULL, NULL, 'within', 'two', NULL, NULL, false, 0, 0),
    ('in kind', 'three', NULL, NULL, 'within', 'two', NULL, NULL, true, 4, 1),
    ('refine', 'three', NULL, 'lower', 'within', 'three', NULL, 'upper', false, 0, 0),
    ('in itself', 'one', 'x', NULL, 'within', 'one', NULL, NULL, false, 0, 0),
    ('beyond', 'two', NULL, NULL, 'covers', 'three', 'y', NULL, false, 0, 0);

CREATE FUNCTION pg_temp.below(integer) RETURNS integer LANGUAGE sql VOLATILE RETURN floor(random() * $1)::integer;
CREATE FUNCTION pg_temp.one_of(VARIADIC text[]) RETURNS text LANGUAGE sql VOLATILE RETURN nullif($1[1 + pg_temp.below(cardinality($1))], '');
-- On a coarse grid, so that borders are shared; some aslant, some with a hole, some of two parts.
CREATE FUNCTION pg_temp.box(place integer, most integer) RETURNS geometry LANGUAGE sql VOLATILE BEGIN ATOMIC
    SELECT ST_MakeEnvelope(b.x, b.y, b.x + 1 + pg_temp.below(most), b.y + 1 + pg_temp.below(most), 3005)
      FROM (SELECT 5 * pg_temp.below(place) AS x, 5 * pg_temp.below(place) AS y OFFSET 0) AS b;
END;
CREATE FUNCTION pg_temp.shape() RETURNS geometry LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    g geometry := pg_temp.box(8, 16);
BEGIN
    IF random() < 0.3 THEN g := ST_Difference(g, ST_Buffer(ST_Centroid(g), 0.4)); END IF;
    IF random() < 0.3 THEN g := ST_Union(g, pg_temp.box(8, 10)); END IF;
    IF random() < 0.3 THEN g := ST_Rotate(g, random() * 3, ST_Centroid(g)); END IF;
    RETURN ST_Multi(CASE WHEN ST_IsValid(g) THEN g ELSE pg_temp.box(8, 16) END);
END
$$;
CREATE FUNCTION pg_temp.days() RETURNS daterange LANGUAGE sql VOLATILE RETURN
    CASE WHEN random() < 0.7 THEN daterange(NULL, NULL)
         WHEN random() < 0.5 THEN daterange(NULL, date '2020-01-01' + 100 * pg_temp.below(4))
         WHEN random() < 0.5 THEN daterange(date '2020-01-01', date '2020-04-10' + 100 * pg_temp.below(4))
         ELSE daterange(date '2020-01-01' + 100 * pg_temp.below(4), NULL) END;
CREATE FUNCTION pg_temp.draw(n integer) RETURNS void LANGUAGE sql VOLATILE BEGIN ATOMIC
    INSERT INTO feature (layer, plan, unit, kind, geom, valid)
    SELECT pg_temp.one_of('one', 'two', 'three'), pg_temp.one_of('', '', 'p1', 'p2', 'p3', 'q', 'r', 's'), pg_temp.one_of('', 'A', 'A.1', 'A.2', 'A.1.x')::unitcode,
           pg_temp.one_of('', 'x', 'y'), pg_temp.shape(), pg_temp.days()
      FROM generate_series(1, n);
END;
CREATE FUNCTION pg_temp.some_feature() RETURNS bigint LANGUAGE sql VOLATILE BEGIN ATOMIC
    SELECT f.id FROM feature f ORDER BY random() LIMIT 1;
END;
CREATE FUNCTION pg_temp.change() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CASE pg_temp.below(20)
        WHEN 0, 1 THEN PERFORM pg_temp.draw(1);
        WHEN 2 THEN PERFORM pg_temp.draw(6);
        WHEN 3, 4, 5 THEN UPDATE feature SET geom = pg_temp.shape() WHERE id = (SELECT pg_temp.some_feature());
        WHEN 6 THEN UPDATE feature SET layer = pg_temp.one_of('one', 'two', 'three') WHERE id = (SELECT pg_temp.some_feature());
        WHEN 7 THEN UPDATE feature SET kind = pg_temp.one_of('', 'x', 'y'), valid = pg_temp.days() WHERE id = (SELECT pg_temp.some_feature());
        WHEN 8 THEN UPDATE feature SET plan = pg_temp.one_of('', 'p1', 'p2', 'q'), unit = pg_temp.one_of('', 'A', 'A.2')::unitcode WHERE id = (SELECT pg_temp.some_feature());
        WHEN 9, 10 THEN DELETE FROM feature WHERE id IN (SELECT f.id FROM feature f ORDER BY random() LIMIT 2);
        WHEN 11 THEN UPDATE plan SET status = pg_temp.one_of('draft', 'approved', 'superseded', 'revoked') WHERE code = pg_temp.one_of('p1', 'p2', 'q');
        WHEN 12 THEN UPDATE plan SET predecessor = pg_temp.one_of('', 'p1', 'q') WHERE code = pg_temp.one_of('p2', 's');
        WHEN 13 THEN UPDATE plan SET unit = pg_temp.one_of('A', 'A.1', 'A.1.x')::unitcode WHERE code = pg_temp.one_of('p1', 'q', 'r');
        WHEN 14 THEN
            UPDATE spatial_rule SET min_area_m2 = pg_temp.below(6), min_width_m = pg_temp.below(3), severity = pg_temp.one_of('notice', 'breach')::grade, active = random() < 0.8
             WHERE code = (SELECT r.code FROM spatial_rule r ORDER BY random() LIMIT 1);
        WHEN 15 THEN
            UPDATE spatial_rule SET relation = pg_temp.one_of('disjoint', 'within', 'covers'), left_kind = pg_temp.one_of('', 'x') WHERE code = pg_temp.one_of('some', 'in kind');
        WHEN 16 THEN UPDATE unit SET tier = pg_temp.one_of('middle', 'lower') WHERE code = 'A.2';
        WHEN 17 THEN
            -- what is rolled back is as if it had not been
            BEGIN
                PERFORM pg_temp.draw(3);
                DELETE FROM feature WHERE id < 30;
                RAISE EXCEPTION 'undo';
            EXCEPTION WHEN raise_exception THEN NULL;
            END;
        WHEN 18 THEN
            UPDATE finding SET status = 'allowed', allowed_reason = 'test' WHERE id IN (SELECT f.id FROM finding f WHERE f.status = 'open' ORDER BY random() LIMIT 3);
            UPDATE finding SET status = 'closed' WHERE id IN (SELECT f.id FROM finding f WHERE f.status <> 'closed' ORDER BY random() LIMIT 2);
            UPDATE finding SET status = 'open' WHERE id IN (SELECT f.id FROM finding f WHERE f.status <> 'open' ORDER BY random() LIMIT 2);
        ELSE
            IF random() < 0.3 THEN
                TRUNCATE feature;
                PERFORM pg_temp.draw(30);
            ELSIF random() < 0.5 THEN
                UPDATE layer SET code = 'four' WHERE code = 'three';
                UPDATE layer SET code = 'three' WHERE code = 'four';
            ELSE
                DELETE FROM spatial_rule WHERE code = 'each kind';
                INSERT INTO spatial_rule (code, left_layer, relation, right_layer, same_kind) VALUES ('each kind', 'one', 'disjoint', 'one', true);
            END IF;
    END CASE;
END
$$;

-- The same by the book.
CREATE TEMP VIEW part AS
    SELECT f.*, (SELECT u.tier FROM unit u WHERE u.code = coalesce(p.unit, f.unit)) AS tier
      FROM feature f LEFT JOIN plan p ON p.code = f.plan
     WHERE p.status IS NULL OR p.status IN ('draft', 'submitted', 'approved');
CREATE FUNCTION pg_temp.first_version(plan text) RETURNS text LANGUAGE sql STABLE BEGIN ATOMIC
    WITH RECURSIVE up (code, predecessor) AS (
        SELECT p.code, p.predecessor FROM plan p WHERE p.code = $1 UNION SELECT p.code, p.predecessor FROM plan p JOIN up ON up.predecessor = p.code
    )
    SELECT u.code FROM up u WHERE u.predecessor IS NULL;
END;
CREATE TEMP VIEW candidate AS
    SELECT r.code AS rule, r.relation, r.min_area_m2, r.min_width_m, l.id AS left_feature, x.id AS right_feature, l.valid AS left_valid, x.valid AS right_valid, l.geom AS left_geom, x.geom AS right_geom
      FROM spatial_rule r
      JOIN part l ON l.layer = r.left_layer AND coalesce(l.kind = r.left_kind, r.left_kind IS NULL) AND coalesce(l.tier = r.left_tier, r.left_tier IS NULL)
      JOIN part x ON x.layer = r.right_layer AND coalesce(x.kind = r.right_kind, r.right_kind IS NULL) AND coalesce(x.tier = r.right_tier, r.right_tier IS NULL)
     WHERE r.active AND l.id <> x.id AND l.valid && x.valid AND (NOT r.same_kind OR l.kind = x.kind)
       AND (l.plan = x.plan OR pg_temp.first_version(l.plan) <> pg_temp.first_version(x.plan)) IS NOT FALSE;
CREATE FUNCTION pg_temp.by_the_book() RETURNS TABLE (rule text, left_feature bigint, right_feature bigint, area double precision) LANGUAGE sql STABLE BEGIN ATOMIC
    -- pairs, each once
    WITH pair AS (
        SELECT c.rule, c.min_area_m2, c.min_width_m, c.left_feature, c.right_feature, ST_CollectionExtract(ST_Intersection(c.left_geom, c.right_geom), 3) AS geom
          FROM candidate c
         WHERE c.relation = 'disjoint'
           AND (c.left_feature < c.right_feature
                OR NOT EXISTS (SELECT FROM candidate m WHERE m.rule = c.rule AND m.left_feature = c.right_feature AND m.right_feature = c.left_feature))
    ), subject AS (
        SELECT r.code AS rule, r.relation, r.min_area_m2, r.min_width_m, s.id, s.valid, s.geom
          FROM spatial_rule r
          JOIN part s ON CASE WHEN r.relation = 'within'
                              THEN s.layer = r.left_layer AND coalesce(s.kind = r.left_kind, r.left_kind IS NULL) AND coalesce(s.tier = r.left_tier, r.left_tier IS NULL)
                              ELSE s.layer = r.right_layer AND coalesce(s.kind = r.right_kind, r.right_kind IS NULL) AND coalesce(s.tier = r.right_tier, r.right_tier IS NULL) END
         WHERE r.active AND r.relation <> 'disjoint'
    ), day (day) AS (
        SELECT date '1900-01-01' UNION SELECT lower(f.valid) FROM feature f WHERE lower(f.valid) IS NOT NULL UNION SELECT upper(f.valid) FROM feature f WHERE upper(f.valid) IS NOT NULL
    ), rest AS (
        SELECT DISTINCT ON (s.rule, s.id) s.rule, s.relation, s.min_area_m2, s.min_width_m, s.id, u.geom
          FROM subject s
          JOIN day d ON s.valid @> d.day
         CROSS JOIN LATERAL (
            SELECT coalesce(ST_CollectionExtract(ST_Difference(s.geom, ST_Union(CASE WHEN s.relation = 'within' THEN c.right_geom ELSE c.left_geom END)), 3), s.geom) AS geom
              FROM candidate c
             WHERE c.rule = s.rule AND CASE WHEN s.relation = 'within' THEN c.left_feature = s.id AND c.right_valid @> d.day
                                            ELSE c.right_feature = s.id AND c.left_valid @> d.day END) AS u
         ORDER BY s.rule, s.id, ST_Area(u.geom) DESC, d.day
    )
    SELECT p.rule, p.left_feature, p.right_feature, ST_Area(p.geom) FROM pair p
     WHERE ST_Area(p.geom) > greatest(p.min_area_m2, 0.001) + 1e-7 AND (p.min_width_m = 0 OR NOT ST_IsEmpty(ST_Buffer(p.geom, - 0.4999 * p.min_width_m)))
     UNION ALL
    SELECT r.rule, CASE WHEN r.relation = 'within' THEN r.id END, CASE WHEN r.relation = 'covers' THEN r.id END, ST_Area(r.geom) FROM rest r
     WHERE ST_Area(r.geom) > greatest(r.min_area_m2, 0.001) + 1e-7 AND (r.min_width_m = 0 OR NOT ST_IsEmpty(ST_Buffer(r.geom, - 0.4999 * r.min_width_m)));
END;

CREATE TEMP TABLE trouble (round integer, what text, rule text, left_feature bigint, right_feature bigint, detail text);
CREATE TEMP TABLE seen (round integer, n_open bigint, n_allowed bigint, n_closed bigint, n_pending bigint);
CREATE FUNCTION pg_temp.compare(round integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMP TABLE followed ON COMMIT DROP AS
        SELECT id, rule, left_feature, right_feature, unit, area_m2, width_m, share, severity, status, ST_AsBinary(geom) AS geom, allowed_area_m2 FROM finding;
    CALL check_space(full => true);
    CREATE TEMP TABLE anew ON COMMIT DROP AS
        SELECT id, rule, left_feature, right_feature, unit, area_m2, width_m, share, severity, status, ST_AsBinary(geom) AS geom, allowed_area_m2 FROM finding;
    INSERT INTO trouble
    SELECT round, 'not as by a full check', d.rule, d.left_feature, d.right_feature, d.way || ' ' || d.status || ' ' || d.area_m2
      FROM ((SELECT '-' AS way, * FROM (TABLE followed EXCEPT TABLE anew) a) UNION ALL (SELECT '+', * FROM (TABLE anew EXCEPT TABLE followed) b)) AS d;
    DROP TABLE followed, anew;
    INSERT INTO trouble
    SELECT round, 'not as by the book', coalesce(b.rule, f.rule), coalesce(b.left_feature, f.left_feature), coalesce(b.right_feature, f.right_feature), concat_ws(' ', f.area_m2, b.area)
      FROM (SELECT * FROM finding WHERE status <> 'closed') f
      FULL JOIN pg_temp.by_the_book() b ON b.rule = f.rule AND coalesce(b.left_feature, 0) = coalesce(f.left_feature, 0) AND coalesce(b.right_feature, 0) = coalesce(f.right_feature, 0)
     WHERE abs(f.area_m2 - b.area) < 1e-6 IS NOT TRUE;
    INSERT INTO trouble
    SELECT round, 'geometry and figures differ', f.rule, f.left_feature, f.right_feature, f.area_m2 || ' ' || coalesce(ST_Area(f.geom), 0)
      FROM finding f
     WHERE f.status <> 'closed' AND (abs(ST_Area(f.geom) - f.area_m2) < 1e-6 AND ST_IsValid(f.geom) AND abs(f.width_m - 2 * f.area_m2 / ST_Perimeter(f.geom)) < 1e-6) IS NOT TRUE;
    INSERT INTO seen
    SELECT round, count(*) FILTER (WHERE status = 'open'), count(*) FILTER (WHERE status = 'allowed'), count(*) FILTER (WHERE status = 'closed'), (SELECT count(*) FROM pending_check) FROM finding;
END
$$;

DO $$
BEGIN
    PERFORM pg_temp.draw(40);
    CALL check_space();
    PERFORM pg_temp.compare(0);
    FOR round IN 1 .. current_setting('found.rounds')::integer LOOP
        FOR i IN 1 .. 1 + pg_temp.below(4) LOOP
            PERFORM pg_temp.change();
            -- between others, a plan is checked alone
            IF random() < 0.15 THEN
                CALL check_space(pg_temp.one_of('p1', 'q', 'r'), full => random() < 0.5);
            END IF;
        END LOOP;
        CALL check_space();
        PERFORM pg_temp.compare(round);
    END LOOP;
END
$$;

SELECT is_empty('SELECT * FROM trouble ORDER BY round LIMIT 20', 'following changes, looking at all and the book agree');
SELECT is(count(*)::integer, :rounds + 1, 'in all rounds') FROM seen;
SELECT cmp_ok(sum(n_open), '>', 20 * (:rounds + 1)::numeric, 'with many open findings') FROM seen;
SELECT cmp_ok(sum(n_allowed), '>', 0::numeric, 'some allowed') FROM seen;
SELECT cmp_ok(sum(n_closed), '>', 0::numeric, 'some closed') FROM seen;
SELECT is(sum(n_pending)::integer, 0, 'and nothing pending') FROM seen;
SELECT * FROM finish();
ROLLBACK;
