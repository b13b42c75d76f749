# student.jq - a student's page. Included by report.jq.
# It may be handed to the student: of hidden tests it says how many there are, how many failed and
# their points, and nothing else.
include "html";
include "tests";

def hidden_tests:
  map(select(.visibility == "hidden"))
  | if length == 0 then empty
    elif all(.[]; .status == "not run") then "<p>Beyond these there \(if length == 1 then "is 1 hidden test; it was" else "are \(length) hidden tests; they were" end) not run either.</p>"
    else @html "<p>Beyond these there \(if length == 1 then "is 1 hidden test" else "are \(length) hidden tests" end): \(map(select(.status != "passed")) | length) failed, \(map(.points) | add | num) of \(map(.max_points) | add | num) points.</p>"
    end;

# Curves, as many as fit into 1 MiB of base64; split.awk puts the bytes in.
def curves($mark):
  if length == 0 then empty
  else
    "<h3>Curves</h3><div class=\"curves\">",
    (foreach .[] as $c ({ room: 1048576 };
        (($c.bytes + 2) / 3 | floor | . * 4) as $size
        | if $size <= .room then { room: (.room - $size), fits: true } else .fits = false end;
        ($c.path | split("/")[-1]) as $name
        | if .fits then
            @html "<figure><img alt=\"curve \($name)\" src=\"data:image/png;base64,",
            "\($mark) curve \($c.path)",
            @html "\"><figcaption>\($name)</figcaption></figure>"
          else @html "<p>\($name) is left out: more than 1 MiB of curves.</p>" end)),
    "</div>"
  end;

def student_lab($mark):
  .lab as $lab | .flaky as $flaky
  | (.tests | map(select(.visibility != "hidden"))) as $public
  | @html "<section id=\"\($lab)\"><h2>\($lab): \(.title)</h2>",
    score,
    (if .state == "graded" then empty else @html "<div class=\"notice\"><p>\(.state | ascii_upcase[:1])\(.state[1:]): nothing could be graded.</p>", (if .message != "" then @html "<pre class=\"wide\" tabindex=\"0\">\(.message)</pre>" else empty end), "</div>" end),
    (if .notes == [] then empty else "<div class=\"notice\"><p>Notes</p><ul>", (.notes[] | @html "<li><pre>\(.)</pre></li>"), "</ul></div>" end),
    ($public | statuses),
    ($public | map(.name) | . - (. - $flaky) | length
      | if . == 0 then empty
        else "<p>\(plural("test is"; "tests are")) <i>flaky</i>: with the same inputs the outcome was not the same twice. Look for memory that was never written, or a race between threads.</p>" end),
    ($flaky - ($public | map(.name)) | length | if . == 0 then empty else "<p>Of the hidden tests \(.) \(if . == 1 then "is" else "are" end) flaky: with the same inputs the outcome was not the same twice.</p>" end),
    (.tests | hidden_tests),
    @html "<p>To see the same inputs again: <code class=\"command\">make grade LAB=\($lab) SEED=\(.seed)</code></p>",
    "<ol class=\"tests\">", ($public[] | one_of_tests($lab; (.name as $name | if $flaky | index($name) then flaky_mark else empty end); empty)), "</ol>",
    (.curves | curves($mark)),
    @html "<p class=\"fine\">Graded on: \(.device). Tests \(.tests_sha256[:16]).</p>",
    "</section>";

# Of {sid, student, labs: [results]}
def student_page($mark; $css):
  page("\(.student): \(.labs | map(.lab) | join(", "))"; $css;
    @html "<header><h1><bdi>\(.student)</bdi></h1>",
    (if .labs | length > 1 then
      "<nav aria-label=\"Labs\"><ul>",
      (.labs[] | @html "<li><a href=\"#\(.lab)\">\(.lab)</a> \(.points | num) of \(.max_points | num)</li>"),
      "</ul></nav>"
    else empty end),
    "</header><main id=\"main\">",
    (.labs[] | student_lab($mark)),
    "</main>");
