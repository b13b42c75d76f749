#!/bin/sh
# package.sh - packs the workbook for a platform that grades one submission at a time. Run by the
# instructor, from anywhere.
#
#   grader/export/package.sh gradescope LAB OUT.zip     to upload as the autograder
#   grader/export/package.sh autolab LAB FOLDER         autograde-Makefile and autograde.tar, to upload
#   grader/export/package.sh prairielearn LAB FOLDER    what `docker build` takes, and question/
#   grader/export/package.sh github LAB OUT.yml         the workflow for students' repositories
#
# HIDDEN=folder and KEY=file in the environment put hidden tests and the key of the seeds inside;
# without KEY a new one is made, so that the seeds are a secret, and the same at every try.
# The packages hold the solutions: none of them is for students' eyes (github has no workbook in it).
# Exit: 0 packed, 1 not, 2 wrong usage.
set -u

here=$(cd "$(dirname "$0")" && pwd) || exit 1
root=$(cd "$here/../.." && pwd) || exit 1
give_up() {
    printf 'package: %s\n' "$*" >&2
    exit 1
}
if [ $# -ne 3 ]; then
    sed -n 's/^#   \(grader.*\)/    \1/p' "$0" >&2
    exit 2
fi
platform=$1 lab=$2 out=$3
for folder in "$root"/labs/"$lab"_*; do
    [ -d "$folder" ] || give_up "there is no $lab"
done
case $out in /*) ;; *) out=$PWD/$out ;; esac
work=$(mktemp -d) || exit 1
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# copy_tree FOLDER: the workbook without what was built, and what is private. By name: beside it may lie
# classes that were graded, keys and other packages.
copy_tree() {
    mkdir -p "$1" || exit 1
    # shellcheck disable=SC2046 # a name or none
    (cd "$root" && tar -cf - --exclude='*.bak-*' Makefile ./*.mk README.md course.md common grader labs plots \
        solutions tests tools $(ls -d private 2>/dev/null)) |
        tar -xf - -C "$1" || give_up "cannot copy the workbook"
    if [ -n "${HIDDEN:-}" ]; then
        { mkdir -p "$1/private/hidden" && cp -R "$HIDDEN/." "$1/private/hidden"; } || give_up "cannot copy HIDDEN=$HIDDEN"
    fi
    mkdir -p "$1/private" || exit 1
    if [ -n "${KEY:-}" ]; then
        cp "$KEY" "$1/private/key" || give_up "cannot copy KEY=$KEY"
    elif [ ! -f "$1/private/key" ]; then
        head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$1/private/key" || exit 1
    fi
}

# fill FILE: with the lab in place of @LAB@ and @LAB_CAPITALS@
fill() {
    sed "s/@LAB@/$lab/g; s/@LAB_CAPITALS@/$(echo "$lab" | tr "[:lower:]" "[:upper:]")/g" "$1"
}

case $platform in
gradescope)
    copy_tree "$work/tree"
    fill "$here/gradescope/setup.sh" >"$work/tree/setup.sh" &&
        fill "$here/gradescope/run_autograder" >"$work/tree/run_autograder" &&
        chmod +x "$work/tree/setup.sh" "$work/tree/run_autograder" || exit 1
    rm -f -- "$out"
    # Both scripts have to be at the root of the archive, not in a folder.
    if command -v zip >/dev/null 2>&1; then
        (cd "$work/tree" && zip -qr "$out" .)
    elif command -v bsdtar >/dev/null 2>&1; then
        (cd "$work/tree" && bsdtar --format zip -cf "$out" -- *)
    else
        give_up "a zip file needs zip or bsdtar: apt-get install zip"
    fi || give_up "cannot write $out" ;;
autolab)
    copy_tree "$work/lowp"
    mkdir -p "$out" || exit 1
    { tar -cf "$out/autograde.tar" -C "$work" lowp &&
        fill "$here/autolab/autograde-Makefile" >"$out/autograde-Makefile"; } || give_up "cannot write $out" ;;
prairielearn)
    copy_tree "$work/lowp"
    mkdir -p "$out/question" || exit 1
    { tar -cf "$out/lowp.tar" -C "$work" lowp &&
        fill "$here/prairielearn/Dockerfile" >"$out/Dockerfile" &&
        fill "$here/prairielearn/question.html" >"$out/question/question.html" &&
        fill "$here/prairielearn/info.json" | jq --arg uuid "$(cat /proc/sys/kernel/random/uuid)" '.uuid = $uuid' \
            >"$out/question/info.json"; } || give_up "cannot write $out" ;;
github)
    fill "$here/github/classroom.yml" >"$out" || give_up "cannot write $out" ;;
*) give_up "there is no platform $platform: gradescope, autolab, prairielearn, github" ;;
esac
echo "package: $out"
