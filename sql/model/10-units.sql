-- Units in hierarchies, their boundaries and who answers for them.

CREATE TABLE hierarchy (
    code text PRIMARY KEY CHECK (code ~ '^[A-Za-z0-9_]{1,63}$'),
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('administrative', 'natural', 'functional', 'coordination'))
);
COMMENT ON TABLE hierarchy IS 'a kind of tree of units: the administrative one, river basins, ecological zones, metropolitan regions';

CREATE TABLE tier (
    hierarchy text NOT NULL REFERENCES hierarchy ON UPDATE CASCADE,
    name      text NOT NULL CHECK (name <> ''),
    rank      integer NOT NULL CHECK (rank > 0),
    PRIMARY KEY (hierarchy, name)
);
COMMENT ON TABLE tier IS 'the named tiers of a hierarchy; several names may share a rank; a unit''s rank is greater than its parent''s, and may skip some';

CREATE TABLE authority (
    code text PRIMARY KEY CHECK (code <> ''),
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('government', 'department', 'enterprise', 'expert', 'community', 'public'))
);
COMMENT ON TABLE authority IS 'an actor that can answer for a unit or hold a power';

CREATE TABLE unit (
    code      unitcode PRIMARY KEY,
    hierarchy text NOT NULL,
    tier      text NOT NULL,
    name      text NOT NULL,
    authority text REFERENCES authority ON UPDATE CASCADE,
    parent    unitcode GENERATED ALWAYS AS (governance.parent(code)) STORED,
    valid     daterange NOT NULL DEFAULT daterange(NULL, NULL) CHECK (NOT isempty(valid)),
    UNIQUE (hierarchy, code),
    CONSTRAINT unit_tier_fkey FOREIGN KEY (hierarchy, tier) REFERENCES tier ON UPDATE CASCADE,
    CONSTRAINT unit_parent_fkey FOREIGN KEY (hierarchy, parent) REFERENCES unit (hierarchy, code)
);
CREATE INDEX unit_parent ON unit (parent);
CREATE INDEX unit_tier ON unit (hierarchy, tier, code) INCLUDE (name, authority); -- A tier's units are read from it alone.
COMMENT ON TABLE unit IS 'a governance unit; its code is its place in the tree, so its parent must exist and be of the same hierarchy';
COMMENT ON COLUMN unit.tier IS 'stated, not counted from the code: trees are ragged';
COMMENT ON COLUMN unit.valid IS 'the days on which the unit exists; unbounded where not known otherwise';

-- The pairs of unit and parent whose tiers are in the wrong order.
CREATE VIEW unit_misplaced WITH (security_invoker = true) AS
    SELECT u.code, u.hierarchy, u.tier, t.rank, p.code AS parent, p.tier AS parent_tier, pt.rank AS parent_rank
      FROM unit u
      JOIN tier t ON t.hierarchy = u.hierarchy AND t.name = u.tier
      JOIN unit p ON p.code = u.parent
      JOIN tier pt ON pt.hierarchy = p.hierarchy AND pt.name = p.tier
     WHERE t.rank <= pt.rank;
COMMENT ON VIEW unit_misplaced IS 'units whose tier is not below their parent''s; the triggers of unit and tier keep it empty';

-- Once per statement. Parents and tiers are held until commit, lest another session move
-- them meanwhile: lightly for a child that comes, so that names may be edited beside it;
-- firmly for a tier that changes. Holding takes more rights than inserting, hence the
-- owner's; and nobody else may fire it. Plans are kept, and one row today says nothing of
-- tomorrow's whole tree: each row is looked up by key, whatever the plan was made for.
CREATE FUNCTION check_unit_rank() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    SET enable_seqscan = off
    AS $$
DECLARE
    bad record;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NOT EXISTS (SELECT c.code, c.hierarchy, c.tier FROM changed c EXCEPT SELECT f.code, f.hierarchy, f.tier FROM former f) THEN
            RETURN NULL;
        END IF;
        PERFORM FROM (SELECT c.code FROM changed c ORDER BY c.code) AS c
          CROSS JOIN LATERAL (SELECT FROM unit u WHERE u.code = c.code FOR UPDATE) AS u;
    END IF;
    PERFORM FROM (SELECT DISTINCT c.hierarchy FROM changed c ORDER BY 1) AS c
      CROSS JOIN LATERAL (SELECT FROM tier t WHERE t.hierarchy = c.hierarchy ORDER BY t.name FOR KEY SHARE) AS t;
    PERFORM FROM (SELECT DISTINCT c.parent FROM changed c ORDER BY 1) AS c
      CROSS JOIN LATERAL (SELECT FROM unit p WHERE p.code = c.parent FOR KEY SHARE) AS p;
    SELECT m.code, m.tier, t.rank, m.parent, m.parent_tier, p.rank AS parent_rank INTO bad
      FROM (SELECT c.code, c.hierarchy, c.tier, c.parent, p.hierarchy AS parent_hierarchy, p.tier AS parent_tier
              FROM changed c
             CROSS JOIN LATERAL (SELECT u.hierarchy, u.tier FROM unit u WHERE u.code = c.parent OFFSET 0) AS p
             UNION ALL
            SELECT k.code, k.hierarchy, k.tier, c.code, c.hierarchy, c.tier
              FROM changed c
             CROSS JOIN LATERAL (SELECT u.code, u.hierarchy, u.tier FROM unit u WHERE u.parent = c.code OFFSET 0) AS k
             WHERE TG_OP = 'UPDATE') AS m
     CROSS JOIN LATERAL (SELECT t.rank FROM tier t WHERE t.hierarchy = m.hierarchy AND t.name = m.tier OFFSET 0) AS t
     CROSS JOIN LATERAL (SELECT t.rank FROM tier t WHERE t.hierarchy = m.parent_hierarchy AND t.name = m.parent_tier OFFSET 0) AS p
     WHERE t.rank <= p.rank
     ORDER BY m.code
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'unit "%" of tier "%" cannot lie in unit "%" of tier "%"', bad.code, bad.tier, bad.parent, bad.parent_tier
            USING ERRCODE = 'check_violation',
                  DETAIL = format('The tier of a unit has a greater rank than its parent''s; these have %s and %s.', bad.rank, bad.parent_rank);
    END IF;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION check_unit_rank() FROM PUBLIC;
COMMENT ON FUNCTION check_unit_rank() IS 'trigger: a unit''s tier has a greater rank than its parent''s';

CREATE FUNCTION check_tier_rank() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    AS $$
DECLARE
    bad record;
BEGIN
    PERFORM FROM tier t WHERE t.hierarchy = NEW.hierarchy AND t.name = NEW.name FOR UPDATE;
    SELECT m.* INTO bad FROM unit_misplaced m WHERE m.hierarchy = NEW.hierarchy ORDER BY m.code LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'tier "%" of hierarchy "%" cannot have rank %', NEW.name, NEW.hierarchy, NEW.rank
            USING ERRCODE = 'check_violation',
                  DETAIL = format('Unit "%s" of tier "%s" lies in unit "%s" of tier "%s".', bad.code, bad.tier, bad.parent, bad.parent_tier);
    END IF;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION check_tier_rank() FROM PUBLIC;
COMMENT ON FUNCTION check_tier_rank() IS 'trigger: a new rank of a tier keeps every unit below its parent';

CREATE TRIGGER unit_rank_inserted AFTER INSERT ON unit
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION check_unit_rank();
CREATE TRIGGER unit_rank_updated AFTER UPDATE ON unit
    REFERENCING OLD TABLE AS former NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION check_unit_rank();
CREATE CONSTRAINT TRIGGER tier_rank AFTER UPDATE ON tier
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN (NEW.rank <> OLD.rank) EXECUTE FUNCTION check_tier_rank();

-- The gate every polygon passes: what is in the tables is valid, once and for all.
CREATE FUNCTION valid_polygon(owner text, geom geometry) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    AS $$
DECLARE
    verdict valid_detail := ST_IsValidDetail(geom);
BEGIN
    IF ST_IsEmpty(geom) THEN
        RAISE EXCEPTION '% is empty', owner
            USING ERRCODE = 'check_violation';
    ELSIF NOT verdict.valid THEN
        RAISE EXCEPTION '% is invalid: %', owner, lower(verdict.reason)
            USING ERRCODE = 'check_violation',
                  DETAIL = CASE WHEN verdict.location IS NULL THEN 'The place of the fault is not known.'
                                ELSE format('The fault lies at %s.', ST_AsText(verdict.location)) END,
                  HINT = CASE WHEN verdict.reason ILIKE '%coordinate%' THEN 'Correct the coordinate, or leave the row out.'
                              ELSE 'ST_MakeValid() repairs a polygon; compare its area before and after.' END;
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION valid_polygon(text, geometry) IS
    'true for a valid polygon that is not empty; else raises check_violation (23514) with whose it is, the reason and the place';

CREATE FUNCTION check_polygon(unit unitcode, geom geometry) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    AS $$
BEGIN
    IF ST_IsEmpty(geom) THEN
        RAISE EXCEPTION 'boundary of unit "%" is empty', unit
            USING ERRCODE = 'check_violation',
                  HINT = 'A unit without a known boundary has no row in "boundary".';
    END IF;
    RETURN valid_polygon(format('boundary of unit "%s"', unit), geom);
END
$$;
COMMENT ON FUNCTION check_polygon(unitcode, geometry) IS
    'true for a valid polygon that is not empty; else raises check_violation (23514) with the reason and the place';

CREATE TABLE boundary (
    unit    unitcode NOT NULL REFERENCES unit,
    valid   daterange NOT NULL DEFAULT daterange(NULL, NULL) CHECK (NOT isempty(valid)),
    geom    geometry(MultiPolygon, :srid) NOT NULL,
    area_m2 double precision GENERATED ALWAYS AS (ST_Area(geom)) STORED,
    PRIMARY KEY (unit, valid),
    CONSTRAINT boundary_valid_polygon CHECK (check_polygon(unit, geom)),
    CONSTRAINT boundary_one_at_a_time EXCLUDE USING gist ((unit::text) WITH =, valid WITH &&)
);
CREATE INDEX boundary_geom ON boundary USING gist (geom);
COMMENT ON TABLE boundary IS 'where a unit lies, and when; no two boundaries of a unit are valid on one day';
COMMENT ON COLUMN boundary.area_m2 IS 'drawn area in the plane of the model''s spatial reference';

CREATE TABLE duty (
    hierarchy text NOT NULL,
    tier      text NOT NULL,
    element   text NOT NULL CHECK (element <> ''),
    power     text NOT NULL CHECK (power <> ''),
    authority text NOT NULL REFERENCES authority ON UPDATE CASCADE,
    PRIMARY KEY (hierarchy, tier, element, power),
    FOREIGN KEY (hierarchy, tier) REFERENCES tier ON UPDATE CASCADE
);
COMMENT ON TABLE duty IS 'the matrix of duties: at a tier, which authority holds which power over which element';

CREATE TABLE lineage (
    happened    date NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('split', 'merge', 'transfer', 'rename')),
    predecessor unitcode NOT NULL REFERENCES unit,
    successor   unitcode NOT NULL REFERENCES unit,
    share       numeric NOT NULL DEFAULT 1 CHECK (share > 0 AND share <= 1),
    origin      numeric CHECK (origin > 0 AND origin <= 1),
    PRIMARY KEY (happened, predecessor, successor),
    CHECK (predecessor <> successor)
);
CREATE INDEX lineage_predecessor ON lineage (predecessor);
CREATE INDEX lineage_successor ON lineage (successor);
COMMENT ON TABLE lineage IS 'what became of a unit in a reform; what is missing from a sum of shares to 1 stayed with the unit itself, if it went on';
COMMENT ON COLUMN lineage.happened IS 'first day of the new state';
COMMENT ON COLUMN lineage.share IS 'the share of the predecessor that went to the successor';
COMMENT ON COLUMN lineage.origin IS 'the share of the successor, as it then was, that came from the predecessor; NULL: not known';

CREATE FUNCTION unit_asof("on" date) RETURNS SETOF unit
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT u.* FROM unit u WHERE u.valid @> "on";
    END;
COMMENT ON FUNCTION unit_asof(date) IS 'the units that exist on a day';

CREATE FUNCTION boundary_asof("on" date) RETURNS SETOF boundary
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT b.* FROM boundary b WHERE b.valid @> "on";
    END;
COMMENT ON FUNCTION boundary_asof(date) IS 'the boundaries that are valid on a day';

CREATE VIEW unit_tree WITH (security_invoker = true) AS
    SELECT u.code, u.hierarchy, u.tier, t.rank, governance.depth(u.code) AS depth, u.name,
           repeat('  ', governance.depth(u.code) - 1) || u.name AS indented_name,
           u.parent,
           (SELECT count(*) FROM unit c WHERE c.parent = u.code AND c.valid @> current_date) AS children,
           u.authority, u.valid
      FROM unit u
      JOIN tier t ON t.hierarchy = u.hierarchy AND t.name = u.tier
     WHERE u.valid @> current_date
     ORDER BY u.code;
COMMENT ON VIEW unit_tree IS 'today''s units in the order of the tree, names indented by depth';

CREATE VIEW unit_map WITH (security_invoker = true) AS
    SELECT u.code, u.hierarchy, u.tier, t.rank, u.name, u.parent, u.authority, b.area_m2, b.valid, b.geom
      FROM unit u
      JOIN tier t ON t.hierarchy = u.hierarchy AND t.name = u.tier
      JOIN boundary b ON b.unit = u.code AND b.valid @> current_date
     WHERE u.valid @> current_date;
COMMENT ON VIEW unit_map IS 'today''s units with their boundaries, a layer for GIS; key: code';

CREATE FUNCTION neighbours(unit unitcode, "on" date DEFAULT current_date)
    RETURNS TABLE (neighbour unitcode, name text, border_m double precision)
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT n.code, n.name, s.border_m
          FROM unit u
          JOIN boundary b ON b.unit = u.code AND b.valid @> "on"
          JOIN boundary nb ON nb.geom && b.geom AND nb.valid @> "on" AND nb.unit <> b.unit
          JOIN unit n ON n.code = nb.unit AND n.hierarchy = u.hierarchy AND n.tier = u.tier AND n.valid @> "on"
         CROSS JOIN LATERAL (SELECT governance.shared_border(b.geom, nb.geom) AS border_m) AS s
         WHERE u.code = neighbours.unit AND (s.border_m > 0 OR ST_Intersects(b.geom, nb.geom))
         ORDER BY border_m DESC, n.code;
    END;
COMMENT ON FUNCTION neighbours(unitcode, date) IS
    'the units of the same hierarchy and tier that touch a unit, with the length of the shared border in metres (0: they meet in points)';
