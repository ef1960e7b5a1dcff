-- grade and threshold: limits by which values are judged.

CREATE TYPE governance.grade AS ENUM ('normal', 'notice', 'caution', 'warning', 'breach');
COMMENT ON TYPE governance.grade IS
    'how a value stands to a threshold, from normal to breach; max() is the worst';

CREATE TYPE governance.threshold;

CREATE FUNCTION governance.threshold_in(cstring) RETURNS governance.threshold
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_in';
COMMENT ON FUNCTION governance.threshold_in(cstring) IS
    'reads a threshold: a floor ">= 120 warning 125", a ceiling "<= 80 warning 76" or a band "0.4 .. 0.6 warning 0.45 .. 0.55"';

CREATE FUNCTION governance.threshold_out(governance.threshold) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_out';
COMMENT ON FUNCTION governance.threshold_out(governance.threshold) IS
    'prints a threshold, in one way for equal ones';

CREATE FUNCTION governance.threshold_recv(internal) RETURNS governance.threshold
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_recv';
COMMENT ON FUNCTION governance.threshold_recv(internal) IS
    'reads a threshold from its binary form, which is its text';

CREATE FUNCTION governance.threshold_send(governance.threshold) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_send';
COMMENT ON FUNCTION governance.threshold_send(governance.threshold) IS
    'gives a threshold in binary form, which is its text';

CREATE TYPE governance.threshold (
    INPUT = governance.threshold_in,
    OUTPUT = governance.threshold_out,
    RECEIVE = governance.threshold_recv,
    SEND = governance.threshold_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = main,
    CATEGORY = 'U',
    COLLATABLE = false
);
COMMENT ON TYPE governance.threshold IS
    'limits by which values are graded: a floor, a ceiling or a band, all inclusive, exact in decimal; each grade''s limits lie inside those of the next worse grade';

CREATE CAST (text AS governance.threshold) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (text AS governance.threshold) IS
    'text read as a threshold, as on input';

-- From numbers.

CREATE FUNCTION governance.at_least(
    breach numeric,
    warning numeric DEFAULT NULL,
    caution numeric DEFAULT NULL,
    notice numeric DEFAULT NULL
) RETURNS governance.threshold
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_at_least';
COMMENT ON FUNCTION governance.at_least(numeric, numeric, numeric, numeric) IS
    'a floor of these limits: below each, a value has that grade or a worse one; NULL for a grade without, and for no threshold if breach is NULL';

CREATE FUNCTION governance.at_most(
    breach numeric,
    warning numeric DEFAULT NULL,
    caution numeric DEFAULT NULL,
    notice numeric DEFAULT NULL
) RETURNS governance.threshold
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_at_most';
COMMENT ON FUNCTION governance.at_most(numeric, numeric, numeric, numeric) IS
    'a ceiling of these limits: above each, a value has that grade or a worse one; NULL for a grade without, and for no threshold if breach is NULL';

-- Order and equality. What is laxer by @> comes first; the order says no more about strictness.

CREATE FUNCTION governance.threshold_lt(governance.threshold, governance.threshold) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_lt';
COMMENT ON FUNCTION governance.threshold_lt(governance.threshold, governance.threshold) IS
    'whether the first threshold comes before the second, in an order for sorting; behind the operator <';

CREATE FUNCTION governance.threshold_le(governance.threshold, governance.threshold) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_le';
COMMENT ON FUNCTION governance.threshold_le(governance.threshold, governance.threshold) IS
    'whether the first threshold comes before or equals the second, in an order for sorting; behind the operator <=';

CREATE FUNCTION governance.threshold_eq(governance.threshold, governance.threshold) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_eq';
COMMENT ON FUNCTION governance.threshold_eq(governance.threshold, governance.threshold) IS
    'whether both thresholds have the same limits; behind the operator =';

CREATE FUNCTION governance.threshold_ne(governance.threshold, governance.threshold) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_ne';
COMMENT ON FUNCTION governance.threshold_ne(governance.threshold, governance.threshold) IS
    'whether the thresholds differ in a limit; behind the operator <>';

CREATE FUNCTION governance.threshold_ge(governance.threshold, governance.threshold) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_ge';
COMMENT ON FUNCTION governance.threshold_ge(governance.threshold, governance.threshold) IS
    'whether the first threshold comes after or equals the second, in an order for sorting; behind the operator >=';

CREATE FUNCTION governance.threshold_gt(governance.threshold, governance.threshold) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_gt';
COMMENT ON FUNCTION governance.threshold_gt(governance.threshold, governance.threshold) IS
    'whether the first threshold comes after the second, in an order for sorting; behind the operator >';

CREATE OPERATOR governance.< (
    FUNCTION = governance.threshold_lt, LEFTARG = governance.threshold, RIGHTARG = governance.threshold,
    COMMUTATOR = OPERATOR(governance.>), NEGATOR = OPERATOR(governance.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR governance.< (governance.threshold, governance.threshold) IS
    'whether the first threshold comes before the second, in an order for sorting';

CREATE OPERATOR governance.<= (
    FUNCTION = governance.threshold_le, LEFTARG = governance.threshold, RIGHTARG = governance.threshold,
    COMMUTATOR = OPERATOR(governance.>=), NEGATOR = OPERATOR(governance.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR governance.<= (governance.threshold, governance.threshold) IS
    'whether the first threshold comes before or equals the second, in an order for sorting';

CREATE OPERATOR governance.= (
    FUNCTION = governance.threshold_eq, LEFTARG = governance.threshold, RIGHTARG = governance.threshold,
    COMMUTATOR = OPERATOR(governance.=), NEGATOR = OPERATOR(governance.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel,
    HASHES, MERGES
);
COMMENT ON OPERATOR governance.= (governance.threshold, governance.threshold) IS
    'whether both thresholds have the same limits';

CREATE OPERATOR governance.<> (
    FUNCTION = governance.threshold_ne, LEFTARG = governance.threshold, RIGHTARG = governance.threshold,
    COMMUTATOR = OPERATOR(governance.<>), NEGATOR = OPERATOR(governance.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR governance.<> (governance.threshold, governance.threshold) IS
    'whether the thresholds differ in a limit';

CREATE OPERATOR governance.>= (
    FUNCTION = governance.threshold_ge, LEFTARG = governance.threshold, RIGHTARG = governance.threshold,
    COMMUTATOR = OPERATOR(governance.<=), NEGATOR = OPERATOR(governance.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR governance.>= (governance.threshold, governance.threshold) IS
    'whether the first threshold comes after or equals the second, in an order for sorting';

CREATE OPERATOR governance.> (
    FUNCTION = governance.threshold_gt, LEFTARG = governance.threshold, RIGHTARG = governance.threshold,
    COMMUTATOR = OPERATOR(governance.<), NEGATOR = OPERATOR(governance.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR governance.> (governance.threshold, governance.threshold) IS
    'whether the first threshold comes after the second, in an order for sorting';

CREATE FUNCTION governance.threshold_cmp(governance.threshold, governance.threshold) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_cmp';
COMMENT ON FUNCTION governance.threshold_cmp(governance.threshold, governance.threshold) IS
    'negative, zero or positive as the first threshold comes before, equals or comes after the second';

CREATE FUNCTION governance.threshold_hash(governance.threshold) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_hash';
COMMENT ON FUNCTION governance.threshold_hash(governance.threshold) IS
    'hash of a threshold';

CREATE FUNCTION governance.threshold_hash_extended(governance.threshold, bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_hash_extended';
COMMENT ON FUNCTION governance.threshold_hash_extended(governance.threshold, bigint) IS
    '64-bit hash of a threshold with a seed';

CREATE OPERATOR CLASS governance.threshold_ops
    DEFAULT FOR TYPE governance.threshold USING btree AS
    OPERATOR 1 governance.<,
    OPERATOR 2 governance.<=,
    OPERATOR 3 governance.=,
    OPERATOR 4 governance.>=,
    OPERATOR 5 governance.>,
    FUNCTION 1 governance.threshold_cmp(governance.threshold, governance.threshold),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS governance.threshold_ops USING btree IS
    'thresholds sorted, the laxer by @> before the stricter';
COMMENT ON OPERATOR FAMILY governance.threshold_ops USING btree IS
    'thresholds sorted, the laxer by @> before the stricter';

CREATE OPERATOR CLASS governance.threshold_ops
    DEFAULT FOR TYPE governance.threshold USING hash AS
    OPERATOR 1 governance.=,
    FUNCTION 1 governance.threshold_hash(governance.threshold),
    FUNCTION 2 governance.threshold_hash_extended(governance.threshold, bigint);
COMMENT ON OPERATOR CLASS governance.threshold_ops USING hash IS
    'equality of thresholds by hashing';
COMMENT ON OPERATOR FAMILY governance.threshold_ops USING hash IS
    'equality of thresholds by hashing';

-- Grades and margins of values.

CREATE FUNCTION governance.grade(value numeric, threshold governance.threshold) RETURNS governance.grade
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_grade';
COMMENT ON FUNCTION governance.grade(numeric, governance.threshold) IS
    'grade of a value: the worst of those whose limits it does not keep, normal if there is none';

CREATE FUNCTION governance.margin(value numeric, threshold governance.threshold) RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_margin';
COMMENT ON FUNCTION governance.margin(numeric, governance.threshold) IS
    'distance of a value to the nearest breach limit: positive inside, zero at it, negative in breach';

CREATE FUNCTION governance.relative_margin(value numeric, threshold governance.threshold) RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_relative_margin';
COMMENT ON FUNCTION governance.relative_margin(numeric, governance.threshold) IS
    'margin() over the size of that limit: -0.05 is five per cent beyond it; NULL where the limit is 0';

-- The limits, as numbers.

CREATE FUNCTION governance.lower_limit(threshold governance.threshold, grade governance.grade DEFAULT 'breach') RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_lower_limit';
COMMENT ON FUNCTION governance.lower_limit(governance.threshold, governance.grade) IS
    'the least value that is better than the grade; NULL if the threshold has no lower limits, and for the grade normal';

CREATE FUNCTION governance.upper_limit(threshold governance.threshold, grade governance.grade DEFAULT 'breach') RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_upper_limit';
COMMENT ON FUNCTION governance.upper_limit(governance.threshold, governance.grade) IS
    'the largest value that is better than the grade; NULL if the threshold has no upper limits, and for the grade normal';

CREATE FUNCTION governance.limits(threshold governance.threshold)
    RETURNS TABLE (grade governance.grade, lower numeric, upper numeric)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 3
    AS 'MODULE_PATHNAME', 'gov_threshold_limits';
COMMENT ON FUNCTION governance.limits(governance.threshold) IS
    'a row for each grade worse than normal that the threshold gives, the worst first, with the limits that a value has to keep to be better';

-- Strictness.

CREATE FUNCTION governance.no_stricter(governance.threshold, governance.threshold) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_no_stricter';
COMMENT ON FUNCTION governance.no_stricter(governance.threshold, governance.threshold) IS
    'whether no value has a better grade by the second threshold than by the first; behind the operator @>';

CREATE FUNCTION governance.no_laxer(governance.threshold, governance.threshold) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_no_laxer';
COMMENT ON FUNCTION governance.no_laxer(governance.threshold, governance.threshold) IS
    'whether no value has a better grade by the first threshold than by the second; behind the operator <@';

CREATE OPERATOR governance.@> (
    FUNCTION = governance.no_stricter, LEFTARG = governance.threshold, RIGHTARG = governance.threshold,
    COMMUTATOR = OPERATOR(governance.<@),
    RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR governance.@> (governance.threshold, governance.threshold) IS
    'whether no value has a better grade by the second threshold than by the first: the second is no laxer';

CREATE OPERATOR governance.<@ (
    FUNCTION = governance.no_laxer, LEFTARG = governance.threshold, RIGHTARG = governance.threshold,
    COMMUTATOR = OPERATOR(governance.@>),
    RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR governance.<@ (governance.threshold, governance.threshold) IS
    'whether no value has a better grade by the first threshold than by the second: the first is no laxer';

CREATE FUNCTION governance.tighten(governance.threshold, governance.threshold) RETURNS governance.threshold
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_threshold_tighten';
COMMENT ON FUNCTION governance.tighten(governance.threshold, governance.threshold) IS
    'the stricter of both limits for each grade, so that a value has the worse of its two grades; an error if no value could be normal';

CREATE AGGREGATE governance.tighten(governance.threshold) (
    SFUNC = governance.tighten,
    STYPE = governance.threshold,
    COMBINEFUNC = governance.tighten,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE governance.tighten(governance.threshold) IS
    'the strictest limits of all for each grade, so that a value has the worst of its grades; NULL if there is none';
