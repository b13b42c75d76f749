#!/bin/sh
# hint.sh - opens the hints of a lab step by step. Called by `make hint LAB=lab05 [TEST=name]`; run
# it from anywhere.
#
#   tools/hint.sh LAB               list the lab's tests that have hints, and what was opened
#   tools/hint.sh LAB TEST          show the next step: 1 nudge, 2 approach, 3 near-answer
#   tools/hint.sh LAB TEST STEP     show that step (again, or early)
#   tools/hint.sh --opened LAB      the tests of which steps were opened, and how many: "TEST N" lines
#   tools/hint.sh --check [LAB]     is every hints.md well formed? Prints the tests it knows.
#
# The hints are in labs/LAB_*/hints.md: a heading `## test_name: title` for each test, and under it
# the items `1.`, `2.` and `3.`; an item may run over several lines, indented by three spaces.
# build/hints/LAB/TEST holds the number of steps opened so far.
# Exit: 0 fine, 1 hints.md is missing or malformed, 2 wrong usage or unknown name.
set -u

cd "$(dirname "$0")/.." || exit 1
steps=3

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi

complain() {
    printf 'hint: %s\n' "$*" >&2
}

# read_hints FILE MODE [TEST STEP]: the one reader of the format.
#   list   prints `name|title` for each test; complains about what is malformed, and then fails
#   show   prints the text of one step, without its number and indentation
read_hints() {
    FILE=$1 MODE=$2 TEST=${3:-} STEP=${4:-0} STEPS=$steps awk '
    function wrong(line, what) {
        printf "%s:%d: error: %s\n", ENVIRON["FILE"], line, what > "/dev/stderr"
        bad = 1
    }
    function finish() {
        if (name != "" && item != ENVIRON["STEPS"])
            wrong(start, name " has " item + 0 " of " ENVIRON["STEPS"] " steps")
        if (name != "" && item && empty)
            wrong(start, "step " item " of " name " is empty")
    }
    function show(text) {
        if (ENVIRON["MODE"] == "show" && name == ENVIRON["TEST"] && item == ENVIRON["STEP"])
            print text
    }
    /^[ \t]*```/ { fence = !fence }
    !fence && /^## / {
        finish()
        item = 0
        start = FNR
        name = substr($0, 4)
        title = name
        if (!match(name, /^[A-Za-z0-9_]+: *[^ ]/)) {
            wrong(FNR, "a heading is written as: ## test_name: short title")
            name = ""
            next
        }
        sub(/:.*/, "", name)
        sub(/^[^:]*: */, "", title)
        if (name in seen)
            wrong(FNR, name " has hints at line " seen[name] " already")
        seen[name] = FNR
        if (ENVIRON["MODE"] == "list")
            print name "|" title
        next
    }
    name == "" { next } # the introduction
    !fence && /^[0-9]+\./ {
        if (item && empty)
            wrong(start, "step " item " of " name " is empty")
        if (substr($0, 1, index($0, ".") - 1) != ++item)
            wrong(FNR, "step " item " of " name " should come here")
        sub(/^[0-9]+\. */, "")
        empty = ($0 == "")
        show($0)
        next
    }
    {
        if (item == 0 && $0 !~ /^[ \t]*$/)
            wrong(FNR, "text between the heading of " name " and its step 1")
        if ($0 !~ /^[ \t]*$/)
            empty = 0
        sub(/^   /, "")
        show($0)
    }
    END {
        if (fence)
            wrong(FNR, "a ``` block is never closed")
        finish()
        if (ENVIRON["MODE"] == "list")
            exit bad
    }' "$1"
}

# Sets $file and $lab from what was typed: lab05 or lab05_master_weights.
find_lab() {
    for file in labs/"$1"/hints.md labs/"$1"_*/hints.md; do
        if [ -f "$file" ]; then
            lab=${file#labs/}
            lab=${lab%%_*}
            return 0
        fi
    done
    for file in labs/"$1"/ labs/"$1"_*/; do
        if [ -n "$1" ] && [ -d "$file" ]; then
            complain "${file}hints.md is missing"
            exit 1
        fi
    done
    complain "${1:+there is no lab $1 with hints. }The labs with hints:"
    for file in labs/lab[0-9][0-9]_*/hints.md; do
        [ -f "$file" ] || continue
        file=${file%/hints.md}
        complain "  ${file#labs/}"
    done
    exit 2
}

# opened TEST: how many of its steps were opened.
opened() {
    count=0
    [ ! -f "build/hints/$lab/$1" ] || read -r count <"build/hints/$lab/$1"
    case $count in [0-"$steps"]) ;; *) count=0 ;; esac
    echo "$count"
}

# remember TEST STEP: whole or not at all; a hint is shown even if it cannot be noted.
remember() {
    state=build/hints/$lab/$1
    { mkdir -p "build/hints/$lab" && echo "$2" >"$state.$$" && mv -f "$state.$$" "$state"; } \
        2>/dev/null && return
    rm -f -- "$state.$$" 2>/dev/null
    complain "could not note the step in $state; STEP=n opens a certain one"
}

list_tests() {
    names=$(read_hints "$file" list 2>/dev/null)
    printf '%s\n' "$names" | while IFS='|' read -r name title; do
        printf '%s of %s opened  %-28s %s\n' "$(opened "$name")" $steps "$name" "$title"
    done
}

show_step() {
    title=$(read_hints "$file" list 2>/dev/null | sed -n "s/^$test|//p" | sed -n 1p)
    if [ -z "$title" ]; then
        complain "$lab has no hints for \"$test\". It has them for:"
        list_tests >&2
        exit 2
    fi
    done_so_far=$(opened "$test")
    if [ -n "$step" ]; then
        case $step in
        [1-"$steps"]) ;;
        *)
            complain "STEP is 1 to $steps, not \"$step\""
            exit 2
            ;;
        esac
    elif [ "$done_so_far" -lt $steps ]; then
        step=$((done_so_far + 1))
    else
        step=$steps
    fi
    text=$(read_hints "$file" show "$test" "$step" 2>/dev/null)
    if [ -z "$text" ]; then
        complain "$file has no step $step for $test"
        exit 1
    fi
    printf '%s%s: %s (step %s of %s)%s\n\n' "$bold" "$test" "$title" "$step" $steps "$plain"
    printf '%s\n' "$text" | sed 's/^./  &/'
    [ "$step" -le "$done_so_far" ] || remember "$test" "$step"
    echo
    if [ "$step" -lt $steps ]; then
        again="make hint LAB=$lab TEST=$test"
        [ "$step" -ge "$done_so_far" ] || again="$again STEP=$((step + 1))"
        echo "Next step: $again"
    else
        echo "That was the last step. Earlier ones: make hint LAB=$lab TEST=$test STEP=1"
    fi
}

if [ "${1:-}" = --check ]; then
    rc=0
    [ -z "${2:-}" ] || find_lab "$2"
    only=${lab:-}
    for file in labs/lab[0-9][0-9]_*/hints.md; do
        case $file in labs/"$only"*) ;; *) continue ;; esac
        [ -f "$file" ] || continue
        read_hints "$file" list || rc=1
    done
    exit $rc
fi
if [ "${1:-}" = --opened ]; then
    find_lab "${2:-}"
    for test in build/hints/"$lab"/*; do
        test=${test##*/}
        count=$(opened "$test")
        [ "$count" -eq 0 ] || echo "$test $count"
    done
    exit
fi
if [ $# -gt 3 ]; then
    complain "usage: tools/hint.sh LAB [TEST [STEP]]"
    exit 2
fi
find_lab "${1:-}"
test=${2:-} step=${3:-}
case $test in *[!A-Za-z0-9_]*) test=$(printf '%s' "$test" | tr -c 'A-Za-z0-9_\n' '?') ;; esac
if [ -z "$test" ]; then
    list_tests
    echo "Open one: make hint LAB=$lab TEST=name"
else
    show_step
fi
