#!/bin/sh
# handout.sh - makes the students' folder and archive. Called by `make handout`, which has built the
# parts; run it from anywhere.
#
#   tools/handout.sh OUT BUILD LAB... -- PART...
#
# OUT/lowp-handout is the folder, OUT/lowp-handout-MACHINE.tar.gz the archive. PARTs are files under
# BUILD; BUILD/x becomes prebuilt/x, without debug information: no names of sources, no line numbers.
# What goes in is listed here by kind, so a file that nobody thought of stays out, and labs' folders
# with such files are named. Students' files are cut from the solutions, whatever somebody has made of
# those in labs/. The same sources make the same archive, in any folder and at any time.
# Exit: 0 done, 1 failed, 2 wrong usage.
set -eu

cd "$(dirname "$0")/.."
usage() {
    echo "usage: tools/handout.sh OUT BUILD LAB... -- PART..." >&2
    exit 2
}
[ $# -ge 4 ] || usage
out=$1 build=$2
shift 2
labs=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    labs="$labs $1"
    shift
done
[ $# -gt 1 ] && [ -n "$labs" ] || usage
shift

machine=$(uname -m)
mkdir -p "$out"
work=$out/.new.$$
tree=$work/lowp-handout
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# put FOLDER FILE...: files, into a folder of the tree.
put() {
    folder=$tree/$1
    shift
    mkdir -p "$folder"
    for file; do
        [ ! -f "$file" ] || cp -- "$file" "$folder/"
    done
}

# part FILE: into prebuilt/, stripped.
part() {
    name=${1#"$build"/}
    to=$tree/prebuilt/$name
    case $name in
    runs/handout/*.done)
        lab=${name##*/}
        lab=${lab%.done}
        put "prebuilt/runs/$lab" "${1%.done}"/*
        return
        ;;
    esac
    put "$(dirname "prebuilt/$name")" "$1"
    case $name in
    *.hash) ;;
    *.o | *.a) strip --strip-debug --enable-deterministic-archives -- "$to" ;;
    *) strip --strip-all --remove-section=.note.gnu.build-id --remove-section=.comment -- "$to" ;;
    esac
}

# lab FOLDER: what students read, and what they edit, as it was before anybody edited it.
lab() {
    name=$1
    short=${name%%_*}
    put "labs/$name" "labs/$name"/*.h "labs/$name"/README.md "labs/$name"/hints.md \
        "labs/$name/experiment.c" "labs/$name/launch.cu"
    mkdir -p "$tree/prebuilt/stubs/$name"
    for file in "$short.c" "$short.cu" quiz.txt; do
        [ -f "solutions/$name/$file" ] || continue
        tools/stubs.sh --cut "solutions/$name/$file" >"$tree/prebuilt/stubs/$name/$file"
        cp -- "$tree/prebuilt/stubs/$name/$file" "$tree/labs/$name/"
    done
    for file in "labs/$name"/*; do
        [ -e "$tree/$file" ] || echo "handout: $file is left out: no file that every lab has"
    done
    put plots plots/"$short"_*.gp
}

for lab in $labs; do
    for folder in labs/"$lab"_*/; do
        lab "$(basename "$folder")"
    done
done
for part; do
    part "$part"
done
put . Makefile kernels.mk course.md LICENSE LICENSE-TEXT .gitignore
cp tools/handout.md "$tree/README.md"
put tools tools/help.awk tools/cc_student.sh tools/cc_kernels.sh tools/bind_shared.sh tools/hint.sh \
    tools/watch.sh tools/progress.sh tools/report.sh tools/plot.sh tools/stubs.sh tools/submit.sh \
    tools/version.sh tools/deps.sh tools/doctor.sh tools/device.sh tools/device_probe.c tools/capability.sh \
    tools/preflight.sh tools/claims*.c tools/claims.h
put tools/page tools/page/*
put common common/*.h common/gemm_cuda.cu common/gemm_cuda.cuh
put common/simt common/simt/*.h
put plots plots/style.gp
put plots/figures plots/figures/*.png
mkdir "$tree/build" # where it can be mounted over a tree that is read-only
echo "$machine" >"$tree/prebuilt/machine"
version=unknown changed=@1735689600
if [ -e .git ] && commit=$(git describe --always --dirty --abbrev=12 2>/dev/null); then
    version=$commit
    changed=@$(git log -1 --format=%ct)
fi
echo "$version" >"$tree/prebuilt/version"

chmod -R u=rwX,go=rX "$tree"
archive=lowp-handout-$machine.tar.gz
(cd "$work" && tar --sort=name --format=ustar --mtime="$changed" --owner=0 --group=0 --numeric-owner \
    -cf archive.tar lowp-handout && gzip -9nc archive.tar >archive.tar.gz)
rm -rf -- "$out/lowp-handout"
mv -- "$tree" "$out/lowp-handout"
mv -f -- "$work/archive.tar.gz" "$out/$archive"
echo "handout of$labs, workbook $version, for $machine:"
echo "  $out/lowp-handout/"
echo "  $out/$archive ($(($(wc -c <"$out/$archive") / 1024)) KiB)"
