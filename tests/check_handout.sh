#!/bin/sh
# check_handout.sh - `make handout` gives away no answer and grades as the workbook does, anywhere it is
# unpacked; `make submit` packs what a student edits and nothing else. `make test` has built the rest.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
unset LAB SOLUTION TEST SEED STRICT DIRECT SAN STEPS DATA GPU OUT V MAKELEVEL MFLAGS
build=${BUILD:-build}
machine=$(uname -m)
cd "$root" || exit 1

# -------------------------------------------------------------------- what is in it
# lines_of FILE...: lines of these that are long enough to be known again, without their indentation.
lines_of() {
    sed 's/^[[:space:]]*//; s/[[:space:]]*$//' "$@" | awk 'length >= 30' | sort -u
}
# answers: the lines that must not be in a handout: those between the solutions' markers, and the
# grader's sources. Lines that stand in given files as well give nothing away.
answers() {
    {
        awk '/END SOLUTION/ { inside = 0 } inside && !/STUB:/ { print } /BEGIN SOLUTION/ { inside = 1 }' \
            solutions/*/*.c solutions/*/*.cu
        cat solutions/*/exercises.md
        find grader common \( -name '*.c' -o -name '*.cpp' -o -path 'grader/*.h' -o -name '*.def' \) -exec cat {} +
    } >"$scratch/sources"
    awk '/BEGIN SOLUTION/ { inside = 1 } !inside { print } /END SOLUTION/ { inside = 0 }' \
        solutions/*/*.c solutions/*/*.cu >"$scratch/given.c"
    lines_of "$scratch/given.c" labs/*/*.h labs/*/experiment.c labs/*/launch.cu labs/*/*.md common/*.h \
        common/*.cu common/*.cuh common/simt/*.h course.md tools/*.c >"$scratch/given"
    lines_of "$scratch/sources" | grep -vxF -f "$scratch/given"
}
# A text is compared by the line, a program searched through.
tells_nothing() {
    find "$1" -type f ! -path "$1/prebuilt/*" ! -name "*.png" -exec cat {} + >"$scratch/texts"
    cat "$1"/prebuilt/stubs/*/* >>"$scratch/texts"
    ! lines_of "$scratch/texts" | grep -xF -f "$scratch/answers" &&
        ! LC_ALL=C grep -raFl -f "$scratch/answers" "$1/prebuilt"
}
no_debug_information() {
    find "$1/prebuilt" -type f \( -name '*.o' -o -name '*.a' -o -perm -100 \) >"$scratch/objects"
    while IFS= read -r object; do
        ! readelf -SW "$object" 2>&1 | grep -F .debug_ || return 1
    done <"$scratch/objects"
    [ -s "$scratch/objects" ] && ! LC_ALL=C grep -rlF -e "$root" "$1"
}
only_given_sources() {
    (cd "$1" && find . -name '*.c' -o -name '*.cpp' -o -name '*.def' -o -name '*.py' -o -name '.git') |
        grep -vE '^\./(labs/lab[0-9_a-z]*/(lab[0-9]+|experiment)\.c|prebuilt/stubs/lab[0-9_a-z]*/lab[0-9]+\.c|tools/(device_probe|claims[a-z_]*)\.c)$'
    [ $? -eq 1 ] && ! ls -d "$1"/solutions "$1"/grader "$1"/tests "$1"/.ci 2>/dev/null
}

run make handout OUT="$scratch/one"
expect "make handout" 0 "lowp-handout-$machine.tar.gz"
run make handout OUT="$scratch/two"
archive="$scratch/one/lowp-handout-$machine.tar.gz"
check "made twice, it is the same to the byte" cmp "$archive" "$scratch/two/lowp-handout-$machine.tar.gz"
mkdir "$scratch/my course"
check "it unpacks" tar -xzf "$archive" -C "$scratch/my course"
tree="$scratch/my course/lowp-handout"
answers >"$scratch/answers"
check "the lines looked for are thousands, and found where they are" \
    sh -c '[ "$(wc -l <"$1")" -gt 5000 ] && grep -qF -f "$1" solutions/lab05*/lab05.cu grader/lab05/draw.h' sh "$scratch/answers"
check "no line of a solution or of the grader is in it" tells_nothing "$tree"
cp solutions/lab05_master_weights/lab05.c "$tree/labs/lab05_master_weights/"
run tells_nothing "$tree"
expect "and would be found if it were" 1 "uint16_t"
cp "$tree/prebuilt/stubs/lab05_master_weights/lab05.c" "$tree/labs/lab05_master_weights/"
check "nor are sources of trusted code" only_given_sources "$tree"
check "nor what a debugger would read of them" no_debug_information "$tree"
run grep -rhE '^ *[a-z0-9_]+ *= *[^ ]' "$tree"/labs/*/quiz.txt "$tree"/prebuilt/stubs/*/quiz.txt
expect "nor answers of a quiz" 1
run make handout LAB=lab05 OUT="$scratch/alone"
check "of one lab it has that lab" test "$(ls "$scratch/alone/lowp-handout/labs")" = lab05_master_weights

# -------------------------------------------------------------------- it grades as the workbook does
# same LAB FOLDER LIBRARY QUIZ WHAT: the handout's report is the workbook's.
same() {
    "$root/$build/grader/test_$1" --library="$root/$build/$3" --worker="$root/$build/grader/worker/worker" \
        --quiz="$4" --source="labs/$2" >"$scratch/expected" 2>&1
    run make grade LAB="$1"
    cmp -s "$scratch/expected" "$scratch_top/output" || status=1
    expect "$1: with $5 the report is the workbook's" 0 "$6 of 100 points"
}
cd "$tree" || exit 1
labs=$(cd "$root/labs" && ls -d lab[0-9][0-9]_*)
goals=$(echo "$labs" | sed 's/_.*//')
# shellcheck disable=SC2086 # a list
run make -j2 $goals
expect "every lab is built from its stub" 0 "lab01 is built" "lab05 is built"
check "nothing else is built" sh -c '! grep -E "^  (cc|c\+\+|ar|ld) " "$1"' sh "$scratch_top/output"
for name in $labs; do
    lab=${name%%_*}
    same "$lab" "$name" "stubs/$lab.so" "$tree/prebuilt/stubs/$name/quiz.txt" "its stub" "$lab: 0"
done
for name in $labs; do
    cp "$root/solutions/$name"/* "labs/$name/"
done
# shellcheck disable=SC2086 # a list
run make -j2 $goals
for name in $labs; do
    lab=${name%%_*}
    same "$lab" "$name" "solutions/$lab.so" "$root/solutions/$name/quiz.txt" "the model solution" "$lab: 100"
done
run make grade LAB=lab05 SAN=1
expect "SAN=1 and DIRECT=1" 0 "lab05: 100 of 100 points" "This is not a score"
run make grade LAB=lab05 TEST=kernel_warp SEED=7
expect "one test under its seed" 0 "seed 7" "1 passed"

# -------------------------------------------------------------------- the other targets
run make help
expect "help lists what there is" 0 "make grade" "make submit"
check "and nothing else" sh -c '! grep -E "make (test|demo|lint|bench|handout|autograde|gpu-check)" "$1"' sh "$scratch_top/output"
run make test
expect "another target says why it is not there" 2 "This is the handout: test needs"
run make grade SOLUTION=1
expect "so does SOLUTION=1" 2 "the model solutions are not in the handout"
run make plot LAB=lab05 SOLUTION=1
expect "but their curves are" 0 "build/figures/solutions/lab05_loss.png"
run make run LAB=lab05 STEPS=20
expect "run" 0 "bf16_master"
run make plot LAB=lab05
expect "plot" 0 "build/figures/lab05_loss.png"
run make hint LAB=lab05 TEST=quiz
expect "hint" 0 "step 1 of 3"
run make watch LAB=lab05 ONCE=1
expect "watch, once" 0 "lab05: 100 of 100 points" "Everything passes. Next: make "
watch_the_lab() { # its kernels break, and are mended
    : >"$scratch/watched"
    make watch LAB=lab05 </dev/null >>"$scratch/watched" 2>&1 &
    watcher=$!
    until_verdict "100 of 100" && echo '(' >>labs/lab05_master_weights/lab05.cu &&
        until_verdict "lab05.cu saved" "lab05.cu:.*error" "FAIL .*kernel_" &&
        cp "$root/solutions/lab05_master_weights/lab05.cu" labs/lab05_master_weights/ && until_verdict "100 of 100"
    seen=$?
    kill $watcher
    wait $watcher
    for process in /proc/[0-9]*; do # a make that is killed leaves nobody watching
        ! tr '\0' ' ' 2>/dev/null <"$process/cmdline" | grep -q 'tools/watch.sh' ||
            [ "$(readlink "$process/cwd")" != "$tree" ] || seen=1
    done
    return $seen
}
until_verdict() { # PATTERN...: within half a minute, and then what was said is forgotten
    for pattern; do
        for _ in $(seq 300); do
            grep -q -e "$pattern" "$scratch/watched" && continue 2
            sleep 0.1
        done
        return 1
    done
    : >"$scratch/watched"
}
check "watch, save by save" watch_the_lab
built_and_graded() { # FILE: four times
    for _ in 1 2 3 4; do
        touch labs/lab05_master_weights/lab05.c labs/lab05_master_weights/lab05.cu
        make lab05 grade LAB=lab05 2>&1
    done >"$1"
}
two_at_once() {
    built_and_graded "$scratch/typed" &
    built_and_graded "$scratch/meanwhile"
    wait $!
    grep -hv '100 of 100 points' "$scratch/typed" "$scratch/meanwhile" >"$scratch_top/output"
    [ "$(cat "$scratch/typed" "$scratch/meanwhile" | grep -c '100 of 100 points')" -eq 8 ]
}
check "a make that is typed while another is at work on the lab" two_at_once
run make progress
expect "progress" 0 "lab05  ####################" "1 hint " "next: make "
cp -R prebuilt/runs/* build/runs/ # as if all experiments had been run
run make report
expect "report" 0 "build/report.html: open it"
check "with every lab and every drawing" sh -c '[ "$(grep -c "<section id=\"lab" build/report.html)" -ge 7 ] &&
    [ "$(grep -c "<svg role=\"img\" viewBox" build/report.html)" -eq "$(ls plots/lab*.gp | wc -l)" ]'
run make claim
expect "claim lists the claims" 0 "8-bit Adam saves 50%"
run make claim N=4
expect "and computes one" 0 "w = 1e-5" "moved"
run make preflight PARAMS=1e6
expect "preflight" 0 "Processor: " "A model of 1e6 parameters"
run make stubs
expect "stubs keeps what was edited" 0 "lab05.c kept"
run make reset LAB=lab05
expect "reset brings it back" 0 "saved as labs/lab05_master_weights/lab05.c.bak-" "lab05.c written"
check "as it was" cmp labs/lab05_master_weights/lab05.c prebuilt/stubs/lab05_master_weights/lab05.c
run make doctor
expect "doctor" 0 "grader             prebuilt, for $machine"
echo riscv >prebuilt/machine
run make doctor
expect "doctor on another kind of machine" 2 "built for riscv"
rm -f build/deps.ok
run make lab05
expect "and make there" 2 "this handout was built for riscv, and this machine is $machine"
echo "$machine" >prebuilt/machine

if bwrap --dev-bind / / true 2>/dev/null; then
    mkdir "$scratch/room"
    elsewhere="$scratch/elsewhere"
    mkdir "$elsewhere"
    run bwrap --dev-bind / / --ro-bind "$tree" "$elsewhere" --bind "$scratch/room" "$elsewhere/build" \
        --chdir "$elsewhere" sh -c 'make READY= lab05 && make READY= grade NO_BUBBLEWRAP=1 && ! touch here'
    expect "read-only, elsewhere, with a build/ of its own" 0 "lab05 is built" "lab05: 0 of 100" "Read-only file system"
fi

# -------------------------------------------------------------------- make submit
packed() {
    tar -tzf "$1" | sort | tr '\n' ' '
}
folder=labs/lab05_master_weights
run make submit LAB=lab05
expect "submit says what is untouched" 0 "$folder/lab05.c is still as you got it" "quiz.txt is still as you got it"
cp "$root/solutions/lab05_master_weights"/* $folder/
echo '// more' >>$folder/lab05.c
run make submit LAB=lab05
expect "and that files changed since they were graded" 0 "has changed since the last grade"
run make lab05 grade
run make submit LAB=lab05
expect "and the last score" 0 "100 of 100 points" "lab05-submission.tar.gz: lab05.c, lab05.cu, quiz.txt, manifest.json"
check "and nothing to worry about" sh -c '! grep -E "still|compile|changed" "$1"' sh "$scratch_top/output"
first=build/submit/lab05-submission.tar.gz
check "it holds the files and no other" \
    test "$(packed $first)" = "lab05/ lab05/lab05.c lab05/lab05.cu lab05/manifest.json lab05/quiz.txt "
run tar -xzOf $first lab05/manifest.json
expect "the manifest: lab, tests, tools, files" 0 '"lab": "lab05"' "\"tests_sha256\": \"$(cat prebuilt/grader/lab05.hash)\"" \
    "\"gcc\": \"$(gcc -dumpfullversion)\"" "\"lab05.c\": \"$(sha256sum <$folder/lab05.c | cut -d ' ' -f 1)\""
touch $folder/* && run make submit LAB=lab05 OUT="$scratch/a place"
check "the same files, the same archive" cmp $first "$scratch/a place/lab05-submission.tar.gz"
run make submit LAB=lab07
expect "a lab without kernels" 0 "lab07-submission.tar.gz: lab07.c, quiz.txt, manifest.json"
printf 'int f( {\n' >$folder/lab05.c
run make submit LAB=lab05
expect "a file that does not compile is packed with a warning" 0 "lab05.c does not compile here" "lab05.c:1:" "manifest.json"
cp "$root/solutions/lab05_master_weights/lab05.c" $folder/
printf 'int f( {\n' >$folder/lab05.cu
run make submit LAB=lab05
expect "so are kernels" 0 "not all kernels of $folder/lab05.cu can be run" "manifest.json"
head -c 2000000 /dev/zero >$folder/lab05.cu
run make submit LAB=lab05
expect "a huge file is refused" 2 "lab05.cu is larger than 1 MiB" "Nothing was packed"
ln -sf /etc/passwd $folder/lab05.cu
run make submit LAB=lab05
expect "a link is refused" 2 "lab05.cu is a link"
rm $folder/lab05.cu
run make submit LAB=lab05
expect "a missing file is refused" 2 "lab05.cu is missing" "make stubs LAB=lab05"
mkdir $folder/lab05.cu
run make submit LAB=lab05
expect "so is a folder" 2 "no regular file"
run make submit
expect "without a LAB= it takes the lab built last" 2 "$folder/lab05.cu"
cd "$root" || exit 1
run env MAKE=true tools/submit.sh lab05 "$scratch/workbook" "$build/grader/lab05.hash"
expect "it works in the workbook" 0 "lab05-submission.tar.gz: lab05.c, lab05.cu, quiz.txt, manifest.json"
finish
