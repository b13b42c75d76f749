# prairielearn.jq - a result as PrairieLearn's results.json. Run by export.sh.
#
# Source: PrairieLearn's "External Grading", section "Grading results" (docs/externalGrading.md of
# PrairieLearn/PrairieLearn); for what is refused, its apps/prairielearn/src/lib/externalGrader.ts
# (a score outside 0 to 1), apps/grader-host/src/index.ts (more than 1024 * 1024 bytes) and the
# element pl-external-grader-results (points and max_points on every test or on none).
#
# What was not graded is not gradable: it costs the student no attempt.
include "student";

# Some room is left below the limit, which the docs call 1 MB.
def limit: 1000000;

# $o.images: [{label, url}], data URLs to show with the result.
def prairielearn($o):
    .view as $s
    | def test($n): {
          name, description: .idea, points, max_points,
          message: (text_of | cut($n)), output: (.output | cut($n))};
      def graded($n; $images): {
          gradable: true,
          score: (if $s.max_points > 0 then [0, ([1, $s.points / $s.max_points] | min)] | max else 0 end),
          message: ($s | summary | cut(100000)),
          images: $images,
          tests: ([$s.tests[] | test($n)]
              + [$s.hidden | select(. != null) | {
                    name: "hidden tests", description: "tests that are not shown",
                    points, max_points, message: .text, output: ""}])};
      # Texts shrink first, then images go, the last one first.
      if $s.graded then
        fitting(limit; range($o.images | length; -1; -1) as $n
                       | (1000000, 20000, 4000, 1000, 200) | graded(.; $o.images[:$n]))
      else {
          gradable: false,
          format_errors: ["\($s.state): \($s.message | split("\n")[0] // "" | cut(1000))"],
          message: ($s | summary | cut(100000))}
      end
    | tojson;
