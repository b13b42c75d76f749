#!/bin/sh
# grade_one.sh - grades one submission where a platform has put it, and prints the platform's export.
# Called by gradescope/run_autograder, autolab/autograde-Makefile, prairielearn/run.sh and
# github/classroom.yml; run it from anywhere.
#
#   grader/export/grade_one.sh FORMAT LAB SUBMISSION STUDENT      FORMAT as in export.sh --one
#
# SUBMISSION is a folder, an archive (tar, tar.gz, zip) or LAB.c itself. The seed follows from
# STUDENT, so it has to be the same at every try. Hidden tests and the key of the seeds are taken
# from private/hidden and private/key of the workbook, where package.sh puts them.
#
# Many of these containers do not let bubblewrap make namespaces. Then UNSANDBOXED=1 is set: the
# student's code still runs in a process of its own, under limits and seccomp. That is for these
# containers only, where no code runs but that of the one student who gets the result.
#
# What the grader says goes to stderr, and only if something failed: it is for the instructor.
# Exit: 0 printed, 1 nothing printed (not graded: the grader's fault), 2 wrong usage.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
if [ $# -ne 4 ]; then
    echo "usage: grader/export/grade_one.sh FORMAT LAB SUBMISSION STUDENT" >&2
    exit 2
fi
format=$1 lab=$2 submission=$3
case $lab in lab[0-9][0-9]) ;; *) echo "grade_one: $lab is no lab" >&2 && exit 2 ;; esac
student=$(printf '%s' "$4" | tr -c 'A-Za-z0-9._@+-' '_' | cut -c 1-80)
case $student in '' | [.-]*) student=student$student ;; esac

work=$(mktemp -d) || exit 1
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Prints the kind of a single file by its first bytes.
kind_of() {
    case $(head -c 2 "$1" | od -An -tx1 | tr -d ' \n') in
    1f8b) echo tar.gz ;;
    504b) echo zip ;;
    *) if [ "$(head -c 262 "$1" | tail -c 5)" = ustar ]; then echo tar; else echo c; fi ;;
    esac
}

mkdir "$work/in" || exit 1
if [ -d "$submission" ]; then
    cp -RP "$submission" "$work/in/$student" || exit 1
elif [ -f "$submission" ]; then
    kind=$(kind_of "$submission" 2>/dev/null)
    if [ "$kind" = c ]; then
        mkdir "$work/in/$student" && cp "$submission" "$work/in/$student/$lab.c" || exit 1
    else
        cp "$submission" "$work/in/$student.$kind" || exit 1
    fi
else
    echo "grade_one: there is no $submission" >&2
    exit 1
fi

set -- SUBMISSIONS="$work/in" OUT="$work/out" LAB="$lab" JOBS=1
[ ! -d "$root/private/hidden" ] || set -- "$@" HIDDEN="$root/private/hidden"
key=$root/private/key
if [ ! -f "$key" ]; then # no secret, but the same seed at every try
    key=$work/key
    echo 'the seeds of this workbook are no secret: KEY=file packs one' >"$key"
fi
set -- "$@" KEY="$key"
if ! bwrap --unshare-all --ro-bind / / true 2>/dev/null; then
    set -- "$@" UNSANDBOXED=1
    # A compiler without a sandbox runs as nobody: solutions, hidden tests and the key stay out of reach.
    [ "$(id -u)" -ne 0 ] || chmod 700 "$root"
fi
unset MAKEFLAGS MFLAGS MAKELEVEL
make --no-print-directory -C "$root" autograde "$@" >"$work/log" 2>&1 </dev/null

result=
for found in "$work"/out/results/*/"$lab.json"; do
    [ -z "$result" ] || result=/dev/null # more than one
    [ -n "$result" ] || result=$found
done
if "$root/grader/export/export.sh" --one "$format" "$result" >"$work/export" 2>>"$work/log" &&
    [ "$(jq -r .state "$result")" != "grader error" ]; then
    cat "$work/export"
    exit
fi
echo "grade_one: $lab of $student was not graded:" >&2
tail -n 50 "$work/log" >&2
exit 1
