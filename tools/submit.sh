#!/bin/sh
# submit.sh - packs the files of a lab that a student edits, for handing in. Called by `make submit`:
#
#   tools/submit.sh LAB OUT HASH
#
# HASH is the file with the SHA-256 of the lab's tests. OUT/LAB-submission.tar.gz holds the folder LAB
# with LAB.c, LAB.cu if the lab has kernels, quiz.txt and manifest.json, and nothing else. The same
# files make the same archive. What may be an oversight is said, and packed all the same.
# Exit: 0 packed, 1 not: a file is missing or no file to hand in, 2 wrong usage.
set -u

cd "$(dirname "$0")/.." || exit 1
if [ $# -ne 3 ]; then
    echo "usage: tools/submit.sh LAB OUT HASH" >&2
    exit 2
fi
lab=$1 out=$2 hash=$3
max_bytes=1048576
for folder in labs/"$lab"_*/; do
    name=$(basename "$folder")
done
folder=labs/$name
stubs=solutions
[ -d $stubs ] || stubs=prebuilt/stubs
files="$lab.c quiz.txt"
[ ! -e "$folder/launch.cu" ] || files="$lab.c $lab.cu quiz.txt"

give_up() {
    printf 'submit: %s\n' "$1" >&2
    echo "Nothing was packed." >&2
    exit 1
}
warn() {
    printf 'submit: %s\n' "$*"
}

check_file() {
    [ ! -h "$1" ] || give_up "$1 is a link: put the file itself in its place."
    [ -e "$1" ] || give_up "$1 is missing. \`make stubs LAB=$lab\` brings it back, without your work."
    [ -f "$1" ] || give_up "$1 is no regular file."
    [ -r "$1" ] || give_up "$1 cannot be read. Try: chmod u+r '$1'"
    [ "$(wc -c <"$1")" -le $max_bytes ] || give_up "$1 is larger than 1 MiB."
}

# Is the file as the student got it?
check_touched() {
    [ -f "$stubs/$name/$1" ] || return 0
    if tools/stubs.sh --cut "$stubs/$name/$1" | cmp -s - "$folder/$1"; then
        warn "$folder/$1 is still as you got it: nothing is solved in it."
    fi
}

# READY is empty: handing in installs nothing.
check_compiles() {
    if ! "${MAKE:-make}" --no-print-directory -s READY= LAB="$lab" SOLUTION= "$lab" >"$work/log" 2>&1; then
        warn "$folder/$lab.c does not compile here, so it would earn nothing:"
        grep -v '^make' "$work/log" | head -n 12 | sed 's/^/    /'
    elif [ -e "build/labs/$lab.cu.checked.refused" ]; then
        warn "not all kernels of $folder/$lab.cu can be run, and those that cannot would earn nothing:"
        grep -v "^make\|^$lab is built" "$work/log" | head -n 12 | sed 's/^/    /'
    fi
}

# The points of the last grade, if no file has changed since.
say_points() {
    result=build/results/$lab.json
    [ -f "$result" ] || { warn "not graded yet: \`make $lab && make grade\` says what it is worth."; return; }
    changed=$(tools/progress.sh --changed "$lab" | sed -n 1p)
    if [ -n "$changed" ]; then
        warn "$changed has changed since the last grade: \`make $lab && make grade\`."
        return
    fi
    warn "the last grade of these files: $(sed -n 's/\.0,/,/; s/^  "points": \(.*\),/\1/p' "$result") of" \
        "$(sed -n 's/\.0,/,/; s/^  "max_points": \(.*\),/\1/p' "$result") points."
}

version_of() {
    "$1" -dumpfullversion 2>/dev/null || echo "none"
}

# Everything in it is made of letters, digits and dots: no text of the student's.
manifest() {
    printf '{\n  "schema": 1,\n  "lab": "%s",\n  "workbook": "%s",\n  "tests_sha256": "%s",\n' \
        "$lab" "$(tools/version.sh)" "$(cat "$hash")"
    printf '  "tools": {"gcc": "%s", "g++": "%s"},\n  "files": {' \
        "$(version_of "${CC:-gcc}")" "$(version_of "${CXX:-g++}")"
    comma=
    for file in $files; do
        printf '%s\n    "%s": "%s"' "$comma" "$file" "$(sha256sum <"$work/$lab/$file" | cut -d ' ' -f 1)"
        comma=,
    done
    printf '\n  }\n}\n'
}

for file in $files; do
    check_file "$folder/$file"
done
mkdir -p "$out" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf -- "$work" "$out/.$lab.$$"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mkdir "$work/$lab"
for file in $files; do
    cp -- "$folder/$file" "$work/$lab/" || exit 1
    check_touched "$file"
done
check_compiles
say_points
manifest >"$work/$lab/manifest.json" || exit 1
chmod -R u=rwX,go=rX "$work/$lab"
archive=$out/$lab-submission.tar.gz
(cd "$work" && tar --sort=name --format=ustar --mtime=@1735689600 --owner=0 --group=0 --numeric-owner \
    -cf archive.tar "$lab" && gzip -9n archive.tar) && cp -- "$work/archive.tar.gz" "$out/.$lab.$$" &&
    mv -f -- "$out/.$lab.$$" "$archive" || give_up "$archive cannot be written."
echo "$archive: $(printf '%s, ' $files)manifest.json"
