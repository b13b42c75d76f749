# table.jq - what a class came to, for a terminal: a line a lab, and then who needs a look and why.
# Called by finish.sh with all results as input and --arg labs 'lab05 lab06'.

def left($n): tostring | . + (" " * ([$n - length, 1] | max));
def right($n): tostring | (" " * ([$n - length, 0] | max)) + .;
# Names come from strangers: nothing that steers a terminal.
def plain($n): gsub("[\\x{0}-\\x{1f}\\x{7f}-\\x{9f}\\x{200b}-\\x{200f}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}]"; "?") | .[0:$n];
def rounded: . * 10 | round / 10;
def median: sort | if length == 0 then null elif length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
def troubles: "crashed", "timed out", "exited", "out of bounds", "flooded", "unloadable", "kernel error", "grader error";

($labs | split(" ")) as $labs
| [inputs | select(.lab as $lab | $labs | index($lab))] as $all
| ("", (["lab", "graded", "not", "mean", "median", "of"] | (.[0] | left(8)) + (.[1:] | map(right(8)) | add)),
   ($labs[] as $lab
    | [$all[] | select(.lab == $lab)] as $class
    | [$class[] | select(.state == "graded") | .points] as $points
    | ($lab | left(8)) + ([$points | length, ($class | length) - ($points | length),
        (if $points == [] then "-" else ($points | add / length | rounded) end), (($points | median | if . then rounded else "-" end)),
        ($class[0].max_points // "-")] | map(right(8)) | add)),
   ([$all[] | select(.state != "graded")] | group_by(.state)[]
    | "", "\(.[0].state): \(length)", (.[0:10][] | "    \(.student | plain(40) | left(24))\(.lab)  \(.message | split("\n") | (map(select(test("(error: |undefined reference|multiple definition)") and (startswith("collect2") | not)))[0] // .[0]) | plain(100))"),
      (select(length > 10) | "    and \(length - 10) more: see the report")),
   ([$all[] | . as $r | .tests[] | select(.status as $s | [troubles] | index($s)) | {status, $r}]
    | group_by(.status)[] | "", "\(.[0].status): \(length) tests of \([.[].r.sid] | unique | length)"),
   ([$all[] | select(.flaky != [])]
    | select(length > 0) | "", "flaky under one seed: \(length)",
      (.[0:10][] | "    \(.student | plain(40) | left(24))\(.lab)  \(.flaky | join(", "))")))
