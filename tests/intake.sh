# intake.sh - what the checks of grader/autograde/intake.sh share, on top of shell.sh; sourced by them.
#
#   class NAME               an empty folder of submissions, where we are then
#   hand_in [LAB...]         what the class comes to (lab05); what must hold of any
#   student SID FILTER WHAT  one check: the student's line, of which jq's filter is true
#   takes SID CONTENT WHAT   no problem, and lab05.c has that content
#   refuses SID TEXT WHAT    a problem with that text, and no file
#   notes SID TEXT WHAT      no problem, but a note with that text
# shellcheck shell=sh disable=SC2016 # texts for other shells and for jq
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"

for tool in bsdtar jq prlimit; do
    command -v $tool >/dev/null 2>&1 || skip_all "there is no $tool"
done
LC_ALL=C
export LC_ALL
cd "$root" || exit 1
BUILD=$(cd "${BUILD:-build}" && pwd) || exit 1
export BUILD
intake=$BUILD/grader/autograde/intake
[ -x "$intake" ] || skip_all "$intake is not built"
out=$scratch/out
unset UNSANDBOXED JOBS
if ! bwrap --unshare-all --ro-bind / / true >/dev/null 2>&1; then
    echo "There is no bubblewrap here, so this is checked without a sandbox."
    UNSANDBOXED=1
    export UNSANDBOXED
    chmod 755 "$scratch_top" # root becomes nobody, who must get in
fi

class() {
    class=$scratch/$1
    mkdir "$class" && cd "$class" || exit 1
}

hand_in() {
    [ $# -gt 0 ] || set -- lab05
    find . -print0 | sort -z >"$scratch_top/before"
    run "$root/grader/autograde/intake.sh" "$class" "$out" "$@"
    cp "$scratch_top/output" "$scratch_top/said"
    expect "${class##*/}: it is read" 0 " students, "
    find . -print0 | sort -z >"$scratch_top/after"
    check "  and left as it was" cmp "$scratch_top/before" "$scratch_top/after"
    check "  nothing is there but regular files" \
        sh -c 'test -z "$(find "$1" ! -type f ! -type d)"' sh "$out"
    check "  the files are those that are listed" files_are_listed
}

files_are_listed() {
    (cd "$out/submissions" && find . -type f | sort) >"$scratch_top/files"
    jq -r '.sid as $s | .labs | to_entries[] | .key as $l | .value[] | "./\($s)/\($l)/\(.)"' \
        "$out/submissions.jsonl" | sort | diff "$scratch_top/files" -
}

student() {
    check "$3" jq -e -s --arg sid "$1" \
        "map(select(.sid == \$sid)) | length == 1 and (.[0] | $2)" "$out/submissions.jsonl"
}

takes() {
    student "$1" '.problem == ""' "$3"
    check "  with the right lab05.c" \
        sh -c 'test "$(cat "$1")" = "$2"' sh "$out/submissions/$1/lab05/lab05.c" "$2"
}

refuses() {
    student "$1" "(.problem | contains(\"$2\")) and .labs == {}" "$3"
}
notes() {
    student "$1" ".problem == \"\" and (.notes | map(contains(\"$2\")) | any)" "$3"
}

