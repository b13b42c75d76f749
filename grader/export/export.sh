#!/bin/sh
# export.sh - turns results into what platforms read. Called by `make autograde` when all is graded,
# and by the platforms' own scripts (gradescope/, autolab/, prairielearn/, github/); run it from anywhere.
#
#   grader/export/export.sh [OPTIONS] OUT LAB...          every result of these labs, to OUT/exports:
#       gradescope/SID/LAB.json  autolab/SID/LAB.txt  prairielearn/SID/LAB.json  github/SID/LAB.txt
#       junit/LAB/SID.xml  canvas-LAB.csv  moodle-LAB.csv
#   grader/export/export.sh [OPTIONS] --one FORMAT RESULT.json      prints one; FORMAT as above
#   grader/export/export.sh --check RESULT.json...                  only says what is wrong with them
#
#   --leaderboard                  Gradescope: enter the points in its leaderboard
#   --autolab-problem LAB=NAME     the problem's name in Autolab (default: the lab's)
#   --canvas-id LAB=NUMBER         Canvas's number of the assignment, as in the address of its page
#   --canvas-roster FILE           a gradebook exported from Canvas: names and ids come from there
#   --moodle-worksheet LAB=FILE    the worksheet downloaded from Moodle: names and mail addresses
#   --image FILE                   PrairieLearn, with --one: show this PNG, SVG, JPEG or GIF file
#
# OUT/exports is made beside itself and takes its place when it is whole: after a kill or on a full
# disk the old one is still there. Starting jq takes longer than exporting a student, so each
# exporter runs once over all results. A result that is none is named and left out; the others are
# exported.
# Exit: 0 all exported, 1 something was left out or failed, 2 wrong usage.
set -u

here=$(cd "$(dirname "$0")" && pwd) || exit 1
export LC_ALL=C
largest=16777216 # bytes of a result file

say() { printf 'export: %s\n' "$*"; }
complain() { printf 'export: %s\n' "$*" >&2; }
give_up() {
    complain "$@"
    exit 1
}
usage() {
    complain "$1"
    sed -n 's/^#   \(grader.*\)/    \1/p' "$0" >&2
    exit 2
}

work=$(mktemp -d) || exit 1
stage=
trap 'rm -rf -- "$work" ${stage:+"$stage"}' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
failed=$work/failed

# ------------------------------------------------------------------ options
# with_modules ARGUMENTS...: jq that finds the files beside this one
with_modules() { jq -L "$here" "$@"; }

# Options become one JSON object, $o of every exporter.

# add_option ARGUMENTS... FILTER: what jq makes of the options so far
add_option() {
    with_modules "$@" "$work/options.json" >"$work/options.new" && mv "$work/options.new" "$work/options.json"
}

lab_of() {
    case $1 in lab[0-9][0-9]=?*) lab=${1%%=*} value=${1#*=} ;; *) usage "$1 should be LAB=..., as lab05=$2" ;; esac
}

# read_rows FILE: a CSV file as JSON, to $work/rows.json
read_rows() {
    [ -f "$1" ] || give_up "there is no file $1"
    with_modules -Rs 'include "student"; csv_objects' <"$1" >"$work/rows.json" || give_up "$1 cannot be read as CSV"
    [ "$(cat "$work/rows.json")" != '[]' ] || give_up "$1 has no rows"
}

add_image() {
    [ -f "$1" ] || give_up "there is no file $1"
    case $1 in
    *.png) type=image/png ;;
    *.svg) type=image/svg+xml ;;
    *.jpg | *.jpeg) type=image/jpeg ;;
    *.gif) type=image/gif ;;
    *) give_up "$1 is no .png, .svg, .jpg or .gif file" ;;
    esac
    base64 -w 0 "$1" >"$work/image" || give_up "cannot read $1"
    label=${1##*/}
    # shellcheck disable=SC2016 # jq's variables
    add_option --rawfile data "$work/image" --arg name "${label%.*}" --arg type "$type" \
        '.images += [{label: $name, url: "data:\($type);base64,\($data)"}]'
}

echo '{"leaderboard": false, "problem": {}, "assignment": {}, "moodle_worksheet": {}, "images": []}' >"$work/options.json"
mode=all format=
while [ $# -gt 0 ]; do
    case $1 in
    --autolab-problem | --canvas-id | --canvas-roster | --moodle-worksheet | --image | --one)
        [ $# -ge 2 ] || usage "$1 needs a value" ;;
    esac
    # shellcheck disable=SC2016 # jq's variables
    case $1 in
    --leaderboard) add_option '.leaderboard = true' ;;
    --autolab-problem)
        lab_of "$2" Correctness
        add_option --arg lab "$lab" --arg value "$value" '.problem[$lab] = $value'
        shift ;;
    --canvas-id)
        lab_of "$2" 4711
        case $value in *[!0-9]*) usage "$2: Canvas's ids are numbers" ;; esac
        add_option --arg lab "$lab" --arg value "$value" '.assignment[$lab] = $value'
        shift ;;
    --canvas-roster)
        read_rows "$2"
        add_option --slurpfile rows "$work/rows.json" '.canvas_roster = $rows[0]'
        shift ;;
    --moodle-worksheet)
        lab_of "$2" worksheet.csv
        read_rows "$value"
        add_option --arg lab "$lab" --slurpfile rows "$work/rows.json" '.moodle_worksheet[$lab] = $rows[0]'
        shift ;;
    --image)
        add_image "$2"
        shift ;;
    --one)
        mode=one format=$2
        shift ;;
    --check) mode=check ;;
    --) shift && break ;;
    -*) usage "there is no option $1" ;;
    *) break ;;
    esac
    shift
done

# ------------------------------------------------------------------ reading
# join_files: from lines "NAME TAB PATH" makes lines "NAME TAB the file's text in one line"; JSON has
# no line end that matters, and so jq can tell one file from the next even if they are no JSON.
join_files() {
    awk -F '\t' '{
        printf "%s\t", $1
        while ((getline line <$2) > 0)
            printf "%s ", line
        close($2)
        print ""
    }'
}

# check_results: such lines to "good TAB what exporters see" or "bad TAB NAME: what is wrong": names,
# and the view of student.jq, which no exporter can look behind. Where $lab is
# set, NAME has to be the sid of the result, and the lab its lab.
check_results() {
    # shellcheck disable=SC2016 # jq's variables
    with_modules -rRn --arg lab "$lab" --slurpfile schema "$here/result.schema.json" '
        include "schema"; include "result"; include "student";
        ($schema[0] | prepared) as $schema
        | inputs | index("\t") as $tab | .[:$tab] as $name | .[$tab + 1:]
        | (try [fromjson] catch []) as $parsed
        | (if $parsed == [] then ["it is no JSON"]
           else $parsed[0] | [wrong_with($schema),
               (select($lab != "" and type == "object" and (.sid != $name or .lab != $lab))
                | "it is the result of another student or lab (\(.sid) \(.lab))")]
           end) as $wrong
        | if $wrong == [] then "good\t\($parsed[0] | {sid, student, lab, ids, view: student} | tojson)"
          else "bad\t\($name): \($wrong[0])\(if $wrong | length > 1 then ", and \($wrong | length - 1) more" else "" end)" end'
}

# one_result FILE: the checked result of one file, to $work/one.json
one_result() {
    lab=
    { [ -f "$1" ] && [ -r "$1" ]; } || give_up "there is no file $1"
    [ "$(wc -c <"$1")" -le $largest ] || give_up "$1 is no result: it has more than $largest bytes"
    # The name could have any byte in it; the content is what counts.
    { printf 'result\t' && tr -d '\n' <"$1" && echo; } | check_results >"$work/checked" ||
        give_up "cannot check $1"
    case $(head -c 4 "$work/checked") in
    good) cut -f 2- "$work/checked" >"$work/one.json" ;;
    *)
        complain "$1 is no result: $(sed 's/^bad.result: //' "$work/checked")"
        return 1 ;;
    esac
}

# list_results LAB: lines "SID TAB PATH", relative to OUT
list_results() {
    for path in results/*/"$1.json"; do
        sid=${path#results/} sid=${sid%/*}
        [ "$path" != "results/*/$1.json" ] || [ -e "$path" ] || continue
        # Folders are named by intake; anything else did not come from it.
        case $sid in
        [.-]* | *[!A-Za-z0-9._@+%~-]*)
            complain "$1: results/ has a folder that is no student's: $(printf %s "$sid" | tr -c 'A-Za-z0-9._@+%~-' '?')"
            : >"$failed" ;;
        *)
            if [ -h "$path" ] || [ ! -f "$path" ] || [ "$(find "$path" -size +${largest}c)" ]; then
                complain "$1: $sid: it is no file of at most $largest bytes"
                : >"$failed"
            else
                printf '%s\t%s\n' "$sid" "$path"
            fi ;;
        esac
    done
}

# ------------------------------------------------------------------ writing
# The five exporters of one student each, and where their files go.
path_of='{gradescope: "gradescope/\(.sid)/\(.lab).json", autolab: "autolab/\(.sid)/\(.lab).txt",
          prairielearn: "prairielearn/\(.sid)/\(.lab).json", github: "github/\(.sid)/\(.lab).txt",
          junit: "junit/\(.lab)/\(.sid).xml"}'

# export_students FORMAT: files as student.jq's `file` frames them; lines "! SID: why" for failures
export_students() {
    with_modules -rn --slurpfile o "$work/options.json" "
        include \"student\"; include \"$1\";
        inputs | . as \$result | ($path_of | .$1) as \$path
        | try ([\$result | $1(\$o[0]) | file(\$path)] | .[])
          catch \"!\\t$1: \(\$result.lab): \(\$result.sid): \(tostring | .[:200] | gsub(\"\\n\"; \" \"))\"" "$work/results"
}

# write_files: writes what is framed so, below the folder it runs in
write_files() {
    awk '{
        tab = index($0, "\t")
        path = substr($0, 1, tab - 1)
        lines = substr($0, tab + 1)
        if (path == "!") {
            print "export: " lines >"/dev/stderr"
            status = 1
            next
        }
        for (; lines > 0; lines--) {
            if ((getline line) <= 0)
                exit 2
            print line >path
        }
        if (close(path) != 0)
            exit 2
    }
    END { exit status }'
}

# export_class FORMAT LAB: the CSV file of a lab
export_class() {
    # shellcheck disable=SC2016 # jq's variables
    with_modules -rs --slurpfile o "$work/options.json" "include \"$1\"; $1(\$o[0])" "$work/$2.results"
}

case $mode in
check)
    [ $# -gt 0 ] || usage "no result is named"
    status=0
    for result; do
        one_result "$result" || status=1
    done
    exit $status ;;
one)
    [ $# -eq 1 ] || usage "--one takes one format and one result"
    case $format in
    gradescope | autolab | prairielearn | github | junit) filter="$format(\$o[0])" ;;
    canvas | moodle) filter="[.] | $format(\$o[0])" ;;
    *) usage "there is no format $format" ;;
    esac
    one_result "$1" || exit 1
    with_modules -r --slurpfile o "$work/options.json" "include \"$format\"; $filter" "$work/one.json" >"$work/export" ||
        give_up "cannot export $1"
    cat "$work/export"
    exit ;;
esac

[ $# -ge 2 ] || usage "which OUT, and which labs?"
out=$1
shift
for lab; do
    case $lab in lab[0-9][0-9]) ;; *) usage "$lab is no lab" ;; esac
done
{ cd "$out/results" 2>/dev/null && cd ..; } || give_up "$out has no results"

[ -d exports ] || [ ! -d exports.old ] || mv exports.old exports # killed in between
stage=$PWD/exports.new
rm -rf -- "$stage" exports.old
mkdir "$stage" || exit 1
if [ -d exports ]; then
    cp -al exports/. "$stage" 2>/dev/null || cp -a exports/. "$stage" || give_up "cannot copy exports"
fi

: >"$work/results"
for lab; do
    # What there was of this lab goes, also of students that are gone. These are second names of the
    # old files, which stay as they are.
    find "$stage" -type f \( -name "$lab.json" -o -name "$lab.txt" -o -path "$stage/junit/$lab/*" \
        -o -name "canvas-$lab.csv" -o -name "moodle-$lab.csv" \) -delete || exit 1
    list_results "$lab" >"$work/list"
    join_files <"$work/list" | check_results >"$work/checked" || give_up "cannot read the results of $lab"
    sed -n 's/^good	//p' "$work/checked" >"$work/$lab.results"
    cat "$work/$lab.results" >>"$work/results"
    sed -n "s/^bad	/export: $lab: left out: /p" "$work/checked" >"$work/bad"
    if [ -s "$work/bad" ]; then
        cat "$work/bad" >&2
        : >"$failed"
    fi
    [ "$(wc -l <"$work/checked")" -eq "$(wc -l <"$work/list")" ] || give_up "$lab: not every result was read"
    if [ ! -s "$work/$lab.results" ]; then
        complain "$lab: there is no result to export"
        : >"$failed"
        continue
    fi
    for format in canvas moodle; do
        export_class $format "$lab" >"$stage/$format-$lab.csv" || give_up "$lab: cannot write $format-$lab.csv"
    done
    cut -f 1 "$work/list" | (cd "$stage" && awk '{ for (i = 1; i <= n; i++) print format[i] "/" $0 }
        BEGIN { n = split("gradescope autolab prairielearn github", format, " ") }' | xargs mkdir -p) &&
        mkdir -p "$stage/junit/$lab" || exit 1
    # Who has no grade by this, and why.
    with_modules -r 'select(.view.undecided)
        | "export: \(.lab): no grade in the CSV files for \(.sid): \(.view.state)"' "$work/$lab.results"
    say "$lab: $(wc -l <"$work/$lab.results") of $(wc -l <"$work/list") results"
done
for format in gradescope autolab prairielearn github junit; do
    { export_students $format >"$work/$format.files" || : >"$work/$format.failed"; } &
done
wait
for format in gradescope autolab prairielearn github junit; do
    [ ! -e "$work/$format.failed" ] || give_up "the exporter $format failed"
    (cd "$stage" && write_files <"$work/$format.files")
    case $? in
    0) ;;
    1) : >"$failed" ;;
    *) give_up "cannot write to $out; the exports are as they were" ;;
    esac
done
# Folders of students that are gone.
find "$stage" -mindepth 1 -type d -empty -delete
sync -f "$stage" 2>/dev/null
{ [ ! -d exports ] || mv exports exports.old; } && mv "$stage" exports || exit 1
stage=
rm -rf exports.old
[ ! -e "$failed" ]
