#!/bin/sh
# jplag.sh - the class as JPlag takes it, for a comparison of submissions. Called by finish.sh:
#
#   jplag.sh OUT LAB...
#
# OUT/jplag/LAB/submissions/SID/ holds the lines that a student wrote: those of the file that its stub
# has not. OUT/jplag/LAB/base/ is the stub itself. They are parts of a file, so JPlag compares them as text:
#   java -jar jplag.jar -l text -bc OUT/jplag/lab05/base OUT/jplag/lab05/submissions
# (JPlag's README: "Basic Concepts", "-bc, --base-code".)
# Exit: 0 made, 1 not.
set -u
cd "$(dirname "$0")/../.." || exit 1
out=$1
shift
stubs=$out/.work/stubs
mkdir -p "$stubs"
rm -rf -- "$out/jplag.new"
for lab; do
    mkdir -p "$out/jplag.new/$lab/submissions" "$out/jplag.new/$lab/base" || exit 1
    for name in "$lab.c" "$lab.cu"; do
        solution=$(ls solutions/"$lab"_*/"$name" 2>/dev/null) || continue
        tools/stubs.sh --cut "$solution" >"$out/jplag.new/$lab/base/$name" || exit 1
        for file in "$out"/submissions/*/"$lab/$name"; do
            [ -f "$file" ] || continue
            sid=${file%/"$lab"/*} sid=${sid##*/}
            folder=$out/jplag.new/$lab/submissions/$sid
            mkdir -p "$folder" || exit 1
            # 1: they differ, as they should
            diff --text --old-group-format= --unchanged-group-format= --new-group-format='%>' \
                --changed-group-format='%>' "$out/jplag.new/$lab/base/$name" "$file" >"$folder/$name"
            [ $? -le 1 ] || exit 1
        done
    done
done
rm -rf -- "$out/jplag" && mv "$out/jplag.new" "$out/jplag"
