# result.jq - the one result model: what became of one student's lab. Called by one.sh, which says
# where each part comes from; grader/export/result.schema.json says what each field means.
#
# A test that was run more than once under the same seed, with outcomes that differ, is flaky: it
# counts as the middle one of its three.

# The middle of the outcomes by points; the first of those that are equal, so that its text stays.
def middle: sort_by(.points) | .[length / 2 | floor];
def outcomes($name): [.[] | .tests[] | select(.name == $name)];
def differ: map([.status, .points]) | unique | length > 1;

def graded($test; $runs):
  ($runs | outcomes($test.name)) as $all
  | if $all == [] then
      {points: 0, status: "not run", message: "", belief: "", output: "", kernels: false, on_device: false, flaky: false}
    else
      ($all | if differ then middle else .[0] end)
      | {points, status, message, belief, output, kernels, on_device, flaky: ($all | differ)}
    end;

($row[0]) as $row
| ($submitted | split("\n") | map(select(. != "") | split("  ") | {key: .[1], value: .[0]}) | from_entries) as $files
| [ $tests[0][] as $test
    | $test + graded($test; if $test.visibility == "hidden" then $hidden else $public end) ] as $tests
| ($public[0] // {}) as $run
| { schema: 2,
    student: $row.student, sid: $sid, ids: ($row.ids // {}),
    lab: $lab, title: ($tests[0].title // $lab),
    state: $state, message: $message,
    notes: (($row.notes // [])
        + (if $state == "graded" or $state == "compile error" then
             ([$lab + ".c", $lab + ".cu", "quiz.txt"] - ($files | keys)
              | map(select(endswith(".cu") | not or $tests[0].has_kernels) | . + " was not handed in"))
           else [] end)
        + (if $refused != "" then ["the kernels were refused: " + $refused] else [] end)),
    points: ([$tests[].points] | add // 0), max_points: ([$tests[].max_points] | add // 0),
    seed: $seed,
    fingerprint: $fingerprint,
    flaky: [$tests[] | select(.flaky) | .name],
    device: ($run.device // ""), sandbox: ($run.sandbox // ""), tests_sha256: $hash,
    files: $files, tools: ($run.tools // {}),
    tests: [$tests[] | del(.title, .has_kernels, .flaky)] }
