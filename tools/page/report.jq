# report.jq - the page of all labs of one's own. Called by report.sh.
#
# Arguments: mark, css, labs (the lines of progress.sh --json), results (of the graded labs), figures
# ("LAB<tab>FILE<tab>TITLE" lines) and environment ("NAME<tab>VALUE" lines). A line that begins with the
# mark asks for a drawing (figure.awk).
include "html";
include "tests";

def lines_of($text): $text | split("\n")[] | select(. != "") | split("\t");

def hints: [.hints[]] | add // 0;

def state:
  if .graded == null then "not graded" | "<span class=\"badge open\"><span aria-hidden=\"true\">\u25cb</span> \(.)</span>"
  elif .changed != [] then "<span class=\"badge flaky\"><span aria-hidden=\"true\">\u2248</span> stale</span>"
  else @html "<span class=\"badge done\"><span aria-hidden=\"true\">\u2713</span> graded</span> \(.graded)" end;

def overview:
  table(""; "labs"; ["lab", "##points", "#hints opened", "state"];
    $labs[] | select(.lab)
    | "<tr><th scope=\"row\">",
      (if .graded != null then @html "<a href=\"#\(.lab)\">\(.lab)</a> \(.title)" else @html "\(.lab) \(.title)" end),
      @html "</th><td class=\"n\">\(.points // 0 | num) of \(.max_points | num)</td><td class=\"barred\"><span class=\"track\" aria-hidden=\"true\" style=\"--w:\((.points // 0) / ([.max_points, 1] | max) | [., 1] | min | percent)\"></span></td>",
      @html "<td class=\"n\">\(hints)</td><td>", state, "</td></tr>");

def hint_line($lab):
  @html "<p class=\"fine\">Hints opened: \($lab.hints[.name] // 0) of 3. The next: <code class=\"command\">make hint LAB=\($lab.lab) TEST=\(.name)</code></p>";

def curves:
  .lab as $lab
  | [lines_of($figures) | select(.[0] == $lab)]
  | if . == [] then empty else
      "<h3>Curves</h3><div class=\"drawings\">",
      (.[] | (.[1] | split("/")[-1] | rtrimstr(".svg")) as $name
       | @html "<figure><div class=\"box drawing\" role=\"region\" tabindex=\"0\" aria-label=\"\(.[2])\">",
         @html "\($mark) figure \(.[1]) \($name) \(.[2])",
         @html "</div><figcaption>\(.[2])</figcaption></figure>"),
      "</div>"
    end;

def graded($lab):
  score,
  (if $lab.changed == [] then empty
   else @html "<div class=\"notice\"><p>Stale: \($lab.changed | join(", ")) changed since this was graded. <code class=\"command\">make \($lab.lab) grade</code></p></div>" end),
  (.tests | statuses),
  (.tests | map(select(.status != "passed"))
   | if . == [] then "<p>Every idea passes.</p>"
     else "<h3>Ideas still open</h3><ol class=\"tests\">", (.[] | one_of_tests($lab.lab; empty; hint_line($lab))), "</ol>" end),
  (.tests | map(select(.status == "passed"))
   | if . == [] then empty
     else "<h3>Ideas that pass</h3><ol class=\"tests\">", (.[] | one_of_tests($lab.lab; empty; empty)), "</ol>" end);

def provenance($lab):
  @html "<p class=\"fine\">Graded \($lab.graded), seed \(.seed), on \(.device), sandbox \(.sandbox), tests \(.tests_sha256[:16]), runner built by gcc \(.tools.compiler). The same inputs again: <code class=\"command\">make grade LAB=\(.lab) SEED=\(.seed)</code></p>";

def lab:
  . as $lab
  | ($results | map(select(.lab == $lab.lab))[0]) as $result
  | @html "<section id=\"\(.lab)\"><h2>\(.lab): \(.title)</h2>",
    (if $result then $result | graded($lab) else "<p>Not graded yet.</p>" end),
    curves,
    (if $result then $result | provenance($lab) else empty end),
    "</section>";

($labs | map(select(.lab))) as $all
| ($all | map(select(.graded != null))) as $graded
| page("lowp: my labs"; $css;
    "<header><h1>My labs</h1>",
    @html "<p>\($graded | map(.points) | add // 0 | num) of \($all | map(.max_points) | add | num) points in \($graded | length) of \($all | length) labs, \($all | map(hints) | add | if . == 1 then "1 hint" else "\(.) hints" end) opened.</p></header>",
    "<main id=\"main\">", overview,
    @html "<p>Next: <code class=\"command\">\($labs[-1].next)</code></p>",
    ($all[] | select(.graded != null or (.lab as $lab | any(lines_of($figures); .[0] == $lab))) | lab),
    "<section id=\"environment\"><h2>Environment</h2>",
    table(""; "environment"; ["what", "which"];
      lines_of($environment) | @html "<tr><th scope=\"row\">\(.[0])</th><td>\(.[1])</td></tr>"),
    "</section></main>")
