-- Reforms: units are split, merged, re-coded, or hand territory over, and their history
-- stays comparable.

-- What a unit of one day is on another day, by lineage. A unit that goes on through a
-- reform keeps what its rows of lineage do not give away, or did not have before.
CREATE FUNCTION counterpart(unit unitcode, since date, "on" date)
    RETURNS TABLE (counterpart unitcode, share numeric)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 2
    BEGIN ATOMIC
        WITH RECURSIVE onward (unit, day, share) AS (
            SELECT $1, $2, 1::numeric WHERE $3 >= $2
            UNION ALL
            SELECT e.unit, n.day, o.share * e.share
              FROM onward o
             CROSS JOIN LATERAL (SELECT min(l.happened) AS day FROM lineage l
                                  WHERE l.predecessor = o.unit AND l.happened > o.day AND l.happened <= $3) n
             CROSS JOIN LATERAL (SELECT l.successor AS unit, l.share FROM lineage l WHERE l.predecessor = o.unit AND l.happened = n.day
                                 UNION ALL
                                 SELECT o.unit, 1 - sum(l.share) FROM lineage l WHERE l.predecessor = o.unit AND l.happened = n.day
                                 HAVING sum(l.share) < 1 AND (SELECT u.valid @> n.day FROM unit u WHERE u.code = o.unit)) e
             WHERE n.day IS NOT NULL
        ), back (unit, day, share) AS (
            SELECT $1, $2, 1::numeric WHERE $3 < $2
            UNION ALL
            SELECT e.unit, n.day - 1, b.share * e.share
              FROM back b
             CROSS JOIN LATERAL (SELECT max(l.happened) AS day FROM lineage l
                                  WHERE l.successor = b.unit AND l.happened <= b.day AND l.happened > $3) n
             CROSS JOIN LATERAL (SELECT l.predecessor AS unit,
                                        coalesce(l.origin, CASE WHEN NOT u.valid @> n.day - 1 AND count(*) OVER () = 1 THEN 1 END) AS share
                                   FROM lineage l JOIN unit u ON u.code = l.successor
                                  WHERE l.successor = b.unit AND l.happened = n.day
                                 UNION ALL
                                 SELECT b.unit, CASE WHEN count(*) = count(l.origin) THEN 1 - sum(l.origin) END
                                   FROM lineage l WHERE l.successor = b.unit AND l.happened = n.day
                                 HAVING (sum(l.origin) < 1 OR count(*) > count(l.origin))
                                    AND (SELECT u.valid @> n.day - 1 FROM unit u WHERE u.code = b.unit)) e
             WHERE n.day IS NOT NULL
        )
        SELECT r.unit, CASE WHEN count(*) = count(r.share) THEN sum(r.share) END
          FROM (SELECT o.unit, o.share FROM onward o
                 WHERE NOT EXISTS (SELECT FROM lineage l WHERE l.predecessor = o.unit AND l.happened > o.day AND l.happened <= $3)
                UNION ALL
                SELECT b.unit, b.share FROM back b
                 WHERE NOT EXISTS (SELECT FROM lineage l WHERE l.successor = b.unit AND l.happened <= b.day AND l.happened > $3)) r
         GROUP BY r.unit
         ORDER BY r.unit;
    END;
COMMENT ON FUNCTION counterpart(unitcode, date, date) IS
    'the units of day "on" that have what a unit had on day "since", and the share each has, by lineage; NULL where lineage does not tell';

CREATE TYPE carried_value AS (
    indicator    text,
    unit         unitcode,
    period       daterange,
    value        numeric,
    measure_unit text,
    state        text,
    sources      unitcode[]
);
COMMENT ON TYPE carried_value IS
    'a value on the units of some day, in which unit of measure, from which units, and how: observed, carried, partial (a source has none) or not_convertible';

-- Extensive values are cut in parts by share, in steps of their own decimals, exactly. Others
-- go as they are to every counterpart; where several meet, they are averaged by weight_by.
CREATE FUNCTION carried_values("on" date, indicator text DEFAULT NULL, period daterange DEFAULT NULL, units unitcode[] DEFAULT NULL)
    RETURNS SETOF carried_value
    LANGUAGE sql STABLE
    SET search_path FROM CURRENT
    AS $$
        WITH wanted AS (
            SELECT i.* FROM indicator i
             WHERE i.space_op <> 'ratio'
               AND ($2 IS NULL OR i.code = $2
                    OR EXISTS (SELECT FROM indicator a WHERE a.code = $2 AND i.code IN (a.weight_by, a.numerator, a.denominator)))
        ), given AS MATERIALIZED (
            -- The day whose units the value is of, and the day whose units are asked for: "on", or such as the period has.
            -- The indicator's decimals are those of its own unit of measure: "finer" makes them those of the given one.
            SELECT o.indicator, o.unit, o.period, o.value, coalesce(o.measure_unit, i.measure_unit) AS measure_unit, d.since, d.goal,
                   CASE WHEN o.measure_unit <> i.measure_unit THEN ceil(log(m.factor * own.divisor / (m.divisor * own.factor)))::integer ELSE 0 END AS finer,
                   d.since < d.goal AND EXISTS (SELECT FROM lineage l WHERE l.predecessor = o.unit AND l.happened > d.since AND l.happened <= d.goal)
                   OR d.since > d.goal AND EXISTS (SELECT FROM lineage l WHERE l.successor = o.unit AND l.happened <= d.since AND l.happened > d.goal) AS gives,
                   d.since < d.goal AND EXISTS (SELECT FROM lineage l WHERE l.successor = o.unit AND l.happened > d.since AND l.happened <= d.goal)
                   OR d.since > d.goal AND EXISTS (SELECT FROM lineage l WHERE l.predecessor = o.unit AND l.happened <= d.since AND l.happened > d.goal) AS takes
              FROM wanted i
              JOIN observation o ON o.indicator = i.code
              JOIN unit u ON u.code = o.unit
              JOIN measure_unit own ON own.code = i.measure_unit
              LEFT JOIN measure_unit m ON m.code = o.measure_unit
             CROSS JOIN LATERAL existence(o.period, i.time_op) AS e (days)
             CROSS JOIN LATERAL (SELECT least(greatest(upper(e.days) - 1, lower(u.valid)), upper(u.valid) - 1) AS since,
                                        coalesce($1, CASE WHEN u.valid << e.days THEN lower(e.days) ELSE upper(e.days) - 1 END) AS goal) d
             WHERE o.value IS NOT NULL
               AND ($3 IS NULL OR o.period = $3)
               AND ($4 IS NULL OR o.unit = ANY ($4))
               AND ($1 IS NOT NULL OR NOT u.valid && e.days)
        ), path AS MATERIALIZED (
            SELECT g.unit, g.since, g.goal, c.counterpart, c.share,
                   bool_and(c.share IS NOT NULL) OVER (PARTITION BY g.unit, g.since, g.goal) AS known
              FROM (SELECT DISTINCT g.unit, g.since, g.goal FROM given g WHERE g.gives) g
             CROSS JOIN LATERAL counterpart(g.unit, g.since, g.goal) c
        ), part AS (
            SELECT g.indicator, p.counterpart AS unit, g.period, g.unit AS source, g.measure_unit, true AS moved, g.since, g.goal, true AS known,
                   sign(g.value) * governance.allocate(abs(g.value), p.share, quantum => ('1e-' || greatest(scale(g.value), i.decimals + g.finer))::numeric)
                                   OVER (PARTITION BY g.indicator, g.period, g.unit ORDER BY p.counterpart) AS value
              FROM given g
              JOIN wanted i ON i.code = g.indicator
              JOIN path p USING (unit, since, goal)
             WHERE g.gives AND i.kind = 'extensive' AND p.known
            UNION ALL
            SELECT g.indicator, p.counterpart, g.period, g.unit, g.measure_unit, true, g.since, g.goal, i.kind <> 'extensive', g.value
              FROM given g
              JOIN wanted i ON i.code = g.indicator
              JOIN path p USING (unit, since, goal)
             WHERE g.gives AND (i.kind <> 'extensive' OR NOT p.known)
            UNION ALL
            SELECT g.indicator, g.unit, g.period, g.unit, g.measure_unit, g.takes, g.since, g.goal, true, g.value
              FROM given g
             WHERE NOT g.gives
        ), various AS MATERIALIZED (
            SELECT g.indicator FROM given g GROUP BY g.indicator HAVING min(g.measure_unit COLLATE "C") <> max(g.measure_unit COLLATE "C")
        ), met AS MATERIALIZED (
            -- What is given in several units of measure at one unit in one period. By a window: few rows are
            -- expected here, so a join with the list of these would be a nested loop, quadratic.
            SELECT p.*, CASE WHEN first_value(p.measure_unit) OVER one <> last_value(p.measure_unit) OVER one THEN array_agg(p.measure_unit) OVER one END AS given
              FROM part p
             WHERE p.indicator IN (SELECT v.indicator FROM various v)
            WINDOW one AS (PARTITION BY p.indicator COLLATE "C", p.unit, p.period ORDER BY p.measure_unit COLLATE "C"
                           ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
            UNION ALL
            SELECT p.*, NULL FROM part p WHERE p.indicator NOT IN (SELECT v.indicator FROM various v)
        ), common AS MATERIALIZED (
            -- Where units of measure meet, amounts go into the indicator's, if all are finite in it; else
            -- into one in which they are: a mu is no decimal of hectares, but a hectare is 15 mu.
            SELECT g.indicator, g.given, t.code, t.factor, t.divisor
              FROM (SELECT DISTINCT g.indicator, g.given FROM met g WHERE g.given IS NOT NULL) g
              JOIN wanted i ON i.code = g.indicator
             CROSS JOIN LATERAL (
                SELECT t.code, t.factor, t.divisor
                  FROM measure_unit t
                 WHERE t.code = i.measure_unit OR t.code = ANY (g.given)
                 ORDER BY i.kind = 'extensive'
                          AND EXISTS (SELECT FROM measure_unit m
                                       WHERE m.code = ANY (g.given)
                                         AND exact_quotient(m.factor * t.divisor, m.divisor * t.factor) * m.divisor * t.factor <> m.factor * t.divisor),
                          t.code <> i.measure_unit, t.code
                 LIMIT 1) AS t
        ), settled AS (
            SELECT p.indicator, p.unit, p.period, i.kind, i.space_op,
                   count(*) AS n, array_agg(p.source ORDER BY p.source) AS sources, bool_or(p.moved) AS moved, bool_and(p.known) AS known,
                   max(p.since) AS since, max(p.goal) AS goal,
                   coalesce(min(t.code), min(p.measure_unit)) AS measure_unit,
                   sum(c.value) AS total, min(c.value) AS least, max(c.value) AS most,
                   CASE WHEN count(w.value) = count(*) AND bool_and(w.known) THEN
                       trim_scale(sum(c.value * x.weight) / nullif(sum(x.weight), 0)) END AS average
              FROM met p
              JOIN wanted i ON i.code = p.indicator
              JOIN measure_unit m ON m.code = p.measure_unit
              LEFT JOIN common t ON t.indicator = p.indicator AND t.given = p.given
             CROSS JOIN LATERAL (SELECT CASE WHEN t.code IS NULL OR t.code = m.code THEN p.value
                                             ELSE exact_quotient(p.value * m.factor * t.divisor, m.divisor * t.factor) END) AS c (value)
              LEFT JOIN part w ON w.indicator = i.weight_by AND w.unit = p.unit AND w.period = p.period AND w.source = p.source
              LEFT JOIN measure_unit wm ON wm.code = w.measure_unit
             CROSS JOIN LATERAL exact_quotient(w.value * wm.factor, wm.divisor) AS x (weight)
             GROUP BY p.indicator, p.unit, p.period, i.kind, i.space_op
        ), judged AS (
            SELECT s.*, CASE WHEN NOT s.known THEN NULL
                             WHEN s.kind = 'extensive' THEN s.total
                             WHEN s.least = s.most THEN s.least
                             WHEN s.space_op = 'weighted_mean' THEN s.average
                             WHEN s.space_op = 'min' THEN s.least
                             WHEN s.space_op = 'max' THEN s.most END AS value
              FROM settled s
        )
        SELECT j.indicator, j.unit, j.period, j.value, j.measure_unit,
               CASE WHEN j.value IS NULL THEN 'not_convertible'
                    WHEN NOT j.moved THEN 'observed'
                    WHEN j.n < (SELECT count(*) FROM counterpart(j.unit, j.goal, j.since)) THEN 'partial'
                    ELSE 'carried' END,
               j.sources
          FROM judged j
    $$;
COMMENT ON FUNCTION carried_values(date, text, daterange, unitcode[]) IS
    'observations carried through lineage to the units of a day, or, for NULL, of their own period; what values_on() and reform() rest on';

CREATE FUNCTION values_on("on" date, indicator text DEFAULT NULL, period daterange DEFAULT NULL)
    RETURNS SETOF carried_value
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET enable_nestloop = off
    SET jit = off
    AS $$
#variable_conflict use_column
BEGIN
    IF $1 IS NULL OR NOT isfinite($1) THEN
        RAISE EXCEPTION 'values_on() needs a day, not %', coalesce($1::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF $2 IS NOT NULL AND NOT EXISTS (SELECT FROM indicator i WHERE i.code = $2) THEN
        RAISE EXCEPTION 'indicator "%" does not exist', $2
            USING ERRCODE = 'undefined_object';
    END IF;
    RETURN QUERY
        WITH carried AS MATERIALIZED (
            SELECT c.*, exact_quotient(c.value * m.factor * own.divisor, m.divisor * own.factor) AS own_value
              FROM carried_values($1, $2, $3) c
              JOIN indicator i ON i.code = c.indicator
              JOIN measure_unit own ON own.code = i.measure_unit
              JOIN measure_unit m ON m.code = c.measure_unit
        )
        SELECT c.indicator, c.unit, c.period, c.value, c.measure_unit, c.state, c.sources
          FROM carried c
         WHERE $2 IS NULL OR c.indicator = $2
        UNION ALL
        SELECT i.code, n.unit, n.period,
               CASE WHEN i.decimals IS NULL THEN q.value ELSE round(q.value, i.decimals) END, i.measure_unit,
               CASE WHEN n.value IS NULL OR d.value IS NULL THEN 'not_convertible'
                    WHEN 'partial' IN (n.state, d.state) THEN 'partial'
                    WHEN 'carried' IN (n.state, d.state) THEN 'carried'
                    ELSE 'observed' END,
               n.sources
          FROM indicator i
          JOIN carried n ON n.indicator = i.numerator
          JOIN carried d ON d.indicator = i.denominator AND d.unit = n.unit AND d.period = n.period
         CROSS JOIN LATERAL (SELECT trim_scale(i.factor * n.own_value / nullif(d.own_value, 0))) AS q (value)
         WHERE i.space_op = 'ratio' AND ($2 IS NULL OR i.code = $2);
END
$$;
COMMENT ON FUNCTION values_on(date, text, daterange) IS
    'all periods'' observed values on the units of one day, carried through lineage: extensive ones conserved exactly, rates computed anew, state tells how';

-- ---------- reform() ----------

-- Shares and origins are in proportion to amounts on the nearest day on which all are known.
CREATE FUNCTION reform_amounts(units unitcode[], share_by text, "on" date) RETURNS numeric[]
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    AS $$
#variable_conflict use_column
DECLARE
    amounts numeric[];
    tried daterange;
    told record;
    nearest daterange;
    lacking unitcode;
    absent unitcode;
BEGIN
    IF $2 = 'area' THEN
        SELECT array_agg(b.area ORDER BY x.i) INTO amounts
          FROM unnest($1) WITH ORDINALITY AS x (code, i)
          LEFT JOIN LATERAL (SELECT b.area_m2::numeric AS area FROM boundary b WHERE b.unit = x.code
                              ORDER BY CASE WHEN b.valid @> $3 THEN 0 WHEN b.valid << daterange($3, $3, '[]') THEN $3 - upper(b.valid) ELSE lower(b.valid) - $3 END
                              LIMIT 1) b ON true;
        IF array_position(amounts, NULL) IS NOT NULL THEN
            RAISE EXCEPTION 'unit "%" has no boundary to take a share by', $1[array_position(amounts, NULL)]
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        RETURN amounts;
    END IF;
    IF NOT EXISTS (SELECT FROM indicator i WHERE i.code = $2 AND i.kind = 'extensive') THEN
        RAISE EXCEPTION 'share_by "%" is neither area nor an extensive indicator', $2
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- A unit's own values, or those of the leaves below it: on the days that count of a period, or, before and
    -- after its time, on its nearest day. All that are there at the end of these have to have one. The nearest
    -- such period counts; if there is none, the error is about the nearest one with any value.
    FOR tried IN
        SELECT p FROM observed_periods($2) p
         ORDER BY CASE WHEN p @> $3 THEN 0 ELSE least(abs(lower(p) - $3), abs(upper(p) - $3)) END, p
    LOOP
        SELECT array_agg(a.value ORDER BY a.i) AS amounts, min(a.lacking) AS lacking, count(a.value) AS n INTO told
          FROM (SELECT x.i, sum(o.value * m.factor / m.divisor) AS value,
                       min(l.code) FILTER (WHERE o.value IS NULL AND l.valid @> upper(d.days) - 1) AS lacking
                  FROM unnest($1) WITH ORDINALITY AS x (code, i)
                  JOIN unit u ON u.code = x.code
                  JOIN indicator i ON i.code = $2
                 CROSS JOIN LATERAL existence(tried, i.time_op) AS e (days)
                 CROSS JOIN LATERAL (SELECT CASE WHEN u.valid && e.days THEN u.valid * e.days
                                                 WHEN u.valid << e.days THEN daterange(upper(u.valid) - 1, upper(u.valid))
                                                 ELSE daterange(lower(u.valid), lower(u.valid) + 1) END) AS d (days)
                  JOIN unit l ON l.code <@ x.code AND l.valid && d.days AND NOT EXISTS (SELECT FROM unit c WHERE c.parent = l.code AND c.valid && d.days)
                  -- one by one, as observation_of() says
                  LEFT JOIN LATERAL (SELECT y.* FROM observation y WHERE y.indicator = $2 AND y.period = tried AND y.unit = l.code OFFSET 0) AS o ON true
                  LEFT JOIN measure_unit m ON m.code = coalesce(o.measure_unit, i.measure_unit)
                 GROUP BY x.i) a;
        IF told.n = cardinality($1) AND told.lacking IS NULL THEN
            amounts := told.amounts;
            EXIT;
        ELSIF told.n > 0 AND nearest IS NULL THEN
            nearest := tried;
            lacking := told.lacking;
        END IF;
    END LOOP;
    IF amounts IS NULL THEN
        absent := (SELECT min(x) FROM unnest($1) x WHERE NOT EXISTS (SELECT FROM unit u WHERE u.code = x));
        RAISE EXCEPTION 'there is no period in which all of the units % have a value of "%"', array_to_string($1, ', '), $2
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = CASE WHEN absent IS NOT NULL THEN format('There is no unit "%s".', absent)
                                WHEN lacking IS NOT NULL THEN
                                    format('For %s unit "%s" has none. Where a unit has children, all leaves below it need one.', governance.period_label(nearest), lacking)
                                ELSE 'They have none for any period.' END,
                  HINT = 'Give shares, or another indicator to take them by.';
    END IF;
    IF 0 >= ANY (amounts) THEN
        RAISE EXCEPTION 'unit "%" has no share by "%": its value is %', $1[array_position(amounts, (SELECT min(a) FROM unnest(amounts) a))], $2,
                        (SELECT trim_scale(min(a)) FROM unnest(amounts) a)
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN amounts;
END
$$;
COMMENT ON FUNCTION reform_amounts(unitcode[], text, date) IS
    'what units weigh against one another at about a day: their drawn areas, or their values of an extensive indicator';

CREATE FUNCTION recoded(code unitcode, old unitcode, new unitcode) RETURNS unitcode
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (new::text || substr(code::text, length(old::text) + 1))::unitcode;
COMMENT ON FUNCTION recoded(unitcode, unitcode, unitcode) IS
    'the code of a unit of old''s subtree when that has become new''s';

-- What can be known to be wrong from the arguments alone.
CREATE FUNCTION check_reform(kind text, happened date, predecessors unitcode[], successors unitcode[], names text[], shares numeric[],
                             share_by text, boundaries geometry[], children unitcode[]) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path FROM CURRENT
    AS $$
DECLARE
    old integer := cardinality(predecessors);
    new integer := cardinality(successors);
    fault text;
BEGIN
    fault := CASE
        WHEN kind IS NULL OR kind NOT IN ('split', 'merge', 'transfer', 'rename') THEN
            format('kind of reform %s is none of split, merge, transfer and rename', coalesce(quote_literal(kind), 'NULL'))
        WHEN happened IS NULL OR NOT isfinite(happened) THEN 'a reform needs its day'
        WHEN coalesce(old, 0) = 0 OR coalesce(new, 0) = 0 OR array_position(predecessors, NULL) IS NOT NULL OR array_position(successors, NULL) IS NOT NULL THEN
            'a reform needs predecessors and successors'
        WHEN old <> (SELECT count(DISTINCT p) FROM unnest(predecessors) p) OR new <> (SELECT count(DISTINCT s) FROM unnest(successors) s) THEN
            'a unit stands twice among the predecessors or the successors'
        WHEN kind = 'split' AND (old <> 1 OR new < 2) THEN 'a split has one predecessor and two successors or more'
        WHEN kind = 'merge' AND new <> 1 THEN 'a merge has one successor'
        WHEN kind = 'transfer' AND old <> 1 THEN 'a transfer has one predecessor'
        WHEN kind = 'rename' AND old <> new THEN 'a rename has as many successors as predecessors, in the same order'
        WHEN kind <> 'merge' AND predecessors && successors THEN
            format('unit "%s" cannot be a successor of itself', (SELECT p FROM unnest(predecessors) p WHERE p = ANY (successors) LIMIT 1))
        WHEN EXISTS (SELECT FROM unnest(predecessors) p, unnest(predecessors) q WHERE q <@ p AND q <> p) THEN
            (SELECT format('predecessor "%s" lies in predecessor "%s": what lies in a unit goes with it', q, p)
               FROM unnest(predecessors) p, unnest(predecessors) q WHERE q <@ p AND q <> p LIMIT 1)
        WHEN kind <> 'transfer' AND EXISTS (SELECT FROM unnest(predecessors) p, unnest(successors) s WHERE s <@ p) THEN
            (SELECT format('successor "%s" lies in unit "%s", which ends', s, p)
               FROM unnest(predecessors) p, unnest(successors) s WHERE s <@ p LIMIT 1)
        WHEN cardinality(names) <> new THEN format('%s names are given for %s successors', cardinality(names), new)
        WHEN cardinality(shares) <> new THEN format('%s shares are given for %s successors', cardinality(shares), new)
        WHEN cardinality(boundaries) <> new THEN format('%s boundaries are given for %s successors', cardinality(boundaries), new)
        WHEN kind IN ('merge', 'rename') AND (shares IS NOT NULL OR boundaries IS NOT NULL) THEN
            format('a %s has no shares and boundaries: everything goes to the successor', kind)
        WHEN kind IN ('split', 'transfer') AND shares IS NULL AND share_by IS NULL THEN format('a %s needs shares, or share_by', kind)
        WHEN shares IS NOT NULL AND (array_position(shares, NULL) IS NOT NULL OR 0 >= ANY (shares)) THEN 'a share is not positive'
        WHEN kind = 'split' AND (SELECT sum(s) FROM unnest(shares) s) <> 1 THEN
            format('the shares of a split sum to %s, not to 1', (SELECT sum(s) FROM unnest(shares) s))
        WHEN kind = 'transfer' AND (SELECT sum(s) FROM unnest(shares) s) >= 1 THEN
            format('the shares of a transfer sum to %s: nothing stays with unit "%s"', (SELECT sum(s) FROM unnest(shares) s), predecessors[1])
        WHEN kind = 'transfer' AND shares IS NULL AND (share_by <> 'area' OR boundaries IS NULL) THEN
            'a transfer needs shares, or share_by ''area'' with the boundaries of what is handed over'
        WHEN children IS NOT NULL AND kind <> 'split' THEN 'children are given for a split only: else their codes follow from their parent''s'
    END;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION '%', fault
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;
COMMENT ON FUNCTION check_reform(text, date, unitcode[], unitcode[], text[], numeric[], text, geometry[], unitcode[]) IS
    'refuses arguments of reform() that fit no reform';

-- The rows of lineage that a reform is, before anything is changed: those asked for, and
-- those of the subtrees whose codes follow.
CREATE FUNCTION reform_plan(kind text, happened date, predecessors unitcode[], successors unitcode[], shares numeric[],
                            share_by text, boundaries geometry[], children unitcode[]) RETURNS SETOF lineage
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    AS $$
#variable_conflict use_column
DECLARE
    eve date := happened - 1;
    portions numeric[] := shares;
    origins numeric[];
    sizes numeric[];
    staying unitcode[];
    child record;
BEGIN
    IF $1 = 'rename' THEN
        RETURN QUERY
            SELECT $2, $1, u.code, recoded(u.code, p.old, p.new), 1::numeric, 1::numeric
              FROM unnest($3, $4) AS p (old, new) JOIN unit u ON u.code = p.old OR u.code <@ p.old AND u.valid @> eve AND u.valid @> $2;
        RETURN;
    END IF;
    -- Successors that are there on the eve go on with what they had.
    staying := ARRAY(SELECT u.code FROM unit u WHERE u.code = ANY ($4) AND u.valid @> eve ORDER BY u.code);

    IF $1 = 'merge' THEN
        IF $6 IS NOT NULL THEN
            sizes := reform_amounts($3 || staying, $6, eve);
            origins := ARRAY(SELECT s.size / (SELECT sum(t) FROM unnest(sizes) t) FROM unnest(sizes) WITH ORDINALITY AS s (size, i) ORDER BY s.i);
        ELSIF cardinality($3 || staying) = 1 THEN
            origins := '{1}';
        END IF;
        RETURN QUERY
            SELECT $2, $1, p.code, $4[1], 1::numeric, origins[p.i] FROM unnest($3) WITH ORDINALITY AS p (code, i);
        RETURN QUERY
            SELECT $2, 'rename', u.code, recoded(u.code, p.code, $4[1]), 1::numeric, 1::numeric
              FROM unnest($3) AS p (code) JOIN unit u ON u.code <@ p.code AND u.code <> p.code AND u.valid @> eve AND u.valid @> $2;
        RETURN;
    END IF;

    IF portions IS NULL THEN
        IF $7 IS NOT NULL AND $6 = 'area' THEN
            sizes := ARRAY(SELECT ST_Area(b.geom)::numeric FROM unnest($7) WITH ORDINALITY AS b (geom, i) ORDER BY b.i);
        ELSE
            IF staying <> '{}' THEN
                RAISE EXCEPTION 'what goes to unit "%" cannot be told by "%": it goes on with what it had', staying[1], $6
                    USING ERRCODE = 'invalid_parameter_value',
                          HINT = 'Give shares.';
            END IF;
            sizes := reform_amounts($4, $6, $2);
        END IF;
        IF $1 = 'transfer' THEN
            sizes := sizes || ((reform_amounts($3, 'area', eve))[1] - (SELECT sum(s) FROM unnest(sizes) s));
            IF sizes[cardinality(sizes)] <= 0 THEN
                RAISE EXCEPTION 'the boundaries handed over are as large as unit "%"', $3[1]
                    USING ERRCODE = 'invalid_parameter_value';
            END IF;
        END IF;
        portions := ARRAY(SELECT a.part FROM (SELECT s.i, governance.allocate(1, s.size, 1e-12, NULL, 1e-12) OVER (ORDER BY s.i) AS part
                                                FROM unnest(sizes) WITH ORDINALITY AS s (size, i)) a ORDER BY a.i);
    END IF;
    IF $6 IS NOT NULL AND staying <> '{}' THEN
        sizes := reform_amounts($3 || staying, $6, eve);
    END IF;
    RETURN QUERY
        SELECT $2, $1, $3[1], s.code, portions[s.i],
               CASE WHEN s.code <> ALL (staying) THEN 1
                    WHEN $6 IS NOT NULL THEN sizes[1] * portions[s.i] / (sizes[1] * portions[s.i] + sizes[1 + array_position(staying, s.code)]) END
          FROM unnest($4) WITH ORDINALITY AS s (code, i);

    -- The children of what is split are given by their new codes; labels stay.
    IF $1 = 'split' THEN
        FOR child IN SELECT u.code, array_agg(c.code) FILTER (WHERE c.code IS NOT NULL) AS new
                       FROM unit u LEFT JOIN unnest($8) AS c (code) ON governance.label(c.code) = governance.label(u.code) AND governance.parent(c.code) = ANY ($4)
                      WHERE u.parent = $3[1] AND u.valid @> eve AND u.valid @> $2
                      GROUP BY u.code ORDER BY u.code
        LOOP
            IF cardinality(child.new) IS DISTINCT FROM 1 THEN
                RAISE EXCEPTION 'unit "%", child of the unit that is split, goes to % successors', child.code, coalesce(cardinality(child.new), 0)
                    USING ERRCODE = 'invalid_parameter_value',
                          HINT = format('Name its new code in children, such as "%s".', governance.child($4[1], governance.label(child.code)));
            END IF;
            RETURN QUERY
                SELECT $2, 'rename', u.code, recoded(u.code, child.code, child.new[1]), 1::numeric, 1::numeric
                  FROM unit u WHERE u.code <@ child.code AND u.valid @> eve AND u.valid @> $2;
        END LOOP;
    END IF;
END
$$;
COMMENT ON FUNCTION reform_plan(text, date, unitcode[], unitcode[], numeric[], text, geometry[], unitcode[]) IS
    'the lineage that a reform would write, with the units below that are coded anew; changes nothing';

-- Boundaries on both sides of the day. What a successor receives is the given boundary,
-- or all of the predecessor; where that is not known, nothing is drawn.
CREATE FUNCTION reform_boundaries(plan lineage[], successors unitcode[], boundaries geometry[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    AS $$
#variable_conflict use_column
DECLARE
    day date := ($1[1]).happened;
    eve date := ($1[1]).happened - 1;
    gain record;
    drawn boundary;
    loss geometry;
BEGIN
    -- What was drawn for later goes along under the new code, when that has none of its own.
    INSERT INTO boundary (unit, valid, geom)
    SELECT l.successor, v.days, b.geom
      FROM unnest($1) AS l
      JOIN boundary b ON b.unit = l.predecessor AND lower(b.valid) >= day
     CROSS JOIN LATERAL (SELECT unnest(datemultirange(b.valid) - coalesce(range_agg(o.valid), '{}')) FROM boundary o WHERE o.unit = l.successor) AS v (days)
     WHERE l.kind = 'rename';
    FOR gain IN
        SELECT g.successor, min(g.predecessor) AS predecessor, bool_and(g.kind = 'rename') AS renamed, bool_and(g.geom IS NOT NULL) AS known,
               ST_Multi(CASE WHEN count(*) = 1 THEN (array_agg(g.geom))[1] ELSE ST_Union(g.geom) END) AS geom
          FROM (SELECT l.successor, l.predecessor, l.kind,
                       coalesce($3[array_position($2, l.successor)], CASE WHEN l.share = 1 THEN b.geom END) AS geom
                  FROM unnest($1) AS l LEFT JOIN boundary b ON b.unit = l.predecessor AND b.valid @> eve) g
         GROUP BY g.successor ORDER BY g.successor
    LOOP
        SELECT b.* INTO drawn FROM boundary b WHERE b.unit = gain.successor AND b.valid @> day;
        IF NOT FOUND THEN
            IF gain.known THEN
                -- Until its next one begins, or it ends.
                INSERT INTO boundary (unit, valid, geom)
                SELECT u.code, daterange(day, least(upper(u.valid), (SELECT min(lower(b.valid)) FROM boundary b WHERE b.unit = u.code AND lower(b.valid) > day))), gain.geom
                  FROM unit u WHERE u.code = gain.successor;
            END IF;
        ELSIF (SELECT u.valid @> eve FROM unit u WHERE u.code = gain.successor) THEN
            IF gain.known AND drawn.valid @> eve THEN
                UPDATE boundary b SET valid = daterange(lower(b.valid), day) WHERE b.unit = drawn.unit AND b.valid = drawn.valid;
                INSERT INTO boundary (unit, valid, geom)
                VALUES (gain.successor, daterange(day, upper(drawn.valid)), ST_Multi(ST_Union(drawn.geom, gain.geom)));
            END IF;
        ELSIF drawn.valid @> eve THEN
            -- It was drawn ahead of its time; what it was named before lay there too.
            UPDATE boundary b SET valid = b.valid * daterange(day, NULL) WHERE b.unit = drawn.unit AND b.valid = drawn.valid;
            IF gain.renamed AND NOT gain.known THEN
                INSERT INTO boundary (unit, valid, geom) VALUES (gain.predecessor, daterange(lower(drawn.valid), day), drawn.geom);
            END IF;
        END IF;
    END LOOP;

    IF ($1[1]).kind = 'transfer' AND $3 IS NOT NULL THEN
        loss := (SELECT ST_Union(g) FROM unnest($3) AS g);
        SELECT b.* INTO drawn FROM boundary b WHERE b.unit = ($1[1]).predecessor AND b.valid @> eve AND b.valid @> day;
        IF FOUND THEN
            UPDATE boundary b SET valid = daterange(lower(b.valid), day) WHERE b.unit = drawn.unit AND b.valid = drawn.valid;
            INSERT INTO boundary (unit, valid, geom)
            VALUES (drawn.unit, daterange(day, upper(drawn.valid)), ST_Multi(ST_CollectionExtract(ST_Difference(drawn.geom, loss), 3)));
        END IF;
    ELSIF ($1[1]).kind <> 'transfer' THEN
        UPDATE boundary b SET valid = daterange(lower(b.valid), day)
          FROM unnest($1) AS l WHERE b.unit = l.predecessor AND b.valid @> eve AND b.valid @> day;
        DELETE FROM boundary b USING unnest($1) AS l WHERE b.unit = l.predecessor AND lower(b.valid) >= day;
    END IF;
END
$$;
COMMENT ON FUNCTION reform_boundaries(lineage[], unitcode[], geometry[]) IS
    'draws the boundaries that follow from a reform: part of reform()';

-- Observations that stand under units that do not exist in their period, though their
-- counterparts do: reports under old codes, figures recast under new ones.
CREATE FUNCTION reform_observations(units unitcode[] DEFAULT NULL, add boolean DEFAULT false) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    AS $$
#variable_conflict use_column
DECLARE
    carried carried_value[];
    clash record;
    written bigint;
BEGIN
    -- Whoever else brings, changes or deletes these comes before or after.
    PERFORM FROM observation o JOIN indicator i ON i.code = o.indicator JOIN unit u ON u.code = o.unit
      WHERE o.value IS NOT NULL AND ($1 IS NULL OR o.unit = ANY ($1)) AND NOT u.valid && existence(o.period, i.time_op)
      ORDER BY o.indicator, o.period, o.unit FOR UPDATE OF o;
    WITH RECURSIVE late AS MATERIALIZED (
        SELECT c.*, c.value IS NOT NULL AND u.valid && existence(c.period, i.time_op) AS fits
          FROM carried_values(NULL, NULL, NULL, $1) c
          JOIN indicator i ON i.code = c.indicator
          JOIN unit u ON u.code = c.unit
    ), made_of AS MATERIALIZED (
        SELECT l.indicator, l.period, l.unit, s.source, l.fits FROM late l CROSS JOIN unnest(l.sources) AS s (source)
    ), stuck (indicator, period, source) AS (
        -- What a value that cannot be brought is made of stays; so what else is made of that cannot be brought either.
        SELECT m.indicator, m.period, m.source FROM made_of m WHERE NOT m.fits
         UNION
        SELECT n.indicator, n.period, n.source
          FROM stuck s
          JOIN made_of m ON m.indicator = s.indicator AND m.period = s.period AND m.source = s.source
          JOIN made_of n ON n.indicator = m.indicator AND n.period = m.period AND n.unit = m.unit
    )
    SELECT array_agg(ROW(l.indicator, l.unit, l.period, l.value, l.measure_unit, l.state, l.sources)::carried_value) INTO carried
      FROM late l
     WHERE l.fits AND l.sources <> ARRAY[l.unit]
       AND NOT EXISTS (SELECT FROM stuck s WHERE s.indicator = l.indicator AND s.period = l.period AND s.source = l.sources[1]);
    SELECT c.indicator, c.unit, c.period, c.sources, c.measure_unit, coalesce(o.measure_unit, i.measure_unit) AS given_in, i.kind = 'extensive' AS adds INTO clash
      FROM unnest(carried) c
      JOIN observation o ON o.indicator = c.indicator AND o.unit = c.unit AND o.period = c.period AND o.value IS NOT NULL
      JOIN indicator i ON i.code = c.indicator
     WHERE NOT ($2 AND i.kind = 'extensive' AND c.measure_unit = coalesce(o.measure_unit, i.measure_unit))
     ORDER BY c.indicator, c.period, c.unit LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'unit "%" has a value of "%" for % already', clash.unit, clash.indicator, governance.period_label(clash.period)
            USING ERRCODE = 'unique_violation',
                  DETAIL = format('By lineage it has one more, that stands under %s.', array_to_string(clash.sources, ', ')),
                  HINT = CASE WHEN NOT clash.adds THEN 'They do not add up: delete one of them first.'
                              WHEN clash.measure_unit <> clash.given_in THEN
                                  format('They are in %s and %s. If both are parts of one amount, give them in the same unit of measure, then add => true adds them up; else delete one of them first.',
                                         clash.given_in, clash.measure_unit)
                              ELSE 'If both are parts of one amount, add => true adds them up; else delete one of them first.' END;
    END IF;
    INSERT INTO observation AS o (indicator, unit, period, value, source, measure_unit)
    SELECT c.indicator, c.unit, c.period, c.value,
           concat_ws('; ', (SELECT string_agg(DISTINCT s.source, ', ') FROM observation s
                             WHERE s.indicator = c.indicator AND s.period = c.period AND s.unit = ANY (c.sources)),
                     'carried from ' || array_to_string(c.sources, ', ')),
           (SELECT nullif(c.measure_unit, i.measure_unit) FROM indicator i WHERE i.code = c.indicator)
      FROM unnest(carried) c
     ORDER BY c.indicator, c.period, c.unit
        ON CONFLICT (indicator, period, unit) DO UPDATE
       SET value = CASE WHEN o.value IS NULL THEN excluded.value ELSE o.value + excluded.value END,
           source = CASE WHEN o.value IS NULL THEN excluded.source ELSE concat_ws('; ', o.source, excluded.source) END, measure_unit = excluded.measure_unit, recorded_at = excluded.recorded_at
     WHERE o.value IS NULL
        OR $2 AND EXISTS (SELECT FROM indicator i WHERE i.code = o.indicator AND i.kind = 'extensive'
                             AND coalesce(o.measure_unit, i.measure_unit) = coalesce(excluded.measure_unit, i.measure_unit));
    GET DIAGNOSTICS written = ROW_COUNT;
    -- Reported by others since it was looked for above, which this transaction then waited for.
    IF written < cardinality(carried) THEN
        RAISE EXCEPTION 'values were reported meanwhile for units that would receive those of others'
            USING ERRCODE = 'serialization_failure',
                  HINT = 'Try again.';
    END IF;
    DELETE FROM observation o
     USING (SELECT DISTINCT c.indicator, c.period, s.unit FROM unnest(carried) c CROSS JOIN unnest(c.sources) AS s (unit)) s
     WHERE o.indicator = s.indicator AND o.period = s.period AND o.unit = s.unit;
    RETURN coalesce(cardinality(carried), 0);
END
$$;
COMMENT ON FUNCTION reform_observations(unitcode[], boolean) IS
    'brings observations that stand under units which do not exist in their period, all or those of some units, to those that do, by lineage; returns how many it wrote; reform() does so itself';

CREATE FUNCTION reform(kind text, happened date, predecessors unitcode[], successors unitcode[], names text[] DEFAULT NULL,
                       shares numeric[] DEFAULT NULL, share_by text DEFAULT NULL, boundaries geometry[] DEFAULT NULL,
                       children unitcode[] DEFAULT NULL, add boolean DEFAULT false)
    RETURNS SETOF lineage
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    AS $$
#variable_conflict use_column
DECLARE
    eve date := happened - 1;
    old unitcode[] := CASE WHEN kind = 'merge' THEN array_remove(predecessors, successors[1]) ELSE predecessors END;
    plan lineage[];
    fault record;
BEGIN
    PERFORM check_reform($1, $2, old, $4, $5, $6, $7, $8, $9);

    -- Whoever else reforms or reports these units comes before or after.
    PERFORM FROM unit u
      WHERE u.code = ANY ($4) OR u.code IN (SELECT d.code FROM unnest(old) AS p (code) JOIN unit d ON d.code <@ p.code)
      ORDER BY u.code FOR UPDATE;
    SELECT p.code, u.valid INTO fault FROM unnest(old) AS p (code) LEFT JOIN unit u ON u.code = p.code
     WHERE u.valid @> eve IS NOT TRUE ORDER BY p.code LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'unit "%" does not exist on the eve of the reform, %', fault.code, eve
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = CASE WHEN fault.valid IS NULL THEN 'There is no such unit.' ELSE format('It is valid in %s.', fault.valid) END;
    END IF;
    -- Shares of one day are of what was on its eve: a unit cannot go through two reforms at once. And
    -- what became of units later, or of those below that are coded anew, or of where a successor would lie, is history.
    SELECT l.kind, x.code, l.happened,
           CASE WHEN x.code IN (l.predecessor, l.successor) THEN x.code WHEN l.predecessor <@ x.code OR x.code <@ l.predecessor THEN l.predecessor ELSE l.successor END AS reformed
      INTO fault
      FROM lineage l
      JOIN unnest(old || $4) AS x (code)
        ON x.code IN (l.predecessor, l.successor)
           OR $1 <> 'transfer' AND x.code = ANY (old) AND (l.successor <@ x.code OR l.happened > $2 AND l.predecessor <@ x.code)
           OR l.happened > $2 AND l.kind <> 'transfer' AND l.predecessor = governance.parent(x.code) AND x.code = ANY ($4)
     WHERE l.happened >= $2 ORDER BY l.happened, x.code, l.kind LIMIT 1;
    IF FOUND AND fault.happened = $2 THEN
        RAISE EXCEPTION 'unit "%" goes through another reform on %, a %', fault.code, $2, fault.kind
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Make it one reform, or let one follow the other by a day.';
    ELSIF FOUND THEN
        RAISE EXCEPTION 'unit "%" has gone through a later reform, a % on %', fault.reformed, fault.kind, fault.happened
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = CASE WHEN fault.code = fault.reformed THEN format('It is reformed as of %s.', $2)
                                WHEN fault.code <@ fault.reformed THEN format('Unit "%s" would lie in it from %s on.', fault.code, $2)
                                ELSE format('It lies in unit "%s", which is reformed as of %s.', fault.code, $2) END,
                  HINT = 'Reforms of a unit, and of those that lie in it, are entered in the order of their days.';
    END IF;
    SELECT u.code, u.hierarchy, f.code AS first, f.hierarchy AS first_hierarchy INTO fault
      FROM unit u JOIN unit f ON f.code = old[1]
     WHERE u.code = ANY (old || $4) AND u.hierarchy <> f.hierarchy ORDER BY u.code LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'units "%" and "%" are of different hierarchies, "%" and "%"', fault.first, fault.code, fault.first_hierarchy, fault.hierarchy
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT u.code, u.valid INTO fault FROM unit u WHERE u.code = ANY ($4) AND NOT u.valid @> $2 ORDER BY u.code LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'successor "%" does not exist on the day of the reform, %', fault.code, $2
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('It is valid in %s. A code is not used again for another unit.', fault.valid);
    END IF;
    SELECT u.code, u.valid INTO fault FROM unit u
     WHERE u.code IN (SELECT governance.parent(s) FROM unnest($4) s) AND NOT u.valid @> $2 AND u.code <> ALL ($4) ORDER BY u.code LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'unit "%", in which a successor would lie, does not exist on the day of the reform, %', fault.code, $2
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('It is valid in %s.', fault.valid);
    END IF;

    plan := ARRAY(SELECT l FROM reform_plan($1, $2, old, $4, $6, $7, $8, $9) l);
    -- Below the successors codes follow by themselves, and must be free.
    SELECT l.successor, min(l.predecessor) AS predecessor INTO fault
      FROM unnest(plan) l
      LEFT JOIN unit u ON u.code = l.successor
     WHERE l.successor <> ALL ($4)
     GROUP BY l.successor
    HAVING count(*) > 1 OR (count(u.code) > 0 AND $1 = 'merge')
     ORDER BY l.successor LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'unit "%" cannot become "%": that code is taken', fault.predecessor, fault.successor
            USING ERRCODE = 'unique_violation',
                  HINT = format('Give it a code of its own first, at the latest as of %s: reform(''rename'', ...).', eve);
    END IF;
    SELECT s.code INTO fault FROM unnest($4) WITH ORDINALITY AS s (code, i) LEFT JOIN unit u ON u.code = s.code
     WHERE u.code IS NULL AND $1 <> 'rename' AND $5[s.i] IS NULL ORDER BY s.i LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'new unit "%" has no name', fault.code
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Give names, one for each successor.';
    END IF;

    -- Where it is known when what ends would have ended, the new ends then.
    INSERT INTO unit (code, hierarchy, tier, name, authority, valid)
    SELECT DISTINCT ON (l.successor) l.successor, u.hierarchy, u.tier, coalesce($5[array_position($4, l.successor)], u.name), u.authority,
           daterange($2, CASE WHEN bool_and(l.kind <> 'transfer' AND NOT upper_inf(u.valid)) OVER one THEN max(upper(u.valid)) OVER one END)
      FROM unnest(plan) l JOIN unit u ON u.code = l.predecessor
     WHERE NOT EXISTS (SELECT FROM unit n WHERE n.code = l.successor)
    WINDOW one AS (PARTITION BY l.successor)
     ORDER BY l.successor, l.predecessor;
    -- A new name for a unit that was there begins when the other ends.
    UPDATE unit u SET valid = u.valid * daterange($2, NULL), name = coalesce($5[array_position($4, u.code)], u.name)
      FROM unnest(plan) l WHERE u.code = l.successor AND l.kind = 'rename' AND u.valid @> eve;
    IF $1 <> 'transfer' THEN
        UPDATE unit u SET valid = daterange(lower(u.valid), $2) WHERE u.code IN (SELECT l.predecessor FROM unnest(plan) l);
    END IF;
    PERFORM reform_boundaries(plan, $4, $8);
    INSERT INTO lineage SELECT l.* FROM unnest(plan) l;
    PERFORM reform_observations(ARRAY(SELECT l.predecessor FROM unnest(plan) l UNION SELECT l.successor FROM unnest(plan) l), $10);
    RETURN QUERY SELECT l.* FROM unnest(plan) l ORDER BY l.predecessor, l.successor;
END
$$;
COMMENT ON FUNCTION reform(text, date, unitcode[], unitcode[], text[], numeric[], text, geometry[], unitcode[], boolean) IS
    'splits, merges or renames units, or hands territory over, as of a day: closes and opens codes and boundaries, writes lineage, brings observations to the units of their period; returns the lineage';
