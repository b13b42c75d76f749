#!/bin/sh
# engine_slurm.sh - the jobs of a class as one Slurm job array. Called by autograde.sh; OUT, JOBS (array
# tasks at a time) and TODO (a file of lines "SID LAB") come by environment. Prints one.sh's lines.
#
# Labs with kernels need no GPU; where the class is to run on them, GRES=gpu:1 asks Slurm for one a
# task. SBATCH_FLAGS adds options of sbatch (a partition, an account). OUT and this folder must be
# seen by every node under the same path.
#
# A task takes every n-th line of TODO, so that each has as much to do as the others. A task whose
# node fails is put back into the queue (--requeue) and keeps what is done. When this script ends early,
# so does the array.
# Exit: 0 the array has ended, 1 Slurm did not take it.
set -u
work=$OUT/.work/slurm
lines=$(wc -l <"$TODO")
[ "$lines" -gt 0 ] || exit 0
per_task=${PER_TASK:-8}
tasks=$(((lines + per_task - 1) / per_task))
rm -rf -- "$work"
mkdir -p "$work" || exit 1

cat >"$work/task.sh" <<END
#!/bin/sh
# Task \$SLURM_ARRAY_TASK_ID of $tasks.
cd '$(printf '%s' "$PWD" | sed "s/'/'\\\\''/g")' || exit 1
out='$(printf '%s' "$OUT" | sed "s/'/'\\\\''/g")'
awk -v n=$tasks -v i="\$SLURM_ARRAY_TASK_ID" 'NR % n == i' "\$out/.work/todo" | while read -r sid lab; do
    grader/autograde/one.sh "\$out" "\$sid" "\$lab" </dev/null
done
END
# shellcheck disable=SC2086 # words
job=$(sbatch --parsable --job-name=lowp-autograde --array="0-$((tasks - 1))%$JOBS" --ntasks=1 --cpus-per-task=1 \
    --mem=2G --time=04:00:00 --requeue --open-mode=append --output="$work/%a.out" --error="$work/%a.err" \
    ${GRES:+--gres="$GRES"} ${SBATCH_FLAGS:-} "$work/task.sh") || exit 1
job=${job%%;*}
trap 'scancel "$job" 2>/dev/null' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# New lines of every task's output, once each; tasks append, so a line is whole once its end is there.
seen() {
    cat "$work"/*.out 2>/dev/null | LC_ALL=C sort -u >"$work/all"
    LC_ALL=C comm -13 "$work/said" "$work/all"
    mv "$work/all" "$work/said"
}
: >"$work/said"
while [ -n "$(squeue --noheader --jobs="$job" 2>/dev/null)" ]; do
    sleep 1
    seen
done
seen
cat "$work"/*.err 2>/dev/null >&2
exit 0
