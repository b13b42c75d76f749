#!/bin/sh
# one_mutant.sh - compiles and grades one mutant. Called by mutation.sh, which says what there is to see:
#
#   one_mutant.sh LAB END NUMBER        END: c or cu; the mutant is build/trust/mutation/LAB/END/NUMBER.END
#
# It is compiled as a student's file is, but that no debugger needs to understand it, and tested until it loses a
# point: the kernels' tests for a kernel, else all others. What make mutation-LAB says of the compilers is in
# build/trust/LAB.flags.
# Prints END, NUMBER and the verdict, with tabs between: killed, survived, same (the machine code is the
# model's), or broken (it does not compile).
set -u
lab=$1 end=$2 number=$3
work=build/trust/mutation/$lab
mutant=$work/$end/m$number
# shellcheck source=/dev/null
. "build/trust/$lab.flags"

verdict() {
    printf '%s\t%s\t%s\n' "$end" "$number" "$1"
    [ "$number" = 0000 ] || rm -rf "$mutant" "$work/$end/$number.$end"
    exit 0
}

mkdir -p "$mutant" && mv "$work/$end/$number.$end" "$mutant/$lab.$end" || exit 1
compile_"$end" "$mutant/$lab.$end" "$mutant/$end.o" >"$mutant/log" 2>&1 || verdict broken
[ "$number" = 0000 ] || ! cmp -s "$mutant/$end.o" "$work/$end/m0000/$end.o" || verdict same
link_"$end" "$mutant/$end.o" "$mutant/$lab.so" >>"$mutant/log" 2>&1 || verdict broken
timeout -k 5 120 "build/grader/test_$lab" --library="$mutant/$lab.so" --worker=build/grader/worker/worker \
    --quiz=/dev/null --fork --no-bubblewrap --strict --until-lost --again="$(cat "build/trust/$lab.$end.tests")" \
    >>"$mutant/log" 2>&1
case $? in
0) verdict survived ;;
1) verdict killed ;;
*) cat "$mutant/log" >&2 && exit 1 ;;
esac
