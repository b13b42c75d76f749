# moodle.jq - the results of one lab as an offline grading worksheet for Moodle ("Upload grading
# worksheet"; the assignment needs the feedback types "Offline grading worksheet" and "Feedback
# comments"). Run by export.sh.
#
# Source: Moodle's docs, "Assignment activity", and what reads the file:
# mod/assign/feedback/offline/importgradeslib.php and locallib.php of moodle/moodle:
#   - The columns Identifier, Grade and "Last modified (grade)" have to be there; others are found by
#     their names too. Identifier is "Participant " and a number, which is in the names of the
#     submissions that Moodle exports.
#   - A grade above the assignment's maximum is passed over without a word: set it to Maximum Grade.
#   - A "Last modified" that is older than a grade in Moodle keeps that grade, unless "Allow updating
#     records that have been modified more recently in Moodle than in the spreadsheet" is ticked.
#   - Feedback comments become HTML (mod/assign/feedback/comments/locallib.php, set_editor_text).
# An empty grade is passed over: where the grader failed or the submission was refused.
include "student";

# .: the results of one lab. $o.moodle_worksheet: the rows of the worksheet that Moodle gave, by lab,
# to take names, mail addresses and the time of the last change from.
def moodle($o):
    ($o.moodle_worksheet[.[0].view.lab] // []) as $sheet
    | def known($identifier): first(($sheet[] | select(.Identifier == $identifier)), {});
      def html: replace("\t"; " ") | @html | replace("\n"; "<br>");
      def feedback: [ summary,
          (select(.graded) | .tests[] | select(failed) | "\(.name) (\(.points) of \(.max_points)): \(text_of)" | cut(2000)) ]
          | map(html) | join("<br><br>");
      [ (["Identifier", "Full name", "Email address", "Grade", "Maximum Grade",
         "Last modified (grade)", "Feedback comments"] | csv_row),
        (sort_by(.sid)[] | .view as $s
         | (if .ids.moodle then "Participant " + .ids.moodle else "" end) as $identifier
         | known($identifier) as $known
         | [ $identifier, ($known["Full name"] // .student),
             ($known["Email address"] // .ids.email // ""),
             if $s.undecided then "" else $s.points end,
             $s.max_points, ($known["Last modified (grade)"] // "-")]
         | csv_row + "," + ($s | feedback | csv_text)) ]
    | join("\n");
