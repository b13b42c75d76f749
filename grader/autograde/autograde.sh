#!/bin/sh
# autograde.sh - grades a class. Called by `make autograde`, which builds all that it needs:
#
#   SUBMISSIONS=dir OUT=dir [LABS='lab05 ...'] [ENGINE=local|slurm] [JOBS=n] [HIDDEN=dir] [KEY=file]
#   [ONLY=sid] [FORCE=1] [CURVES=1] [UNSANDBOXED=1] grader/autograde/autograde.sh
#
#   SUBMISSIONS --intake.sh--> OUT/submissions --engine, one.sh--> OUT/results --exports, report-->
#
# Nothing finished is done again: one.sh keeps a result whose files, tests and seed are what they
# were. So after a crash, or with new submissions, the same command goes on. grader/class.md is the
# instructor's guide.
# Exit: 0 everybody has a result that is right or the student's own fault; 1 somebody's could not be
# made (the table says whose); 2 wrong usage; 3 another run is at work in OUT.
set -u
umask 022
cd "$(dirname "$0")/../.." || exit 1
here=grader/autograde

stop() {
    status=$1
    shift
    printf 'autograde: %s\n' "$*" >&2
    exit "$status"
}

# --- settings: absolute paths from here on, kept for one.sh, which may run on another machine ---
[ -n "${SUBMISSIONS:-}" ] && [ -n "${OUT:-}" ] ||
    stop 2 'say where: make autograde SUBMISSIONS=folder OUT=folder [LAB=lab05] [HIDDEN=folder] [KEY=file]'
[ -d "$SUBMISSIONS" ] || stop 2 "there is no folder SUBMISSIONS=$SUBMISSIONS; unpack what your platform downloaded"
submissions=$(cd "$SUBMISSIONS" && pwd) || stop 2 "SUBMISSIONS=$SUBMISSIONS cannot be entered"
# A new one is for nobody else's eyes: on a cluster the students may have accounts.
# shellcheck disable=SC2174 # the folders above it are nothing to hide
[ -d "$OUT" ] || mkdir -p -m 700 "$OUT" 2>/dev/null || stop 2 "OUT=$OUT cannot be made"
# What this replaces in OUT has to be its own.
for name in submissions results exports students jplag index.html; do
    [ -e "$OUT/.work" ] || [ -e "$OUT/submissions.jsonl" ] || [ ! -e "$OUT/$name" ] ||
        stop 2 "OUT=$OUT holds $name, which is from no earlier run and would be replaced: choose another OUT"
done
mkdir -p "$OUT/.work" 2>/dev/null || stop 2 "OUT=$OUT cannot be written to"
out=$(cd "$OUT" && pwd)
case $out/ in "$submissions"/*) stop 2 "OUT=$OUT lies in SUBMISSIONS: results would be taken for a student's" ;; esac
case ${JOBS:=$((2 * $(nproc)))} in *[!0-9]* | '' | 0) stop 2 "JOBS=$JOBS is no number from 1 up" ;; esac
case ${ENGINE:=local} in local | slurm) ;; *) stop 2 "ENGINE=$ENGINE is neither local nor slurm" ;; esac
[ -z "${HIDDEN:-}" ] || [ -d "$HIDDEN" ] || stop 2 "there is no folder HIDDEN=$HIDDEN"
case ${UNSANDBOXED:-} in 0) UNSANDBOXED= ;; esac
root=$PWD

# quoted TEXT: for a shell that reads it.
quoted() {
    printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"
}

# --- one run at a time; the engine's children hold the lock too, so that none is left unseen ---
exec 9>>"$out/.work/lock"
flock -w "${LOCK_WAIT:-15}" 9 ||
    stop 3 "another run is at work in OUT=$OUT (process $(cat "$out/.work/lock")); wait for its end, or end it"
echo $$ >"$out/.work/lock"

if [ -z "${UNSANDBOXED:-}" ] && ! bwrap --unshare-all --ro-bind / / true 2>"$out/.work/bwrap"; then
    sed 's/^/    /' "$out/.work/bwrap" >&2
    stop 2 "bubblewrap cannot make its sandbox here (make doctor), and strangers' code is not compiled without." \
        "Only where nothing is to be lost, such as in a container for one student: UNSANDBOXED=1"
fi

# --- the key of the seeds ---
if [ -z "${KEY:-}" ]; then
    KEY=$out/seed.key
    [ -s "$KEY" ] || (umask 077 && head -c 32 /dev/urandom >"$KEY.new" && mv "$KEY.new" "$KEY") ||
        stop 1 "cannot write $KEY"
fi
build/grader/autograde/seed "$KEY" a b >/dev/null || stop 2 "KEY=$KEY cannot be used"
case $KEY in /*) ;; *) KEY=$root/$KEY ;; esac

# --- intake ---
# Jobs of a run that was killed would do the same work beside this one.
[ ! -s "$out/.work/slurm/job" ] || scancel "$(cat "$out/.work/slurm/job")" 2>/dev/null
find "$out/.work" -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf {} +
[ -t 2 ] && printf 'autograde: taking in %s ...\r' "$submissions" >&2
# shellcheck disable=SC2086 # words
UNSANDBOXED=${UNSANDBOXED:-} JOBS=$JOBS $here/intake.sh "$submissions" "$out" ${LABS:-$ALL_LABS} 9>&- ||
    stop 1 "the submissions could not be taken in"
if [ -z "${LABS:-}" ]; then # those of which anything was handed in
    LABS=$(jq -r '.labs // {} | to_entries[] | select(.value != []) | .key' "$out/submissions.jsonl" |
        sort -u | tr '\n' ' ')
fi
[ -n "${LABS% }" ] || stop 1 "none of the submissions in $submissions holds a file of $ALL_LABS"

# --- what a result depends on besides a student's files: a file a lab, its text goes into the hash ---
for lab in $LABS; do
    name=$(echo labs/"$lab"_*)
    title=$(echo "${name#labs/"$lab"_}" | tr _ ' ')
    kernels=false
    [ ! -f "$name/launch.cu" ] || kernels=true
    {
        build/grader/test_"$lab" --list | sed 's/^/public	/'
        [ ! -x "$HIDDEN_RUNNERS/test_$lab" ] || "$HIDDEN_RUNNERS/test_$lab" --list | sed 's/^/hidden	/'
    } | jq -R -c --arg title "$title" --argjson kernels $kernels '
        split("\t") | {name: .[1], idea: .[3], visibility: .[0], max_points: (.[2] | tonumber),
            title: $title, has_kernels: $kernels}' |
        jq -s . >"$out/.work/tests.$lab.json" || stop 1 "the tests of $lab cannot be listed"
    hidden=$HIDDEN_RUNNERS/test_$lab
    [ -x "$hidden" ] || hidden=
    {
        printf '%s\n' "GPU=$GPU" "UNSANDBOXED=${UNSANDBOXED:-}" "CURVES=${CURVES:-}"
        # shellcheck disable=SC2086 # a path of ours or nothing
        cat build/grader/test_"$lab" $hidden build/grader/worker/worker "$KEY" $here/*.sh $here/*.jq | sha256sum
        find "$TREE" -type f ! -path '*/plots/*' ! -name '*.md' ! -name version | LC_ALL=C sort |
            tr '\n' '\0' | xargs -0 cat | sha256sum
        [ -z "${FORCE:-}" ] || head -c 16 /dev/urandom | sha256sum
    } >"$out/.work/context.$lab"
done
{
    for name in KEY TREE HIDDEN_RUNNERS UNSANDBOXED GPU NVCC CURVES; do
        eval "value=\${$name:-}"
        case $name:$value in TREE:[!/]* | HIDDEN_RUNNERS:[!/]*) value=$root/$value ;; esac
        printf '%s=' "$name"
        quoted "$value"
        echo
    done
} >"$out/.work/settings"

# --- the jobs: a line a student and lab; each student's row in a file of its own ---
jq -r '.sid, tojson' "$out/submissions.jsonl" | while read -r sid && IFS= read -r row; do
    mkdir -p "$out/submissions/$sid" && printf '%s\n' "$row" >"$out/submissions/$sid/row.json.new" &&
        mv "$out/submissions/$sid/row.json.new" "$out/submissions/$sid/row.json" || exit 1
    [ -z "${ONLY:-}" ] || [ "$ONLY" = "$sid" ] || continue
    for lab in $LABS; do
        printf '%s %s\n' "$sid" "$lab"
    done
done >"$out/.work/jobs" || stop 1 "cannot write to $out: is the disk full?"
[ -s "$out/.work/jobs" ] || stop 2 "no submission is called ONLY=${ONLY:-}"

# progress N: reads one.sh's lines and says how far it is; on a terminal in one line.
progress() {
    total=$1 done=0 fresh=0 begin=$(date +%s)
    tab=$(printf '\t')
    while IFS="$tab" read -r sid lab points state; do
        done=$((done + 1))
        case $state in *kept*) ;; *) fresh=$((fresh + 1)) ;; esac
        seconds=$(($(date +%s) - begin))
        [ $seconds -ge 0 ] || begin=$(date +%s) seconds=0 # somebody has set the clock back
        eta=
        [ $fresh -eq 0 ] || eta=$(((total - done) * seconds / fresh))
        [ -z "$eta" ] || eta=" $((eta / 60)):$(printf %02d $((eta % 60))) left,"
        line=$(printf '[%*d/%d]%s %s %s: %s, %s' ${#total} $done "$total" "$eta" "$sid" "$lab" "$points" "$state")
        if [ -t 1 ]; then
            printf '\r\033[K%.*s' "$(($(tput cols 2>/dev/null || echo 80) - 1))" "$line"
        else
            echo "$line"
        fi
    done
    [ ! -t 1 ] || printf '\r\033[K'
    echo "autograde: $done results, $((done - fresh)) of them kept from an earlier run, $(($(date +%s) - begin)) s"
}

# --- the engine; what it could not do is tried once more, then it is said ---
# missing: the jobs that have not said that they are done.
missing() {
    cut -f1,2 "$out/.work/done" | tr '\t' ' ' | LC_ALL=C sort | LC_ALL=C comm -13 - "$out/.work/jobs.sorted"
}
LC_ALL=C sort "$out/.work/jobs" >"$out/.work/jobs.sorted"
: >"$out/.work/done"
cp "$out/.work/jobs" "$out/.work/todo"
for _ in 1 2; do
    OUT=$out JOBS=$JOBS TODO=$out/.work/todo setpriv --pdeathsig KILL $here/engine_$ENGINE.sh 2>>"$out/.work/errors" |
        tee -a "$out/.work/done" | progress "$(wc -l <"$out/.work/todo")"
    missing >"$out/.work/todo"
    [ -s "$out/.work/todo" ] || break
done
sed 's/^/autograde: /' "$out/.work/errors" | head -n 40 >&2

# --- what it comes to ---
if [ -s "$out/.work/todo" ]; then
    echo "autograde: not graded (run the same command again; the reasons are above):"
    sed 's/^/    /' "$out/.work/todo"
    while read -r sid lab; do
        $here/one.sh "$out" "$sid" "$lab" give-up >/dev/null
    done <"$out/.work/todo"
fi
# Results of whom SUBMISSIONS holds nothing any more: a folder that was renamed, or a class that comes in parts.
find "$out/results" -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null | LC_ALL=C sort >"$out/.work/graded"
jq -r .sid "$out/submissions.jsonl" | LC_ALL=C sort | LC_ALL=C comm -13 - "$out/.work/graded" >"$out/.work/gone"
if [ -s "$out/.work/gone" ]; then
    echo "autograde: kept from earlier runs, though SUBMISSIONS holds nothing of theirs now (who should not" \
        "count: delete the folder in $out/results):"
    sed 's/^/    /' "$out/.work/gone"
fi
# shellcheck disable=SC2086 # words
$here/finish.sh "$out" $LABS 9>&- || stop 1 "the exports or the report could not be made"
[ ! -s "$out/.work/todo" ]
