#!/bin/sh
# check_course.sh - the texts say what is so: README.md, course.md and the assignments. Each block of
# commands in them is run, what a session shows must be what is printed, and the numbers of a table
# those of the command that it names. How a text says which is which:
#
#       make run LAB=lab05 SOLUTION=1    a block that begins with `make` or `tools/`: each line must succeed
#
#       $ make claim N=1                 a session: the lines below are compared with what is printed,
#       ...                              and ... stands for any lines
#
#   <!-- not run: why -->                before a block: it is not run; counted, with the reason
#   <!-- printed: command -->            before a block of no commands: the command prints it, however
#                                        lines are broken; it may exit with 77 to say that it cannot run
#   <!-- numbers: command -->            before a table or paragraph: its numbers are printed by the
#   <!-- numbers in columns 2 3: command -->     command, as tests/numbers.awk says
#
# What is left of course.md, its prose and the tables without a comment, has no number of two digits or more
# that nobody can look up: the commands of its chapter print it, or course_numbers.txt says where it is from.
#
# All of it runs in a copy of the tree whose students have handed in the model solutions, on the CPU.
#
#   tests/check_course.sh [TEXT...]      other texts, by absolute paths; with PROSE=1 their prose, too
#                                        (check_course_faults.sh)
#
# `make test` has built what is needed.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
unset LAB SOLUTION SEED STRICT DIRECT SAN STEPS DATA LR WORKERS N PARAMS OUT V MAKELEVEL MFLAGS OPENBLAS_CORETYPE
export GPU=0
[ "${BUILD:-build}" = build ] || skip_all "the texts speak of the plain build"
tree="$scratch/lowp"
mkdir "$tree" "$scratch/done"
cd "$root" || exit 1
cp -a Makefile ./*.mk README.md course.md .gitignore labs solutions common grader plots tools tests "$tree"
tar -c -H pax --exclude='build/tests/*' --exclude=build/runs --exclude=build/results --exclude=build/figures \
    --exclude='*/handout*' build | tar -x -C "$tree"
mkdir -p "$tree/build/tests" && cp -a build/tests/test_lab*_facts "$tree/build/tests/" # they print what they compute
cd "$tree" || exit 1
for folder in labs/lab[0-9][0-9]_*; do
    cp "solutions/${folder#labs/}"/* "$folder/"
done

# Sums in another order end in other digits: OpenBLAS takes the same kernels on all of these.
same_digits() {
    [ "$(uname -m)" = x86_64 ] && grep -qsw avx2 /proc/cpuinfo && grep -qsw fma /proc/cpuinfo
}

# perform COMMAND: sets $status and the output. What the model solutions print stays what it is, so a
# command of theirs is run once, however often the texts name it.
perform() {
    result="$scratch/done/$(printf '%s' "$1" | cksum | tr ' ' -)"
    if [ -e "$result" ]; then
        read -r status <"$result"
        cp "$result.output" "$scratch_top/output"
    else
        run sh -c "$1"
        case $1 in *SOLUTION=1*)
            echo "$status" >"$result"
            cp "$scratch_top/output" "$result.output" ;;
        esac
    fi
    printf '%s\n' "$1" | cat - "$scratch_top/output" >>"$scratch/chapter"
}

# --- the items that course.awk finds: $item is the file, $place its file and line in the text ---

commands() {
    sed '1d; s/ #.*//; s/ *$//; s/ && /\n/g' "$item" >"$scratch/lines"
    while IFS= read -r command; do
        if [ "$command" = "make test" ]; then
            echo "not run: $place: make test (this is a part of it)"
            continue
        fi
        perform "$command"
        expect "$place: $command" 0
    done <"$scratch/lines"
}

# shows EXPECTED: is that what was printed? A line of ... stands for any lines.
shows() {
    awk 'NR == FNR { want[++n] = $0; next } { got[++m] = $0 }
        END {
            for (i = j = 1; i <= n; i++) {
                if (want[i] == "...") { any = 1; continue }
                while (any && j <= m && got[j] != want[i]) j++
                if (got[j] != want[i]) { print "line " i " of the text is not what was printed: " want[i]; exit 1 }
                any = 0
                j++
            }
            exit !any && j <= m
        }' "$1" "$scratch/printed"
}
session() {
    sed '1d; s/ *$//' "$item" >"$scratch/lines"
    rm -f "$scratch"/session.*
    awk -v to="$scratch/session." '
        /^\$ / { if (file) close(file); file = to (++n); print substr($0, 3) >file; next } { print >file }' "$scratch/lines"
    for one in "$scratch"/session.*; do
        read -r command <"$one"
        sed 1d "$one" >"$scratch/expected"
        perform "$command"
        [ "$status" -eq 0 ] && [ -s "$scratch/expected" ] && same_digits && {
            sed 's/ *$//' "$scratch_top/output" >"$scratch/printed"
            shows "$scratch/expected" >>"$scratch_top/output" || status="as expected, but not what it prints"
        }
        if [ "$status" = 0 ]; then
            pass "$place: \$ $command"
        else
            fail "$place: \$ $command" "exit status $status"
        fi
    done
}

numbers() {
    sed '1d; /^---$/,$d' "$item" >"$scratch/command"
    columns=$(sed -n '1s/^numbers in columns \([0-9 ]*\): .*/\1/p' "$scratch/command")
    command=$(sed '1s/^numbers[^:]*: //' "$scratch/command")
    sed '1,/^---$/d' "$item" >"$scratch/text"
    what="$place: numbers of $(printf '%s' "$command" | sed 1q)"
    perform "$command"
    if [ "$status" -ne 0 ]; then
        fail "$what" "exit status $status"
    elif ! same_digits; then
        echo "not compared on this processor: $what"
    elif awk -v columns="$columns" -f tests/numbers.awk "$scratch_top/output" "$scratch/text" >"$scratch/wrong"; then
        pass "$what: $(cat "$scratch/wrong") compared"
    else
        cp "$scratch/wrong" "$scratch_top/output"
        fail "$what" "they are not printed"
    fi
}

printed() {
    command=$(sed '1d; /^---$/,$d' "$item" | sed '1s/^printed: //')
    what="$place: printed by $(printf '%s' "$command" | sed 1q)"
    perform "$command"
    if [ "$status" -eq 77 ]; then
        echo "not run: $what"
    elif tr -s ' \n' '  ' <"$scratch_top/output" | grep -qF -e "$(sed '1,/^---$/d' "$item" | tr -s ' \n' '  ' | sed 's/^ *//; s/ *$//')"; then
        pass "$what"
    else
        fail "$what" "it is not"
    fi
}

# The rest of a chapter: which of its numbers has none of the chapter's commands printed, or been given?
loose() {
    what="$place: the numbers of the chapter's prose"
    sed '1,2d; s/^|/ |/; s/^ *[0-9]*\. / /' "$item" >"$scratch/text"
    facts="build/tests/test_lab0$(sed -n '2s/^## \([1-9]\)\..*/\1/p' "$item")_facts" # what a chapter's prose computes
    [ ! -x "$facts" ] || perform "$facts"
    same_digits || { echo "not compared on this processor: $what" && return; }
    awk -f tests/numbers.awk "$scratch/chapter" "$scratch/text" | sed -n 's/^not printed: \(...*  in  \)/\1/p' >"$scratch/wrong"
    sed 's/ .*//' "$scratch/wrong" >>"$scratch/unprinted"
    awk 'NR == FNR { known[$1]; next } !($1 in known)' tests/course_numbers.txt "$scratch/wrong" >"$scratch_top/output"
    echo >"$scratch/chapter"
    if [ -s "$scratch_top/output" ]; then
        fail "$what" "neither printed nor in tests/course_numbers.txt"
    else
        pass "$what: $(wc -l <"$scratch/wrong") not printed, and known"
    fi
}
# shellcheck disable=SC2317 # called by check
every_known_number_is_needed() {
    sed '/^#/d; /^$/d; s/ .*//' tests/course_numbers.txt | grep -vxF -f "$scratch/unprinted" && return 1
    return 0
}

# every_item TEXT [1: its prose, too]
every_item() {
    rm -rf "$scratch/items"
    mkdir "$scratch/items"
    echo >"$scratch/chapter"
    awk -v to="$scratch/items" -v loose="${2:-}" -f tests/course.awk "$1"
    for item in "$scratch/items"/*; do
        place=$(sed 1q "$item")
        case $item in
        *.commands) commands ;;
        *.session) session ;;
        *.numbers) numbers ;;
        *.printed) printed ;;
        *.loose) loose ;;
        *.not-run) sed "1d; s|^|not run: $place: |" "$item" ;;
        *) sed 1d "$item" >"$scratch_top/output"
            fail "$place" "a comment that stands before nothing it can speak of" ;;
        esac
    done
}

# names_only_targets TEXT: every `make x` in it is a target
# shellcheck disable=SC2317 # called by check
names_only_targets() {
    targets=" $(sed -n 's/^\([A-Za-z-]*\):.*/\1/p' Makefile ./*.mk | tr '\n' ' ') "
    # shellcheck disable=SC2016
    grep -oE '`make [^`]*`' "$1" | tr -d '`' | sed 's/ && make / /g; s/^make //' | tr ' ' '\n' | sort -u |
        while IFS= read -r word; do
            case $word in
            *=* | -* | '&&' | lab[0-9][0-9] | labNN | '...') continue ;;
            esac
            case $targets in *" $word "*) ;; *) echo "there is no make $word" && exit 1 ;; esac
        done
}

if [ $# -gt 0 ]; then
    for text; do
        every_item "$text" "${PROSE:-}"
    done
    finish
fi
every_item course.md 1 # in full: its numbers are those of whole runs
! same_digits || check "course_numbers.txt has no number that is printed, or gone" every_known_number_is_needed
export STEPS=20
every_item README.md
for text in labs/*/README.md; do
    every_item "$text"
done
for text in README.md course.md labs/*/README.md; do
    check "$text: every target that it names is there" names_only_targets "$text"
done
finish
