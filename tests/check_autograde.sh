#!/bin/sh
# check_autograde.sh - make autograde from folder to report: who gets which points and why, hidden
# tests, seeds, what is done again and what is not, and what becomes of a run that is killed or has no
# room. Attacks on it: check_autograde_attacks.sh; on a cluster: check_autograde_slurm.sh.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
# shellcheck source=tests/autograde/class.sh
. "$root/tests/autograde/class.sh"

# --- a class: name, what it hands in ---
hand_in right
hand_in open
for file in lab05.c lab05.cu quiz.txt; do
    "$root/tools/stubs.sh" --cut "$solution/$file" >"$in/open/lab05/$file"
done
hand_in wrong && change wrong 's/return fabs(/return 2 * fabs(/'
hand_in broken && change broken 's/return fabs(/retrun fabs(/'
hand_in loud && {
    for i in $(seq 60); do echo "static int unused_$i;"; done
    printf 'void not_there(void);\nvoid calls(void) { not_there(); }\n'
} >>"$in/loud/lab05/lab05.c"
hand_in part && rm "$in/part/lab05/lab05.cu" "$in/part/lab05/quiz.txt"
hand_in bad_kernels && printf '#include <stdio.h>\nint main(void) { return system("ls"); }\n' >>"$in/bad_kernels/lab05/lab05.cu"
mkdir "$in/nothing" && echo 'I was ill.' >"$in/nothing/README.txt"
head -c 3000 /dev/urandom >"$in/garbage.zip"
hand_in twice && tar -C "$in/twice" -czf "$in/twice.tar.gz" lab05
hand_in tarred && tar -C "$in/tarred" -czf "$in/tarred.tar.gz" lab05 && rm -r "$in/tarred"
hand_in more && {
    echo '#error mine' >"$in/more/lab05/lab05.h"
    printf 'all:\n\ttouch "%s/ran"\n' "$scratch" >"$in/more/lab05/Makefile"
    cp "$in/more/lab05/Makefile" "$in/more/"
}
odd=$(printf 'O'\''Brien $(touch ran) "\303\251"')
hand_in "$odd"
hand_in flaky && printf '%s\n' '#include <stdlib.h>' '#include <sys/random.h>' '#include <unistd.h>' \
    '__attribute__((constructor)) static void coin(void) { unsigned char c = 0; if (getrandom(&c, 1, 0) == 1 && c % 2) _exit(0); }' \
    >>"$in/flaky/lab05/lab05.c"
students=$(find "$in" -mindepth 1 -maxdepth 1 | sed 's/\.tar\.gz$//; s/\.zip$//' | sort -u | wc -l)

# --- everybody has a result, and it is the right one ---
autograde "HIDDEN=$root/tests/autograde/hidden"
expect "a class of all kinds is graded" 0 "autograde: $students results, 0 of them kept" "compile error: 2" "flaky under one seed: 1"
check "  ... one result a student" test "$(find "$out/results" -name lab05.json | wc -l)" -eq "$students"
check "  ... right: all public and hidden points" result right '.state == "graded" and .points == 110 and .max_points == 110'
check "  ... a tar.gz: the same" result tarred '.points == 110'
check "  ... an untouched stub: none, and no noise" result open '.points == 0 and all(.tests[] | select(.visibility == "public"); .status == "not implemented")'
check "  ... wrong: what the wrong function is for, no more" result wrong '.points > 80 and .points < 110 and
    [.tests[] | select(.status == "failed") | .name][0] == "gap_inside_a_binade"'
check "  ... one that does not compile: its first error, and no test lost from the list" result broken \
    '.state == "compile error" and .points == 0 and (.message | test("error: ")) and (.tests | length) == 33 and .tests[0].status == "not run"'
check "  ... one that does not link, after 60 warnings: why" result loud '.state == "compile error" and (.message | test("undefined reference to .not_there"))'
check "  ... no kernels and no quiz handed in: that is noted, the rest counts" result part \
    '.points == 84 and (.notes | join(" ") | test("lab05.cu was not handed in") and test("quiz.txt was not handed in"))'
check "  ... kernels that are refused cost the kernels" result bad_kernels \
    '.points == 94 and (.notes | join(" ") | test("the kernels were refused"))'
check "  ... nothing handed in" result nothing '.state == "nothing submitted" and .points == 0'
check "  ... no archive" result garbage '.state == "refused" and (.message | length > 10)'
check "  ... two submissions of one student: neither is chosen" result twice '.state == "refused" and (.message | test("twice.tar.gz"))'
check "  ... a header and a Makefile handed in are left out" result more '.points == 110 and (.notes | join(" ") | test("Makefile"))'
check "  ... and nobody ran them" test ! -e "$scratch/ran" -a ! -e "$root/ran" -a ! -e ran
sid=$(find "$out/results" -maxdepth 1 -name 'O%27Brien*' | sed 's|.*/||')
check "  ... a name with quotes, \$( ) and an accent" result "$sid" '.points == 110 and (.student | test("Brien"))'
check "  ... an outcome that changes is graded again, and that is said" result flaky '.state == "graded" and (.flaky | length) > 0'
check "  ... hidden tests are in the instructor's result" result right '[.tests[] | select(.visibility == "hidden")] | length == 2'
check "  ... and nowhere that a student sees" test -z "$(grep -rlE 'hidden_(long|frozen)|secret words' "$out/students" "$out/exports" 2>/dev/null)"
check "  ... there is a report, exports, and what JPlag takes" test -s "$out/index.html" -a -s "$out/exports/canvas-lab05.csv" \
    -a -s "$out/jplag/lab05/submissions/right/lab05.c" -a -s "$out/jplag/lab05/base/lab05.c"
check "  ... in a folder that others cannot enter" test "$(stat -c %a "$out")" = 700
check "  ... nothing of the work is left" test -z "$(find "$out/.work" -mindepth 1 -maxdepth 1 -name '*.lab05.*' -type d)"

# --- what is done again ---
reference=$scratch/reference
cp -R "$out/results" "$reference"
autograde "HIDDEN=$root/tests/autograde/hidden"
expect "the same once more: everything is kept" 0 "$students results, $students of them kept"
change wrong 's/return 2 \* fabs(/return fabs(/'
autograde "HIDDEN=$root/tests/autograde/hidden"
expect "one changed submission: only that is graded" 0 "$students results, $((students - 1)) of them kept"
check "  ... and now it is right" result wrong '.points == 110'
cp "$reference/wrong/lab05.json" "$scratch/wrong.json"
change wrong 's/return fabs(/return 2 * fabs(/'
autograde "HIDDEN=$root/tests/autograde/hidden" ONLY=wrong
expect "ONLY= grades one" 0 "1 results, 0 of them kept"
check "  ... the same files under the same key give the same bytes" cmp "$out/results/wrong/lab05.json" "$scratch/wrong.json"
seed=$(jq -r .seed "$out/results/wrong/lab05.json")
run build/grader/autograde/seed "$out/seed.key" wrong lab05
expect "the seed is the student's own, and can be computed again" 0 "$seed"
other=$(jq -r .seed "$out/results/right/lab05.json")
check "  ... another student has another" test "$seed" != "$other"
head -c 32 /dev/urandom >"$scratch/key"
autograde "HIDDEN=$root/tests/autograde/hidden" "KEY=$scratch/key" ONLY=wrong
check "  ... and under another key it is another" result wrong ".seed != \"$seed\""
autograde ONLY=right
check "without hidden tests there are none" result right '.max_points == 100'

rm -r "$in/loud"
autograde ONLY=right
expect "whose submission is gone keeps the result, and is named" 0 "kept from earlier runs" "    loud"
mkdir "$scratch/it's 100% \"odd\"" && cp -R "$in/right" "$scratch/it's 100% \"odd\""
run make autograde "SUBMISSIONS=$scratch/it's 100% \"odd\"" "OUT=$scratch/O'Brien's" LAB=lab05
expect "folders with quotes" 0 "right lab05: 100 of 100" "report   $scratch/O'Brien's/index.html"

autograde ONLY=right CURVES=1
check "CURVES=1 draws what the student's functions train" test -s "$out/curves/right/lab05/lab05_loss.png"
check "  ... as a picture" test "$(head -c 4 "$out/curves/right/lab05/lab05_loss.png" | od -An -tx1 | tr -d ' ')" = 89504e47
check "  ... that is on the student's page" grep -q 'src="data:image/png;base64' "$out/students/right.html"

# --- wrong usage is said ---
run make autograde
expect "no folder" 2 "say where: make autograde SUBMISSIONS="
run make autograde SUBMISSIONS="$scratch/none" OUT="$out" LAB=lab05
expect "a folder that is not there" 2 "there is no folder SUBMISSIONS="
run make autograde SUBMISSIONS="$in" OUT="$in/out" LAB=lab05
expect "OUT among the submissions" 2 "lies in SUBMISSIONS"
mkdir -p "$scratch/course/submissions"
run make autograde SUBMISSIONS="$in" OUT="$scratch/course" LAB=lab05
expect "OUT with somebody's own folder that would be replaced" 2 "holds submissions, which is from no earlier run"
autograde ENGINE=abacus
expect "another engine" 2 "neither local nor slurm"
autograde ONLY=nobody
expect "a student who is not there" 2 "no submission is called ONLY=nobody"
echo short >"$scratch/short"
autograde "KEY=$scratch/short"
expect "a key of too few bytes" 2 "a key has 16 to 4096 bytes"
mkdir "$scratch/no_tests" "$scratch/bin"
autograde "HIDDEN=$scratch_top/none"
expect "hidden tests that are not there" 2 "HIDDEN="
printf '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n' >"$scratch/bin/bwrap"
chmod +x "$scratch/bin/bwrap"
run env PATH="$scratch/bin:$PATH" make autograde SUBMISSIONS="$in" OUT="$out" LAB=lab05 ONLY=right
expect "without a sandbox it does not go on" 2 "No permissions to create new namespace" "UNSANDBOXED=1"
run env PATH="$scratch/bin:$PATH" make autograde SUBMISSIONS="$in" OUT="$out" LAB=lab05 ONLY=right UNSANDBOXED=1
expect "  ... unless it is told to" 0 "right lab05: 100 of 100"
check "  ... which the result says" result right '.sandbox | test("no bubblewrap")'
finish
