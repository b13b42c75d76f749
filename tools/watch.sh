#!/bin/sh
# watch.sh - builds and grades a lab each time one of its files is saved, and shows the first failing
# idea. Called by `make watch LAB=lab05`:
#
#   tools/watch.sh LAB FOLDER          until q, Ctrl-C or a signal; with ONCE=1 one verdict and no watching
#   tools/watch.sh --saves LAB FOLDER  only prints the name of each file that is saved, a line each
#
# All that happens is a line in one pipe, and one loop reads it: the name of a file (it was saved), a
# key, or `done N` (the N-th run has ended). A save ends the run that is going on, so the last save wins.
# Failing ideas come in the order of the report, those not implemented yet behind all others. `n` goes to
# the next one, which then stays until it passes. Where input or output is no terminal there are no keys,
# and where nobody asked for colours (NO_COLOR, TERM=dumb) no escapes.
# Exit: 0 ended by q or ONCE=1, 1 it cannot begin, 2 wrong usage, 128 + N by signal N.
set -u

cd "$(dirname "$0")/.." || exit 1

# What a file is, as far as a save changes it: an editor may write into it, or put another in its place.
look() {
    (cd "$folder" && stat -L -c '%n %i %s %y' "$lab.c" "$lab.cu" quiz.txt 2>/dev/null)
}

# Tells of each save, at once with inotifywait; without it, or where it fails, by looking now and then.
saves() {
    inotifywait -qm -e close_write -e moved_to --format %f "$folder" 2>/dev/null
    before=$(look)
    while sleep 0.3; do
        now=$(look)
        printf '%s\n' "$now" | grep -vxF -e "$before" | sed 's/ .*//'
        before=$now
    done
}

case $#${1:-} in
3--saves)
    lab=$2 folder=$3
    saves
    exit
    ;;
2*) lab=$1 folder=$2 ;;
*)
    echo "usage: tools/watch.sh [--saves] LAB FOLDER" >&2
    exit 2
    ;;
esac

bold='' dim='' bad='' plain='' clear=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
    bold=$(printf '\033[1m') dim=$(printf '\033[2m') bad=$(printf '\033[31m') plain=$(printf '\033[0m')
    clear=$(printf '\033[H\033[2J')
fi
terminal='' saver='' keys='' runner='' number=0 verdict=0 tests='' shown='' chosen=no

# Ends a run with all that it started. make takes away what it has half made, so it is waited for.
end_run() {
    [ -n "$runner" ] || return 0
    kill -s TERM -- "-$runner" 2>/dev/null
    wait "$runner" 2>/dev/null
    runner=''
}
leave() {
    trap '' INT TERM HUP
    [ -z "$terminal" ] || stty "$terminal" <&4
    [ -z "$keys" ] || kill "$keys" 2>/dev/null
    [ -z "$saver" ] || kill -s TERM -- "-$saver" 2>/dev/null
    end_run
    rm -rf -- "$work"
}
work=$(mktemp -d) && events=$work/events && mkfifo "$events" || exit 1
trap leave EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
exec 3<>"$events" 4<&0

# One make for all of it, in a session of its own: its end is the end of everything in it.
start_run() {
    end_run
    number=$((number + 1))
    # shellcheck disable=SC2016 # its own shell's words; the trap lets it outlive make by a line
    EVENTS=$events WORK=$work RUN=$number CC_ERRORS=1 setsid sh -c 'trap : TERM
        "$@" >"$WORK/report.$RUN" 2>"$WORK/errors.$RUN"
        echo "done $RUN" 1<>"$EVENTS"' sh \
        "${MAKE:-make}" --no-print-directory "LAB=$lab" "$lab" grade </dev/null >/dev/null 2>&1 3>&- 4<&- &
    runner=$!
}

# show_test NAME: what the report says of it, all of it.
show_test() {
    NAME=$1 awk '/^  (ok|FAIL|todo) / { on = $3 == ENVIRON["NAME"] } /^$/ { on = 0 } on' "$work/report.$verdict" |
        sed "s/^  FAIL/  ${bad}FAIL$plain/; s/^  todo/  ${dim}todo$plain/; s/^ *likely: .*/$bold&$plain/"
}

# behind NAME: the test of $tests that comes behind it, or the first.
behind() {
    printf '%s\n' "$tests" | NAME=$1 awk 'NR == 1 { next_one = $0 } found { next_one = $0; exit }
        $0 == ENVIRON["NAME"] { found = 1 } END { print next_one }'
}

say_keys() {
    [ -z "$terminal" ] ||
        printf '\n%s%sq quit%s\n' "$dim" "${tests:+n next failing idea   h hint   }" "$plain"
}

# The verdict of the run that ended: what the compiler had to say, the points, and one failing idea.
show() {
    printf '%s' "$clear"
    sed "/^make/d; s/ save, and type: make $lab\$/ and save./" "$work/errors.$verdict"
    points=$(grep "^$lab: .* points " "$work/report.$verdict")
    if [ -z "$points" ]; then
        tests=''
    else
        printf '%s%s%s\n' "$bold" "$points" "$plain"
        tests=$(awk '/^  FAIL / { print $3 } /^  todo / { todo = todo $3 "\n" } END { printf "%s", todo }' "$work/report.$verdict")
        if [ $chosen = no ] || ! printf '%s\n' "$tests" | grep -qxF -e "$shown"; then
            shown=$(behind '') chosen=no
        fi
        if [ -n "$shown" ]; then
            show_test "$shown"
        else
            printf 'Everything passes. Next: %s\n' "$(tools/progress.sh --next)"
        fi
    fi
    say_keys
}

press() {
    case $1 in
    q) exit 0 ;;
    n)
        [ -n "$tests" ] || return 0
        shown=$(behind "$shown") chosen=yes
        show
        ;;
    h)
        [ -n "$tests" ] || return 0
        tools/hint.sh "$lab" "$shown" </dev/null
        say_keys
        ;;
    esac
}

start_run
if [ -z "${ONCE:-}" ]; then
    setsid tools/watch.sh --saves "$lab" "$folder" </dev/null >"$events" 3>&- 4<&- &
    saver=$!
    if [ -t 0 ] && [ -t 1 ]; then
        terminal=$(stty -g <&4) && stty -icanon -echo min 1 time 0 <&4
        stdbuf -oL od -An -v -tc -w1 <&4 >"$events" 3>&- 4<&- &
        keys=$!
    fi
    echo "Watching $folder: save $lab.c$([ ! -e "$folder/$lab.cu" ] || echo ", $lab.cu") or quiz.txt, and it is built and graded."
fi
while read -r event <&3; do
    case $event in
    "done $number")
        runner=''
        rm -f -- "$work"/*."$verdict"
        verdict=$number
        show
        [ -z "${ONCE:-}" ] || exit 0
        ;;
    "$lab.c" | "$lab.cu" | quiz.txt)
        printf '%s saved\n' "$event"
        start_run
        ;;
    ?) press "$event" ;;
    esac
done
