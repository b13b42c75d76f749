#!/bin/sh
# check_watch.sh - tools/watch.sh: saves of every kind are seen, one failing idea is shown, the keys do what
# they say, the last save wins, and the terminal is left as it was. Its make is a stand-in that runs the
# "student's file" as a script; tests/check_handout.sh watches a real lab.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
unset ONCE NO_COLOR MAKE
tree="$scratch/tree"
folder=labs/lab77_sample
mkdir -p "$tree/tools" "$tree/$folder" "$tree/bin" "$tree/build"
cp "$root/tools/watch.sh" "$root/tools/hint.sh" "$tree/tools/"
cd "$tree" || exit 1
printf '#!/bin/sh\necho "make run LAB=lab77"\n' >tools/progress.sh
printf '#!/bin/sh\necho "$*" >>"%s/calls"\nexec sh %s/lab77.c\n' "$scratch" "$folder" >bin/make
chmod +x tools/progress.sh bin/make
MAKE=$tree/bin/make TERM=xterm
export MAKE TERM
printf '## adds_two: t\n1. Nudge.\n2. Approach.\n3. Answer.\n## adds_three: t\n1. A.\n2. B.\n3. C.\n' >$folder/hints.md
echo 'q1 =' >$folder/quiz.txt

# report POINTS LINE...: a student's file that makes this report.
report() {
    echo "cat <<'END'"
    printf 'lab77  %s, seed 1, sandbox: none\n' $folder
    points=$1
    shift
    printf '%s\n' "$@" '' "lab77: $points of 12 points   so many passed" 'next: adds_two (an idea)' END
}
half() {
    report 4 '  ok      4/4   adds_one   one' '  todo    0/4   adds_three three' \
        '  FAIL    0/4   adds_two   two' '         got 3' '         likely: off by one' '         | adds_three'
}
broken() {
    printf '%s\n' 'echo "lab77: the file compiles, but"' 'echo "lab77.c:3: error: expected ;" >&2' 'echo "Mend it, save, and type: make lab77" >&2' 'echo "make: *** Error 1" >&2' 'exit 2'
}
# until_said TEXT...: waits until the log has them all.
until_said() {
    for text; do
        for _ in $(seq 100); do
            grep -qF -e "$text" "$scratch/log" && continue 2
            sleep 0.1
        done
        cp "$scratch/log" "$scratch_top/output"
        return 1
    done
}
lacks() {
    cp "$scratch/log" "$scratch_top/output"
    ! grep -qF -e "$1" "$scratch/log"
}
watch() { # in the background, without a terminal
    : >"$scratch/log"
    tools/watch.sh lab77 $folder </dev/null >>"$scratch/log" 2>&1 &
    watcher=$!
}
# Whatever watch.sh starts works in its folder.
left_nothing() {
    for _ in $(seq 30); do
        found=
        for process in /proc/[0-9]*; do
            [ "$process" = /proc/$$ ] || [ "$(readlink "$process/cwd")" != "$tree" ] ||
                found="$found $(tr '\0' ' ' <"$process/cmdline")"
        done
        [ -n "$found" ] || return 0
        sleep 0.1
    done
    echo "still there: $found"
    return 1
}
end_watch() {
    kill "$watcher"
    wait "$watcher"
    status=$?
}

# -------------------------------------------------------------------- one verdict
run tools/watch.sh
expect "without arguments it says how to call it" 2 "usage:"
half >$folder/lab77.c
run env ONCE=1 tools/watch.sh lab77 $folder
expect "ONCE=1: the points and the first failing idea, whole" 0 "lab77: 4 of 12" "FAIL    0/4   adds_two" "got 3" "likely: off by one" "| adds_three"
cp "$scratch_top/output" "$scratch/log"
check "and no other test" lacks 'todo'
check "make was asked for the lab and its grade" grep -qx -e '--no-print-directory LAB=lab77 lab77 grade' "$scratch/calls"
broken >$folder/lab77.c
run env ONCE=1 tools/watch.sh lab77 $folder
expect "a file that does not compile: the compiler's words" 0 "lab77.c:3: error" "Mend it, and save."
cp "$scratch_top/output" "$scratch/log"
check "without make's" lacks "make:"
check "and nothing passes" lacks "passes"

# -------------------------------------------------------------------- saves, without a terminal
saves_are_seen() { # HOW
    half >$folder/lab77.c
    watch
    check "$1: the first verdict" until_said "FAIL    0/4   adds_two"
    broken >$folder/lab77.c
    check "$1: a file that was written into" until_said "lab77.c saved" "lab77.c:3: error"
    report 12 '  ok      4/4   adds_one   one' >$folder/.lab77.c.new
    mv $folder/.lab77.c.new $folder/lab77.c
    check "$1: one that took its place, as editors do" until_said "12 of 12" "Everything passes. Next: make run LAB=lab77"
    : >"$scratch/log"
    echo 'q1 = 2' >$folder/quiz.txt
    check "$1: the quiz" until_said "quiz.txt saved" "12 of 12"
    : >"$scratch/log"
    echo kernel >$folder/lab77.cu
    check "$1: kernels" until_said "lab77.cu saved" "12 of 12"
    : >"$scratch/log"
    echo other >$folder/notes.txt
    sleep 0.6
    check "$1: another file is nothing to it" lacks "saved"
    end_watch
    check "$1: ended by a signal" test "$status" -eq 143
    check "$1: it leaves nothing running" left_nothing
    rm $folder/lab77.cu
}
if command -v inotifywait >/dev/null 2>&1; then
    saves_are_seen "with inotifywait"
else
    echo "skip: inotifywait is not installed: saves were looked for only"
fi
printf '#!/bin/sh\necho "no more watches" >&2\nexit 1\n' >bin/inotifywait
chmod +x bin/inotifywait
PATH="$tree/bin:$PATH" && export PATH
saves_are_seen "where inotifywait fails"
cp "$scratch/log" "$scratch_top/output"
escape=$(printf '\033')
check "no escapes and no keys without a terminal" lacks "$escape"
rm bin/inotifywait

# The run that is going on when a file is saved never speaks.
{ echo 'sleep 3'; report 1 '  FAIL    0/4   too_late   slow'; } >$folder/lab77.c
watch
until_said "Watching"
sleep 0.5
report 2 '  FAIL    0/4   in_time   fast' >$folder/lab77.c
check "a save during a run: the last save wins" until_said "in_time"
sleep 3.2
check "and the run before it was ended" lacks "too_late"
end_watch

# -------------------------------------------------------------------- keys, in a terminal
command -v script >/dev/null 2>&1 || {
    echo "skip: there is no script(1): keys were not tried"
    finish
}
mkfifo "$scratch/typed"
# in_terminal: starts it in a terminal of its own, with keys from fd 5.
in_terminal() {
    : >"$scratch/log"
    rm -f before after
    # shellcheck disable=SC2016 # the inner shell's words
    command='trap : INT; stty -g >before; sh -c '\''echo $$ >pid; exec tools/watch.sh lab77 labs/lab77_sample'\''; echo "status $?"; stty -g >after'
    # (a shell's background jobs ignore Ctrl-C, and what they start cannot ask for it again; the shell around
    # it, which hears Ctrl-C too, stays to tell how it ended, whichever shell script(1) takes)
    env --default-signal=INT script -qfc "$command" /dev/null <"$scratch/typed" >>"$scratch/log" 2>&1 &
    screen=$!
    exec 5>"$scratch/typed"
}
press() {
    : >"$scratch/log"
    printf '%b' "$1" >&5
}
ended() { # how it ended, and as the terminal was before
    until_said "status $1" && exec 5>&- && wait "$screen" && cmp before after
}
half >$folder/lab77.c
in_terminal
check "in a terminal: the first failing idea, and the keys" until_said "adds_two" "n next failing idea   h hint   q quit"
check "with colours" until_said "${escape}[31mFAIL"
press n
check "n: the next, not implemented yet" until_said "todo" "adds_three"
press n
check "n: and round again" until_said "adds_two"
press n
until_said "adds_three"
press h
check "h: the first hint for the test that is shown" until_said "adds_three: t (step 1 of 3)" "A."
press h
check "h: the second" until_said "(step 2 of 3)" "B."
check "and they are counted" test "$(cat build/hints/lab77/adds_three)" = 2
: >"$scratch/log"
half >$folder/lab77.c
check "the test that n went to stays while it fails" until_said "adds_three"
: >"$scratch/log"
report 8 '  ok      4/4   adds_three three' '  FAIL    0/4   adds_two   two' >$folder/lab77.c
check "and gives way when it passes" until_said "FAIL" "adds_two"
press 'x\n '
press q
check "q ends it, and the terminal is as it was" ended 0
in_terminal
until_said "adds_two"
press '\003'
check "so does Ctrl-C" ended 130
in_terminal
until_said "adds_two"
kill "$(cat pid)"
check "so does a signal" ended 143
check "and nothing is left running" left_nothing
NO_COLOR=1 && export NO_COLOR
in_terminal
until_said "n next failing idea"
press n
until_said "adds_two"
check "NO_COLOR: keys, and no escapes" lacks "$escape"
press q
check "and q" ended 0
finish
