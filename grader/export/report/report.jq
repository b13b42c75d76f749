# report.jq - reads the stream that stream.awk makes and says every page of the report, each behind a
# line that names its file (split.awk). Called by report.sh.
#
# Arguments: mark, labs ("lab05 lab06"), css, broken (paths of files that are no JSON, a line each).
# A student's page is said as soon as the student's last file was read; of a result only what the class's
# page needs is kept (results), so memory grows by little more than a kilobyte a result.
include "html";
include "student";
include "index";

def texts(names): all(names; type == "string");

# A number that a result can have: no NaN and nothing endless gets into the sums.
def points: type == "number" and . >= -1e6 and . <= 1e6;

def is_result:
  type == "object" and .schema == 2
  and texts(.student, .state, .title, .message, .seed, .device, .tests_sha256)
  and (.points | points) and (.max_points | points)
  and (.notes | type) == "array" and all(.notes[]; type == "string")
  and (.flaky | type) == "array" and all(.flaky[]; type == "string")
  and (.tests | type) == "array"
  and all(.tests[]; type == "object" and texts(.name, .idea, .visibility, .status, .message, .belief, .output)
    and (.points | points) and (.max_points | points));

# What the class's page needs of a result.
def kept:
  { sid, student, lab, title, state, message, notes, points, max_points, flaky, times, tests_sha256,
    tests: (.tests | map({ name, idea, status, points, belief, max: .max_points, hidden: (.visibility == "hidden") })) };

def said_twice: "more in the file than one JSON value";

# A file was announced and nothing came: it is empty.
def close_announced: if .open then .unreadable += [{ path: .open.path, why: "the file is empty" }] | .open = null | .times = null | .curves = [] else . end;

def take_result($in):
  (.open.path | split("/") | { sid: .[1], lab: (.[2] | rtrimstr(".json")) }) as $of
  | if $in | is_result | not then .unreadable += [{ path: .open.path, why: "not a result of schema 2" }]
    else
      ($in + $of + { student: (if $in.student == "" then $of.sid else $in.student end), times: .times, curves: .curves }) as $result
      | if .now.sid == $of.sid then . else .page = .now | .now = ($result | { sid, student, labs: [] }) end
      | .now.labs += [$result]
      | .results += [$result | kept]
    end
  | .times = null | .curves = [];

def take($in):
  if .open == null then .last as $path | .unreadable += [{ path: $path, why: said_twice }]
  elif .open.kind == "submissions" then .submissions += [$in]
  elif .open.kind == "times" then .times = $in | .open = null
  else take_result($in) | .open = null end;

def announce($in):
  { kind: $in[$mark], path: $in.path } as $new
  | (if .open.kind == "submissions" then .open = null else close_announced end)
  | if $new.kind == "curve" then .curves += [$in | { path, bytes }]
    else .open = $new | .last = $new.path end;

{ open: null, last: "", page: null, now: null, times: null, curves: [], results: [], submissions: [],
  unreadable: [$broken | split("\n")[] | select(. != "") | { path: ., why: "not JSON" }] } as $start
| foreach (inputs, null) as $in ($start;
    .page = null
    | if $in == null then (if .open.kind == "submissions" then . else close_announced end) | .page = .now | .ended = true
      elif ($in | type) == "object" and ($in | has($mark)) then announce($in)
      else take($in) end;
    (.page | if . then "\($mark) page students/\(.sid).html", student_page($mark; $css) else empty end),
    (if .ended then
      "\($mark) page index.html",
      ({ results, submissions, unreadable, labs: ($labs / " ") } | class_page($css)),
      "\($mark) end"
    else empty end))
