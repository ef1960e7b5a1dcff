-- Refresh: what changed is noted as it changes, and only what depends on it is computed again.

CREATE TABLE pending_change (
    indicator  text,
    period     daterange,
    units      unitcode[],
    with_users boolean NOT NULL DEFAULT true
);
-- No key, but rows are taken out: a publication asks what tells them apart.
ALTER TABLE pending_change REPLICA IDENTITY FULL;
COMMENT ON TABLE pending_change IS
    'what changed since values were last refreshed; rows are only added by writers, in their own transactions, and taken out by refresh()';
COMMENT ON COLUMN pending_change.indicator IS 'whose values are out of date; NULL: all indicators';
COMMENT ON COLUMN pending_change.period IS 'the period of the observations that changed; NULL: all periods';
COMMENT ON COLUMN pending_change.units IS 'where; NULL: everywhere';
COMMENT ON COLUMN pending_change.with_users IS 'whether it also concerns the indicators computed from this one';

CREATE TABLE refreshed (
    indicator   text NOT NULL REFERENCES indicator ON UPDATE CASCADE ON DELETE CASCADE,
    period      daterange NOT NULL,
    n_units     bigint NOT NULL,
    divisors    numeric[] NOT NULL,
    refreshed_at timestamptz NOT NULL DEFAULT now(),
    warned      boolean NOT NULL DEFAULT false,
    label       text NOT NULL GENERATED ALWAYS AS (governance.period_label(period)) STORED,
    PRIMARY KEY (indicator, period)
);
COMMENT ON TABLE refreshed IS 'the periods of which indicator_value has an indicator''s values, and when they were last computed';
COMMENT ON COLUMN refreshed.n_units IS 'how many units have a row, when all of them were last computed';
COMMENT ON COLUMN refreshed.label IS 'the period''s, so that readers need not make it for every row';
COMMENT ON COLUMN refreshed.warned IS 'whether warnings know of the period: a new one concerns all series, also those without a value in it';
COMMENT ON COLUMN refreshed.divisors IS 'value_divisors() when they were last computed: the units of measure in which their totals and weights are held';

CREATE TABLE value_change (
    indicator text NOT NULL,
    period    daterange,
    units     unitcode[]
);
ALTER TABLE value_change REPLICA IDENTITY FULL;
COMMENT ON TABLE value_change IS 'which rows of indicator_value the refresh under way has written or deleted, for what follows from them; empty between refreshes';
COMMENT ON COLUMN value_change.period IS 'NULL: any period';
COMMENT ON COLUMN value_change.units IS 'where; NULL: everywhere, or more than 10 000 units; empty: a new period without rows';

CREATE TABLE pending_rule (
    indicator text,
    valid     daterange,
    units     unitcode[],
    reason    text NOT NULL CHECK (reason IN ('limit', 'setting', 'attribute', 'tier', 'unit'))
);
ALTER TABLE pending_rule REPLICA IDENTITY FULL;
COMMENT ON TABLE pending_rule IS
    'what changed, other than values, since values were last graded and warnings computed; rows are only added by writers, in their own transactions, and taken out by refresh()';
COMMENT ON COLUMN pending_rule.indicator IS 'NULL: any';
COMMENT ON COLUMN pending_rule.valid IS 'the days for which limits changed; NULL: all';
COMMENT ON COLUMN pending_rule.units IS 'of a rule the units in whose subtrees it holds; NULL: everywhere';
COMMENT ON COLUMN pending_rule.reason IS
    'limit: a rule came or went, or limits other units, days or values; setting: it fires, or ends, otherwise; attribute: of an indicator that is binding, or no longer; tier: of units, or the hierarchy that it belongs to; unit: they exist, or count, on other days';

-- Noting a change. A statement adds a row for each indicator and period that it touches,
-- to a table without keys: writers do not meet. Whoever writes needs no right on it. A plan
-- is made once, perhaps for one row, and has to do for a million: hence no nested loops.
CREATE FUNCTION note_observation() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    SET enable_nestloop = off
    AS $$
BEGIN
    -- Counted first, so that the units of a great load are not gathered in memory.
    CASE TG_OP
        WHEN 'INSERT' THEN
            INSERT INTO pending_change (indicator, period, units)
            SELECT c.indicator, c.period, array_agg(c.unit) FILTER (WHERE g.n <= 10000)
              FROM present c
              JOIN (SELECT a.indicator, a.period, count(*) AS n FROM present a GROUP BY a.indicator, a.period) g USING (indicator, period)
             GROUP BY c.indicator, c.period;
        WHEN 'DELETE' THEN
            INSERT INTO pending_change (indicator, period, units)
            SELECT c.indicator, c.period, array_agg(c.unit) FILTER (WHERE g.n <= 10000)
              FROM former c
              JOIN (SELECT a.indicator, a.period, count(*) AS n FROM former a GROUP BY a.indicator, a.period) g USING (indicator, period)
             GROUP BY c.indicator, c.period;
        WHEN 'UPDATE' THEN
            WITH changed AS MATERIALIZED (
                SELECT DISTINCT d.indicator, d.period, d.unit
                  FROM ((SELECT f.indicator, f.period, f.unit, f.value, f.measure_unit FROM former f
                          EXCEPT
                         SELECT p.indicator, p.period, p.unit, p.value, p.measure_unit FROM present p)
                         UNION ALL
                        (SELECT p.indicator, p.period, p.unit, p.value, p.measure_unit FROM present p
                          EXCEPT
                         SELECT f.indicator, f.period, f.unit, f.value, f.measure_unit FROM former f)) AS d
            )
            INSERT INTO pending_change (indicator, period, units)
            SELECT c.indicator, c.period, array_agg(c.unit) FILTER (WHERE g.n <= 10000)
              FROM changed c
              JOIN (SELECT a.indicator, a.period, count(*) AS n FROM changed a GROUP BY a.indicator, a.period) g USING (indicator, period)
             GROUP BY c.indicator, c.period;
        ELSE
            INSERT INTO pending_change DEFAULT VALUES;
    END CASE;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION note_observation() FROM PUBLIC;
COMMENT ON FUNCTION note_observation() IS 'trigger: notes for refresh() which observations a statement changed; very many of one period count as all';

CREATE TRIGGER observation_inserted AFTER INSERT ON observation
    REFERENCING NEW TABLE AS present FOR EACH STATEMENT EXECUTE FUNCTION note_observation();
CREATE TRIGGER observation_updated AFTER UPDATE ON observation
    REFERENCING OLD TABLE AS former NEW TABLE AS present FOR EACH STATEMENT EXECUTE FUNCTION note_observation();
CREATE TRIGGER observation_deleted AFTER DELETE ON observation
    REFERENCING OLD TABLE AS former FOR EACH STATEMENT EXECUTE FUNCTION note_observation();
CREATE TRIGGER observation_truncated AFTER TRUNCATE ON observation
    FOR EACH STATEMENT EXECUTE FUNCTION note_observation();

-- A unit that comes, goes or changes its days changes its parent too, which may cease to
-- be a leaf, or become one.
CREATE FUNCTION note_unit() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    SET enable_nestloop = off
    AS $$
BEGIN
    CASE TG_OP
        WHEN 'INSERT' THEN
            INSERT INTO pending_change (units)
            SELECT CASE WHEN count(*) <= 10000 THEN array_agg(c.code) END FROM present c HAVING count(*) > 0;
        WHEN 'DELETE' THEN
            INSERT INTO pending_change (units)
            SELECT CASE WHEN count(*) <= 10000 THEN array_agg(c.code) END FROM former c HAVING count(*) > 0;
        WHEN 'UPDATE' THEN
            INSERT INTO pending_change (units)
            SELECT CASE WHEN count(*) <= 10000 AND NOT bool_or(c.moved) THEN array_agg(c.code) END
              FROM (SELECT coalesce(f.code, p.code) AS code, f.hierarchy <> p.hierarchy IS TRUE AS moved
                      FROM former f FULL JOIN present p ON p.code = f.code
                     WHERE (f.hierarchy, f.valid) IS DISTINCT FROM (p.hierarchy, p.valid)) AS c
            HAVING count(*) > 0;
        ELSE
            INSERT INTO pending_change DEFAULT VALUES;
    END CASE;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION note_unit() FROM PUBLIC;
COMMENT ON FUNCTION note_unit() IS 'trigger: notes for refresh() which units came, went or changed their days';

CREATE TRIGGER unit_inserted AFTER INSERT ON unit
    REFERENCING NEW TABLE AS present FOR EACH STATEMENT EXECUTE FUNCTION note_unit();
CREATE TRIGGER unit_updated AFTER UPDATE ON unit
    REFERENCING OLD TABLE AS former NEW TABLE AS present FOR EACH STATEMENT EXECUTE FUNCTION note_unit();
CREATE TRIGGER unit_deleted AFTER DELETE ON unit
    REFERENCING OLD TABLE AS former FOR EACH STATEMENT EXECUTE FUNCTION note_unit();
CREATE TRIGGER unit_truncated AFTER TRUNCATE ON unit
    FOR EACH STATEMENT EXECUTE FUNCTION note_unit();

CREATE FUNCTION note_indicator() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    AS $$
BEGIN
    IF TG_OP = 'INSERT' OR
       (OLD.code, OLD.measure_unit, OLD.kind, OLD.space_op, OLD.time_op, OLD.weight_by, OLD.numerator, OLD.denominator,
        OLD.factor, OLD.decimals, OLD.min_coverage, OLD.max_age, OLD.source_mode)
       IS DISTINCT FROM
       (NEW.code, NEW.measure_unit, NEW.kind, NEW.space_op, NEW.time_op, NEW.weight_by, NEW.numerator, NEW.denominator,
        NEW.factor, NEW.decimals, NEW.min_coverage, NEW.max_age, NEW.source_mode)
    THEN
        INSERT INTO pending_change (indicator) VALUES (NEW.code);
    END IF;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION note_indicator() FROM PUBLIC;
COMMENT ON FUNCTION note_indicator() IS 'trigger: notes for refresh() that an indicator is defined anew';

CREATE TRIGGER indicator_noted AFTER INSERT OR UPDATE ON indicator
    FOR EACH ROW EXECUTE FUNCTION note_indicator();

-- From here on the changes become work.

CREATE FUNCTION measured_part(indicator text) RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT CASE WHEN i.numerator IS NULL THEN ARRAY[i.code] ELSE ARRAY[i.numerator, i.denominator] END
          FROM indicator i WHERE i.code = $1;
    END;
COMMENT ON FUNCTION measured_part(text) IS 'the indicators of whose observations an indicator has the periods: itself, or a ratio''s numerator and denominator';

-- Stored totals of a period are in the units of measure of one set of divisors, which any
-- observation of the indicator or its weight may change, in whatever period.
CREATE FUNCTION value_divisors(indicator text) RETURNS numeric[]
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT array_agg(value_divisor(p.code) ORDER BY p.i)
          FROM indicator i
         CROSS JOIN unnest(measured_part(i.code) || i.weight_by) WITH ORDINALITY AS p (code, i)
         WHERE i.code = $1 AND p.code IS NOT NULL;
    END;
COMMENT ON FUNCTION value_divisors(text) IS
    'value_divisor() of an indicator and its weight, or of a ratio''s numerator and denominator: what is stored can be built on while these are the same';

-- Reports that stand for their subtree take a weight, and ratios of such reports their
-- parts, from whole subtrees: those are not stored, and all is computed again.
CREATE FUNCTION can_follow(indicator text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT NOT bool_or(p.source_mode = 'reported_overrides' AND (i.weight_by IS NOT NULL OR i.space_op = 'ratio'))
          FROM indicator i JOIN indicator p ON p.code = coalesce(i.numerator, i.code) WHERE i.code = $1;
    END;
COMMENT ON FUNCTION can_follow(text) IS 'whether an indicator''s values can be computed from those stored for the units below';

-- Where is something to be done when some units have changed? NULL: everywhere.
CREATE FUNCTION touched_unit(indicator text, period daterange, units unitcode[]) RETURNS unitcode[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    alive daterange := indicator_existence($1, $2);
    homes unitcode[];
    strangers unitcode[];
    touched unitcode[];
BEGIN
    -- A unit without children in the period may have become one, or may be one no more.
    SELECT array_agg(DISTINCT c) INTO homes
      FROM unnest($3) u CROSS JOIN LATERAL (VALUES (u), (parent(u))) AS h (c) WHERE c IS NOT NULL;
    IF (SELECT i.space_op = 'none' FROM indicator i WHERE i.code = $1) THEN
        RETURN homes;
    END IF;

    -- A unit made anew in another hierarchy: the one that it left may have lost its last value.
    IF EXISTS (SELECT FROM value_of($1, $2, homes) v
                CROSS JOIN LATERAL (SELECT u.hierarchy FROM unit u WHERE u.code = governance.ancestor(v.unit, 1) OFFSET 0) AS r
                WHERE r.hierarchy <> v.hierarchy) THEN
        RETURN NULL;
    END IF;

    -- In a hierarchy without values there are no rows, and nothing is to be done, unless a
    -- value has come: then all of it gets its rows. A root's row tells; or any, by the index, in its order
    -- lest all of the table be read for the first one.
    SELECT array_agg(DISTINCT governance.ancestor(h, 1)) INTO strangers FROM unnest(homes) h;
    SELECT array_agg(s) INTO strangers FROM unnest(strangers) s WHERE s NOT IN (SELECT v.unit FROM value_of($1, $2, strangers) v);
    IF strangers IS NOT NULL THEN
        SELECT array_agg(r.code) INTO strangers
          FROM unit r
          LEFT JOIN LATERAL (
            SELECT v.tier FROM indicator_value v
             WHERE v.indicator = $1 AND governance.period_label(v.period) = governance.period_label($2) AND v.hierarchy = r.hierarchy
             ORDER BY v.tier LIMIT 1) AS any_row ON true
         WHERE r.code = ANY (strangers) AND any_row.tier IS NULL;
    END IF;
    IF strangers IS NOT NULL THEN
        IF EXISTS (SELECT FROM rollup_fact($1, $2, NULL, (SELECT array_agg(h) FROM unnest(homes) h
                                                           WHERE governance.ancestor(h, 1) = ANY (strangers)))) THEN
            RETURN NULL;
        END IF;
        SELECT array_agg(h) INTO homes FROM unnest(homes) h WHERE governance.ancestor(h, 1) <> ALL (strangers);
    END IF;

    -- All above them; and those below them that do not exist in the period, for these have
    -- no row to be read. One unit after the other, by the index.
    WITH RECURSIVE above AS (
        SELECT DISTINCT a FROM unnest(homes) h CROSS JOIN LATERAL unnest(ancestors(h)) a
    ), gone AS (
        SELECT c.code
          FROM above CROSS JOIN LATERAL (
            SELECT u.code FROM unit u WHERE u.parent = above.a AND NOT u.valid && alive OFFSET 0) c
        UNION
        SELECT c.code
          FROM gone CROSS JOIN LATERAL (
            SELECT u.code FROM unit u WHERE u.parent = gone.code AND NOT u.valid && alive OFFSET 0) c
    )
    SELECT coalesce(array_agg(t), '{}') INTO touched FROM (SELECT a FROM above UNION SELECT g.code FROM gone g) AS d (t);
    RETURN touched;
END
$$;
COMMENT ON FUNCTION touched_unit(text, daterange, unitcode[]) IS
    'the units whose values depend on what happened at some units: these, their parents and all above; NULL if all must be computed';

-- A hierarchy that has lost its last value loses its rows.
CREATE FUNCTION lost_value(indicator text, period daterange, units unitcode[]) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    top_units unitcode[];
    n_rows bigint;
    least_values bigint;
BEGIN
    IF (SELECT i.space_op = 'none' FROM indicator i WHERE i.code = $1) THEN
        RETURN false;
    END IF;
    SELECT array_agg(u) INTO top_units FROM unnest($3) u WHERE governance.depth(u) = 1;
    SELECT count(*), min(coalesce(v.n_values, v.n_present)) INTO n_rows, least_values FROM value_of($1, $2, top_units) v;
    IF n_rows = cardinality(top_units) AND least_values > 0 THEN
        RETURN false;
    END IF;
    -- A root that does not exist in the period, or has no value, tells nothing: others may.
    SELECT array_agg(u.code) INTO top_units FROM unit u WHERE u.parent IS NULL;
    RETURN EXISTS (
        SELECT FROM (SELECT DISTINCT governance.ancestor(u, 1) AS code FROM unnest($3) u) t LEFT JOIN unit r ON r.code = t.code
         WHERE r.code IS NULL
            OR r.hierarchy NOT IN (SELECT x.hierarchy FROM value_of($1, $2, top_units || $3) v JOIN unit x ON x.code = v.unit
                                    WHERE coalesce(v.n_values, v.n_present) > 0));
END
$$;
COMMENT ON FUNCTION lost_value(text, daterange, unitcode[]) IS
    'whether, after values of some units were computed, a hierarchy may be left with rows but without a value';

CREATE FUNCTION note_value(indicator text, period daterange, units unitcode[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    AS $$
#variable_conflict use_column
BEGIN
    IF cardinality($3) > 0 THEN
        INSERT INTO value_change (indicator, period, units) VALUES ($1, $2, CASE WHEN cardinality($3) <= 10000 THEN $3 END);
    END IF;
END
$$;
COMMENT ON FUNCTION note_value(text, daterange, unitcode[]) IS 'notes in value_change whose rows a refresh has written or deleted';

-- Where nothing but observations of leaf units has changed, the sums and means above them
-- change by the differences, which decimals say exactly. So no sibling is read, and all
-- periods are done at once; by the key, for every list here is short beside the tables.
CREATE FUNCTION refresh_by_difference(indicator text, changes pending_change[]) RETURNS daterange[]
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    SET enable_hashjoin = off
    SET enable_mergejoin = off
    SET enable_seqscan = off
    SET plan_cache_mode = force_generic_plan
    SET max_parallel_workers_per_gather = 0
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    ind indicator;
    observed daterange[] := (SELECT array_agg(p) FROM observed_periods($1) p);
    simple daterange[];
    hard daterange[];
BEGIN
    SELECT i.* INTO ind FROM indicator i
     WHERE i.code = $1 AND i.space_op IN ('sum', 'mean') AND i.source_mode IN ('leaf_only', 'self_plus_children');
    -- Periods whose values are those of the very period, in the indicator's unit of measure.
    SELECT array_agg(c.period) INTO simple
      FROM unnest($2) c JOIN refreshed r ON r.indicator = ind.code AND r.period = c.period
     WHERE cardinality(c.units) <= r.n_units / 20 + 10 AND r.divisors = '{1}' AND c.period = ANY (observed)
       AND (ind.time_op = 'none' OR NOT EXISTS (SELECT FROM unnest(observed) o WHERE o <@ c.period AND o <> c.period));
    IF simple IS NULL THEN
        RETURN '{}';
    END IF;

    WITH change AS MATERIALIZED (
        SELECT c.period, u AS unit, existence(c.period, ind.time_op) AS days
          FROM unnest($2) c CROSS JOIN LATERAL unnest(c.units) u
         WHERE c.period = ANY (simple)
    ), leaf AS MATERIALIZED (
        -- Units have not changed since rows were written, for that would concern all periods. So a unit
        -- exists that has a row, and has no children where no row follows that is below it.
        SELECT c.period, c.unit, o.value, s.ctid AS at, coalesce(s.total, s.value) AS former, s.n_present AS n_former,
               s.n_expected IS DISTINCT FROM 1 OR s.n_values IS NOT NULL OR h.has_children OR (o.measure_unit <> ind.measure_unit) IS TRUE AS hard
          FROM change c
          LEFT JOIN indicator_value s ON s.indicator = ind.code AND s.period = c.period AND s.unit = c.unit
         CROSS JOIN LATERAL (
            SELECT (s.unit IS NULL OR EXISTS (SELECT FROM indicator_value b WHERE b.indicator = ind.code AND b.period = c.period
                                                 AND b.unit > c.unit AND b.unit < subtree_end(c.unit)))
                   AND EXISTS (SELECT FROM unit b WHERE b.parent = c.unit AND b.valid && c.days) OFFSET 0) AS h (has_children)
          LEFT JOIN observation o ON o.indicator = ind.code AND o.period = c.period AND o.unit = c.unit
         -- what was observed where it does not count changes nothing
         WHERE NOT (ind.source_mode = 'leaf_only' AND h.has_children)
           AND (s.unit IS NOT NULL OR EXISTS (SELECT FROM unit u WHERE u.code = c.unit AND u.valid && c.days))
    ), above AS MATERIALIZED (
        SELECT l.period, a AS unit, sum((l.value IS NOT NULL)::integer - l.n_former) AS n,
               sum(coalesce(l.value, 0) - coalesce(l.former, 0)) AS further
          FROM leaf l CROSS JOIN LATERAL unnest(ancestors(parent(l.unit))) a
         WHERE NOT l.hard AND l.value IS DISTINCT FROM l.former
         GROUP BY l.period, a
        HAVING sum((l.value IS NOT NULL)::integer - l.n_former) <> 0 OR sum(coalesce(l.value, 0) - coalesce(l.former, 0)) <> 0
    ), sum_of AS MATERIALIZED (
        SELECT l.period, l.unit,
               l.value IS NULL AND NOT EXISTS (SELECT FROM indicator_value t WHERE t.indicator = ind.code AND t.period = l.period
                                                  AND t.unit = parent(l.unit)) AS hard,
               l.at, n.n, n.n AS n_present, 1::bigint AS n_expected, l.value AS total
          FROM leaf l CROSS JOIN LATERAL (VALUES ((l.value IS NOT NULL)::integer::bigint)) AS n (n)
         WHERE NOT l.hard AND l.value IS DISTINCT FROM l.former
         UNION ALL
        -- A unit above without a row does not exist in the period, or everything is to be computed;
        -- as it is where a hierarchy may have lost its last value.
        SELECT a.period, a.unit,
               CASE WHEN s.unit IS NULL THEN EXISTS (SELECT FROM unit u WHERE u.code = a.unit AND u.valid && existence(a.period, ind.time_op))
                    WHEN v.n <= 0 THEN v.n < 0 OR NOT EXISTS (SELECT FROM indicator_value t WHERE t.indicator = ind.code AND t.period = a.period
                                                                 AND t.unit = parent(a.unit))
                    ELSE false END,
               s.ctid, v.n, s.n_present + a.n, s.n_expected, CASE WHEN v.n > 0 THEN coalesce(s.total, s.value, 0) + a.further END
          FROM above a
          LEFT JOIN indicator_value s ON s.indicator = ind.code AND s.period = a.period AND s.unit = a.unit
         CROSS JOIN LATERAL (VALUES (coalesce(s.n_values, s.n_present) + a.n)) AS v (n)
    ), refused AS MATERIALIZED (
        SELECT l.period FROM leaf l WHERE l.hard UNION SELECT s.period FROM sum_of s WHERE s.hard
    ), written AS (
        -- All of these have a row, and where it lies is known.
        UPDATE indicator_value v
           SET value = r.value, n_present = s.n_present, coverage = round(s.n_present::numeric / s.n_expected, 6),
               state = CASE WHEN r.value IS NULL THEN 'no_data'
                            WHEN s.n_present < ind.min_coverage * s.n_expected THEN 'insufficient'
                            ELSE 'ok' END,
               grade = governance.grade(r.value, v.threshold), margin = governance.margin(r.value, v.threshold),
               n_values = nullif(s.n, s.n_present),
               total = CASE WHEN ind.space_op <> 'sum' OR s.total <> r.value THEN s.total END,
               newest = CASE WHEN ind.max_age IS NOT NULL AND s.n > 0 THEN upper(s.period) END
          FROM sum_of s
         CROSS JOIN LATERAL (VALUES (CASE ind.space_op WHEN 'mean' THEN trim_scale(trim_scale(s.total) / nullif(s.n, 0)) ELSE s.total END)) AS e (value)
         CROSS JOIN LATERAL (VALUES (CASE WHEN ind.decimals IS NULL THEN e.value ELSE round(e.value, ind.decimals) END)) AS r (value)
         WHERE v.ctid = s.at AND v.indicator = ind.code AND v.period = s.period AND v.unit = s.unit
           AND s.period <> ALL (ARRAY(SELECT f.period FROM refused f))
        RETURNING v.period, v.unit
    ), noted AS (
        INSERT INTO value_change (indicator, period, units)
        SELECT ind.code, w.period, CASE WHEN count(*) <= 10000 THEN array_agg(w.unit) END FROM written w GROUP BY w.period
    )
    SELECT coalesce(array_agg(f.period), '{}') INTO hard FROM refused f;

    simple := ARRAY(SELECT p FROM unnest(simple) p WHERE p <> ALL (hard));
    UPDATE refreshed r SET refreshed_at = now() WHERE r.indicator = $1 AND r.period = ANY (simple);
    RETURN simple;
END
$$;
COMMENT ON FUNCTION refresh_by_difference(text, pending_change[]) IS
    'brings an indicator''s values up to date after changes of observations, where differences suffice; the periods that it did';

-- Plans are kept as usual here: were they forced to be made anew, the key to indicator
-- would be looked up by a new plan for every row written.
CREATE FUNCTION refresh_period(indicator text, period daterange, units unitcode[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    SET enable_nestloop = off
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    divisors numeric[];
    known refreshed;
    touched unitcode[];
    gone unitcode[];
    changed unitcode[];
    lost unitcode;
    rows bigint;
BEGIN
    -- In the order of the key, lest all of the table be read for the first row.
    IF NOT EXISTS (SELECT FROM unnest(measured_part($1)) p
                    CROSS JOIN LATERAL (SELECT o.unit FROM observation o WHERE o.indicator = p AND o.period = $2
                                         ORDER BY o.indicator, o.period, o.unit LIMIT 1) AS first_one) THEN
        DELETE FROM indicator_value v WHERE v.indicator = $1 AND v.period = $2;
        DELETE FROM refreshed r WHERE r.indicator = $1 AND r.period = $2;
        INSERT INTO value_change (indicator, period) VALUES ($1, $2);
        RETURN;
    END IF;

    SELECT r.* INTO known FROM refreshed r WHERE r.indicator = $1 AND r.period = $2;
    -- Beyond some share of all units, computing all is quicker.
    IF known.divisors = value_divisors($1) AND cardinality($3) <= known.n_units / 20 + 10 AND can_follow($1) THEN
        touched := touched_unit($1, $2, $3);
        IF touched = '{}' THEN
            RETURN;
        END IF;
    END IF;

    LOOP
        WITH fresh AS MATERIALIZED (
            SELECT r.* FROM graded_row($1, $2, touched) r
        ), stored AS MATERIALIZED (
            SELECT v.* FROM indicator_value v WHERE touched IS NULL AND v.indicator = $1 AND v.period = $2
             UNION ALL
            SELECT v.* FROM value_of($1, $2, touched) v
        ), written AS (
            INSERT INTO indicator_value AS v
            SELECT f.*
              FROM fresh f LEFT JOIN stored s ON s.unit = f.unit
             WHERE (f.value, f.n_present, f.n_expected, f.state, f.n_values, f.total, f.weight, f.newest, f.grade, f.margin, f.rule, f.threshold, f.hierarchy, f.tier)
                   IS DISTINCT FROM
                   (s.value, s.n_present, s.n_expected, s.state, s.n_values, s.total, s.weight, s.newest, s.grade, s.margin, s.rule, s.threshold, s.hierarchy, s.tier)
             ORDER BY f.hierarchy COLLATE "C", f.tier COLLATE "C", f.unit -- Those of a tier are read together.
                ON CONFLICT (indicator, period, unit) DO UPDATE
               SET value = excluded.value, n_present = excluded.n_present, n_expected = excluded.n_expected,
                   coverage = excluded.coverage, state = excluded.state,
                   grade = excluded.grade, margin = excluded.margin, rule = excluded.rule, threshold = excluded.threshold,
                   n_values = excluded.n_values, total = excluded.total, weight = excluded.weight, newest = excluded.newest,
                   hierarchy = excluded.hierarchy, tier = excluded.tier
            RETURNING v.unit
        )
        SELECT count(f.unit), coalesce(array_agg(s.unit) FILTER (WHERE f.unit IS NULL), '{}'), value_divisors($1),
               (SELECT array_agg(w.unit) FROM written w)
          INTO rows, gone, divisors, changed
          FROM fresh f FULL JOIN stored s ON s.unit = f.unit;
        IF cardinality(gone) < 100 THEN
            FOREACH lost IN ARRAY gone LOOP
                DELETE FROM indicator_value v WHERE v.indicator = $1 AND v.period = $2 AND v.unit = lost;
            END LOOP;
        ELSE
            DELETE FROM indicator_value v WHERE v.indicator = $1 AND v.period = $2 AND v.unit = ANY (gone);
        END IF;
        PERFORM note_value($1, $2, changed || gone);
        IF known IS NULL AND rows = 0 THEN
            -- A period that nobody has a value in is news to series all the same.
            INSERT INTO value_change (indicator, period, units) VALUES ($1, $2, '{}');
        END IF;
        -- The divisors are those of the statement above: another session may just have changed them.
        EXIT WHEN touched IS NULL OR known.divisors = divisors AND NOT lost_value($1, $2, touched);
        touched := NULL;
    END LOOP;

    INSERT INTO refreshed AS r (indicator, period, n_units, divisors)
    VALUES ($1, $2, rows, divisors)
        ON CONFLICT (indicator, period) DO UPDATE
       SET n_units = CASE WHEN touched IS NULL THEN excluded.n_units ELSE r.n_units END,
           divisors = excluded.divisors, refreshed_at = excluded.refreshed_at;
END
$$;
COMMENT ON FUNCTION refresh_period(text, daterange, unitcode[]) IS
    'computes an indicator''s values for a period again: where some units'' changes make it necessary, or everywhere (NULL)';

CREATE FUNCTION other_divisor(indicator text) RETURNS SETOF daterange
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        WITH present AS MATERIALIZED (SELECT value_divisors($1) AS divisors)
        SELECT r.period FROM refreshed r, present p WHERE r.indicator = $1 AND r.divisors <> p.divisors;
    END;
COMMENT ON FUNCTION other_divisor(text) IS
    'the periods of which an indicator''s totals are held in other units of measure than they would be now';

-- Taken once, before grades: whatever changes rules from then on is left, with its note,
-- for the next refresh, by grades and warnings alike. What concerns any indicator is for
-- each to do.
CREATE FUNCTION take_pending_rule(indicator text) RETURNS pending_rule[]
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    notes pending_rule[];
BEGIN
    WITH member AS MATERIALIZED (
        SELECT i.code FROM indicator i WHERE $1 IS NULL OR $1 IN (i.code, i.weight_by, i.numerator, i.denominator)
    ), taken AS (
        -- Also what is noted under a name that no indicator has any longer.
        DELETE FROM pending_rule p
         WHERE $1 IS NULL OR p.indicator IS NULL OR p.indicator IN (SELECT m.code FROM member m)
        RETURNING p.indicator, p.valid, p.units, p.reason
    ), each AS MATERIALIZED (
        SELECT i.code AS indicator, t.valid, t.units, t.reason FROM taken t JOIN indicator i ON t.indicator = i.code OR t.indicator IS NULL
    ), later AS (
        INSERT INTO pending_rule (indicator, valid, units, reason)
        SELECT e.indicator, e.valid, e.units, e.reason FROM each e WHERE e.indicator NOT IN (SELECT m.code FROM member m)
    )
    SELECT array_agg((e.indicator, e.valid, e.units, e.reason)::pending_rule) INTO notes FROM each e JOIN member m ON m.code = e.indicator;
    RETURN coalesce(notes, '{}');
END
$$;
COMMENT ON FUNCTION take_pending_rule(text) IS 'takes what is noted in pending_rule of all indicators, or of one and those computed from it, and leaves the rest';

CREATE PROCEDURE refresh(indicator text DEFAULT NULL, "full" boolean DEFAULT false)
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    ind record;
    todo pending_change[];
    simple pending_change[];
    done daterange[];
    work pending_change;
    notes pending_rule[];
    detail text;
    hint text;
BEGIN
    IF $1 IS NOT NULL AND NOT EXISTS (SELECT FROM indicator i WHERE i.code = $1) THEN
        RAISE EXCEPTION 'indicator "%" does not exist', $1
            USING ERRCODE = 'undefined_object';
    END IF;
    -- One refresh of a model at a time; readers do not wait, nor writers, but movers of units and renamers of indicators. What is noted
    -- here has been committed, so the statements below, which are later, see it.
    PERFORM pg_advisory_xact_lock('pending_change'::regclass::oid::integer, 0);
    FOR ind IN
        WITH taken AS (
            DELETE FROM pending_change RETURNING indicator, period, units, with_users
        ), joined AS (
            SELECT t.indicator, t.period, t.with_users, bool_or(t.units IS NULL) AS everywhere, array_agg(DISTINCT u) AS units
              FROM taken t LEFT JOIN LATERAL unnest(t.units) u ON true
             GROUP BY t.indicator, t.period, t.with_users
        ), asked AS MATERIALIZED (
            SELECT i.code, i.weight_by, i.numerator, i.denominator,
                   coalesce($1 IN (i.code, i.weight_by, i.numerator, i.denominator), $1 IS NULL) AS now
              FROM indicator i
        ), change AS MATERIALIZED (
            SELECT a.now, a.code AS indicator, j.period, CASE WHEN NOT j.everywhere THEN j.units END AS units, false AS with_users
              FROM joined j
              JOIN asked a ON j.indicator IS NULL OR a.code = j.indicator
                           OR j.with_users AND j.indicator IN (a.weight_by, a.numerator, a.denominator)
        ), later AS (
            INSERT INTO pending_change (indicator, period, units, with_users)
            SELECT c.indicator, c.period, c.units, c.with_users FROM change c WHERE NOT c.now
        )
        SELECT a.code, array_agg((c.indicator, c.period, c.units, c.with_users)::pending_change) FILTER (WHERE c.now) AS changes
          FROM asked a LEFT JOIN change c ON c.indicator = a.code
         WHERE a.now
         GROUP BY a.code
         ORDER BY a.code
    LOOP
        CONTINUE WHEN NOT $2 AND ind.changes IS NULL AND NOT EXISTS (SELECT FROM other_divisor(ind.code));
        -- A row for each unit, without the list it comes from: that is long, and would be copied with each.
        WITH change AS MATERIALIZED (
            SELECT c.period, c.units IS NULL AS everywhere, u AS unit
              FROM (SELECT n.period, n.units FROM unnest(ind.changes) n UNION ALL SELECT NULL, NULL WHERE $2
                     UNION ALL
                    SELECT d, NULL FROM other_divisor(ind.code) d) AS c
              LEFT JOIN LATERAL unnest(c.units) u ON true
        ), known AS (
            SELECT o.period FROM unnest(measured_part(ind.code)) part CROSS JOIN LATERAL observed_periods(part) AS o (period)
             UNION
            SELECT r.period FROM refreshed r WHERE r.indicator = ind.code
        ), work AS (
            -- A month's figure may be part of its year's. What units do themselves concerns all periods.
            SELECT k.period, CASE WHEN NOT bool_or(c.everywhere) THEN array_agg(DISTINCT c.unit) END AS units,
                   bool_and(coalesce(c.period = k.period, false)) AS observed
              FROM known k
              JOIN change c ON c.period IS NULL OR c.period <@ k.period
             GROUP BY k.period
        )
        SELECT coalesce(array_agg(p.c ORDER BY w.period), '{}'), coalesce(array_agg(p.c) FILTER (WHERE w.observed), '{}') INTO todo, simple
          FROM work w CROSS JOIN LATERAL (VALUES ((ind.code, w.period, w.units, false)::pending_change)) AS p (c);
        BEGIN
            done := refresh_by_difference(ind.code, simple);
        EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
            done := '{}'; -- The period at fault is found below, one by one.
        END;
        BEGIN
            FOREACH work IN ARRAY todo LOOP
                CONTINUE WHEN work.period = ANY (done);
                PERFORM refresh_period(ind.code, work.period, work.units);
            END LOOP;
        EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
            -- The error names a unit at best; whoever refreshes all asks of which indicator.
            GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
            RAISE EXCEPTION 'indicator "%" cannot be rolled up for %: %', ind.code, period_label(work.period), SQLERRM
                USING ERRCODE = SQLSTATE,
                      DETAIL = concat_ws(' ', nullif(detail, ''), 'Nothing has been refreshed, and what changed stays noted.'),
                      HINT = concat_ws(' ', nullif(hint, ''), 'Other indicators can be refreshed by name.');
        END;
        -- Of other periods nobody has computed anything.
        IF $2 THEN
            DELETE FROM indicator_value v
             WHERE v.indicator = ind.code
               AND NOT EXISTS (SELECT FROM refreshed r WHERE r.indicator = v.indicator AND r.period = v.period);
            IF FOUND THEN
                INSERT INTO value_change (indicator) VALUES (ind.code);
            END IF;
        END IF;
    END LOOP;

    -- Values were graded as they were written. Here are those whose threshold has changed.
    notes := take_pending_rule($1);
    PERFORM refresh_grades(notes);

    -- What follows from graded values comes here, for the rows that value_change names.
    PERFORM refresh_warnings($1, $2, notes);
    DELETE FROM value_change;
END
$$;
COMMENT ON PROCEDURE refresh(text, boolean) IS
    'brings indicator_value up to date with what changed, of all indicators or of one and those computed from it; full: computes everything again';
