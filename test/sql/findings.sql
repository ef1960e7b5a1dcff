-- Rules in space, findings and what becomes of them.
\set SHOW_CONTEXT never
\pset null -
SET client_min_messages = warning;
SELECT governance.create_model('findings_test', 3005);
SET search_path = findings_test, governance, public;
INSERT INTO hierarchy VALUES ('adm', 'administrative', 'administrative');
INSERT INTO tier VALUES ('adm', 'province', 1), ('adm', 'county', 2);
INSERT INTO unit (code, hierarchy, tier, name) VALUES ('P', 'adm', 'province', 'Province'), ('P.A', 'adm', 'county', 'A'), ('P.B', 'adm', 'county', 'B');
CREATE FUNCTION pg_temp.box(x float8, y float8, width float8, height float8) RETURNS geometry LANGUAGE sql
    RETURN ST_Multi(ST_MakeEnvelope(x, y, x + width, y + height, 3005));
CREATE TEMP VIEW seen AS
    SELECT f.id, f.rule, l.name AS left, r.name AS right, f.unit, f.area_m2 AS area, round(f.width_m::numeric, 3) AS width, round(f.share::numeric, 3) AS share, f.severity, f.status,
           ST_AsText(ST_Normalize(f.geom)) AS geom
      FROM finding f LEFT JOIN feature l ON l.id = f.left_feature LEFT JOIN feature r ON r.id = f.right_feature ORDER BY f.rule, f.left_feature, f.right_feature;
-- the three lines
SELECT code, left_layer, left_kind, relation, right_layer, min_area_m2, min_width_m, severity FROM starter_rules(5, 0.5);
SELECT count(*) FROM starter_rules();
SELECT code, role, rigid FROM layer ORDER BY code;
INSERT INTO feature (id, layer, kind, name, unit, geom) VALUES
    (1, 'ecological_redline', NULL, 'wetland', 'P.A', pg_temp.box(0, 0, 100, 100)),
    (2, 'permanent_farmland', NULL, 'fields', 'P.A', pg_temp.box(100, 0, 100, 100)),      -- touches the wetland
    (3, 'growth_boundary', NULL, 'town', 'P.B', pg_temp.box(190, 0, 110, 100)),           -- 10 m into the fields
    (4, 'zoning', 'construction', 'harbour', 'P.B', pg_temp.box(250, 50, 100, 50)),       -- half outside
    (5, 'zoning', 'construction', 'hut', NULL, pg_temp.box(50, 50, 2, 2)),                -- in the wetland, too small
    (6, 'zoning', 'construction', 'path', NULL, pg_temp.box(0, 10, 100, 0.2)),            -- in the wetland, too narrow
    (7, 'zoning', 'construction', 'hotel', NULL, pg_temp.box(-10, 0, 20, 20)),            -- half in the wetland, all outside of the town
    (8, 'zoning', 'park', 'park', NULL, pg_temp.box(20, 20, 20, 20));                     -- in the wetland, and not built
CALL check_space();
SELECT rule, "left", "right", unit, area, width, share, severity, status, geom FROM seen;
SELECT count(*) AS pending FROM pending_check;
CREATE TEMP TABLE numbered AS SELECT id, rule, left_feature, right_feature FROM finding;
-- nothing changed: nothing happens
CALL check_space();
CALL check_space(full => true);
SELECT count(*), count(n.id) AS same_id, bool_and(f.last_seen > f.first_seen) AS seen_again FROM finding f LEFT JOIN numbered n USING (id, rule);
-- refused: of another sort
INSERT INTO spatial_rule (code, left_layer, relation, right_layer) VALUES ('x', 'zoning', 'near', 'zoning');
INSERT INTO spatial_rule (code, left_layer, relation, right_layer, min_area_m2) VALUES ('x', 'zoning', 'disjoint', 'zoning', 'NaN');
INSERT INTO spatial_rule (code, left_layer, relation, right_layer, severity) VALUES ('x', 'zoning', 'disjoint', 'zoning', 'normal');
INSERT INTO spatial_rule (code, left_layer, relation, right_layer) VALUES ('x', 'zoning', 'disjoint', 'nothing');
CALL check_space('no such plan');

-- A finding keeps its id. Gone, it is closed; back, it is open again.
UPDATE feature SET geom = pg_temp.box(200, 0, 100, 100) WHERE name = 'town';
CALL check_space();
SELECT rule, "left", "right", area, status, n.id IS NOT NULL AS same_id FROM seen LEFT JOIN numbered n USING (id, rule);
SELECT closed_by, closed_at IS NOT NULL AS closed, closed_reason FROM finding WHERE rule = 'growth_off_farmland';
UPDATE feature SET geom = pg_temp.box(180, 0, 120, 100) WHERE name = 'town';
CALL check_space();
SELECT rule, "left", "right", area, status, n.id IS NOT NULL AS same_id FROM seen LEFT JOIN numbered n USING (id, rule);
-- Allowed, by whom, when and why: for as long as it does not grow.
SELECT id FROM finding WHERE rule = 'growth_off_farmland' \gset
SELECT allow_finding(:id, '');
SELECT allow_finding(0, 'none of that number');
SELECT allow_finding(:id, 'exchanged for land at the river');
SELECT status, allowed_by = current_user AS by, allowed_at IS NOT NULL AS at, allowed_reason, allowed_area_m2 FROM finding WHERE id = :id;
CALL check_space(full => true);
SELECT area, status FROM seen WHERE id = :id;
-- smaller: still allowed; gone and back, too; larger: open; as it was: allowed
UPDATE feature SET geom = pg_temp.box(190, 0, 110, 100) WHERE name = 'town';
CALL check_space();
SELECT area, status FROM seen WHERE id = :id;
UPDATE feature SET geom = pg_temp.box(200, 0, 100, 100) WHERE name = 'town';
CALL check_space();
SELECT area, status FROM seen WHERE id = :id;
SELECT allow_finding(:id, 'what is not there');
UPDATE feature SET geom = pg_temp.box(180, 0, 120, 100) WHERE name = 'town';
CALL check_space();
SELECT area, status FROM seen WHERE id = :id;
UPDATE feature SET geom = pg_temp.box(179, 0, 121, 100) WHERE name = 'town';
CALL check_space();
SELECT area, status FROM seen WHERE id = :id;
-- no larger, but elsewhere: open
UPDATE feature SET geom = pg_temp.box(170, 0, 130, 60) WHERE name = 'town';
CALL check_space();
SELECT area, status FROM seen WHERE id = :id;
UPDATE feature SET geom = pg_temp.box(180, 0, 120, 100) WHERE name = 'town';
CALL check_space();
SELECT area, status FROM seen WHERE id = :id;
-- taken back
SELECT reopen_finding(:id);
SELECT status, allowed_by, allowed_area_m2 FROM finding WHERE id = :id;
-- by hand, as in a GIS
UPDATE finding SET status = 'allowed', allowed_reason = 'by hand' WHERE id = :id;
SELECT status, allowed_reason, allowed_area_m2 FROM finding WHERE id = :id;
CALL check_space(full => true);
SELECT status FROM finding WHERE id = :id;
-- closed by hand: the next check looks
SELECT reopen_finding(:id), close_finding(:id, 'redrawn');
SELECT status, closed_by = current_user AS by, closed_reason FROM finding WHERE id = :id;
CALL check_space();
SELECT status, closed_by, closed_reason FROM finding WHERE id = :id;

-- Granted no more than deciding, one decides, in the own name; what was allowed is allowed once more as it lies now.
DROP ROLE IF EXISTS gov_regress_decider, gov_regress_checker;
CREATE ROLE gov_regress_decider;
CREATE ROLE gov_regress_checker;
GRANT USAGE ON SCHEMA findings_test TO gov_regress_decider, gov_regress_checker;
GRANT SELECT ON ALL TABLES IN SCHEMA findings_test TO gov_regress_decider, gov_regress_checker;
GRANT UPDATE (status, allowed_reason, closed_reason) ON finding TO gov_regress_decider;
GRANT INSERT, UPDATE, DELETE ON finding, pending_check, space_check TO gov_regress_checker;
GRANT UPDATE (source) ON spatial_rule TO gov_regress_checker;
SELECT allow_finding(:id, 'by the owner');
UPDATE feature SET geom = pg_temp.box(190, 0, 110, 100) WHERE name = 'town';
SET ROLE gov_regress_decider;
UPDATE finding SET allowed_by = 'the minister';
CALL check_space();
SET ROLE gov_regress_checker;
CALL check_space();
SELECT area_m2, status, allowed_by = session_user AS by_owner, allowed_area_m2 FROM finding WHERE id = :id;
SET ROLE gov_regress_decider;
SELECT allow_finding(:id, 'by another');
RESET ROLE;
SELECT area_m2, status, allowed_by, allowed_reason, allowed_area_m2 FROM finding WHERE id = :id;
-- grown it is open; its allowance is taken back, and does not return when it shrinks
UPDATE feature SET geom = pg_temp.box(180, 0, 120, 100) WHERE name = 'town';
CALL check_space();
SELECT area_m2, status, allowed_by, allowed_area_m2 FROM finding WHERE id = :id;
SELECT reopen_finding(:id);
UPDATE feature SET geom = pg_temp.box(190, 0, 110, 100) WHERE name = 'town';
CALL check_space();
SELECT area_m2, status, allowed_by, allowed_reason, allowed_area_m2 FROM finding WHERE id = :id;
UPDATE feature SET geom = pg_temp.box(180, 0, 120, 100) WHERE name = 'town';
CALL check_space();
DROP OWNED BY gov_regress_decider, gov_regress_checker;
DROP ROLE gov_regress_decider, gov_regress_checker;

-- A block that a sliver goes on from is as wide as the block: 0.3 m along the border, and 100 m x 50 m beyond it.
BEGIN;
DELETE FROM feature;
INSERT INTO feature (id, layer, name, geom) VALUES
    (101, 'permanent_farmland', 'plain', pg_temp.box(0, -1000, 10000, 1000)),
    (102, 'growth_boundary', 'suburb', ST_GeomFromText('MULTIPOLYGON(((0 1000, 0 -0.3, 5000 -0.3, 5000 -50, 5100 -50, 5100 -0.3, 10000 -0.3, 10000 1000, 0 1000)))', 3005)),
    (103, 'ecological_redline', 'moor', pg_temp.box(0, 999.7, 10000, 500));
CALL check_space();
SELECT rule, "left", "right", area, width, status FROM seen WHERE status = 'open';
ROLLBACK;

-- A rule that changes is checked anew; one that is not active has nothing to say; one that goes takes its findings along.
UPDATE spatial_rule SET min_area_m2 = 2500 WHERE code = 'growth_off_farmland';
CALL check_space();
SELECT status FROM finding WHERE id = :id;
UPDATE spatial_rule SET min_area_m2 = 0, severity = 'caution' WHERE code = 'growth_off_farmland';
CALL check_space();
SELECT status, severity FROM finding WHERE id = :id;
UPDATE spatial_rule SET active = false WHERE code = 'growth_off_farmland';
CALL check_space();
SELECT status FROM finding WHERE id = :id;
DELETE FROM spatial_rule WHERE code = 'growth_off_farmland';
SELECT count(*) FROM finding WHERE id = :id;
-- a feature that is deleted leaves a closed finding
DELETE FROM feature WHERE name = 'hotel';
CALL check_space();
SELECT rule, "left", left_feature, status FROM seen JOIN finding USING (id, rule, status) WHERE left_feature = 7;

-- Within the union of several, which may overlap each other: two lots of 60 and 60 that share 20 do not cover 120.
DELETE FROM feature;
DELETE FROM spatial_rule;
CALL check_space();
INSERT INTO layer (code, name, role) VALUES ('lot', 'lots', 'zone'), ('block', 'blocks', 'zone');
INSERT INTO spatial_rule (code, left_layer, relation, right_layer) VALUES ('lots cover blocks', 'lot', 'covers', 'block'), ('lots in blocks', 'lot', 'within', 'block');
INSERT INTO feature (id, layer, name, geom) VALUES
    (11, 'block', 'block', pg_temp.box(0, 0, 120, 1)), (12, 'lot', 'first', pg_temp.box(0, 0, 60, 1)), (13, 'lot', 'second', pg_temp.box(40, 0, 60, 1));
CALL check_space();
SELECT rule, "left", "right", area, width, share, status, geom FROM seen;
UPDATE feature SET geom = pg_temp.box(60, 0, 60, 1) WHERE id = 13;
CALL check_space();
SELECT rule, "left", "right", area, status FROM seen;
-- the cover goes, and what it covered is found though it was not touched
DELETE FROM feature WHERE id = 11;
CALL check_space();
SELECT rule, "left", "right", area, status FROM seen;
-- in time: one block after the other covers all, but for the days between
INSERT INTO feature (id, layer, name, geom, valid) VALUES
    (14, 'block', 'early', pg_temp.box(0, 0, 120, 1), '(,2020-01-01)'), (15, 'block', 'late', pg_temp.box(0, 0, 120, 1), '[2020-01-01,)');
CALL check_space();
SELECT rule, "left", "right", area, status FROM seen;
UPDATE feature SET valid = '[2020-02-01,)', geom = pg_temp.box(0, 0, 100, 1) WHERE id = 15;
CALL check_space();
SELECT rule, "left", "right", area, status FROM seen;
UPDATE feature SET valid = '[2021-01-01,)' WHERE layer = 'lot';
CALL check_space();
SELECT rule, "left", "right", area, status FROM seen;

-- Lower zoning refines upper zoning: a zone of a county lies in the province's of the same kind; and a
-- county's line lies within the province's, or reaches beyond it, as the rule says.
DELETE FROM feature;
DELETE FROM spatial_rule;
INSERT INTO plan (code, name, unit) VALUES ('p', 'province', 'P'), ('a', 'county A', 'P.A'), ('b', 'county B', 'P.B');
INSERT INTO spatial_rule (code, left_layer, left_tier, relation, right_layer, right_tier, same_kind) VALUES
    ('zoning refines', 'zoning', 'county', 'within', 'zoning', 'province', true);
INSERT INTO spatial_rule (code, left_layer, left_tier, relation, right_layer, right_tier) VALUES
    ('growth within', 'growth_boundary', 'county', 'within', 'growth_boundary', 'province'),
    ('redline beyond', 'ecological_redline', 'county', 'covers', 'ecological_redline', 'province');
INSERT INTO feature (id, layer, kind, name, plan, geom) VALUES
    (21, 'zoning', 'town', 'towns', 'p', pg_temp.box(0, 0, 50, 100)), (22, 'zoning', 'field', 'fields', 'p', pg_temp.box(50, 0, 50, 100)),
    (23, 'zoning', 'town', 'a town', 'a', pg_temp.box(0, 0, 50, 50)), (24, 'zoning', 'field', 'a field', 'a', pg_temp.box(45, 0, 55, 50)),
    (31, 'growth_boundary', NULL, 'growth', 'p', pg_temp.box(0, 0, 40, 40)), (32, 'growth_boundary', NULL, 'growth of A', 'a', pg_temp.box(0, 0, 40, 41)),
    (41, 'ecological_redline', NULL, 'redline', 'p', pg_temp.box(80, 0, 20, 100)), (42, 'ecological_redline', NULL, 'redline of A', 'a', pg_temp.box(70, 0, 30, 50)),
    (43, 'ecological_redline', NULL, 'redline of B', 'b', pg_temp.box(82, 50, 20, 50));
CALL check_space();
SELECT rule, "left", "right", unit, area, geom FROM seen WHERE status = 'open' ORDER BY rule;
-- a tier that is misspelt is refused; a kind that is, or that nobody has drawn yet, is shown
INSERT INTO spatial_rule (code, left_layer, left_tier, relation, right_layer) VALUES ('misspelt', 'zoning', 'country', 'disjoint', 'growth_boundary');
UPDATE spatial_rule SET right_tier = 'provinz' WHERE code = 'growth within';
SELECT * FROM rule_without_features;
UPDATE spatial_rule SET left_kind = 'towm' WHERE code = 'zoning refines';
SELECT rule, relation, side, layer, kind, tier FROM rule_without_features;
UPDATE spatial_rule SET left_kind = NULL WHERE code = 'zoning refines';
-- a county that becomes something else
INSERT INTO tier VALUES ('adm', 'city', 2);
UPDATE unit SET tier = 'city' WHERE code = 'P.A';
CALL check_space();
SELECT rule, "left", "right", unit, area FROM seen WHERE status = 'open' ORDER BY rule;

-- Who leaves a place concerns those that it covered, not its neighbours.
DELETE FROM feature;
DELETE FROM spatial_rule;
INSERT INTO spatial_rule (code, left_layer, relation, right_layer) VALUES ('lots in growth', 'lot', 'within', 'growth_boundary');
INSERT INTO feature (id, layer, name, plan, geom) VALUES
    (61, 'lot', 'left', 'b', pg_temp.box(0, 0, 10, 10)), (62, 'lot', 'right', NULL, pg_temp.box(10, 0, 10, 10)), (63, 'growth_boundary', 'growth', 'b', pg_temp.box(0, 0, 20, 9));
CALL check_space();
CREATE TEMP TABLE looked AS SELECT left_feature, last_seen FROM finding;
UPDATE feature SET geom = pg_temp.box(0, 0, 10, 11) WHERE name = 'left';
CALL check_space();
SELECT left_feature, f.last_seen > l.last_seen AS again, area_m2 FROM finding f JOIN looked l USING (left_feature) WHERE rule = 'lots in growth' ORDER BY 1;
UPDATE feature SET geom = pg_temp.box(0, 20, 10, 11) WHERE name = 'left';
CALL check_space('b');
SELECT left_feature, f.last_seen > l.last_seen AS again, area_m2 FROM finding f JOIN looked l USING (left_feature) WHERE rule = 'lots in growth' ORDER BY 1;
UPDATE feature SET geom = pg_temp.box(0, 0, 19, 9) WHERE name = 'growth';
CALL check_space('b');
SELECT left_feature, f.last_seen > l.last_seen AS again, area_m2 FROM finding f JOIN looked l USING (left_feature) WHERE rule = 'lots in growth' ORDER BY 1;
DELETE FROM feature WHERE name = 'growth';
CALL check_space();
SELECT left_feature, area_m2 FROM finding WHERE rule = 'lots in growth' ORDER BY 1;

-- Versions of one plan are not held against each other, and what is revoked against nobody.
DELETE FROM feature;
DELETE FROM spatial_rule;
INSERT INTO plan (code, name, unit, version, predecessor) VALUES ('a2', 'county A', 'P.A', 2, 'a');
INSERT INTO spatial_rule (code, left_layer, relation, right_layer) VALUES ('lots', 'lot', 'disjoint', 'lot');
INSERT INTO feature (id, layer, name, plan, geom) VALUES
    (51, 'lot', 'old', 'a', pg_temp.box(0, 0, 10, 10)), (52, 'lot', 'new', 'a2', pg_temp.box(0, 0, 10, 10)),
    (53, 'lot', 'other', 'b', pg_temp.box(5, 0, 10, 10)), (54, 'lot', 'of none', NULL, pg_temp.box(0, 9, 10, 10)), (55, 'lot', 'again', 'a2', pg_temp.box(9, 9, 1, 1));
CALL check_space();
SELECT rule, "left", "right", area FROM seen WHERE status = 'open';
UPDATE plan SET status = 'superseded' WHERE code = 'a';
CALL check_space();
SELECT rule, "left", "right", area FROM seen WHERE status = 'open';
UPDATE plan SET predecessor = NULL WHERE code = 'a2';
UPDATE plan SET status = 'approved' WHERE code = 'a';
CALL check_space();
SELECT rule, "left", "right", area FROM seen WHERE status = 'open';
-- one plan alone: what others changed stays noted
DELETE FROM finding;
UPDATE feature SET geom = pg_temp.box(0, 0, 11, 11) WHERE plan IS NOT NULL;
CALL check_space('b');
SELECT rule, "left", "right", area FROM seen WHERE status = 'open';
SELECT DISTINCT plan FROM pending_check ORDER BY plan;
CALL check_space();
SELECT rule, "left", "right", area FROM seen WHERE status = 'open';
SELECT id > 0 AS key, left_name, right_name, left_plan, right_plan, ST_SRID(geom), GeometryType(geom) FROM conflict WHERE left_name = 'old' ORDER BY right_name;

-- works without a search_path
SET search_path = '';
UPDATE findings_test.feature SET name = name || '!', valid = '[2000-01-01,)';
CALL findings_test.check_space();
SELECT count(*) FROM findings_test.conflict;
RESET search_path;
SELECT governance.drop_model('findings_test');
