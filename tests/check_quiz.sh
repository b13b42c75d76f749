#!/bin/sh
# check_quiz.sh - the exercises: each is worked in solutions/labNN_*/exercises.md, where every line of
# arithmetic is right and the answers are those that earn full marks; and every wrong answer that a
# question knows gets its reason.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1
build=${BUILD:-build}

# grade LAB SHEET: the quiz alone.
grade() {
    run "$build/grader/test_$1" --library="$build/solutions/$1.so" --worker="$build/grader/worker/worker" \
        --quiz="$2" --test=quiz
}

# arithmetic FILE: its indented lines `EXPRESSION = VALUE` as gnuplot statements that print those that
# are wrong. A plain number must be right to its last digit, anything else to 12 digits.
arithmetic() {
    awk '
    function gnuplot(text,    out) {
        while (match(text, /[0-9]+(\.[0-9]*)?(e[-+]?[0-9]+)?/)) {
            out = out substr(text, 1, RSTART - 1) "real(" substr(text, RSTART, RLENGTH) ")"
            text = substr(text, RSTART + RLENGTH)
        }
        out = out text
        gsub(/\^/, "**", out)
        return out
    }
    function half_a_digit(number,    exponent, point) {
        exponent = match(number, /e/) ? substr(number, RSTART + 1) : 0
        sub(/e.*/, "", number)
        point = index(number, ".")
        return "0.5001e" (exponent - (point ? length(number) - point : 0))
    }
    /^    .* = / {
        left = $0
        sub(/^ +/, "", left)
        sub(/ = .*/, "", left)
        right = $0
        sub(/.* = /, "", right)
        within = right ~ /^[0-9.]+(e[-+]?[0-9]+)?$/ && right ~ /[.e]/ ? half_a_digit(right) : \
            "1e-12 * abs(" gnuplot(right) ")"
        printf "if (!(abs((%s) - (%s)) <= %s)) { print \"line %d: %s is \", %s }\n", gnuplot(left), \
            gnuplot(right), within, FNR, left, gnuplot(left)
    }' "$1"
}

# all_right FILE: computed, it prints nothing; and there was something to compute.
all_right() {
    arithmetic "$1" >"$scratch/arithmetic.gp"
    [ -s "$scratch/arithmetic.gp" ] && LC_ALL=C gnuplot "$scratch/arithmetic.gp" 2>"$scratch/wrong" &&
        ! grep . "$scratch/wrong"
}

# sheet FILE: the answers of exercises.md (**q1 = 448**) as a quiz.txt.
sheet() {
    sed -n 's/^\*\*\(q[0-9a-z]* = .*\)\*\*$/\1/p' "$1"
}

# known LAB: the mistakes that its questions know, as lines of key, number, answer and reason.
known() {
    awk '
    { text = text $0 "\n" }
    END {
        gsub(/"[ \n]+"/, "", text)
        while (match(text, /(NUMBER|CHOICE)\([ \n]*"[^"]*"|\{"[^"]*",[ \n]*"[^"]*"\}/)) {
            found = substr(text, RSTART, RLENGTH)
            text = substr(text, RSTART + RLENGTH)
            split(found, part, "\"")
            if (found ~ /^\{/)
                print key "\t" ++number "\t" part[2] "\t" part[4]
            else {
                key = part[2]
                number = 0
            }
        }
    }' "grader/$1/tests_quiz.h"
}

# spoilt N: the right sheet, with every question's Nth known mistake in the place of its answer. Where
# letters are missing of an order, they follow as in the right one; a unit stays.
spoilt() {
    awk -F '\t' -v n="$1" '
    FNR == NR { if ($2 == n) wrong[$1] = $3; next }
    {
        key = $0
        sub(/ = .*/, "", key)
        answer = $0
        sub(/.* = /, "", answer)
        if (!(key in wrong)) { print; next }
        count = split(answer, word, " ")
        new = wrong[key]
        if (answer ~ /^[a-z] [a-z]( [a-z])*$/) {
            for (i = 1; i <= count; i++)
                if (index(new, word[i]) == 0)
                    new = new " " word[i]
        } else if (count == 2)
            new = new " " word[2]
        print key " = " new
    }' "$scratch/known" "$scratch/right.txt"
}

# rounded LAB: the right sheet, with two digits where a question asks for no more.
rounded() {
    awk -v lab="$1" '
    BEGIN {
        two["lab02 q1"] = "1.2e-4"
        two["lab02 q2"] = "3.1e-5"
        two["lab04 q7a"] = "1.3 %"
        two["lab04 q7b"] = "0.024 %"
        two["lab06 q7"] = "1.4"
        two["lab07 q4"] = "75 GiB"
    }
    (lab " " $1) in two { $0 = $1 " = " two[lab " " $1] }
    { print }' "$scratch/right.txt"
}

for folder in solutions/lab[0-9][0-9]_*; do
    lab=${folder#solutions/}
    lab=${lab%%_*}
    check "$lab: the arithmetic of the worked exercises is right" all_right "$folder/exercises.md"
    sheet "$folder/exercises.md" >"$scratch/right.txt"
    sed -n 's/^\(q[0-9a-z]*\) =.*/\1/p' "labs/${folder#*/}/quiz.txt" >"$scratch/asked"
    sed 's/ =.*//' "$scratch/right.txt" >"$scratch/worked"
    check "$lab: every question is worked" diff "$scratch/asked" "$scratch/worked"
    grade "$lab" "$scratch/right.txt"
    expect "$lab: and the answers have full marks" 0 "10 of 10 points"
    rounded "$lab" >"$scratch/two.txt"
    if ! cmp -s "$scratch/right.txt" "$scratch/two.txt"; then
        grade "$lab" "$scratch/two.txt"
        expect "$lab: so they have with two digits" 0 "10 of 10 points"
    fi
    known "$lab" >"$scratch/known"
    cut -f 1 "$scratch/known" | uniq >"$scratch/with"
    check "$lab: every question knows a mistake" diff "$scratch/asked" "$scratch/with"
    for n in 1 2 3 4; do
        spoilt $n >"$scratch/wrong.txt"
        grade "$lab" "$scratch/wrong.txt"
        awk -F '\t' -v n=$n '$2 == n { print $1 ": " $4 }' "$scratch/known" >"$scratch/reasons"
        while IFS= read -r reason; do
            expect "$lab: $reason" 0 "$reason"
        done <"$scratch/reasons"
    done
done
printf '    2 + 2 = 5\n' >"$scratch/wrong.md"
run all_right "$scratch/wrong.md"
expect "wrong arithmetic would be found" 1 "line 1: 2 + 2 is"
finish
