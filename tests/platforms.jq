# platforms.jq - what each platform asks of a file that it reads, as far as it can be said here. Used
# by tests/check_export.sh. Each function prints a line for everything that is wrong; the sources are
# named in the exporters (grader/export/*.jq).

def when(wrong; text): if wrong then text else empty end;
def is($type): type == $type;
def lacks($names): . as $o | $names[] | select(. as $n | $o | has($n) | not) | "lacks \(.)";
def other_than($names): keys - $names | .[] | "has a field \(.) that nobody reads";

# Gradescope, "Autograder Specifications"
def gradescope:
    def formats: ["text", "html", "simple_format", "md", "ansi"];
    lacks(["score", "tests"]),
    other_than(["score", "execution_time", "output", "output_format", "test_output_format",
        "test_name_format", "visibility", "stdout_visibility", "extra_data", "tests", "leaderboard"]),
    when(.score | is("number") and . >= 0 | not; "score"),
    when(.output | is("string") | not; "output"),
    when(.output_format != "text"; "the output could be HTML"),
    when(.visibility != "visible"; "not all is visible"),
    when(.stdout_visibility != "hidden"; "students would see what the grader printed"),
    (.tests[] | lacks(["score", "max_score", "status", "name", "output", "visibility"]),
        other_than(["score", "max_score", "status", "name", "name_format", "number", "output",
            "output_format", "tags", "visibility", "extra_data"]),
        when(.status != "passed" and .status != "failed"; "status"),
        when([.name, .number, .output] | map(type) | unique != ["string"]; "name, number or output"),
        when(.output_format as $f | formats | index($f) | not; "output_format"),
        when(.tags | is("array") and all(.[]; is("string")) | not; "tags"),
        when(.visibility != "visible"; "a test that is not visible hides the total score"),
        when(.score < 0 or .score > .max_score; "score of a test")),
    when(([.tests[].score] | add) - .score | fabs > 0.001; "score is not the sum of the tests'"),
    (.leaderboard // [] | .[] | lacks(["name", "value"]));

# Autolab: "Features", "Formatted Feedback"; the text of the file
def autolab:
    (split("\n") | if .[-1] == "" then .[:-1] else . end) as $lines
    | when($lines | length != 2; "not two lines"),
      ($lines[1] | fromjson
       | when(.scores | is("object") and all(.[]; is("number")) | not; "scores"),
         when(.scoreboard | is("array") | not; "scoreboard"),
         # parseAutoresult would put quotes in there
         when($lines[1] | test("[a-zA-Z0-9]:"); "letters before a colon in the autoresult")),
      ($lines[0] | fromjson
       | when(._presentation != "semantic"; "_presentation"),
         when((keys - ["_presentation", "stages"] | sort) != (.stages | sort); "stages"),
         (.[.stages[]]
          | when(._order - keys != [] or (keys - ["_order"] - ._order != []); "_order"),
            when([to_entries[] | select(.key != "_order").key[:1]] | index("_") != null; "a key that is not shown"),
            # A stage of results has only results, one of notes has none.
            ([.[._order[]] | type] | unique | when(. != ["object"] and . != ["string"] and . != []; "a mixed stage")),
            (.[._order[]] | objects | when(.passed | is("boolean") | not; "passed"),
                when(has("hint") and (.hint | is("string") | not); "hint"))));

# PrairieLearn, "Grading results"
def prairielearn:
    when(tojson | utf8bytelength > 1024 * 1024; "more than 1 MB"),
    if .gradable == false then
        when(.format_errors | is("array") and length > 0 and all(.[]; is("string")) | not; "format_errors")
    else
        when(.gradable != true; "gradable"),
        when(.score | is("number") and . >= 0 and . <= 1 | not; "score is out of range"),
        when(.message | is("string") | not; "message"),
        (.images[] | when(.url | is("string") and test("^data:image/[a-z+]+;base64,[A-Za-z0-9+/=]+$") | not; "an image's url"),
            when(.label | is("string") | not; "an image's label")),
        (.tests[] | when([.points, .max_points] | map(type) != ["number", "number"]; "points or max_points"),
            when([.name, .description, .message, .output] | map(type) | unique != ["string"]; "name, description, message or output"))
    end;

# GitHub Classroom: autograding-grading-reporter; the text of the file
def github:
    when(utf8bytelength > 131072 - 20; "more than a variable of the environment can hold"),
    (@base64d | fromjson
     | lacks(["version", "status", "max_score", "tests"]),
       when(.status as $s | ["pass", "fail", "error"] | index($s) | not; "status"),
       when(.max_score | is("number") | not; "max_score"),
       when(([.tests[].max_score] | add) - .max_score | fabs > 0.001; "max_score is not the sum of the tests'"),
       (.tests[] | lacks(["name", "status", "score", "message", "test_code", "line_no"]),
           when(.status as $s | ["pass", "fail", "error"] | index($s) | not; "status of a test"),
           when(.score | is("number") | not; "score"), when(.line_no != 0; "line_no"),
           # actions/runner: what a runner would obey
           ([.name, .message, .test_code][] | split("\n")[]
            | when(test("^\\s*::") or test("##\\["); "a workflow command: \(.)"))));

# Canvas: lib/gradebook_importer.rb; and any CSV file: the rows
def csv:
    (.[] as $row | when($row | length != 0 and length != 1 | not; "an empty row")),
    when(map(length) | unique | length != 1; "rows of different lengths"),
    (.[1:][][] | when(test("^\\s*[=+\\-@]") and (test("^-?([0-9]+(\\.[0-9]+)?)?$") | not); "a formula: \(.)"),
        when(test("[\u0000-\u001f]"); "a control character"));
def canvas:
    csv,
    when(.[0][:5] != ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]; "the header"),
    when(.[0][5] | test("^.+ \\([0-9]+\\)$") | not; "the assignment's id"),
    when(.[1][0] != "    Points Possible" or (.[1][5] | tonumber) <= 0; "the row of points"),
    (.[2:][] | when(.[0] | test("points possible"; "i"); "a student who would set the points"),
        when(.[5] | test("^([0-9]+(\\.[0-9]+)?)?$") | not; "a grade"));

# Moodle: importgradeslib.php
def moodle:
    csv, (.[0] as $names | ["Identifier", "Grade", "Last modified (grade)", "Feedback comments"] - $names | .[] | "lacks the column \(.)"),
    (.[0] as $names | .[1:][] | . as $row | reduce range($names | length) as $i ({}; .[$names[$i]] = $row[$i])
     | when(.Identifier | test("^(Participant [^ ]+)?$") | not; "Identifier"),
       when(.Grade | test("^([0-9]+(\\.[0-9]+)?)?$") | not; "Grade"),
       when(.Grade != "" and (.Grade | tonumber) > (.["Maximum Grade"] | tonumber); "a grade above the maximum"),
       when(.["Feedback comments"] | gsub("<br>"; "") | test("[<>]"); "HTML in the feedback"));
