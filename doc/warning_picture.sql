-- The picture in doc/warning.md: a series runs through its grades, and its warning through its states.
--   psql -XAtq -d DATABASE -c "$(cat doc/warning_picture.sql)" > doc/warning.svg
WITH series AS (
    SELECT i, 2000 + i AS year, v, governance.grade(v, '<= 8 warning 6') AS grade,
           governance.warn(governance.period((2000 + i)::text), governance.grade(v, '<= 8 warning 6'), governance.grade(v, '<= 7 warning 5'), hold => 1) OVER (ORDER BY i) AS w
      FROM unnest('{4.2,5.1,6.4,5.6,6.3,6.9,8.4,7.6,6.8,NULL,NULL,6.5,5.6,5.2,6.2,5.5,4.6,4.4,6.1,7.2}'::numeric[]) WITH ORDINALITY AS u (v, i)
), place AS (
    -- a column of 46 for each year from x = 96, a unit of the value 44 high down to y = 316
    SELECT s.*, 73 + 46 * s.i AS x, round(316 - (s.v - 3.5) * 44, 1) AS y, (w).state::text AS state, (w).grade::text AS stands FROM series s
), color (name, fill) AS (
    VALUES ('normal', '#dfe9e4'), ('resolved', '#bcd9c8'), ('pending', '#f3dc9c'), ('no_data', '#c4c9d0'), ('recovering', '#efb08c'), ('firing', '#d4574e'),
           ('warning', '#e3a336'), ('breach', '#b3261e')
), strip (title, top, label, i) AS (
    SELECT 'state', 350, state, i FROM place UNION ALL SELECT 'grade that stands', 394, stands, i FROM place
), run AS (
    SELECT title, top, label, min(i) AS first, max(i) AS last
      FROM (SELECT s.*, i - row_number() OVER (PARTITION BY title, label ORDER BY i) AS island FROM strip s) AS s
     GROUP BY title, top, label, island
), part (n, svg) AS (
    SELECT 1, '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1094 470" width="1094" height="470" font-family="Helvetica, Arial, sans-serif" font-size="13" fill="#24292f">'
              || '<title>A series and its warning: threshold &lt;= 8 warning 6, clear &lt;= 7 warning 5, hold 1</title>'
              || '<rect width="1094" height="470" fill="#ffffff"/>'
    UNION ALL
    -- what is beyond each limit
    SELECT 2, format('<rect x="96" y="%s" width="920" height="%s" fill="%s" fill-opacity="0.13"/>', top, bottom - top, fill)
      FROM (VALUES (60.0, 118.0, '#b3261e'), (118.0, 206.0, '#e3a336')) AS b (top, bottom, fill)
    UNION ALL
    SELECT 3, format('<line x1="96" x2="1016" y1="%1$s" y2="%1$s" stroke="%2$s" stroke-width="1.3"%3$s/><text x="1022" y="%4$s" fill="%2$s">%5$s</text>',
                     round(316 - (at - 3.5) * 44, 1), stroke, dash, round(320.5 - (at - 3.5) * 44, 1), label)
      FROM (VALUES (8, '#b3261e', '', 'breach'), (7, '#b3261e', ' stroke-dasharray="5 4"', 'left at 7'),
                   (6, '#9a6700', '', 'warning'), (5, '#9a6700', ' stroke-dasharray="5 4"', 'left at 5')) AS l (at, stroke, dash, label)
    UNION ALL
    SELECT 4, format('<text x="84" y="%s" text-anchor="end" fill="#57606a">%s</text>', 320.5 - (at - 3.5) * 44, at) FROM generate_series(4, 9) AS g (at)
    UNION ALL
    -- the line breaks where values are missing
    SELECT 5, string_agg(format('<polyline points="%s" fill="none" stroke="#57606a" stroke-width="1.6"/>', points), '' ORDER BY gap)
      FROM (SELECT gap, string_agg(x || ',' || y, ' ' ORDER BY i) AS points
              FROM (SELECT p.*, count(*) FILTER (WHERE v IS NULL) OVER (ORDER BY i) AS gap FROM place p) AS p
             WHERE v IS NOT NULL GROUP BY gap) AS l
    UNION ALL
    SELECT 6, string_agg(format('<circle cx="%1$s" cy="%2$s" r="5.5" fill="%3$s" stroke="#24292f"/><text x="%1$s" y="%4$s" text-anchor="middle" font-size="11">%5$s</text>',
                                x, y, CASE grade WHEN 'normal' THEN '#7fb597' ELSE c.fill END, y - 11, v), '' ORDER BY i)
      FROM place JOIN color c ON c.name = grade::text
    UNION ALL
    SELECT 7, string_agg(format('<text x="%s" y="300" text-anchor="middle" fill="#57606a">?</text>', x), '' ORDER BY i) FROM place WHERE v IS NULL
    UNION ALL
    SELECT 8, string_agg(format('<rect x="%s" y="%s" width="%s" height="30" fill="%s" stroke="#ffffff" stroke-width="2"/><text x="%s" y="%s" text-anchor="middle" font-size="%s"%s>%s</text>',
                                50 + 46 * first, top, 46 * (last - first + 1), fill, 50 + 23 * (first + last + 1), top + 19,
                                CASE WHEN length(label) * 6.5 > 46 * (last - first + 1) THEN 8.5 ELSE 11 END,
                                CASE WHEN label IN ('firing', 'breach') THEN ' fill="#ffffff"' ELSE '' END, label), '' ORDER BY top, first)
      FROM run JOIN color ON name = label
    UNION ALL
    SELECT 9, format('<text x="84" y="%s" text-anchor="end" fill="#57606a">%s</text>', top + 19, title) FROM (SELECT DISTINCT title, top FROM run WHERE title = 'state') AS t
    UNION ALL
    SELECT 10, '<text x="84" y="407" text-anchor="end" fill="#57606a">grade that</text><text x="84" y="422" text-anchor="end" fill="#57606a">stands</text>'
    UNION ALL
    SELECT 11, string_agg(format('<text x="%s" y="448" text-anchor="middle" font-size="11" fill="#57606a">%s</text>', x, year), '' ORDER BY i) FROM place
    UNION ALL
    SELECT 12, '<text x="96" y="28" font-size="15" font-weight="bold">A series runs through its grades</text>'
               '<text x="96" y="48" fill="#57606a">threshold &lt;= 8 warning 6, clear &lt;= 7 warning 5, hold 1: fires with the second value above 6, ends at 5 or below</text></svg>'
)
SELECT string_agg(svg, E'\n' ORDER BY n, svg COLLATE "C") AS svg FROM part
