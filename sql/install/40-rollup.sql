-- unit_rollup: all tiers of a hierarchy in one pass.

CREATE TYPE governance.unit_rollup;
COMMENT ON TYPE governance.unit_rollup IS
    'exact count, sum, smallest, largest and weighted sum of every unit that occurs; read out with unnest() and lookup()';

CREATE FUNCTION governance.unit_rollup_in(cstring) RETURNS governance.unit_rollup
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_rollup_in';
COMMENT ON FUNCTION governance.unit_rollup_in(cstring) IS 'input function of unit_rollup';

CREATE FUNCTION governance.unit_rollup_out(governance.unit_rollup) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_rollup_out';
COMMENT ON FUNCTION governance.unit_rollup_out(governance.unit_rollup) IS 'output function of unit_rollup';

CREATE FUNCTION governance.unit_rollup_recv(internal) RETURNS governance.unit_rollup
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_rollup_recv';
COMMENT ON FUNCTION governance.unit_rollup_recv(internal) IS 'binary input function of unit_rollup';

CREATE FUNCTION governance.unit_rollup_send(governance.unit_rollup) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_rollup_send';
COMMENT ON FUNCTION governance.unit_rollup_send(governance.unit_rollup) IS
    'binary output function of unit_rollup; equal states give equal bytes';

CREATE TYPE governance.unit_rollup (
    INPUT = governance.unit_rollup_in,
    OUTPUT = governance.unit_rollup_out,
    RECEIVE = governance.unit_rollup_recv,
    SEND = governance.unit_rollup_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);

-- Comparison: the same contents, display scales included.

CREATE FUNCTION governance.unit_rollup_eq(governance.unit_rollup, governance.unit_rollup) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'gov_rollup_eq';
COMMENT ON FUNCTION governance.unit_rollup_eq(governance.unit_rollup, governance.unit_rollup) IS
    'do both hold the same units with the same amounts, printed with the same decimals? implementation of =';

CREATE FUNCTION governance.unit_rollup_ne(governance.unit_rollup, governance.unit_rollup) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'gov_rollup_ne';
COMMENT ON FUNCTION governance.unit_rollup_ne(governance.unit_rollup, governance.unit_rollup) IS
    'do they differ in any unit or amount? implementation of <>';

CREATE OPERATOR governance.= (
    LEFTARG = governance.unit_rollup, RIGHTARG = governance.unit_rollup,
    FUNCTION = governance.unit_rollup_eq,
    COMMUTATOR = OPERATOR(governance.=), NEGATOR = OPERATOR(governance.<>),
    RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel, HASHES
);
COMMENT ON OPERATOR governance.= (governance.unit_rollup, governance.unit_rollup) IS 'same contents';

CREATE OPERATOR governance.<> (
    LEFTARG = governance.unit_rollup, RIGHTARG = governance.unit_rollup,
    FUNCTION = governance.unit_rollup_ne,
    COMMUTATOR = OPERATOR(governance.<>), NEGATOR = OPERATOR(governance.=),
    RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR governance.<> (governance.unit_rollup, governance.unit_rollup) IS 'different contents';

CREATE FUNCTION governance.unit_rollup_hash(governance.unit_rollup) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'gov_rollup_hash';
COMMENT ON FUNCTION governance.unit_rollup_hash(governance.unit_rollup) IS 'hash of a unit_rollup''s contents';

CREATE FUNCTION governance.unit_rollup_hash_extended(governance.unit_rollup, bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'gov_rollup_hash_extended';
COMMENT ON FUNCTION governance.unit_rollup_hash_extended(governance.unit_rollup, bigint) IS
    'hash of a unit_rollup''s contents, 64 bits, with a seed';

CREATE OPERATOR CLASS governance.unit_rollup_ops
    DEFAULT FOR TYPE governance.unit_rollup USING hash AS
        OPERATOR 1 governance.= (governance.unit_rollup, governance.unit_rollup),
        FUNCTION 1 governance.unit_rollup_hash(governance.unit_rollup),
        FUNCTION 2 governance.unit_rollup_hash_extended(governance.unit_rollup, bigint);
COMMENT ON OPERATOR CLASS governance.unit_rollup_ops USING hash IS
    'equality of unit_rollup, for GROUP BY, DISTINCT and set operations';

-- Accumulating and merging.

CREATE FUNCTION governance.unit_rollup_accum(governance.unit_rollup, governance.unitcode, numeric)
    RETURNS governance.unit_rollup
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_rollup_accum';
COMMENT ON FUNCTION governance.unit_rollup_accum(governance.unit_rollup, governance.unitcode, numeric) IS
    'the state with one more row: a unit and its value; transition function of unit_rollup(unitcode, numeric)';

CREATE FUNCTION governance.unit_rollup_accum(governance.unit_rollup, governance.unitcode, numeric, weight numeric)
    RETURNS governance.unit_rollup
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_rollup_accum';
COMMENT ON FUNCTION governance.unit_rollup_accum(governance.unit_rollup, governance.unitcode, numeric, numeric) IS
    'the state with one more row: a unit, its value and the value''s weight; transition function of unit_rollup(unitcode, numeric, numeric)';

CREATE FUNCTION governance.unit_rollup_combine(governance.unit_rollup, governance.unit_rollup)
    RETURNS governance.unit_rollup
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'gov_rollup_combine';
COMMENT ON FUNCTION governance.unit_rollup_combine(governance.unit_rollup, governance.unit_rollup) IS
    'both states in one, NULL being none; combine function of the aggregates unit_rollup';

CREATE FUNCTION governance.unit_rollup_add(governance.unit_rollup, governance.unit_rollup)
    RETURNS governance.unit_rollup
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'gov_rollup_combine';
COMMENT ON FUNCTION governance.unit_rollup_add(governance.unit_rollup, governance.unit_rollup) IS
    'both states in one; implementation of +';

CREATE OPERATOR governance.+ (
    LEFTARG = governance.unit_rollup, RIGHTARG = governance.unit_rollup,
    FUNCTION = governance.unit_rollup_add,
    COMMUTATOR = OPERATOR(governance.+)
);
COMMENT ON OPERATOR governance.+ (governance.unit_rollup, governance.unit_rollup) IS
    'both states in one: as if one aggregate had seen the rows of both';

-- A state of few units takes some hundred bytes, one of many 32 bytes or more a unit.
CREATE AGGREGATE governance.unit_rollup(governance.unitcode, numeric) (
    SFUNC = governance.unit_rollup_accum,
    STYPE = governance.unit_rollup,
    SSPACE = 1024,
    COMBINEFUNC = governance.unit_rollup_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE governance.unit_rollup(governance.unitcode, numeric) IS
    'units and values to their unit_rollup: exact count, sum, smallest and largest value of every unit and, when read out, of all its ancestors';

CREATE AGGREGATE governance.unit_rollup(governance.unitcode, numeric, weight numeric) (
    SFUNC = governance.unit_rollup_accum,
    STYPE = governance.unit_rollup,
    SSPACE = 1024,
    COMBINEFUNC = governance.unit_rollup_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE governance.unit_rollup(governance.unitcode, numeric, numeric) IS
    'the same with a weight for each value, so that the weighted mean is known too';

CREATE AGGREGATE governance.unit_rollup(governance.unit_rollup) (
    SFUNC = governance.unit_rollup_combine,
    STYPE = governance.unit_rollup,
    SSPACE = 4096,
    COMBINEFUNC = governance.unit_rollup_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE governance.unit_rollup(governance.unit_rollup) IS
    'states merged into one, as if one aggregate had seen all their rows';

-- Reading out.

CREATE TYPE governance.unit_rollup_row AS (
    unit governance.unitcode,
    n bigint,
    own bigint,
    total numeric,
    mean numeric,
    weighted_mean numeric,
    weight numeric,
    minimum numeric,
    maximum numeric
);
COMMENT ON TYPE governance.unit_rollup_row IS 'what a unit_rollup knows of a unit and its subtree';
COMMENT ON COLUMN governance.unit_rollup_row.unit IS 'the unit';
COMMENT ON COLUMN governance.unit_rollup_row.n IS 'values in its subtree that are not NULL';
COMMENT ON COLUMN governance.unit_rollup_row.own IS 'those of them that are the unit''s own';
COMMENT ON COLUMN governance.unit_rollup_row.total IS 'their sum; NULL if there are none';
COMMENT ON COLUMN governance.unit_rollup_row.mean IS 'total / n, as avg(numeric) gives it';
COMMENT ON COLUMN governance.unit_rollup_row.weighted_mean IS
    'sum of value * weight over weight; NULL if that is 0 or no value has a weight';
COMMENT ON COLUMN governance.unit_rollup_row.weight IS 'sum of the weights of the values';
COMMENT ON COLUMN governance.unit_rollup_row.minimum IS 'the smallest value, with the decimals of total';
COMMENT ON COLUMN governance.unit_rollup_row.maximum IS 'the largest value, with the decimals of total';

CREATE FUNCTION governance.unnest(governance.unit_rollup) RETURNS SETOF governance.unit_rollup_row
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 1000
    AS 'MODULE_PATHNAME', 'gov_rollup_unnest';
COMMENT ON FUNCTION governance.unnest(governance.unit_rollup) IS
    'a row for every unit of the state and every ancestor of one, in the order of their codes';

CREATE FUNCTION governance.lookup(governance.unit_rollup, governance.unitcode)
    RETURNS governance.unit_rollup_row
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'gov_rollup_lookup';
COMMENT ON FUNCTION governance.lookup(governance.unit_rollup, governance.unitcode) IS
    'the row that unnest() would give for the unit; NULL if it neither occurs nor has a descendant that does';
