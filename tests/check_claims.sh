#!/bin/sh
# check_claims.sh - `make claim` lists the claims of course.md, states and computes each, and refuses what
# is none. (What it prints is compared with the text by check_course.sh.) `make test` has built it.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1
claims=${BUILD:-build}/tools/claims

run "$claims"
expect "without a number they are listed" 0 ' 1  "FP16' '15  "1e100' "make claim N=1"
cp "$scratch_top/output" "$scratch/list"
# shellcheck disable=SC2317 # called by check
stands_in_the_course() {
    sed -n 's/^ *[0-9]*  //p' "$scratch/list" >"$scratch/texts"
    [ "$(wc -l <"$scratch/texts")" -eq 15 ] && while IFS= read -r text; do
        grep -qF -e "    $text" course.md || { echo "not in course.md: $text" && exit 1; }
    done <"$scratch/texts"
}
check "all fifteen stand in course.md" stands_in_the_course
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    run "$claims" $n
    text=$(sed -n "s/^ *$n  //p" "$scratch/list")
    expect "claim $n is stated and computed" 0 "$text"
    # shellcheck disable=SC2016
    check "claim $n: numbers, and none of them NaN" sh -c 'sed 1d "$1" | grep -q "[0-9]" && ! grep -qw nan "$1"' sh "$scratch_top/output"
done
for n in 0 16 -1 x 1x 99999999999999999999; do
    run "$claims" "$n"
    expect "N=$n is refused" 2 "there is no claim N=$n" "1 to 15"
done
run env DATA=/nothing "$claims" 10
expect "a setting of the experiments changes nothing" 0 "products in FP8"
finish
