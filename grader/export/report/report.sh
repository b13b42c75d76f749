#!/bin/sh
# report.sh - the class report: OUT/index.html for the instructor and OUT/students/SID.html, a page a
# student that may be handed out. Called at the end of `make autograde`; by hand:
#
#   grader/export/report/report.sh OUT LAB...
#
# Reads OUT/results/SID/LAB.json and, where they are, OUT/times/SID/LAB.json, OUT/curves/SID/LAB/*.png
# and OUT/submissions.jsonl. One jq makes every page (report.jq), one awk parts them into files
# (split.awk). They are written to a folder of their own and renamed when all are whole, so a reader
# sees the old page or the new one. A file that is not JSON is named in the report and costs no other.
# Exit status: 0; 1 if no report was made (an older one is left as it was); 2 for a wrong call.
set -u
export LC_ALL=C

if [ $# -lt 2 ] || ! [ -d "$1" ]; then
    echo "usage: report.sh OUT LAB...   (OUT: the folder of \`make autograde\`)" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd) || exit 1
shared=$here/../../../tools/page # what pages of one's own have too
cd "$1" || exit 1
shift

work=.report.tmp
rm -rf "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mkdir -p "$work/pages/students" || exit 1
# Begins each line that is not part of a page. Nothing in a result can guess it.
mark=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')

list() { # FOLDER DEPTH PATTERN: its plain files, as "BYTES SID/LAB..."
    [ ! -d "$1" ] || find "$1" -mindepth "$2" -maxdepth "$2" -type f -name "$3" -printf '%s %P\n' | sort -k 2
}
list results 2 'lab*.json' >"$work/results"
list times 2 'lab*.json' >"$work/times"
list curves 3 '*.png' >"$work/curves"
: >"$work/broken"

stream() {
    awk -v mark="$mark" -v labs="$*" -v work="$work" -f "$here/stream.awk"
}

pages() {
    jq -nr -L "$here" -L "$shared" --arg mark "$mark" --arg labs "$*" --rawfile css "$shared/page.css" \
        --rawfile broken "$work/broken" -f "$here/report.jq" <"$work/stream"
}

# Control characters do nothing good in a page, and a terminal may obey them.
make_pages() {
    pages "$@" 2>"$work/complaint" | tr '\000-\010\013-\037\177' '?' |
        awk -v mark="$mark" -v folder="$work/pages" -f "$here/split.awk"
}

# The last file that jq announced before it gave up is the broken one; the next try leaves it out.
find_broken() {
    jq -r --arg mark "$mark" 'select(type == "object" and has($mark)) | .path' \
        <"$work/stream" 2>/dev/null >"$work/announced" && return 1
    tail -n 1 "$work/announced" >>"$work/broken"
    [ -s "$work/announced" ]
}

give_up() {
    [ ! -s "$work/complaint" ] || cat "$work/complaint" >&2
    echo "report: no report was made; an older one was not touched (is the disk full?)" >&2
    exit 1
}

while :; do
    stream "$@" >"$work/stream" || give_up
    make_pages "$@" && break
    find_broken || give_up
    rm -rf "$work/pages"
    mkdir -p "$work/pages/students" || give_up
done

# Pages of students that are gone would be taken for today's.
mkdir -p students || exit 1
for page in students/*.html; do
    [ -e "$work/pages/$page" ] || rm -f "$page"
done
find "$work/pages/students" -name '*.html' -exec mv -f -t students {} + &&
    mv -f "$work/pages/index.html" index.html || exit 1
