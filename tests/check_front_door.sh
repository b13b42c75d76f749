#!/bin/sh
# The Makefile as its users meet it, in a copy of the tree whose path has spaces: parallel and
# incremental builds, what is remembered, and every kind of bad input.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
tree="$scratch/my copy of lowp"
mkdir "$tree"
(cd "$root" && cp -R Makefile *.mk Doxyfile labs solutions common grader plots tools tests "$tree") || exit 1
cd "$tree" || exit 1
unset LAB SOLUTION TEST SEED STRICT DIRECT SAN STEPS DATA V MAKELEVEL MFLAGS
student=labs/lab05_master_weights

restore() {
    rm -rf $student/lab05.c $student/lab05.cu $student/quiz.txt
    cp "$root"/solutions/lab05_master_weights/* $student/
}

builds_nothing() {
    ! make lab05 | grep -E '^  (cc|ar|ld) '
}

no_half_result() {
    [ "$(cat build/results/lab05.json)" = "$before" ] && [ -z "$(find build/results -name '*.tmp')" ]
}

run make grade
expect "grade before any lab was built says what to do" 2 "say which lab"
run make lab99
expect "an unknown lab as a goal: the labs are listed" 2 "there is no lab99" lab01 lab05
run make grade LAB=lab99
expect "an unknown LAB=: the labs are listed" 2 "there is no LAB=lab99" lab01 lab05
restore
run make -j4 lab05
expect "a parallel build in a path with spaces" 0 "lab05 is built"
run make grade
expect "grade grades the lab that was built" 0 "lab05: 100 of 100 points"
check "nothing touched, nothing rebuilt" builds_nothing
touch common/formats.h
run make lab05
expect "a header's change rebuilds what includes it" 0 "cc    common/formats.o" "cc    grader/check.o"
run make grade TEST=no_such_test
expect "an unknown TEST=: the tests are listed" 2 "no test is called no_such_test" quiz
run make grade SEED=banana
expect "a SEED= that is no number is refused" 2 "SEED=banana"
run make grade TEST=quiz SEED=7
expect "one test is replayed under its seed" 0 "seed 7" quiz "1 passed"
run make grade LAB=all SOLUTION=1 -j2
expect "all labs at once" 0 "lab01: 100 of 100" "lab05: 100 of 100"

printf 'size_t apply_bf16(uint16_t *w, const float *u, size_t n)\n{\n    return w[0] + u[0] + n\n}\n' >$student/lab05.c
run make lab05
expect "a syntax error: the compiler's line" 2 "lab05.c:3:"
printf '#include <stdint.h>\n' >$student/lab05.c
run make lab05 grade
expect "a file that lacks its functions costs their tests" 0 "your file does not define apply_bf16"
printf '#include "lab01.h"\nfloat other(void)\n{\n    return f32_from_f16(0);\n}\n' >labs/lab01_float_formats/lab01.c
run make lab01 grade
expect "one of the same name in common/ does not stand in for them" 0 "lab01: 0 of 100 points"
printf 'int apply_bf16(float x)\n{\n    return (int)x;\n}\n' >$student/lab05.c
run make lab05
expect "a function of another type is refused" 2 "conflicting types" "lab05.h"
: >$student/lab05.c
run make lab05
expect "an empty file is refused" 2 "empty"
printf 'a\000b' >$student/lab05.c
run make lab05
expect "a binary file is refused" 2 "binary"
rm $student/lab05.c && mkdir $student/lab05.c
run make lab05
expect "a directory is refused" 2 "directory"
rm -r $student/lab05.c
run make lab05
expect "a missing file: how to get it back" 2 "make stubs"
restore
run make lab05
sed -i '/^q2/d; s/^q1 .*/&\n&/' $student/quiz.txt
echo 'q77 = 1' >>$student/quiz.txt
run make grade
expect "quiz: unknown, missing and repeated keys" 0 "no question has this key" "second time" "q2: the key is missing"
head -c 100 /dev/zero >$student/quiz.txt
run make grade TEST=quiz
expect "quiz: a binary file" 0 "binary"
rm $student/quiz.txt && mkdir $student/quiz.txt
run make grade TEST=quiz
expect "quiz: a directory" 0 "cannot be read"
restore
run make grade STRICT=1
expect "STRICT=1 with full marks" 0 "100 of 100"
rm $student/quiz.txt
run make grade STRICT=1
expect "STRICT=1 below full marks" 2 "points"
restore

before=$(cat build/results/lab05.json)
if bwrap --dev-bind / / --size 4096 --tmpfs "$tree/build/results" true 2>/dev/null; then
    run bwrap --dev-bind / / --size 4096 --tmpfs "$tree/build/results" \
        sh -c 'head -c 4096 /dev/zero >build/results/full; make grade NO_BUBBLEWRAP=1; status=$?; ls -A build/results; exit $status'
    expect "a full disk: said so, exit status not 0" 2 "cannot write build/results/lab05.json" "No space left"
    check "a full disk: no half-written result" no_half_result
fi

# Criterion's sockets are in /tmp, and one that somebody else's run left there cannot be had: as here.
if bwrap --dev-bind / / --ro-bind /tmp /tmp --bind "$scratch_top" "$scratch_top" true 2>/dev/null; then
    run bwrap --dev-bind / / --ro-bind /tmp /tmp --bind "$scratch_top" "$scratch_top" \
        make grade STRICT=1 NO_BUBBLEWRAP=1
    expect "a grade without a socket in /tmp" 0 "100 of 100"
fi

run timeout 60 env --ignore-signal=CHLD build/grader/test_lab05 --library=build/labs/lab05.so \
    --worker=build/grader/worker/worker --quiz=$student/quiz.txt --strict
expect "a grade whose parent ignores SIGCHLD" 0 "100 of 100"

run make -B help
expect "make -B, which asks for a rule of every source" 0 "make grade"
echo lab99 >build/last-lab
run make help
expect "a lab that was built last and is gone since" 0 "make grade"
run make grade
expect "... and grade asks which" 2 "say which lab"
echo lab05 >build/last-lab
run make hint "TEST=it's"
expect "a quote in what was typed: hint" 2 "no hints for \"it?s\""
run make grade "TEST=it's"
expect "... grade" 2 "it's"
run make claim "N=3'"
expect "... claim" 2 "no claim N=3'"
run make run STEPS=1 "DATA=it's"
expect "... run" 2 "cannot use it's as text"
finish
