# student.jq - what the exporters share: a result as its student may see it, and text made safe.
# Included by every exporter beside it (gradescope.jq, autolab.jq, ...); never run by itself.
#
# A result (result.schema.json) holds more than a student may see. `student` is the one place that
# knows the difference: public tests whole, and of the hidden ones only how many there are, how many
# failed, and their points. Exporters read nothing else of a result than what `student` gives.
#
# All text is a stranger's: names, compiler messages, what the code printed. `plain` is applied to
# all of it here; each exporter then escapes for its own format.

# 0.30000000000000004 is 0.3: points have at most four decimals.
def number: (. * 10000 | round) / 10000 + 0;

# Code points that no export carries. Controls but \n and \t (terminals and XML 1.0, section 2.2),
# U+FFFE and U+FFFF (XML again), and the marks that turn the direction of text around (Unicode
# Standard Annex 9, section 2), with which "passed" can be made to read as something else.
def unwanted:
    (. < 32 and . != 10 and . != 9) or (. >= 127 and . < 160) or . == 65534 or . == 65535
    or . == 1564 or . == 8206 or . == 8207 or (. >= 8234 and . <= 8238) or (. >= 8294 and . <= 8297);

# Removes ANSI escape sequences (ECMA-48, sections 5.4 and 5.6): ESC [ parameters final, ESC ] ...
# BEL or ESC \, and ESC with one letter; then whatever else is unwanted. Most text has none of that,
# and a pattern costs more than the text it looks at: `clean` can be asked once for many texts.
def clean: tojson | test("[^ -~]|\\\\[urbf]") | not;
def plain:
    if clean then .
    else
        [foreach (split("\r\n") | join("\n") | split("\r") | join("\n") | explode | .[]) as $c ("text";
            if . == "esc" then if $c == 91 then "csi" elif $c == 93 then "osc" else "end" end
            elif . == "csi" then if $c >= 64 and $c <= 126 then "end" else . end
            elif . == "osc" then if $c == 7 then "end" elif $c == 27 then "esc" else . end
            elif $c == 27 then "esc"
            else "text" end;
            if . == "text" and ($c | unwanted | not) then $c else empty end)]
        | implode
    end;

# Split and join: gsub takes the square of the time that the matches take.
def replace($this; $that): split($this) | join($that);
def one_line: plain | replace("\n"; " ") | replace("\t"; " ") | split(" ") | map(select(. != "")) | join(" ");

# At most $n characters, and a word on how many are missing.
def cut($n):
    if length > $n then "\(.[:$n])\n[cut here: \(length - $n) more characters]" else . end;

# XML text and attribute values: @html's five entities are XML's too; an attribute's line ends and
# tabs would be read as spaces (XML 1.0, section 3.3.3) if they were not written as references.
def xml_text: @html;
def xml_attribute: xml_text | replace("\n"; "&#10;") | replace("\t"; "&#9;");

# One cell of CSV (RFC 4180). Spreadsheets run a cell that begins with = + - @ (or their wide forms)
# as a formula, so such a cell begins with ' here; numbers are left alone. No cell has a line end:
# importers that look at the file line by line (Canvas does) would take it for two.
def csv_cell:
    if type == "number" then number | tostring
    else
        tostring | one_line
        | if test("^[=+\\-@\uFF1D\uFF0B\uFF0D\uFF20]") and (test("^-?([0-9]+(\\.[0-9]+)?)?$") | not)
          then "'" + . else . end
        | if test("[\",;']") or test("^ | $") then "\"" + replace("\""; "\"\"") + "\"" else . end
    end;
def csv_row: map(csv_cell) | join(",");
# ... of text without line ends that begins with our own words.
def csv_text: "\"" + replace("\""; "\"\"") + "\"";

# The rows of a CSV text, each an array of cells: what the rosters that platforms export come as.
def csv_rows:
    reduce (ltrimstr("\uFEFF") | replace("\r\n"; "\n") | replace("\r"; "\n") | split("\n"))[] as $line
        ({rows: [], open: null};
         # A line with an odd number of quotes opens or closes a cell that has line ends in it.
         (if .open == null then $line else .open + "\n" + $line end) as $text
         | if ($text | explode | map(select(. == 34)) | length) % 2 == 1 then .open = $text
           else .open = null | if $text == "" then . else .rows += [$text] end end)
    | .rows | map(
        ["," + . | match(",(?:\"((?:[^\"]|\"\")*)\"|([^,]*))"; "g")
         | .captures | (.[0].string // .[1].string // "") | replace("\"\""; "\"")]);
# ... and as objects, by the names in the first row.
def csv_objects:
    csv_rows | . as $rows | ($rows[0] // []) as $names
    | $rows[1:] | map(. as $row | reduce range($names | length) as $i ({}; .[$names[$i]] = ($row[$i] // "")));

# What a public test says to a student, part by part.
def failed: .status != "passed";
def text_of:
    [ (select(failed and .status != "failed") | .status),
      (.message | select(. != "")),
      (.belief | select(. != "") | "likely: " + .) ] | join("\n");
def full_text:
    [ .idea, text_of,
      (.output | select(. != "") | "your code printed:\n" + .) ] | map(select(. != "")) | join("\n\n");

# The student's view.
def student:
    . as $result
    | (.tests | map(select(.visibility == "public"))) as $public
    | (.tests | map(select(.visibility != "public"))) as $hidden
    # Notes and messages come from the grader, which has no reason to name a hidden test there;
    # should it ever, that note stays behind.
    | def discreet: select(. as $text | any($hidden[].name; . as $name | $text | contains($name)) | not);
    {
        lab, title: (.title | one_line), state,
        graded: (.state == "graded"),
        # Not the student's doing: no grade should follow from it.
        undecided: (.state == "grader error" or .state == "refused"),
        message: (if .state == "graded" then ""
                  elif .state == "grader error" then
                      "the grader itself failed; this says nothing about your work"
                  else .message | plain | ([discreet][0] // .state) end),
        notes: [.notes[] | one_line | discreet],
        flaky: [.flaky[] | select(. as $name | any($public[]; .name == $name)) | one_line],
        points: (.points | number),
        max_points: (.max_points | number),
        tests: (($public | clean) as $all_clean
            | [$public[] | ($all_clean or clean) as $clean
               | def text: if $clean then . else plain end;
                 {name, idea: (.idea | text | split("\n") | join(" ")), status,
                  points: (.points | number), max_points: (.max_points | number),
                  message: (.message | text), belief: (.belief | text), output: (.output | text),
                  kernels}]),
        # "2 of 5 failed (3 of 10 points)"
        hidden: (if $hidden == [] then null else {
            count: ($hidden | length),
            failed: ([$hidden[] | select(failed)] | length),
            points: ([$hidden[].points] | add | number),
            max_points: ([$hidden[].max_points] | add | number)}
            | .text = (if $result.state == "graded"
                       then "\(.failed) of \(.count) failed (\(.points) of \(.max_points) points)"
                       else "\(.count), not run" end) end)
    };

# The head of a report in plain text: points, what was left out, why nothing was graded.
def summary:
    [ "\(.lab) \(.title): " + if .graded then "\(.points) of \(.max_points) points" else "not graded: \(.state)" end,
      (.message | select(. != "")),
      (.notes[] | "note: " + .),
      (.flaky[] | "note: \(.): its outcome changed when it was run again"),
      (.hidden | select(. != null) | "hidden tests: " + .text) ] | join("\n");

# first(f) that fits: f gives JSON values from the most to the least complete; the first whose text
# has at most $bytes bytes is taken, and the last if none has.
def fitting($bytes; f): first((f | select(tojson | utf8bytelength <= $bytes)), last(f));

# One file for export.sh to write: a line "path TAB number of lines", then those lines.
def file($path): split("\n") as $lines | "\($path)\t\($lines | length)", $lines[];
