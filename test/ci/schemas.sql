-- Calls of every chapter, after fixture.sql, under an empty search_path. NAME|t when right.
SET search_path = '';
SELECT 'unitcode, cut and joined', governance.official(governance.unitcode('330106', '{2,2,2}')) = '330106';
SELECT 'unitcode, gb2260', governance.gb2260('330100')::text = '33.01';
SELECT 'unitcode, order', pg_catalog.array_agg(code::text ORDER BY code)
       = '{P,P.A,P.B}' FROM app.fact WHERE depth < 3;
SELECT 'unitcode, subtree', pg_catalog.count(*) = 21 FROM app.fact WHERE code OPERATOR(governance.<@) 'P.A';
SELECT 'unitcode, above', pg_catalog.count(*) = 3 FROM app.fact WHERE code OPERATOR(governance.@>) 'P.A.t1';
SELECT 'unitcode, parts', governance.parent('P.A.t1') OPERATOR(governance.=) 'P.A' AND governance.label('P.A') = 'A'
       AND governance.ancestor('P.A.t1', 2) OPERATOR(governance.=) 'P.A'
       AND pg_catalog.cardinality(governance.ancestors('P.A.t1')) = 3;
SELECT 'unitcode, common ancestor', governance.common_ancestor(code) OPERATOR(governance.=) 'P' FROM app.fact;
SELECT 'rollup equals sum', r.total = (SELECT pg_catalog.sum(value) FROM app.fact)
  FROM governance.lookup((SELECT governance.unit_rollup(code, value) FROM app.fact), 'P') r;
SELECT 'rollup of parts', (SELECT governance.unit_rollup(state) FROM app.kept)
       OPERATOR(governance.=) (SELECT governance.unit_rollup(code, value, 2) FROM app.fact);
SELECT 'threshold, grade and margin', governance.grade(122, '>= 120 warning 125') OPERATOR(pg_catalog.=) 'warning' AND governance.margin(122, '>= 120 warning 125') = 2;
SELECT 'threshold, tightened', governance.tighten(least)::text = '22.5' || ' .. 90 warning 24.5 .. 80' FROM app.limit_value;
SELECT 'threshold, order', pg_catalog.array_agg(code ORDER BY least) = '{c,a,b}' FROM app.limit_value;
SELECT 'warning, fired and kept', pg_catalog.array_agg((w).state::text ORDER BY n) = '{pending,firing,no_data,firing,resolved}'
  FROM (SELECT n, governance.warn(pg_catalog.daterange('2020-01-01'::date + n, '2020-01-02'::date + n), g::governance.grade, hold => 1, keep => 1) OVER (ORDER BY n) AS w
          FROM (VALUES (1, 'breach'), (2, 'warning'), (3, NULL), (4, 'normal'), (5, 'notice')) AS v (n, g)) AS s;
SELECT 'allocation is exact', pg_catalog.sum(part) = 1000 FROM (SELECT governance.allocate(1000, value, 1, quantum => 0.5, method => 'sainte_lague') OVER (ORDER BY code) AS part FROM app.fact WHERE value > 0) x;
SELECT 'overlap of neighbouring towns', governance.overlap_area(a.geom, b.geom) = 0 AND governance.overlap_area(a.geom, a.geom) = 100
       AND governance.overlap_share(a.geom, b.geom) = 0 AND governance.covers_area(a.geom, b.geom) = 100
       AND pg_catalog.length(governance.polygon_near(a.geom, b.geom, 1)) > 0
  FROM m.boundary a, m.boundary b WHERE a.unit OPERATOR(governance.=) 'P.A.t10' AND b.unit OPERATOR(governance.=) 'P.A.t11' AND a.valid @> '2020-01-01'::date AND b.valid @> '2020-01-01'::date;
SELECT 'coverage of towns', pg_catalog.cardinality(governance.coverage_defects(unit, geom, 0.1)) = 0 FROM m.boundary WHERE unit OPERATOR(governance.<@) 'P' AND valid @> '2020-01-01'::date;
SELECT 'common border of neighbouring towns', governance.shared_border(a.geom, b.geom) = 10
  FROM m.boundary a, m.boundary b WHERE a.unit OPERATOR(governance.=) 'P.A.t10' AND b.unit OPERATOR(governance.=) 'P.A.t11' AND a.valid @> '2020-01-01'::date AND b.valid @> '2020-01-01'::date;
SELECT 'model is listed', pg_catalog.count(*) = 1 FROM governance.models() WHERE schema = 'm' AND srid = 3005;
SELECT 'model, values of all tiers', pg_catalog.count(*) = 43 FROM m.indicator_value
 WHERE indicator = 'force' AND period = '[2021-01-01,2022-01-01)' AND value IS NOT NULL;
SELECT 'model, rollup on the fly is the same', pg_catalog.bool_and(f.value = v.value) AND pg_catalog.count(*) = 43
  FROM m.indicator_rollup('rate', '[2021-01-01,2022-01-01)') f
  JOIN m.indicator_value v ON v.indicator = 'rate' AND v.period = '[2021-01-01,2022-01-01)' AND v.unit OPERATOR(governance.=) f.unit;
SELECT 'model, neighbours', pg_catalog.count(*) = 2 FROM m.neighbours('P.A.t10');
SELECT 'model, coverage', pg_catalog.count(*) = 1 AND pg_catalog.bool_and(allowed AND area_m2 = 4) FROM m.coverage_defect;
CALL m.check_coverage('adm', 'town', 0.1, '1995-06-01');
SELECT 'model, borders', pg_catalog.count(*) = 1 AND pg_catalog.min(length_m) = 10 FROM m.border_mismatch;
SELECT 'model, coverage of parents', pg_catalog.count(*) = 0 FROM m.parent_coverage('adm');
SELECT 'model, coverage of children', pg_catalog.count(*) = 0 FROM m.child_coverage('adm');
SELECT 'model, cells', pg_catalog.count(*) = 29 AND pg_catalog.round(pg_catalog.sum(area_m2)) = 1400 AND pg_catalog.min(authority) = 'board' FROM m.cell;
CALL m.refresh_cells('adm', 'eco', '2021-06-01', min_width_m => 0.5);
SELECT 'model, cells on the map', pg_catalog.count(*) = 29 FROM m.cell_map WHERE geom IS NOT NULL;
SELECT 'model, cells that leave something out', pg_catalog.count(*) = 40 FROM m.cell_gap WHERE hierarchy = 'adm';
SELECT 'model, carried across', pg_catalog.sum(value) = (SELECT pg_catalog.sum(o.value) FROM m.observation o WHERE o.indicator = 'force' AND o.period = '[2020-01-01,2021-01-01)')
       AND pg_catalog.count(*) > 1 FROM m.transfer('force', '[2020-01-01,2021-01-01)', 'eco');
SELECT 'model, quotas add up', pg_catalog.count(*) = 3 AND pg_catalog.bool_and(difference = 0 AND complete) FROM m.transmission_gap;
SELECT 'model, reform', pg_catalog.count(*) = 2 FROM m.reform('merge', '2022-01-01', '{P.A.t1,P.A.t2}', '{P.A.t21}', '{joined}', share_by => 'area');
SELECT 'model, values on a day', pg_catalog.sum(v.value) = (SELECT pg_catalog.sum(o.value) FROM m.observation o WHERE o.indicator = 'force')
  FROM m.values_on('2022-06-01', 'force') v;
SELECT 'model, thresholds in force', pg_catalog.count(*) = (SELECT pg_catalog.count(*) FROM m.unit_asof('2025-01-01') u WHERE u.hierarchy = 'adm')
       AND pg_catalog.count(DISTINCT threshold) = 2 FROM m.effective_threshold_asof('2025-01-01', 'rate') e
 WHERE e.unit OPERATOR(governance.<@) 'P';
SELECT 'model, warnings', (SELECT pg_catalog.count(*) FROM m.active_warning) = (SELECT pg_catalog.count(*) FROM m.warning w WHERE w.active)
       AND (SELECT pg_catalog.bool_and((c.status).state = w.state) AND pg_catalog.count(*) = (SELECT pg_catalog.count(*) FROM m.warning)
              FROM m.warning w JOIN m.warning_course('rate') c USING (unit, span, period));
SELECT 'model, evaluated', pg_catalog.count(*) = 40 AND pg_catalog.max(e.grade) = 'breach' AND pg_catalog.bool_and(e.is_leaf)
  FROM m.evaluation e WHERE e.indicator = 'rate' AND e.period_label = '2020' AND e.tier = 'town';
SELECT 'model, map, history and summary', (SELECT pg_catalog.count(*) FROM m.evaluation_map WHERE indicator = 'rate') = 76
   AND (SELECT pg_catalog.count(*) FROM m.evaluation_history WHERE indicator = 'rate' AND since = '2020') > 0
   AND (SELECT pg_catalog.sum(n_units) FROM m.evaluation_summary WHERE indicator = 'rate' AND period_label = '2020' AND hierarchy = 'adm') = 43;
SELECT 'model, expected and projected', m.expected_value('force', '2021-12-31') = 320000 AND (SELECT pg_catalog.count(*) FROM m.target_projection) = 3
   AND (SELECT pg_catalog.count(*) FROM m.target_progress) = 2;
SELECT 'model, a feature registered', m.register_feature('zoning', :gis.ST_MakeEnvelope(60, 0, 61, 1, 3005), kind => 'construction', stated_area => 1, measure_unit => 'm2') > 0;
CALL m.check_space();
SELECT 'model, findings', pg_catalog.count(*) = 5 AND pg_catalog.count(*) FILTER (WHERE status = 'allowed') = 1 AND pg_catalog.bool_and(pg_catalog.abs(:gis.ST_Area(geom) - area_m2) < 0.001) FROM m.conflict;
SELECT 'model, nothing left to check', NOT EXISTS (SELECT FROM m.pending_check);
SELECT 'model, stated, drawn and children', pg_catalog.count(*) > 0 AND pg_catalog.count(disagrees) = 1 FROM m.map_line_data;
SELECT 'model, second of its kind', governance.create_model('second', 6933) = 'second';
SELECT 'model, upgraded', governance.upgrade_model('m') = governance.model_version();
SELECT 'model, dropped', governance.drop_model('second') IS NOT NULL;
