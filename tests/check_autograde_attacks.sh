#!/bin/sh
# check_autograde_attacks.sh - strangers' code through make autograde: every attack of
# grader/adversary/attacks as a submission, and those on the compiler that a student's own make would
# not notice. None gets a point that it did not earn, reads what it should not, or outlives its job. The
# table of outcomes is build/attacks/autograde.md. Archives and names: check_intake.sh.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
# shellcheck source=tests/autograde/class.sh
. "$root/tests/autograde/class.sh"
table=build/attacks/autograde.md
mkdir -p build/attacks
head -c 32 /dev/urandom >"$scratch/key"

# --- the attacks on the runner ---
. "$root/grader/autograde/attack_file.sh"
attacks=$(cd grader/adversary/attacks && ls ./*.c | sed 's|^\./||; s|\.c$||' | grep -v '^without_target')
for name in $attacks without_target; do
    hand_in "$name"
    attack_file "$name" >"$in/$name/lab05/lab05.c"
done

# --- attacks on the compiler; each is the model solution with lines before it ---
# first NAME < LINES
first() {
    hand_in "$1"
    cat - "$solution/lab05.c" >"$in/$1/lab05/lab05.c"
}
hand_in victim
i=0
while read -r secret; do
    i=$((i + 1))
    first "include_$i" <<END_OF_FILE
#include "$secret"
END_OF_FILE
    first "incbin_$i" <<END_OF_FILE
__asm__(".section .rodata\\n.incbin \\"$secret\\"\\n.text");
END_OF_FILE
done <<END
$root/solutions/lab05_master_weights/lab05.c
../../solutions/lab05_master_weights/lab05.c
$root/tests/autograde/hidden/lab05/test_lab05.c
$root/build/grader/test_lab05
$scratch/key
$in/victim/lab05/lab05.c
$out/submissions/victim/lab05/lab05.c
$out/results/victim/lab05.json
/etc/passwd
/proc/self/environ
/lowp/prebuilt/grader/none
END
printf '#include __FILE__\n' | first includes_itself
printf '#include "/dev/zero"\n' | first includes_zeros
{
    echo '#define A0 x x x x x x x x x x'
    for n in 1 2 3 4 5 6 7 8 9; do
        echo "#define A$n A$((n - 1)) A$((n - 1)) A$((n - 1)) A$((n - 1)) A$((n - 1)) A$((n - 1)) A$((n - 1)) A$((n - 1)) A$((n - 1)) A$((n - 1))"
    done
    echo 'int y = sizeof("" A9);'
} | first macro_bomb
printf 'int huge[1 << 28] = {1};\n' | first huge_array
printf '__asm__(".zero 8000000000");\n' | first huge_section
printf '#pragma GCC system_header\n#pragma GCC optimize("O0")\n' | first pragmas
first linker_directives <<'END'
__asm__(".section .note.GNU-stack,\"x\"\n.section .init,\"ax\"\nnop\n.text");
END
first thunk_table <<'END'
__asm__(".globl lowp_thunks\n.set lowp_thunks, 0");
END
first takes_runner <<'END'
__asm__(".section .rodata\n.incbin \"/lowp/prebuilt/grader/test_lab05\"\n.text");
END
printf '#warning "\033[2J\033]0;owned\007 </script><script>alert(1)</script> =cmd|1"\n#error "\033[31m </script> =cmd|2"\n' | first hostile_messages
# Code for the link-time optimiser, with options for it: a file that the assembler is to write.
hand_in links_late && {
    echo '__asm__('
    echo 'int links_late(void) { return 1; }' |
        gcc -x c -g0 -O2 -flto -fPIC -Xassembler -a=/lowp/build/labs/lab05.cu.checked.refused -S - -o - |
        sed '/\.file/d; /note.GNU-stack/d; /\.ident/d; s/[\\"]/\\&/g; s/.*/"&\\n"/'
    printf '%s\n' '".text\n");'
} >>"$in/links_late/lab05/lab05.c"
# Every call sleeps, and none long enough to be stopped.
hand_in naps && {
    printf '%s\n' '#include <sys/syscall.h>' 'long syscall(long, ...);' \
        'static void nap(void) { static int x; long t[2] = {0, 200000000}; syscall(SYS_futex, &x, 128, 0, t, 0, 0); }'
    sed '/^size_t apply_kahan/,/^{/s/^{/{ nap();/' "$solution/lab05.c"
} >"$in/naps/lab05/lab05.c"

# --- and one whose output is hostile ---
hand_in hostile_output
printf '%s\n' '#include <stdio.h>' '__attribute__((constructor)) static void say(void) { fputs("\033[2J\001</script><script>alert(1)</script>\n=cmd|x\n", stdout); fwrite("a\0b", 1, 3, stdout); fflush(stdout); }' \
    >>"$in/hostile_output/lab05/lab05.c"
sed -i 's/return fabs(/return 2 * fabs(/' "$in/hostile_output/lab05/lab05.c"

count=$(find "$in" -mindepth 1 -maxdepth 1 | wc -l)
autograde "KEY=$scratch/key" "HIDDEN=$root/tests/autograde/hidden"
expect "a class of $count attackers is graded to its end" 0 "$count results, 0 of them kept"

targets=$(jq -r '.tests[] | select(.status == "missing") | .name' "$out/results/without_target/lab05.json" | tr '\n' ' ')
check "the tests of the attacked function are known: $targets" test "$(echo "$targets" | wc -w)" -ge 3

# row NAME WHAT: a line of the table.
{
    echo '| submission | state | points of 110 | what was said first |'
    echo '|---|---|---|---|'
} >"$table"
row() {
    jq -r '"| \(.sid) | \(.state) | \(.points) | \((.message + ([.tests[] | select(.message != "").message][0] // "")) | split("\n") | ((map(select(test("error"))) + .)[0] // "") | gsub("[|]"; "/") | .[0:110]) |"' \
        "$out/results/$1/lab05.json" >>"$table"
}
for name in $attacks; do
    zero=$(sed -n 's|^// ZERO: ||p' "grader/adversary/attacks/$name.c")
    row "$name"
    case $zero in
    all*) check "$name earns nothing" result "$name" '[.tests[] | select(.name != "quiz") | .points] | add == 0' ;;
    *) check "$name earns nothing with the attacked function" result "$name" \
        --arg targets "$targets" '($targets | split(" ")) as $t | [.tests[] | select(.name as $n | $t | index($n)) | .points] | add == 0' ;;
    esac
done

# What may not be read: the submission does not compile, and the message holds nothing of it.
for folder in "$in"/include_* "$in"/incbin_* "$in"/takes_runner; do
    name=${folder##*/}
    row "$name"
    check "$name: there is no such file" result "$name" '.state == "compile error" and (.message | test("No such file|file not found"))'
done
for name in includes_itself includes_zeros macro_bomb huge_array huge_section thunk_table hostile_messages; do
    row "$name"
    check "$name does not compile, and that is its result" result "$name" '.state == "compile error" and .points == 0 and (.message | length > 10)'
done
for name in pragmas linker_directives links_late hostile_output; do
    row "$name"
    check "$name: graded by what it computes" result "$name" '.state == "graded" and .points <= 110'
done
check "links_late: nobody wrote where it said" result links_late '[.notes[] | select(test("LISTING"))] == []'
row naps
check "naps: a test ends in 10 s in all" result naps '[.tests[] | select(.status == "timed out") | .name] | index("kahan_long_run")'
check "  ... not in 120" jq -e '.tests.kahan_long_run < 60' "$out/times/naps/lab05.json"
# A compiler that was taken over: it puts a link to the model solution's library where a student's should be.
mkdir "$scratch/bin" "$scratch/made"
printf '#!/bin/sh\nwhile [ "$1" != --bind ]; do shift; done\nln -s "%s/build/solutions" "$2/labs"\n' "$root" >"$scratch/bin/bwrap"
chmod +x "$scratch/bin/bwrap"
run env PATH="$scratch/bin:$PATH" grader/autograde/build.sh build/autograde/lab05/lowp-handout "$in/victim/lab05" lab05 "$scratch/made"
expect "a compiler that leaves a link: nothing is built" 1
row victim
check "and the others keep their points" result victim '.points == 110'
check "nothing forged: nobody but honest code has full marks" test -z "$(
    for name in $attacks; do jq -r 'select(.points >= .max_points) | .sid' "$out/results/$name/lab05.json"; done)"

# --- what was made of it ---
check "no page, export or result holds a control character" sh -c "! LC_ALL=C grep -rlP '[\\x00-\\x08\\x0b-\\x1f\\x7f]' '$out/results' '$out/exports' '$out/students' '$out/index.html'"
check "nor a script that a student wrote" sh -c "! grep -rl '<script>alert' '$out/students' '$out/index.html' '$out/exports/junit'"
check "nor a formula in a table" sh -c "! grep -rE '(^|,)\"?=cmd' '$out/exports' --include='*.csv'"
check "nothing was read of /etc/passwd, the key or hidden tests" sh -c "! grep -rlE 'root:x:0|hidden message|$(head -c 9 "$scratch/key" | od -An -tx1 | tr -d ' ')' '$out/students' '$out/exports'"
left() {
    pgrep -f "$scratch_top" | while read -r pid; do
        [ "$pid" != $$ ] && grep -q '^State:[[:space:]]*[^Z]' "/proc/$pid/status" 2>/dev/null && ps -o pid=,args= -p "$pid"
    done
}
left >"$scratch_top/output"
check "no process is left" test ! -s "$scratch_top/output"
finish
