#!/bin/sh
# check_trust.sh - what says whether the grader can be trusted would say if it could not: variants with other
# points, words or messages than stated are errors, and so is a right one that loses points; and mutate.pl makes
# the changes that it should. In a copy of the tree.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
tree="$scratch_top/tree"
mkdir "$tree"
(cd "$root" && cp -Rp Makefile ./*.mk labs solutions common grader tools "$tree" && mkdir "$tree/build" &&
    for part in deps.ok deps-class.ok autograde grader labs solutions common libcommon.a libgrader.a libsimt_checked.a \
        libsimt.a; do cp -Rp "build/$part" "$tree/build/" || exit; done) || exit 1
cd "$tree" || exit 1
variant=grader/adversary/lab05/wrong/store_truncates.patch
golden=${variant%.patch}.txt
cp $variant "$scratch_top/patch"
cp $golden "$scratch_top/golden"
variants="grader/adversary/variants.sh lab05 store_truncates"

run $variants
expect "a wrong one that loses what it should passes" 0 "pass: lab05 wrong/store_truncates: loses bf16_stores_nearest 4"
sed 's/^loses: bf16_stores_nearest 4/loses: bf16_stores_nearest 3/' "$scratch_top/patch" >$variant
run $variants
expect "other points are an error" 1 "FAIL: lab05 wrong/store_truncates: other points" "< bf16_stores_nearest 3" "> bf16_stores_nearest 4"
sed 's/^loses: /loses: sgd_step 1\n&/' "$scratch_top/patch" >$variant
run $variants
expect "a test that keeps its points is an error" 1 "< sgd_step 1"
sed 's/^loses: .*/loses: bf16_stores_nearest 4: swapped its bytes/' "$scratch_top/patch" >$variant
run $variants
expect "words that are not said are an error" 1 'does not say "swapped its bytes"' "truncated"
sed '/^loses/d' "$scratch_top/patch" >$variant
run $variants
expect "a wrong one that says nothing of points is an error" 1 'no line "loses:'
cp "$scratch_top/patch" $variant
sed 's/truncated/cut/' "$scratch_top/golden" >$golden
run $variants
expect "another message is an error" 1 "other messages than in $golden"
run grader/adversary/variants.sh -u lab05 store_truncates
check "-u writes it anew" cmp $golden "$scratch_top/golden"
sed 's/^ .*for (size_t.*/ nothing like it/' "$scratch_top/patch" >$variant
run $variants
expect "a patch that does not fit is an error" 1 "the patch does not fit the model solution"
{ echo "differs: not at all right" && sed '1,/^loses/d' "$scratch_top/patch"; } >grader/adversary/lab05/right/store_truncates.patch
rm $variant
run $variants
expect "a right one that loses points is an error" 1 "right/store_truncates: right, and yet it loses points" "bf16_stores_nearest: 4 of 4 lost"
run grader/adversary/variants.sh lab05 no_such_variant
expect "one that is not there is an error" 2 "no variant lab05/no_such_variant"
run grader/adversary/variants.sh lab5
expect "wrong usage is said" 2 "usage: grader/adversary/variants.sh"
run grader/adversary/steady.sh -n 3 lab01
expect "steady.sh passes where nothing flakes" 0 "pass: lab01: 3 runs, 0 flakes"
run grader/adversary/steady.sh -n x
expect "steady.sh says what it wants" 2 "usage: grader/adversary/steady.sh"

cat >"$scratch_top/small.c" <<'C'
#define N 3 // 4 + 5
static int f(int a, const float *b)
{
    int c = -a; /* a - 1 */
    if (a < 2 && b[1] > 0.5f)
        c += a ? 1 : 0x10;
    char t[7], u = t[8];
    g("a + b", ++c);
    return c;
}
C
mkdir "$scratch_top/mutants"
run "$root/grader/adversary/mutate.pl" "$scratch_top/small.c" "$scratch_top/mutants"
cut -f 5 "$scratch_top/output" | LC_ALL=C sort >"$scratch_top/changes"
cat >"$scratch_top/expected" <<'LIST'
;
;
c += a ? 0 : 0x10;
c += a ? 1 : 0x11;
c += a ? 1 : 0xF;
c += a ? 2 : 0x10;
c += false ? 1 : 0x10;
c += true ? 1 : 0x10;
c -= a ? 1 : 0x10;
c = a ? 1 : 0x10;
char t[6], u = t[8];
char t[7], u = t[7];
char t[7], u = t[9];
g("a + b", --c);
if (a < 1 && b[1] > 0.5f)
if (a < 2 && b[0] > 0.5f)
if (a < 2 && b[1] <= 0.5f)
if (a < 2 && b[1] > (2 * 0.5f))
if (a < 2 && b[1] >= 0.5f)
if (a < 2 && b[2] > 0.5f)
if (a < 2 || b[1] > 0.5f)
if (a < 3 && b[1] > 0.5f)
if (a <= 2 && b[1] > 0.5f)
if (a >= 2 && b[1] > 0.5f)
if (false)
if (true)
int c = a; /* a - 1 */
LIST
check "mutate.pl makes every change that it knows" diff "$scratch_top/expected" "$scratch_top/changes"
finish
