# shellcheck shell=bash
# What lies below each of a thousand units, by index: counties and towns, at random. The
# closure table answers from its index alone and knows numbers only; so does an index on the
# code that has the number beside it. The last peer looks its units up as the first two do.
job 'asking for a thousand subtrees by index'
needs closure
sql <<'SQL'
CREATE INDEX IF NOT EXISTS unit_code_btree ON unit (code);
CREATE INDEX IF NOT EXISTS unit_path_gist ON unit USING gist (path);
CREATE TABLE IF NOT EXISTS asked AS
    SELECT * FROM unit WHERE tier IN (3, 4) ORDER BY hashint8extended(id, 1) LIMIT 1000;
VACUUM ANALYZE unit, asked;
SQL
warm <<'SQL'
SELECT count(*) FROM asked WHERE code <@ '11' AND path <@ '11';
SQL
same() {
    check <<'SQL'
SELECT count(*), sum(hashint8extended(id, 0)) FROM answer q;
SQL
}

ours 'code <@ x, btree' <<'SQL'
SELECT u.id FROM asked a JOIN unit u ON u.code <@ a.code
SQL
before <<'SQL'
DROP INDEX IF EXISTS unit_code_number;
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
peer 'closure table, units looked up' <<'SQL'
SELECT u.id FROM asked a JOIN closure c ON c.ancestor = a.id JOIN unit u ON u.id = c.descendant
SQL
same
peer 'code <@ x, btree with the number' <<'SQL'
SELECT u.id FROM asked a JOIN unit u ON u.code <@ a.code
SQL
before <<'SQL'
CREATE INDEX IF NOT EXISTS unit_code_number ON unit (code) INCLUDE (id);
SQL
same
measure
