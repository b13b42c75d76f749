#!/bin/sh
# check_wrong_kernels.sh - model kernels spoiled in one place each (wrong_kernels.txt) lose points in
# the tests named there, and no C exercise does; right ones written another way keep full marks. In
# a copy of the tree.  check_wrong_kernels.sh [LAB]
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
unset LAB SOLUTION TEST SEED STRICT DIRECT SAN GPU V MAKELEVEL MFLAGS
command -v perl >/dev/null 2>&1 || skip_all "there is no perl"
only=${1-}
tree="$scratch/tree"
mkdir "$tree"
(cd "$root" && cp -R Makefile ./*.mk labs solutions common grader tools "$tree") || exit 1
cd "$tree" || exit 1
tab=$(printf '\t')

# lost OUTPUT: the tests that did not reach their points, between commas.
lost() {
    awk '$1 == "FAIL" || $1 == "todo" { printf "%s%s", sep, $3; sep = "," }' "$1"
}

# covers EXPECTED LOST: have all that are expected lost points, and only tests of kernels?
covers() {
    for name in $(echo "$1" | tr , ' '); do
        case ",$2," in *",$name,"*) ;; *) return 1 ;; esac
    done
    for name in $(echo "$2" | tr , ' '); do
        case $name in kernel_*) ;; *) return 1 ;; esac
    done
}

built=
while IFS="$tab" read -r lab expected what change; do
    case $lab in '' | '#'*) continue ;; esac
    [ -z "$only" ] || [ "$only" = "$lab" ] || continue
    model=$(echo solutions/"$lab"_*/"$lab".cu)
    folder=labs/$(basename "$(dirname "$model")")
    if [ "$lab" != "$built" ]; then
        cp "solutions/${folder#labs/}/$lab.c" "solutions/${folder#labs/}/quiz.txt" "$folder/"
        built=$lab
    fi
    perl -0777 -pe "$change" "$model" >"$folder/$lab.cu"
    if cmp -s "$model" "$folder/$lab.cu"; then
        check "$lab: $what: the change applies" false
        continue
    fi
    run make "$lab" grade
    now=$(lost "$scratch_top/output")
    if [ "$expected" = none ]; then
        expect "$lab: right, though: $what" 0 "$lab: 100 of 100 points"
    else
        check "$lab: $what: costs $expected (lost: ${now:-nothing})" covers "$expected" "$now"
    fi
done <"$root/tests/wrong_kernels.txt"
finish
