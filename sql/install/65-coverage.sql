-- What is wrong with polygons that should cover a territory without gap or overlap.
-- The type geometry is found on the script's search_path, wherever PostGIS is.

CREATE TYPE governance.coverage_defect AS (
    unit_a governance.unitcode,
    unit_b governance.unitcode,
    kind text,
    geom geometry,
    area double precision,
    width double precision
);
COMMENT ON TYPE governance.coverage_defect IS 'a gap, an overlap or a mismatched border between units, as coverage_defects() finds them';
COMMENT ON COLUMN governance.coverage_defect.unit_a IS
    'of an overlap or mismatch the unit of the lesser code; of a gap the one with the longest share of its border';
COMMENT ON COLUMN governance.coverage_defect.unit_b IS 'the other unit; NULL if one unit surrounds a gap';
COMMENT ON COLUMN governance.coverage_defect.kind IS 'overlap, gap or mismatch';
COMMENT ON COLUMN governance.coverage_defect.geom IS
    'multipolygon of an overlap or gap; of a mismatch the border as unit_a draws it, a multilinestring';
COMMENT ON COLUMN governance.coverage_defect.area IS 'in square map units; of a mismatch that of the slivers along the border';
COMMENT ON COLUMN governance.coverage_defect.width IS 'of its widest part, twice the area over the perimeter, in map units';

CREATE FUNCTION governance.coverage_accum(bytea, governance.unitcode, geometry, tolerance double precision) RETURNS bytea
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'gov_coverage_accum';
COMMENT ON FUNCTION governance.coverage_accum(bytea, governance.unitcode, geometry, double precision) IS
    'the state with one more row: a unit and its polygon; transition function of coverage_defects';

CREATE FUNCTION governance.coverage_combine(bytea, bytea) RETURNS bytea
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000
    AS 'MODULE_PATHNAME', 'gov_coverage_combine';
COMMENT ON FUNCTION governance.coverage_combine(bytea, bytea) IS
    'the rows of both states, NULL being none; combine function of coverage_defects';

CREATE FUNCTION governance.coverage_final(bytea) RETURNS governance.coverage_defect[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100000
    AS 'MODULE_PATHNAME', 'gov_coverage_final';
COMMENT ON FUNCTION governance.coverage_final(bytea) IS
    'the defects among the rows of a state; final function of coverage_defects';

-- The state keeps to work_mem, whatever the number of rows.
CREATE AGGREGATE governance.coverage_defects(governance.unitcode, geometry, tolerance double precision) (
    SFUNC = governance.coverage_accum,
    STYPE = bytea,
    SSPACE = 1000000,
    FINALFUNC = governance.coverage_final,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = governance.coverage_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE governance.coverage_defects(governance.unitcode, geometry, double precision) IS
    'gaps, overlaps and mismatched borders among polygons of units; what is narrower than the tolerance is a mismatch';

CREATE FUNCTION governance.shared_border(a geometry, b geometry) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000
    AS 'MODULE_PATHNAME', 'gov_shared_border';
COMMENT ON FUNCTION governance.shared_border(geometry, geometry) IS
    'length of what the borders of two polygons have in common, also where one has points that the other lacks';
