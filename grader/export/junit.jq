# junit.jq - a result as JUnit XML, for Jenkins, GitLab and whatever else reads it. Run by export.sh.
#
# JUnit XML has no standard; this keeps to what Jenkins's schema allows, which Maven Surefire's output
# passes too: src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd of
# jenkinsci/xunit-plugin. A failure is a wrong answer, an error is anything that stopped the test.
include "student";

def junit($o):
    .view as $s
    | def element($tag; $type; $message; $text):
          "      <\($tag) type=\"\($type | xml_attribute)\" message=\"\($message | xml_attribute)\">\($text | xml_text)</\($tag)>";
      def testcase($name; inner):
          [inner] as $inner
          | "    <testcase classname=\"\($s.lab | xml_attribute)\" name=\"\($name | xml_attribute)\""
            + if $inner == [] then "/>" else ">\n" + ($inner | join("\n")) + "\n    </testcase>" end;
      def wrong: failed and ([.status] | inside(["failed", "out of bounds", "not implemented", "missing"]));
      def first_line: split("\n")[0] // "";
      ([$s.tests[] | select(failed)] | length) as $failed
    | (if $s.graded then [$s.tests[] | select(wrong)] | length else 0 end) as $failures
    | ($s.hidden | . != null and .failed > 0 and $s.graded) as $hidden_failed
    | (($s.tests | length) + (if $s.hidden then 1 else 0 end)) as $count
    | (if $s.graded then
          {tests: $count, failures: ($failures + if $hidden_failed then 1 else 0 end),
           errors: ($failed - $failures), skipped: 0}
       else {tests: ($count + 1), failures: 0, errors: 1, skipped: $count} end) as $sum
    | [ "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        "<testsuites name=\"lowp\" tests=\"\($sum.tests)\" failures=\"\($sum.failures)\" errors=\"\($sum.errors)\">",
        "  <testsuite name=\"\($s.lab | xml_attribute)\" tests=\"\($sum.tests)\" failures=\"\($sum.failures)\" errors=\"\($sum.errors)\" skipped=\"\($sum.skipped)\">",
        "    <properties>",
        ({title: $s.title, state: $s.state, points: $s.points, max_points: $s.max_points} | to_entries[]
         | "      <property name=\"\(.key)\" value=\"\(.value | tostring | xml_attribute)\"/>"),
        "    </properties>",
        (select($s.graded | not) | testcase("submission"; element("error"; $s.state; $s.message | first_line; $s.message))),
        ($s.tests[] | . as $t | testcase(.name;
            $t
            | if $s.graded | not then "      <skipped/>"
              elif failed then element(if wrong then "failure" else "error" end; .status; text_of | first_line; text_of)
              else empty end,
              (select(.output != "") | "      <system-out>\(.output | xml_text)</system-out>"))),
        ($s.hidden | select(. != null) | . as $h | testcase("hidden tests";
            if $s.graded | not then "      <skipped/>"
            elif $hidden_failed then $h.text as $text | element("failure"; "failed"; $text; $text)
            else empty end)),
        "    <system-out>\($s | summary | xml_text)</system-out>",
        "  </testsuite>",
        "</testsuites>" ] | join("\n");
