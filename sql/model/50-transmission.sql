-- Transmission: targets handed down the tree, and the proof that nothing is lost on the way.

CREATE TABLE quota (
    indicator    text NOT NULL REFERENCES indicator ON UPDATE CASCADE,
    unit         unitcode NOT NULL REFERENCES unit,
    period       daterange NOT NULL CHECK (isfinite(lower(period)) IS TRUE AND isfinite(upper(period)) IS TRUE),
    amount       numeric NOT NULL CHECK (amount > '-Infinity' AND amount < 'Infinity'),
    reserve      numeric NOT NULL DEFAULT 0 CHECK (reserve >= 0 AND reserve < 'Infinity'),
    measure_unit text REFERENCES measure_unit ON UPDATE CASCADE,
    method       governance.allocation_method,
    weight_by    text REFERENCES indicator ON UPDATE CASCADE,
    reason       text,
    decided_at   timestamptz NOT NULL DEFAULT statement_timestamp(),
    decided_by   text NOT NULL DEFAULT current_user,
    PRIMARY KEY (indicator, unit, period),
    CONSTRAINT quota_keeps_its_reserve CHECK (reserve <= greatest(amount, 0))
);
COMMENT ON TABLE quota IS 'what a unit is to reach, or not to exceed, in a period: a target set for it or handed down to it';
COMMENT ON COLUMN quota.amount IS 'the figure as stated; where it is converted from another unit of measure, half of its last decimal place is rounding';
COMMENT ON COLUMN quota.reserve IS 'the part of the amount that the unit keeps, and does not hand down';
COMMENT ON COLUMN quota.measure_unit IS 'the unit of measure of amount and reserve; NULL: the indicator''s';
COMMENT ON COLUMN quota.method IS 'how transmit() rounded the parts; NULL: set by hand';
COMMENT ON COLUMN quota.weight_by IS 'the indicator by which transmit() shared the parent''s quota; NULL: given shares, or set by hand';
CREATE STATISTICS quota_period (ndistinct, mcv) ON indicator, period FROM quota;

-- What a decision has replaced is kept.
CREATE TABLE quota_revision (
    indicator    text NOT NULL,
    unit         unitcode NOT NULL,
    period       daterange NOT NULL,
    amount       numeric NOT NULL,
    reserve      numeric NOT NULL,
    measure_unit text,
    method       governance.allocation_method,
    weight_by    text,
    reason       text,
    decided_at   timestamptz NOT NULL,
    decided_by   text NOT NULL,
    ended_at     timestamptz NOT NULL,
    ended_by     text NOT NULL
);
CREATE INDEX quota_revision_of ON quota_revision (indicator, unit, period);
COMMENT ON TABLE quota_revision IS 'quotas as they were before they were changed or withdrawn; written by a trigger';

CREATE VIEW quota_history WITH (security_invoker = true) AS
    SELECT q.indicator, q.unit, q.period,
           row_number() OVER (PARTITION BY q.indicator, q.period, q.unit ORDER BY q.ended_at NULLS LAST, q.decided_at) AS revision,
           q.amount, q.reserve, q.measure_unit, q.method, q.weight_by, q.reason, q.decided_at, q.decided_by, q.ended_at, q.ended_by
      FROM (SELECT r.* FROM quota_revision r
             UNION ALL
            SELECT c.*, NULL::timestamptz, NULL::text FROM quota c) AS q;
COMMENT ON VIEW quota_history IS 'every revision of every quota: the figure, who decided it, when and why; the one in force has no end';

-- Of what transmit() has to respect.
CREATE TABLE base_value (
    indicator text NOT NULL REFERENCES indicator ON UPDATE CASCADE,
    unit      unitcode NOT NULL REFERENCES unit,
    period    daterange NOT NULL,
    version   integer NOT NULL DEFAULT 1 CHECK (version > 0),
    value     numeric NOT NULL CHECK (value > '-Infinity' AND value < 'Infinity'),
    source    text,
    set_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (indicator, period, version, unit)
);
COMMENT ON TABLE base_value IS 'the figures of a base year, fixed in versions, so that what is measured against them does not move when a survey is corrected';

CREATE TABLE quota_condition (
    indicator    text NOT NULL REFERENCES indicator ON UPDATE CASCADE,
    unit         unitcode NOT NULL REFERENCES unit,
    period       daterange NOT NULL,
    share        numeric CHECK (share >= 0 AND share < 'Infinity'),
    floor        numeric CHECK (floor >= 0 AND floor < 'Infinity'),
    cap          numeric CHECK (cap >= 0 AND cap < 'Infinity'),
    floor_ratio  numeric CHECK (floor_ratio >= 0 AND floor_ratio < 'Infinity'),
    cap_ratio    numeric CHECK (cap_ratio >= 0 AND cap_ratio < 'Infinity'),
    base_period  daterange,
    base_version integer,
    PRIMARY KEY (indicator, period, unit),
    CONSTRAINT quota_condition_has_base CHECK ((floor_ratio IS NULL AND cap_ratio IS NULL) OR base_period IS NOT NULL)
);
COMMENT ON TABLE quota_condition IS 'what a unit''s part must keep to when its parent''s quota is handed down; floor and cap in the quota''s unit of measure';
COMMENT ON COLUMN quota_condition.share IS 'by how much it counts, where no indicator is given to weigh by';
COMMENT ON COLUMN quota_condition.cap_ratio IS 'at most so many times the base value: 1.3 for a ceiling of 1.3 times 2020';
COMMENT ON COLUMN quota_condition.base_version IS 'version of the base value; NULL: the newest';

CREATE FUNCTION set_base(indicator text, period daterange, source text DEFAULT NULL) RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    AS $$
#variable_conflict use_column
DECLARE
    next_version integer := 1 + coalesce((SELECT max(b.version) FROM base_value b WHERE b.indicator = $1 AND b.period = $2), 0);
BEGIN
    INSERT INTO base_value (indicator, unit, period, version, value, source)
    SELECT v.indicator, v.unit, v.period, next_version, v.value, $3
      FROM indicator_value v WHERE v.indicator = $1 AND v.period = $2 AND v.value IS NOT NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'indicator "%" has no values for %', $1, period_label($2)
            USING ERRCODE = 'no_data_found',
                  HINT = 'refresh() computes the values of periods that have observations.';
    END IF;
    RETURN next_version;
END
$$;
COMMENT ON FUNCTION set_base(text, daterange, text) IS 'fixes an indicator''s present values of a period as a new version of its base values; returns the version';

CREATE FUNCTION common_divisor(dimension text) RETURNS numeric
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    AS $$
DECLARE
    common numeric := 1;
    one numeric;
BEGIN
    FOR one IN SELECT DISTINCT m.divisor FROM measure_unit m WHERE m.dimension = $1 LOOP
        common := lcm(common, one);
    END LOOP;
    RETURN common;
END
$$;
COMMENT ON FUNCTION common_divisor(text) IS 'the least number by which the base unit of a dimension is divided so that all its units of measure are whole multiples';

-- A unit of measure as a whole multiple of that least part: amounts are compared in it, exactly.
CREATE FUNCTION measure_size(indicator text, measure_unit text) RETURNS numeric
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT m.factor * div(common_divisor(m.dimension), m.divisor)
          FROM indicator i JOIN measure_unit m ON m.code = coalesce($2, i.measure_unit) WHERE i.code = $1;
    END;
COMMENT ON FUNCTION measure_size(text, text) IS 'a unit of measure (NULL: the indicator''s) in the least part that its dimension has in common, an exact number';

CREATE FUNCTION converted(amount numeric, indicator text, from_unit text, to_unit text) RETURNS numeric
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN from_unit IS NOT DISTINCT FROM to_unit THEN amount
                ELSE exact_quotient(amount * measure_size(indicator, from_unit), measure_size(indicator, to_unit)) END;
COMMENT ON FUNCTION converted(numeric, text, text, text) IS 'an amount of an indicator from one unit of measure (NULL: the indicator''s) in another';

CREATE FUNCTION quota_of(indicator text, period daterange, units unitcode[]) RETURNS SETOF quota
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
    BEGIN ATOMIC
        SELECT q.* FROM quota q WHERE $3 IS NULL AND q.indicator = $1 AND q.period = $2
         UNION ALL
        SELECT q.*
          FROM unnest($3) AS u
         CROSS JOIN LATERAL (
            SELECT x.* FROM quota x WHERE x.indicator = $1 AND x.period = $2 AND x.unit = u OFFSET 0) AS q
         WHERE $3 IS NOT NULL;
    END;
COMMENT ON FUNCTION quota_of(text, daterange, unitcode[]) IS 'an indicator''s quotas for a period, all or those of some units';

CREATE FUNCTION newest_period(indicator text, before date) RETURNS daterange
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT r.period FROM refreshed r WHERE r.indicator = $1 AND upper(r.period) <= $2 ORDER BY upper(r.period) DESC, r.period DESC LIMIT 1;
    END;
COMMENT ON FUNCTION newest_period(text, date) IS 'the last period with values of an indicator that ends by a day';

-- The proof, for some parents or all of them.
CREATE FUNCTION gap_of(indicator text, period daterange, parents unitcode[] DEFAULT NULL)
    RETURNS TABLE (parent unitcode, amount numeric, reserve numeric, measure_unit text, allotted numeric, difference numeric,
                   tolerance numeric, n_allotted bigint, n_children bigint, complete boolean, broken boolean)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET enable_nestloop = off
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    ind indicator;
    alive daterange := indicator_existence($1, $2);
    children unitcode[];
    weigher text;
    weighed_in daterange;
BEGIN
    SELECT i.* INTO ind FROM indicator i WHERE i.code = $1;
    IF $3 IS NOT NULL THEN
        SELECT coalesce(array_agg(u.code), '{}') INTO children FROM unit u WHERE u.parent = ANY ($3);
    END IF;
    IF ind.space_op IN ('ratio', 'weighted_mean') THEN
        weigher := coalesce(ind.denominator, ind.weight_by);
        weighed_in := newest_period(weigher, upper($2));
    END IF;
    RETURN QUERY
        WITH size AS MATERIALIZED (
            SELECT s.code, measure_size($1, s.code) AS size
              FROM (SELECT NULL UNION ALL SELECT m.code FROM measure_unit m
                     WHERE m.dimension = (SELECT o.dimension FROM measure_unit o WHERE o.code = ind.measure_unit)) AS s (code)
        ), expected AS (
            SELECT u.parent, count(*) AS n
              FROM unit u
             WHERE u.parent IS NOT NULL AND u.valid && alive AND ($3 IS NULL OR u.parent = ANY ($3))
             GROUP BY u.parent
        ), handing AS MATERIALIZED (
            -- in least parts; "half" is half of the last place stated
            SELECT q.unit, q.amount, q.reserve, coalesce(q.measure_unit, ind.measure_unit) AS stated_in, s.size, e.n,
                   0.5 * 10::numeric ^ (- scale(q.amount)) * s.size AS half
              FROM quota_of($1, $2, $3) q
              JOIN expected e ON e.parent = q.unit
              JOIN size s ON s.code IS NOT DISTINCT FROM q.measure_unit
        ), part AS (
            SELECT h.unit AS parent, q.amount * s.size AS amount, w.value AS weight,
                   CASE WHEN coalesce(q.measure_unit, ind.measure_unit) <> h.stated_in OR ind.space_op <> 'sum'
                        THEN 0.5 * 10::numeric ^ (- scale(q.amount)) * s.size END AS half
              FROM quota_of($1, $2, children) q
              JOIN unit u ON u.code = q.unit AND u.valid && alive
              JOIN handing h ON h.unit = u.parent
              JOIN size s ON s.code IS NOT DISTINCT FROM q.measure_unit
              LEFT JOIN indicator_value w ON w.indicator = weigher AND w.period = weighed_in AND w.unit = q.unit
        ), handed AS (
            SELECT p.parent, count(*) AS n,
                   CASE WHEN weigher IS NOT NULL THEN
                            CASE WHEN count(p.weight) = count(*) THEN sum(p.amount * p.weight) / nullif(sum(p.weight), 0) END
                        WHEN ind.space_op = 'min' THEN min(p.amount)
                        WHEN ind.space_op = 'max' THEN max(p.amount)
                        WHEN ind.space_op IN ('mean', 'mean_of_children') THEN avg(p.amount)
                        ELSE sum(p.amount) END AS amount,
                   CASE WHEN ind.space_op = 'sum' THEN sum(p.half) ELSE max(p.half) END AS half
              FROM part p
             GROUP BY p.parent
        ), gap AS (
            -- What unweighed quotas come to is not known.
            SELECT h.*, d.n AS n_handed, d.amount AS handed,
                   h.amount * h.size - h.reserve * h.size - CASE WHEN d.parent IS NULL THEN 0 ELSE d.amount END AS left_over,
                   CASE WHEN d.half IS NULL THEN 0 ELSE d.half + h.half END AS within
              FROM handing h
              LEFT JOIN handed d ON d.parent = h.unit
        )
        SELECT g.unit, g.amount, g.reserve, g.stated_in, exact_quotient(g.handed, g.size), exact_quotient(g.left_over, g.size),
               exact_quotient(g.within, g.size), coalesce(g.n_handed, 0), g.n, coalesce(g.n_handed, 0) >= g.n,
               g.handed IS NOT NULL
               AND (ind.direction <> 'floor' AND g.left_over < - g.within
                    AND (ind.space_op = 'sum' OR coalesce(g.n_handed, 0) >= g.n)
                    OR ind.direction <> 'ceiling' AND g.left_over > g.within AND coalesce(g.n_handed, 0) >= g.n)
          FROM gap g;
END
$$;
COMMENT ON FUNCTION gap_of(text, daterange, unitcode[]) IS
    'for an indicator''s quotas of a period at units with children, all or some: what was handed to the children, and whether that is too much or too little';

CREATE VIEW transmission_gap WITH (security_invoker = true) AS
    SELECT q.indicator, g.parent, q.period, g.amount, g.reserve, g.measure_unit, g.allotted, g.difference, g.tolerance,
           g.n_allotted, g.n_children, g.complete,
           CASE WHEN NOT g.broken THEN NULL
                ELSE CASE i.attribute WHEN 'binding' THEN 'refused' WHEN 'expected' THEN 'warning' ELSE 'note' END END AS severity
      FROM (SELECT DISTINCT d.indicator, d.period FROM quota d) AS q
      JOIN indicator i ON i.code = q.indicator
     CROSS JOIN LATERAL gap_of(q.indicator, q.period) g;
COMMENT ON VIEW transmission_gap IS
    'the proof of every tree of quotas: amount - reserve - allotted to the children; severity is set where a ceiling is exceeded, or a floor not reached though all children have quotas';
COMMENT ON COLUMN transmission_gap.severity IS 'NULL: nothing is wrong; refused (binding), warning (expected), note (advisory)';
COMMENT ON COLUMN transmission_gap.tolerance IS 'what rounding explains: half of the last place of figures stated in different units of measure; 0 where all are in one';

CREATE VIEW stale_quota WITH (security_invoker = true) AS
    SELECT c.indicator, c.unit, c.period, c.amount, c.decided_at, governance.parent(c.unit) AS parent,
           p.amount AS parent_amount, p.decided_at AS parent_decided_at
      FROM quota c
      LEFT JOIN quota p ON p.indicator = c.indicator AND p.period = c.period AND p.unit = governance.parent(c.unit)
     WHERE c.decided_at < p.decided_at OR p.unit IS NULL AND c.method IS NOT NULL;
COMMENT ON VIEW stale_quota IS
    'quotas decided before the last change of the quota they were taken from, or handed down from one that has been withdrawn since';
COMMENT ON COLUMN stale_quota.parent_amount IS 'NULL: the parent''s quota has been withdrawn';

-- Whether met: of a ceiling the value stays within, of a floor it reaches, the amount.
CREATE VIEW quota_progress WITH (security_invoker = true) AS
    SELECT q.indicator, i.name AS indicator_name, i.attribute, i.direction, q.unit, u.name AS unit_name, u.tier, t.rank, q.period,
           q.amount, coalesce(q.measure_unit, i.measure_unit) AS measure_unit, q.reserve,
           v.period AS value_period, v.value, v.coverage, v.state,
           v.value - s.amount AS difference, round(v.value / nullif(s.amount, 0), 6) AS share,
           CASE i.direction WHEN 'floor' THEN v.value >= s.amount WHEN 'ceiling' THEN v.value <= s.amount END AS met
      FROM quota q
      JOIN indicator i ON i.code = q.indicator
      JOIN unit u ON u.code = q.unit
      JOIN tier t ON t.hierarchy = u.hierarchy AND t.name = u.tier
     CROSS JOIN LATERAL (
        SELECT CASE WHEN q.measure_unit IS NULL OR q.measure_unit = i.measure_unit THEN q.amount
                    ELSE exact_quotient(q.amount * measure_size(q.indicator, q.measure_unit), measure_size(q.indicator, NULL)) END) AS s (amount)
      LEFT JOIN indicator_value v
             ON v.indicator = q.indicator AND v.unit = q.unit AND v.period = newest_period(q.indicator, upper(q.period));
COMMENT ON VIEW quota_progress IS 'quotas against the newest value measured by the end of their period, at every tier; value and difference in the indicator''s unit of measure';

-- A quota is a limit like that of a rule, and graded like one.
CREATE VIEW evaluation_quota WITH (security_invoker = true) AS
    SELECT e.*, p.period AS quota_period, p.amount AS quota, p.measure_unit AS quota_measure_unit, p.reserve AS quota_reserve,
           l.threshold AS quota_threshold, governance.grade(e.value, l.threshold) AS quota_grade,
           governance.margin(e.value, l.threshold) AS quota_margin, p.share AS quota_share, p.met AS quota_met
      FROM quota_progress p
      JOIN evaluation e ON e.indicator = p.indicator AND e.unit = p.unit AND e.period = p.value_period
      JOIN indicator i ON i.code = p.indicator
     CROSS JOIN LATERAL (
        SELECT (CASE i.direction WHEN 'floor' THEN '>= ' WHEN 'ceiling' THEN '<= ' END
                || (p.value - p.difference)::text)::governance.threshold) AS l (threshold);
COMMENT ON VIEW evaluation_quota IS
    'evaluation beside the quotas: each quota as a threshold in the indicator''s unit of measure, with the grade and margin of the newest value by the end of its period';
COMMENT ON COLUMN evaluation_quota.quota_threshold IS 'the quota as a floor or ceiling, by the direction of its indicator; NULL for others';

-- Decisions: their date and author, what they replaced, and what they may have broken.
CREATE FUNCTION date_quota() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    AS $$
BEGIN
    -- What follows its unit of measure's new name is no decision.
    IF (OLD.amount, OLD.reserve, OLD.decided_at, OLD.decided_by) IS DISTINCT FROM (NEW.amount, NEW.reserve, NEW.decided_at, NEW.decided_by)
       OR OLD.measure_unit IS DISTINCT FROM NEW.measure_unit
          AND (OLD.measure_unit IS NULL OR EXISTS (SELECT FROM measure_unit m WHERE m.code = OLD.measure_unit))
    THEN
        IF NEW.decided_at = OLD.decided_at THEN
            NEW.decided_at := clock_timestamp();
        END IF;
        NEW.decided_by := current_user;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION date_quota() IS 'trigger: a changed quota is a new decision, of now and of the current user';

CREATE TRIGGER quota_dated BEFORE UPDATE ON quota
    FOR EACH ROW EXECUTE FUNCTION date_quota();

CREATE FUNCTION keep_quota() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    SET enable_nestloop = off
    SET jit = off
    AS $$
DECLARE
    -- The current user is the owner here.
    author name := coalesce(nullif(current_setting('role'), 'none'), session_user);
BEGIN
    IF TG_OP = 'UPDATE' THEN
        -- What follows a new name of its indicator or unit of measure is no decision.
        INSERT INTO quota_revision
        SELECT f.*, CASE WHEN p.decided_at > f.decided_at AND p.decided_at BETWEEN now() AND clock_timestamp() THEN p.decided_at ELSE clock_timestamp() END,
               coalesce(p.decided_by, author)
          FROM former f
          LEFT JOIN present p ON p.indicator = f.indicator AND p.period = f.period AND p.unit = f.unit
         WHERE ((f.amount, scale(f.amount), f.reserve, f.reason, f.decided_at, f.decided_by)
                IS DISTINCT FROM (p.amount, scale(p.amount), p.reserve, p.reason, p.decided_at, p.decided_by)
                OR f.measure_unit IS DISTINCT FROM p.measure_unit
                   AND (f.measure_unit IS NULL OR f.measure_unit IN (SELECT m.code FROM measure_unit m)))
           AND f.indicator IN (SELECT i.code FROM indicator i);
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO quota_revision SELECT f.*, clock_timestamp(), author FROM former f;
    ELSE
        INSERT INTO quota_revision SELECT q.*, clock_timestamp(), author FROM quota q;
    END IF;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION keep_quota() FROM PUBLIC;
COMMENT ON FUNCTION keep_quota() IS 'trigger: keeps quotas as they were before a change';

CREATE TRIGGER quota_kept_update AFTER UPDATE ON quota
    REFERENCING OLD TABLE AS former NEW TABLE AS present FOR EACH STATEMENT EXECUTE FUNCTION keep_quota();
CREATE TRIGGER quota_kept_delete AFTER DELETE ON quota
    REFERENCING OLD TABLE AS former FOR EACH STATEMENT EXECUTE FUNCTION keep_quota();
CREATE TRIGGER quota_kept_truncate BEFORE TRUNCATE ON quota
    FOR EACH STATEMENT EXECUTE FUNCTION keep_quota();

-- What a transaction has to prove before it commits: a row a statement, taken out again
-- by the check, which therefore sees its own transaction's rows alone.
CREATE TABLE quota_check (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    indicator text NOT NULL,
    period    daterange NOT NULL,
    units     unitcode[] NOT NULL
);
COMMENT ON TABLE quota_check IS 'quotas of binding indicators that the present transaction has touched; empty outside of one';

-- Where transactions that decide on neighbouring quotas meet. Each writes the rows of the
-- parents and grandparents of the units it has touched: whoever touches a parent's quota
-- and whoever touches a child's have one of these in common, whether or not they see each
-- other's. The second waits for the first; if its snapshot is older, it fails.
CREATE TABLE quota_proof (
    indicator text NOT NULL,
    period    daterange NOT NULL,
    unit      unitcode NOT NULL,
    proven_at timestamptz NOT NULL,
    PRIMARY KEY (indicator, period, unit)
);
COMMENT ON TABLE quota_proof IS 'when quotas of a binding indicator below a unit were last proven';

-- The row of the indicator is held until commit, so that it does not become binding, or
-- get another unit of measure, meanwhile.
CREATE FUNCTION note_quota() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    SET enable_nestloop = off
    SET jit = off
    AS $$
DECLARE
    bad record;
BEGIN
    IF TG_OP <> 'DELETE' THEN
        PERFORM FROM indicator i WHERE i.code IN (SELECT p.indicator FROM present p) ORDER BY i.code FOR SHARE;
        SELECT p.indicator, p.measure_unit, own.code AS own, own.dimension, given.dimension AS given INTO bad
          FROM (SELECT DISTINCT q.indicator, q.measure_unit FROM present q WHERE q.measure_unit IS NOT NULL) AS p
          JOIN indicator i ON i.code = p.indicator
          JOIN measure_unit own ON own.code = i.measure_unit
          JOIN measure_unit given ON given.code = p.measure_unit
         WHERE own.dimension <> given.dimension
         LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'quota of "%" cannot be given in "%"', bad.indicator, bad.measure_unit
                USING ERRCODE = 'check_violation',
                      DETAIL = format('The indicator is measured in %s (%s); %s is a unit of %s.', bad.own, bad.dimension, bad.measure_unit, bad.given);
        END IF;
    END IF;
    CASE TG_OP
        WHEN 'INSERT' THEN
            INSERT INTO quota_check (indicator, period, units)
            SELECT p.indicator, p.period, array_agg(p.unit)
              FROM present p JOIN indicator i ON i.code = p.indicator AND i.attribute = 'binding'
             GROUP BY p.indicator, p.period;
        WHEN 'DELETE' THEN
            INSERT INTO quota_check (indicator, period, units)
            SELECT f.indicator, f.period, array_agg(f.unit)
              FROM former f JOIN indicator i ON i.code = f.indicator AND i.attribute = 'binding'
             GROUP BY f.indicator, f.period;
        ELSE
            INSERT INTO quota_check (indicator, period, units)
            SELECT c.indicator, c.period, array_agg(c.unit)
              FROM (SELECT coalesce(f.indicator, p.indicator) AS indicator, coalesce(f.period, p.period) AS period, coalesce(f.unit, p.unit) AS unit
                      FROM former f FULL JOIN present p ON p.indicator = f.indicator AND p.period = f.period AND p.unit = f.unit
                     WHERE (f.amount, scale(f.amount), f.reserve, f.measure_unit) IS DISTINCT FROM (p.amount, scale(p.amount), p.reserve, p.measure_unit)) AS c
              JOIN indicator i ON i.code = c.indicator AND i.attribute = 'binding'
             GROUP BY c.indicator, c.period;
    END CASE;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION note_quota() FROM PUBLIC;
COMMENT ON FUNCTION note_quota() IS 'trigger: notes which quotas of binding indicators are to be proven at commit; a quota''s unit of measure has the dimension of its indicator''s';

CREATE TRIGGER quota_noted_insert AFTER INSERT ON quota
    REFERENCING NEW TABLE AS present FOR EACH STATEMENT EXECUTE FUNCTION note_quota();
CREATE TRIGGER quota_noted_update AFTER UPDATE ON quota
    REFERENCING OLD TABLE AS former NEW TABLE AS present FOR EACH STATEMENT EXECUTE FUNCTION note_quota();
CREATE TRIGGER quota_noted_delete AFTER DELETE ON quota
    REFERENCING OLD TABLE AS former FOR EACH STATEMENT EXECUTE FUNCTION note_quota();

CREATE FUNCTION follow_indicator() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    AS $$
DECLARE
    bad record;
BEGIN
    IF NEW.code <> OLD.code THEN
        UPDATE quota_revision r SET indicator = NEW.code WHERE r.indicator = OLD.code;
        UPDATE quota_revision r SET weight_by = NEW.code WHERE r.weight_by = OLD.code;
    END IF;
    -- Amounts without a unit of measure are in the indicator's, and base values too. That may be renamed.
    IF NEW.measure_unit <> OLD.measure_unit AND EXISTS (SELECT FROM measure_unit m WHERE m.code = OLD.measure_unit) THEN
        SELECT g.what INTO bad
          FROM (SELECT 'quotas' AS what FROM quota q LEFT JOIN measure_unit f ON f.code = q.measure_unit
                 WHERE q.indicator = NEW.code
                   AND f.dimension IS DISTINCT FROM (SELECT t.dimension FROM measure_unit t WHERE t.code = NEW.measure_unit)
                 UNION ALL
                SELECT 'base values' FROM base_value b WHERE b.indicator = NEW.code) AS g
         LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'indicator "%" cannot be measured in "%": it has % in "%"', NEW.code, NEW.measure_unit, bad.what, OLD.measure_unit
                USING ERRCODE = 'check_violation',
                      HINT = 'Quotas that name no unit of measure are in the indicator''s; name it on them first, and let it be of the same dimension.';
        END IF;
    END IF;
    IF NEW.attribute = 'binding'
       AND (OLD.attribute, OLD.direction, OLD.space_op, OLD.time_op, OLD.weight_by, OLD.denominator)
           IS DISTINCT FROM (NEW.attribute, NEW.direction, NEW.space_op, NEW.time_op, NEW.weight_by, NEW.denominator) THEN
        INSERT INTO quota_check (indicator, period, units)
        SELECT q.indicator, q.period, array_agg(q.unit) FROM quota q WHERE q.indicator = NEW.code GROUP BY q.indicator, q.period;
    END IF;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION follow_indicator() FROM PUBLIC;
COMMENT ON FUNCTION follow_indicator() IS
    'trigger: an indicator that becomes binding has its quotas proven; its history follows its name; its unit of measure stays while amounts are in it';

CREATE TRIGGER indicator_quota_followed AFTER UPDATE ON indicator
    FOR EACH ROW EXECUTE FUNCTION follow_indicator();

CREATE FUNCTION keep_measure_unit() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    AS $$
BEGIN
    IF NEW.code <> OLD.code THEN
        UPDATE quota_revision r SET measure_unit = NEW.code WHERE r.measure_unit = OLD.code;
    END IF;
    IF (NEW.dimension, NEW.factor, NEW.divisor) = (OLD.dimension, OLD.factor, OLD.divisor) THEN
        RETURN NULL;
    END IF;
    -- Whoever gives a quota in it meanwhile is waited for.
    PERFORM FROM measure_unit m WHERE m.code = NEW.code FOR UPDATE;
    IF EXISTS (SELECT FROM quota q WHERE q.measure_unit = NEW.code) THEN
        RAISE EXCEPTION 'unit of measure "%" is in use: its dimension, factor and divisor stay', NEW.code
            USING ERRCODE = 'check_violation',
                  HINT = 'Add another unit of measure.';
    END IF;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION keep_measure_unit() FROM PUBLIC;
COMMENT ON FUNCTION keep_measure_unit() IS 'trigger: a unit of measure that quotas are given in keeps its dimension and size; their history follows its name';

CREATE CONSTRAINT TRIGGER measure_unit_of_quota AFTER UPDATE ON measure_unit
    FOR EACH ROW WHEN ((NEW.code, NEW.dimension, NEW.factor, NEW.divisor) <> (OLD.code, OLD.dimension, OLD.factor, OLD.divisor))
    EXECUTE FUNCTION keep_measure_unit();

-- All that the transaction touched is proven when the first of its rows is.
CREATE FUNCTION check_quota() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    SET jit = off
    AS $$
DECLARE
    work record;
    bad record;
    parents unitcode[];
BEGIN
    IF NOT EXISTS (SELECT FROM quota_check c WHERE c.id = NEW.id) THEN
        RETURN NULL;
    END IF;
    FOR work IN
        WITH taken AS (DELETE FROM quota_check RETURNING indicator, period, units)
        SELECT t.indicator, t.period, array_agg(DISTINCT u) AS units FROM taken t CROSS JOIN LATERAL unnest(t.units) u
         GROUP BY t.indicator, t.period ORDER BY 1, 2
    LOOP
        INSERT INTO quota_proof AS r (indicator, period, unit, proven_at)
        SELECT work.indicator, work.period, m.unit, clock_timestamp()
          FROM (SELECT DISTINCT coalesce(parent(p), p) FROM (SELECT DISTINCT coalesce(parent(u), u) FROM unnest(work.units) u) AS a (p)
                 UNION
                SELECT DISTINCT coalesce(parent(u), u) FROM unnest(work.units) u) AS m (unit)
         ORDER BY m.unit
            ON CONFLICT (indicator, period, unit) DO UPDATE SET proven_at = excluded.proven_at;
        parents := ARRAY(SELECT g.unit
                           FROM (SELECT parent(u) AS unit FROM unnest(work.units) u UNION SELECT u FROM unnest(work.units) u) AS g
                          WHERE EXISTS (SELECT FROM unit c WHERE c.parent = g.unit));
        SELECT g.*, i.direction INTO bad
          FROM gap_of(work.indicator, work.period, parents) g JOIN indicator i ON i.code = work.indicator
         WHERE g.broken ORDER BY g.parent LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'quotas of "%" for %: the children of unit "%" have % of % %', work.indicator, period_label(work.period), bad.parent,
                            trim_scale(round(bad.allotted, 12)), trim_scale(bad.amount - bad.reserve), bad.measure_unit
                USING ERRCODE = 'check_violation',
                      CONSTRAINT = 'quota_transmission', TABLE = 'quota', SCHEMA = TG_TABLE_SCHEMA,
                      DETAIL = CASE WHEN bad.difference < 0
                                    THEN format('That is %s too much: the indicator is binding, its amount a %s, %s of it kept in reserve.',
                                                trim_scale(round(- bad.difference, 12)), bad.direction, trim_scale(bad.reserve))
                                    ELSE format('That is %s too little: the indicator is binding, its amount a %s, and all %s children have quotas.',
                                                trim_scale(round(bad.difference, 12)), bad.direction, bad.n_children) END,
                      HINT = 'transmission_gap shows every such unit; transmit_tree() hands a quota down exactly, tier by tier.';
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION check_quota() FROM PUBLIC;
COMMENT ON FUNCTION check_quota() IS 'trigger: refuses to commit quotas of a binding indicator that lose or exceed what was handed down';

CREATE CONSTRAINT TRIGGER quota_transmission AFTER INSERT ON quota_check
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_quota();

-- Handing down.

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
       SET amount = q.amount + excluded.amount, reserve = q.reserve + excluded.reserve, reason = excluded.reason, decided_at = excluded.decided_at;
    RETURN coalesce(cardinality(carried), 0);
END
$$;
COMMENT ON FUNCTION reform_quotas(unitcode[], boolean) IS
    'carries the quotas of units that have ended, all or those of some, to their counterparts by the shares of lineage, exactly; returns how many it wrote';
