# canvas.jq - the results of one lab as a CSV file for Canvas's gradebook ("Import"). Run by export.sh.
#
# Source: Canvas's guide "How do I import grades in the Gradebook?", and what reads and writes the file:
# lib/gradebook_importer.rb and lib/gradebook_exporter.rb of instructure/canvas-lms:
#   - The header is Student, ID, SIS User ID, SIS Login ID, Section and the assignment, written as
#     "title (id)"; without an id that the course has, an assignment of that title is looked for, and
#     made if there is none.
#   - A row whose first cell contains "Points Possible" sets the points of the assignment: no student's
#     name may contain that.
#   - A student is looked for by ID, then by SIS User ID, then by SIS Login ID, then by name.
# An empty grade is left for the instructor: where the grader failed or the submission was refused.
include "student";

# .: the results of one lab. $o.assignment: Canvas's number of the assignment, by lab.
# $o.canvas_roster: the rows of a gradebook that Canvas exported, to take names and ids from.
def canvas($o):
    .[0].view.lab as $lab
    | ($o.assignment[$lab] // "") as $id
    | ($o.canvas_roster // []) as $roster
    | def known: . as $ids | first(
          ($roster[] | select($ids.canvas != null and .ID == $ids.canvas)),
          ($roster[] | select($ids.sid != null and .["SIS User ID"] == $ids.sid)),
          ($roster[] | select($ids.email != null and .["SIS Login ID"] == $ids.email)),
          {});
      [ ["Student", "ID", "SIS User ID", "SIS Login ID", "Section",
         "\($lab) \(.[0].view.title)" + if $id == "" then "" else " (\($id))" end],
        ["    Points Possible", "", "", "", "", ([.[].view.max_points] | max)],
        (sort_by(.sid)[] | .view as $s | (.ids | known) as $known
         | [ ($known.Student // .student | gsub("Points Possible"; "Points-Possible"; "i")),
             ($known.ID // .ids.canvas // ""),
             ($known["SIS User ID"] // .ids.sid // ""),
             ($known["SIS Login ID"] // .ids.email // ""),
             ($known.Section // ""),
             if $s.undecided then "" else $s.points end ]) ]
    # The spaces before Points Possible are Canvas's own, and not to be trimmed.
    | map(if .[0] == "    Points Possible" then "    Points Possible,,,,,\(.[5])" else csv_row end)
    | join("\n");
