# shellcheck shell=bash
# What lies below each of a thousand units, by index: counties and towns, at random.
job 'asking for a thousand subtrees by index'
needs closure
sql <<'SQL'
CREATE INDEX IF NOT EXISTS unit_code_btree ON unit (code);
CREATE INDEX IF NOT EXISTS unit_path_gist ON unit USING gist (path);
CREATE TABLE IF NOT EXISTS asked AS
    SELECT * FROM unit WHERE tier IN (3, 4) ORDER BY hashint8extended(id, 1) LIMIT 1000;
VACUUM ANALYZE unit, asked;
SQL
same() {
    check <<'SQL'
SELECT count(*), sum(hashint8extended(id, 0)) FROM answer q;
SQL
}

ours 'code <@ x, btree' <<'SQL'
SELECT u.id FROM asked a JOIN unit u ON u.code <@ a.code
SQL
same
peer 'path <@ x, GiST' <<'SQL'
SELECT u.id FROM asked a JOIN unit u ON u.path <@ a.path
SQL
same
peer 'closure table, btree' <<'SQL'
SELECT c.descendant AS id FROM asked a JOIN closure c ON c.ancestor = a.id
SQL
same
measure
