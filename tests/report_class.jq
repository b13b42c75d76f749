# report_class.jq - a made-up class's results for check_report.sh, from a seed: right, wrong, flaky, crashed,
# refused and empty hands, and names and outputs as hostile as they come.
#
#   jq -nr --argjson students 500 --argjson seed 1 --arg lab lab05 -f tests/report_class.jq
#
# Says "PATH<tab>JSON" lines for results/SID/LAB.json and times/SID/LAB.json. 28 public and 3 hidden tests,
# 100 and 10 points.

def step: . * 48271 % 2147483647;
def random($a; $b): ($seed * 7919 + $a * 104729 + $b * 1299709 + 12345) % 2147483647 | step | step | step | . / 2147483647;

def hostile: [
  "</script><script>alert(1)</script>", "\"><img src=http://evil.invalid/x onerror=alert(1)>", "O'Brien & Sons <b>bold</b> &amp;",
  "=cmd|'/C calc'!A0", "Zo\u00eb \u0141ukasiewicz \u738b\u5c0f\u660e", "abc\u202egnp.exe", "\u0645\u062d\u0645\u062f \u0627\u0644\u062e\u0648\u0627\u0631\u0632\u0645\u064a",
  ("W" * 220), "javascript:alert(1)", "tab\tand\nnewline", "</title><style>*{display:none}</style>",
  "\u2066\u2067\u0085\u0001\u001b[31mred", "${jndi:ldap://x/}`$(id)`'\"\\", "&#60;script&#62;" ];

def ideas: [
  ["gap_inside_a_binade", "inside a binade all gaps are the same", "the gap is that of FP32, not of BF16"],
  ["gap_below_power_of_two", "toward zero from a power of two the gap is half the gap away from zero", "the gap above a power of two was used below it as well: below it starts a finer binade"],
  ["stochastic_is_unbiased", "the mean of many stochastic roundings is the number itself", "it always rounds up: r must be compared with the bits that fall away"],
  ["adamw_decay", "weight decay acts on the weight and not on the gradient", "weight decay was added to the gradient: then it enters the moments (Adam with L2, not AdamW)"],
  ["kahan_keeps_the_rest", "what the sum lost is given back at the next step", "m was not written back"],
  ["kernel_shared", "a block adds up in shared memory: every thread writes its part and meets every barrier", ""] ];

def names: [range(31) as $i | ideas[$i % 6] as $k
  | { name: (if $i < 6 then $k[0] else "\($k[0])_\($i)" end), idea: $k[1], belief: $k[2], hidden: ($i >= 28),
      max_points: (if $i >= 28 then 10 / 3 elif $i < 16 then 4 else 3 end) }];

def message($i): "bf16_gap(w = -7.88860905e-31 (BF16 0x8D80 1|00011011|0000000), +1) returned 6.16297582e-33, expected 3.08148791e-33 (2^-108)\n(\($i) of 800 inputs differ)";

def one_test($i; $able): . as $t
  | random($i; 100 + ($t.name | length) + ($t.name | explode | add)) as $luck
  | (random(0; $t.name | explode | add) * 0.6 + 0.1) as $hard
  | (($able - $hard) * 3 + $luck) as $got
  | (if $able < 0.15 and $luck < 0.7 then "not implemented" elif $got > 0.45 then "passed"
     elif $luck < 0.03 then "crashed" elif $luck < 0.05 then "timed out" elif $luck < 0.06 then "out of bounds"
     elif $luck < 0.07 then "flooded" elif $luck < 0.09 then "kernel error" else "failed" end) as $status
  | { name, idea: (if .hidden then "HIDDEN-IDEA \(.idea)" else .idea end), visibility: (if .hidden then "hidden" else "public" end),
      points: (if $status == "passed" then .max_points elif $status == "failed" and $luck > 0.8 then 1 else 0 end), max_points, status: $status,
      message: (if $status == "passed" or $status == "not implemented" then "" elif .hidden then "HIDDEN-MESSAGE" else message($i) end),
      belief: (if $status == "failed" and $luck > 0.3 then (if .hidden then "HIDDEN-BELIEF" else .belief end) else "" end),
      output: (if .hidden then "HIDDEN-OUTPUT" elif $luck > 0.93 then hostile[$i % (hostile | length)] + "\ngot 3 of 4" else "" end),
      kernels: false, on_device: false }
  | if .visibility == "hidden" then .name = "HIDDEN-NAME-\(.name)" else . end;

def tidy: .points = (.tests | map(.points) | add | . * 100 | round / 100);

range($students) as $i
| (hostile | length) as $h
| (if $i % 25 == 3 then hostile[($i / 25 | floor) % $h] else "Student \($i), \(["Ada", "Ben", "Chloe", "Dmitri", "Emeka", "Fatima"][$i % 6])" end) as $student
| (if $i % 25 == 3 then "%3Cs%22\($i)%3E" else "student\($i)" end) as $sid
| random($i; 7) as $able
| (["graded", "graded", "graded", "graded", "graded", "graded", "graded", "graded", "graded", "compile error", "graded", "graded",
    "graded", "graded", "graded", "graded", "graded", "nothing submitted", "graded", "refused", "graded", "graded", "graded"][$i % 23]) as $state
| { schema: 2, student: $student, sid: $sid, ids: {}, lab: $lab, title: "master weights", state: $state,
    message: (if $state == "compile error" then "lab05.c:12:5: error: expected ';' before '}' token\n   12 |     return x\n      |     ^~~~~~~~ " + ("x" * 150) elif $state == "refused" then "two submissions of one student: a.zip and a.tar.gz; keep one" else "" end),
    notes: ((if $i % 9 == 2 then ["left out: Makefile (no file that students edit)"] else [] end) + (if $i % 31 == 4 then ["the kernels were refused: \(hostile[$i % $h])\nlab05.cu:3: #include"] else [] end)),
    points: 0, max_points: 110, seed: "1234567890123456\($i)", flaky: [], device: "CPU", sandbox: "bubblewrap+landlock+seccomp",
    tests_sha256: "0123456789abcdef", files: {}, tools: {},
    tests: (names | map(one_test($i; $able))) }
| if .state != "graded" then .tests |= map(.status = "not run" | .points = 0 | .message = "" | .belief = "" | .output = "") else . end
| if .state == "graded" and $i % 17 == 5 then .flaky = ["kernel_shared"] else . end
| if .state == "graded" and $i % 34 == 5 then .flaky += [.tests[-1].name] else . end
| tidy
| "results/\($sid)/\($lab).json\t\(tojson)",
  "times/\($sid)/\($lab).json\t\({ wall_s: (random($i; 3) * 4), cpu_s: random($i; 3), compile_s: 0.4, tests: { kernel_shared: random($i; 5), gap_inside_a_binade: 0.01 } } | tojson)"
