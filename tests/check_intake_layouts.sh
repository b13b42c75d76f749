#!/bin/sh
# check_intake_layouts.sh - who handed in what: names of every kind, labs, and what Gradescope, Canvas,
# Moodle and GitHub Classroom let one download.
# shellcheck disable=SC2016 # texts for other shells and for jq
# shellcheck source=tests/intake.sh
. "$(dirname "$0")/intake.sh"

# ---------------------------------------------------------------- names of students
class names
sid() {
    check "SID of $1: $2" sh -c 'test "$("$1" --sid "$2")" = "$3"' sh "$intake" "$1" "$2"
}
long=$(printf '%0255d' 7)
newline='a
b'
invalid=$(printf 'x\377\300\257')
sid doe.j+1@x_y-z doe.j+1@x_y-z
sid 'Jane Doe' Jane%20Doe
sid .. %2E.
sid -rf %2Drf
sid 'a%20b' a%2520b
sid 'a~b' a%7Eb
sid a/b a%2Fb
sid "$long" "$(printf '%080d' 0)~$(printf %s "$long" | sha256sum | cut -c 1-16)"
sid "$newline" a%0Ab
sid "$invalid" x%FF%C0%AF
for name in "$newline" "$invalid" 'q"u'\''o`te' '$(touch pwned)' '; touch pwned' -rf .hidden \
    'two  spaces ' 'Zoë Čapek' Doe doe 'back\slash\101' '%s%n' 'a=b' '*' "$(printf 'tab\there')" \
    "$(printf 'end\n.')" "$(printf '\342\200\256gnp')" "$long" "$(printf 'e\033[31mred')" '~root'; do
    mkdir -- "./$name"
    printf %s "$name" >"./$name/lab05.c"
done
last=$(printf 'last\n.') && last=${last%.}
mkdir "$last" && printf 'a newline at the end' >"$last/lab05.c"
hand_in
check "nothing was run" test ! -e pwned
check "every name has its own line" sh -c 'test "$(wc -l <"$1")" -eq "$(find . -mindepth 1 -maxdepth 1 -printf . | wc -c)"' sh "$out/submissions.jsonl"
check "sorted" sh -c 'jq -r .sid "$1" >"$2" && sort -c "$2"' sh "$out/submissions.jsonl" "$scratch_top/sids"
for name in "$newline" "$invalid" '$(touch pwned)' -rf .hidden 'two  spaces ' 'Zoë Čapek' Doe doe \
    'back\slash\101' '%s%n' 'a=b' '*' "$long"; do
    takes "$("$intake" --sid "$name")" "$name" "taken: $name"
done
takes last%0A 'a newline at the end' "taken: a name that ends in a newline"
student a%0Ab '.student == "a\ufffdb"' "people see no control characters"
student x%FF%C0%AF '.student == "x\ufffd\ufffd\ufffd"' "nor invalid bytes"
student %E2%80%AEgnp '.student == "\ufffdgnp"' "nor text that runs backwards"
student Zo%C3%AB%20%C4%8Capek '.student == "Zoë Čapek"' "but UTF-8"
cp "$out/submissions.jsonl" "$scratch_top/first"
cp -R "$out/submissions" "$scratch_top/first.d"

# Another order of the folder, another number of jobs, what a killed run left: the same result.
class reversed
(cd ../names && find . -mindepth 1 -maxdepth 1 -print0 | sort -rz) |
    xargs -0 -I{} cp -R ../names/{} .
mkdir -p "$out/.intake.dead/rows" "$out/submissions/gone/lab05"
echo stale >"$out/submissions/gone/lab05/lab05.c"
JOBS=1
export JOBS
hand_in
unset JOBS
check "the order of a folder does not matter" cmp "$scratch_top/first" "$out/submissions.jsonl"
check "nor what an earlier run left" diff -r "$scratch_top/first.d" "$out/submissions"
check "which is gone" test ! -e "$out/.intake.dead"

# ---------------------------------------------------------------- several labs
class labs
mkdir -p a/labs/lab04_grad_scaler a/labs/lab05_master_weights b c/lab04 c/lab05-mine d
for lab in lab04 lab05; do
    echo "$lab" | tee b/$lab.c >"$(echo a/labs/${lab}_*)/$lab.c"
    echo "quiz $lab" >"$(echo a/labs/${lab}_*)/quiz.txt"
    echo "quiz $lab" >"$(echo c/${lab}*)/quiz.txt"
    bsdtar -cf d/$lab.tar.gz -z -C "$(echo a/labs/${lab}_*)" $lab.c quiz.txt
done
echo 'quiz of which?' >b/quiz.txt
mkdir e && echo c >e/lab05.cu && echo q >e/quiz.txt && echo 06 >e/lab06.c
hand_in lab04 lab05
both='.problem == "" and .labs == {lab04: ["lab04.c", "quiz.txt"], lab05: ["lab05.c", "quiz.txt"]}'
student a "$both" "each quiz.txt is its folder's lab's"
check "  with its content" grep -qx 'quiz lab05' "$out/submissions/a/lab05/quiz.txt"
student b '.labs == {lab04: ["lab04.c"], lab05: ["lab05.c"]}' "one quiz.txt beside two labs: neither's"
notes b "not clear of which lab" "  and that is said"
student c '.labs == {lab04: ["quiz.txt"], lab05: ["quiz.txt"]}' "a quiz.txt alone"
student d "$both" "an archive a lab, of that name"
student e '.labs == {lab05: ["lab05.cu", "quiz.txt"]} and .notes == []' "a quiz.txt beside its lab"
hand_in lab05
student b '.labs == {lab05: ["lab05.c", "quiz.txt"]}' "with one lab asked for, it is that lab's"
student a '.labs == {lab05: ["lab05.c", "quiz.txt"]} and .notes == []' "other labs are passed over"

# ---------------------------------------------------------------- platforms
class gradescope
mkdir -p assignment_9_export && cd assignment_9_export || exit 1
for n in 1 2 3 4 5; do
    mkdir submission_$n && echo $n >submission_$n/lab05.c
done
cat >submission_metadata.yml <<'END'
---
submission_1:
  :submitters:
  - :name: Jane O'Neill-Doe
    :sid: '00123'
    :email: jane@school.edu
  :created_at: 2026-04-26 17:34:00.861687000 Z
  :results:
    output: |-
      :submitters:
      - :name: Mallory
submission_2:
  :submitters:
  - :name: 'It''s "me"'
    :email: me@school.edu
  - :name: "Zo\u00eb \x22Z\x22\n\t"
    :sid: 77
    :email: zoe@school.edu
submission_3:
  :submitters:
  - :name: No Mail
    :sid: '9'
    :email:
submission_4:
  :submitters: []
END
cd ..
hand_in
student jane@school.edu '.student == "Jane O'\''Neill-Doe" and
    .ids == {gradescope: "1", email: "jane@school.edu", sid: "00123"}' "Gradescope: name, number and email"
takes jane@school.edu 1 "  and the file"
student me@school.edu '.student == "It'\''s \"me\""' "  a group: the first"
student zoe@school.edu '.student == "Zoë \"Z\"\ufffd\ufffd" and .ids.sid == "77"' "  and the second"
takes zoe@school.edu 2 "  who have the same file"
takes 9 3 "  without an email"
takes submission_4 4 "  without anybody"
takes submission_5 5 "  and not in the metadata"
check "  six students and nobody else" test "$(wc -l <"$out/submissions.jsonl")" -eq 6
mv assignment_9_export/* . && rmdir assignment_9_export && rm submission_metadata.yml
hand_in
takes submission_1 1 "Gradescope without its metadata"

class canvas
echo a1 >doejane_123_456_lab05.c
echo a2 >doejane_123_457_lab05-1.c
echo a10 >doejane_123_460_lab05-10.c
echo a9 >doejane_123_459_lab05-9.c
echo q >doejane_123_461_quiz-2.txt
echo x >doejane_123_462_report.pdf
echo b1 >roejim_LATE_124_470_lab05.c
echo c1 >lab05.c && bsdtar -acf doejane_125_480_lab05.zip lab05.c
echo c2 >lab05.c && bsdtar -acf doejane_125_481_lab05-3.zip lab05.c && rm lab05.c
echo d1 >twice_126_490_lab05.c && echo d2 >twice_126_491_lab05.c
echo e1 >anon_AbC12_500_lab05.c
echo f1 >"$(printf 'm\303\274ller\303\251_127_510_lab05.c')"
hand_in
takes doejane_123 a10 "Canvas: the last of four"
student doejane_123 '.ids == {canvas: "123"} and .student == "doejane" and (.notes | length) == 4
    and .labs == {lab05: ["lab05.c", "quiz.txt"]}' "  its number, name and notes"
notes doejane_123 "left out: doejane_123_456_lab05.c (doejane_123_457_lab05-1.c is newer)" "  of the others"
takes roejim_124 b1 "  a late one"
takes doejane_125 c2 "  another of that name, with two zip files"
refuses twice_126 "twice_126_490_lab05.c and twice_126_491_lab05.c; keep one" "  two that are equally new"
takes anon_AbC12 e1 "  an anonymous one"
takes m%C3%BCller%C3%A9_127 f1 "  UTF-8"

class moodle
mkdir 'Jane Doe_11_assignsubmission_file_' 'Jim Roe_12_assignsubmission_file' \
    'Jim Roe_12_assignsubmission_onlinetext'
echo a >'Jane Doe_11_assignsubmission_file_/lab05.c'
echo b >lab05.c && bsdtar -acf 'Jim Roe_12_assignsubmission_file/lab05.zip' lab05.c && rm lab05.c
echo c >'Zoë X_13_assignsubmission_file_lab05.c'
echo q >'Zoë X_13_assignsubmission_file_quiz.txt'
echo d >'Jane Doe_14_assignsubmission_file_lab05.c'
hand_in
takes Jane%20Doe_11 a "Moodle: a folder"
student Jane%20Doe_11 '.ids == {moodle: "11"} and .student == "Jane Doe"' "  its number and name"
takes Jim%20Roe_12 b "  a folder with a zip, beside one of another type"
takes Zo%C3%AB%20X_13 c "  flat files"
student Zo%C3%AB%20X_13 '.labs == {lab05: ["lab05.c", "quiz.txt"]}' "  that belong together"
takes Jane%20Doe_14 d "  another one of that name"

class github
mkdir lab05-master-weights-submissions && cd lab05-master-weights-submissions || exit 1
for who in mary-jane mary-ann bob; do
    mkdir -p lab05-master-weights-$who/.git lab05-master-weights-$who/labs/lab05_master_weights
    echo $who >lab05-master-weights-$who/labs/lab05_master_weights/lab05.c
    echo $who >lab05-master-weights-$who/.git/lab05.c
done
cd ..
hand_in
takes mary-jane mary-jane "GitHub Classroom: a clone of all"
student mary-jane '.ids == {github: "mary-jane"}' "  its username"
class github2
mkdir lab04-submissions lab05-submissions
for lab in lab04 lab05; do
    cd "$class/$lab-submissions" || exit 1
    for who in mary-jane bob; do
        mkdir -p $lab-$who/.git
        echo "$lab right" >$lab-$who/$lab.c
        echo stub | tee $lab-$who/quiz.txt >$lab-$who/lab0$((9 - ${lab#lab0})).c
    done
done
cd "$class" || exit 1
hand_in lab04 lab05
both='.problem == "" and .labs == {lab04: ["lab04.c", "quiz.txt"], lab05: ["lab05.c", "quiz.txt"]}'
student mary-jane "$both" "  two clones, a lab each"
takes bob "lab05 right" "  each its own lab's"
mv lab0?-submissions/* . && rmdir lab0?-submissions
mkdir -p hw-x/.git hw-y/.git mary-poppins
echo x >hw-x/lab05.c
echo poppins >mary-poppins/lab05.c
hand_in lab04 lab05
student mary-jane "$both" "  the same without the clones' folders"
takes bob "lab05 right" "  each its own lab's"
takes x x "  an assignment of another name"
takes mary-poppins poppins "  and a folder that is no repository keeps its name"

finish
