#!/bin/sh
# stubs.sh - cuts the students' files in labs/ out of the solutions. Called by `make stubs`, `make
# reset`, the tests and the handout; run it from anywhere. In a handout, where no solutions are, it takes
# prebuilt/stubs in their place: those are cut already, and the cut of a cut is the same text.
#
#   tools/stubs.sh [LAB...]         write labs/labNN_name/{labNN.c,labNN.cu,quiz.txt}
#   tools/stubs.sh --check [LAB...] write nothing; exit 1 and show where labs/ differs from the cut
#   tools/stubs.sh --cut FILE       print the cut of one file
#
# LAB is lab05, lab05_master_weights or all. What is cut:
#   - in C and CUDA files, the lines from `// BEGIN SOLUTION` to `// END SOLUTION`. Lines
#     `// STUB: code` between them come out as `code`, indented like BEGIN;
#   - in quiz.txt, what follows the `=` of a `key = answer` line.
#
# A file that somebody edited is kept. A file counts as untouched when it is
#   1. the cut of the solution as it is now (nothing to do),
#   2. a stub that this script wrote or met before (hashes in build/stubs/), or
#   3. the cut of a version of the solution that git has. Comparing with the committed *stub* would
#      be wrong: a student may have committed work in that very file.
# FORCE=1 replaces edited files too, after a backup: labNN.c.bak-YYYYmmdd-HHMMSS beside them.
# Exit: 0 done (files kept are no failure), 1 different or failed, 2 wrong usage.
set -u

caller=$PWD
cd "$(dirname "$0")/.." || exit 1
record_dir=build/stubs
from=solutions # or what was cut from them
[ -d $from ] || from=prebuilt/stubs
history_depth=50 # versions of a solution that are looked up in git
temp=

cleanup() {
    [ -z "$temp" ] || rm -f -- "$temp"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

say() {
    printf 'stubs: %s\n' "$*"
}

complain() {
    printf 'stubs: %s\n' "$*" >&2
}

# The two cutting rules. Both read stdin, name the file in messages by $1, and print nothing at
# all when a marker is wrong: half a cut could hold half a solution.
cut_code() {
    NAME=$1 awk '
    function wrong(line, what) {
        printf "%s:%d: error: %s\n", ENVIRON["NAME"], line, what > "/dev/stderr"
        bad = 1
    }
    function put(text) { out[++n] = text }
    /BEGIN SOLUTION/ {
        if ($0 !~ /^[ \t]*\/\/ BEGIN SOLUTION[ \t]*$/)
            wrong(FNR, "a marker stands alone on its line, as: // BEGIN SOLUTION")
        else if (begin)
            wrong(FNR, "BEGIN SOLUTION inside the block that begins at line " begin)
        else {
            begin = FNR
            before = n
            match($0, /^[ \t]*/)
            indent = substr($0, 1, RLENGTH)
        }
        next
    }
    /END SOLUTION/ {
        if ($0 !~ /^[ \t]*\/\/ END SOLUTION[ \t]*$/)
            wrong(FNR, "a marker stands alone on its line, as: // END SOLUTION")
        else if (!begin)
            wrong(FNR, "END SOLUTION without a BEGIN SOLUTION above it")
        else {
            begin = 0
            emptied = (n == before && (n == 0 || out[n] ~ /^[ \t]*$/))
        }
        next
    }
    /\/\/[ \t]*STUB:/ {
        if (!begin)
            wrong(FNR, "STUB line outside BEGIN SOLUTION ... END SOLUTION")
        else if (!match($0, /^[ \t]*\/\/ STUB:/))
            wrong(FNR, "a stub line is written as: // STUB: code")
        else {
            code = substr($0, RLENGTH + 1)
            sub(/^ /, "", code)
            put(code == "" ? "" : indent code)
        }
        next
    }
    begin { next }
    emptied && /^[ \t]*$/ { next } # a block that leaves nothing leaves no second blank line either
    { emptied = 0; put($0) }
    END {
        if (begin)
            wrong(begin, "BEGIN SOLUTION without an END SOLUTION below it")
        if (bad)
            exit 1
        for (i = 1; i <= n; i++)
            print out[i]
    }'
}

cut_quiz() {
    NAME=$1 awk '
    function wrong(what) {
        printf "%s:%d: error: %s\n", ENVIRON["NAME"], FNR, what > "/dev/stderr"
        bad = 1
    }
    /^[ \t]*(#.*)?$/ { out[++n] = $0; next }
    /^[ \t]*[A-Za-z0-9_]+[ \t]*=/ {
        key = $0
        sub(/[ \t]*=.*/, "", key)
        sub(/^[ \t]*/, "", key)
        if (key in seen)
            wrong("key " key " stands at line " seen[key] " already")
        seen[key] = FNR
        out[++n] = key " ="
        next
    }
    { wrong("neither a # comment nor a line: key = answer") }
    END {
        if (bad)
            exit 1
        for (i = 1; i <= n; i++)
            print out[i]
    }'
}

# cut NAME <text: by the kind of file that NAME is.
cut_as() {
    case $1 in
    quiz.txt | */quiz.txt) cut_quiz "$1" ;;
    *) cut_code "$1" ;;
    esac
}

cut_file() {
    cat -- "$1" | cut_as "$1"
}

hash_of() {
    sha256sum <"$1" | cut -d ' ' -f 1
}

# remember TARGET HASH: notes that a file with this hash is a stub and nobody's work.
remember() {
    record=$record_dir/${1#labs/}.sha256
    [ -f "$record" ] && grep -qx "$2" "$record" && return 0
    if ! { mkdir -p "${record%/*}" && printf '%s\n' "$2" >>"$record"; }; then
        complain "could not note the stub in $record (no room, or no permission?)"
    fi
}

# Is FILE ($2) the cut of one of the versions of SOLUTION ($1) that git keeps?
cut_of_old_solution() {
    command -v git >/dev/null 2>&1 || return 1
    want=$(hash_of "$2")
    for commit in $(git log --format=%H -n "$history_depth" -- "$1" 2>/dev/null); do
        old=$(git show "$commit:./$1" 2>/dev/null | cut_as "$1" 2>/dev/null | sha256sum)
        [ "${old%% *}" != "$want" ] || return 0
    done
    return 1
}

# untouched SOLUTION TARGET: may TARGET be replaced without asking?
untouched() {
    [ -f "$2" ] || return 1
    record=$record_dir/${2#labs/}.sha256
    if [ -f "$record" ] && grep -qx "$(hash_of "$2")" "$record"; then
        return 0
    fi
    cut_of_old_solution "$1" "$2"
}

# back_up TARGET: moves it to a name that nothing has, and says so. `ln` fails on a name that is
# taken, so two runs cannot overwrite each other's backup; directories and file systems without
# hard links are moved instead.
back_up() {
    stamp=$1.bak-$(date +%Y%m%d-%H%M%S)
    backup=$stamp
    i=2
    while [ -e "$backup" ] || [ -h "$backup" ]; do
        backup=$stamp-$i
        i=$((i + 1))
    done
    if { [ ! -d "$1" ] && ln -- "$1" "$backup" 2>/dev/null; } || mv -n -- "$1" "$backup"; then
        say "$1: your version is saved as $backup"
    else
        complain "$1: no backup could be written, so it is kept as it is"
        return 1
    fi
}

# write_stub SOLUTION TARGET: 0 done or kept, 1 failed. Counts in $written, $same and $kept.
write_stub() {
    temp=${2%/*}/.${2##*/}.new.$$
    mkdir -p "${2%/*}" || return 1
    if ! cut_file "$1" >"$temp"; then
        complain "$2 not written: see the error above (or the disk is full)"
        cleanup
        return 1
    fi
    hash=$(hash_of "$temp")
    if [ -f "$2" ] && cmp -s -- "$temp" "$2"; then
        cleanup
        remember "$2" "$hash"
        same=$((same + 1))
        return 0
    fi
    if [ -e "$2" ] || [ -h "$2" ]; then
        if ! untouched "$1" "$2"; then
            if [ "$force" = no ]; then
                lab=${2#labs/}
                say "$2 kept: it was edited. \`make reset LAB=${lab%%_*}\` replaces it" \
                    "and saves your version"
                cleanup
                kept=$((kept + 1))
                return 0
            fi
            back_up "$2" || { cleanup; return 1; }
        fi
    fi
    if ! mv -f -- "$temp" "$2"; then
        cleanup
        return 1
    fi
    temp=
    remember "$2" "$hash"
    say "$2 written"
    written=$((written + 1))
}

# check_stub SOLUTION TARGET: shows the difference, if there is one.
check_stub() {
    temp=$(mktemp) || return 1
    if ! cut_file "$1" >"$temp"; then
        cleanup
        return 1
    fi
    if [ ! -f "$2" ]; then
        complain "$2 is missing: \`make stubs\` writes it"
    elif cmp -s -- "$temp" "$2"; then
        cleanup
        same=$((same + 1))
        return 0
    else
        complain "$2 is not the cut of $1:"
        diff -U 1 --label "$2" --label "cut of $1" -- "$2" "$temp" | head -n 40 >&2
    fi
    cleanup
    return 1
}

# each_file write|check: all files of the labs that were asked for. Fails if one failed.
each_file() {
    rc=0
    for dir in "$from"/lab[0-9][0-9]_*/; do
        dir=${dir%/}
        name=${dir##*/}
        nn=${name%%_*}
        case " $labs_wanted " in
        '  ' | *' all '* | *" $name "* | *" $nn "*) ;;
        *) continue ;;
        esac
        if [ ! -f "$dir/$nn.c" ]; then
            complain "$dir/$nn.c is missing: there is nothing to cut"
            rc=1
        fi
        for file in "$nn.c" "$nn.cu" quiz.txt; do
            if [ -f "$dir/$file" ]; then
                if [ "$1" = check ]; then
                    check_stub "$dir/$file" "labs/$name/$file" || rc=1
                else
                    write_stub "$dir/$file" "labs/$name/$file" || rc=1
                fi
            elif [ "$1" = check ] && [ "$file" != "$nn.c" ] && [ -e "labs/$name/$file" ]; then
                complain "labs/$name/$file has no counterpart in $dir"
                rc=1
            fi
        done
    done
    return $rc
}

unknown_lab() {
    complain "there is no lab $1. The labs:"
    for dir in "$from"/lab[0-9][0-9]_*/; do
        dir=${dir%/}
        complain "  ${dir##*/}"
    done
    exit 2
}

need_solutions() {
    [ -d "$from" ] && return
    complain "this tree has neither solutions/ nor prebuilt/stubs, so there are no stubs here:" \
        "take the file from the handout again"
    exit 1
}

lab_exists() {
    [ "$1" != all ] || return 0
    for dir in "$from/$1" "$from/$1"_*; do
        [ ! -d "$dir" ] || return 0
    done
    return 1
}

usage() {
    complain "$1"
    complain "usage: tools/stubs.sh [--check] [LAB...]   or   tools/stubs.sh --cut FILE"
    exit 2
}

main() {
    action='write'
    labs_wanted=''
    while [ $# -gt 0 ]; do
        case $1 in
        --check) action='check' ;;
        --cut)
            [ $# -eq 2 ] || usage "--cut takes one file"
            cd "$caller" || exit 1
            [ -f "$2" ] || usage "there is no file $2"
            cut_file "$2"
            exit
            ;;
        -*) usage "unknown option $1" ;;
        ?*)
            need_solutions
            lab_exists "$1" || unknown_lab "$1"
            labs_wanted="$labs_wanted${labs_wanted:+ }$1"
            ;;
        esac
        shift
    done
    need_solutions
    case ${FORCE:-} in
    '' | 0 | no) force=no ;;
    *) force=yes ;;
    esac
    written=0 same=0 kept=0
    each_file "$action"
    rc=$?
    [ "$action" = write ] && say "$written written, $same up to date, $kept kept"
    [ "$action" = check ] && [ $rc -eq 0 ] && say "labs/ is the cut of solutions/ ($same files)"
    exit $rc
}

main "$@"
