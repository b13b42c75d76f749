#!/bin/sh
# mistake.sh - grades one test of a student's file that has a known mistake in it: what README.md shows.
# For check_course.sh, in its copy of the tree; from its root.
#   tests/mistake.sh LAB ID TEST      grader/adversary/LAB/wrong/ID.patch, a test that loses points for it
# Exit: 0 graded; 77 there is no `patch` here; else make's.
set -u
patch=grader/adversary/$1/wrong/$2.patch
folder=$(echo labs/"$1"_*)
file=$folder/$(sed -n 's/^--- //p' "$patch")
command -v patch >/dev/null || exit 77
mkdir -p build
cp -p "$file" build/right
patch -s "$file" "$patch"
make "$1" && make grade TEST="$3"
status=$?
cp -p build/right "$file"
exit $status
