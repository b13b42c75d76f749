# result.jq - what is wrong with a result. Included by export.sh and tests/check_export.sh.
#
# result.schema.json says what a result looks like; here is what no schema can say.
include "schema";

# $schema: result.schema.json, prepared. A line for each thing that is wrong with the result in . .
def wrong_with($schema):
    [violations($schema; "result")] as $found
    | if $found != [] then $found[]
      else
        (.tests | map(.name) | select(length != (unique | length)) | "two tests have one name"),
        (select((([.tests[].points] | add // 0) - .points | fabs) > 0.001)
         | "points is \(.points), but its tests have \([.tests[].points] | add // 0)"),
        (select((([.tests[].max_points] | add // 0) - .max_points | fabs) > 0.001)
         | "max_points is \(.max_points), but its tests have \([.tests[].max_points] | add // 0)"),
        (.tests[] | select(.points > .max_points) | "\(.name) has \(.points) of \(.max_points) points"),
        (select(.state == "graded" and .tests == []) | "it is graded, but has no test"),
        (select(.state != "graded" and .points > 0) | "it is not graded, but has \(.points) points")
      end;
