-- The conflicts of British Columbia as one SVG file, drawn by SQL alone.
SET search_path = bc, governance, public;

-- A panel shows a window of the land on a part of the sheet; y runs down on the sheet.
CREATE TEMP TABLE panel AS
    SELECT p.name, p.title, p.x, p.y, p.width, p.height, p.bar_km, p.west, p.south, least(p.width / (p.east - p.west), p.height / (p.north - p.south)) AS scale, p.north,
           ST_MakeEnvelope(p.west, p.north - p.height / least(p.width / (p.east - p.west), p.height / (p.north - p.south)),
                           p.west + p.width / least(p.width / (p.east - p.west), p.height / (p.north - p.south)), p.north, 3005) AS part
      FROM (SELECT 'land' AS name, 'British Columbia' AS title, 24.0 AS x, 96.0 AS y, 790.0 AS width, 720.0 AS height, 200 AS bar_km,
                   ST_XMin(e.box) - 15000 AS west, ST_YMin(e.box) - 15000 AS south, ST_XMax(e.box) + 15000 AS east, ST_YMax(e.box) + 15000 AS north
              FROM (SELECT ST_Extent(m.geom) AS box FROM unit_map m WHERE m.tier = 'regional district') e
             UNION ALL
            SELECT 'coast', 'Vancouver and the Fraser Valley', 838, 96, 338, 262, 20, 1190000, 425000, 1330000, 533000) AS p;

CREATE FUNCTION pg_temp.path(panel text, geom geometry) RETURNS text LANGUAGE sql AS $$
    SELECT ST_AsSVG(ST_Affine(s.geom, p.scale, 0, 0, p.scale, p.x - p.scale * p.west, - p.y - p.scale * p.north), 0, 1)
      FROM panel p CROSS JOIN LATERAL (SELECT ST_SimplifyPreserveTopology(geom, 0.4 / p.scale) AS geom) s
     WHERE p.name = $1 AND geom && p.part
$$;
CREATE FUNCTION pg_temp.escaped(text) RETURNS text LANGUAGE sql AS $$ SELECT replace(replace(replace($1, '&', '&amp;'), '<', '&lt;'), '>', '&gt;') $$;
CREATE FUNCTION pg_temp.said(x numeric, y numeric, class text, words text) RETURNS text LANGUAGE sql AS
    $$ SELECT format('<text x="%s" y="%s" class="%s">%s</text>', round($1, 1), round($2, 1), $3, pg_temp.escaped($4)) $$;

CREATE TEMP TABLE worst AS
    SELECT row_number() OVER (ORDER BY c.area_m2 DESC) AS n, c.*, ST_PointOnSurface(ST_GeometryN(c.geom, 1)) AS spot FROM conflict c;

CREATE TEMP TABLE sheet (id integer GENERATED ALWAYS AS IDENTITY, line text);
INSERT INTO sheet (line) VALUES
    ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 880" width="1200" height="880" font-family="Helvetica, Arial, sans-serif">'),
    ('<style>
.title { font-size: 26px; font-weight: bold; fill: #222 } .sub { font-size: 14px; fill: #555 } .head { font-size: 14px; font-weight: bold; fill: #222 } .small { font-size: 12px; fill: #333 }
.tiny { font-size: 11px; fill: #666 } .right { font-size: 12px; fill: #333; text-anchor: end } .number { font-size: 11px; font-weight: bold; fill: #fff; text-anchor: middle }
.water { fill: #eaf1f6 } .frame { fill: none; stroke: #888; stroke-width: 1 } .district { fill: #fbfaf6; stroke: #c9c4b8; stroke-width: 0.6 } .protected { fill: #b9d8ae; stroke: #7fa873; stroke-width: 0.4 }
.municipality { fill: #8d8d99; fill-opacity: 0.45; stroke: #5d5d6b; stroke-width: 0.6 } .conflict { fill: #d7301f; stroke: #99000d; stroke-width: 0.8 } .spot { fill: #99000d; stroke: #fff; stroke-width: 1.2 }
.window { fill: none; stroke: #222; stroke-width: 1.4; stroke-dasharray: 4 3 } .bar { stroke: #222; stroke-width: 2; fill: none }
</style>'),
    ('<rect width="1200" height="880" fill="#fff"/>'),
    (pg_temp.said(24, 44, 'title', 'Municipalities in protected areas'));
INSERT INTO sheet (line)
SELECT pg_temp.said(24, 70, 'sub', format('British Columbia: %s conflicts above 1 ha between %s municipalities and %s protected areas, %s km² together', count(*),
                                          (SELECT count(*) FROM feature f WHERE f.layer = 'municipality'), (SELECT count(*) FROM feature f WHERE f.layer = 'protected'),
                                          to_char(sum(w.area_m2) / 1e6, 'FM9,990')))
  FROM worst w;
INSERT INTO sheet (line)
SELECT format('<clipPath id="%s"><rect x="%s" y="%s" width="%s" height="%s"/></clipPath>', p.name, p.x, p.y, p.width, p.height) FROM panel p;
-- Each panel from the ground up.
INSERT INTO sheet (line)
SELECT d.line
  FROM panel p
 CROSS JOIN LATERAL (
    SELECT 0 AS level, 0::bigint AS n, format('<g clip-path="url(#%s)"><rect x="%s" y="%s" width="%s" height="%s" class="water"/>', p.name, p.x, p.y, p.width, p.height) AS line
     UNION ALL
    SELECT 1, 0, format('<path class="district" d="%s"><title>%s</title></path>', pg_temp.path(p.name, m.geom), pg_temp.escaped(m.name)) FROM unit_map m WHERE m.tier = 'regional district'
     UNION ALL
    SELECT CASE f.layer WHEN 'protected' THEN 2 ELSE 3 END, f.id, format('<path class="%s" d="%s"><title>%s</title></path>', f.layer, pg_temp.path(p.name, f.geom), pg_temp.escaped(f.name))
      FROM feature f WHERE f.geom && p.part
     UNION ALL
    SELECT 4, w.n, format('<path class="conflict" d="%s"><title>%s</title></path>', pg_temp.path(p.name, w.geom),
                          pg_temp.escaped(w.left_name || ' in ' || w.right_name || ': ' || to_char(w.area_m2 / 1e6, 'FM9,990.00') || ' km²'))
      FROM worst w WHERE w.geom && p.part
     UNION ALL
    SELECT 5, w.n, format('<circle class="spot" cx="%1$s" cy="%2$s" r="9"/><text class="number" x="%1$s" y="%3$s">%4$s</text>', round(s.x, 1), round(s.y, 1), round(s.y + 4, 1), w.n)
      FROM worst w
     CROSS JOIN LATERAL (SELECT (p.x + p.scale * (ST_X(w.spot) - p.west))::numeric AS x, (p.y + p.scale * (p.north - ST_Y(w.spot)))::numeric AS y) s
     WHERE w.n <= 10 AND w.spot && p.part AND (p.name = 'coast' OR NOT w.spot && (SELECT c.part FROM panel c WHERE c.name = 'coast'))
     UNION ALL
    SELECT 6, 0, format('<path class="window" d="%s"/>', pg_temp.path('land', c.part)) FROM panel c WHERE p.name = 'land' AND c.name = 'coast'
     UNION ALL
    SELECT 7, 0, '</g>' || format('<rect class="frame" x="%s" y="%s" width="%s" height="%s"/>', p.x, p.y, p.width, p.height)
                 || format('<path class="bar" d="M %s %s v 6 h %s v -6"/>', p.x + 16, p.y + p.height - 24, round((p.scale * 1000 * p.bar_km)::numeric, 1))
                 || pg_temp.said(p.x::numeric + 18, p.y::numeric + p.height::numeric - 30, 'small', p.bar_km || ' km')
                 || pg_temp.said(p.x::numeric, p.y::numeric - 8, 'head', p.title)) AS d
 WHERE d.line IS NOT NULL
 ORDER BY p.name DESC, d.level, d.n;
-- The legend, and the worst ten.
INSERT INTO sheet (line)
SELECT format('<rect x="838" y="%s" width="22" height="13" class="%s"/>', 376 + 22 * (l.n - 1), l.class) || pg_temp.said(870, 387 + 22 * (l.n - 1), 'small', l.words)
  FROM (VALUES (1, 'conflict', 'municipality in a protected area'), (2, 'municipality', 'municipality'), (3, 'protected', 'park, ecological reserve, protected area'),
               (4, 'district', 'regional district')) AS l (n, class, words)
 ORDER BY l.n;
INSERT INTO sheet (line) VALUES (pg_temp.said(838, 492, 'head', 'The ten largest')), ('<text x="1176" y="492" class="right">km²</text>');
INSERT INTO sheet (line)
SELECT format('<circle class="spot" cx="847" cy="%s" r="9"/><text class="number" x="847" y="%s">%s</text>', 512 + 31 * (w.n - 1), 516 + 31 * (w.n - 1), w.n)
       || pg_temp.said(866, 511 + 31 * (w.n - 1), 'small', w.left_name) || pg_temp.said(866, 525 + 31 * (w.n - 1), 'tiny', 'in ' || w.right_name)
       || format('<text x="1176" y="%s" class="right">%s</text>', 516 + 31 * (w.n - 1), to_char(w.area_m2 / 1e6, 'FM9,990.0'))
  FROM worst w WHERE w.n <= 10 ORDER BY w.n;
INSERT INTO sheet (line) VALUES
    (pg_temp.said(24, 840, 'tiny', 'BC Albers (EPSG:3005), equal area. Borders simplified. Contains information licensed under the Open Government Licence - British Columbia.')),
    (pg_temp.said(24, 857, 'tiny', 'Drawn by SQL from the view bc.conflict; names show under the pointer.')),
    ('</svg>');
\pset format unaligned
\pset tuples_only on
\o :map
SELECT line FROM sheet ORDER BY id;
\o
\pset format aligned
\pset tuples_only off
