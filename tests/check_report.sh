#!/bin/sh
# The class report: its numbers against some worked out by hand, what a student's page may tell, names and
# outputs as hostile as they come, broken files, and (where Chromium is) how a browser takes the pages.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
# shellcheck source=tests/pages.sh
. "$root/tests/pages.sh"
cd "$root" || exit 1
report=grader/export/report/report.sh
out="$scratch/class"

# "PATH<tab>JSON" lines on stdin become files in $out.
write_files() {
    cat >"$scratch/files"
    (
        mkdir -p "$out" && cd "$out" || exit 1
        sed 's|/[^/]*\t.*||' "$scratch/files" | sort -u | xargs -d '\n' mkdir -p
        awk '{ file = substr($0, 1, index($0, "\t") - 1); print substr($0, length(file) + 2) >file; close(file) }' "$scratch/files"
    )
}

made_up_class() { # LAB STUDENTS
    jq -nr --argjson students "$2" --argjson seed 5 --arg lab "$1" -f tests/report_class.jq | write_files
}

# --- a wrong call ---
run "$report"
expect "without arguments it says how to call it" 2 "usage: report.sh OUT LAB..."
run "$report" "$scratch/nowhere" lab05
expect "a folder that is not there" 2 "usage:"

# --- ten students by hand ---
# a gives 4 points: 1 to 5 pass; b gives 6: 1, 2, 3, 4 and 6 pass; c gives 3: all pass. Totals: 13 13 13 13 7 9 3 3 3 3.
# Mean 8, median (7 + 9) / 2 = 8, quartiles at places 2.25 and 6.75 of 0 to 9: 3 and 13.
# a and b: 4 pass both, 4 neither, 1 each one: (4 * 4 - 1 * 1) / sqrt(5 * 5 * 5 * 5) = 0.60. An eleventh does not compile.
jq -nr '
  def one($name; $max; $passed): { name: $name, idea: "idea of \($name)", visibility: "public", points: (if $passed then $max else 0 end),
    max_points: $max, status: (if $passed then "passed" elif $name == "b" then "not implemented" else "failed" end),
    message: "", belief: (if $passed or $name == "b" then "" else "a wrong rule" end), output: "", kernels: false, on_device: false };
  range(1; 12) as $i
  | [one("a"; 4; $i <= 5), one("b"; 6; $i <= 4 or $i == 6), one("c"; 3; true)] as $tests
  | { schema: 2, student: "Student \($i)", sid: "s\($i)", ids: {}, lab: "lab05", title: "by hand", state: "graded", message: "", notes: [],
      points: ($tests | map(.points) | add), max_points: 13, seed: "\($i)", flaky: [], device: "CPU", sandbox: "", tests_sha256: "00", files: {}, tools: {}, tests: $tests }
  | if $i == 11 then .state = "compile error" | .points = 0 | .message = "lab05.c:3: error: expected ;" | .tests |= map(.points = 0 | .status = "not run" | .belief = "") else . end
  | "results/\(.sid)/lab05.json\t\(tojson)"' | write_files
check "a small class has a report" "$report" "$out" lab05
check "students and graded" says "students 11 graded 10" "$out/index.html"
check "the mean" says "mean 8" "$out/index.html"
check "the median" says "median 8 quartiles" "$out/index.html"
check "the quartiles" says "quartiles 3 to 13 lowest" "$out/index.html"
check "a test's share and discrimination" says "a idea of a 4 50% 0% 0.60" "$out/index.html"
check "a test that half did not try" says "b idea of b 6 50% 50% 0.60" "$out/index.html"
check "no spread, no discrimination" says "c idea of c 3 100% 0% –" "$out/index.html"
check "the histogram in words" says "Students by points. 0 to 2: 0; 2 to 4: 4; 4 to 6: 0; 6 to 8: 1; 8 to 10: 1; 10 to 12: 0; 12 to 14: 4." "$out/index.html"
check "a misconception, how many share it, and its test" says "a wrong rule 5 a " "$out/index.html"
check "who was not graded and why" says "Student 11 ! compile error lab05.c:3: error: expected ;" "$out/index.html"
check "a student's page says how to replay" says "make grade LAB=lab05 SEED=6" "$out/students/s6.html"
check "a student's page shows a failed test" says "a ✗ failed 0 / 4 idea of a Likely: a wrong rule" "$out/students/s6.html"
check "a student's page shows the compiler's words" says "lab05.c:3: error: expected ;" "$out/students/s11.html"

numbers() {
    jq -nc -L grader/export/report -L tools/page 'include "html"; include "stats";
        ([range(10)] | map([., -. * .]) | correlation * 1e4 | round), ([range(9)] | map([., .]) | correlation),
        ([1, 2, 3, 4] | quantile(0.25)), ([] | quantile(0.5)), ([7] | quantile(0.75)),
        (87.3333 | num), (-0.001 | num), (0.5 | fixed(2)), (-0.056 | fixed(2)), (2.999 | fixed(2)), ([110, 0, 99.9, 100] | histogram(110).bins | map(.count) | add)'
}
run numbers
expect "numbers one by one" 0
cp "$scratch_top/output" "$scratch/got"
# -0.9627 of x and -x^2 over 0 to 9; nine pairs are too few.
printf '%s\n' -9627 null 1.75 null 7 '"87.33"' '"0"' '"0.50"' '"−0.06"' '"3.00"' 4 >"$scratch/numbers"
check "... are these" diff "$scratch/numbers" "$scratch/got"

# --- a student who left, and the same report twice ---
cp -r "$out/students" "$scratch/first" && cp "$out/index.html" "$scratch/first.html"
rm -r "$out/results/s11"
check "one student fewer" "$report" "$out" lab05
check "the page of who left is gone" test ! -e "$out/students/s11.html"
rm "$scratch/first/s11.html"
check "the other pages are the same bytes" diff -r "$scratch/first" "$out/students"

# --- broken files ---
mkdir -p "$out/results/t1" "$out/results/t2" "$out/results/t3" "$out/results/t4" "$out/times/s1" "$out/times/s2"
printf '{"schema":2,"student":"half' >"$out/results/t1/lab05.json"
: >"$out/results/t2/lab05.json"
echo '{"schema":2,"tests":7}' >"$out/results/t3/lab05.json"
printf '{"schema":\001\377}' >"$out/results/t4/lab05.json"
for broken in 't5 .flaky = [{}]' 't6 .points = 1e300' 't7 .tests[1].belief = null'; do
    mkdir "$out/results/${broken%% *}"
    jq -c "${broken#* }" "$out/results/s1/lab05.json" >"$out/results/${broken%% *}/lab05.json"
done
echo '{"wall_s":' >"$out/times/s1/lab05.json"
echo '{"wall_s":"long","tests":[1]}' >"$out/times/s2/lab05.json"
printf '%s\n' '{"sid":"gone","student":"Left <b>behind</b>","problem":"not an archive","labs":{}}' '{"sid":"s1","student":"Student 1","labs":{"lab05":[]}}' >"$out/submissions.jsonl"
check "broken files do not stop the report" "$report" "$out" lab05
for file in results/t1/lab05.json results/t4/lab05.json times/s1/lab05.json; do
    check "$file is named" says "$file : not JSON" "$out/index.html"
done
check "an empty file is named" says "results/t2/lab05.json : the file is empty" "$out/index.html"
for sid in t3 t5 t6 t7; do
    check "what is no result is named ($sid)" says "results/$sid/lab05.json : not a result of schema 2" "$out/index.html"
done
check "the others count" says "students 10 graded 10" "$out/index.html"
check "whoever has no result is named" says "Left <b>behind</b> ! no result not an archive" "$out/index.html"
rm -r "$out"/results/t[3567]
echo 'no JSON' >"$out/submissions.jsonl"
check "a broken list of submissions does not stop it" "$report" "$out" lab05
check "... and is named" says "submissions.jsonl : not JSON" "$out/index.html"
check "a lab nobody has" "$report" "$out" lab05 lab06
check "... is said to have no result" says "There is no result of this lab" "$out/index.html"

# --- no room: what is there stays ---
cp "$out/index.html" "$scratch/before.html"
no_room() {
    (
        ulimit -f 8
        "$report" "$out" lab05
    )
}
run no_room
expect "no room on the disk" 1 "no report was made"
check "... and the older report stays" cmp "$scratch/before.html" "$out/index.html"
check "... and nothing is left over" test ! -e "$out/.report.tmp"
rm -rf "$out"

# --- hostile names and outputs, two labs ---
made_up_class lab05 400
made_up_class lab06 200
# 1 pixel; and a file that does not fit into a page
echo 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==' | base64 -d >"$scratch/dot.png"
mkdir -p "$out/curves/student0/lab05"
cp "$scratch/dot.png" "$out/curves/student0/lab05/loss.png"
cp "$scratch/dot.png" "$out/curves/student0/lab05/it's \$(id).png"
head -c 900000 /dev/zero >"$out/curves/student0/lab05/vast.png"
check "a class of hostile names" "$report" "$out" lab05 lab06
check "a row holds all labs" says "student lab05 lab06 sum" "$out/index.html"
embedded() {
    tr -d '\n' <"$out/students/student0.html" | sed 's|.*src="data:image/png;base64,\([^"]*\)".*|\1|' | base64 -d | cmp - "$scratch/dot.png"
}
check "a curve is in the page, byte for byte" embedded
check "a curve beyond 1 MiB is left out, and the page says so" says "vast.png is left out" "$out/students/student0.html"
check "a name that our scripts would not give is left out" says_not 'id).png' "$out/students/student0.html"

none_hidden() {
    ! grep -rl HIDDEN "$out/students"
}
check "no student's page has a word of a hidden test" none_hidden
check "a student's page counts them" says "Beyond these there are 3 hidden tests" "$out/students/student0.html"
check "the instructor's page names them" says "HIDDEN-NAME-kernel_shared_29 hidden" "$out/index.html"
check "a name is shown as it is" says "O'Brien & Sons <b>bold</b> &amp;" "$out/index.html"
check "no tag and no attribute but the templates' own" nothing_strange
# (An <img> is in two lines: its bytes stand between them.)
rm -r "$out/curves"
check "... without curves" "$report" "$out" lab05 lab06
check "every tag is closed in order" balanced
check "no <, > or & stands bare" bare
check "no control characters and no turned text" controls
check "every link leads somewhere" links 100
check "nothing but links, data and the pages' own ids" sh -c '! grep -rohE "(src|href)=\"[^\"]*\"" "$1" | grep -vE "^href=\"(#|students/|data:,)"' sh "$out"
check "one h1 a page" once '<h1>'
check "a language" once '<html lang="en">'
check "a policy against scripts and the network" once "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
check "a way past the navigation" once 'class="skip" href="#main"'

# --- 500 students, 31 tests ---
rm -rf "$out"
made_up_class lab05 500
# Processor time, so that what else the machine does has no say; by the clock it is less, as three processes share it.
run sh -c '"$@" && times' sh "$report" "$out" lab05
expect "500 students with 31 tests each" 0
took=$(awk '{ split($1, u, "m"); split($2, s, "m"); total = (u[1] + s[1]) * 60 + u[2] + s[2] } END { printf "%d", total * 1000 }' "$scratch_top/output")
printf '500 students took %d ms of processor time\n' "$took"
[ "$took" -ge 1 ] || took=5000 # not understood
check "... take less than 5 s" test "$took" -lt 5000
check "a page each" test "$(find "$out/students" -name '*.html' | wc -l)" -eq 500

# --- in a browser ---
if ! command -v chromium >/dev/null 2>&1; then
    printf 'skip: Chromium is not installed: the pages were not looked at\n'
    finish
fi
for page in index.html students/student30.html students/student9.html "students/%3Cs%22103%3E.html"; do
    file=$(printf %s "$out/$page" | sed 's/%/%25/g')
    check "$page: no word on the console, no request" quiet "$file"
    run measure "$out/$page" 360
    expect "$page: on a phone the page is no wider than the window; light" 0 "width 360 of 360, contrast enough"
    run measure "$out/$page" 1200 --blink-settings=preferredColorScheme=0
    expect "$page: on a desk; dark" 0 "width 1200 of 1200, contrast enough"
done
finish
