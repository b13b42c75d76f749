# autolab.jq - a result as the last two lines that Autolab reads from an autograder's output. Run by
# export.sh.
#
# The last line, the autoresult, has the scores; the line above it the tests, which Autolab shows as
# a table. Sources: Autolab's docs, "Guide for Lab Authors", section "Writing Autograders", and
# "Features", sections "Formatted Feedback" and "Scoreboard Entries"; for how strictly the lines are
# read, Autolab's app/controllers/assessments_controller.rb (parseFeedback, parse_stages, parseScore),
# app/views/assessments/_semantic.html.erb and app/controllers/concerns/assessment_autograde_core.rb
# (parseAutoresult):
#   - The feedback is the last line but one, so nothing may be printed between or after the two.
#   - Every entry of a stage is an object, except those whose key begins with _, which are not shown;
#     _order keeps the order.
#   - parseAutoresult puts quotes around letters and digits in front of a colon, wherever they are:
#     a problem's name with a colon in it would break the line.
include "student";

# $o.problem: the name of the problem in Autolab, by lab (default: the lab's name).
def autolab($o):
    .view as $s
    | ($o.problem[$s.lab] // $s.lab | one_line | gsub(":"; "")) as $problem
    | def entry($ok; $hint): if $ok then {passed: true} else {passed: false, hint: $hint} end;
      [ (select($s.graded | not) | {key: "Submission", value: {
            _order: [$s.state], ($s.state): entry(false; $s.message)}}),
        {key: "Tests", value: (
            {_order: [$s.tests[].name]}
            + ([$s.tests[] | {key: .name, value: (
                failed as $failed | full_text as $text
                | entry($failed | not; "\(.points) of \(.max_points) points\n" + $text))}] | from_entries))},
        ($s.hidden | select(. != null) | {key: "Hidden tests", value: {
            _order: ["hidden tests"], "hidden tests": entry(.failed == 0; .text)}}),
        (select($s.notes + $s.flaky != []) | {key: "Notes", value: (
            ($s.notes + [$s.flaky[] | "\(.): its outcome changed when it was run again"]) as $notes
            | {_order: [range($notes | length) | "\(. + 1)"]}
              + ([range($notes | length) as $i | {key: "\($i + 1)", value: $notes[$i]}] | from_entries))})
      ] as $stages
    | ({_presentation: "semantic", stages: [$stages[].key]} + ($stages | from_entries) | tojson)
      + "\n" + ({scores: {($problem): $s.points}, scoreboard: [$s.points]} | tojson);
