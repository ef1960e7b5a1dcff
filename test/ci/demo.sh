#!/usr/bin/env bash
# make demo runs through and its report has the published figures.
# shellcheck disable=SC2317
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/../.."
. test/ci/lib.sh

# Digits may be grouped by spaces or commas.
shows() { tr -d ' ,\302\240\342\200\257' <build/log/ci-demo.out | grep "$1"; }
runs() { "$MAKE" demo >build/log/ci-demo.out 2>&1 || { cat build/log/ci-demo.out; return 1; }; }

drawn() {
    perl -0777 -ne 'exit !(/\A<svg [^>]*>.*<\/svg>\s*\z/s && !/d="[^"]*nan/i && (my @c = /<path class="conflict" d="M/g) >= 100)' build/demo/conflicts.svg
}

point "make demo" runs
point "population of the nation, 2018" shows 327167434
point "a county far beyond its limit, and since when" shows 'ImperialCountyCalifornia|firing|breach|2012|18.1|<=6.4warning5.5|11.7|'
point "the nation's warning has ended" shows '20099.3pending20128.1firing20155.3recovering20183.9resolved'
point "counties beyond the limit of unemployment, 2018: five, Imperial County since 2009" shows '^ImperialCounty|California|18.1|<=6.4warning5.5|breach|11.7|2009|4$'
point "and beyond that of poverty: 493" shows '^poverty_rate|2018|2357|291|493|1$'
point "protected share of districts: two of 28 above 17 per cent" shows '^regionaldistrict|28|0|2|26|'
point "the target handed down adds up at every unit" shows '^29|217|0|0$'
point "and what breaks it is refused" shows 'thechildrenofunit"BC.RD104"have59050of59060dwellings'
point "districts in ecoprovinces: 68 cells above a square kilometre" shows '^eco|68|2|'
point "districts in water districts: 127" shows '^water|127|7|'
point "precincts cover 785 050 of 1 041 377 square kilometres" shows '^waterdistrict|waterprecinct|26|1041377|785050|'
point "no person is lost between districts and ecoprovinces" shows '^3261133|3261133$'
point "conflicts in two countries are those that are known" test "$(shows '^municipalitiesinprotectedareasabove1ha|100|100|7379|7379$\|^nationalforestsinparksabove1km2|42|42|366|366$' | wc -l)" = 2
point "their map is one SVG of the hundred conflicts" drawn
close
