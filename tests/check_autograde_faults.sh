#!/bin/sh
# check_autograde_faults.sh - what goes wrong around make autograde: a run that is killed, or any of its
# processes; a disk that is full; two runs at once; a clock that jumps; submissions that change
# meanwhile. Nothing finished is lost or done again, and nothing is left running.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
# shellcheck source=tests/autograde/class.sh
. "$root/tests/autograde/class.sh"

count=8
for i in $(seq 10 $((9 + count))); do
    hand_in "s$i" && echo "/* s$i */" >>"$in/s$i/lab05/lab05.c"
done
change s10 's/return fabs(/return 2 * fabs(/'
change s11 's/return fabs(/retrun fabs(/'
head -c 32 /dev/urandom >"$scratch/key"

# start: make autograde in the background, in a session of its own; $driver is autograde.sh's process.
start() {
    setsid make autograde "SUBMISSIONS=$in" "OUT=$out" "KEY=$scratch/key" LAB=lab05 >"$scratch/says" 2>&1 &
    job=$!
    for _ in $(seq 300); do
        driver=$(cat "$out/.work/lock" 2>/dev/null)
        [ -z "$driver" ] || break
        sleep 0.05
    done
}

# wait_for N: until so many results are there.
wait_for() {
    for _ in $(seq 600); do
        [ "$(results)" -lt "$1" ] || return 0
        sleep 0.05
    done
    return 1
}
results() {
    find "$out/results" -name lab05.json 2>/dev/null | wc -l
}

# left: processes that still work on this class, but for those that have ended and that nobody has waited for.
left() {
    for pid in $(pgrep -f "$scratch_top"); do
        [ "$pid" != $$ ] && grep -q '^State:[[:space:]]*[^Z]' "/proc/$pid/status" 2>/dev/null && echo "$pid"
    done
}
quiet() {
    for _ in $(seq 200); do
        [ -n "$(left)" ] || return 0
        sleep 0.1
    done
    ps -ef
    return 1
}
whole() {
    for file in $(find "$out/results" -name lab05.json | tr ' ' '?'); do
        jq -e .tests "$file" >/dev/null || return 1
    done
}
fresh() {
    rm -rf "$out"
}

start
wait $job
status=$? && cp "$scratch/says" "$scratch_top/output"
expect "a run that nobody disturbs" 0 "$count results, 0 of them kept"
cp -R "$out/results" "$scratch/reference"
same() {
    diff -r "$out/results" "$scratch/reference"
}

# --- killed, whole ---
fresh
start
check "another run: three results" wait_for 3
kill -9 "$driver"
wait $job
check "its driver killed: whoever it started ends" quiet
check "  ... all results so far are whole" whole
before=$(results)
autograde "KEY=$scratch/key"
expect "  ... the next run finds them, and makes the rest" 0 "$count results,"
kept=$(sed -n 's/^autograde: .* results, \([0-9]*\) of them kept.*/\1/p' "$scratch_top/output")
check "  ... and does none of the $before again ($kept kept)" test "$kept" -ge "$before" -a "$before" -lt $count
check "  ... to the same bytes" same

fresh
start
wait_for 2
kill -INT "-$job"
wait $job
check "interrupted at the keyboard: nothing is left running" quiet
autograde "KEY=$scratch/key"
check "  ... and the next run comes to the same bytes" same

# --- killed, one process of it ---
for victim in 'parallel --will-cite' "one.sh $out" 'grader/test_lab05 --library'; do
    fresh
    start
    wait_for 1
    for _ in $(seq 200); do
        ! pkill -9 -o -f -- "$victim" || break
        sleep 0.02
    done
    wait $job
    check "one \"${victim%% *}\" killed: everybody has a result after that run or the next" \
        sh -c "[ $(results) -eq $count ] || make autograde 'SUBMISSIONS=$in' 'OUT=$out' 'KEY=$scratch/key' LAB=lab05"
    check "  ... the same as ever" same
done
fresh
start
wait_for 1
pkill -9 -o -f /lab/worker
wait $job
check "a worker killed: everybody has a result" test "$(results)" -eq $count
for file in "$out"/results/*/lab05.json "$scratch"/reference/*/lab05.json; do
    jq -r '"\(.sid) \(.points)"' "$file"
done | sort | uniq -c | awk '$1 != 2' >"$scratch_top/output"
check "  ... and the points that it deserves, for what failed was run again" test ! -s "$scratch_top/output"

# --- a sandbox that does not work for one of them ---
mkdir "$scratch/bin"
printf '#!/bin/sh\ncase "$*" in */s12/lab05*make*) exit 1 ;; esac\nexec %s "$@"\n' "$(command -v bwrap)" >"$scratch/bin/bwrap"
chmod +x "$scratch/bin/bwrap"
fresh
run env PATH="$scratch/bin:$PATH" make autograde "SUBMISSIONS=$in" "OUT=$out" "KEY=$scratch/key" LAB=lab05
expect "one who cannot be graded costs no other, and is named" 2 "the compiler's sandbox does not work" \
    "not graded (run the same command again" "    s12 lab05" "grader error: 1"
check "  ... has a result that says so" result s12 '.state == "grader error" and .points == 0'
autograde "KEY=$scratch/key"
expect "  ... and is graded by the next run" 0 "$count results, $((count - 1)) of them kept"
check "  ... to the same bytes" same
rm "$scratch/bin/bwrap"

# --- two at once ---
fresh
start
run env LOCK_WAIT=0 make autograde "SUBMISSIONS=$in" "OUT=$out" LAB=lab05
expect "a second run into the same folder" 2 "another run is at work in OUT=" "Error 3"
wait $job

# --- a submission that changes while it is graded; clocks that jump ---
fresh
start
for i in $(seq 20); do
    echo "/* $i */" >>"$in/s15/lab05/lab05.c"
    sleep 0.1
done
wait $job
check "a submission that changes meanwhile: it has a result all the same" result s15 '.points == 100'
sum=$(jq -r '.files["lab05.c"]' "$out/results/s15/lab05.json")
check "  ... of the very file that is kept beside it" sh -c "sha256sum '$out/submissions/s15/lab05/lab05.c' | grep -q $sum"
autograde "KEY=$scratch/key"
expect "  ... and the next run grades it as it is now, if it is another" 0 "$count results, "
cat >"$scratch/bin/date" <<'END'
#!/bin/sh
# A clock that jumps by hours, back and forth.
exec /bin/date -d "$(($(od -An -N2 -tu2 /dev/urandom) % 20 - 10)) hours" "$@"
END
chmod +x "$scratch/bin/date"
run env PATH="$scratch/bin:$PATH" make autograde "SUBMISSIONS=$in" "OUT=$out" "KEY=$scratch/key" LAB=lab05 FORCE=1
expect "a clock that jumps by hours" 0 "$count results, 0 of them kept"
check "  ... the points that everybody had" sh -c "jq -r .points '$out'/results/*/lab05.json | sort -n | head -n 1 | grep -qx 0 &&
    test \"\$(jq -r 'select(.points == 100) | .sid' '$out'/results/*/lab05.json | wc -l)\" -eq $((count - 2))"
touch -d 2090-01-01 "$in/s16/lab05/lab05.c" "$in/s17/lab05/lab05.cu"
touch -d 1975-01-01 "$in/s14/lab05/lab05.c"
autograde "KEY=$scratch/key" FORCE=1
check "files from the future and the past" result s16 '.points == 100'
check "  ... and their kernels" result s17 '.points == 100'
check "  ... and old ones" result s14 '.points == 100'

# --- a full disk ---
cat >"$scratch/full.sh" <<'END'
mkdir -p "$OUT" && mount -t tmpfs -o size=300k tmpfs "$OUT" || exit 77
make autograde "SUBMISSIONS=$IN" "OUT=$OUT" "KEY=$KEY" LAB=lab05
echo "ended with $?"
find "$OUT/results" -name lab05.json -exec jq -e .tests {} + >/dev/null && echo "all whole"
mount -o remount,size=100m "$OUT"
make autograde "SUBMISSIONS=$IN" "OUT=$OUT" "KEY=$KEY" LAB=lab05 && echo "and now $(find "$OUT/results" -name lab05.json | wc -l)"
END
run env IN="$in" OUT="$scratch/small" KEY="$scratch/key" unshare -m sh "$scratch/full.sh"
if [ $status -eq 77 ] || grep -q 'unshare failed' "$scratch_top/output"; then
    echo "skip: nobody may mount a small disk here"
else
    expect "a full disk: that is said, and with more room the same command goes on" 0 "is the disk full?" \
        "ended with 2" "and now $count"
fi
check "and in the end nothing is left running" quiet
finish
