# gradescope.jq - a result as Gradescope's results.json. Run by export.sh.
#
# Source: Gradescope's "Autograder Specifications", sections "Output format", "Controlling Test Case
# Visibility", "Controlling standard output visibility", "Test case status" and "Output String
# Formatting"; "Leaderboards" (gradescope-autograders.readthedocs.io, docs/specs.md and
# docs/leaderboards.md of gradescope/autograder_samples).
#
# Hidden tests are one visible line with their points. They are no tests of visibility "hidden":
# Gradescope hides a student's total score as soon as there is one. The top output's default format
# lets HTML through, so every format is set to text.
include "student";

# $o.leaderboard: whether to enter the points in a leaderboard.
def gradescope($o):
    .view as $s
    | {
        score: $s.points,
        output: ($s | summary),
        output_format: "text", test_output_format: "text", test_name_format: "text",
        visibility: "visible",
        # What run_autograder prints is for the instructor.
        stdout_visibility: "hidden",
        tests: (
            [range($s.tests | length) as $i | $s.tests[$i] | {
                score: .points, max_score: .max_points,
                status: (if failed then "failed" else "passed" end),
                name, name_format: "text", number: "\($i + 1)",
                output: full_text, output_format: "text",
                tags: (if .kernels then ["kernels"] else [] end),
                visibility: "visible"}]
            + [$s.hidden | select(. != null) | {
                score: .points, max_score: .max_points,
                status: (if .failed > 0 then "failed" else "passed" end),
                name: "hidden tests", name_format: "text", number: "\($s.tests | length + 1)",
                output: .text, output_format: "text", tags: ["hidden"],
                visibility: "visible"}])
    }
    | if $o.leaderboard then .leaderboard = [{name: "Points", value: $s.points, order: "desc"}] else . end
    | tojson;
