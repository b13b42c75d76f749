#!/bin/sh
# lint.sh - clang-format, clang-tidy with clang's own warnings, and cppcheck over what people wrote by hand;
# any finding is an error. (Doxygen's warnings are errors by the Doxyfile.) Called by `make lint`, in the
# project's folder:
#
#   tools/lint.sh [FILE...]
#
# Exit: 0 no finding, 1 some.
set -u

# Left to others: attacks are hostile by design, labs/ is cut from solutions/, headers come in with
# the sources that include them.
tidy() {
    file=$1
    lab=$(echo "$file" | sed -n 's|.*/\(lab[0-9][0-9]\)[/_.].*|\1|p')
    lab=${lab:-lab05}
    case $file in
    grader/adversary/* | labs/*/lab[0-9][0-9].c* | *.h) return 0 ;;
    tests/new_lab/*) return 0 ;; # it compiles where grader/new_lab.md puts it
    grader/runner/thunks.c | grader/lab*/* | tests/autograde/hidden/*)
        set -- "-DLAB=$lab" "-DLAB_HEADER=\"$lab.h\"" "-DLAB_DEF=\"grader/$lab/$lab.def\"" ;;
    solutions/*) set -- -include "$lab.h" ;;
    tests/gpu/*) set -- -Itests/gpu ;;
    tests/sweep_*) set -- -march=native ;;
    *) set -- ;;
    esac
    # An empty list in the place of "..." is C23, as __VA_OPT__ is.
    language="-std=gnu11 -Wall -Wextra -Wpedantic -Wno-gnu-zero-variadic-macro-arguments"
    checks=
    case $file in
    *.cpp) language='-std=c++17 -Wall -Wextra -Wpedantic -DSIMT_CHECKED' ;;
    */launch.cu | *lab[0-9][0-9].cu)
        language="-x c++ -std=c++17 -include common/simt/simt.h -include ${lab}_kernels.h"
        set -- ;;
    esac
    # Vectors have members that all may see, printf() an ellipsis, and a contract what one kernel needs not.
    case $file in
    *.cpp | *.cu) checks='--checks=-misc-non-private-member-variables-in-classes,-cert-dcl50-cpp,-misc-unused-parameters' ;;
    esac
    includes=$(printf ' -I%s' labs/lab[0-9][0-9]_*)
    # shellcheck disable=SC2086 # a list
    found=$(clang-tidy --quiet $checks "$file" -- $language -I. $includes "$@" 2>&1) && return 0
    echo "$found" | grep -v 'warnings\? generated'
    return 1
}

if [ "${1-}" = --tidy ]; then
    tidy "$2"
    exit
fi
bad=0
sources=${*:-$(find common grader labs solutions tests tools -name '*.[ch]' -o -name '*.cpp' -o -name '*.cu' | sort)}
# shellcheck disable=SC2086 # a list
clang-format --dry-run -Werror $sources || bad=1
# shellcheck disable=SC2086 # a list
printf '%s\n' $sources | grep -e '\.c$' -e '\.cpp$' -e '/lab[0-9_a-z]*/.*\.cu$' | xargs -r -P "$(nproc)" -n 1 "$0" --tidy || bad=1
if [ $# -eq 0 ]; then # one lab's names for all: which it is makes no difference to what cppcheck looks for
    # shellcheck disable=SC2046 # a list
    cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr -j "$(nproc)" \
        --error-exitcode=1 -I. $(printf ' -I%s' labs/lab[0-9][0-9]_*) -DLAB=lab05 '-DLAB_HEADER="lab05.h"' \
        '-DLAB_DEF="/dev/null"' common/*.c grader/*.c grader/oracles grader/runner grader/worker grader/autograde || bad=1
fi
[ $bad -eq 0 ] && echo "lint: no finding in $(echo "$sources" | wc -w) files"
exit $bad
