# tests.jq - a lab's score and its tests, one by one. Included by the report of one's own (report.jq) and
# by the pages of a class's students (grader/export/report/student.jq).
include "html";
include "bits";

def score:
  @html "<div class=\"score\"><p class=\"big\">\(.points | num)<small> of \(.max_points | num) points</small></p>",
  @html "<div class=\"track\" style=\"--w:\(.points / ([.max_points, 1] | max) | [., 1] | min | [., 0] | max | percent)\"></div></div>";

# How many tests have which status: a list of tests.
def statuses:
  "<dl class=\"facts\">",
  (group_by(.status) | sort_by(.[0].status != "passed")[] | @html "<div><dt>\(.[0].status)</dt><dd>\(length)</dd></div>"),
  "</dl>";

# One test. MARKS go beside its status, MORE below all else.
def one_of_tests($lab; marks; more):
  (.status | kind) as $kind
  | @html "<li class=\"test \($kind)\" id=\"\($lab)-\(.name)\"><div class=\"line\"><h3>\(.name)</h3>",
    (.status | badge),
    marks,
    @html "<span class=\"points\">\(.points | num)\u202f/\u202f\(.max_points | num)</span></div>",
    @html "<p class=\"idea\">\(.idea)</p>",
    (if .message != "" then @html "<pre>\(.message)</pre>", (.message | diagrams) else empty end),
    (if .belief != "" then @html "<p class=\"belief\"><b>Likely:</b> \(.belief)</p>" else empty end),
    (if .output != "" then @html "<details open><summary>What your code printed</summary><pre>\(.output)</pre></details>" else empty end),
    more,
    "</li>";
