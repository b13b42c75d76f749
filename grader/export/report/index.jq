# index.jq - the page for the instructor: every lab of the class. Included by report.jq.
# It names hidden tests; it is not for students.
include "html";
include "stats";

def student_link($lab): @html "<a href=\"\(.sid | page_of)#\($lab)\"><bdi>\(.student)</bdi></a>";
# A hidden test has no place on the student's page.
def test_link($of):
  if .hidden then @html "<code>\(.name)</code> <span class=\"fine\">hidden</span>"
  else @html "<a href=\"\($of.sid | page_of)#\($of.lab)-\(.name | @uri)\"><code>\(.name)</code></a>" end;
def test_name: @html "<code>\(.name)</code>" + (if .hidden then " <span class=\"fine\">hidden</span>" else "" end);
def bar($share): @html "<span class=\"track\" aria-hidden=\"true\" style=\"--w:\($share | [., 1] | min | [., 0] | max | percent)\"></span>";
def by_name: sort_by((.student | ascii_downcase), .sid, .lab);

# --- the class in numbers ---

def tile($name): "<div><dt>\($name)</dt><dd>\(.)</dd></div>";

def summary:
  map(select(.state == "graded")) as $graded
  | ($graded | map(.points) | sort) as $points
  | "<dl class=\"facts\">",
    (length | tostring | tile("students")),
    ($graded | length | tostring | tile("graded")),
    (if $graded != [] then
      ($points | mean | num | tile("mean")),
      ($points | quantile(0.5) | num | tile("median")),
      (($points | quantile(0.25) | num) + " to " + ($points | quantile(0.75) | num) | tile("quartiles")),
      (($points[0] | num) + " to " + ($points[-1] | num) | tile("lowest and highest"))
    else empty end),
    "</dl>",
    "<p class=\"fine\">Of the graded only: a student who could not be graded has 0 points in the tables that go to platforms, and does not count here. Half of the graded lie between the quartiles.</p>";

# Bars in percent and pixels, without a viewBox: letters keep their size on a phone.
def histogram_svg($lab; $full):
  map(select(.state == "graded") | .points) as $points
  | ($points | histogram($full)) as $h
  | ($h.bins | length) as $n
  | ($h.bins | map(.count) | [max, 1] | max) as $most
  | (first((1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000) | select(. * 5 >= $most)) // ($most / 5 | ceil)) as $step
  | ($most / $step | ceil | . * $step) as $top
  | (88 / $n) as $w
  | ($h.bins | map("\(.from) to \(.to): \(.count)") | join("; ")) as $said
  | @html "<svg class=\"histogram\" role=\"img\" width=\"100%\" height=\"250\" aria-labelledby=\"\($lab)-histogram-t \($lab)-histogram-d\"><title id=\"\($lab)-histogram-t\">\($lab): how many students have how many points</title><desc id=\"\($lab)-histogram-d\">Students by points. \($said).</desc>",
    (range(0; $top + 1; $step) | (200 - 170 * . / $top) as $y
      | "<line class=\"grid\" x1=\"10%\" x2=\"98%\" y1=\"\($y)\" y2=\"\($y)\"/><text class=\"end\" x=\"9%\" y=\"\($y + 4)\">\(.)</text>"),
    ($h.bins | to_entries[] | (170 * .value.count / $top) as $high
      | "<rect x=\"\(10 + $w * .key + $w * 0.06)%\" y=\"\(200 - $high)\" width=\"\($w * 0.88)%\" height=\"\($high)\"><title>\(.value.from) to \(.value.to) points: \(.value.count | plural("student"))</title></rect>"),
    (range($n + 1) | "<text class=\"middle\(if $n > 8 and . % 2 == 1 then " other" else "" end)\" x=\"\(10 + $w * .)%\" y=\"218\">\(. * $h.width)</text>"),
    ($points | sort | quantile(0.5)
      | if . == null then empty else
          ((10 + 88 * . / ($n * $h.width)) as $x
          | "<line class=\"median\" x1=\"\($x)%\" x2=\"\($x)%\" y1=\"18\" y2=\"200\"/><text class=\"\(if $x > 54 then "end" else "start" end)\" x=\"\($x)%\" y=\"14\">median \(num)</text>")
        end),
    "<text class=\"middle\" x=\"54%\" y=\"241\">points</text><text class=\"start\" x=\"0\" y=\"14\">students</text></svg>";

def grades($lab):
  table("tall"; "\($lab): grades"; ["student", "##points", "state"];
    by_name[]
    | @html "<tr><th scope=\"row\">", student_link($lab),
      @html "</th><td class=\"n\">\(.points | num)</td><td class=\"barred\">", bar(.points / ([.max_points, 1] | max)),
      "</td><td>", (.state | state_badge), (if .flaky == [] then empty else flaky_mark end), "</td></tr>");

def item_analysis($lab):
  map(select(.state == "graded")) as $graded
  | if $graded == [] then "<p>Nobody is graded yet.</p>" else
    "<p>How to read it: <b>passing</b> is the share of graded students who pass the test, <b>not tried</b> the share who left its function as it was. <b>Discrimination</b> tells whether the test goes along with the rest of the points, from \u22121 to 1: above 0.3 those who do well elsewhere pass it and those who do not fail it. Near 0 it tells them apart no better than a coin; below 0 it is the good students who fail: look whether the test or its text is wrong. Where nearly all pass or nearly all fail it says little. \u2013 stands where fewer than 10 are graded or all have the same.</p>",
    "<p class=\"fine\">Discrimination is the point-biserial correlation of the test\u2019s points with the total less this test.</p>",
    table(""; "\($lab): tests"; ["test", "#points", "##passing", "#not tried", "#discrimination"];
      $graded | items[]
      | "<tr><th scope=\"row\">", test_name, @html "<p class=\"idea\">\(.idea)</p></th><td class=\"n\">\(.max | num)</td><td class=\"n\">\(.passing | percent)</td><td class=\"barred\">", bar(.passing),
        "</td><td class=\"n\">\(.open | percent)</td><td class=\"n\">",
        (.discrimination | if . == null then "\u2013"
          elif . < 0 then "<b class=\"doubt\"><span aria-hidden=\"true\">\u25bc</span> \(fixed(2))</b>" else fixed(2) end),
        "</td></tr>")
    end;

def misconceptions($lab):
  (map(select(.state == "graded")) | beliefs) as $all
  | if $all == [] then "<p>No test recognised a wrong rule.</p>" else
    table(""; "\($lab): misconceptions"; ["likely mistake", "#students", "tests"];
      $all[:20][] | @html "<tr><th scope=\"row\" class=\"text\">\(.belief)</th><td class=\"n\">\(.students)</td><td class=\"text\">", (.tests | map(test_name) | join(", ")), "</td></tr>"),
    ($all[20:] | length | if . == 0 then empty else "<p class=\"fine\">And \(plural("rarer one")).</p>" end)
    end;

# Everything but an honest pass, fail or gap: a row a student and outcome.
def runs_to_look_at($lab):
  [ .[] | select(.state == "graded") | . as $r
    | ((.tests | map(select(.status | kind == "stopped")) | group_by(.status)[] | { status: .[0].status, tests: . }),
       (if $r.flaky == [] then empty
        else { status: "flaky", tests: [ $r.tests[] | select(.name as $n | $r.flaky | index($n)) ] } end))
    | . + ($r | { student, sid, lab }) ]
  | if . == [] then "<p>Every test of everyone ended by itself and the same way twice.</p>" else
    "<dl class=\"facts\">",
    (group_by(.status)[] | @html "<div><dt>\(.[0].status)</dt><dd>\(length)</dd></div>"),
    "</dl><p class=\"fine\">Students, by what happened to at least one of their tests.</p>",
    table("tall"; "\($lab): crashed, stopped and flaky"; ["outcome", "student", "tests"];
      sort_by(.status, (.student | ascii_downcase), .sid)[] | . as $row
      | "<tr><td>", (if .status == "flaky" then flaky_mark else .status | badge end), "</td><th scope=\"row\">", student_link($lab), "</th><td class=\"text\">",
        (.tests | map(test_link($row)) | join(", ")), "</td></tr>")
    end;

# Intake's word on those who have no result for the lab although they handed it in, or could hand in nothing.
def without_result($lab; $submissions):
  (map({ (.sid): true }) | add // {}) as $have
  | $submissions[]
  | select(type == "object" and (.sid | type) == "string" and ($have[.sid] | not))
  | select((.problem // "") != "" or ((.labs | type) == "object" and (.labs | has($lab))))
  | { student: ((.student // .sid) | tostring), state: "no result",
      message: (if (.problem // "") != "" then .problem | tostring else "handed in, but there is no result file: run make autograde again" end) };

def not_graded($lab; $submissions):
  [ (map(select(.state != "graded"))[]), without_result($lab; $submissions) ]
  | if . == [] then "<p>Everyone was graded.</p>" else
    table("tall"; "\($lab): not graded"; ["student", "state", "why"];
      by_name[]
      | "<tr><th scope=\"row\">", (if .sid then student_link($lab) else @html "<bdi>\(.student)</bdi>" end), "</th><td>", (.state | state_badge), "</td><td>",
        @html "<pre>\(.message)</pre></td></tr>")
    end;

def notes($lab):
  [ .[] | { student, sid, lab } as $of | .notes[] | { note: ., of: $of } ] | group_by(.note) | sort_by(-length)
  | if . == [] then empty else
    @html "<h3 id=\"\($lab)-notes\">Notes</h3>",
    table("tall"; "\($lab): notes"; ["note", "#students", "who"];
      .[] | @html "<tr><th scope=\"row\" class=\"text\"><pre>\(.[0].note)</pre></th><td class=\"n\">\(length)</td><td>",
        (.[:12] | map(.of | student_link($lab)) | join(", ")),
        (if length > 12 then " and \(length - 12) more" else "" end), "</td></tr>")
    end;

def slowest($lab):
  map(select((.times | type) == "object" and (.times.wall_s | type) == "number"))
  | if . == [] then empty else
    @html "<h3 id=\"\($lab)-slowest\">Slowest runs</h3>",
    table(""; "\($lab): slowest runs"; ["student", "#wall", "#processor", "#compiling", "slowest test"];
      sort_by(-.times.wall_s)[:10][]
      | "<tr><th scope=\"row\">", student_link($lab),
        @html "</th><td class=\"n\">\(.times.wall_s | seconds)</td><td class=\"n\">\(.times.cpu_s | numbers // null | seconds)</td><td class=\"n\">\(.times.compile_s | numbers // null | seconds)</td><td>",
        (.times.tests | if type == "object" and length > 0 then to_entries | map(select(.value | type == "number")) | max_by(.value)
          | if . then @html "<code>\(.key)</code> \(.value | seconds)" else "\u2013" end else "\u2013" end),
        "</td></tr>")
    end;

def lab_section($lab; $submissions):
  (if length == 0 then $lab else "\($lab): \(.[0].title)" end) as $heading
  | (map(.max_points) | max // 0) as $full
  | @html "<section id=\"\($lab)\"><h2>\($heading)</h2>",
    (if length == 0 then "<p>There is no result of this lab.</p>" else
      summary,
      (map(.tests_sha256) | unique | length | if . > 1 then "<p class=\"notice\">These results come from \(.) versions of the tests: numbers of the class mix them. Grade again to have one.</p>" else empty end),
      @html "<h3 id=\"\($lab)-points\">Points</h3><div class=\"beside\"><div>", histogram_svg($lab; $full), "</div>", grades($lab), "</div>",
      @html "<h3 id=\"\($lab)-tests\">Tests</h3>", item_analysis($lab),
      @html "<h3 id=\"\($lab)-misconceptions\">Misconceptions</h3>", misconceptions($lab),
      @html "<h3 id=\"\($lab)-stopped\">Crashed, stopped and flaky</h3>", runs_to_look_at($lab)
    end),
    @html "<h3 id=\"\($lab)-ungraded\">Not graded</h3>", not_graded($lab; $submissions),
    notes($lab),
    slowest($lab),
    "</section>";

def all_labs($labs):
  "<section id=\"all\"><h2>All labs</h2>",
  table("tall"; "all labs: points"; ["student"] + ($labs | map("#" + .)) + ["#sum"];
    group_by(.sid) | map({ student: .[0].student, sid: .[0].sid, of: (map({ (.lab): . }) | add), sum: (map(.points) | add) }) | by_name[] | . as $row
    | "<tr><th scope=\"row\">", @html "<a href=\"\(.sid | page_of)\"><bdi>\(.student)</bdi></a></th>",
      ($labs[] | . as $lab | $row.of[$lab]
        | if . == null then "<td class=\"n\">\u2013</td>"
          else @html "<td class=\"n\"><a href=\"\(.sid | page_of)#\($lab)\">\(.points | num)</a>\(if .state == "graded" then "" else "\u202f*" end)</td>" end),
      @html "<td class=\"n\"><b>\(.sum | num)</b></td></tr>"),
  "<p class=\"fine\">\u2013: no result. *: not graded; the lab\u2019s section says why.</p></section>";

# Of {labs, results, submissions, unreadable}
def class_page($css):
  . as $in
  | page("Class report: \(.labs | join(", "))"; $css;
    "<header><h1>Class report</h1>",
    "<p class=\"fine\">For the instructor: it names hidden tests. The students\u2019 own pages do not.</p>",
    "<nav aria-label=\"Sections\"><ul>",
    (if .labs | length > 1 then "<li><a href=\"#all\">All labs</a></li>" else empty end),
    (.labs[] | . as $lab
      | if any($in.results[]; .lab == $lab) then
          @html "<li><a href=\"#\(.)\">\(.)</a>: <a href=\"#\(.)-points\">points</a>, <a href=\"#\(.)-tests\">tests</a>, <a href=\"#\(.)-misconceptions\">misconceptions</a>, <a href=\"#\(.)-stopped\">crashed</a>, <a href=\"#\(.)-ungraded\">not graded</a></li>"
        else @html "<li><a href=\"#\(.)\">\(.)</a></li>" end),
    "</ul></nav></header><main id=\"main\">",
    (if .unreadable == [] then empty else
      "<div class=\"notice\" id=\"unreadable\"><p><b>\(.unreadable | length | plural("file")) could not be read</b>: nothing below counts \(if .unreadable == [.unreadable[0]] then "it" else "them" end) in. Remove what is named here and run <code>make autograde</code> again.</p><ul>",
      (.unreadable[] | @html "<li><code>\(.path)</code>: \(.why)</li>"), "</ul></div>" end),
    (if .labs | length > 1 then .results | all_labs($in.labs) else empty end),
    (.labs[] | . as $lab | $in.results | map(select(.lab == $lab)) | lab_section($lab; $in.submissions)),
    "</main>");
