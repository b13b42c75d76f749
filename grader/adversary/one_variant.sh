#!/bin/sh
# one_variant.sh - grades one variant and judges the grader by it. Called by variants.sh, which says what there
# is to see, with one argument: the variant's path without its ending (grader/adversary/lab05/wrong/truncates).
# By environment: ROOT the project, WORK a folder with tree0, tree1, ... (handouts) and rows, SLOT whose turn
# it is among the trees, UPDATE if the golden file is to be written, SEEDS under which the same has to come out.
# Exit: 0 the grader was right, 1 it was not, or nothing could be graded.
set -u
variant=$1
id=${variant##*/}
kind=${variant%/*} kind=${kind##*/}
lab=${variant#grader/adversary/} lab=${lab%%/*}
tree=$WORK/tree$SLOT
cd "$ROOT" || exit 1
model=$(echo solutions/"$lab"_*)
folder=labs/${model#solutions/}
log=$WORK/log$SLOT
golden=$variant.txt
messages=0 named=0 runs=0 flakes=0 files=

judged() { # judged pass|FAIL WHAT
    printf '%s: %s %s/%s: %s\n' "$1" "$lab" "$kind" "$id" "$2"
    printf '%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\n' "$lab" "$kind" "$id" "$files" "$1" $messages $named $runs $flakes \
        >"$WORK/rows/$lab.$kind.$id"
}

erred() { # erred WHAT [FILE]
    text=$(judged FAIL "$1"
        [ $# -lt 2 ] || sed 's/^/    | /' "$2")
    printf '%s\n' "$text"
    exit 1
}

# --- the files, in the tree ---
rm -rf "$log.files" && mkdir "$log.files" || exit 1
cp "$model"/lab??.c* "$model/quiz.txt" "$log.files"
if [ -f "$variant.patch" ]; then
    patch -s -p0 -F 0 --no-backup-if-mismatch -d "$log.files" <"$variant.patch" >"$log" 2>&1 ||
        erred "the patch does not fit the model solution" "$log"
fi
for end in c cu; do
    [ ! -f "$variant.$end" ] || cp "$variant.$end" "$log.files/$lab.$end"
done
for file in "$log.files"/*; do
    cmp -s "$file" "$model/${file##*/}" || files="$files${files:+,}${file##*/}"
    cmp -s "$file" "$tree/$folder/${file##*/}" || cp "$file" "$tree/$folder/"
done
[ -n "$files" ] || erred "it is the model solution"

# --- its grade ---
result=$tree/build/results/$lab.json
# grade SEED: grades it. What each test that loses points says goes to $log.said, as it stands in a golden file,
# and what it loses, as "TEST POINTS", to $log.lost.
grade() {
    rm -f "$result"
    make --no-print-directory -C "$tree" "$lab" grade SEED="$1" GPU=0 FORK=1 NO_BUBBLEWRAP=1 >"$log" 2>&1
    [ -f "$result" ] || erred "it was not graded" "$log"
    jq -r '.tests[] | select(.points < .max_points)
        | "\(.name): \(.max_points - .points | . * 1000 | round / 1000) of \(.max_points) lost",
        ((.message, (.belief | if . == "" then empty else "likely: \(.)" end)) | split("\n")[] | "    \(.)"), ""' \
        "$result" >"$log.said"
    sed -n 's/^\([a-z0-9_]*\): \([0-9.]*\) of [0-9.]* lost$/\1 \2/p' "$log.said" | sort >"$log.lost"
}
first=none
for seed in ${SEEDS:-} 1; do
    grade "$seed"
    lost=$(cat "$log.lost")
    [ "$seed" = 1 ] || runs=$((runs + 1))
    [ "$first" != none ] || first=$lost
    [ "$first" = "$lost" ] || flakes=$((flakes + 1))
done

[ $flakes -eq 0 ] || erred "other points under $flakes of the seeds $SEEDS"
if [ "$kind" = right ]; then
    [ ! -s "$log.lost" ] || erred "right, and yet it loses points" "$log.said"
    judged pass "right, and keeps its points"
    exit
fi

# --- a wrong one: the points, the words, the golden file ---
sed -n '/^--- /q; s/^loses: //p' "$variant.patch" >"$log.loses"
[ -s "$log.loses" ] || erred "no line \"loses: TEST POINTS: WORDS\""
sed 's/:.*//' "$log.loses" | sort >"$log.expected"
diff "$log.expected" "$log.lost" >"$log.diff" ||
    erred "other points than stated (<: stated, >: lost)" "$log.diff"
messages=$(wc -l <"$log.loses")
while IFS= read -r line; do
    case $line in *': '*) ;; *) continue ;; esac
    test=${line%% *} words=${line#*: }
    awk -v test="$test: " '/^[^ ]/ { said = index($0, test) == 1; next } said' "$log.said" >"$log.message"
    grep -qiF -e "$words" "$log.message" || erred "$test does not say \"$words\" but" "$log.message"
    named=$((named + 1))
done <"$log.loses"
if [ -n "$UPDATE" ]; then
    cp "$log.said" "$golden"
elif ! diff "$golden" "$log.said" >"$log.diff" 2>&1; then
    erred "other messages than in $golden (variants.sh -u writes it anew)" "$log.diff"
fi
judged pass "loses $(paste -sd , "$log.lost" | sed 's/,/, /g')"
