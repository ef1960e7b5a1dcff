-- Space: the overlay of two hierarchies in cells, and what is carried from one to the other.

CREATE TABLE overlay (
    unit_hierarchy   text NOT NULL REFERENCES hierarchy ON UPDATE CASCADE ON DELETE CASCADE,
    region_hierarchy text NOT NULL REFERENCES hierarchy ON UPDATE CASCADE ON DELETE CASCADE,
    as_of            date NOT NULL,
    min_area_m2      double precision NOT NULL CHECK (min_area_m2 >= 0.001 AND min_area_m2 < 'Infinity'),
    min_width_m      double precision NOT NULL CHECK (min_width_m >= 0 AND min_width_m < 'Infinity'),
    refreshed_at     timestamptz NOT NULL,
    PRIMARY KEY (unit_hierarchy, region_hierarchy),
    CHECK (unit_hierarchy <> region_hierarchy)
);
COMMENT ON TABLE overlay IS 'the pairs of hierarchies that have been laid over each other by refresh_cells(): of which day, and what was taken for a sliver';

CREATE TABLE overlay_unit (
    unit_hierarchy   text NOT NULL,
    region_hierarchy text NOT NULL,
    unit             unitcode NOT NULL REFERENCES unit ON UPDATE CASCADE ON DELETE CASCADE,
    is_region        boolean NOT NULL,
    area_m2          double precision NOT NULL,
    geom_hash        bytea NOT NULL,
    PRIMARY KEY (unit_hierarchy, region_hierarchy, unit),
    FOREIGN KEY (unit_hierarchy, region_hierarchy) REFERENCES overlay ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX overlay_unit_unit ON overlay_unit (unit);
COMMENT ON TABLE overlay_unit IS 'the units of either side of an overlay, with the area that their shares are taken of; derived, never edited';
COMMENT ON COLUMN overlay_unit.geom_hash IS 'SHA-256 of the boundary, so that the next refresh knows whether it is still the same';

CREATE TABLE overlay_cell (
    unit_hierarchy   text NOT NULL,
    region_hierarchy text NOT NULL,
    unit             unitcode NOT NULL,
    region           unitcode NOT NULL,
    area_m2          double precision NOT NULL CHECK (area_m2 > 0.001),
    sliver           boolean NOT NULL,
    PRIMARY KEY (unit_hierarchy, region_hierarchy, unit, region),
    FOREIGN KEY (unit_hierarchy, region_hierarchy, unit) REFERENCES overlay_unit ON UPDATE CASCADE ON DELETE CASCADE,
    FOREIGN KEY (unit_hierarchy, region_hierarchy, region) REFERENCES overlay_unit ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX overlay_cell_region ON overlay_cell (unit_hierarchy, region_hierarchy, region);
COMMENT ON TABLE overlay_cell IS 'what the units of an overlay have in common with its regions, slivers too; derived, never edited; read the view cell';
COMMENT ON COLUMN overlay_cell.sliver IS 'smaller than the overlay''s tolerance, or nowhere as wide: no cell, only accounted for';

CREATE VIEW cell WITH (security_invoker = true) AS
    SELECT c.unit, c.region, c.area_m2,
           least(c.area_m2 / u.area_m2, 1) AS share_of_unit,
           least(c.area_m2 / r.area_m2, 1) AS share_of_region,
           coalesce(d.authority, a.authority) AS authority,
           a.authority AS unit_authority, d.authority AS duty_authority,
           c.unit_hierarchy, un.tier AS unit_tier, un.name AS unit_name,
           c.region_hierarchy, rn.tier AS region_tier, rn.name AS region_name, o.as_of
      FROM overlay_cell c
      JOIN overlay o USING (unit_hierarchy, region_hierarchy)
      JOIN overlay_unit u ON u.unit_hierarchy = c.unit_hierarchy AND u.region_hierarchy = c.region_hierarchy AND u.unit = c.unit
      JOIN overlay_unit r ON r.unit_hierarchy = c.unit_hierarchy AND r.region_hierarchy = c.region_hierarchy AND r.unit = c.region
      JOIN unit un ON un.code = c.unit
      JOIN unit rn ON rn.code = c.region
      LEFT JOIN duty d ON d.hierarchy = c.unit_hierarchy AND d.tier = un.tier AND d.element = c.region_hierarchy AND d.power = 'accountable'
      LEFT JOIN LATERAL (
        SELECT x.authority FROM unit x
         WHERE x.code = ANY (governance.ancestors(c.unit)) AND x.authority IS NOT NULL
         ORDER BY x.code DESC LIMIT 1) AS a ON true
     WHERE NOT c.sliver;
COMMENT ON VIEW cell IS
    'a unit''s part in a region of another hierarchy, with its area, its shares and the one authority that answers for it: that of the unit or the nearest above it, unless duty names another';
COMMENT ON COLUMN cell.duty_authority IS 'from duty, for the unit''s tier: element the region''s hierarchy, power accountable';

-- The other side is a partition by rank: tiers of one rank lie beside each other.
CREATE VIEW cell_gap WITH (security_invoker = true) AS
    WITH side AS (
        SELECT m.unit_hierarchy, m.region_hierarchy, o.min_area_m2, m.is_region, m.unit, u.name, u.hierarchy, u.tier, t.rank, m.area_m2
          FROM overlay_unit m
          JOIN overlay o USING (unit_hierarchy, region_hierarchy)
          JOIN unit u ON u.code = m.unit
          JOIN tier t ON t.hierarchy = u.hierarchy AND t.name = u.tier
    ), other AS (
        SELECT s.unit_hierarchy, s.region_hierarchy, NOT s.is_region AS of_region, s.hierarchy, s.rank,
               string_agg(DISTINCT s.tier, ', ') AS tiers
          FROM side s GROUP BY s.unit_hierarchy, s.region_hierarchy, s.is_region, s.hierarchy, s.rank
    ), part AS (
        SELECT c.unit_hierarchy, c.region_hierarchy, v.unit, t.rank, count(*) FILTER (WHERE NOT c.sliver) AS n,
               sum(c.area_m2 ORDER BY v.with_unit) FILTER (WHERE NOT c.sliver) AS cells_m2,
               sum(c.area_m2 ORDER BY v.with_unit) FILTER (WHERE c.sliver) AS slivers_m2
          FROM overlay_cell c
         CROSS JOIN LATERAL (VALUES (c.unit, c.region), (c.region, c.unit)) AS v (unit, with_unit)
          JOIN unit w ON w.code = v.with_unit
          JOIN tier t ON t.hierarchy = w.hierarchy AND t.name = w.tier
         GROUP BY c.unit_hierarchy, c.region_hierarchy, v.unit, t.rank
    )
    SELECT s.hierarchy, s.tier, s.unit, s.name, o.hierarchy AS by_hierarchy, o.tiers AS by_tier, s.area_m2,
           coalesce(p.n, 0) AS n_cells, coalesce(p.cells_m2, 0) AS cells_m2, coalesce(p.slivers_m2, 0) AS slivers_m2,
           coalesce(p.cells_m2, 0) - s.area_m2 AS difference_m2, coalesce(p.cells_m2, 0) / s.area_m2 AS share
      FROM side s
      JOIN other o ON o.unit_hierarchy = s.unit_hierarchy AND o.region_hierarchy = s.region_hierarchy AND o.of_region = s.is_region
      LEFT JOIN part p ON p.unit_hierarchy = s.unit_hierarchy AND p.region_hierarchy = s.region_hierarchy AND p.unit = s.unit AND p.rank = o.rank
     WHERE abs(coalesce(p.cells_m2, 0) - s.area_m2) > greatest(s.min_area_m2, 1e-9 * s.area_m2);
COMMENT ON VIEW cell_gap IS
    'units and regions whose cells do not sum to their whole: a negative difference lies in no unit of the other side''s tier (or in slivers), a positive one in several';

CREATE VIEW overlay_change WITH (security_invoker = true) AS
    SELECT m.unit_hierarchy, m.region_hierarchy, m.unit, u.name, o.as_of,
           CASE WHEN b.unit IS NULL THEN 'gone' ELSE 'changed' END AS change
      FROM overlay_unit m
      JOIN overlay o USING (unit_hierarchy, region_hierarchy)
      JOIN unit u ON u.code = m.unit
      LEFT JOIN boundary b ON b.unit = m.unit AND b.valid @> o.as_of AND u.valid @> o.as_of
     WHERE b.unit IS NULL OR b.area_m2 <> m.area_m2 OR sha256(ST_AsEWKB(b.geom)) <> m.geom_hash;
COMMENT ON VIEW overlay_change IS
    'units of an overlay whose boundary, as of its day, has changed or gone since refresh_cells() last saw it: their cells are stale';

CREATE VIEW cell_map WITH (security_invoker = true) AS
    SELECT c.unit::text || '/' || c.region::text AS id, c.*,
           ST_Multi(ST_CollectionExtract(ST_Intersection(b.geom, rb.geom), 3))::geometry(MultiPolygon, :srid) AS geom
      FROM cell c
      JOIN boundary b ON b.unit = c.unit AND b.valid @> c.as_of
      JOIN boundary rb ON rb.unit = c.region AND rb.valid @> c.as_of;
COMMENT ON VIEW cell_map IS 'cells with their polygons, made when they are read; a layer for GIS; key: id';

CREATE FUNCTION check_overlay(unit_hierarchy text, region_hierarchy text, "on" date, unit_tiers text[], region_tiers text[],
                              min_area_m2 double precision, min_width_m double precision)
    RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    AS $$
DECLARE
    wrong text;
BEGIN
    SELECT format('hierarchy "%s"', coalesce(w, 'NULL')) INTO wrong
      FROM unnest(ARRAY[$1, $2]) w WHERE NOT EXISTS (SELECT FROM hierarchy h WHERE h.code = w);
    IF wrong IS NULL THEN
        SELECT format('tier "%s" of hierarchy "%s"', coalesce(w.tier, 'NULL'), w.hierarchy) INTO wrong
          FROM (SELECT $1, x FROM unnest($4) x UNION ALL SELECT $2, y FROM unnest($5) y) AS w (hierarchy, tier)
         WHERE NOT EXISTS (SELECT FROM tier t WHERE t.hierarchy = w.hierarchy AND t.name = w.tier);
    END IF;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '% does not exist', wrong
            USING ERRCODE = 'undefined_object';
    END IF;
    IF $1 = $2 THEN
        RAISE EXCEPTION 'hierarchy "%" cannot be laid over itself', $1
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'The cells of an overlay are of two hierarchies.';
    END IF;
    IF isfinite($3) IS NOT TRUE THEN
        RAISE EXCEPTION 'an overlay needs a day, not %', coalesce($3::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF ($6 >= 0.001 AND $6 < 'Infinity') IS NOT TRUE THEN
        RAISE EXCEPTION 'min_area_m2 is % and must be 0.001 or more', coalesce($6::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'Polygons that merely touch can have as much in common by the rounding of their coordinates.';
    END IF;
    IF ($7 >= 0 AND $7 < 'Infinity') IS NOT TRUE THEN
        RAISE EXCEPTION 'min_width_m is % and must be 0 or more', coalesce($7::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;
COMMENT ON FUNCTION check_overlay(text, text, date, text[], text[], double precision, double precision) IS 'raises an error if an overlay cannot be made as asked';

-- A piece is as wide as the largest circle in it. Twice the area over the perimeter, its mean width,
-- is never more: it settles most, and a block with a long tail of slivers does not pass for one.
CREATE FUNCTION is_wide(geom geometry, width double precision) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN width = 0 OR 2 * ST_Area(geom) >= width * ST_Perimeter(geom) THEN true
                ELSE NOT ST_IsEmpty(ST_Buffer(geom, - 0.4999 * width)) END;
COMMENT ON FUNCTION is_wide(geometry, double precision) IS
    'whether a polygon is somewhere as wide as that: a circle of that diameter fits into it, but for a five thousandth';

-- The perimeter of what two polygons have in common is no longer than both polygons' together,
-- which mostly tells without the piece.
CREATE FUNCTION is_wide_piece(a geometry, b geometry, area double precision, width double precision) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN width = 0 OR 2 * area >= width * (ST_Perimeter(a) + ST_Perimeter(b)) THEN true
                ELSE is_wide(ST_CollectionExtract(ST_Intersection(a, b), 3), width) END;
COMMENT ON FUNCTION is_wide_piece(geometry, geometry, double precision, double precision) IS
    'whether what two polygons have in common, of which the area is known, is somewhere as wide as that';

-- What refresh_cells() reads. The plans of these two are theirs alone: the checks of foreign keys, and other
-- statements that write, would inherit settings of the procedure.
CREATE FUNCTION overlay_member(unit_hierarchy text, region_hierarchy text, "on" date, unit_tiers text[], region_tiers text[])
    RETURNS SETOF overlay_unit
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET jit = off
    AS $$
BEGIN
    RETURN QUERY
        SELECT $1, $2, u.code, u.hierarchy = $2, b.area_m2, sha256(ST_AsEWKB(b.geom))
          FROM unit u
          JOIN boundary b ON b.unit = u.code AND b.valid @> $3
         WHERE u.valid @> $3
           AND (u.hierarchy = $1 AND ($4 IS NULL OR u.tier = ANY ($4)) OR u.hierarchy = $2 AND ($5 IS NULL OR u.tier = ANY ($5)));
END
$$;
COMMENT ON FUNCTION overlay_member(text, text, date, text[], text[]) IS 'the units that an overlay is to be made of, with their boundaries'' areas and hashes; part of refresh_cells()';

CREATE FUNCTION overlay_piece(unit_hierarchy text, region_hierarchy text, "on" date, changed unitcode[], same unitcode[],
                              min_area_m2 double precision, min_width_m double precision)
    RETURNS SETOF overlay_cell
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100000
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET enable_nestloop = on
    SET jit = off
    AS $$
BEGIN
    RETURN QUERY
        WITH compared AS MATERIALIZED (
            SELECT u.code AS unit, u.hierarchy = $2 AS is_region, c.changed
              FROM (SELECT x, true FROM unnest($4) x UNION ALL SELECT x, false FROM unnest($5) x) AS c (unit, changed)
              JOIN unit u ON u.code = c.unit
        ), pair AS (
            SELECT CASE WHEN c.is_region THEN m.unit ELSE c.unit END AS unit, CASE WHEN c.is_region THEN c.unit ELSE m.unit END AS region,
                   b.geom, mb.geom AS other_geom, governance.overlap_area(b.geom, mb.geom, true) AS area_m2
              FROM compared c
              JOIN boundary b ON b.unit = c.unit AND b.valid @> $3
              JOIN boundary mb ON mb.geom && b.geom AND mb.valid @> $3
              JOIN compared m ON m.unit = mb.unit AND m.is_region <> c.is_region
             -- Of two that changed, the unit looks for the region.
             WHERE c.changed AND NOT (c.is_region AND m.changed)
            OFFSET 0
        )
        SELECT $1, $2, p.unit, p.region, p.area_m2, p.area_m2 < $6 OR NOT is_wide_piece(p.geom, p.other_geom, p.area_m2, $7)
          FROM pair p WHERE p.area_m2 > 0.001;
END
$$;
COMMENT ON FUNCTION overlay_piece(text, text, date, unitcode[], unitcode[], double precision, double precision) IS
    'what units that changed have in common with those of the other hierarchy, changed or the same; part of refresh_cells()';

-- One statement reads and writes, so that all is of one state of the boundaries, and cells go into the table as
-- they are found. Pairs of units that are both as they were are not looked at again. How many rows an overlay has
-- is not known until it is analyzed, hence no nested loops over them.
CREATE PROCEDURE refresh_cells(unit_hierarchy text, region_hierarchy text, "on" date DEFAULT current_date,
                               unit_tiers text[] DEFAULT NULL, region_tiers text[] DEFAULT NULL,
                               min_area_m2 double precision DEFAULT 1, min_width_m double precision DEFAULT 0)
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    SET enable_nestloop = off
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    same boolean;
BEGIN
    PERFORM check_overlay($1, $2, $3, $4, $5, $6, $7);
    -- One refresh of a pair at a time; readers do not wait.
    PERFORM pg_advisory_xact_lock('overlay'::regclass::oid::integer, hashtext($1 || '/' || $2));
    same := EXISTS (SELECT FROM overlay o
                     WHERE o.unit_hierarchy = $1 AND o.region_hierarchy = $2 AND o.min_area_m2 = $6 AND o.min_width_m = $7);
    INSERT INTO overlay AS o (unit_hierarchy, region_hierarchy, as_of, min_area_m2, min_width_m, refreshed_at)
    VALUES ($1, $2, $3, $6, $7, now())
        ON CONFLICT (unit_hierarchy, region_hierarchy) DO UPDATE
       SET as_of = excluded.as_of, min_area_m2 = excluded.min_area_m2, min_width_m = excluded.min_width_m, refreshed_at = excluded.refreshed_at;
    IF NOT same THEN
        DELETE FROM overlay_unit m WHERE m.unit_hierarchy = $1 AND m.region_hierarchy = $2;
    END IF;

    WITH compared AS MATERIALIZED (
        SELECT f.*, (k.geom_hash = f.geom_hash AND k.is_region = f.is_region) IS TRUE AS same
          FROM overlay_member($1, $2, $3, $4, $5) f
          LEFT JOIN overlay_unit k ON k.unit_hierarchy = $1 AND k.region_hierarchy = $2 AND k.unit = f.unit
    ), gone AS (
        DELETE FROM overlay_unit m
         WHERE m.unit_hierarchy = $1 AND m.region_hierarchy = $2 AND NOT EXISTS (SELECT FROM compared c WHERE c.unit = m.unit)
    ), written AS (
        INSERT INTO overlay_unit AS o SELECT $1, $2, c.unit, c.is_region, c.area_m2, c.geom_hash FROM compared c WHERE NOT c.same ORDER BY c.unit
            ON CONFLICT (unit_hierarchy, region_hierarchy, unit) DO UPDATE
           SET is_region = excluded.is_region, area_m2 = excluded.area_m2, geom_hash = excluded.geom_hash
    ), of_unit AS (
        DELETE FROM overlay_cell x USING compared c
         WHERE x.unit_hierarchy = $1 AND x.region_hierarchy = $2 AND x.unit = c.unit AND NOT c.same
        RETURNING 1
    ), of_region AS (
        DELETE FROM overlay_cell x USING compared c
         WHERE x.unit_hierarchy = $1 AND x.region_hierarchy = $2 AND x.region = c.unit AND NOT c.same
        RETURNING 1
    )
    -- What is counted is out before the first comes in.
    INSERT INTO overlay_cell
    SELECT p.*
      FROM (SELECT count(*) AS n FROM (SELECT FROM of_unit UNION ALL SELECT FROM of_region) x) AS stale
     CROSS JOIN (SELECT array_agg(c.unit) FILTER (WHERE NOT c.same) AS changed, array_agg(c.unit) FILTER (WHERE c.same) AS same FROM compared c) AS m
     CROSS JOIN LATERAL overlay_piece($1, $2, $3, m.changed, m.same, $6, $7) p
     WHERE stale.n >= 0
     ORDER BY p.unit, p.region;
END
$$;
COMMENT ON PROCEDURE refresh_cells(text, text, date, text[], text[], double precision, double precision) IS
    'lays two hierarchies over each other as of a day, all their tiers or some: brings the cells up to date with the boundaries that changed';

-- Carrying values across.

CREATE TABLE cell_weight (
    indicator text NOT NULL REFERENCES indicator ON UPDATE CASCADE ON DELETE CASCADE,
    unit      unitcode NOT NULL REFERENCES unit ON UPDATE CASCADE ON DELETE CASCADE,
    region    unitcode NOT NULL REFERENCES unit ON UPDATE CASCADE ON DELETE CASCADE,
    value     numeric NOT NULL CHECK (value >= 0 AND value < 'Infinity'),
    source    text,
    PRIMARY KEY (indicator, unit, region)
);
CREATE INDEX cell_weight_unit ON cell_weight (unit);
CREATE INDEX cell_weight_region ON cell_weight (region);
COMMENT ON TABLE cell_weight IS 'what is known of cells besides their area, such as the people counted in each; transfer() can share values out by it';

-- An overlay can be read from either side.
CREATE FUNCTION cell_between(from_hierarchy text, to_hierarchy text)
    RETURNS TABLE (source unitcode, target unitcode, area_m2 double precision, source_m2 double precision, target_m2 double precision, weight_unit unitcode, weight_region unitcode)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
    BEGIN ATOMIC
        SELECT v.source, v.target, c.area_m2, v.source_m2, v.target_m2, c.unit, c.region
          FROM overlay_cell c
          JOIN overlay_unit u ON u.unit_hierarchy = c.unit_hierarchy AND u.region_hierarchy = c.region_hierarchy AND u.unit = c.unit
          JOIN overlay_unit r ON r.unit_hierarchy = c.unit_hierarchy AND r.region_hierarchy = c.region_hierarchy AND r.unit = c.region
         CROSS JOIN LATERAL (
            SELECT c.unit, c.region, u.area_m2, r.area_m2 WHERE c.unit_hierarchy = $1 AND c.region_hierarchy = $2
             UNION ALL
            SELECT c.region, c.unit, r.area_m2, u.area_m2
             WHERE c.unit_hierarchy = $2 AND c.region_hierarchy = $1
               AND NOT EXISTS (SELECT FROM overlay o WHERE o.unit_hierarchy = $1 AND o.region_hierarchy = $2)) AS v (source, target, source_m2, target_m2)
         WHERE NOT c.sliver;
    END;
COMMENT ON FUNCTION cell_between(text, text) IS 'the cells between two hierarchies, whichever of them is the overlay''s first';

-- What is to be carried: values of the units that have them, or summed up to those of a tier.
-- Not placed: what stands at no unit of that tier nor below one.
CREATE FUNCTION transfer_source(indicator text, period daterange, hierarchy text, tier text)
    RETURNS TABLE (unit unitcode, value numeric, placed boolean)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    ind indicator;
BEGIN
    SELECT i.* INTO ind FROM indicator i WHERE i.code = $1;
    IF $4 IS NULL AND ind.source_mode = 'reported_overrides' THEN
        RAISE EXCEPTION 'values of "%" are reports that stand for all below them: from_tier must say which to carry', $1
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'Reports of several tiers would be carried twice.';
    END IF;
    IF $4 IS NULL THEN
        RETURN QUERY
            SELECT v.unit, exact_quotient(v.value, value_divisor($1)), true
              FROM time_value($1, $2) v JOIN unit u ON u.code = v.unit AND u.hierarchy = $3;
    ELSIF ind.kind = 'extensive' AND ind.space_op = 'sum' AND ind.source_mode <> 'reported_overrides' THEN
        RETURN QUERY
            SELECT coalesce(a.code, v.unit), exact_quotient(sum(v.value), value_divisor($1)), bool_and(a.code IS NOT NULL)
              FROM time_value($1, $2) v
              JOIN unit u ON u.code = v.unit AND u.hierarchy = $3
              LEFT JOIN LATERAL (SELECT x.code FROM unit x WHERE x.code = ANY (governance.ancestors(v.unit)) AND x.tier = $4) a ON true
             GROUP BY coalesce(a.code, v.unit);
    ELSE
        RETURN QUERY
            SELECT s.unit, s.value, true
              FROM space_value($1, $2) s JOIN unit u ON u.code = s.unit AND u.hierarchy = $3 AND u.tier = $4
             WHERE s.value IS NOT NULL;
    END IF;
END
$$;
COMMENT ON FUNCTION transfer_source(text, daterange, text, text) IS
    'the values transfer() starts from, in the indicator''s unit of measure: of the units that have them, or of those of a tier';

CREATE FUNCTION refuse_cell(weight_by text, unit unitcode, region unitcode) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path FROM CURRENT
    AS $$
BEGIN
    RAISE EXCEPTION 'cell of unit "%" and region "%" has no weight "%"', $2, $3, $1
        USING ERRCODE = 'null_value_not_allowed',
              DETAIL = 'What all other cells of the unit receive depends on it; a missing weight is not zero.',
              HINT = 'Enter it in cell_weight, or carry by area.';
END
$$;
COMMENT ON FUNCTION refuse_cell(text, unitcode, unitcode) IS 'raises null_value_not_allowed (22004): a cell without a weight';

-- Extensive values are cut in parts by share, in steps of their own decimals; a unit that its
-- cells do not cover just once keeps the difference, as a remainder. Others are averaged.
CREATE FUNCTION transfer_values(indicator text, period daterange, from_hierarchy text, to_hierarchy text, from_tier text, to_tier text, weight_by text)
    RETURNS SETOF carried_value
    LANGUAGE sql STABLE
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET enable_nestloop = off
    SET jit = off
    AS $$
        WITH ind AS MATERIALIZED (
            SELECT i.* FROM indicator i WHERE i.code = $1
        ), given AS MATERIALIZED (
            SELECT s.unit, trim_scale(s.value) AS value, s.placed FROM transfer_source($1, $2, $3, $5) s
        ), weighing AS MATERIALIZED (
            SELECT s.unit, s.value FROM ind i CROSS JOIN LATERAL transfer_source(i.weight_by, $2, $3, $5) s WHERE i.kind <> 'extensive' AND i.weight_by IS NOT NULL
        ), between_cell AS MATERIALIZED (
            SELECT c.* FROM cell_between($3, $4) c
        ), met AS MATERIALIZED (
            SELECT DISTINCT c.target AS unit FROM between_cell c
        ), target AS MATERIALIZED (
            -- The lowest of the overlay, unless a tier is named.
            SELECT u.code AS unit
              FROM met m
              JOIN unit u ON u.code = m.unit
              LEFT JOIN (SELECT DISTINCT unnest(governance.ancestors(governance.parent(x.unit))) AS unit FROM met x) a ON a.unit = m.unit
             WHERE CASE WHEN $6 IS NOT NULL THEN u.tier = $6 ELSE a.unit IS NULL END
        ), part AS MATERIALIZED (
            SELECT g.unit, g.value, c.target, c.area_m2, c.target_m2, (c.area_m2 / c.source_m2)::numeric AS share,
                   CASE WHEN $7 IS NULL THEN (c.area_m2 / c.source_m2)::numeric
                        ELSE coalesce(w.value, refuse_cell($7, c.weight_unit, c.weight_region)) END AS weight
              FROM given g
              JOIN between_cell c ON c.source = g.unit
              JOIN target t ON t.unit = c.target
              LEFT JOIN cell_weight w ON w.indicator = $7 AND w.unit = c.weight_unit AND w.region = c.weight_region
             WHERE g.placed
        ), whole AS MATERIALIZED (
            -- Other weights than area do not know of an outside.
            SELECT p.unit, q.quantum,
                   CASE WHEN sum(p.weight) = 0 THEN 0
                        WHEN $7 IS NOT NULL OR abs(sum(p.share) - 1) <= 1e-9 THEN p.value
                        ELSE round(p.value * sum(p.share), scale(q.quantum)) END AS inside
              FROM part p
              JOIN ind i ON i.kind = 'extensive'
             CROSS JOIN LATERAL (SELECT ('1e-' || greatest(scale(p.value), i.decimals))::numeric) AS q (quantum)
             GROUP BY p.unit, p.value, q.quantum
        ), moved AS (
            SELECT p.target, p.unit,
                   sign(w.inside) * governance.allocate(abs(w.inside), p.weight, quantum => w.quantum) OVER (PARTITION BY p.unit ORDER BY p.target) AS value
              FROM part p JOIN whole w ON w.unit = p.unit AND w.inside <> 0
            UNION ALL
            SELECT p.target, p.unit, 0
              FROM part p JOIN whole w ON w.unit = p.unit AND w.inside = 0
        ), covered AS (
            SELECT p.target, array_agg(p.unit ORDER BY p.unit) AS sources,
                   sum(p.area_m2 ORDER BY p.unit) < max(p.target_m2) * (1 - 1e-9) AS partial
              FROM part p GROUP BY p.target
        ), settled AS (
            SELECT m.target, sum(m.value) AS value FROM moved m GROUP BY m.target
            UNION ALL
            SELECT p.target,
                   CASE WHEN min(p.value) = max(p.value) THEN min(p.value)
                        WHEN i.space_op = 'min' THEN min(p.value)
                        WHEN i.space_op = 'max' THEN max(p.value)
                        WHEN i.space_op IN ('mean', 'mean_of_children', 'weighted_mean') AND (i.weight_by IS NULL OR count(*) = count(w.value)) THEN
                            round(trim_scale(sum(p.value * k.weight) / nullif(sum(k.weight), 0)), coalesce(i.decimals, 12)) END
              FROM part p
              JOIN ind i ON i.kind <> 'extensive'
              LEFT JOIN weighing w ON w.unit = p.unit
             -- What the cell has of the weight: people, say, by area; without one the area itself.
             CROSS JOIN LATERAL (SELECT CASE WHEN $7 IS NOT NULL THEN p.weight
                                             WHEN i.weight_by IS NOT NULL THEN w.value * p.share
                                             ELSE p.area_m2::numeric END) AS k (weight)
             GROUP BY p.target, i.space_op, i.decimals, i.weight_by
        )
        SELECT i.code, s.target, $2, s.value, i.measure_unit,
               CASE WHEN s.value IS NULL THEN 'not_convertible' WHEN c.partial THEN 'partial' ELSE 'carried' END, c.sources
          FROM settled s JOIN covered c USING (target) CROSS JOIN ind i
        UNION ALL
        SELECT i.code, NULL, $2, g.value - coalesce(w.inside, 0), i.measure_unit, 'remainder', ARRAY[g.unit]
          FROM given g JOIN ind i ON i.kind = 'extensive'
          LEFT JOIN whole w ON w.unit = g.unit
         WHERE g.value <> coalesce(w.inside, 0)
    $$;
COMMENT ON FUNCTION transfer_values(text, daterange, text, text, text, text, text) IS 'what transfer() rests on, for indicators that are no ratio';

CREATE FUNCTION transfer(indicator text, period daterange, to_hierarchy text, from_hierarchy text DEFAULT NULL,
                         to_tier text DEFAULT NULL, from_tier text DEFAULT NULL, weight_by text DEFAULT NULL)
    RETURNS SETOF carried_value
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    SET jit = off
    AS $$
#variable_conflict use_column
DECLARE
    ind indicator;
    origin text := $4;
    wrong text;
    found_in text[];
BEGIN
    SELECT i.* INTO ind FROM indicator i WHERE i.code = $1;
    SELECT w.what INTO wrong
      FROM (VALUES (1, format('indicator "%s"', coalesce($1, 'NULL')), ind.code IS NULL),
                   (2, format('hierarchy "%s"', coalesce($3, 'NULL')), NOT EXISTS (SELECT FROM hierarchy h WHERE h.code = $3)),
                   (3, format('hierarchy "%s"', $4), $4 IS NOT NULL AND NOT EXISTS (SELECT FROM hierarchy h WHERE h.code = $4)),
                   (4, format('tier "%s" of hierarchy "%s"', $5, $3),
                    $5 IS NOT NULL AND NOT EXISTS (SELECT FROM tier t WHERE t.hierarchy = $3 AND t.name = $5)),
                   (5, format('indicator "%s"', $7), $7 IS NOT NULL AND NOT EXISTS (SELECT FROM indicator i WHERE i.code = $7))) AS w (i, what, bad)
     WHERE w.bad ORDER BY w.i LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '% does not exist', wrong
            USING ERRCODE = 'undefined_object';
    END IF;
    IF (isfinite(lower($2)) AND isfinite(upper($2))) IS NOT TRUE THEN
        RAISE EXCEPTION 'period % is no span of days', coalesce(quote_literal($2), 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Write it as governance.period(''2025''), or as a daterange with both ends.';
    END IF;
    IF origin IS NULL THEN
        SELECT array_agg(DISTINCT u.hierarchy) INTO found_in
          FROM unnest(measured_part($1)) p CROSS JOIN LATERAL time_value(p, $2) v JOIN unit u ON u.code = v.unit AND u.hierarchy <> $3;
        IF cardinality(found_in) > 1 THEN
            RAISE EXCEPTION 'indicator "%" has values in several hierarchies: %', $1, array_to_string(found_in, ', ')
                USING ERRCODE = 'ambiguous_parameter',
                      HINT = 'from_hierarchy says which of them are to be carried.';
        END IF;
        origin := found_in[1];
        IF origin IS NULL THEN
            RETURN;
        END IF;
    END IF;
    IF $6 IS NOT NULL AND NOT EXISTS (SELECT FROM tier t WHERE t.hierarchy = origin AND t.name = $6) THEN
        RAISE EXCEPTION 'tier "%" of hierarchy "%" does not exist', $6, origin
            USING ERRCODE = 'undefined_object';
    END IF;
    IF NOT EXISTS (SELECT FROM overlay o WHERE (o.unit_hierarchy, o.region_hierarchy) IN ((origin, $3), ($3, origin))) THEN
        RAISE EXCEPTION 'hierarchies "%" and "%" have not been laid over each other', origin, $3
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = format('CALL refresh_cells(%L, %L);', origin, $3);
    END IF;
    IF ind.space_op = 'ratio' THEN
        -- Computed anew from what its parts come to in each region.
        RETURN QUERY
            SELECT $1, n.unit, $2,
                   CASE WHEN ind.decimals IS NULL THEN q.value ELSE round(q.value, ind.decimals) END, ind.measure_unit,
                   CASE WHEN q.value IS NULL THEN 'not_convertible' WHEN 'partial' IN (n.state, d.state) THEN 'partial' ELSE 'carried' END, n.sources
              FROM transfer_values(ind.numerator, $2, origin, $3, $6, $5, $7) n
              JOIN transfer_values(ind.denominator, $2, origin, $3, $6, $5, $7) d ON d.unit = n.unit
             CROSS JOIN LATERAL (SELECT trim_scale(ind.factor * n.value / nullif(d.value, 0))) AS q (value)
             ORDER BY n.unit;
    ELSE
        RETURN QUERY
            SELECT t.indicator, t.unit, t.period, t.value, t.measure_unit, t.state, t.sources
              FROM transfer_values($1, $2, origin, $3, $6, $5, $7) t
             ORDER BY t.unit NULLS LAST, t.sources;
    END IF;
END
$$;
COMMENT ON FUNCTION transfer(text, daterange, text, text, text, text, text) IS
    'an indicator''s values for a period, carried to the units of another hierarchy by the cells between them: extensive ones conserved exactly, what lies outside in rows of state remainder';
