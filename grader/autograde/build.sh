#!/bin/sh
# build.sh - compiles one student's files inside a sandbox. Called by one.sh:
#
#   build.sh TREE FILES LAB OUT
#
# TREE is the unpacked handout: all that a student has, and so all that a compiler may see; without
# the tests' programs, for a file could take them in whole (.incbin) and look for answers in them.
# FILES is the folder with the student's files: those that are not there are the handout's stubs.
# OUT, an empty folder, receives labs/LAB.so (and LAB_gpu.so if DEVICE names a GPU). What make says
# goes to stdout and stderr.
#
# UNSANDBOXED=1 goes on where bubblewrap cannot run: limits alone, as the user nobody if that can be.
# Exit: 0 built; 1 the student's file is at fault; 3 the sandbox is.
set -u
tree=$1 files=$2 lab=$3 out=$4

cpu_seconds=60
wall_seconds=120
memory=$((2 << 30))      # addresses of a process
file_bytes=$((64 << 20)) # what one file may grow to
[ -z "${DEVICE:-}" ] || memory=unlimited

limits="prlimit --cpu=$cpu_seconds --as=$memory --fsize=$file_bytes --core=0 --nofile=256"
goals="build/labs/$lab.so"
[ -z "${DEVICE:-}" ] || goals="$goals build/labs/${lab}_gpu.so"
command="timeout -k 5 $wall_seconds $limits make --no-print-directory READY= GPU=0 NVCC=${NVCC:-} $goals"

# Which of the lab's files a student edits, as words "name path-in-the-tree".
each_file() {
    for path in "$tree"/labs/"$lab"_*/"$lab.c" "$tree"/labs/"$lab"_*/"$lab.cu"; do
        [ ! -f "$files/${path##*/}" ] || "$1" "$files/${path##*/}" "${path#"$tree"/}"
    done
}

# --- with bubblewrap ---
system_folders() {
    for folder in /usr/bin /usr/lib /usr/lib64 /usr/include /usr/libexec /etc/alternatives "${CUDA_HOME:-/usr/local/cuda}"; do
        set -- "$@" --ro-bind-try "$folder" "$folder"
    done
    for folder in /bin /lib /lib64; do
        if [ -h "$folder" ]; then
            set -- "$@" --symlink "$(readlink "$folder")" "$folder"
        else
            set -- "$@" --ro-bind-try "$folder" "$folder"
        fi
    done
    inside "$@"
}

bind_file() {
    binds="$binds --ro-bind \"\$files/${1##*/}\" \"/lowp/$2\""
}

inside() {
    binds=
    each_file bind_file
    for program in "$tree"/prebuilt/grader/test_*; do
        binds="$binds --ro-bind /dev/null \"/lowp/prebuilt/grader/${program##*/}\""
    done
    eval "set -- \"\$@\" --ro-bind \"\$tree\" /lowp --bind \"\$out\" /lowp/build $binds"
    # shellcheck disable=SC2086 # words
    exec bwrap --unshare-all --die-with-parent --new-session --cap-drop ALL --uid 65534 --gid 65534 \
        --hostname sandbox --clearenv --setenv PATH /usr/bin:/bin --setenv LC_ALL C.UTF-8 \
        --setenv CC_LIMIT 40 "$@" --dev /dev --size $file_bytes --tmpfs /tmp --chdir /lowp $command
}

# --- without ---
copy_file() {
    cp -- "$1" "$copy/$2"
}

alone() {
    copy=$(mktemp -d) || exit 3
    trap 'rm -rf -- "$copy"' EXIT
    cp -R "$tree/." "$copy" && rm -f "$copy"/prebuilt/grader/test_* && mkdir -p "$copy/build" || exit 3
    each_file copy_file
    as=
    if [ "$(id -u)" -eq 0 ]; then
        chown -R 65534:65534 "$copy"
        as='setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs'
    fi
    # shellcheck disable=SC2086 # words
    (cd "$copy" && env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 CC_LIMIT=40 $as $command)
    status=$?
    cp -RP "$copy/build/." "$out" || exit 3
    return $status
}

if [ "${UNSANDBOXED:-0}" = 1 ]; then
    alone
else
    (system_folders)
fi
status=$?
[ $status -ne 0 ] || [ ! -f "$out/labs/$lab.so" ] || [ -h "$out/labs/$lab.so" ] || exit 0
# make says 2 for a file that does not compile; anything else is not the student's doing, but for
# a compiler that ran out of its limits.
case $status in
2 | 124 | 137) exit 1 ;;
0) exit 1 ;;
*) exit 3 ;;
esac
