-- unitcode: the place of a unit in a hierarchy, as a path of labels.

CREATE TYPE governance.unitcode;

CREATE FUNCTION governance.unitcode_in(cstring) RETURNS governance.unitcode
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_in';
COMMENT ON FUNCTION governance.unitcode_in(cstring) IS
    'reads a code such as 33.01.06: 1 to 32 labels of 1 to 63 ASCII letters, digits or underscores, joined by "."';

CREATE FUNCTION governance.unitcode_out(governance.unitcode) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_out';
COMMENT ON FUNCTION governance.unitcode_out(governance.unitcode) IS
    'prints a code';

CREATE FUNCTION governance.unitcode_recv(internal) RETURNS governance.unitcode
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_recv';
COMMENT ON FUNCTION governance.unitcode_recv(internal) IS
    'reads a code from its binary form, which is its text';

CREATE FUNCTION governance.unitcode_send(governance.unitcode) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_send';
COMMENT ON FUNCTION governance.unitcode_send(governance.unitcode) IS
    'gives a code in binary form, which is its text';

CREATE FUNCTION governance.unitcode_typanalyze(internal) RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_typanalyze';
COMMENT ON FUNCTION governance.unitcode_typanalyze(internal) IS
    'ANALYZE for columns of codes: besides the usual, the subtrees with most rows and the spread over depths';

CREATE TYPE governance.unitcode (
    INPUT = governance.unitcode_in,
    OUTPUT = governance.unitcode_out,
    RECEIVE = governance.unitcode_recv,
    SEND = governance.unitcode_send,
    ANALYZE = governance.unitcode_typanalyze,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = main,
    CATEGORY = 'U',
    COLLATABLE = false
);
COMMENT ON TYPE governance.unitcode IS
    'the place of a unit in a hierarchy: labels from the root down, joined by ".", ordered bytewise, so that a unit comes just before its subtree';

CREATE FUNCTION governance.unitcode_text_support(internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_text_support';
COMMENT ON FUNCTION governance.unitcode_text_support(internal) IS
    'planner support of the cast to text: before PostgreSQL 18 the call is left out';

CREATE FUNCTION governance.unitcode_text(governance.unitcode) RETURNS text
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT governance.unitcode_text_support
    AS 'MODULE_PATHNAME', 'gov_unitcode_text';
COMMENT ON FUNCTION governance.unitcode_text(governance.unitcode) IS
    'a code as text, byte for byte; behind the cast';

CREATE CAST (governance.unitcode AS text) WITH FUNCTION governance.unitcode_text(governance.unitcode) AS IMPLICIT;
COMMENT ON CAST (governance.unitcode AS text) IS
    'a code as text, byte for byte';
CREATE CAST (text AS governance.unitcode) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (text AS governance.unitcode) IS
    'text read as a code, checked as on input';

-- Order and equality.

CREATE FUNCTION governance.unitcode_lt(governance.unitcode, governance.unitcode) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_lt';
COMMENT ON FUNCTION governance.unitcode_lt(governance.unitcode, governance.unitcode) IS
    'whether the first code comes before the second, bytewise; behind the operator <';

CREATE FUNCTION governance.unitcode_le(governance.unitcode, governance.unitcode) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_le';
COMMENT ON FUNCTION governance.unitcode_le(governance.unitcode, governance.unitcode) IS
    'whether the first code comes before or equals the second, bytewise; behind the operator <=';

CREATE FUNCTION governance.unitcode_eq(governance.unitcode, governance.unitcode) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_eq';
COMMENT ON FUNCTION governance.unitcode_eq(governance.unitcode, governance.unitcode) IS
    'whether the first code equals the second, bytewise; behind the operator =';

CREATE FUNCTION governance.unitcode_ne(governance.unitcode, governance.unitcode) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_ne';
COMMENT ON FUNCTION governance.unitcode_ne(governance.unitcode, governance.unitcode) IS
    'whether the first code differs from the second, bytewise; behind the operator <>';

CREATE FUNCTION governance.unitcode_ge(governance.unitcode, governance.unitcode) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_ge';
COMMENT ON FUNCTION governance.unitcode_ge(governance.unitcode, governance.unitcode) IS
    'whether the first code comes after or equals the second, bytewise; behind the operator >=';

CREATE FUNCTION governance.unitcode_gt(governance.unitcode, governance.unitcode) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_gt';
COMMENT ON FUNCTION governance.unitcode_gt(governance.unitcode, governance.unitcode) IS
    'whether the first code comes after the second, bytewise; behind the operator >';

CREATE OPERATOR governance.< (
    FUNCTION = governance.unitcode_lt, LEFTARG = governance.unitcode, RIGHTARG = governance.unitcode,
    COMMUTATOR = OPERATOR(governance.>), NEGATOR = OPERATOR(governance.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR governance.< (governance.unitcode, governance.unitcode) IS
    'whether the first code comes before the second, bytewise';

CREATE OPERATOR governance.<= (
    FUNCTION = governance.unitcode_le, LEFTARG = governance.unitcode, RIGHTARG = governance.unitcode,
    COMMUTATOR = OPERATOR(governance.>=), NEGATOR = OPERATOR(governance.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR governance.<= (governance.unitcode, governance.unitcode) IS
    'whether the first code comes before or equals the second, bytewise';

CREATE OPERATOR governance.= (
    FUNCTION = governance.unitcode_eq, LEFTARG = governance.unitcode, RIGHTARG = governance.unitcode,
    COMMUTATOR = OPERATOR(governance.=), NEGATOR = OPERATOR(governance.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel,
    HASHES, MERGES
);
COMMENT ON OPERATOR governance.= (governance.unitcode, governance.unitcode) IS
    'whether the first code equals the second, bytewise';

CREATE OPERATOR governance.<> (
    FUNCTION = governance.unitcode_ne, LEFTARG = governance.unitcode, RIGHTARG = governance.unitcode,
    COMMUTATOR = OPERATOR(governance.<>), NEGATOR = OPERATOR(governance.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR governance.<> (governance.unitcode, governance.unitcode) IS
    'whether the first code differs from the second, bytewise';

CREATE OPERATOR governance.>= (
    FUNCTION = governance.unitcode_ge, LEFTARG = governance.unitcode, RIGHTARG = governance.unitcode,
    COMMUTATOR = OPERATOR(governance.<=), NEGATOR = OPERATOR(governance.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR governance.>= (governance.unitcode, governance.unitcode) IS
    'whether the first code comes after or equals the second, bytewise';

CREATE OPERATOR governance.> (
    FUNCTION = governance.unitcode_gt, LEFTARG = governance.unitcode, RIGHTARG = governance.unitcode,
    COMMUTATOR = OPERATOR(governance.<), NEGATOR = OPERATOR(governance.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR governance.> (governance.unitcode, governance.unitcode) IS
    'whether the first code comes after the second, bytewise';

CREATE FUNCTION governance.unitcode_cmp(governance.unitcode, governance.unitcode) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_cmp';
COMMENT ON FUNCTION governance.unitcode_cmp(governance.unitcode, governance.unitcode) IS
    'negative, zero or positive as the first code comes before, equals or comes after the second';

CREATE FUNCTION governance.unitcode_sortsupport(internal) RETURNS void
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_sortsupport';
COMMENT ON FUNCTION governance.unitcode_sortsupport(internal) IS
    'fast sorting of codes, for the btree operator class';

CREATE FUNCTION governance.unitcode_hash(governance.unitcode) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_hash';
COMMENT ON FUNCTION governance.unitcode_hash(governance.unitcode) IS
    'hash of a code';

CREATE FUNCTION governance.unitcode_hash_extended(governance.unitcode, bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_hash_extended';
COMMENT ON FUNCTION governance.unitcode_hash_extended(governance.unitcode, bigint) IS
    '64-bit hash of a code with a seed';

CREATE OPERATOR CLASS governance.unitcode_ops
    DEFAULT FOR TYPE governance.unitcode USING btree AS
    OPERATOR 1 governance.<,
    OPERATOR 2 governance.<=,
    OPERATOR 3 governance.=,
    OPERATOR 4 governance.>=,
    OPERATOR 5 governance.>,
    FUNCTION 1 governance.unitcode_cmp(governance.unitcode, governance.unitcode),
    FUNCTION 2 governance.unitcode_sortsupport(internal),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS governance.unitcode_ops USING btree IS
    'codes in byte order; also answers @> and <@ through the planner';
COMMENT ON OPERATOR FAMILY governance.unitcode_ops USING btree IS
    'codes in byte order; also answers @> and <@ through the planner';

CREATE OPERATOR CLASS governance.unitcode_ops
    DEFAULT FOR TYPE governance.unitcode USING hash AS
    OPERATOR 1 governance.=,
    FUNCTION 1 governance.unitcode_hash(governance.unitcode),
    FUNCTION 2 governance.unitcode_hash_extended(governance.unitcode, bigint);
COMMENT ON OPERATOR CLASS governance.unitcode_ops USING hash IS
    'equality of codes by hashing';
COMMENT ON OPERATOR FAMILY governance.unitcode_ops USING hash IS
    'equality of codes by hashing';

-- Ancestors and descendants.

CREATE FUNCTION governance.is_ancestor_support(internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_ancestor_support';
COMMENT ON FUNCTION governance.is_ancestor_support(internal) IS
    'planner support of @>: index conditions and selectivity';

CREATE FUNCTION governance.is_ancestor_sel(internal, oid, internal, integer) RETURNS double precision
    LANGUAGE c STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_ancestor_sel';
COMMENT ON FUNCTION governance.is_ancestor_sel(internal, oid, internal, integer) IS
    'restriction selectivity of @>';

CREATE FUNCTION governance.is_ancestor_joinsel(internal, oid, internal, smallint, internal) RETURNS double precision
    LANGUAGE c STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_ancestor_joinsel';
COMMENT ON FUNCTION governance.is_ancestor_joinsel(internal, oid, internal, smallint, internal) IS
    'join selectivity of @>';

CREATE FUNCTION governance.is_descendant_support(internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_descendant_support';
COMMENT ON FUNCTION governance.is_descendant_support(internal) IS
    'planner support of <@: index conditions and selectivity';

CREATE FUNCTION governance.is_descendant_sel(internal, oid, internal, integer) RETURNS double precision
    LANGUAGE c STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_descendant_sel';
COMMENT ON FUNCTION governance.is_descendant_sel(internal, oid, internal, integer) IS
    'restriction selectivity of <@';

CREATE FUNCTION governance.is_descendant_joinsel(internal, oid, internal, smallint, internal) RETURNS double precision
    LANGUAGE c STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_descendant_joinsel';
COMMENT ON FUNCTION governance.is_descendant_joinsel(internal, oid, internal, smallint, internal) IS
    'join selectivity of <@';

CREATE FUNCTION governance.is_ancestor(governance.unitcode, governance.unitcode) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT governance.is_ancestor_support
    AS 'MODULE_PATHNAME', 'gov_unitcode_is_ancestor';
COMMENT ON FUNCTION governance.is_ancestor(governance.unitcode, governance.unitcode) IS
    'whether the first code is an ancestor of the second, or the same; behind the operator @>';

CREATE FUNCTION governance.is_descendant(governance.unitcode, governance.unitcode) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT governance.is_descendant_support
    AS 'MODULE_PATHNAME', 'gov_unitcode_is_descendant';
COMMENT ON FUNCTION governance.is_descendant(governance.unitcode, governance.unitcode) IS
    'whether the first code is a descendant of the second, or the same; behind the operator <@';

CREATE OPERATOR governance.@> (
    FUNCTION = governance.is_ancestor, LEFTARG = governance.unitcode, RIGHTARG = governance.unitcode,
    COMMUTATOR = OPERATOR(governance.<@),
    RESTRICT = governance.is_ancestor_sel, JOIN = governance.is_ancestor_joinsel
);
COMMENT ON OPERATOR governance.@> (governance.unitcode, governance.unitcode) IS
    'whether the first code is an ancestor of the second, or the same';

CREATE OPERATOR governance.<@ (
    FUNCTION = governance.is_descendant, LEFTARG = governance.unitcode, RIGHTARG = governance.unitcode,
    COMMUTATOR = OPERATOR(governance.@>),
    RESTRICT = governance.is_descendant_sel, JOIN = governance.is_descendant_joinsel
);
COMMENT ON OPERATOR governance.<@ (governance.unitcode, governance.unitcode) IS
    'whether the first code is a descendant of the second, or the same';

CREATE FUNCTION governance.subtree_end(governance.unitcode) RETURNS governance.unitcode
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_subtree_end';
COMMENT ON FUNCTION governance.subtree_end(governance.unitcode) IS
    'the first place after a codes subtree in byte order, so that the subtree is code <= x < subtree_end(code); it ends in "/", names no unit and cannot be read in';

-- Official codes.

CREATE FUNCTION governance.unitcode(official text, widths integer[]) RETURNS governance.unitcode
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_from_official';
COMMENT ON FUNCTION governance.unitcode(text, integer[]) IS
    'cuts a fixed-width official code into labels: 330106 by {2,2,2,3,3} is 33.01.06; the code may end after any of the widths';

CREATE FUNCTION governance.gb2260(official text) RETURNS governance.unitcode
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_gb2260';
COMMENT ON FUNCTION governance.gb2260(text) IS
    'reads a Chinese GB/T 2260 code of 2, 4, 6, 9 or 12 digits; tiers at its end that are zero are dropped: 330100 is 33.01';

CREATE FUNCTION governance.official(governance.unitcode) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_official';
COMMENT ON FUNCTION governance.official(governance.unitcode) IS
    'joins the labels of a code: 33.01.06 is 330106';

-- The parts of a code.

CREATE FUNCTION governance.depth(governance.unitcode) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_depth';
COMMENT ON FUNCTION governance.depth(governance.unitcode) IS
    'number of labels; a root has depth 1';

CREATE FUNCTION governance.label(governance.unitcode) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_label';
COMMENT ON FUNCTION governance.label(governance.unitcode) IS
    'last label of a code';

CREATE FUNCTION governance.parent(governance.unitcode) RETURNS governance.unitcode
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_parent';
COMMENT ON FUNCTION governance.parent(governance.unitcode) IS
    'code without its last label; NULL for a root';

CREATE FUNCTION governance.ancestor(code governance.unitcode, depth integer) RETURNS governance.unitcode
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_ancestor';
COMMENT ON FUNCTION governance.ancestor(governance.unitcode, integer) IS
    'first labels of a code, as many as depth says; NULL if depth is below 1 or the code has fewer labels';

CREATE FUNCTION governance.ancestors(governance.unitcode) RETURNS governance.unitcode[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_ancestors';
COMMENT ON FUNCTION governance.ancestors(governance.unitcode) IS
    'all ancestors of a code, root first, and the code itself last';

CREATE FUNCTION governance.child(parent governance.unitcode, label text) RETURNS governance.unitcode
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_child';
COMMENT ON FUNCTION governance.child(governance.unitcode, text) IS
    'code with one more label';

CREATE FUNCTION governance.common_ancestor(governance.unitcode, governance.unitcode) RETURNS governance.unitcode
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_common_ancestor';
COMMENT ON FUNCTION governance.common_ancestor(governance.unitcode, governance.unitcode) IS
    'deepest code that both are or descend from; NULL if their roots differ';

CREATE FUNCTION governance.common_ancestor_step(state text, governance.unitcode) RETURNS text
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_common_step';
COMMENT ON FUNCTION governance.common_ancestor_step(text, governance.unitcode) IS
    'step of the aggregate common_ancestor: what state and code have in common, empty if nothing; the other where one is NULL';

CREATE FUNCTION governance.common_ancestor_combine(text, text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_common_combine';
COMMENT ON FUNCTION governance.common_ancestor_combine(text, text) IS
    'combination of two states of the aggregate common_ancestor';

CREATE FUNCTION governance.common_ancestor_final(state text) RETURNS governance.unitcode
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'gov_unitcode_common_final';
COMMENT ON FUNCTION governance.common_ancestor_final(text) IS
    'result of the aggregate common_ancestor; NULL for an empty state';

CREATE AGGREGATE governance.common_ancestor(governance.unitcode) (
    SFUNC = governance.common_ancestor_step,
    STYPE = text,
    FINALFUNC = governance.common_ancestor_final,
    COMBINEFUNC = governance.common_ancestor_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE governance.common_ancestor(governance.unitcode) IS
    'deepest code that all of them are or descend from; NULL if their roots differ or there is none';
