#!/bin/sh
# trust.sh - is the grader right? Called by `make trust`; run it from anywhere:
#
#   grader/adversary/trust.sh [LAB...]
#
#   variants.sh --> variants.tsv   wrong and right solutions, under several seeds
#   mutation.sh --> mutation.tsv   every small change of the model solutions      all --> build/trust.md, .png, .svg
#   steady.sh   --> steady.tsv     the model solutions under fifty seeds
#
# Prints what goes wrong as it comes, and the table at the end. Takes some 15 minutes on two cores.
# Exit: 0 the grader is what build/trust.md's first lines ask for, 1 it is not.
set -u
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/../.." || exit 1
here=grader/adversary
begin=$(date +%s)
status=0
mkdir -p build/trust

step() { # step TEXT COMMAND...: only what fails is shown, and the last line
    echo "trust: $1 ..."
    shift
    "$@" >build/trust/log || status=1
    awk '/^pass: / { shown = 0; passed++; next } /^FAIL: / { shown = 1; failed++ } shown
        END { printf "trust: %d passed, %d failed\n", passed, failed }' build/trust/log
}

for lab in "${@:-}"; do
    SEEDS='2 3 4' step "wrong and right solutions${lab:+ of $lab}" $here/variants.sh $lab
done
step 'every small change of the model solutions' $here/mutation.sh "$@"
step 'the model solutions under fifty seeds' $here/steady.sh "$@"

seconds=$(($(date +%s) - begin))
{
    echo '# Is the grader right?'
    echo
    echo 'A grader errs in two ways: wrong work keeps its points, or right work loses them. Asked for here: every'
    echo 'wrong solution written by hand loses exactly the points that it should, and at least 90 % of the messages'
    echo 'name the mistake; of the small changes made by machine at least 98 % are noticed, and each of the others has'
    echo 'a reason why it changes nothing; every right solution written another way keeps all points; and no grade'
    echo 'ever comes out otherwise.'
    echo
    awk -F '\t' -v only="$*" -f $here/trust.awk build/trust/variants.tsv build/trust/mutation.tsv build/trust/steady.tsv
    echo
    echo "Made by \`make trust\` in $((seconds / 60)) min $((seconds % 60)) s, on $(nproc) cores. Wrong solutions: grader/adversary/labNN/wrong; right"
    echo 'ones: grader/adversary/labNN/right; changes that change nothing: grader/adversary/labNN/survivors.txt.'
} >build/trust.md
awk -F '\t' -v csv=1 -v only="$*" -f $here/trust.awk build/trust/variants.tsv build/trust/mutation.tsv build/trust/steady.tsv >build/trust/trust.csv
for kind in png svg; do
    LC_ALL=C.UTF-8 gnuplot -c plots/trust.gp build/trust build/trust/trust $kind || status=1
done
grep '^|' build/trust.md
echo "trust: build/trust.md, build/trust/trust.png, $((seconds / 60)) min $((seconds % 60)) s"
exit $status
