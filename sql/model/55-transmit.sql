-- Transmission, continued: handing down, and carrying through reforms.

CREATE FUNCTION refuse_weightless(indicator text, unit unitcode, weight_by text, period daterange) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    AS $$
BEGIN
    RAISE EXCEPTION 'quota of "%" cannot be handed to unit "%": it has no %', $1, $2,
                    CASE WHEN $3 IS NULL THEN 'share' ELSE format('value of "%s"%s', $3, ' for ' || period_label($4)) END
        USING ERRCODE = 'null_value_not_allowed',
              DETAIL = 'What all others receive depends on it; a missing weight is not zero'
                       || CASE WHEN $3 IS NULL THEN '.' ELSE ', nor is a sum the weight that lacks more than min_coverage allows (state "insufficient").' END,
              HINT = CASE WHEN $3 IS NULL THEN 'Give every child a share in quota_condition, or an indicator to weigh by.'
                          ELSE 'Observe the missing value and refresh(), choose another base_period, or give shares in quota_condition.' END;
END
$$;
COMMENT ON FUNCTION refuse_weightless(text, unitcode, text, daterange) IS 'raises null_value_not_allowed (22004): a unit without a weight';

CREATE FUNCTION refuse_baseless(condition quota_condition, base numeric) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    AS $$
BEGIN
    IF base IS NULL AND (condition.floor_ratio IS NOT NULL OR condition.cap_ratio IS NOT NULL) THEN
        RAISE EXCEPTION 'unit "%" has no base value of "%" for %', condition.unit, condition.indicator, period_label(condition.base_period)
            USING ERRCODE = 'no_data_found',
                  HINT = 'set_base() fixes the values of a base year.';
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION refuse_baseless(quota_condition, numeric) IS 'raises no_data_found (P0002) for a condition relative to a base value that is not there; else true';

-- Ratios to base values are resolved to amounts, in the indicator's unit of measure.
CREATE FUNCTION bounds_of(indicator text, period daterange, units unitcode[]) RETURNS SETOF quota_condition
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT o.indicator, o.unit, o.period, o.share, o.floor, o.cap, o.floor_ratio * b.value, o.cap_ratio * b.value, o.base_period, b.version
          FROM quota_condition o
          JOIN unnest($3) AS u (code) ON u.code = o.unit
          LEFT JOIN LATERAL (
            SELECT x.value, x.version FROM base_value x
             WHERE x.indicator = $1 AND x.period = o.base_period AND x.unit = o.unit AND (o.base_version IS NULL OR x.version = o.base_version)
             ORDER BY x.version DESC LIMIT 1) b ON true
         WHERE o.indicator = $1 AND o.period = $2
           AND refuse_baseless(o, b.value) IS NOT NULL;
    END;
COMMENT ON FUNCTION bounds_of(text, daterange, unitcode[]) IS
    'the conditions of some units, floor_ratio and cap_ratio resolved against the base values into amounts in the indicator''s unit of measure';

-- Where to read for a few units or for a whole tier: planned for each call, so that the
-- number of units is known. They are joined, since to look for each in a list takes the
-- square of their number; and what lies before the first or behind the last is not read.
CREATE FUNCTION children_of(parents unitcode[], alive daterange) RETURNS unitcode[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET jit = off
    AS $$
DECLARE
    first_one unitcode;
    last_one unitcode;
BEGIN
    SELECT min(p), max(p) INTO first_one, last_one FROM unnest($1) p;
    RETURN (SELECT array_agg(c.code)
              FROM unnest($1) AS p (code) JOIN unit c ON c.parent = p.code
             WHERE c.parent BETWEEN first_one AND last_one AND c.valid && alive);
END
$$;
COMMENT ON FUNCTION children_of(unitcode[], daterange) IS 'the children of some units that exist on one of some days; NULL: none';

-- The rows that allocate() names are a parent's children in the order of their codes.
CREATE FUNCTION children_named(message text, units unitcode[]) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    AS $$
DECLARE
    children unitcode[] := (SELECT array_agg(c ORDER BY c) FROM unnest($2) c);
    n text;
BEGIN
    message := regexp_replace(message, '^total of row 1 of the partition', 'what it hands down');
    message := regexp_replace(message, 'rows of the partition', 'children');
    message := regexp_replace(message, 'rows of weight', 'units of weight');
    LOOP
        n := substring(message FROM '\mrow (\d+)');
        EXIT WHEN n IS NULL;
        message := regexp_replace(message, '\mrow ' || n || '\M( of the partition)?', format('unit "%s"', children[n::integer]));
    END LOOP;
    RETURN message;
END
$$;
COMMENT ON FUNCTION children_named(text, unitcode[]) IS 'a message of allocate() about a parent''s children, with their codes in place of the numbers of rows';

CREATE FUNCTION parts_among(indicator text, children unitcode[], period daterange, weight_by text, quantum numeric,
                            method governance.allocation_method, base_period daterange)
    RETURNS TABLE (unit unitcode, amount numeric, measure_unit text, handed_at timestamptz)
    LANGUAGE plpgsql STABLE ROWS 100000
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET enable_nestloop = off
    SET enable_mergejoin = off
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    weighed_in daterange := coalesce($7, newest_period($4, upper($3)));
    own_size numeric := measure_size($1, NULL);
    parents unitcode[] := (SELECT array_agg(DISTINCT governance.parent(c)) FROM unnest($2) c);
    half integer := cardinality(parents) / 2;
    many boolean := cardinality($2) > 1000;
    first_one unitcode;
    last_one unitcode;
    above quota[];
    bounds quota_condition[];
    weights indicator_value[];
    detail text;
    hint text;
BEGIN
    SELECT array_agg(q) INTO above FROM quota_of($1, $3, parents) q;
    SELECT array_agg(o) INTO bounds FROM bounds_of($1, $3, $2) o;
    -- A few weights are looked up; for many, all from the first unit's to the last's are read.
    IF many THEN
        SELECT min(c), max(c) INTO first_one, last_one FROM unnest($2) c;
    ELSE
        SELECT array_agg(v) INTO weights FROM value_of($4, weighed_in, $2) v;
    END IF;
    RETURN QUERY
        -- Sizes are worked out once a unit of measure, not once a child; all joins can be hashed.
        WITH size AS MATERIALIZED (
            SELECT m.code, measure_size($1, nullif(m.code, '')) AS size FROM (SELECT DISTINCT coalesce(a.measure_unit, '') FROM unnest(above) a) AS m (code)
        ), handing AS MATERIALIZED (
            SELECT p.unit, p.amount - p.reserve AS amount, p.measure_unit, p.decided_at, s.size
              FROM unnest(above) p JOIN size s ON s.code = coalesce(p.measure_unit, '')
        ), weight AS (
            -- A sum that lacks too much is as good as missing.
            SELECT v.unit, v.value FROM indicator_value v
             WHERE many AND v.indicator = $4 AND v.period = weighed_in AND v.unit BETWEEN first_one AND last_one AND v.state <> 'insufficient'
             UNION ALL
            SELECT v.unit, v.value FROM unnest(weights) v WHERE v.state <> 'insufficient'
        )
        SELECT c.code,
               governance.allocate(h.amount,
                                   coalesce(CASE WHEN $4 IS NULL THEN o.share ELSE w.value END, refuse_weightless($1, c.code, $4, weighed_in)),
                                   greatest(o.floor, exact_quotient(o.floor_ratio * own_size, h.size), 0),
                                   least(o.cap, exact_quotient(o.cap_ratio * own_size, h.size)), $5, $6)
                   OVER (PARTITION BY h.unit ORDER BY c.code),
               h.measure_unit, h.decided_at
          FROM unnest($2) AS c (code)
          JOIN handing h ON h.unit = governance.parent(c.code)
          LEFT JOIN weight w ON w.unit = c.code
          LEFT JOIN unnest(bounds) o ON o.unit = c.code;
EXCEPTION WHEN invalid_parameter_value THEN
    -- Whose children are meant? Those of one half of the parents.
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    IF half > 0 THEN
        PERFORM FROM parts_among($1, ARRAY(SELECT c FROM unnest($2) c WHERE governance.parent(c) <= parents[half]), $3, $4, $5, $6, $7);
        PERFORM FROM parts_among($1, ARRAY(SELECT c FROM unnest($2) c WHERE governance.parent(c) > parents[half]), $3, $4, $5, $6, $7);
        RAISE;
    END IF;
    RAISE EXCEPTION 'quota of "%" for % cannot be handed down by unit "%": %', $1, period_label($3), parents[1], children_named(SQLERRM, $2)
        USING ERRCODE = SQLSTATE,
              DETAIL = coalesce(nullif(children_named(detail, $2), ''), 'Nothing has been handed down.'),
              HINT = coalesce(nullif(hint, ''), 'Floors, caps and shares of the children stand in quota_condition.');
END
$$;
COMMENT ON FUNCTION parts_among(text, unitcode[], daterange, text, numeric, governance.allocation_method, daterange) IS
    'what some units, all children of their parents, would receive of the parents'' quotas; nothing is written';

CREATE FUNCTION parts_of(indicator text, parents unitcode[], period daterange, weight_by text, quantum numeric DEFAULT 1,
                         method governance.allocation_method DEFAULT 'largest_remainder', base_period daterange DEFAULT NULL)
    RETURNS TABLE (unit unitcode, amount numeric, measure_unit text, handed_at timestamptz)
    LANGUAGE sql STABLE ROWS 100000
    BEGIN ATOMIC
        SELECT p.* FROM parts_among($1, children_of($2, indicator_existence($1, $3)), $3, $4, $5, $6, $7) p;
    END;
COMMENT ON FUNCTION parts_of(text, unitcode[], daterange, text, numeric, governance.allocation_method, daterange) IS
    'what the children of some units would receive of their quotas, by transmit(); nothing is written';

-- Whoever changes these quotas meanwhile is waited for.
CREATE FUNCTION hold_quotas(indicator text, period daterange, units unitcode[], quantum numeric, reserve_share numeric) RETURNS unitcode[]
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    first_one unitcode;
    last_one unitcode;
    held unitcode[];
BEGIN
    SELECT min(u), max(u) INTO first_one, last_one FROM unnest($3) u;
    SELECT array_agg(h.unit) INTO held
      FROM (SELECT q.unit
              FROM unnest($3) AS u (code) JOIN quota q ON q.unit = u.code
             WHERE q.indicator = $1 AND q.period = $2 AND q.unit BETWEEN first_one AND last_one
             ORDER BY q.unit FOR NO KEY UPDATE OF q) AS h;
    IF $5 IS NOT NULL THEN
        UPDATE quota q
           SET reserve = q.amount - div(q.amount * (1 - $5), $4) * $4
          FROM unnest(held) AS u (code)
         WHERE q.unit = u.code AND q.indicator = $1 AND q.period = $2 AND q.unit BETWEEN first_one AND last_one
           AND q.amount >= 0 AND q.reserve <> q.amount - div(q.amount * (1 - $5), $4) * $4;
    END IF;
    RETURN held;
END
$$;
COMMENT ON FUNCTION hold_quotas(text, daterange, unitcode[], numeric, numeric) IS
    'holds the quotas of some units until the end of the transaction, with reserves of a share of them unless that is NULL; returns the units that have one; part of transmit()';

-- What stays as it is, and was decided since its parent's, is left alone.
CREATE FUNCTION due_parts(indicator text, children unitcode[], period daterange, weight_by text, quantum numeric, reserve_share numeric,
                          method governance.allocation_method, base_period daterange)
    RETURNS TABLE (unit unitcode, amount numeric, reserve numeric, measure_unit text)
    LANGUAGE plpgsql STABLE ROWS 100000
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET enable_nestloop = off
    SET enable_mergejoin = off
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    many boolean := cardinality($2) > 1000;
    first_one unitcode;
    last_one unitcode;
    known quota[];
BEGIN
    IF many THEN
        SELECT min(c), max(c) INTO first_one, last_one FROM unnest($2) c;
    ELSE
        SELECT array_agg(q) INTO known FROM quota_of($1, $3, $2) q;
    END IF;
    RETURN QUERY
        WITH existing AS (
            SELECT q.* FROM quota q
             WHERE many AND q.indicator = $1 AND q.period = $3 AND q.unit BETWEEN first_one AND last_one
             UNION ALL
            SELECT q.* FROM unnest(known) q
        )
        SELECT p.unit, p.amount,
               CASE WHEN coalesce(e.reserve, 0) = 0 THEN 0
                    WHEN $6 IS NOT NULL THEN least(converted(e.reserve, $1, e.measure_unit, p.measure_unit), greatest(p.amount, 0))
                    ELSE converted(e.reserve, $1, e.measure_unit, p.measure_unit) END,
               p.measure_unit
          FROM parts_among($1, $2, $3, $4, $5, $7, $8) p
          LEFT JOIN existing e ON e.unit = p.unit
         WHERE (e.amount, scale(e.amount), e.measure_unit, e.method, e.weight_by)
               IS DISTINCT FROM (p.amount, scale(p.amount), p.measure_unit, $7, $4)
            OR e.decided_at < p.handed_at;
END
$$;
COMMENT ON FUNCTION due_parts(text, unitcode[], daterange, text, numeric, numeric, governance.allocation_method, daterange) IS
    'of parts_among(), those that are not the children''s quotas already, with what the children keep in reserve; part of transmit()';

-- Writes the quotas of all children of some parents, in one statement. What it plans anew
-- for each call is in functions of its own: the checks of foreign keys would inherit that.
CREATE FUNCTION transmit_tier(indicator text, above_units unitcode[], period daterange, weight_by text, quantum numeric,
                              reserve_share numeric, method governance.allocation_method, base_period daterange)
    RETURNS unitcode[]
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    children unitcode[] := children_of($2, indicator_existence($1, $3));
    parents unitcode[] := (SELECT array_agg(DISTINCT governance.parent(c)) FROM unnest(children) c);
    held unitcode[] := hold_quotas($1, $3, parents, $5, $6);
    decided timestamptz := clock_timestamp();
BEGIN
    IF cardinality(held) < cardinality(parents) THEN
        children := ARRAY(SELECT c FROM unnest(children) c JOIN unnest(held) h ON h = governance.parent(c));
    END IF;
    IF held IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO quota AS q (indicator, unit, period, amount, reserve, measure_unit, method, weight_by, decided_at)
    SELECT $1, d.unit, $3, d.amount, d.reserve, d.measure_unit, $7, $4, decided
      FROM due_parts($1, children, $3, $4, $5, $6, $7, $8) d
        ON CONFLICT (indicator, unit, period) DO UPDATE
       SET amount = excluded.amount, reserve = excluded.reserve, measure_unit = excluded.measure_unit, method = excluded.method,
           weight_by = excluded.weight_by, reason = NULL, decided_at = excluded.decided_at, decided_by = current_user;
    RETURN children;
END
$$;
COMMENT ON FUNCTION transmit_tier(text, unitcode[], daterange, text, numeric, numeric, governance.allocation_method, daterange) IS
    'hands the quotas of some units down to their children; returns the children';

CREATE FUNCTION check_transmission(indicator text, unit unitcode, period daterange, weight_by text, quantum numeric, reserve_share numeric)
    RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    AS $$
#variable_conflict use_column
DECLARE
    ind indicator;
BEGIN
    SELECT i.* INTO ind FROM indicator i WHERE i.code = $1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'indicator "%" does not exist', $1
            USING ERRCODE = 'undefined_object';
    END IF;
    IF ind.space_op <> 'sum' THEN
        RAISE EXCEPTION 'quota of "%" cannot be handed down by sum: its operator over units is %', $1, ind.space_op
            USING ERRCODE = 'wrong_object_type',
                  HINT = 'Set the children''s quotas; transmission_gap compares what they come to with the parent''s.';
    END IF;
    IF $4 IS NOT NULL AND NOT EXISTS (SELECT FROM indicator i WHERE i.code = $4) THEN
        RAISE EXCEPTION 'indicator "%" does not exist', $4
            USING ERRCODE = 'undefined_object';
    END IF;
    IF ($5 > 0 AND $5 < 'Infinity') IS NOT TRUE THEN
        RAISE EXCEPTION 'quantum % is not a positive number', coalesce($5::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT $6 BETWEEN 0 AND 1 THEN
        RAISE EXCEPTION 'reserve_share % is not between 0 and 1', $6
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT EXISTS (SELECT FROM quota_of($1, $3, ARRAY[$2])) THEN
        RAISE EXCEPTION 'unit "%" has no quota of "%" for %', $2, $1, coalesce(period_label($3), 'NULL')
            USING ERRCODE = 'no_data_found',
                  HINT = 'Insert the amount that is to be handed down into quota first.';
    END IF;
END
$$;
COMMENT ON FUNCTION check_transmission(text, unitcode, daterange, text, numeric, numeric) IS 'raises an error if a quota cannot be handed down as asked';

CREATE FUNCTION transmit(indicator text, parent unitcode, period daterange, weight_by text DEFAULT NULL, quantum numeric DEFAULT 1,
                         reserve_share numeric DEFAULT NULL, method governance.allocation_method DEFAULT 'largest_remainder',
                         base_period daterange DEFAULT NULL)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    AS $$
#variable_conflict use_column
BEGIN
    PERFORM check_transmission($1, $2, $3, $4, $5, $6);
    RETURN coalesce(cardinality(transmit_tier($1, ARRAY[$2], $3, $4, $5, $6, $7, $8)), 0);
END
$$;
COMMENT ON FUNCTION transmit(text, unitcode, daterange, text, numeric, numeric, governance.allocation_method, daterange) IS
    'hands a unit''s quota, less its reserve, down to its children, exactly; returns how many children there are';

CREATE FUNCTION transmit_tree(indicator text, root unitcode, period daterange, weight_by text DEFAULT NULL, quantum numeric DEFAULT 1,
                              reserve_share numeric DEFAULT NULL, method governance.allocation_method DEFAULT 'largest_remainder',
                              base_period daterange DEFAULT NULL)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    AS $$
#variable_conflict use_column
DECLARE
    units unitcode[] := ARRAY[$2];
    n bigint := 0;
BEGIN
    PERFORM check_transmission($1, $2, $3, $4, $5, $6);
    LOOP
        units := transmit_tier($1, units, $3, $4, $5, $6, $7, $8);
        EXIT WHEN units IS NULL;
        n := n + cardinality(units);
    END LOOP;
    RETURN n;
END
$$;
COMMENT ON FUNCTION transmit_tree(text, unitcode, daterange, text, numeric, numeric, governance.allocation_method, daterange) IS
    'hands a unit''s quota down all tiers below it, exactly; returns how many units received one';

-- Reforms. Who answers for the quota of a unit that ends is a decision, so reform() leaves
-- quotas where they are; here it is made, by the shares of lineage.
CREATE VIEW closed_quota WITH (security_invoker = true) AS
    SELECT q.indicator, q.unit, u.name AS unit_name, q.period, q.amount, coalesce(q.measure_unit, i.measure_unit) AS measure_unit, u.valid AS unit_valid,
           ARRAY(SELECT c.counterpart
                   FROM counterpart(q.unit, upper(u.valid) - 1, upper(e.days) - 1) c JOIN unit n ON n.code = c.counterpart AND n.valid && e.days
                  ORDER BY c.counterpart) AS counterparts
      FROM quota q
      JOIN indicator i ON i.code = q.indicator
      JOIN unit u ON u.code = q.unit
     CROSS JOIN LATERAL indicator_existence(q.indicator, q.period) AS e (days)
     WHERE u.valid << e.days;
COMMENT ON VIEW closed_quota IS 'quotas of units that have ended before the days that count of the quotas'' periods; reform_quotas() carries them to the counterparts';
COMMENT ON COLUMN closed_quota.counterparts IS 'the units that by lineage have on those days what the unit had; empty: none, the quota is to be withdrawn or decided for others';

CREATE FUNCTION reform_quotas(units unitcode[] DEFAULT NULL, add boolean DEFAULT false) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    AS $$
#variable_conflict use_column
DECLARE
    closed closed_quota[];
    carried quota[];
    fault record;
    written bigint;
BEGIN
    PERFORM FROM quota q
      WHERE (q.indicator, q.unit, q.period) IN (SELECT c.indicator, c.unit, c.period FROM closed_quota c WHERE $1 IS NULL OR c.unit = ANY ($1))
      ORDER BY q.indicator, q.unit, q.period FOR UPDATE;
    SELECT array_agg(c) INTO closed FROM closed_quota c WHERE c.counterparts <> '{}' AND ($1 IS NULL OR c.unit = ANY ($1));
    WITH part AS (
        -- Amounts in steps of their own decimals; reserves within them.
        SELECT q.indicator, q.period, q.unit AS source, p.counterpart AS unit, i.space_op = 'sum' AS summed, p.share, q.reserve, q.measure_unit,
               ('1e-' || greatest(scale(q.amount), scale(q.reserve)))::numeric AS step,
               CASE WHEN i.space_op <> 'sum' THEN q.amount
                    ELSE sign(q.amount) * governance.allocate(abs(q.amount), p.share, quantum => ('1e-' || scale(q.amount))::numeric)
                                          OVER (PARTITION BY q.indicator, q.period, q.unit ORDER BY p.counterpart) END AS amount
          FROM unnest(closed) c
          JOIN indicator i ON i.code = c.indicator
          JOIN quota q ON q.indicator = c.indicator AND q.unit = c.unit AND q.period = c.period
         CROSS JOIN LATERAL counterpart(c.unit, upper(c.unit_valid) - 1, upper(indicator_existence(c.indicator, c.period)) - 1) p
    ), kept AS (
        SELECT p.*, CASE WHEN NOT p.summed THEN p.reserve
                         ELSE governance.allocate(p.reserve, p.share, 0, greatest(p.amount, 0), p.step)
                              OVER (PARTITION BY p.indicator, p.period, p.source ORDER BY p.unit) END AS kept
          FROM part p
    )
    SELECT array_agg(ROW(s.indicator, s.unit, s.period, s.amount, s.kept, s.measure_unit, NULL, NULL, s.reason, clock_timestamp(), current_user)::quota) INTO carried
      FROM (SELECT k.indicator, k.unit, k.period, min(k.measure_unit) AS measure_unit,
                   CASE WHEN count(DISTINCT coalesce(k.measure_unit, '')) > 1 THEN NULL
                        WHEN bool_and(k.summed) THEN sum(k.amount)
                        WHEN min(k.amount) = max(k.amount) THEN min(k.amount) END AS amount,
                   CASE WHEN bool_and(k.summed) THEN sum(k.kept) ELSE max(k.kept) END AS kept,
                   'carried from ' || string_agg(k.source::text, ', ' ORDER BY k.source) || ' by reform' AS reason
              FROM kept k GROUP BY k.indicator, k.unit, k.period) s;
    SELECT c.indicator, c.unit, c.period, c.reason INTO fault FROM unnest(carried) c WHERE c.amount IS NULL ORDER BY 1, 3, 2 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'quotas of "%" for % do not make one for unit "%"', fault.indicator, period_label(fault.period), fault.unit
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('It would be %s; they differ in amount, and are not summed, or in unit of measure.', fault.reason),
                  HINT = 'Decide on its quota, and withdraw the others.';
    END IF;
    SELECT c.indicator, c.unit, c.period, c.reason INTO fault
      FROM unnest(carried) c
      JOIN quota q ON q.indicator = c.indicator AND q.unit = c.unit AND q.period = c.period
      JOIN indicator i ON i.code = c.indicator
     WHERE NOT ($2 AND i.space_op = 'sum' AND c.measure_unit IS NOT DISTINCT FROM q.measure_unit)
     ORDER BY 1, 3, 2 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'unit "%" has a quota of "%" for % already', fault.unit, fault.indicator, period_label(fault.period)
            USING ERRCODE = 'unique_violation',
                  DETAIL = format('One more would be %s.', fault.reason),
                  HINT = 'If the other is still to be added, add => true adds it; else withdraw one of them first.';
    END IF;
    DELETE FROM quota q USING unnest(closed) c WHERE q.indicator = c.indicator AND q.unit = c.unit AND q.period = c.period;
    INSERT INTO quota AS q SELECT c.* FROM unnest(carried) c
        ON CONFLICT (indicator, unit, period) DO UPDATE
       SET amount = q.amount + excluded.amount, reserve = q.reserve + excluded.reserve, method = NULL, weight_by = NULL,
           reason = excluded.reason, decided_at = excluded.decided_at
     WHERE $2 AND q.measure_unit IS NOT DISTINCT FROM excluded.measure_unit AND EXISTS (SELECT FROM indicator i WHERE i.code = q.indicator AND i.space_op = 'sum');
    GET DIAGNOSTICS written = ROW_COUNT;
    -- Given by others since it was looked for above, which this transaction then waited for.
    IF written < cardinality(carried) THEN
        RAISE EXCEPTION 'quotas were given meanwhile to units that would receive those of units that have ended'
            USING ERRCODE = 'serialization_failure',
                  HINT = 'Try again.';
    END IF;
    RETURN coalesce(cardinality(carried), 0);
END
$$;
COMMENT ON FUNCTION reform_quotas(unitcode[], boolean) IS
    'carries the quotas of units that have ended, all or those of some, to their counterparts by the shares of lineage, exactly; returns how many it wrote';
