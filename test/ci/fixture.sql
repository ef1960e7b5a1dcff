-- A small model and a user's objects on top of the extension, made under an empty
-- search_path. Variable gis: the schema of PostGIS (default public).
\if :{?gis}
\else
    \set gis public
\endif
SET search_path = '';
SELECT governance.create_model('m', 3005);
INSERT INTO m.hierarchy (code, name, kind) VALUES ('adm', 'administration', 'administrative'), ('eco', 'ecoregions', 'natural');
INSERT INTO m.tier (hierarchy, name, rank) VALUES
    ('adm', 'province', 1), ('adm', 'district', 2), ('adm', 'town', 3), ('eco', 'region', 1);
INSERT INTO m.unit (code, hierarchy, tier, name) VALUES
    ('P', 'adm', 'province', 'Provínce'), ('P.A', 'adm', 'district', 'District "A"'), ('P.B', 'adm', 'district', 'Б'),
    ('E', 'eco', 'region', E'East\tcoast');
INSERT INTO m.unit (code, hierarchy, tier, name)
    SELECT governance.child(d.code, 't' || n), 'adm', 'town', 'Town ' || n
      FROM m.unit d, pg_catalog.generate_series(1, 20) n WHERE d.tier = 'district';
INSERT INTO m.boundary (unit, valid, geom)
    SELECT u.code, '[2000-01-01,)', :gis.ST_Multi(:gis.ST_MakeEnvelope(n * 10, 0, n * 10 + 10, 10, 3005))
      FROM (SELECT code, pg_catalog.row_number() OVER (ORDER BY code) AS n FROM m.unit WHERE tier = 'town') AS u;
INSERT INTO m.boundary (unit, valid, geom) VALUES ('E', '[2000-01-01,)', :gis.ST_Multi(:gis.ST_MakeEnvelope(25, -5, 305, 5, 3005)));
INSERT INTO m.authority (code, name, kind) VALUES ('board', 'Board', 'department');
INSERT INTO m.duty (hierarchy, tier, element, power, authority) VALUES ('adm', 'town', 'eco', 'accountable', 'board');
INSERT INTO m.boundary (unit, valid, geom) VALUES ('P.A.t10', '[1990-01-01,2000-01-01)', :gis.ST_Multi(:gis.ST_Difference(:gis.ST_MakeEnvelope(0, 0, 10, 10, 3005), :gis.ST_MakeEnvelope(2, 2, 4, 4, 3005)))),
    ('P.A.t11', '[1990-01-01,2000-01-01)', :gis.ST_GeomFromText('MULTIPOLYGON(((10 0,20 0,20 10,10 10,10 5,10 0)))', 3005));
CALL m.check_coverage('adm', 'town', 0.1, '1995-06-01');
SELECT m.allow_coverage_defect(id, 'pond') FROM m.coverage_defect;
CALL m.refresh_cells('adm', 'eco', '2020-06-01', min_width_m => 0.5);
INSERT INTO m.indicator (code, name, measure_unit, kind, space_op, time_op, weight_by, numerator, denominator) VALUES
    ('rate', 'unemployment', '1', 'ratio', 'ratio', 'none', NULL, 'out', 'force'),
    ('force', 'labour force', 'persons', 'extensive', 'sum', 'last', NULL, NULL, NULL),
    ('out', 'unemployed', 'persons', 'extensive', 'sum', 'last', NULL, NULL, NULL),
    ('farm', 'farmland', 'ha', 'extensive', 'sum', 'last', NULL, NULL, NULL),
    ('income', 'income', 'CAD', 'intensive', 'weighted_mean', 'mean', 'force', NULL, NULL);
INSERT INTO m.observation (indicator, unit, period, value, measure_unit)
    SELECT i.code, u.code, p.period, pg_catalog.length(u.name) * i.size + (pg_catalog.lower(p.period) - '2000-01-01'::date) + 0.125,
           CASE WHEN i.code = 'farm' AND u.code OPERATOR(governance.<@) 'P.A' THEN 'mu' END
      FROM (VALUES ('force', 1000), ('out', 10), ('farm', 500), ('income', 20000)) AS i (code, size),
           m.unit u,
           (VALUES ('[2020-01-01,2021-01-01)'::daterange), ('[2021-01-01,2022-01-01)')) AS p (period)
     WHERE u.tier = 'town';
INSERT INTO m.cell_weight (indicator, unit, region, value) SELECT 'force', c.unit, c.region, 1 FROM m.cell c;
INSERT INTO m.threshold_rule (indicator, unit, tier, threshold, basis, source, valid, clear) VALUES
    ('rate', 'P', NULL, '<= 0.5 warning 0.25', 'law', 'act', DEFAULT, '<= 0.2'), ('rate', 'P.A', 'town', '<= 0.125', 'plan', NULL, '[2020-01-01,2030-01-01)', NULL);
INSERT INTO m.target_path (code, indicator, unit, base, base_value) VALUES ('force', 'force', 'P', '[2019-01-01,2020-01-01)', 300000);
INSERT INTO m.milestone VALUES ('force', '[2024-01-01,2025-01-01)', 350000);
CALL m.refresh();
UPDATE m.observation SET value = 400 WHERE indicator = 'out' AND unit OPERATOR(governance.=) 'P.A.t1' AND period = '[2020-01-01,2021-01-01)';
CALL m.refresh();
UPDATE m.indicator SET attribute = 'binding', direction = 'ceiling' WHERE code = 'farm';
INSERT INTO m.quota (indicator, unit, period, amount) VALUES ('farm', 'P', '[2030-01-01,2031-01-01)', 1000);
INSERT INTO m.quota_condition (indicator, unit, period, cap) VALUES ('farm', 'P.A', '[2030-01-01,2031-01-01)', 450);
SELECT m.set_base('farm', '[2020-01-01,2021-01-01)');
SELECT m.transmit_tree('farm', 'P', '[2030-01-01,2031-01-01)', 'farm', 0.5, 0.1);

INSERT INTO m.plan (code, name, unit, status) VALUES ('p1', 'Plan "A"', 'P.A', 'superseded'), ('b', 'Plan B', 'P.B', 'approved');
INSERT INTO m.plan (code, name, unit, version, predecessor) VALUES ('p2', 'Plan "A", again', 'P.A', 2, 'p1');
SELECT pg_catalog.count(*) FROM m.starter_rules(1, 0.25);
INSERT INTO m.feature (layer, plan, kind, name, geom)
    SELECT f.layer, f.plan, f.kind, 'Ö' || f.x, :gis.ST_Multi(:gis.ST_MakeEnvelope(f.x, 0, f.x + 30, 30, 3005))
      FROM (VALUES ('ecological_redline', NULL, NULL, 0), ('permanent_farmland', 'p1', NULL, 25), ('permanent_farmland', 'p2', NULL, 20),
                   ('growth_boundary', 'b', NULL, 45), ('zoning', 'b', 'construction', 60), ('zoning', 'p2', 'park', 10)) AS f (layer, plan, kind, x);
SELECT m.register_feature('zoning', :gis.ST_GeomFromText('POLYGON((0 0, 10 10, 10 0, 0 10, 0 0))', 3005), 'p2', 'P.A', 'construction', 'bow-tie', 0.5, 'mu', repair => true);
CALL m.check_space();
SELECT m.allow_finding(f.id, 'exchanged') FROM m.finding f WHERE f.rule = 'farmland_off_redline';
UPDATE m.feature SET name = name || '!', geom = :gis.ST_Multi(:gis.ST_MakeEnvelope(90, 0, 95, 30, 3005)) WHERE kind = 'park';

CREATE SCHEMA app;
CREATE TABLE app.fact (
    code   governance.unitcode PRIMARY KEY,
    depth  integer GENERATED ALWAYS AS (governance.depth(code)) STORED,
    value  numeric NOT NULL,
    CHECK (code OPERATOR(governance.<@) 'P')
);
CREATE INDEX fact_parent ON app.fact (governance.parent(code));
CREATE INDEX fact_hash ON app.fact USING hash (code);
INSERT INTO app.fact (code, value) SELECT code, 1.50 + pg_catalog.length(name) FROM m.unit WHERE hierarchy = 'adm';
CREATE TABLE app.kept (part integer, state governance.unit_rollup);
INSERT INTO app.kept SELECT pg_catalog.length(code) % 3, governance.unit_rollup(code, value, 2) FROM app.fact GROUP BY 1;
CREATE TABLE app.limit_value (code text PRIMARY KEY, least governance.threshold NOT NULL, worst governance.grade NOT NULL DEFAULT 'normal');
CREATE INDEX limit_value_least ON app.limit_value (least);
INSERT INTO app.limit_value VALUES ('a', '>= 20 warning 24.50', 'notice'), ('b', '>= 22.5', 'breach'), ('c', '<= 90 warning 80', DEFAULT);
CREATE VIEW app.graded AS SELECT f.code, governance.grade(f.value, l.least) AS grade, governance.margin(f.value, l.least) AS margin FROM app.fact f, app.limit_value l;
CREATE VIEW app.below AS SELECT a.code AS top, b.code FROM app.fact a JOIN app.fact b ON b.code OPERATOR(governance.<@) a.code;
CREATE MATERIALIZED VIEW app.total AS
    SELECT r.* FROM (SELECT governance.unit_rollup(state) AS state FROM app.kept) k, governance.unnest(k.state) r;
COMMENT ON TABLE app.fact IS 'a user''s own';
