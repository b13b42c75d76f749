# github.jq - a result as what GitHub Classroom's autograding-grading-reporter reads: JSON in base64.
# Run by export.sh.
#
# Source: classroom-resources/autograding-grading-reporter, src/main.js, src/notify-classroom.js
# (max_score and the sum of the tests' score are what Classroom gets) and src/console-results.js
# (name, status, line_no, message and test_code are printed); version, filename and duration as in
# classroom-resources/autograding-command-grader, src/main.js, which makes such results.
#
# The reporter prints these texts to the log, and a runner obeys what is printed there: lines that
# begin with :: and ##[ anywhere (actions/runner, src/Runner.Common/ActionCommand.cs). So could a
# student's text, and print points of its own. And it gets the result in the environment, where Linux
# allows 128 KiB a variable (execve(2), "Limits on size of arguments and environment").
include "student";

def no_commands:
    if contains("::") or contains("##[") then
        replace("##["; "## [")
        | split("\n") | map(if test("^\\s*::") then sub("::"; ": :") else . end) | join("\n")
    else . end;
def limit: 96000 - 100; # 4 bytes of base64 for 3 of JSON: 127,867

def github($o):
    .view as $s
    | def test($n; $status; $max): {
          name: (.name | no_commands), status: $status, score: .points, max_score: $max,
          message: (.text | cut($n) | no_commands), test_code: (.command | no_commands),
          filename: "", line_no: 0, duration: 0};
      def all($n):
          if $s.graded | not then
              {name: "\($s.lab): \($s.state)", points: 0, text: ($s | summary), command: ""}
              | [test($n; "error"; $s.max_points)]
          else
              [$s.tests[] | . as $t
               | {name: "\(.name): \(.idea)", points, text: full_text,
                  # Shown with passed and failed tests alike; messages only with errors.
                  command: (if failed then text_of + "\nmake hint LAB=\($s.lab) TEST=\(.name)"
                            else "" end | cut($n))}
               | test($n; if $t | failed then "fail" else "pass" end; $t.max_points)]
              + [$s.hidden | select(. != null)
                 | (if .failed > 0 then "fail" else "pass" end) as $status | .max_points as $max
                 | {name: "hidden tests: \(.text)", points, text, command: ""}
                 | test($n; $status; $max)]
          end;
      def whole($n):
          all($n) as $tests | [$tests[].status] as $seen
          | {version: 1,
             status: (if $seen | index("error") then "error"
                      elif $seen | index("fail") then "fail" else "pass" end),
             max_score: $s.max_points, tests: $tests};
      fitting(limit; (1000000, 4000, 1000, 200, 40) | whole(.))
    | tojson | @base64;
