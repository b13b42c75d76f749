#!/bin/sh
# check_platforms.sh - the packages for Gradescope, Autolab, PrairieLearn and GitHub Classroom
# (grader/export/package.sh), unpacked where the platform would and run as it would run them. `make
# autograde` itself is stood in for: its results are golden ones, and what it was asked is looked at.
# shellcheck disable=SC2016,SC2317 # the variables of inner shells; functions that check calls
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"

package=$root/grader/export/package.sh
make=$(command -v make)
bin=$scratch_top/bin
asked=$scratch_top/asked
mkdir "$bin" "$scratch/hidden"
echo 'a hidden test' >"$scratch/hidden/secret.c"
echo 'a key' >"$scratch/key"

# A make that gives every student the result in $RESULT, and keeps its arguments in $asked.
cat >"$bin/make" <<'FAKE'
#!/bin/sh
printf '%s\n' "$@" >"$ASKED"
for argument; do
    case $argument in
    OUT=*) out=${argument#OUT=} ;;
    SUBMISSIONS=*) in=${argument#SUBMISSIONS=} ;;
    LAB=*) lab=${argument#LAB=} ;;
    esac
done
find "$in" | sed "s|^$in||" | sort >>"$ASKED"
echo "a word of make's"
[ -n "$RESULT" ] || exit 2
for student in "$in"/*; do
    sid=${student##*/} sid=${sid%.tar.gz}
    mkdir -p "$out/results/$sid" && jq --arg sid "$sid" '.sid = $sid' "$RESULT" >"$out/results/$sid/$lab.json"
done
FAKE
# Sandboxes are another test's business; here there is one, or none.
printf '#!/bin/sh\n[ -z "$NO_SANDBOX" ]\n' >"$bin/bwrap"
chmod +x "$bin/make" "$bin/bwrap"
PATH=$bin:$PATH ASKED=$asked RESULT=$root/tests/golden/export/failing.json NO_SANDBOX=
export PATH ASKED RESULT NO_SANDBOX

asked_for() {
    for text; do
        grep -qxF -e "$text" "$asked" || { echo "not asked for: $text" && cat "$asked" && return 1; }
    done
}

# -------------------------------------------------------------------- Gradescope
mkdir -p "$scratch/gs/submission" "$scratch/gs/source"
echo 'int x;' >"$scratch/gs/submission/lab05.c"
echo '{"id": 1, "users": [{"email": "zoe@example.edu", "id": 2}, {"email": "jane+x@example.edu", "id": 1}]}' >"$scratch/gs/submission_metadata.json"
HIDDEN="$scratch/hidden" KEY="$scratch/key" run "$package" gradescope lab05 "$scratch/autograder.zip"
if [ "$status" -ne 0 ] && grep -q "zip or bsdtar" "$scratch_top/output"; then
    echo "note: neither zip nor bsdtar is there: Gradescope's package was not tried"
elif command -v unzip >/dev/null 2>&1 || command -v bsdtar >/dev/null 2>&1; then
    expect "a zip file for Gradescope" 0 autograder.zip
    if command -v unzip >/dev/null 2>&1; then
        unzip -q "$scratch/autograder.zip" -d "$scratch/gs/source"
    else
        bsdtar -xf "$scratch/autograder.zip" -C "$scratch/gs/source"
    fi
    check "both scripts are at its root" test -x "$scratch/gs/source/setup.sh" -a -x "$scratch/gs/source/run_autograder"
    check "with the workbook, and what was asked for" test -f "$scratch/gs/source/Makefile" -a -f "$scratch/gs/source/private/hidden/secret.c" -a -f "$scratch/gs/source/private/key" -a ! -e "$scratch/gs/source/build"
    # The harness runs a copy, in its own folder.
    cp "$scratch/gs/source/run_autograder" "$scratch/gs/"
    AUTOGRADER="$scratch/gs" run "$scratch/gs/run_autograder"
    expect "run_autograder" 0
    check "results.json is there" jq -e '.score == 12.3 and (.tests | length) == 5' "$scratch/gs/results/results.json"
    check "graded as the first of the group, with hidden tests and key" asked_for autograde LAB=lab05 "/jane+x@example.edu/lab05.c" \
        "HIDDEN=$scratch/gs/source/private/hidden" "KEY=$scratch/gs/source/private/key"
    check "in a sandbox" sh -c '! grep -q UNSANDBOXED "$ASKED"'
    AUTOGRADER="$scratch/gs" NO_SANDBOX=1 run "$scratch/gs/run_autograder"
    check "or without, where there is none" asked_for UNSANDBOXED=1
    AUTOGRADER="$scratch/gs" RESULT='' run "$scratch/gs/run_autograder"
    expect "a grader that fails says so to the instructor" 1 "was not graded" "a word of make's"
    check "and leaves no grade" test ! -e "$scratch/gs/results/results.json"
    AUTOGRADER="$scratch/gs" RESULT="$root/tests/golden/export/grader_error.json" run "$scratch/gs/run_autograder"
    expect "a result that says so, too" 1
    check "and no grade" test ! -e "$scratch/gs/results/results.json"
fi

# -------------------------------------------------------------------- nothing but the workbook
mkdir -p "$scratch/book/graded/results" && (cd "$root" && cp -R Makefile ./*.mk README.md course.md grader "$scratch/book") &&
    (cd "$scratch/book" && mkdir -p common labs/lab05_x plots solutions tests tools && touch graded/seed.key my.key old.zip)
run "$scratch/book/grader/export/package.sh" autolab lab05 "$scratch/book/autolab"
expect "a workbook beside which a class was graded" 0 "package: "
tar -tf "$scratch/book/autolab/autograde.tar" >"$scratch_top/output"
check "  ... is packed without it, its keys and other packages" test -z "$(grep -vE \
    '^lowp/(Makefile|[a-z]*[.]mk|README[.]md|course[.]md|(common|grader|labs|plots|private|solutions|tests|tools)/.*|)$' "$scratch_top/output")"

# -------------------------------------------------------------------- Autolab
run "$package" autolab lab05 "$scratch/autolab"
expect "Makefile and tar for Autolab" 0
mkdir "$scratch/tango" && cp "$scratch/autolab/autograde-Makefile" "$scratch/tango/Makefile" && cp "$scratch/autolab/autograde.tar" "$scratch/tango"
tar -czf "$scratch/tango/lab05.tar.gz" -C "$scratch/gs/submission" lab05.c
run "$make" --no-print-directory -C "$scratch/tango"
cp "$scratch_top/output" "$scratch/lines"
expect "Autolab's make" 0 '{"scores":{"lab05":12.3},"scoreboard":[12.3]}'
check "prints two lines, and the scores last" sh -c '[ "$(wc -l <"$1")" -eq 2 ] && tail -n 1 "$1" | jq -e .scores' sh "$scratch/lines"
check "under a key of its own" asked_for "KEY=$scratch/tango/lowp/private/key"
check "the archive goes to intake as it is" asked_for /student.tar.gz
cp "$scratch/gs/submission/lab05.c" "$scratch/tango/lab05.tar.gz"
run "$make" --no-print-directory -C "$scratch/tango"
check "a bare C file is taken for the lab's" asked_for /student/lab05.c
rm "$scratch/tango/lab05.tar.gz"
run "$make" --no-print-directory -C "$scratch/tango"
expect "no submission" 2 "there is no lab05.tar.gz"

# -------------------------------------------------------------------- PrairieLearn
run "$package" prairielearn lab05 "$scratch/pl"
expect "an image and a question for PrairieLearn" 0
check "info.json has what is required" jq -e '(.uuid | test("^[0-9a-f-]{36}$")) and .type == "v3" and .gradingMethod == "External"
    and (.externalGradingOptions | .image != "" and .timeout <= 600 and (keys - ["comment", "image", "entrypoint", "serverFilesCourse", "timeout", "enableNetworking", "environment"] == []))' "$scratch/pl/question/info.json"
mkdir -p "$scratch/grade/student" "$scratch/grade/data" "$scratch/image"
echo '{"variant_seed": 77}' >"$scratch/grade/data/data.json"
echo 'int x;' >"$scratch/grade/student/lab05.c"
tar -xf "$scratch/pl/lowp.tar" -C "$scratch/image"
GRADE="$scratch/grade" run "$scratch/image/lowp/grader/export/prairielearn/run.sh" lab05
expect "PrairieLearn's entrypoint" 0
check "results.json is there" jq -e '.gradable and .score > 0.29 and .score < 0.3' "$scratch/grade/results/results.json"
check "under the variant's seed" asked_for /variant-77/lab05.c
GRADE="$scratch/grade" RESULT="$root/tests/golden/export/compile.json" run "$scratch/image/lowp/grader/export/prairielearn/run.sh" lab05
check "what does not compile is not gradable" jq -e '.gradable == false' "$scratch/grade/results/results.json"
GRADE="$scratch/grade" RESULT='' run "$scratch/image/lowp/grader/export/prairielearn/run.sh" lab05
expect "a grader that fails" 1

# -------------------------------------------------------------------- GitHub Classroom
run "$package" github lab05 "$scratch/classroom.yml"
expect "a workflow for GitHub" 0
check "with the lab in it" grep -qF 'LAB05_RESULTS: "${{ steps.lab05.outputs.result }}"' "$scratch/classroom.yml"
check "and no blank left" sh -c '! grep -n @ "$1" | grep -v uses:' sh "$scratch/classroom.yml"
# The step that grades, as a runner would run it.
awk '/^        id: lab05/ { there = 1 } there && /^      - / { exit } there && run { print substr($0, 11) } there && /^        run: / { run = 1 }' \
    "$scratch/classroom.yml" >"$scratch/step.sh"
mkdir -p "$scratch/runner/submission/.git" && cp -R "$scratch/image/lowp" "$scratch/runner/workbook"
rm -r "$scratch/runner/workbook/private"
cp "$scratch/gs/submission/lab05.c" "$scratch/runner/submission"
: >"$scratch/runner/output"
cd "$scratch/runner" || exit 1
GITHUB_REPOSITORY=class/lab05-jane GITHUB_OUTPUT=output run bash -eo pipefail "$scratch/step.sh"
expect "the step that grades" 0 "::stop-commands::"
check "sets the output" sh -c 'sed -n "s/^result=//p" output | base64 -d | jq -e ".max_score == 42 and .status == \"fail\""'
check "under the repository's name, without .git" asked_for /lab05-jane/lab05.c
check "and no secret" sh -c 'grep "^KEY=" "$ASKED" | grep -vq private/key'
check "and no other file" sh -c '! grep -q "/\.git" "$ASKED"'
: >output
GITHUB_REPOSITORY=class/lab05-jane GITHUB_OUTPUT=output RESULT='' run bash -eo pipefail "$scratch/step.sh"
expect "a grader that fails fails the step" 1 "was not graded"
cp "$scratch_top/output" "$scratch/lines"
check "commands are obeyed again afterwards" sh -c 'token=$(sed -n "s/^::stop-commands:://p" "$1") && tail -n 1 "$1" | grep -qxF "::$token::"' sh "$scratch/lines"
cd "$root" || exit 1
run "$package" github lab99 "$scratch/x.yml"
expect "a lab that is none" 1 "no lab99"
run "$package" moodle lab05 "$scratch/x"
expect "a platform that is none" 1 "no platform moodle"
finish
