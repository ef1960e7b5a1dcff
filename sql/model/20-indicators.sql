-- Indicators: what is measured, in which unit of measure, and how it is rolled up.

CREATE TABLE objective (
    code        text PRIMARY KEY CHECK (code <> ''),
    name        text NOT NULL,
    description text
);
COMMENT ON TABLE objective IS 'what the plan is for: development, protection, safety, fairness ...; indicators serve one';

CREATE TABLE measure_unit (
    code      text PRIMARY KEY CHECK (code <> ''),
    name      text NOT NULL,
    dimension text NOT NULL CHECK (dimension <> ''),
    factor    numeric NOT NULL DEFAULT 1 CHECK (factor > 0 AND factor < 'Infinity'),
    divisor   numeric NOT NULL DEFAULT 1 CHECK (divisor > 0 AND divisor < 'Infinity' AND divisor = trunc(divisor)),
    -- Key columns: whoever changes them meets whoever holds the row by a foreign key.
    UNIQUE (code, dimension, factor, divisor)
);
COMMENT ON TABLE measure_unit IS 'units of measure; one is factor/divisor of its dimension''s base unit, a fraction so that the mu (2000/3 m2) is exact';

INSERT INTO measure_unit (code, name, dimension, factor, divisor) VALUES
    ('m2',          'square metre',          'area',      1,                 1),
    ('ha',          'hectare',               'area',      10000,             1),
    ('km2',         'square kilometre',      'area',      1000000,           1),
    ('mu',          'mu',                    'area',      2000,              3),
    ('10k_mu',      'ten thousand mu',       'area',      20000000,          3),
    ('10k_ha',      'ten thousand hectares', 'area',      100000000,         1),
    ('sqmi',        'square mile',           'area',      2589988.110336,    1),
    ('acre',        'acre',                  'area',      4046.8564224,      1),
    ('m',           'metre',                 'length',    1,                 1),
    ('km',          'kilometre',             'length',    1000,              1),
    ('m3',          'cubic metre',           'volume',    1,                 1),
    ('100M_m3',     'hundred million m3',    'volume',    100000000,         1),
    ('t',           'tonne',                 'mass',      1,                 1),
    ('kg',          'kilogram',              'mass',      0.001,             1),
    ('10k_t',       'ten thousand tonnes',   'mass',      10000,             1),
    ('persons',     'persons',               'persons',   1,                 1),
    ('10k_persons', 'ten thousand persons',  'persons',   10000,             1),
    ('households',  'households',            'households', 1,                1),
    ('dwellings',   'dwellings',             'dwellings', 1,                 1),
    ('count',       'number',                'count',     1,                 1),
    ('1',           'share of one',          'share',     1,                 1),
    ('%',           'per cent',              'share',     0.01,              1),
    ('percent',     'per cent',              'share',     0.01,              1),
    ('permille',    'per mille',             'share',     0.001,             1),
    ('CNY',         'yuan',                  'CNY',       1,                 1),
    ('10k_CNY',     'ten thousand yuan',     'CNY',       10000,             1),
    ('CAD',         'Canadian dollar',       'CAD',       1,                 1),
    ('USD',         'United States dollar',  'USD',       1,                 1),
    ('class',       'class or rank',         'class',     1,                 1);

CREATE FUNCTION is_measure_unit(code text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path FROM CURRENT
    RETURN EXISTS (SELECT FROM measure_unit m WHERE m.code = $1);
COMMENT ON FUNCTION is_measure_unit(text) IS 'whether there is such a unit of measure; whoever may write what is given in one need not be allowed to read the table';

CREATE TABLE indicator (
    code         text PRIMARY KEY CHECK (code <> ''),
    name         text NOT NULL,
    objective    text REFERENCES objective ON UPDATE CASCADE,
    measure_unit text NOT NULL REFERENCES measure_unit ON UPDATE CASCADE,
    attribute    text NOT NULL DEFAULT 'advisory' CHECK (attribute IN ('binding', 'expected', 'advisory')),
    direction    text NOT NULL DEFAULT 'none' CHECK (direction IN ('floor', 'ceiling', 'band', 'none')),
    kind         text NOT NULL CHECK (kind IN ('extensive', 'intensive', 'ratio', 'ordinal', 'none')),
    space_op     text NOT NULL CHECK (space_op IN ('sum', 'mean', 'mean_of_children', 'weighted_mean', 'min', 'max', 'ratio', 'none')),
    time_op      text NOT NULL DEFAULT 'none' CHECK (time_op IN ('sum', 'mean', 'first', 'last', 'min', 'max', 'none')),
    weight_by    text REFERENCES indicator ON UPDATE CASCADE,
    numerator    text REFERENCES indicator ON UPDATE CASCADE,
    denominator  text REFERENCES indicator ON UPDATE CASCADE,
    factor       numeric NOT NULL DEFAULT 1 CHECK (factor <> 0 AND factor > '-Infinity' AND factor < 'Infinity'),
    decimals     integer CHECK (decimals BETWEEN -20 AND 20),
    min_coverage numeric NOT NULL DEFAULT 0.5 CHECK (min_coverage BETWEEN 0 AND 1),
    max_age      interval CHECK (max_age >= interval '0'),
    source_mode  text NOT NULL DEFAULT 'leaf_only' CHECK (source_mode IN ('leaf_only', 'self_plus_children', 'reported_overrides'))
);
COMMENT ON TABLE indicator IS 'what is measured or computed, and the operators that roll it up, first over time within a unit, then over units';
COMMENT ON COLUMN indicator.kind IS 'extensive: adds up; intensive: does not; ratio: numerator over denominator; ordinal: only ordered; none: not rolled up';
COMMENT ON COLUMN indicator.factor IS 'a ratio is factor x numerator / denominator, so 100 gives per cent';
COMMENT ON COLUMN indicator.decimals IS 'places to which values are rounded, once, after the exact rollup; NULL: not rounded';
COMMENT ON COLUMN indicator.max_age IS 'a value whose newest observation ends longer than this before the end of the period asked for is stale';

-- What each kind admits, as data, so that an analyst can read it.
CREATE VIEW admitted_operator WITH (security_invoker = true) AS
    SELECT a.kind, a.space_ops, a.time_ops
      FROM (VALUES
        ('extensive', '{sum,mean,mean_of_children,min,max,none}'::text[],           '{sum,mean,first,last,min,max,none}'::text[]),
        ('intensive', '{mean,mean_of_children,weighted_mean,min,max,none}'::text[], '{mean,first,last,min,max,none}'::text[]),
        ('ratio',     '{ratio}'::text[],                           '{none}'::text[]),
        ('ordinal',   '{min,max,none}'::text[],                    '{first,last,min,max,none}'::text[]),
        ('none',      '{none}'::text[],                            '{first,last,none}'::text[])
      ) AS a (kind, space_ops, time_ops);
COMMENT ON VIEW admitted_operator IS 'the operators over space and over time that each kind of indicator admits';

CREATE FUNCTION refuse_old_snapshot(what text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    AS $$
BEGIN
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        RAISE EXCEPTION '% cannot be changed in a % transaction', what, current_setting('transaction_isolation')
            USING ERRCODE = 'feature_not_supported',
                  DETAIL = 'Its snapshot may not show what has meanwhile come to rest on that.',
                  HINT = 'Change it in a transaction that is READ COMMITTED.';
    END IF;
END
$$;
COMMENT ON FUNCTION refuse_old_snapshot(text) IS
    'raises feature_not_supported (0A000) in a transaction that is not READ COMMITTED: a check of all rows would not see the newest';

-- The checks read with the owner's rights, so that a role with INSERT alone can enter
-- data, and hold the rows they judge by until commit.
CREATE FUNCTION check_indicator() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    AS $$
DECLARE
    admitted admitted_operator;
    part record;
BEGIN
    SELECT a.* INTO admitted FROM admitted_operator a WHERE a.kind = NEW.kind;
    IF NEW.space_op <> ALL (admitted.space_ops) THEN
        RAISE EXCEPTION 'indicator "%": operator % over space is not admitted for kind %', NEW.code, NEW.space_op, NEW.kind
            USING ERRCODE = 'check_violation',
                  DETAIL = format('Kind %s admits %s.', NEW.kind, array_to_string(admitted.space_ops, ', ')),
                  HINT = CASE NEW.kind WHEN 'intensive' THEN 'An intensive measure is averaged, best with weight_by.'
                                      WHEN 'ratio' THEN 'A ratio is computed anew at every unit, from the sums of its numerator and denominator.'
                                      ELSE 'The view admitted_operator lists what each kind admits.' END;
    END IF;
    IF NEW.time_op <> ALL (admitted.time_ops) THEN
        RAISE EXCEPTION 'indicator "%": operator % over time is not admitted for kind %', NEW.code, NEW.time_op, NEW.kind
            USING ERRCODE = 'check_violation',
                  DETAIL = format('Kind %s admits %s.', NEW.kind, array_to_string(admitted.time_ops, ', ')),
                  HINT = CASE NEW.kind WHEN 'ratio' THEN 'A ratio takes its operators over time from its numerator and denominator.'
                                      ELSE 'The view admitted_operator lists what each kind admits.' END;
    END IF;
    IF (NEW.space_op = 'ratio') <> (NEW.numerator IS NOT NULL) OR (NEW.space_op = 'ratio') <> (NEW.denominator IS NOT NULL) THEN
        RAISE EXCEPTION 'indicator "%": numerator and denominator belong to a ratio, both, and to nothing else', NEW.code
            USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.space_op = 'weighted_mean') <> (NEW.weight_by IS NOT NULL) THEN
        RAISE EXCEPTION 'indicator "%": weight_by belongs to a weighted_mean, and to nothing else', NEW.code
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.space_op = 'ratio' AND NEW.source_mode <> 'leaf_only' THEN
        RAISE EXCEPTION 'indicator "%": a ratio has no source mode of its own', NEW.code
            USING ERRCODE = 'check_violation',
                  HINT = 'A ratio takes its source mode from its numerator and denominator.';
    END IF;
    -- Parts are extensive, seen from the user of a part and from the part.
    PERFORM FROM indicator p WHERE p.code IN (NEW.weight_by, NEW.numerator, NEW.denominator) ORDER BY p.code FOR SHARE;
    SELECT u.code AS using_code, p.code, p.kind INTO part
      FROM indicator u
      JOIN indicator p ON p.code IN (u.weight_by, u.numerator, u.denominator)
     WHERE NEW.code IN (u.code, p.code)
       AND (p.kind <> 'extensive' OR p.space_op <> 'sum')
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'indicator "%": "%" cannot be a weight, numerator or denominator', part.using_code, part.code
            USING ERRCODE = 'check_violation',
                  DETAIL = 'Only an extensive indicator that is summed over units can.';
    END IF;
    SELECT r.code, n.source_mode AS n_mode, d.source_mode AS d_mode INTO part
      FROM indicator r
      JOIN indicator n ON n.code = r.numerator
      JOIN indicator d ON d.code = r.denominator
     WHERE NEW.code IN (r.code, n.code, d.code) AND n.source_mode <> d.source_mode
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'indicator "%": numerator and denominator have different source modes, % and %', part.code, part.n_mode, part.d_mode
            USING ERRCODE = 'check_violation',
                  DETAIL = 'They would be summed over different units.';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.kind, NEW.space_op, NEW.source_mode) IS DISTINCT FROM (OLD.kind, OLD.space_op, OLD.source_mode) THEN
        PERFORM refuse_old_snapshot(format('kind, space_op and source_mode of indicator "%s"', NEW.code));
    END IF;
    -- Observations keep the unit of measure they were made in, which may be renamed.
    IF TG_OP = 'UPDATE' AND NEW.measure_unit <> OLD.measure_unit AND is_measure_unit(OLD.measure_unit) THEN
        SELECT o.measure_unit INTO part
          FROM observation o LEFT JOIN measure_unit f ON f.code = o.measure_unit
         WHERE o.indicator = NEW.code
           AND f.dimension IS DISTINCT FROM (SELECT t.dimension FROM measure_unit t WHERE t.code = NEW.measure_unit)
         LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'indicator "%" cannot be measured in "%": it has observations in "%"',
                            NEW.code, NEW.measure_unit, coalesce(part.measure_unit, OLD.measure_unit)
                USING ERRCODE = 'check_violation',
                      HINT = 'Observations that name no unit of measure are in the indicator''s; name it on them first, and let it be of the same dimension.';
        END IF;
        PERFORM refuse_old_snapshot(format('the unit of measure of indicator "%s"', NEW.code));
    END IF;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION check_indicator() FROM PUBLIC;
COMMENT ON FUNCTION check_indicator() IS 'trigger: an indicator has only operators that its kind admits, and parts that add up';

-- After the statement, so that one COPY may bring an indicator before its parts.
CREATE CONSTRAINT TRIGGER indicator_sense AFTER INSERT OR UPDATE ON indicator
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION check_indicator();

CREATE TABLE observation (
    indicator    text NOT NULL REFERENCES indicator ON UPDATE CASCADE,
    unit         unitcode NOT NULL REFERENCES unit,
    period       daterange NOT NULL CHECK (isfinite(lower(period)) IS TRUE AND isfinite(upper(period)) IS TRUE),
    value        numeric CHECK (value > '-Infinity' AND value < 'Infinity'),
    source       text,
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    measure_unit text REFERENCES measure_unit ON UPDATE CASCADE,
    PRIMARY KEY (indicator, period, unit)
);
CREATE INDEX observation_other_measure ON observation (indicator, measure_unit) WHERE measure_unit IS NOT NULL;
COMMENT ON TABLE observation IS 'what was reported or measured for a unit over a period; no row, or a NULL value, is missing, not zero';
COMMENT ON COLUMN observation.measure_unit IS 'the unit of measure the value is given in; NULL: the indicator''s';

-- Once a statement, however many rows it brings. The units of measure given are held until
-- commit by the foreign key, the indicators here; theirs stay while an indicator has them.
CREATE FUNCTION check_given_measure() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    AS $$
DECLARE
    bad record;
BEGIN
    PERFORM FROM (SELECT DISTINCT p.indicator FROM present p WHERE p.measure_unit IS NOT NULL) AS p
            JOIN indicator i ON i.code = p.indicator ORDER BY i.code FOR SHARE OF i;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT p.indicator, own.code AS own, own.dimension, given.code AS given, given.dimension AS given_dimension INTO bad
      FROM (SELECT DISTINCT q.indicator, q.measure_unit FROM present q WHERE q.measure_unit IS NOT NULL) AS p
      JOIN indicator i ON i.code = p.indicator
      JOIN measure_unit own ON own.code = i.measure_unit
      JOIN measure_unit given ON given.code = p.measure_unit
     WHERE own.dimension <> given.dimension
     ORDER BY p.indicator, p.measure_unit LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% of "%" cannot be given in "%"', TG_TABLE_NAME, bad.indicator, bad.given
            USING ERRCODE = 'check_violation',
                  DETAIL = format('The indicator is measured in %s (%s); %s is a unit of %s.', bad.own, bad.dimension, bad.given, bad.given_dimension);
    END IF;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION check_given_measure() FROM PUBLIC;
COMMENT ON FUNCTION check_given_measure() IS 'trigger: an observation''s, or a quota''s, unit of measure has the dimension of its indicator''s';

CREATE TRIGGER observation_measure_insert AFTER INSERT ON observation
    REFERENCING NEW TABLE AS present FOR EACH STATEMENT EXECUTE FUNCTION check_given_measure();
CREATE TRIGGER observation_measure_update AFTER UPDATE ON observation
    REFERENCING NEW TABLE AS present FOR EACH STATEMENT EXECUTE FUNCTION check_given_measure();

-- Whoever began to use it meanwhile has been waited for.
CREATE FUNCTION check_measure_unit() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    AS $$
BEGIN
    IF EXISTS (SELECT FROM indicator i WHERE i.measure_unit = NEW.code)
       OR EXISTS (SELECT FROM observation o WHERE o.measure_unit = NEW.code)
       OR EXISTS (SELECT FROM quota q WHERE q.measure_unit = NEW.code) THEN
        RAISE EXCEPTION 'unit of measure "%" is in use: its dimension, factor and divisor stay', NEW.code
            USING ERRCODE = 'check_violation',
                  HINT = 'Add another unit of measure.';
    END IF;
    PERFORM refuse_old_snapshot(format('dimension, factor and divisor of unit of measure "%s"', NEW.code));
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION check_measure_unit() FROM PUBLIC;
COMMENT ON FUNCTION check_measure_unit() IS 'trigger: a unit of measure in use keeps its dimension and size';

CREATE CONSTRAINT TRIGGER measure_unit_size AFTER UPDATE ON measure_unit
    FOR EACH ROW WHEN ((NEW.dimension, NEW.factor, NEW.divisor) <> (OLD.dimension, OLD.factor, OLD.divisor)) EXECUTE FUNCTION check_measure_unit();

-- Rollup, first over time within a unit, then over units.

CREATE FUNCTION observed_periods(indicator text) RETURNS SETOF daterange
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 20
    BEGIN ATOMIC
        -- From one distinct period to the next by the primary key, not through all rows.
        WITH RECURSIVE seen (period) AS (
            (SELECT o.period FROM observation o WHERE o.indicator = $1 ORDER BY o.period LIMIT 1)
            UNION ALL
            SELECT (SELECT o.period FROM observation o
                     WHERE o.indicator = $1 AND o.period > s.period ORDER BY o.period LIMIT 1)
              FROM seen s WHERE s.period IS NOT NULL
        )
        SELECT s.period FROM seen s WHERE s.period IS NOT NULL;
    END;
COMMENT ON FUNCTION observed_periods(text) IS 'the distinct periods for which an indicator has observations';

-- A stock of two units of which one succeeded the other within the period must not be
-- counted twice: what is taken at the end, or the beginning, is taken of those that exist then.
CREATE FUNCTION existence(period daterange, time_op text) RETURNS daterange
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE time_op WHEN 'last' THEN daterange(upper(period) - 1, upper(period))
                        WHEN 'first' THEN daterange(lower(period), lower(period) + 1)
                        ELSE period END;
COMMENT ON FUNCTION existence(daterange, text) IS
    'the days on one of which a unit must exist to count in a period: the last for time_op last, the first for first, else any';

CREATE FUNCTION indicator_existence(indicator text, period daterange) RETURNS daterange
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT existence($2, p.time_op) FROM indicator i JOIN indicator p ON p.code = coalesce(i.numerator, i.code) WHERE i.code = $1;
    END;
COMMENT ON FUNCTION indicator_existence(text, daterange) IS 'the days on one of which a unit must exist to count for an indicator in a period; a ratio''s are its numerator''s';

CREATE FUNCTION leaf_unit(period daterange, root unitcode DEFAULT NULL, units unitcode[] DEFAULT NULL) RETURNS SETOF unit
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
    BEGIN ATOMIC
        SELECT u.* FROM unit u
         WHERE u.valid && $1
           AND ($2 IS NULL OR u.code <@ $2)
           AND ($3 IS NULL OR u.code = ANY ($3))
           AND NOT EXISTS (SELECT FROM unit c WHERE c.parent = u.code AND c.valid && $1 AND ($3 IS NULL OR c.parent = ANY ($3)));
    END;
COMMENT ON FUNCTION leaf_unit(daterange, unitcode, unitcode[]) IS
    'the units, all, those of a subtree or some of a list, that exist in a period and have no children that exist in it';

-- Values given in several units of measure are brought to one, divisor times finer than
-- the indicator's, in which all of them are exact decimals: a mu is 1/15 ha, so sums of
-- mu and ha are taken in fifteenths and divided once, at the end.
CREATE FUNCTION is_converted(indicator text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        -- The ends of the index tell, however many observations name the indicator's own unit.
        SELECT coalesce((SELECT min(o.measure_unit) FROM observation o WHERE o.indicator = $1 AND o.measure_unit IS NOT NULL) <> i.measure_unit
                        OR (SELECT max(o.measure_unit) FROM observation o WHERE o.indicator = $1 AND o.measure_unit IS NOT NULL) <> i.measure_unit, false)
          FROM indicator i WHERE i.code = $1;
    END;
COMMENT ON FUNCTION is_converted(text) IS 'whether an indicator has observations in another unit of measure than its own';

CREATE FUNCTION value_divisor(indicator text) RETURNS numeric
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    AS $$
#variable_conflict use_column
DECLARE
    own measure_unit;
    common numeric := 1;
    one numeric;
BEGIN
    IF NOT is_converted($1) THEN
        RETURN 1;
    END IF;
    SELECT m.* INTO own FROM indicator i JOIN measure_unit m ON m.code = i.measure_unit WHERE i.code = $1;
    FOR one IN SELECT DISTINCT m.divisor FROM measure_unit m WHERE m.dimension = own.dimension LOOP
        common := lcm(common, one);
    END LOOP;
    RETURN own.factor * common;
END
$$;
COMMENT ON FUNCTION value_divisor(text) IS
    'how many times finer than the indicator''s unit of measure its values are rolled up, so that conversions stay exact; 1 if all are given in that unit';

CREATE FUNCTION exact_quotient(value numeric, divisor numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE -- not strict, so that it is inlined
    RETURN CASE WHEN divisor = 1 THEN value
                ELSE trim_scale((trim_scale(value) * 1.000000000000000000000000000000) / divisor) END;
COMMENT ON FUNCTION exact_quotient(numeric, numeric) IS
    'value / divisor, exact where 30 decimal places more than the value''s own suffice; value itself for divisor 1';

CREATE FUNCTION refuse_overlap(indicator text, unit unitcode, period daterange) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    AS $$
BEGIN
    RAISE EXCEPTION 'observations of "%" for unit "%" overlap in time', $1, $2
        USING ERRCODE = 'data_exception',
              DETAIL = format('The one for %s overlaps the one before it, and neither lies within the other.', period_label($3)),
              HINT = 'A sum or mean over time needs periods that follow or contain one another.';
END
$$;
COMMENT ON FUNCTION refuse_overlap(text, unitcode, daterange) IS 'raises data_exception (22000): a day would be counted twice';

-- Some units' observations are looked up one by one: by the statistics of a range column
-- every period is rare, and the planner would read all of a period to find them.
CREATE FUNCTION observation_of(indicator text, periods daterange[], root unitcode, units unitcode[]) RETURNS SETOF observation
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
    BEGIN ATOMIC
        SELECT o.* FROM observation o
         WHERE $4 IS NULL AND o.indicator = $1 AND o.period = ANY ($2) AND ($3 IS NULL OR o.unit <@ $3)
         UNION ALL
        SELECT o.*
          FROM unnest($2) AS p CROSS JOIN unnest($4) AS u
         CROSS JOIN LATERAL (
            SELECT x.* FROM observation x WHERE x.indicator = $1 AND x.period = p AND x.unit = u OFFSET 0) AS o
         WHERE $4 IS NOT NULL;
    END;
COMMENT ON FUNCTION observation_of(text, daterange[], unitcode, unitcode[]) IS
    'an indicator''s observations of some periods: all, those of a subtree, or those of a list of units';

CREATE FUNCTION refuse_weight(indicator text, unit unitcode, weight numeric) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    AS $$
BEGIN
    RAISE EXCEPTION 'weight "%" of unit "%" is negative: %', $1, $2, $3
        USING ERRCODE = 'invalid_parameter_value';
END
$$;
COMMENT ON FUNCTION refuse_weight(text, unitcode, numeric) IS 'raises invalid_parameter_value (22023): a mean cannot be weighted by less than nothing';

-- The set-at-a-time functions below plan each call for its own arguments, by hashing:
-- a generic plan, or fresh tables without statistics, would tempt the planner into
-- nested loops over whole trees.
CREATE FUNCTION time_value(indicator text, period daterange, root unitcode DEFAULT NULL, units unitcode[] DEFAULT NULL)
    RETURNS TABLE (unit unitcode, value numeric, until date)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET enable_nestloop = off
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    ind indicator;
    own measure_unit;
    converts boolean := is_converted($1);
    finer numeric := CASE WHEN converts THEN value_divisor($1) ELSE 1 END;
    inside daterange[];
    leaves_only boolean;
BEGIN
    SELECT i.* INTO ind FROM indicator i WHERE i.code = $1;
    SELECT m.* INTO own FROM measure_unit m WHERE m.code = ind.measure_unit;
    SELECT array_agg(p) INTO inside
      FROM observed_periods($1) p
     WHERE p <@ $2 AND (ind.time_op <> 'none' OR p = $2);

    leaves_only := ind.source_mode = 'leaf_only' AND ind.space_op <> 'none';

    IF NOT converts AND inside = ARRAY[$2] THEN
        RETURN QUERY
            SELECT o.unit, o.value, upper(o.period)
              FROM observation_of($1, inside, $3, $4) o
              JOIN unit u ON u.code = o.unit AND u.valid && existence(inside[1], ind.time_op) AND ($4 IS NULL OR u.code = ANY ($4))
              LEFT JOIN (SELECT DISTINCT c.parent FROM unit c
                          WHERE leaves_only AND c.valid && existence(inside[1], ind.time_op)
                            AND ($4 IS NULL OR c.parent = ANY ($4))) p ON p.parent = o.unit
             WHERE o.value IS NOT NULL AND p.parent IS NULL;
        RETURN;
    END IF;

    RETURN QUERY
        WITH given AS (
            SELECT o.unit, o.period,
                   CASE WHEN NOT converts THEN o.value
                        WHEN o.measure_unit IS NULL THEN o.value * finer
                        ELSE o.value * m.factor * div(own.divisor * finer, own.factor * m.divisor) END AS value
              FROM observation_of($1, inside, $3, $4) o
              JOIN unit u ON u.code = o.unit AND u.valid && existence(o.period, ind.time_op) AND u.valid && existence($2, ind.time_op)
                         AND ($4 IS NULL OR u.code = ANY ($4))
              LEFT JOIN (SELECT DISTINCT c.parent, q AS period
                           FROM unit c CROSS JOIN unnest(inside) q
                          -- a stock on the day that counts is its children's, whatever was told of it before they came
                          WHERE leaves_only AND c.valid && CASE WHEN ind.time_op IN ('first', 'last') THEN existence($2, ind.time_op) ELSE q END
                            AND ($4 IS NULL OR c.parent = ANY ($4))) p
                     ON p.parent = o.unit AND p.period = o.period
              LEFT JOIN measure_unit m ON m.code = o.measure_unit
             WHERE o.value IS NOT NULL AND p.parent IS NULL
        ), placed AS (
            SELECT g.*, max(upper(g.period)) OVER (
                       PARTITION BY g.unit ORDER BY lower(g.period), upper(g.period) DESC
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
              FROM given g
        ), counted AS (
            -- A period within another one's counts only through that one.
            SELECT p.unit, p.period,
                   CASE WHEN p.reached > lower(p.period) AND ind.time_op IN ('sum', 'mean')
                        THEN refuse_overlap($1, p.unit, p.period) ELSE p.value END AS value
              FROM placed p
             WHERE p.reached IS NULL OR upper(p.period) > p.reached
        )
        SELECT c.unit,
               CASE ind.time_op
                   WHEN 'sum' THEN sum(c.value)
                   WHEN 'mean' THEN trim_scale(avg(c.value))
                   WHEN 'min' THEN min(c.value)
                   WHEN 'max' THEN max(c.value)
                   WHEN 'first' THEN (array_agg(c.value ORDER BY c.period))[1]
                   ELSE (array_agg(c.value ORDER BY upper(c.period) DESC, c.period DESC))[1]
               END,
               max(upper(c.period))
          FROM counted c
         GROUP BY c.unit;
END
$$;
COMMENT ON FUNCTION time_value(text, daterange, unitcode, unitcode[]) IS
    'time first: one value a unit for a period, by the indicator''s time_op, from its observations that lie wholly in it and count by its source mode; in value_divisor() times finer units of measure';

-- What goes into the rollup over units: value, and for a mean weighted or a ratio the
-- second part, by which it is divided. "leaf": the unit has no children in the period.
CREATE FUNCTION rollup_fact(indicator text, period daterange, root unitcode DEFAULT NULL, units unitcode[] DEFAULT NULL)
    RETURNS TABLE (unit unitcode, value numeric, weight numeric, until date, leaf boolean)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET enable_nestloop = off
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    ind indicator;
    alive daterange;
BEGIN
    SELECT i.* INTO ind FROM indicator i WHERE i.code = $1;
    alive := indicator_existence($1, $2);
    IF ind.space_op = 'ratio' THEN
        RETURN QUERY
            SELECT n.unit, n.value, d.value, least(n.until, d.until), l.code IS NOT NULL
              FROM time_value(ind.numerator, $2, $3, $4) n
              JOIN time_value(ind.denominator, $2, $3, $4) d USING (unit)
              LEFT JOIN leaf_unit(alive, $3, $4) l ON l.code = n.unit;
    ELSIF ind.weight_by IS NOT NULL THEN
        RETURN QUERY
            WITH weighed AS (
                SELECT w.unit, w.value FROM time_value(ind.weight_by, $2, $3, $4) w WHERE ind.source_mode <> 'reported_overrides'
                 UNION ALL
                -- A report stands for its subtree, and weighs as much as all of it.
                SELECT w.unit, w.value FROM space_value(ind.weight_by, $2, $3) w WHERE ind.source_mode = 'reported_overrides'
            )
            SELECT v.unit, v.value, CASE WHEN w.value < 0 THEN refuse_weight(ind.weight_by, v.unit, w.value) ELSE w.value END,
                   v.until, l.code IS NOT NULL
              FROM time_value($1, $2, $3, $4) v
              LEFT JOIN weighed w USING (unit)
              LEFT JOIN leaf_unit(alive, $3, $4) l ON l.code = v.unit;
    ELSIF ind.source_mode = 'leaf_only' AND NOT EXISTS (SELECT FROM observed_periods($1) p WHERE p <@ $2 AND p <> $2) THEN
        -- All of them are leaves in the very period asked for.
        RETURN QUERY
            SELECT v.unit, v.value, NULL::numeric, v.until, true FROM time_value($1, $2, $3, $4) v;
    ELSE
        RETURN QUERY
            SELECT v.unit, v.value, NULL::numeric, v.until, l.code IS NOT NULL
              FROM time_value($1, $2, $3, $4) v
              LEFT JOIN leaf_unit(alive, $3, $4) l ON l.code = v.unit;
    END IF;
END
$$;
COMMENT ON FUNCTION rollup_fact(text, daterange, unitcode, unitcode[]) IS
    'the values that enter an indicator''s rollup over units in a period, with weight or denominator, by its source mode';

CREATE TABLE indicator_value (
    indicator  text NOT NULL REFERENCES indicator ON UPDATE CASCADE ON DELETE CASCADE,
    unit       unitcode NOT NULL,
    period     daterange NOT NULL,
    value      numeric,
    n_present  bigint NOT NULL,
    n_expected bigint NOT NULL,
    coverage   numeric NOT NULL,
    state      text NOT NULL CHECK (state IN ('ok', 'insufficient', 'no_data', 'stale')),
    grade      grade,
    margin     numeric,
    rule       bigint,
    threshold  threshold,
    n_values   bigint,
    total      numeric,
    weight     numeric,
    newest     date,
    hierarchy  text NOT NULL,
    tier       text NOT NULL,
    PRIMARY KEY (indicator, period, unit)
) WITH (fillfactor = 90); -- A new version of a row finds room beside the old one, and no index has to know of it.
COMMENT ON TABLE indicator_value IS 'every indicator at every unit for every observed period, as refresh() computed it; derived, never edited';
COMMENT ON COLUMN indicator_value.n_present IS 'leaf units of the subtree that have a value';
COMMENT ON COLUMN indicator_value.n_expected IS 'leaf units of the subtree that exist in the period';
COMMENT ON COLUMN indicator_value.state IS 'ok; insufficient: coverage below min_coverage; no_data: no value; stale: newest observation older than max_age';
COMMENT ON COLUMN indicator_value.grade IS 'by the threshold, whatever the state says of the value; NULL without a value or a threshold';
COMMENT ON COLUMN indicator_value.margin IS 'distance of the value to the nearest breach limit, negative in breach';
COMMENT ON COLUMN indicator_value.rule IS 'the most specific threshold rule for the unit, as of the last day of the period on which the unit exists';
COMMENT ON COLUMN indicator_value.threshold IS 'the limits by which the value is graded: that rule''s; for a binding indicator those of all rules for the unit, tightened';
COMMENT ON COLUMN indicator_value.n_values IS 'for the next refresh: how many values went into this one; NULL: n_present';
COMMENT ON COLUMN indicator_value.total IS
    'for the next refresh: the exact sum, least or greatest value before division and rounding; NULL: the value itself, where it is one';
COMMENT ON COLUMN indicator_value.weight IS 'for the next refresh: the exact sum of weights, or the denominator';
COMMENT ON COLUMN indicator_value.newest IS 'for the next refresh: the end of the newest observation, for indicators that can be stale';
COMMENT ON COLUMN indicator_value.hierarchy IS 'the unit''s, as its tier';
COMMENT ON COLUMN indicator_value.tier IS 'the unit''s, kept equal to it by carry_tier(), so that values of one tier are found together';

-- Labels stand for periods one to one. Unlike ranges, equal ones are kept once for all their
-- rows: so the index is a tenth of the key's. Its columns never change with a value.
CREATE INDEX indicator_value_tier ON indicator_value (indicator, governance.period_label(period), hierarchy, tier);

-- A planner that takes every period for rare reads all values of one to find a few.
CREATE STATISTICS observation_period (ndistinct, mcv) ON indicator, period FROM observation;
ALTER STATISTICS observation_period SET STATISTICS 500;
CREATE STATISTICS indicator_value_period (ndistinct, mcv) ON indicator, period FROM indicator_value;
ALTER STATISTICS indicator_value_period SET STATISTICS 500;

CREATE FUNCTION value_of(indicator text, period daterange, units unitcode[]) RETURNS SETOF indicator_value
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
    BEGIN ATOMIC
        SELECT v.*
          FROM unnest($3) AS u
         CROSS JOIN LATERAL (
            SELECT x.* FROM indicator_value x WHERE x.indicator = $1 AND x.period = $2 AND x.unit = u OFFSET 0) AS v
         WHERE $3 IS NOT NULL;
    END;
COMMENT ON FUNCTION value_of(text, daterange, unitcode[]) IS 'the stored values of an indicator for a period at some units';

-- A child counts as much as another, however many units it has below it; so this is
-- computed tier by tier, from the lowest.
CREATE FUNCTION children_mean(units unitcode[], vals numeric[], own_stands boolean)
    RETURNS TABLE (unit unitcode, value numeric)
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    deep integer := (SELECT max(depth(u)) FROM unnest(units) u);
    tier_units unitcode[];
    tier_values numeric[];
BEGIN
    WHILE deep > 0 LOOP
        SELECT array_agg(m.unit), array_agg(m.value) INTO tier_units, tier_values
          FROM (SELECT p.unit,
                       CASE WHEN own_stands AND bool_or(p.own) THEN sum(p.value) FILTER (WHERE p.own)
                            ELSE trim_scale(trim_scale(sum(p.value)) / count(*)) END
                  FROM (SELECT f.unit, f.value, true FROM unnest(units, vals) AS f (unit, value) WHERE depth(f.unit) = deep
                         UNION ALL
                        SELECT parent(c.unit), c.value, false FROM unnest(tier_units, tier_values) AS c (unit, value)) AS p (unit, value, own)
                 GROUP BY p.unit) AS m (unit, value);
        RETURN QUERY SELECT m.* FROM unnest(tier_units, tier_values) AS m;
        deep := deep - 1;
    END LOOP;
END
$$;
COMMENT ON FUNCTION children_mean(unitcode[], numeric[], boolean) IS
    'for units with values and all above them: the mean of a unit''s own value and its children''s means; or its own value alone, where it stands';

-- Values unrounded, so that a ratio of two of them is rounded once. Where only some units
-- are asked for, they are computed from their own observations and from what is stored
-- for their children that are not among them: the list must have the ancestors too.
CREATE FUNCTION space_value(indicator text, period daterange, root unitcode DEFAULT NULL, units unitcode[] DEFAULT NULL)
    RETURNS TABLE (unit unitcode, value numeric, n_present bigint, n_expected bigint, until date,
                   n_values bigint, total numeric, weight numeric, hierarchy text, tier text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET enable_nestloop = off
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    ind indicator;
    reported boolean;
    weighted boolean;
    finer numeric;
    aux_finer numeric := 1;
    alive daterange;
    stored unitcode[];
BEGIN
    SELECT i.* INTO ind FROM indicator i WHERE i.code = $1;
    reported := ind.source_mode = 'reported_overrides';
    weighted := ind.space_op = 'weighted_mean';
    alive := indicator_existence($1, $2);

    -- The parts of a ratio that follow reports are effective values, tier by tier.
    IF ind.space_op = 'ratio' AND EXISTS (
        SELECT FROM indicator i WHERE i.code IN (ind.numerator, ind.denominator) AND i.source_mode = 'reported_overrides')
    THEN
        RETURN QUERY
            SELECT n.unit, trim_scale(ind.factor * n.value / nullif(d.value, 0)), least(n.n_present, d.n_present), n.n_expected,
                   least(n.until, d.until), NULL::bigint, NULL::numeric, NULL::numeric, n.hierarchy, n.tier
              FROM space_value(ind.numerator, $2, $3) n
              JOIN space_value(ind.denominator, $2, $3) d USING (unit);
        RETURN;
    END IF;

    IF ind.space_op = 'ratio' THEN
        finer := value_divisor(ind.numerator);
        aux_finer := value_divisor(ind.denominator);
    ELSE
        finer := value_divisor($1);
    END IF;

    IF ind.space_op = 'none' THEN
        RETURN QUERY
            SELECT v.unit, exact_quotient(v.value, finer), 1::bigint, 1::bigint, v.until, 1::bigint, NULL::numeric, NULL::numeric, u.hierarchy, u.tier
              FROM time_value($1, $2, $3, $4) v JOIN unit u ON u.code = v.unit;
        RETURN;
    END IF;

    SELECT array_agg(c.code) INTO stored
      FROM unit c
     WHERE c.parent = ANY ($4) AND c.code <> ALL ($4) AND c.valid && alive;

    RETURN QUERY
        WITH own AS MATERIALIZED (
            SELECT f.* FROM rollup_fact($1, $2, $3, $4) f
        ), below AS MATERIALIZED (
            SELECT v.* FROM value_of($1, $2, stored) v
        ), expected AS MATERIALIZED (
            SELECT e.unit, e.total::bigint AS n
              FROM governance.unnest((
                       SELECT unit_rollup(l.unit, l.n)
                         FROM (SELECT l.code, 1
                                 FROM leaf_unit(alive, $3, $4) l
                                WHERE $3 IS NOT NULL OR $4 IS NOT NULL
                                   OR l.hierarchy IN (SELECT u.hierarchy FROM unit u
                                                       WHERE u.code IN (SELECT governance.ancestor(o.unit, 1) FROM own o))
                                UNION ALL
                               SELECT parent(b.unit), b.n_expected FROM below b) AS l (unit, n))) e
        ), counted AS (
            SELECT o.unit, o.unit AS home, o.value, CASE WHEN weighted THEN o.value * o.weight END AS product, o.weight, o.until, 1::bigint AS n,
                   CASE WHEN weighted AND o.weight IS NULL THEN 0 WHEN reported THEN e.n WHEN o.leaf THEN 1 ELSE 0 END AS present
              FROM own o
              LEFT JOIN expected e ON reported AND e.unit = o.unit
             UNION ALL
            -- what is stored for a child counts where it is missing, at its parent
            SELECT b.unit, parent(b.unit),
                   CASE WHEN weighted THEN 0
                        WHEN ind.space_op IN ('sum', 'min', 'max', 'mean_of_children') THEN coalesce(b.total, b.value) ELSE b.total END,
                   CASE WHEN weighted THEN b.total END, b.weight, b.newest, coalesce(b.n_values, b.n_present),
                   CASE WHEN weighted AND b.weight IS NULL THEN 0 ELSE b.n_present END
              FROM below b
             WHERE coalesce(b.n_values, b.n_present) > 0
        ), fact AS MATERIALIZED (
            -- "above": the nearest report above, at which a value stops being counted.
            SELECT c.*,
                   CASE WHEN reported THEN (
                       SELECT a FROM unnest(ancestors(parent(c.unit))) a
                        WHERE a IN (SELECT o.unit FROM own o) ORDER BY a DESC LIMIT 1) END AS above
              FROM counted c
        ), state AS MATERIALIZED (
            SELECT f.above,
                   unit_rollup(f.home, f.value) AS plain,
                   unit_rollup(f.home, f.product) FILTER (WHERE weighted) AS product,
                   unit_rollup(f.home, f.weight) FILTER (WHERE weighted OR ind.space_op = 'ratio') AS weight,
                   -- most facts are one value of one leaf unit: here are the others
                   unit_rollup(f.home, f.n) FILTER (WHERE f.n <> 1) AS many,
                   unit_rollup(f.home, f.present) FILTER (WHERE f.present <> 1) AS present,
                   unit_rollup(f.home, f.until - date '2000-01-01') FILTER (WHERE ind.max_age IS NOT NULL) AS newest
              FROM fact f
             GROUP BY f.above
        ), tiered AS (
            SELECT m.unit, m.value
              FROM (SELECT array_agg(f.unit) AS units, array_agg(f.value) AS vals
                      FROM fact f WHERE ind.space_op = 'mean_of_children') AS a
             CROSS JOIN LATERAL children_mean(a.units, a.vals, reported) m
        ), plain AS (
            SELECT (x.r).unit, (x.r).n, (x.r).total, (x.r).minimum, (x.r).maximum
              FROM (SELECT s.above, governance.unnest(s.plain) AS r FROM state s) AS x
             WHERE x.above IS NULL OR (x.r).unit <@ x.above AND (x.r).unit <> x.above
        ), product AS (
            SELECT (x.r).unit, (x.r).total
              FROM (SELECT s.above, governance.unnest(s.product) AS r FROM state s) AS x
             WHERE x.above IS NULL OR (x.r).unit <@ x.above AND (x.r).unit <> x.above
        ), weight AS (
            SELECT (x.r).unit, (x.r).total
              FROM (SELECT s.above, governance.unnest(s.weight) AS r FROM state s) AS x
             WHERE x.above IS NULL OR (x.r).unit <@ x.above AND (x.r).unit <> x.above
        ), many AS (
            SELECT (x.r).unit, (x.r).total - (x.r).n AS further
              FROM (SELECT s.above, governance.unnest(s.many) AS r FROM state s) AS x
             WHERE x.above IS NULL OR (x.r).unit <@ x.above AND (x.r).unit <> x.above
        ), present AS (
            SELECT (x.r).unit, (x.r).total - (x.r).n AS further
              FROM (SELECT s.above, governance.unnest(s.present) AS r FROM state s) AS x
             WHERE x.above IS NULL OR (x.r).unit <@ x.above AND (x.r).unit <> x.above
        ), newest AS (
            SELECT (x.r).unit, date '2000-01-01' + (x.r).maximum::integer AS until
              FROM (SELECT s.above, governance.unnest(s.newest) AS r FROM state s) AS x
             WHERE x.above IS NULL OR (x.r).unit <@ x.above AND (x.r).unit <> x.above
        ), rolled AS (
            SELECT p.unit, p.n + coalesce(m.further, 0)::bigint AS n_values, p.n + coalesce(h.further, 0)::bigint AS n_present,
                   p.n + coalesce(m.further, 0) = 1 AS alone, q.until,
                   CASE ind.space_op WHEN 'min' THEN p.minimum WHEN 'max' THEN p.maximum
                                     WHEN 'weighted_mean' THEN d.total WHEN 'mean_of_children' THEN t.value
                                     ELSE p.total END AS total,
                   w.total AS weight
              FROM plain p
              LEFT JOIN tiered t USING (unit)
              LEFT JOIN product d USING (unit)
              LEFT JOIN weight w USING (unit)
              LEFT JOIN many m USING (unit)
              LEFT JOIN present h USING (unit)
              LEFT JOIN newest q USING (unit)
        )
        SELECT e.unit,
               CASE ind.space_op
                   WHEN 'mean' THEN trim_scale(trim_scale(r.total) / trim_scale(r.n_values * finer))
                   WHEN 'weighted_mean' THEN
                       -- A unit's own value needs no weight.
                       CASE WHEN r.alone AND o.unit IS NOT NULL THEN exact_quotient(o.value, finer)
                            ELSE trim_scale(trim_scale(r.total) / nullif(trim_scale(r.weight * finer), 0)) END
                   WHEN 'ratio' THEN trim_scale(trim_scale(ind.factor * r.total * aux_finer) / nullif(trim_scale(r.weight * finer), 0))
                   ELSE exact_quotient(r.total, finer)
               END,
               -- A leaf unit with a value but no weight has its value, and adds nothing above.
               CASE WHEN weighted AND r.alone AND r.weight IS NULL AND o.leaf THEN 1 ELSE coalesce(r.n_present, 0) END,
               e.n, r.until, coalesce(r.n_values, 0), r.total, r.weight, u.hierarchy, u.tier
          FROM expected e
          JOIN unit u ON u.code = e.unit AND u.valid && alive AND ($4 IS NULL OR u.code = ANY ($4))
          LEFT JOIN rolled r ON r.unit = e.unit
          LEFT JOIN own o ON weighted AND o.unit = e.unit
         WHERE $3 IS NULL OR e.unit <@ $3;
END
$$;
COMMENT ON FUNCTION space_value(text, daterange, unitcode, unitcode[]) IS
    'an indicator''s unrounded values for a period, at every unit of the hierarchies that have any, or at some units, with the count of leaf units present and expected';

-- The rows of indicator_value for a period, not yet graded.
CREATE FUNCTION value_row(indicator text, period daterange, root unitcode DEFAULT NULL, units unitcode[] DEFAULT NULL)
    RETURNS SETOF indicator_value
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    AS $$
#variable_conflict use_column
DECLARE
    ind indicator;
BEGIN
    SELECT i.* INTO ind FROM indicator i WHERE i.code = $1;
    RETURN QUERY
        SELECT ind.code, v.unit, $2, r.value, v.n_present, v.n_expected, round(v.n_present::numeric / v.n_expected, 6),
               CASE WHEN v.value IS NULL THEN 'no_data'
                    WHEN v.n_present < ind.min_coverage * v.n_expected THEN 'insufficient'
                    WHEN v.until < upper($2) - ind.max_age THEN 'stale'
                    ELSE 'ok' END,
               NULL::grade, NULL::numeric, NULL::bigint, NULL::threshold,
               nullif(v.n_values, v.n_present),
               CASE WHEN ind.space_op NOT IN ('sum', 'min', 'max', 'mean_of_children') OR v.total <> r.value THEN v.total END,
               v.weight, CASE WHEN ind.max_age IS NOT NULL THEN v.until END, v.hierarchy, v.tier
          FROM space_value($1, $2, $3, $4) v
         CROSS JOIN LATERAL (VALUES (CASE WHEN ind.decimals IS NULL THEN v.value ELSE round(v.value, ind.decimals) END)) AS r (value);
END
$$;
COMMENT ON FUNCTION value_row(text, daterange, unitcode, unitcode[]) IS
    'an indicator''s rows of indicator_value for a period, without grades: all, those of a subtree, or those of some units computed from what is stored below them';

CREATE FUNCTION indicator_rollup(indicator text, period daterange, root unitcode DEFAULT NULL)
    RETURNS TABLE (unit unitcode, value numeric, n_present bigint, n_expected bigint, coverage numeric, state text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM indicator i WHERE i.code = $1) THEN
        RAISE EXCEPTION 'indicator "%" does not exist', $1
            USING ERRCODE = 'undefined_object';
    END IF;
    IF (isfinite(lower($2)) AND isfinite(upper($2))) IS NOT TRUE THEN
        RAISE EXCEPTION 'period % is no span of days', coalesce(quote_literal($2), 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Write it as governance.period(''2025''), or as a daterange with both ends.';
    END IF;
    IF $3 IS NOT NULL AND NOT EXISTS (SELECT FROM unit u WHERE u.code = $3) THEN
        RAISE EXCEPTION 'unit "%" does not exist', $3
            USING ERRCODE = 'undefined_object';
    END IF;
    RETURN QUERY
        SELECT v.unit, v.value, v.n_present, v.n_expected, v.coverage, v.state
          FROM value_row($1, $2, $3) v
         ORDER BY v.unit;
END
$$;
COMMENT ON FUNCTION indicator_rollup(text, daterange, unitcode) IS
    'an indicator rolled up for any period, at all units or those of root''s subtree: what refresh() stores, computed on the fly';

CREATE VIEW reported_mismatch WITH (security_invoker = true) AS
    SELECT v.indicator, v.unit, v.period, v.value AS reported, sum(c.value) AS children,
           v.value - sum(c.value) AS difference,
           count(c.value) AS n_children, count(*) - count(c.value) AS n_missing
      FROM indicator i
      JOIN indicator_value v ON v.indicator = i.code
      JOIN unit u ON u.parent = v.unit
      JOIN indicator_value c ON c.indicator = v.indicator AND c.period = v.period AND c.unit = u.code
     WHERE i.source_mode = 'reported_overrides' AND i.space_op = 'sum'
       AND EXISTS (SELECT FROM observation o WHERE o.indicator = v.indicator AND o.unit = v.unit AND o.period <@ v.period AND o.value IS NOT NULL)
     GROUP BY v.indicator, v.unit, v.period, v.value
    -- Rounded values differ from the sum of rounded ones by no more than this; exact_quotient() gives 30 places.
    HAVING abs(v.value - sum(c.value)) > ('5e' || - coalesce(max(i.decimals), 30) - 1)::numeric * (count(c.value) + 1);
COMMENT ON VIEW reported_mismatch IS
    'where a unit''s own reported value, which stands, differs from the sum of its children''s; n_missing children have no value';

CREATE VIEW unused_observation WITH (security_invoker = true) AS
    SELECT o.indicator, o.unit, o.period, o.value, r.reason
      FROM observation o
      JOIN indicator i ON i.code = o.indicator
      JOIN unit u ON u.code = o.unit
     CROSS JOIN LATERAL (
        SELECT CASE WHEN i.space_op = 'ratio' THEN 'the indicator is computed as a ratio'
                    WHEN NOT u.valid && o.period THEN 'the unit does not exist in the period'
                    WHEN NOT u.valid && existence(o.period, i.time_op) THEN 'the unit does not exist on the day of the period that counts'
                    WHEN i.source_mode = 'leaf_only' AND i.space_op <> 'none'
                         AND EXISTS (SELECT FROM unit c WHERE c.parent = o.unit AND c.valid && existence(o.period, i.time_op))
                    THEN 'the unit has children in the period, and the indicator counts leaf units only'
                    WHEN i.weight_by IS NOT NULL AND i.source_mode <> 'reported_overrides'
                         AND NOT EXISTS (SELECT FROM observation w WHERE w.indicator = i.weight_by AND w.unit = o.unit
                                            AND w.period <@ o.period AND w.value IS NOT NULL)
                    THEN 'the unit has no weight in the period, so its value stands for itself alone'
               END) AS r (reason)
     WHERE o.value IS NOT NULL AND r.reason IS NOT NULL;
COMMENT ON VIEW unused_observation IS
    'observations that enter no rollup over their own period, and why; a longer period may leave out more of them, by time_op';
