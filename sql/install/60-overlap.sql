-- Areas common to two polygons, without building their intersection.
-- The type geometry is found on the script's search_path, wherever PostGIS is.

CREATE FUNCTION governance.overlap_area(a geometry, b geometry) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200
    AS 'MODULE_PATHNAME', 'gov_overlap_area';
COMMENT ON FUNCTION governance.overlap_area(geometry, geometry) IS
    'area of the intersection of two polygons or multipolygons; an invalid one is refused';

CREATE FUNCTION governance.overlap_area(a geometry, b geometry, valid boolean) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200
    AS 'MODULE_PATHNAME', 'gov_overlap_area';
COMMENT ON FUNCTION governance.overlap_area(geometry, geometry, boolean) IS
    'area of the intersection of two polygons or multipolygons; with true the caller vouches for their being valid, and it is not checked';

CREATE FUNCTION governance.overlap_share(a geometry, b geometry) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200
    AS 'MODULE_PATHNAME', 'gov_overlap_share';
COMMENT ON FUNCTION governance.overlap_share(geometry, geometry) IS
    'share of the first polygon''s area that the second covers, 0 to 1; NULL if the first is empty';

CREATE FUNCTION governance.overlap_share(a geometry, b geometry, valid boolean) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200
    AS 'MODULE_PATHNAME', 'gov_overlap_share';
COMMENT ON FUNCTION governance.overlap_share(geometry, geometry, boolean) IS
    'share of the first polygon''s area that the second covers; with true the caller vouches for both being valid';

CREATE FUNCTION governance.covers_area(parent geometry, child geometry) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200
    AS 'MODULE_PATHNAME', 'gov_covers_area';
COMMENT ON FUNCTION governance.covers_area(geometry, geometry) IS
    'area of the second polygon, the child, that the first one leaves uncovered';

CREATE FUNCTION governance.covers_area(parent geometry, child geometry, valid boolean) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200
    AS 'MODULE_PATHNAME', 'gov_covers_area';
COMMENT ON FUNCTION governance.covers_area(geometry, geometry, boolean) IS
    'area of the second polygon, the child, that the first one leaves uncovered; with true the caller vouches for both being valid';

CREATE FUNCTION governance.polygon_near(geom geometry, other geometry, margin double precision) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000
    AS 'MODULE_PATHNAME', 'gov_polygon_near';
COMMENT ON FUNCTION governance.polygon_near(geometry, geometry, double precision) IS
    'WKB of a multipolygon with fewer points that has the same inside as the first polygon within the second one''s box and a margin about it, and is to be clipped to that: elsewhere it may cross itself';
