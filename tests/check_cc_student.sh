#!/bin/sh
# check_cc_student.sh - whatever a student saves as labNN.c, tools/cc_student.sh says one clear
# thing, ends with the right status and leaves no stale object.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"

command -v "${CC:-gcc}" >/dev/null 2>&1 || skip_all "there is no compiler"

mkdir -p "$scratch/tree/tools" "$scratch/tree/labs/lab77_sample"
cd "$scratch/tree" || exit 1
cp "$root/tools/cc_student.sh" tools/
src=labs/lab77_sample/lab77.c
obj=build/labs/lab77.o
dep=build/labs/lab77.d
cat >labs/lab77_sample/lab77.h <<'END'
struct pair { int a, b; };
/** Exercise 77.1: one more. */
int next(int x);
/** Exercise 77.2: both. */
int sum(struct pair p);
END

compile() {
    run tools/cc_student.sh "$src" "$obj" "$dep" -- -std=c11 -O2 -Wall -Wextra \
        -Ilabs/lab77_sample -include lab77.h
}

# refused WHAT TEXT...: status 1, every text said, at most 48 lines, and no object left.
refused() {
    mkdir -p build/labs
    echo stale >"$obj"
    compile
    expect "$1" 1 "${2:-}" "${3:-}" "${4:-}" "${5:-}"
    check "  no stale object is left" test ! -e "$obj"
    compile
    lines=$(wc -l <"$scratch_top/output")
    check "  in $((lines)) lines" test "$lines" -le 48
}

good='int next(int x) { return x + 1; }'
echo "$good" >"$src"
compile
expect "a good file compiles" 0
check "in silence" test ! -s "$scratch_top/output"
check "into an object" test -s "$obj"
check "with its dependencies" grep -q 'lab77\.h' "$dep"

{ echo "$good"; echo 'static int idle(void) { return 0; }'; } >"$src"
compile
expect "warnings are shown and do not fail" 0 "idle" "$src:2"
i=0
while [ $i -lt 100 ]; do
    echo "static int idle$i(void) { return 0; }"
    i=$((i + 1))
done >"$src"
echo "$good" >>"$src"
compile
expect "many warnings are cut short" 0 "more lines in"

{ cat "$src"; echo 'int sum(struct pair p) { return p.a + p.c; }'; } >"$scratch/late.c"
mv "$scratch/late.c" "$src"
refused "an error behind many warnings" "$src:102" "sum is exercise 77.2" "make lab77"
printf 'int next(int x)\n{\n    return x + 1\n}\n' >"$src"
refused "a missing semicolon" "$src:3" "expected" "next is exercise 77.1" "does not compile"
printf 'int next(long x) { return x + 1; }\n' >"$src"
refused "a function of another type" "conflicting types" "contract in lab77.h" "77.1"
printf 'struct pair { int a; };\n' >"$src"
refused "a struct of the contract repeated" "lab77.h has this struct pair already"
i=0
while [ $i -lt 50 ]; do
    echo "wrong$i;;;("
    i=$((i + 1))
done >"$src"
refused "fifty errors" "$src:2" "Mend the first error"
check "show three at most" test "$(grep -c 'error:' "$scratch_top/output")" -le 3
printf '#include "lab77.c"\n' >"$src"
refused "a file that includes itself" "nested depth" "does not compile"

rm "$src"
refused "a missing file" "$src: there is no such file" "make stubs LAB=lab77"
ln -s nowhere "$src"
refused "a dangling link" "not a regular file"
rm "$src"
mkdir "$src"
refused "a directory" "this is a directory"
rmdir "$src"
mkfifo "$src"
refused "a pipe" "not a regular file"
rm "$src"
: >"$src"
refused "an empty file" "the file is empty" "make reset LAB=lab77"
printf ' \n\t\n' >"$src"
refused "a blank file" "empty but for blanks"
printf 'i\0n\0t\0' >"$src"
refused "a binary file" "binary" "UTF-8"
{ echo "$good"; head -c 1048576 /dev/zero | tr '\0' ' '; } >"$src"
refused "a huge file" "larger than 1 MiB"
if [ "$(id -u)" -ne 0 ]; then
    echo "$good" >"$src"
    chmod 000 "$src"
    refused "an unreadable file" "may not read"
    chmod 644 "$src"
fi

echo "$good" >"$src"
CC=no-such-compiler
export CC
refused "a missing compiler" "no-such-compiler" "make deps"
mkdir bin
printf '#!/bin/sh\nexec sleep 60\n' >bin/slow
chmod +x bin/slow
CC=bin/slow CC_LIMIT=0.2
export CC_LIMIT
refused "a compiler that never ends" "still busy after 0.2 s"
printf '#!/bin/sh\necho "cc1: out of memory allocating 65536 bytes" >&2; exit 1\n' >bin/slow
refused "a compiler without memory" "needed more than 4 GiB of memory"
printf '#!/bin/sh\nexit 1\n' >bin/slow
refused "a compiler that fails and cannot say why, as on a full disk" "without a word" "room left"
unset CC CC_LIMIT
echo '__asm__("no such instruction");' >"$src"
refused "assembly that is none" "Assembler messages" "errors are in inline assembly"
echo "$good" >"$src"
run tools/cc_student.sh "$src"
expect "wrong usage" 2 "usage:"
compile
expect "and a good file still compiles" 0
finish
