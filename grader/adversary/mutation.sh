#!/bin/sh
# mutation.sh - is there a change of the model solutions that no test sees? Makes every small change that
# mutate.pl knows, and grades each. Called by trust.sh; run it from anywhere:
#
#   grader/adversary/mutation.sh [-w] [LAB...]        -w: write the survivors that have no reason yet into the list
#
# A mutant that earns all points has survived, and means a hole in the tests, or no change at all: what
# compiles to the same machine code is left out, the rest has to stand in labNN/survivors.txt with the reason
# why it is as right as the model:
#
#   because: what makes them equivalent
#   FUNCTION: LINE BEFORE => LINE AFTER         as many as there are, up to the next "because:"
#
# Prints a line "pass: ..." or "FAIL: ..." for each lab, with a survivor that is not listed and a listed one that
# is none, and writes build/trust/mutation.tsv: lab, file, mutants that compile and differ, killed, listed.
# Everything else is in build/trust/mutation/labNN.
# Exit: 0 as it should be, 1 not, 2 wrong usage.
set -u
export LC_ALL=C
cd "$(dirname "$0")/../.." || exit 1
write=
if [ "${1-}" = -w ]; then
    write=1
    shift
fi
for lab; do
    case $lab in lab[0-9][0-9]) ;; *)
        sed -n 's/^#   \(grader.*\)/usage: \1/p' "$0" >&2
        exit 2 ;;
    esac
done
unset LAB SOLUTION TEST SEED STRICT DIRECT SAN GPU V MAKELEVEL MFLAGS MAKEFLAGS
status=0
mkdir -p build/trust/mutation
[ $# -gt 0 ] || set -- $(cd grader/adversary && ls -d lab[0-9][0-9])

# mutants LAB: all of both files, each in a folder of its own, and their list: file, number, and what mutate.pl says.
mutants() {
    for file in "$model/$1".c "$model/$1".cu; do
        [ -f "$file" ] || continue
        end=${file##*.}
        mkdir -p "$work/$end"
        grader/adversary/mutate.pl "$file" "$work/$end" | sed "s/^/$end	/"
    done >"$work/list"
}

# survivors: as they stand in survivors.txt, the same line a second time with #2 behind it.
survivors() {
    awk -F '\t' '$7 == "survived" { key = $3 ": " $5 " => " $6; print key (++seen[key] > 1 ? " #" seen[key] : "") }' \
        "$work/judged"
}

for lab; do
    model=$(echo solutions/"$lab"_*)
    listed=grader/adversary/$lab/survivors.txt
    work=build/trust/mutation/$lab
    rm -rf "$work" && mkdir -p "$work" || exit 1
    make --no-print-directory -j"$(nproc)" SOLUTION=1 mutation-"$lab" >"$work/make" 2>&1 || {
        cat "$work/make" >&2
        exit 1
    }
    mutants "$lab"
    begin=$(date +%s)
    # The model itself first, as mutant 0: it has to earn all points, and its object is what others are held against.
    for end in $(cut -f1 "$work/list" | sort -u); do
        mkdir -p "$work/$end" && cp "$model/$lab.$end" "$work/$end/0000.$end"
        [ "$(grader/adversary/one_mutant.sh "$lab" "$end" 0000)" = "$end	0000	survived" ] || {
            echo "FAIL: $lab: the model solution does not pass as a mutant: look into $work/$end"
            exit 1
        }
    done
    cut -f1,2 "$work/list" | xargs -P "$(nproc)" -n 2 grader/adversary/one_mutant.sh "$lab" |
        grader/adversary/progress.sh "$lab" "$(wc -l <"$work/list")" >"$work/verdicts"
    sort "$work/verdicts" | awk -F '\t' -v OFS='\t' 'NR == FNR { verdict[$1, $2] = $3; next }
        { print $0, verdict[$1, $2] }' - "$work/list" >"$work/judged"
    survivors | sort >"$work/survivors"
    grep -v '^because: ' "$listed" 2>/dev/null | grep . | sort >"$work/listed"
    comm -23 "$work/survivors" "$work/listed" >"$work/new"
    comm -13 "$work/survivors" "$work/listed" >"$work/stale"
    for end in $(cut -f1 "$work/list" | sort -u); do
        awk -F '\t' -v OFS='\t' -v lab="$lab" -v end="$end" -v listed="$work/listed" '
            BEGIN { while ((getline line <listed) > 0) is_listed[line] = 1 }
            $1 == end && ($7 == "killed" || $7 == "survived") { all++ }
            $1 == end && $7 == "killed" { killed++ }
            $1 == end && $7 == "survived" {
                key = $3 ": " $5 " => " $6
                key = key (++seen[key] > 1 ? " #" seen[key] : "")
                known += key in is_listed
            }
            END { print lab, lab "." end, all + 0, killed + 0, known + 0 }' "$work/judged"
    done >"$work/counts"
    verdict=pass
    [ ! -s "$work/new" ] && [ ! -s "$work/stale" ] || verdict=FAIL status=1
    awk -F '\t' -v lab="$lab" -v verdict=$verdict -v seconds=$(($(date +%s) - begin)) '{ all += $3; killed += $4; listed += $5 }
        END { printf "%s: %s: %d of %d mutants killed (%.1f %%), %d are equivalent, %d have no reason, %d s\n", verdict, lab,
            killed, all, 100 * killed / all, listed, all - killed - listed, seconds }' "$work/counts"
    sed 's/^/    survived: /' "$work/new"
    sed 's/^/    listed in survivors.txt, but killed or gone: /' "$work/stale"
    [ -z "$write" ] || [ ! -s "$work/new" ] || { echo "because: ?" && cat "$work/new"; } >>"$listed"
done
cat build/trust/mutation/*/counts >build/trust/mutation.tsv
exit $status
