#!/bin/sh
# intake.sh - takes the files that students edit out of what a platform let you download. Called by
# `make autograde`, and by hand:
#
#   grader/autograde/intake.sh SUBMISSIONS OUT LAB...
#
# SUBMISSIONS is a folder of Gradescope, Canvas, Moodle or GitHub Classroom, or of folders and archives
# by students' names; grader/autograde/layouts.h says what is recognised, and by what. It is only read.
# OUT gets, in the place of what an earlier run left there:
#
#   OUT/submissions.jsonl         a JSON object a student, sorted by SID
#   OUT/submissions/SID/LAB/      labNN.c, labNN.cu and quiz.txt, as far as they were handed in
#
# Names and archives are the work of strangers: all of them are looked at in a sandbox of bubblewrap
# that sees one student's submission and an empty folder, under limits of time, memory and file size.
# What it leaves is copied by name: regular files, nothing else. Where bubblewrap cannot run, nothing
# is done, unless UNSANDBOXED=1 says that the limits are enough; root becomes nobody then.
#
# JOBS: how many at a time (all cores). BUILD: where the programs are (build).
# Exit: 0 done (also if some students have a problem: their lines say so), 1 not, 2 wrong usage.
set -u
LC_ALL=C
export LC_ALL

# shellcheck source=grader/autograde/folders.sh
. "$(dirname "$0")/folders.sh"

usage() {
    echo "usage: grader/autograde/intake.sh SUBMISSIONS OUT LAB..." >&2
    exit 2
}

die() {
    printf 'intake: %s\n' "$1" >&2
    exit 1
}

# limited COMMAND...: with little time, memory and room. Wall time too: a pipe can be waited for.
limited() {
    timeout --foreground -k 1 20 prlimit --cpu=10 --as=536870912 --fsize="${room:-1048576}" --nofile=64 --core=0 \
        "$@"
}

# shut_in BIND... /intake ARGUMENT...: the program in a sandbox that has only that and the libraries.
shut_in() {
    # shellcheck disable=SC2086 # $INTAKE_LIBRARIES is a list
    limited bwrap --unshare-all --die-with-parent --new-session --cap-drop ALL --clearenv \
        --uid 65534 --gid 65534 --hostname sandbox $INTAKE_LIBRARIES \
        --ro-bind "$INTAKE_PROGRAM" /intake --chdir / "$@"
}

# unguarded ARGUMENT...: the program under the limits alone, and not as root.
unguarded() {
    if [ "$(id -u)" -eq 0 ]; then
        limited setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs \
            env -i "$INTAKE_RAW/intake" "$@"
    else
        limited env -i "$INTAKE_RAW/intake" "$@"
    fi
}

# --- one student ---

# decode TEXT: what the plan wrote for printf, in $decoded. Names may end in newlines.
decode() {
    # shellcheck disable=SC2059 # it is a format
    decoded=$(printf "$1.")
    decoded=${decoded%.}
}

# read_guarded FLAGS PATH=PLACE...: what the submission holds goes to $raw/out and $raw/report.
read_guarded() {
    flag=$1 left=$(($# - 1))
    shift
    while [ $left -gt 0 ]; do
        decode "${1%%=*}"
        path=$INTAKE_SUBMISSIONS/$decoded
        decode "${1#*=}"
        shift
        [ ! -h "$path" ] || return 1 # bwrap would follow it
        set -- "$@" --ro-bind "$path" "/in$decoded"
        left=$((left - 1))
    done
    [ "$flag" = tagged ] || flag=
    # shellcheck disable=SC2086 # a list
    shut_in "$@" --bind "$raw/out" /out --remount-ro / \
        /intake ${flag:+--tagged} /in /out $INTAKE_LABS >"$raw/report"
}

# The same without a sandbox, of a copy that nobody may read.
read_unguarded() {
    flag=$1 left=$(($# - 1))
    shift
    mkdir "$raw/in" || return 1
    from=$raw/in
    while [ $left -gt 0 ]; do
        decode "${1%%=*}"
        path=$INTAKE_SUBMISSIONS/$decoded
        decode "${1#*=}"
        [ ! -h "$path" ] || return 1
        if [ -z "$decoded" ] && [ -d "$path" ]; then
            cp -R -P --sparse=always -- "$path/." "$raw/in" || return 1
        elif [ -z "$decoded" ]; then
            from=$raw/file
            cp -- "$path" "$from" || return 1
        else
            cp -R -P --sparse=always -- "$path" "$raw/in$decoded" || return 1
        fi
        shift
        left=$((left - 1))
    done
    chmod -R a+rX "$raw/in" "$from" && chmod 777 "$raw/out" || return 1
    [ "$flag" = tagged ] || flag=
    # shellcheck disable=SC2086
    unguarded ${flag:+--tagged} "$from" "$raw/out" $INTAKE_LABS >"$raw/report"
}

# student LINE: of the plan (grader/autograde/plan.c).
student() {
    IFS='	'
    # shellcheck disable=SC2086 # fields of letters, digits and backslashes, and one of JSON
    set -- $1
    unset IFS
    sid=$1 meta=$2 ended=0
    shift 2
    raw=$INTAKE_RAW/$sid
    # Plain mkdir: where a newer run has taken this one's folder away, it ends here.
    mkdir "$raw" "$raw/out" || exit 255
    if [ $# -gt 1 ]; then
        if [ "$INTAKE_GUARD" = bubblewrap ]; then
            read_guarded "$@"
        else
            read_unguarded "$@"
        fi
        ended=$?
    fi
    if [ $ended -eq 3 ]; then # its files cannot be written: no result, rather than a wrong one
        rm -rf -- "$raw"
        return
    fi
    # shellcheck disable=SC2086
    "$INTAKE_PROGRAM" --keep "$meta" $ended "$raw/report" "$raw/out" \
        "$INTAKE_NEW/submissions/$sid" $INTAKE_LABS >"$INTAKE_NEW/rows/$sid" ||
        rm -f -- "$INTAKE_NEW/rows/$sid"
    rm -rf -- "$raw"
}

if [ "${1-}" = --students ]; then
    shift
    set -f
    for line; do
        # 255 ends xargs: nobody waits for the result any more.
        kill -0 "$INTAKE_PID" 2>/dev/null || exit 255
        student "$line"
    done
    exit 0
fi

# --- all of them ---

[ $# -ge 3 ] || usage
INTAKE_SUBMISSIONS=$(cd -- "$1" 2>/dev/null && pwd -P) || die "there is no folder $1"
mkdir -p -- "$2" || exit 1
out=$(cd -- "$2" && pwd -P) || exit 1
shift 2
case ${JOBS:-} in
'' | *[!0-9]* | 0*) JOBS=$(nproc) ;;
esac
for lab; do
    case $lab in
    lab[0-9][0-9]) ;;
    *) usage ;;
    esac
done
INTAKE_LABS=$*
case $out/ in
"$INTAKE_SUBMISSIONS"/*) die "the results would lie among the submissions: choose another OUT" ;;
esac
case $INTAKE_SUBMISSIONS/ in
"$out"/submissions/*) die "the submissions are themselves results: choose another OUT" ;;
esac
build=${BUILD:-build}
INTAKE_PROGRAM=$(cd -- "$build/grader/autograde" 2>/dev/null && pwd -P)/intake
[ -x "$INTAKE_PROGRAM" ] || die "$build/grader/autograde/intake is not built"
INTAKE_LIBRARIES=$(folders_to_read /usr/lib /usr/lib64 /lib /lib64) # and nothing else of the system

# Left by runs that were killed. Their last students may still be at work in there, so once more later.
rm -rf -- "$out"/.intake.* 2>/dev/null
INTAKE_NEW=$(mktemp -d "$out/.intake.XXXXXX") || exit 1
INTAKE_RAW=$INTAKE_NEW/raw
INTAKE_PID=$$
temporary=
trap 'rm -rf -- "$out"/.intake.* ${temporary:+"$temporary"} 2>/dev/null' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mkdir "$INTAKE_NEW/raw" "$INTAKE_NEW/rows" "$INTAKE_NEW/submissions" || exit 1

INTAKE_GUARD=bubblewrap
if ! shut_in /intake --sid probe >/dev/null 2>"$INTAKE_NEW/why"; then
    if [ "${UNSANDBOXED:-}" != 1 ]; then
        cat "$INTAKE_NEW/why" >&2
        die "bubblewrap cannot make a sandbox here (above), and archives of strangers are not opened \
without one. UNSANDBOXED=1 does so under limits of time and memory alone."
    fi
    INTAKE_GUARD=none
    # Where nobody may go, whatever folder OUT is in.
    temporary=$(mktemp -d) && chmod 711 "$temporary" && cp "$INTAKE_PROGRAM" "$temporary/intake" || exit 1
    INTAKE_RAW=$temporary
fi
export INTAKE_SUBMISSIONS INTAKE_LABS INTAKE_PROGRAM INTAKE_LIBRARIES INTAKE_NEW INTAKE_RAW INTAKE_GUARD INTAKE_PID

name=${INTAKE_SUBMISSIONS##*/}
room=67108864 # a line a student
plan=$INTAKE_NEW/plan
if [ $INTAKE_GUARD = bubblewrap ]; then
    shut_in --ro-bind "$INTAKE_SUBMISSIONS" /in --remount-ro / /intake --plan /in "$name"
else
    # Names alone, and as who has the folder.
    limited env -i "$INTAKE_RAW/intake" --plan "$INTAKE_SUBMISSIONS" "$name"
fi >"$plan" || die "the folder of submissions cannot be read"
[ -s "$plan" ] || die "nobody handed in anything: in $INTAKE_SUBMISSIONS are neither folders nor archives"

xargs -r -d '\n' -n 8 -P "$JOBS" "$0" --students <"$plan"
cut -f 1 "$plan" | (cd "$INTAKE_NEW/rows" && xargs -r -d '\n' cat -- 2>/dev/null) \
    >"$INTAKE_NEW/submissions.jsonl"
if [ "$(wc -l <"$INTAKE_NEW/submissions.jsonl")" -ne "$(wc -l <"$plan")" ]; then
    die "not every student's files could be written: is the disk full? Nothing was changed."
fi

# On the disk before it has its name. A run killed between the two renames leaves the next one more to do.
sync -f "$INTAKE_NEW/submissions.jsonl" || exit 1
rm -rf -- "$INTAKE_NEW/raw"
if [ -e "$out/submissions" ]; then
    mv -T -- "$out/submissions" "$INTAKE_NEW/old" || exit 1
fi
mv -T -- "$INTAKE_NEW/submissions" "$out/submissions" &&
    mv -T -- "$INTAKE_NEW/submissions.jsonl" "$out/submissions.jsonl" || exit 1
sync -f "$out"
printf 'intake: %d students, %d of them with a problem\n' "$(wc -l <"$plan")" \
    "$(grep -c -v '"problem":""' "$out/submissions.jsonl")"
