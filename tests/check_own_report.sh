#!/bin/sh
# check_own_report.sh - `make report`: the scores, the bit diagrams and the drawings of one page, what is
# hostile in them, and (where Chromium is) how a browser takes it. In a tree of its own, with results
# made by hand and curves that gnuplot really draws.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
# shellcheck source=tests/pages.sh
. "$root/tests/pages.sh"
unset CXX
tree="$scratch/tree"
# shellcheck disable=SC2034 # pages.sh looks there
out=$tree/build
page=$tree/build/report.html
mkdir -p "$tree/tools" "$tree/plots" "$tree/build/grader" "$tree/build/results" "$tree/build/hints/lab05"
cp -R "$root/labs" "$tree/"
cp "$root"/plots/style.gp "$root"/plots/lab05_*.gp "$tree/plots/"
cd "$root/tools" && cp -R report.sh progress.sh hint.sh plot.sh version.sh page "$tree/tools/"
cd "$tree" || exit 1
echo 2 >build/hints/lab05/gap
echo tests >build/grader/lab05.hash

# --- before anything was graded ---
mkdir -p build/runs/lab05 # as a run leaves it that stopped
run tools/report.sh build/report.html
expect "before anything is graded there is a page" 0 "build/report.html: open it in a browser"
check "and nothing is said of curves" sh -c '! grep -q curves "$1"' sh "$scratch_top/output"
check "it says so" says "0 of 700 points in 0 of 7 labs, 2 hints opened." build/report.html
check "and where to begin" says "Next: make watch LAB=lab01" build/report.html

# --- a result with all kinds of tests, as hostile as they come ---
files=$(cd labs/lab05_master_weights && sha256sum lab05.c lab05.cu quiz.txt)
jq -n --arg files "$files" '
  def one($name; $status; $points; $message; $belief; $output): { name: $name, idea: "idea of \($name) & <b>more</b>", points: $points, max_points: 25,
    status: $status, message: $message, belief: $belief, output: $output, seconds: 0.1, kernels: false, on_device: false };
  { schema: 1, lab: "lab05", source: "labs/lab05_master_weights", points: 35.5, max_points: 100, seed: "7", device: "CPU", sandbox: "seccomp", tests_sha256: "tests",
    files: ($files | split("\n") | map(split("  ") | { key: .[1], value: .[0] }) | from_entries), tools: { compiler: "12.2.0", jansson: "2.14" },
    tests: [one("gap"; "failed"; 10.5; "bf16_gap(w = -7.9e-31 (BF16 0x8D80 1|00011011|0000000), +1)\n  got      1.5 (BF16 0x3FC0 0|01111111|1000000), +64 ulp\n  expected 1 (BF16 0x3F80 0|01111111|0000000)\n  (4 of 8 inputs differ)"; "a <wrong> rule"; ""),
            one("fields"; "failed"; 0; "f16_from_f32_rne(65520 (0x477FF000 0|10001110|11111111111000000000000))\n  got      inf (FP16 0x7C00 0|11111|0000000000), +1 ulp\n  expected 65504 (FP16 0x7BFF 0|11110|1111111111)\nwide 3 (FP64 0x4008000000000000 0|10000000000|1000000000000000000000000000000000000000000000000000)"; ""; "</pre><script>alert(1)</script>\u001b[31mred &amp; \"quoted\" " + ("W" * 300)),
            one("open"; "not implemented"; 0; ""; ""; ""), one("good"; "passed"; 25; ""; ""; "")] }' >build/results/lab05.json
mkdir -p build/runs/lab05
awk 'BEGIN { print "recipe,step,loss,grad_norm,moved"
    for (s = 1; s <= 30; s++) printf "fp32,%d,%g,1,0.9\nbf16,%d,%g,1,0.1\nbf16_master,%d,%g,1,0.9\nbf16_kahan,%d,%g,1,0.9\nbf16_stochastic,%d,%g,1,0.9\n", s, 1 / s, s, 2 / s, s, 1.1 / s, s, 1.2 / s, s, 1.3 / s }' >build/runs/lab05/loss.csv
run tools/report.sh build/report.html
expect "a graded lab with curves" 0 "open it in a browser"
check "the sum" says "35.5 of 700 points in 1 of 7 labs, 2 hints opened." build/report.html
check "the lab in the table" says "lab05 master weights 35.5 of 100 2 ✓ graded" build/report.html
check "another, not graded" says "lab06 FP8 with delayed scaling 0 of 100 0 ○ not graded" build/report.html
check "a failed idea, and the hints that were opened for it" says "gap ✗ failed 10.5 / 25 idea of gap & <b>more</b> bf16_gap(w" build/report.html
check "the hints" says "Hints opened: 2 of 3. The next: make hint LAB=lab05 TEST=gap" build/report.html
check "the likely misconception" says "Likely: a <wrong> rule" build/report.html
check "what was printed, as it was" says '</pre><script>alert(1)</script>?[31mred &amp; "quoted"' build/report.html
check "how to see the inputs again" says "make grade LAB=lab05 SEED=7" build/report.html
check "what it was made with" says "gnuplot gnuplot 5" build/report.html
check "when" says "page made $(date +%Y-%m-%d)" build/report.html

# --- bit diagrams ---
check "a code: who, value, format, and three fields with their names" says "got 1.5 BF16 0x3FC0 0 sign 01111111 exponent 1 000000 mantissa" build/report.html
check "the bit that is not as expected is marked" grep -qF '<span class="bits"><b>1</b>000000</span><small>mantissa</small>' build/report.html
check "in words too" grep -qF 'aria-label="got, BF16: sign 0, exponent 01111111, mantissa 1000000; mantissa differs"' build/report.html
check "what a function was given is its input, of FP32" says "input 65520 FP32 0x477FF000 0 sign 10001110 exponent 11111111111000000000000 mantissa" build/report.html
check "two fields differ" grep -qF 'exponent 11111, mantissa 0000000000; exponent and mantissa differ"' build/report.html
check "a code beside them is compared with nothing" grep -qE 'aria-label="wide, FP64: sign 0, exponent 10000000000, mantissa 10{51}"' build/report.html

# --- drawings ---
check "curves that were run are drawn" test "$(grep -c '<svg role="img" viewBox' build/report.html)" -eq 3
check "with a title that says what they show" grep -qF '<title id="lab05_loss-title">Loss of the five recipes, as it was at each step (not smoothed). ' build/report.html
ids_are_their_own() {
    grep -oE " id=[\"'][^\"']*" build/report.html | sort | uniq -d >"$scratch/twice"
    grep -oE "href=[\"']#[^\"']*" build/report.html | sed "s/.*#/ id=[\"']/; s/\$/[\"']/" | sort -u >"$scratch/used"
    [ ! -s "$scratch/twice" ] && [ "$(wc -l <"$scratch/used")" -gt 20 ] || return 1
    while IFS= read -r id; do grep -q "$id" build/report.html || return 1; done <"$scratch/used"
}
check "every id is there once, and every one that is used is there" ids_are_their_own
before=$(stat -c %Y.%i build/figures/lab05_loss.svg)
tools/report.sh build/report.html >/dev/null
check "nothing is drawn twice" test "$before" = "$(stat -c %Y.%i build/figures/lab05_loss.svg)"
for evil in '<script>alert(1)</script>' '<image href="http://evil.invalid/x"/>' '<path d="M0,0" onload="alert(1)"/>' \
    '<use href="http://evil.invalid/x#y"/>' '<path fill="url(http://evil.invalid/x)"/>' '<foreignObject><p>x</p></foreignObject>' '<path' \
    '<path style="fill:red" d="M0,0"/>'; do
    printf '<svg viewBox="0 0 9 9">\n%s\n</svg>\n' "$evil" >build/figures/lab05_moved.svg
    tools/report.sh build/report.html >/dev/null 2>&1
    check "a drawing with $evil is left out" says "nothing is forgotten: the drawing could not be read" build/report.html
    check "... all of it" sh -c '! grep -qE "evil|foreignObject|onload" "$1"' sh build/report.html
done
echo '// more' >>labs/lab05_master_weights/lab05.c
rm build/figures/lab05_moved.svg
tools/report.sh build/report.html >/dev/null
check "a grade that is stale is said to be" says "Stale: lab05.c changed since this was graded. make lab05 grade" build/report.html

# --- the page's frame ---
check "no tag and no attribute but the templates' own" nothing_strange
check "every tag is closed in order" balanced
check "no <, > or & stands bare" bare
check "no control characters" controls
check "every link leads somewhere" links 4
check "one h1" once '<h1>'
check "a policy against scripts and the network" once "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
check "a way past the navigation" once 'class="skip" href="#main"'
check "nothing but links inside it and data" sh -c '! grep -oE "(src|href)=[\"'\''][^\"'\'']*" "$1" | grep -vE "^href=[\"'\''](#|data:,)"' sh build/report.html

# --- what goes wrong ---
cp build/report.html "$scratch/before.html"
no_room() {
    (ulimit -f 8; tools/report.sh build/report.html)
}
run no_room
expect "no room on the disk" 1 "an older one was not touched"
check "the older page stays" cmp "$scratch/before.html" build/report.html
echo 'recipe' >build/runs/lab05/loss.csv
run tools/report.sh build/report.html
expect "curves that cannot be drawn" 0 "the curves of lab05 could not be drawn" "open it in a browser"
check "... said in our words, not in gnuplot's" sh -c '! grep -q style.gp "$1"' sh "$scratch_top/output"
cp "$scratch/before.html" build/report.html

if ! command -v chromium >/dev/null 2>&1; then
    printf 'skip: Chromium is not installed: the page was not looked at\n'
    finish
fi
check "no word on the console, no request" quiet "$page"
run measure "$page" 375
expect "on a phone the page is no wider than the window; light" 0 "width 375 of 375, contrast enough"
run measure "$page" 1200 --blink-settings=preferredColorScheme=0
expect "on a desk; dark" 0 "width 1200 of 1200, contrast enough"
finish
