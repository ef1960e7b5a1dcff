#!/usr/bin/env bash
# The tree itself: its scripts, its layout, its one version.
# shellcheck disable=SC2317
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/../.."
. test/ci/lib.sh

files() { git ls-files --cached --others --exclude-standard -- "$@"; }

shell_scripts() {
    { files '*.sh' && echo .ci/run; } | xargs shellcheck -x
}

top_level() {
    files | cut -d/ -f1 | sort -u | grep -vxE 'Makefile|src|sql|expected|test|doc|demo|governance\.control|README\.md|CHANGELOG\.md|META\.json|LICENSE|\.ci|\.gitignore|\.editorconfig|\.clang-format' || true
}

version() { sed -n "s/^default_version *= *'\(.*\)'/\1/p" governance.control; }

meta_version() {
    perl -MJSON::PP -e '
        local $/; open my $f, "<", "META.json" or die $!; my $m = decode_json(<$f>);
        my ($v, $sql) = ($ARGV[0], "sql/governance--$ARGV[0].sql");
        die "META.json says $m->{version}, governance.control $v\n" if $m->{version} ne $v;
        my $p = $m->{provides}{governance};
        die "META.json provides version $p->{version}, governance.control has $v\n" if $p->{version} ne $v;
        die "META.json names $p->{file}, the script is $sql\n" if $p->{file} ne $sql;
        ' "$(version)"
}

changelog() { grep -q "^## $(version | sed 's/\./\\./g')" CHANGELOG.md; }

too_long() { files 'src/*.[ch]' 'sql/*.sql' 'test/*.sh' | xargs wc -l | awk '$2 != "total" && $1 > 900'; }

white_space() {
    files 'src/*' 'sql/*' 'test/*.sh' 'test/ci/*' 'test/pgtap/*' Makefile .ci/run '*.md' | xargs grep -nE '[[:blank:]]+$|'$'\r' /dev/null || true
}

left_undone() { files 'src/*' 'sql/*' 'demo/*.s*' | xargs grep -nE 'TODO|FIXME|XXX' /dev/null || true; }

# Only what has an expected output is a test of pg_regress, and the other way round.
unmatched() {
    comm -3 <(files 'test/sql/*.sql' | xargs -n 1 basename -s .sql | sort) \
        <(files 'expected/*.out' | xargs -n 1 basename -s .out | sort)
}

# Version differences of PostgreSQL live in compat.h alone.
version_numbers() { files 'src/*.[ch]' | grep -v compat.h | xargs grep -n 'PG_VERSION_NUM\|PG_MAJORVERSION' /dev/null || true; }

script_guards() {
    local file
    for file in $(files 'sql/governance--*.sql'); do
        head -n 1 "$file" | grep -q '^\\echo .*\\quit$' || echo "$file does not begin with the guard"
    done
}

processor_flags() { grep -nE -e '-march|-mtune|-mcpu' Makefile || true; }

point "shell scripts are clean to shellcheck" shell_scripts
no "the top level holds what the layout names, and nothing else" top_level
point "META.json is JSON and of the control file's version" meta_version
point "CHANGELOG.md has an entry for the version" changelog
no "no file is too long to hold in the head" too_long
no "no line ends in blanks" white_space
no "nothing is left undone by its own words" left_undone
no "every test has its expected output" unmatched
no "only compat.h knows versions of PostgreSQL" version_numbers
no "every upgrade script begins with the guard" script_guards
no "the build is for any processor" processor_flags
close
