# html.jq - what pages share: numbers, statuses, the frame of a page. Included by the report of one's own
# (report.jq) and by a class's (grader/export/report). Texts go into a page through @html and no other way.

# 87.5, 12, 0.33: at most two digits behind the point.
def num: (. * 100 | round) / 100 | if . == 0 then 0 else . end | tostring;

# Always D digits behind the point.
def fixed($d):
  pow(10; $d) as $unit
  | (. * $unit | round | fabs) as $whole
  | ($whole % $unit | tostring) as $rest
  | (if . < 0 and $whole > 0 then "\u2212" else "" end) + ($whole / $unit | floor | tostring)
    + (if $d > 0 then "." + ("0" * ($d - ($rest | length)) // "") + $rest else "" end);

def percent: "\(. * 100 | round)%";
def seconds: if . == null then "\u2013" else fixed(2) + " s" end;
def plural($one; $many): if . == 1 then "1 \($one)" else "\(.) \($many)" end;
def plural($one): plural($one; $one + "s");

# A SID is safe in a path and in a URL but for its %.
def page_of: "students/" + (split("%") | join("%25")) + ".html";

# What a status means for the one who reads it: done, open, wrong or stopped.
def kind:
  if . == "passed" then "done"
  elif . == "not implemented" or . == "missing" or . == "not run" then "open"
  elif . == "failed" then "wrong"
  else "stopped" end;

def sign: { done: "\u2713", open: "\u25cb", wrong: "\u2717", stopped: "!" }[.];

# Sign, word and colour: each tells it alone.
def badge: kind as $kind | @html "<span class=\"badge \($kind)\"><span aria-hidden=\"true\">\($kind | sign)</span> \(.)</span>";
def state_badge:
  (if . == "graded" then "done" elif . == "nothing submitted" then "open" else "stopped" end) as $kind
  | @html "<span class=\"badge \($kind)\"><span aria-hidden=\"true\">\($kind | sign)</span> \(.)</span>";
def flaky_mark: "<span class=\"badge flaky\"><span aria-hidden=\"true\">\u2248</span> flaky</span>";

# A table in a box that scrolls by itself, so that the page never does. HEAD: a list of columns: "#" before
# those that hold numbers, "##" before those of a number and its bar; ROWS: a stream of rows.
def table($class; $caption; $head; rows):
  @html "<div class=\"box \($class)\" role=\"region\" tabindex=\"0\" aria-label=\"\($caption)\"><table><caption>\($caption)</caption><thead><tr>",
  ($head[] | if .[:2] == "##" then @html "<th scope=\"col\" colspan=\"2\">\(.[2:])</th>"
     elif .[:1] == "#" then @html "<th scope=\"col\" class=\"n\">\(.[1:])</th>" else @html "<th scope=\"col\">\(.)</th>" end),
  "</tr></thead><tbody>",
  rows,
  "</tbody></table></div>";

# The first wall is @html; this policy is the second: no script, no network, whatever a page holds.
def page($title; $css; body):
  "<!doctype html>",
  "<html lang=\"en\"><head><meta charset=\"utf-8\">",
  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">",
  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
  "<meta name=\"referrer\" content=\"no-referrer\"><meta name=\"robots\" content=\"noindex\">",
  "<link rel=\"icon\" href=\"data:,\">",
  @html "<title>\($title)</title>",
  "<style>", $css, "</style></head><body>",
  "<a class=\"skip\" href=\"#main\">Skip to the content</a>",
  body,
  "</body></html>";
