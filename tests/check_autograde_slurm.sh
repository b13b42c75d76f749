#!/bin/sh
# check_autograde_slurm.sh - a class graded through Slurm: the same bytes as on this machine alone, also if
# the node's daemon is killed in the middle. It starts a Slurm of its own, of one node, and stops it.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
for program in slurmctld slurmd munged sbatch; do
    command -v "$program" >/dev/null 2>&1 || skip_all "there is no $program; tools/deps.sh --slurm installs it"
done
[ "$(id -u)" -eq 0 ] || skip_all "only root can start a Slurm"
# shellcheck source=tests/autograde/class.sh
. "$root/tests/autograde/class.sh"
# shellcheck source=tests/autograde/slurm.sh
. "$root/tests/autograde/slurm.sh"

grader/autograde/make_class.sh "$in" 10 7 >/dev/null
head -c 32 /dev/urandom >"$scratch/key"
autograde "KEY=$scratch/key"
expect "a class on this machine alone" 0 "10 results, 0 of them kept"
mv "$out" "$scratch/local"

trap 'slurm_stop; rm -rf -- "$scratch_top"' EXIT
chmod 755 "$scratch_top"
slurm_start "$scratch_top/slurm"
if [ $? -ne 0 ]; then
    tail -n 5 "$scratch_top"/slurm/*.log
    check "a Slurm of one node starts" false
    finish
fi
export PER_TASK=2
autograde "KEY=$scratch/key" ENGINE=slurm
expect "the same class through Slurm" 0 "10 results, 0 of them kept"
check "  ... the same bytes" diff -r "$out/results" "$scratch/local/results"
autograde "KEY=$scratch/key" ENGINE=slurm
expect "  ... once more: everything is kept" 0 "10 results, 10 of them kept"

# --- the node's daemon is killed, and whatever it was running; then it comes back ---
rm -rf "$out"
setsid make autograde "SUBMISSIONS=$in" "OUT=$out" "KEY=$scratch/key" LAB=lab05 ENGINE=slurm >"$scratch/says" 2>&1 &
job=$!
for _ in $(seq 600); do
    [ "$(find "$out/results" -name lab05.json 2>/dev/null | wc -l)" -lt 2 ] || break
    sleep 0.05
done
kill -9 "$(cat "$slurm/slurmd.pid")"
pkill -9 -f "slurmstepd: \\[" || echo "no step was running"
sleep 1
before=$(find "$out/results" -name lab05.json | wc -l)
slurm_node
for _ in $(seq 20); do # a requeued job waits two minutes for its node to be clean: this one is
    squeue --noheader --states=PENDING --array --format=%A | sort -u | while read -r pending; do
        scontrol update "JobId=$pending" StartTime=now 2>/dev/null
    done
    kill -0 $job 2>/dev/null || break
    sleep 1
done
wait $job
status=$?
cp "$scratch/says" "$scratch_top/output"
expect "a node that dies in the middle (with $before results) and comes back" 0 "results, "
check "  ... everybody has a result" test "$(find "$out/results" -name lab05.json | wc -l)" -eq 10
check "  ... to the same bytes" diff -r "$out/results" "$scratch/local/results"

# --- the driver is killed: its jobs are ended by the next run ---
rm -rf "$out"
setsid make autograde "SUBMISSIONS=$in" "OUT=$out" "KEY=$scratch/key" LAB=lab05 ENGINE=slurm >"$scratch/says" 2>&1 &
job=$!
for _ in $(seq 600); do
    [ -z "$(squeue --noheader 2>/dev/null)" ] || break
    sleep 0.1
done
kill -9 "$(cat "$out/.work/lock")"
wait $job
autograde "KEY=$scratch/key" ENGINE=slurm
check "the driver killed and started again: the same bytes" diff -r "$out/results" "$scratch/local/results"
check "  ... and no job is left in the queue" test -z "$(squeue --noheader)"
finish
