#!/bin/sh
# check_stubs.sh - labs/ is the cut of solutions/, and tools/stubs.sh loses nobody's work.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"

# -------------------------------------------------------------------- the real tree
check_real_tree() {
    cd "$root" || exit 1
    check "labs/ is the cut of solutions/" tools/stubs.sh --check
    for real in solutions/lab[0-9][0-9]_*/lab[0-9][0-9].c solutions/lab[0-9][0-9]_*/lab[0-9][0-9].cu; do
        [ -e "$real" ] || continue
        cut="$scratch/${real##*/}"
        lab=${real%/*}
        tools/stubs.sh --cut "$real" >"$cut"
        # Every stub names an exercise, and a TODO with its id and size stands in the file.
        run awk '
        /TODO\(lab[0-9]+\.[0-9]+, about [0-9]+ lines?\)/ {
            match($0, /lab[0-9]+\.[0-9]+/)
            todo[substr($0, RSTART, RLENGTH)] = 1
        }
        match($0, /todo[a-z0-9_]*\("[^"]*"\)/) {
            id = substr($0, RSTART, RLENGTH)
            gsub(/^[^"]*"|"\)$/, "", id)
            called[id] = FNR
            n++
        }
        END {
            for (id in called)
                if (!(id in todo)) {
                    print FILENAME ":" called[id] ": no TODO(" id ", about N lines)"
                    bad = 1
                }
            if (!n) { print FILENAME ": no stub in it"; bad = 1 }
            exit bad
        }' "$cut"
        expect "the cut of $real: every stub has its TODO" 0
        lab=${lab#solutions/}
        if [ "${real%.cu}" != "$real" ]; then
            check "the cut of $real compiles without a warning" "${CXX:-g++}" -x c++ -std=c++17 -O2 \
                -Wall -Wextra -Wno-unused-parameter -Wno-unknown-pragmas -Werror -I. -I"labs/$lab" \
                -include common/simt/simt.h -include "${lab%%_*}_kernels.h" -c "$cut" \
                -o "$scratch/stub.o"
        elif command -v "${CC:-gcc}" >/dev/null 2>&1; then
            check "the cut of $real compiles without a warning" "${CC:-gcc}" -std=c11 -O2 \
                -ffp-contract=off -Wall -Wextra -Wno-unused-parameter -Werror \
                -I. -I"labs/$lab" -c "$cut" -o "$scratch/stub.o"
        fi
    done
}

# -------------------------------------------------------------------- a tree of our own
make_tree() {
    rm -rf "$scratch/tree"
    mkdir -p "$scratch/tree/tools" "$scratch/tree/labs/lab77_sample" \
        "$scratch/tree/solutions/lab77_sample"
    cd "$scratch/tree" || exit 1
    cp "$root/tools/stubs.sh" tools/
    write_solution 'return x + 1;'
    cat >"$solution/quiz.txt" <<'END'
# q1: two and two?
q1 = 4

# q2: a word
  q2=four = vier
END
}
solution=solutions/lab77_sample
stub=labs/lab77_sample/lab77.c

write_solution() {
    cat >"$solution/lab77.c" <<END
#include "lab77.h"

// BEGIN SOLUTION
static int helper;
// END SOLUTION

// TODO(lab77.1, about 1 line): add one.
int next(int x)
{
    // BEGIN SOLUTION
    // STUB: if (x)
    // STUB:     todo("lab77.1 \\\\n");
    $1
    // END SOLUTION
}
END
}

write_expected() {
    cat >"$scratch/expected.c" <<'END'
#include "lab77.h"

// TODO(lab77.1, about 1 line): add one.
int next(int x)
{
    if (x)
        todo("lab77.1 \\n");
}
END
    printf '# q1: two and two?\nq1 =\n\n# q2: a word\nq2 =\n' >"$scratch/expected.txt"
}

check_cutting() {
    make_tree
    write_expected
    run tools/stubs.sh
    expect "missing files are written" 0 "$stub written" "2 written"
    check "a solution is replaced by its stub lines" cmp "$stub" "$scratch/expected.c"
    check "quiz answers are cut" cmp labs/lab77_sample/quiz.txt "$scratch/expected.txt"
    run tools/stubs.sh --cut "$solution/lab77.c"
    expect "--cut prints the cut" 0 'todo("lab77.1'
    touch -d 2001-01-01 "$stub"
    run tools/stubs.sh lab77
    expect "a second run finds nothing to do" 0 "0 written, 2 up to date"
    run find "$stub" -newermt 2002-01-01
    check "and does not touch the file" test ! -s "$scratch_top/output"
    run tools/stubs.sh --check lab77_sample
    expect "--check agrees" 0
    echo '// mine' >>"$stub"
    run tools/stubs.sh --check
    expect "--check shows a difference" 1 "is not the cut of" "-// mine"
    rm "$stub"
    run tools/stubs.sh --check
    expect "--check names a missing file" 1 "$stub is missing"
    run tools/stubs.sh lab78
    expect "an unknown lab gets the list" 2 "no lab lab78" "lab77_sample"
    run tools/stubs.sh --chekc
    expect "an unknown option gets the usage" 2 "usage:"
}

check_edited() {
    make_tree
    tools/stubs.sh >/dev/null
    echo '// first' >>"$stub"
    run tools/stubs.sh
    expect "an edited file is kept" 0 "$stub kept" "make reset LAB=lab77" "1 kept"
    check "with its edit" grep -q '// first' "$stub"
    run env FORCE=1 tools/stubs.sh
    expect "FORCE=1 replaces it" 0 "saved as $stub.bak-" "$stub written"
    check "after a backup" grep -q '// first' "$stub".bak-*
    echo '// second' >>"$stub"
    env FORCE=1 tools/stubs.sh >/dev/null
    echo '// third' >>"$stub"
    env FORCE=1 tools/stubs.sh >/dev/null
    run cat "$stub".bak-*
    expect "backups of one second live side by side" 0 '// first' '// second' '// third'
    rm -f "$stub"
    mkdir "$stub"
    echo precious >"$stub/file"
    run tools/stubs.sh
    expect "a directory in its place is kept" 0 "$stub kept"
    run env FORCE=1 tools/stubs.sh
    expect "and moved aside by FORCE=1" 0 "$stub written"
    check "with what is in it" grep -rq precious labs
    run find labs solutions -name '.*.new.*'
    check "no temporary file is left" test ! -s "$scratch_top/output"
}

check_changed_solution() {
    make_tree
    tools/stubs.sh >/dev/null
    write_solution 'return 1 + x; // STUB: x'
    sed -i 's/about 1 line/about 2 lines/' "$solution/lab77.c"
    run tools/stubs.sh
    expect "a marker in the middle of a line is an error" 1 "lab77.c:13: error: a stub line"
    write_solution 'return 1 + x;'
    sed -i 's/about 1 line/about 2 lines/' "$solution/lab77.c"
    run tools/stubs.sh
    expect "an untouched stub follows its solution" 0 "$stub written"
    rm -rf build
    sed -i 's/about 2 lines/about 3 lines/' "$solution/lab77.c"
    run tools/stubs.sh
    expect "without build/ and git, a file that differs is kept" 0 "$stub kept"
}

check_git() {
    if ! command -v git >/dev/null 2>&1; then
        echo "skip: git is not there: three checks"
        return
    fi
    make_tree
    tools/stubs.sh >/dev/null
    commit() {
        HOME=$scratch GIT_CONFIG_NOSYSTEM=1 git -c user.name=t -c user.email=t@example.org \
            -c init.defaultBranch=main "$@" >/dev/null 2>&1
    }
    commit init
    commit add labs solutions
    commit commit -m stubs
    rm -rf build
    run tools/stubs.sh
    expect "a fresh clone is up to date" 0 "2 up to date"
    rm -rf build
    sed -i 's/about 1 line/about 4 lines/' "$solution/lab77.c"
    run tools/stubs.sh
    expect "a stub that git knows follows its solution" 0 "$stub written"
    rm -rf build
    commit commit -am "new stubs"
    echo '// homework' >>"$stub"
    commit commit -am "my work"
    sed -i 's/about 4 lines/about 5 lines/' "$solution/lab77.c"
    run tools/stubs.sh
    expect "work that a student committed is kept" 0 "$stub kept"
}

# malformed WHAT MESSAGE: the solution on stdin is refused and the stub stays as it was.
malformed() {
    cat >"$solution/lab77.c"
    run tools/stubs.sh
    expect "$1" 1 "$solution/lab77.c:$2"
    check "  and the stub stays" cmp "$stub" "$scratch/expected.c"
}

check_malformed() {
    make_tree
    tools/stubs.sh >/dev/null
    printf 'a\n// BEGIN SOLUTION\nb\n' | malformed "BEGIN without END" "2: error: BEGIN"
    printf '// END SOLUTION\n' | malformed "END without BEGIN" "1: error: END"
    printf '// BEGIN SOLUTION\n// BEGIN SOLUTION\n// END SOLUTION\n' |
        malformed "nested blocks" "2: error: BEGIN SOLUTION inside the block that begins at line 1"
    printf '// STUB: x\n' | malformed "a STUB line outside" "1: error: STUB"
    printf '//BEGIN SOLUTION\n// END SOLUTION\n' | malformed "a sloppy marker" "1: error: a marker"
    write_solution 'return x + 1;'
    printf 'q1 = 4\nanswer\nq1 = 5\n' >"$solution/quiz.txt"
    run tools/stubs.sh
    expect "a malformed quiz" 1 "quiz.txt:2: error" "quiz.txt:3: error: key q1 stands at line 1"
}

[ -d "$root/solutions" ] || skip_all "this tree has no solutions/"
check_real_tree
check_cutting
check_edited
check_changed_solution
check_git
check_malformed
finish
