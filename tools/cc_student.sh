#!/bin/sh
# cc_student.sh - checks and compiles one student file, C or CUDA. Called by the Makefile, and for
# CUDA (where CC is a C++ compiler) by cc_kernels.sh:
#
#   tools/cc_student.sh SRC OBJ DEPFILE -- CFLAGS...
#
# What can be wrong with the file is said in one message, without a wall of compiler output: the
# first errors, the exercise they are in, and what to do. Warnings are shown and do no harm.
# OBJ appears whole or not at all: after a failure no older object stays behind to be graded.
# CC names the compiler (gcc). CC_LIMIT is its time limit in seconds (60), CC_GIB its memory (4),
# CC_ERRORS how many errors are shown (3).
# Exit: 0 compiled, 1 not, 2 wrong usage.
set -u

max_bytes=1048576
max_lines=40
max_gib=${CC_GIB:-4} # of memory for the compiler

usage() {
    echo "usage: tools/cc_student.sh SRC OBJ DEPFILE -- CFLAGS..." >&2
    exit 2
}

if [ $# -lt 4 ] || [ "$4" != -- ]; then
    usage
fi
src=$1 obj=$2 dep=$3
shift 4

name=${src##*/}
lab=${name%.*}
# The contract, what to call the file, and whether to list the system's headers in DEPFILE.
case $name in
*.cu) contract=${lab}_kernels.h language=CUDA depend=-MD ;;
*) contract=$lab.h language=C depend=-MMD ;;
esac
log=$obj.log
new=$obj.new
trap 'rm -f -- "$new" "$log.all"' EXIT
trap 'rm -f -- "$obj"; exit 130' INT TERM HUP

# give_up WHAT NEXT: the one message for a file that cannot be compiled.
give_up() {
    rm -f -- "$obj" "$dep" "$log"
    printf '%s: %s\n' "$src" "$1" >&2
    printf '%s\n' "$2" >&2
    exit 1
}

case $src in
solutions/*)
    missing="Take it from the repository again: git checkout -- $src"
    restore=$missing
    ;;
*)
    missing="\`make stubs LAB=$lab\` brings it back; no other file is touched."
    restore="\`make reset LAB=$lab\` brings the original back and saves this one."
    ;;
esac

# Whether the file can be source code at all. In the order of cost, so that nothing huge is read.
check_file() {
    [ -e "$src" ] || [ -h "$src" ] || give_up "there is no such file." "$missing"
    [ ! -d "$src" ] || give_up "this is a directory, not a $language file." \
        "Move it away, and then: $missing"
    [ -f "$src" ] || give_up "this is not a regular file." "$restore"
    [ -r "$src" ] || give_up "you may not read this file." "Try: chmod u+r '$src'"
    size=$(wc -c <"$src") || give_up "it cannot be read." "$restore"
    size=$((size))
    [ "$size" -gt 0 ] || give_up "the file is empty." "$restore"
    [ "$size" -le $max_bytes ] || give_up \
        "the file is larger than 1 MiB ($size bytes); a solution needs a few KiB." "$restore"
    zeros=$(LC_ALL=C tr -dc '\000' <"$src" | wc -c)
    [ "$((zeros))" -eq 0 ] || give_up "the file is binary: it holds zero bytes." \
        "If your editor saved it as UTF-16, save it as UTF-8. $restore"
    LC_ALL=C grep -q '[^[:space:]]' "$src" || give_up \
        "the file is empty but for blanks." "$restore"
}

# compile FLAGS...: the compiler's messages go to $log, in English and plain quotes or not: what
# is looked up in them below does not depend on the quotes.
compile() {
    (
        # shellcheck disable=SC3045 # dash and bash have it; elsewhere there is no limit
        ulimit -v "$((max_gib << 20))" 2>/dev/null
        LC_ALL=C.UTF-8 timeout --foreground -k 2 "${CC_LIMIT:-60}" \
            "${CC:-gcc}" "$@" "$limit" "-fdiagnostics-color=$color" \
            "$depend" -MP -MF "$dep" -MQ "$obj" -c "$src" -o "$new" 2>"$log"
    )
}

# show_log: the first lines of $log on stderr.
show_log() {
    # A file that includes itself has a chain of 200 lines above its error: three will do.
    LOG=$log MAX=$max_lines awk '
    /^compilation terminated/ { next }
    /^ +from / { if (++chain > 2) next }
    !/^ +from / { chain = 0 }
    ++n <= ENVIRON["MAX"]
    END {
        if (n > ENVIRON["MAX"])
            printf "... and %d more lines in %s\n", n - ENVIRON["MAX"], ENVIRON["LOG"]
    }' "$log" >&2
}

# plain_log: $log without the colours, for looking things up.
plain_log() {
    escape=$(printf '\033')
    sed "s/$escape\\[[0-9;]*[mK]//g" "$log"
}

# exercise_of FUNCTION: "exercise 5.4 (labs/.../lab05.h:91)", from the comment above its
# declaration in the contract; nothing if it is not declared there.
exercise_of() {
    [ -n "$header" ] || return 0
    FUNCTION=$1 HEADER=$header awk '
    /Exercise [0-9]/ {
        match($0, /Exercise [0-9]+\.[0-9]+/)
        exercise = substr($0, RSTART + 9, RLENGTH - 9)
    }
    $0 ~ ("(^|[^A-Za-z0-9_])" ENVIRON["FUNCTION"] "\\(") && !/^ *(\/?\*|\/\/)/ {
        if (exercise)
            printf "exercise %s (%s:%d)", exercise, ENVIRON["HEADER"], FNR
        exit
    }' "$header"
}

# explain: after the errors, what the first one means in the terms of the lab.
explain() {
    # The compiler says "In function 'f':" once, above the messages about f.
    where=$(plain_log | awk '
    { text = $0; gsub(/[^A-Za-z0-9_ .:-]+/, "|", text) } # quotes of any kind become bars
    /: In function / { # C gives the name alone, C++ also the type before it
        sub(/.*: In function \|/, "", text)
        sub(/\|.*/, "", text)
        sub(/.* /, "", text)
        inside = text
    }
    / error: / {
        if (match(text, /conflicting types for \|[A-Za-z0-9_]+/))
            print "type", substr(text, RSTART + 23, RLENGTH - 23)
        else if (match(text, /redefinition of \|(struct|enum|union) [A-Za-z0-9_]+/))
            print "twice", substr(text, RSTART + 17, RLENGTH - 17)
        else
            print "in", inside
        exit
    }')
    kind=${where%% *} what=${where#* }
    case $kind in
    type)
        printf 'The contract in %s gives the type of %s: copy its line from there.\n' \
            "$contract" "$what" >&2
        ;;
    twice)
        printf '%s has this %s already: delete the copy.\n' "$contract" "$what" >&2
        return
        ;;
    esac
    [ -z "$what" ] || exercise=$(exercise_of "$what")
    [ -z "${exercise:-}" ] || printf '%s is %s.\n' "$what" "$exercise" >&2
}

check_file
case $obj in */*) [ -d "${obj%/*}" ] || mkdir -p -- "${obj%/*}" || exit 1 ;; esac
# One at a time: `make watch` may be at work, and a make that is typed meanwhile.
if (: >>"$obj.lock") 2>/dev/null; then
    exec 9>"$obj.lock" && flock 9
fi
color=never
[ ! -t 2 ] || [ -n "${NO_COLOR:-}" ] || color=always
header=
for candidate in "${src%/*}/$contract" labs/"$lab"_*/"$contract"; do
    [ -z "$header" ] && [ -f "$candidate" ] && header=$candidate
done

case ${CC:-gcc} in
*clang*) limit=-ferror-limit=${CC_ERRORS:-3} ;;
*) limit=-fmax-errors=${CC_ERRORS:-3} ;;
esac

compile "$@"
rc=$?
if [ $rc -eq 0 ]; then
    mv -f -- "$new" "$obj" || give_up "the compiled $obj cannot be written." "Is there room left?"
    if [ -s "$log" ]; then
        show_log
    else
        rm -f -- "$log"
    fi
    exit 0
fi
case $rc in
124 | 137)
    give_up "the compiler was still busy after ${CC_LIMIT:-60} s, so it was stopped." \
        "Look for a macro or a table that grows without end."
    ;;
126 | 127)
    give_up "the compiler \"${CC:-gcc}\" cannot be run." "\`make deps\` installs what is missing."
    ;;
esac
[ -s "$log" ] || give_up "the compiler failed without a word." "Is there room left on the disk?"
if grep -qiE 'out of memory|memory exhausted|cannot allocate memory' "$log"; then
    give_up "the compiler needed more than $max_gib GiB of memory, so it was stopped." \
        "Look for a macro, a template or a table that grows without end."
fi
if grep -q 'File size limit exceeded' "$log"; then
    give_up "its compiled form is larger than may be, so the compiler was stopped." \
        "Look for an array with an initial value that is far too large."
fi
if grep -q 'No space left on device' "$log"; then
    give_up "there is no room on the disk for the compiled file." "Free some and try again."
fi
# Warnings that come first would push the errors off the screen: ask again for errors only.
if grep -q 'warning: ' "$log" && grep -q 'error: ' "$log"; then
    mv -f -- "$log" "$log.all"
    compile "$@" -w && mv -f -- "$log.all" "$log" # a warning that was made an error: show that
fi
show_log
explain
if grep -q 'Assembler messages' "$log"; then
    echo "The errors are in inline assembly (asm): what an exercise asks for is written in $language." >&2
fi
rm -f -- "$obj" "$dep"
printf '%s does not compile. Mend the first error above (others often follow from it), %s\n' \
    "$src" "save, and type: make $lab" >&2
exit 1
