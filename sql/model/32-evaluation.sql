-- Evaluation: values graded by the thresholds that hold for them, for everybody to read.

-- What changes thresholds is noted as it happens, like what changes values.

CREATE FUNCTION note_rule() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    SET enable_nestloop = off
    AS $$
BEGIN
    CASE TG_OP
        WHEN 'INSERT' THEN
            INSERT INTO pending_rule (indicator, valid, units, reason)
            SELECT c.indicator, c.valid, CASE WHEN bool_and(c.unit IS NOT NULL) AND count(*) <= 10000 THEN array_agg(c.unit) END, 'limit'
              FROM present c GROUP BY c.indicator, c.valid;
        WHEN 'DELETE' THEN
            INSERT INTO pending_rule (indicator, valid, units, reason)
            SELECT c.indicator, c.valid, CASE WHEN bool_and(c.unit IS NOT NULL) AND count(*) <= 10000 THEN array_agg(c.unit) END, 'limit'
              FROM former c GROUP BY c.indicator, c.valid;
        WHEN 'UPDATE' THEN
            INSERT INTO pending_rule (indicator, valid, units, reason)
            SELECT c.indicator, c.valid, CASE WHEN bool_and(c.unit IS NOT NULL) AND count(*) <= 10000 THEN array_agg(DISTINCT c.unit) END, d.reason
              FROM former f FULL JOIN present p ON p.id = f.id
             CROSS JOIN LATERAL (
                SELECT CASE WHEN (f.id, f.indicator, f.unit, f.hierarchy, f.tier, f.threshold, f.valid) IS DISTINCT FROM
                                 (p.id, p.indicator, p.unit, p.hierarchy, p.tier, p.threshold, p.valid) THEN 'limit'
                            WHEN (f.hold, f.clear, f.fires_at, f.keep, f.flap_start, f.flap_stop) IS DISTINCT FROM
                                 (p.hold, p.clear, p.fires_at, p.keep, p.flap_start, p.flap_stop) THEN 'setting' END) AS d (reason)
             CROSS JOIN LATERAL (VALUES (f.indicator, f.valid, f.unit), (p.indicator, p.valid, p.unit)) AS c (indicator, valid, unit)
             WHERE d.reason IS NOT NULL AND c.indicator IS NOT NULL
             GROUP BY c.indicator, c.valid, d.reason;
        ELSE
            INSERT INTO pending_rule (reason) VALUES ('limit');
    END CASE;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION note_rule() FROM PUBLIC;
COMMENT ON FUNCTION note_rule() IS 'trigger: notes for refresh() for whom and when a statement changed threshold rules';

CREATE TRIGGER threshold_rule_inserted AFTER INSERT ON threshold_rule
    REFERENCING NEW TABLE AS present FOR EACH STATEMENT EXECUTE FUNCTION note_rule();
CREATE TRIGGER threshold_rule_updated AFTER UPDATE ON threshold_rule
    REFERENCING OLD TABLE AS former NEW TABLE AS present FOR EACH STATEMENT EXECUTE FUNCTION note_rule();
CREATE TRIGGER threshold_rule_deleted AFTER DELETE ON threshold_rule
    REFERENCING OLD TABLE AS former FOR EACH STATEMENT EXECUTE FUNCTION note_rule();
CREATE TRIGGER threshold_rule_truncated AFTER TRUNCATE ON threshold_rule
    FOR EACH STATEMENT EXECUTE FUNCTION note_rule();

CREATE FUNCTION note_attribute() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    AS $$
BEGIN
    INSERT INTO pending_rule (indicator, reason) VALUES (NEW.code, 'attribute');
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION note_attribute() FROM PUBLIC;
COMMENT ON FUNCTION note_attribute() IS 'trigger: notes for refresh() that the rules of an indicator tighten one another, or no longer do';

CREATE TRIGGER indicator_attribute_noted AFTER UPDATE ON indicator
    FOR EACH ROW WHEN ((NEW.attribute = 'binding') <> (OLD.attribute = 'binding')) EXECUTE FUNCTION note_attribute();

-- A value has its unit's hierarchy and tier beside it, or readers would miss the row. So whoever moves
-- units between tiers waits for a refresh that may be writing their rows, and it for them; one after the
-- other, and before any row is locked, lest those who wait for rows wait for each other.
CREATE FUNCTION await_refresh() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock('pending_change'::regclass::oid::integer, 0);
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION await_refresh() FROM PUBLIC;
COMMENT ON FUNCTION await_refresh() IS 'trigger: tiers of units, and codes of indicators, change between refreshes, one transaction after the other';

CREATE TRIGGER unit_moves_alone BEFORE UPDATE OF hierarchy, tier ON unit FOR EACH STATEMENT EXECUTE FUNCTION await_refresh();
CREATE TRIGGER tier_renamed_alone BEFORE UPDATE OF hierarchy, name ON tier FOR EACH STATEMENT EXECUTE FUNCTION await_refresh();
CREATE TRIGGER hierarchy_renamed_alone BEFORE UPDATE OF code ON hierarchy FOR EACH STATEMENT EXECUTE FUNCTION await_refresh();
-- Its values follow an indicator's code, or go with it, while a refresh would hold them and ask for the indicator.
CREATE TRIGGER indicator_renamed_alone BEFORE UPDATE OF code OR DELETE ON indicator FOR EACH STATEMENT EXECUTE FUNCTION await_refresh();

CREATE FUNCTION carry_tier(units unitcode[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    SET enable_nestloop = on
    SET jit = off
    AS $$
#variable_conflict use_column
BEGIN
    IF $1 IS NULL THEN
        UPDATE indicator_value v
           SET hierarchy = u.hierarchy, tier = u.tier
          FROM unit u
         WHERE u.code = v.unit AND (u.hierarchy, u.tier) <> (v.hierarchy, v.tier);
    ELSE
        UPDATE indicator_value v
           SET hierarchy = s.hierarchy, tier = s.tier
          FROM (SELECT x.ctid AS at, u.hierarchy, u.tier
                  FROM unnest($1) c
                 CROSS JOIN LATERAL (SELECT y.code, y.hierarchy, y.tier FROM unit y WHERE y.code = c OFFSET 0) AS u
                 CROSS JOIN refreshed r
                 CROSS JOIN LATERAL (
                    SELECT z.ctid, z.hierarchy, z.tier FROM indicator_value z
                     WHERE z.indicator = r.indicator AND z.period = r.period AND z.unit = u.code OFFSET 0) AS x
                 WHERE (x.hierarchy, x.tier) <> (u.hierarchy, u.tier)) AS s
         WHERE v.ctid = s.at;
    END IF;
END
$$;
COMMENT ON FUNCTION carry_tier(unitcode[]) IS 'writes the hierarchies and tiers of some units, or all, beside their stored values, where they are other ones';

-- Units that come, go, or change days or hierarchy have their values computed again, and
-- with them their grades. What is left are tiers, and whose they are.
CREATE FUNCTION note_moved_unit() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    SET enable_nestloop = off
    AS $$
DECLARE
    moved bigint;
    units unitcode[];
BEGIN
    SELECT count(*), CASE WHEN count(*) <= 10000 THEN array_agg(p.code) END INTO moved, units
      FROM former f JOIN present p ON p.code = f.code AND (p.hierarchy, p.tier) <> (f.hierarchy, f.tier);
    IF moved > 0 THEN
        INSERT INTO pending_rule (units, reason) VALUES (units, 'tier');
        PERFORM carry_tier(units);
    END IF;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION note_moved_unit() FROM PUBLIC;
COMMENT ON FUNCTION note_moved_unit() IS 'trigger: notes for refresh() which units changed their tier, and has their values follow at once';

CREATE TRIGGER unit_moved_noted AFTER UPDATE ON unit
    REFERENCING OLD TABLE AS former NEW TABLE AS present FOR EACH STATEMENT EXECUTE FUNCTION note_moved_unit();

-- Which threshold holds for whom: many units at a time.

CREATE FUNCTION period_rule(indicator text, period daterange, units unitcode[]) RETURNS SETOF threshold_rule
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
    BEGIN ATOMIC
        SELECT r.* FROM threshold_rule r WHERE r.indicator = $1 AND r.valid && $2 AND ($3 IS NULL OR r.unit IS NULL)
         UNION ALL
        SELECT r.* FROM threshold_rule r WHERE r.indicator = $1 AND r.valid && $2 AND $3 IS NOT NULL AND r.unit = ANY ($3);
    END;
COMMENT ON FUNCTION period_rule(text, daterange, unitcode[]) IS
    'the rules of an indicator that hold on some day of a period: all, or those without a unit and those of a list of units';

-- Units that have the same rules are graded by the same threshold, and most have. Where the
-- rules' units begin and end, the codes fall into stretches in which the nearest unit above
-- that has rules, the "home", is the same; with hierarchy, tier and day it makes the threshold.
CREATE FUNCTION applied_threshold(indicator text, period daterange, units unitcode[] DEFAULT NULL)
    RETURNS TABLE (unit unitcode, threshold threshold, rule bigint)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET enable_nestloop = on
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    binding boolean := (SELECT i.attribute = 'binding' FROM indicator i WHERE i.code = $1);
    chain unitcode[];
BEGIN
    IF NOT EXISTS (SELECT FROM threshold_rule r WHERE r.indicator = $1 AND r.valid && $2) THEN
        RETURN;
    END IF;
    IF $3 IS NOT NULL THEN
        SELECT coalesce(array_agg(DISTINCT a), '{}') INTO chain FROM unnest($3) u CROSS JOIN LATERAL unnest(ancestors(u)) a;
    END IF;

    RETURN QUERY
        WITH rule AS MATERIALIZED (
            SELECT r.id, r.unit, r.hierarchy, r.tier, r.threshold, r.valid, r.specificity FROM period_rule($1, $2, chain) r
        ), home AS MATERIALIZED (
            SELECT DISTINCT r.unit FROM rule r WHERE r.unit IS NOT NULL
        ), edge AS (
            -- from the least code there can be to beyond the greatest
            SELECT '0'::unitcode AS at, NULL::unitcode AS home WHERE chain IS NULL
             UNION ALL
            SELECT h.unit, h.unit FROM home h WHERE chain IS NULL
             UNION ALL
            SELECT subtree_end(h.unit),
                   (SELECT a FROM unnest(ancestors(governance.parent(h.unit))) a WHERE a IN (SELECT x.unit FROM home x) ORDER BY governance.depth(a) DESC LIMIT 1)
              FROM home h WHERE chain IS NULL
        ), stretch AS MATERIALIZED (
            SELECT e.at, e.home, lead(e.at, 1, subtree_end(repeat('z', 63)::unitcode)) OVER (ORDER BY e.at, e.home NULLS FIRST) AS beyond FROM edge e
        ), member AS MATERIALIZED (
            SELECT u.code, u.hierarchy, u.tier, upper(u.valid * $2) - 1 AS day, coalesce(s.home::text, '') AS home
              FROM stretch s JOIN unit u ON u.code >= s.at AND u.code < s.beyond AND u.valid && $2
             WHERE s.home IS NOT NULL OR EXISTS (SELECT FROM rule r WHERE r.unit IS NULL)
             UNION ALL
            SELECT u.code, u.hierarchy, u.tier, upper(u.valid * $2) - 1,
                   coalesce((SELECT a::text FROM unnest(ancestors(u.code)) a WHERE a IN (SELECT x.unit FROM home x) ORDER BY governance.depth(a) DESC LIMIT 1), '')
              FROM unnest($3) g CROSS JOIN LATERAL (SELECT x.* FROM unit x WHERE x.code = g OFFSET 0) AS u
             WHERE u.valid && $2
        ), alike AS MATERIALIZED (
            SELECT DISTINCT m.home, m.hierarchy, m.tier, m.day FROM member m
        ), holds AS (
            SELECT k.home, k.hierarchy, k.tier, k.day, r.id, r.threshold, r.specificity
              FROM alike k CROSS JOIN LATERAL unnest(ancestors(nullif(k.home, '')::unitcode)) a
              JOIN rule r ON r.unit = a AND (r.tier = k.tier OR r.tier IS NULL) AND r.valid @> k.day
             UNION ALL
            SELECT k.home, k.hierarchy, k.tier, k.day, r.id, r.threshold, r.specificity
              FROM alike k
              JOIN rule r ON r.unit IS NULL AND (r.hierarchy = k.hierarchy OR r.hierarchy IS NULL) AND (r.tier = k.tier OR r.tier IS NULL) AND r.valid @> k.day
        ), made AS (
            SELECT h.home, h.hierarchy, h.tier, h.day, (array_agg(h.id ORDER BY h.specificity DESC))[1] AS rule,
                   CASE WHEN binding THEN tighten(h.threshold) ELSE (array_agg(h.threshold ORDER BY h.specificity DESC))[1] END AS threshold
              FROM holds h
             GROUP BY h.home, h.hierarchy, h.tier, h.day
        )
        SELECT m.code, t.threshold, t.rule
          FROM member m JOIN made t ON t.home = m.home AND t.hierarchy = m.hierarchy AND t.tier = m.tier AND t.day = m.day;
END
$$;
COMMENT ON FUNCTION applied_threshold(text, daterange, unitcode[]) IS
    'the threshold by which each unit, or each of a list, is graded in a period, where there is one, and its most specific rule: as of the last day of the period on which the unit exists';

CREATE FUNCTION graded_row(indicator text, period daterange, units unitcode[] DEFAULT NULL) RETURNS SETOF indicator_value
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
    BEGIN ATOMIC
        SELECT v.indicator, v.unit, v.period, v.value, v.n_present, v.n_expected, v.coverage, v.state,
               governance.grade(v.value, t.threshold), governance.margin(v.value, t.threshold), t.rule, t.threshold,
               v.n_values, v.total, v.weight, v.newest, v.hierarchy, v.tier
          FROM value_row($1, $2, NULL, $3) v LEFT JOIN applied_threshold($1, $2, $3) t ON t.unit = v.unit;
    END;
COMMENT ON FUNCTION graded_row(text, daterange, unitcode[]) IS
    'value_row() with grades: an indicator''s rows of indicator_value for a period, all, or those of some units computed from what is stored below them';

CREATE FUNCTION grade_period(indicator text, period daterange, roots unitcode[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET enable_nestloop = off
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    few bigint := (SELECT r.n_units / 20 + 10 FROM refreshed r WHERE r.indicator = $1 AND r.period = $2);
    found bigint;
    units unitcode[];
    changed unitcode[];
BEGIN
    -- Beyond some share of all units, grading all is quicker. A unit that lies in several of the subtrees is found several times.
    IF $3 IS NOT NULL THEN
        SELECT count(*), coalesce(array_agg(DISTINCT s.code), '{}') INTO found, units
          FROM (SELECT u.code FROM unnest($3) r CROSS JOIN LATERAL (SELECT x.code FROM unit x WHERE x.code <@ r OFFSET 0) AS u LIMIT few + 1) AS s;
        IF found > few THEN
            units := NULL;
        END IF;
    END IF;
    WITH held AS MATERIALIZED (
        SELECT t.* FROM applied_threshold($1, $2, units) t
    ), stored AS MATERIALIZED (
        SELECT v.* FROM indicator_value v WHERE units IS NULL AND v.indicator = $1 AND v.period = $2
         UNION ALL
        SELECT v.* FROM value_of($1, $2, units) v
    ), written AS (
        INSERT INTO indicator_value AS v (indicator, unit, period, value, n_present, n_expected, coverage, state, grade, margin, rule, threshold, hierarchy, tier)
        SELECT s.indicator, s.unit, s.period, s.value, s.n_present, s.n_expected, s.coverage, s.state,
               governance.grade(s.value, h.threshold), governance.margin(s.value, h.threshold), h.rule, h.threshold, s.hierarchy, s.tier
          FROM stored s LEFT JOIN held h ON h.unit = s.unit
         WHERE (s.rule, s.threshold) IS DISTINCT FROM (h.rule, h.threshold)
            ON CONFLICT (indicator, period, unit) DO UPDATE
           SET grade = excluded.grade, margin = excluded.margin, rule = excluded.rule, threshold = excluded.threshold
        RETURNING v.unit
    )
    SELECT array_agg(w.unit) INTO changed FROM written w;
    PERFORM note_value($1, $2, changed);
END
$$;
COMMENT ON FUNCTION grade_period(text, daterange, unitcode[]) IS
    'grades again the stored values of an indicator for a period whose threshold is another one now: in some subtrees, or everywhere (NULL)';

CREATE FUNCTION refresh_grades(notes pending_rule[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    work record;
BEGIN
    -- Done as they moved, unless by a snapshot that did not see all rows.
    PERFORM carry_tier(CASE WHEN bool_and(t.units IS NOT NULL) THEN array_agg(DISTINCT u) END)
       FROM unnest($1) t LEFT JOIN LATERAL unnest(t.units) u ON true
      WHERE t.reason = 'tier'
     HAVING count(*) > 0;
    FOR work IN
        SELECT r.indicator, r.period, CASE WHEN bool_and(t.units IS NOT NULL) THEN array_agg(DISTINCT u) END AS roots
          FROM unnest($1) t
          JOIN refreshed r ON r.indicator = t.indicator AND (t.valid IS NULL OR t.valid && r.period)
          LEFT JOIN LATERAL unnest(t.units) u ON true
         WHERE t.reason IN ('limit', 'attribute', 'tier')
         GROUP BY r.indicator, r.period
         ORDER BY r.indicator, r.period
    LOOP
        PERFORM grade_period(work.indicator, work.period, work.roots);
    END LOOP;
END
$$;
COMMENT ON FUNCTION refresh_grades(pending_rule[]) IS 'the step of refresh() that grades again where limits, attributes or tiers have changed';

-- For the reader. The periods come from "refreshed", so that asking for one by its label, or
-- by its days, does not look at values. What is told of a tier is told of values and of units,
-- each by their own index; an inner join would take the tier's share of rows twice, and
-- expect one row where there are thousands. So units are joined to their values outwards, and
-- values without their unit, since it is gone or has come again elsewhere, which the next refresh
-- will mend, are left out in words that do not turn it into an inner join. ANALYZE would take
-- every period of a row for another one; the planner is told few, for their labels, which say
-- the same, tell them apart once more.
ALTER TABLE indicator_value ALTER COLUMN period SET (n_distinct = 5);
ALTER TABLE refreshed ALTER COLUMN period SET (n_distinct = 5);
ALTER TABLE refreshed SET (autovacuum_analyze_threshold = 1); -- Few rows, but many plans hang on them.
CREATE VIEW evaluation WITH (security_invoker = true) AS
    SELECT v.indicator, i.name AS indicator_name, i.attribute, v.unit, u.name AS unit_name, v.hierarchy, v.tier, u.authority,
           r.period, r.label AS period_label, v.value, i.measure_unit, v.coverage, v.state,
           v.threshold, v.grade, v.margin, governance.relative_margin(v.value, v.threshold) AS relative_margin, w.basis,
           t.rank AS tier_rank,
           v.n_expected = 1 AND NOT EXISTS (
               SELECT FROM unit c
                WHERE c.parent = v.unit
                  AND c.valid && existence(r.period, coalesce((SELECT n.time_op FROM indicator n WHERE n.code = i.numerator), i.time_op))) AS is_leaf,
           i.space_op = 'sum' AS adds_up, CASE v.grade WHEN 'normal' THEN 0 WHEN 'notice' THEN 1 WHEN 'caution' THEN 2 WHEN 'warning' THEN 3 WHEN 'breach' THEN 4 END AS grade_rank,
           lower(r.period) AS period_start, upper(r.period) - 1 AS period_end, v.rule, w.source, r.refreshed_at
      FROM refreshed r
      JOIN indicator i ON i.code = r.indicator
      JOIN indicator_value v ON v.indicator = r.indicator AND v.period = r.period AND governance.period_label(v.period) = r.label
      JOIN tier t ON t.hierarchy = v.hierarchy AND t.name = v.tier
      LEFT JOIN unit u ON u.code = v.unit AND u.hierarchy = v.hierarchy AND u.tier = v.tier
      LEFT JOIN threshold_rule w ON w.id = v.rule
     WHERE (u.code IS NULL) IS NOT TRUE;
COMMENT ON VIEW evaluation IS
    'one row per unit, indicator and period: value, threshold and grade, as of the last refresh; a row already holds all below it, so add up rows of one tier, or those with is_leaf, and only where adds_up says so';
COMMENT ON COLUMN evaluation.tier_rank IS 'at which level of its hierarchy the row is, 1 at the top';
COMMENT ON COLUMN evaluation.is_leaf IS 'whether the unit has no children in the period: rows with is_leaf cover each place of a hierarchy once, ragged or not';
COMMENT ON COLUMN evaluation.adds_up IS 'whether values of units side by side may be added up; rates, means and extremes may not';
COMMENT ON COLUMN evaluation.grade_rank IS '0 normal, 1 notice, 2 caution, 3 warning, 4 breach: for clients that sort or colour by number';
COMMENT ON COLUMN evaluation.period_end IS 'last day of the period';
COMMENT ON COLUMN evaluation.rule IS 'the threshold rule whose basis and source are shown';
COMMENT ON COLUMN evaluation.refreshed_at IS 'when the indicator''s values for the period were last brought up to date';

CREATE VIEW evaluation_plain WITH (security_invoker = true) AS
    SELECT e.indicator, e.indicator_name, e.attribute, e.unit::text AS unit, e.unit_name, e.hierarchy, e.tier, e.authority,
           e.period_label AS period, e.period_label, e.value, e.measure_unit, e.coverage, e.state,
           e.threshold::text AS threshold, e.grade::text AS grade, e.margin, e.relative_margin, e.basis,
           e.tier_rank, e.is_leaf, e.adds_up, e.grade_rank, e.period_start, e.period_end, e.rule, e.source, e.refreshed_at
      FROM evaluation e;
COMMENT ON VIEW evaluation_plain IS 'evaluation in types that every client knows: text, numeric, integer, boolean, date and timestamp; sort grades by grade_rank';

CREATE VIEW evaluation_map WITH (security_invoker = true) AS
    SELECT concat_ws(' ', e.indicator, e.unit, e.period_label) AS id, e.indicator, e.indicator_name, e.unit::text AS unit, e.unit_name,
           e.hierarchy, e.tier, e.tier_rank, e.is_leaf, e.period_label, e.period_start, e.period_end, e.value, e.measure_unit, e.coverage, e.state,
           e.threshold::text AS threshold, e.grade::text AS grade, e.grade_rank, e.margin, e.relative_margin, e.basis, e.source, b.geom
      FROM evaluation e
      JOIN boundary b ON b.unit = e.unit AND b.valid @> current_date;
COMMENT ON VIEW evaluation_map IS 'evaluation with today''s boundaries, a layer for GIS; key: id. Ask for one indicator, period_label and tier';

CREATE VIEW evaluation_summary WITH (security_invoker = true) AS
    SELECT e.indicator, e.indicator_name, e.period, e.period_label, e.hierarchy, e.tier, e.tier_rank, count(*) AS n_units,
           count(*) FILTER (WHERE e.grade = 'normal') AS n_normal, count(*) FILTER (WHERE e.grade = 'notice') AS n_notice,
           count(*) FILTER (WHERE e.grade = 'caution') AS n_caution, count(*) FILTER (WHERE e.grade = 'warning') AS n_warning,
           count(*) FILTER (WHERE e.grade = 'breach') AS n_breach, count(*) FILTER (WHERE e.grade IS NULL) AS n_ungraded,
           count(*) FILTER (WHERE e.state = 'ok') AS n_ok, count(*) FILTER (WHERE e.state = 'insufficient') AS n_insufficient,
           count(*) FILTER (WHERE e.state = 'stale') AS n_stale, count(*) FILTER (WHERE e.state = 'no_data') AS n_no_data,
           max(e.grade) AS worst_grade,
           (array_agg(e.unit ORDER BY e.grade DESC, e.relative_margin, e.margin, e.unit) FILTER (WHERE e.grade > 'normal'))[1:5] AS worst_units,
           (array_agg(e.unit_name ORDER BY e.grade DESC, e.relative_margin, e.margin, e.unit) FILTER (WHERE e.grade > 'normal'))[1:5] AS worst_unit_names
      FROM evaluation e
     GROUP BY e.indicator, e.indicator_name, e.period, e.period_label, e.hierarchy, e.tier, e.tier_rank;
COMMENT ON VIEW evaluation_summary IS
    'for each indicator, period and tier: how many units have each grade and each state, and the five worst of those that are not normal';

-- A period without a grade ends none: the last one stands.
CREATE VIEW evaluation_history WITH (security_invoker = true) AS
    WITH counted AS (
        SELECT e.*, period_span(e.period) AS span,
               count(e.grade) OVER (PARTITION BY e.indicator, e.unit, period_span(e.period) ORDER BY e.period) AS n_graded
          FROM evaluation e
    ), standing AS (
        SELECT c.*, max(c.grade) OVER (PARTITION BY c.indicator, c.unit, c.span, c.n_graded) AS stands FROM counted c
    ), stepped AS (
        SELECT s.*, lag(s.stands) OVER series AS previous_grade, s.value - lag(s.value) OVER series AS difference
          FROM standing s
        WINDOW series AS (PARTITION BY s.indicator, s.unit, s.span ORDER BY s.period)
    ), run AS (
        SELECT s.*, count(*) FILTER (WHERE s.stands IS DISTINCT FROM s.previous_grade) OVER (PARTITION BY s.indicator, s.unit, s.span ORDER BY s.period) AS n
          FROM stepped s
    )
    SELECT r.indicator, r.indicator_name, r.attribute, r.unit, r.unit_name, r.hierarchy, r.tier, r.tier_rank, r.authority, r.period, r.period_label,
           r.value, r.difference, r.measure_unit, r.coverage, r.state, r.threshold, r.grade, r.margin, r.relative_margin, r.basis, r.source, r.previous_grade,
           CASE WHEN r.grade > r.previous_grade THEN 'worse' WHEN r.grade < r.previous_grade THEN 'better' WHEN r.grade = r.previous_grade THEN 'same' END AS change,
           CASE WHEN r.stands IS NOT NULL THEN governance.period_label(first_value(r.period) OVER stretch) END AS since,
           CASE WHEN r.stands IS NOT NULL THEN count(*) OVER (stretch ROWS UNBOUNDED PRECEDING) END AS n_periods
      FROM run r
    WINDOW stretch AS (PARTITION BY r.indicator, r.unit, r.span, r.n ORDER BY r.period);
COMMENT ON VIEW evaluation_history IS
    'each unit''s series of values: what changed from one period to the next of the same length, and since when its grade has stood';
COMMENT ON COLUMN evaluation_history.difference IS 'from the value of the period before in the series';
COMMENT ON COLUMN evaluation_history.previous_grade IS 'the last grade before this period';
COMMENT ON COLUMN evaluation_history.change IS 'of grade: worse, better or same; NULL without a grade now or before';
COMMENT ON COLUMN evaluation_history.since IS 'the period since which the grade has stood; periods without a grade do not end it';
COMMENT ON COLUMN evaluation_history.n_periods IS 'how many periods that has been, this one included';
