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

CREATE TRIGGER quota_measure_insert AFTER INSERT ON quota
    REFERENCING NEW TABLE AS present FOR EACH STATEMENT EXECUTE FUNCTION check_given_measure();
CREATE TRIGGER quota_measure_update AFTER UPDATE ON quota
    REFERENCING NEW TABLE AS present FOR EACH STATEMENT EXECUTE FUNCTION check_given_measure();

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
ALTER TABLE quota_revision REPLICA IDENTITY FULL; -- It has no key, and names in it follow their indicator's.
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

CREATE VIEW condition_without_quota WITH (security_invoker = true) AS
    SELECT c.indicator, c.unit, c.period, governance.period_label(c.period) AS period_label,
           CASE WHEN governance.parent(c.unit) IS NULL THEN 'the unit has none above it'
                WHEN a.periods IS NULL THEN 'no unit above has a quota of the indicator'
                ELSE 'no unit above has a quota for the period' END AS reason,
           a.periods AS quota_periods
      FROM quota_condition c
     CROSS JOIN LATERAL (
        SELECT array_agg(DISTINCT governance.period_label(q.period)) AS periods, coalesce(bool_or(q.period = c.period), false) AS found
          FROM quota q WHERE q.indicator = c.indicator AND q.unit = ANY (governance.ancestors(governance.parent(c.unit)))) AS a
     WHERE NOT a.found;
COMMENT ON VIEW condition_without_quota IS
    'conditions that concern no quota, and why: none yet, or an indicator, unit or period that is not meant; such a condition does nothing';
COMMENT ON COLUMN condition_without_quota.quota_periods IS 'the periods for which units above have quotas of the indicator';

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

-- What is measured against a base value would move with it. Its source is a note; and an
-- indicator's new name is followed.
CREATE FUNCTION keep_base_value() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    AS $$
BEGIN
    IF (NEW.unit, NEW.period, NEW.version, NEW.value, NEW.set_at) IS DISTINCT FROM (OLD.unit, OLD.period, OLD.version, OLD.value, OLD.set_at)
       OR NEW.indicator <> OLD.indicator AND EXISTS (SELECT FROM indicator i WHERE i.code = OLD.indicator)
    THEN
        RAISE EXCEPTION 'base value of "%" for unit "%", %, is fixed in version %', OLD.indicator, OLD.unit, period_label(OLD.period), OLD.version
            USING ERRCODE = 'check_violation',
                  HINT = 'set_base() fixes present values as a new version; quota_condition may name it in base_version.';
    END IF;
    RETURN NEW;
END
$$;
REVOKE EXECUTE ON FUNCTION keep_base_value() FROM PUBLIC;
COMMENT ON FUNCTION keep_base_value() IS 'trigger: a base value stays as it was fixed; its source may be edited';

CREATE TRIGGER base_value_kept BEFORE UPDATE ON base_value
    FOR EACH ROW EXECUTE FUNCTION keep_base_value();

CREATE FUNCTION keep_base_version() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    SET enable_nestloop = off
    AS $$
DECLARE
    bad record;
BEGIN
    -- Whoever makes a condition meanwhile is waited for.
    LOCK TABLE quota_condition IN SHARE MODE;
    IF TG_OP = 'TRUNCATE' THEN
        SELECT c.* INTO bad FROM quota_condition c WHERE num_nonnulls(c.floor_ratio, c.cap_ratio) > 0 ORDER BY c.indicator, c.period, c.unit LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'base values cannot be truncated: conditions are relative to them'
                USING ERRCODE = 'restrict_violation',
                      DETAIL = format('One is for the quota of "%s" for unit "%s", %s.', bad.indicator, bad.unit, period_label(bad.period)),
                      HINT = 'Truncate quota_condition with them.';
        END IF;
        RETURN NULL;
    END IF;
    SELECT f.*, c.period AS asked_for INTO bad
      FROM former f
      JOIN quota_condition c ON c.indicator = f.indicator AND c.unit = f.unit AND c.base_period = f.period AND num_nonnulls(c.floor_ratio, c.cap_ratio) > 0
      LEFT JOIN (SELECT b.indicator, b.unit, b.period, max(b.version) AS version FROM base_value b GROUP BY b.indicator, b.unit, b.period) AS l
        ON l.indicator = f.indicator AND l.unit = f.unit AND l.period = f.period
     WHERE c.base_version = f.version OR c.base_version IS NULL AND f.version > coalesce(l.version, 0)
     ORDER BY f.indicator, f.period, f.version, f.unit
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'base values of "%" for %, version %, cannot be deleted: conditions are relative to them', bad.indicator, period_label(bad.period), bad.version
            USING ERRCODE = 'restrict_violation',
                  DETAIL = format('One is for the quota of unit "%s", %s.', bad.unit, period_label(bad.asked_for)),
                  HINT = 'Let quota_condition name another version in base_version first.';
    END IF;
    SELECT f.*, b.unit AS kept INTO bad
      FROM former f JOIN base_value b ON b.indicator = f.indicator AND b.period = f.period AND b.version = f.version
     ORDER BY f.indicator, f.period, f.version, f.unit, b.unit
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'base value of "%" for unit "%", %, is fixed in version %', bad.indicator, bad.unit, period_label(bad.period), bad.version
            USING ERRCODE = 'check_violation',
                  DETAIL = format('The version would be left with others, as that of unit "%s".', bad.kept),
                  HINT = 'Delete the whole version in one statement; set_base() fixes present values as a new one.';
    END IF;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION keep_base_version() FROM PUBLIC;
COMMENT ON FUNCTION keep_base_version() IS 'trigger: base values go by whole versions, and only where no condition is relative to them';

CREATE TRIGGER base_value_deleted AFTER DELETE ON base_value
    REFERENCING OLD TABLE AS former FOR EACH STATEMENT EXECUTE FUNCTION keep_base_version();
CREATE TRIGGER base_value_truncated AFTER TRUNCATE ON base_value
    FOR EACH STATEMENT EXECUTE FUNCTION keep_base_version();

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
          AND (OLD.measure_unit IS NULL OR is_measure_unit(OLD.measure_unit))
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
BEGIN
    IF TG_OP <> 'DELETE' THEN
        PERFORM FROM indicator i WHERE i.code IN (SELECT p.indicator FROM present p) ORDER BY i.code FOR SHARE;
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
COMMENT ON FUNCTION note_quota() IS 'trigger: notes which quotas of binding indicators are to be proven at commit';

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
    IF NEW.measure_unit <> OLD.measure_unit AND is_measure_unit(OLD.measure_unit) THEN
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

CREATE FUNCTION follow_measure_unit() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    AS $$
BEGIN
    UPDATE quota_revision r SET measure_unit = NEW.code WHERE r.measure_unit = OLD.code;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION follow_measure_unit() FROM PUBLIC;
COMMENT ON FUNCTION follow_measure_unit() IS 'trigger: the history of quotas follows a unit of measure''s new name';

CREATE TRIGGER measure_unit_quota_followed AFTER UPDATE ON measure_unit
    FOR EACH ROW WHEN (NEW.code <> OLD.code) EXECUTE FUNCTION follow_measure_unit();

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
