#!/bin/sh
# build.sh - compiles one student's files inside a sandbox. Called by one.sh:
#
#   build.sh TREE FILES LAB OUT            the library that is graded, to OUT/labs/LAB.so
#   build.sh TREE FILES LAB OUT curves     the lab's experiment, run, and its figures to OUT/figures
#
# TREE is the unpacked handout: all that a student has, and so all that a compiler may see; without
# the tests' programs, for a file could take them in whole (.incbin) and look for answers in them.
# FILES is the folder with the student's files: those that are not there are the handout's stubs.
# OUT, an empty folder, receives what was made (with DEVICE also LAB_gpu.so). What make says goes to
# stdout and stderr.
#
# The experiment runs the student's code, and it takes more than one process. So it writes to memory,
# and under root it is nobody's, for root has no limit of processes. OUT/figures has a line a figure,
# "NAME.png BASE64": nothing there has a name that a student chose.
#
# UNSANDBOXED=1 goes on where bubblewrap cannot run: limits alone, as the user nobody if that can be.
# Exit: 0 built; 1 the student's file is at fault; 3 the sandbox is.
set -u
# shellcheck source=grader/autograde/folders.sh
. "$(dirname "$0")/folders.sh"
tree=$1 files=$2 lab=$3 out=$4

cpu_seconds=60
wall_seconds=120
memory=$((2 << 30))      # addresses of a process
processes=200            # of an experiment; counted for all of a user's
file_bytes=$((64 << 20)) # what one file may grow to
[ -z "${DEVICE:-}" ] || memory=unlimited

limits="prlimit --cpu=$cpu_seconds --as=$memory --fsize=$file_bytes --core=0 --nofile=256"
goals="build/labs/$lab.so"
[ -z "${DEVICE:-}" ] || goals="$goals build/labs/${lab}_gpu.so"
command="timeout -k 5 $wall_seconds $limits make --no-print-directory READY= GPU=0 NVCC=${NVCC:-}"
curves=${5:+yes}
figures_bytes=$((4 << 20))
[ -z "$curves" ] || goals="run-$lab plot-$lab"

# Which of the lab's files a student edits, as words "name path-in-the-tree".
each_file() {
    for path in "$tree"/labs/"$lab"_*/"$lab.c" "$tree"/labs/"$lab"_*/"$lab.cu"; do
        [ ! -f "$files/${path##*/}" ] || "$1" "$files/${path##*/}" "${path#"$tree"/}"
    done
}

# --- with bubblewrap ---
bind_file() {
    binds="$binds --ro-bind \"\$files/${1##*/}\" \"/lowp/$2\""
}

inside() {
    binds=
    each_file bind_file
    for program in "$tree"/prebuilt/grader/test_*; do
        binds="$binds --ro-bind /dev/null \"/lowp/prebuilt/grader/${program##*/}\""
    done
    cuda=${CUDA_HOME:-/usr/local/cuda}
    system=$(printf ' --perms 0755 --dir %s' /usr /usr/share /usr/local /etc
        folders_to_read /usr/bin /usr/lib /usr/lib64 /usr/include /usr/libexec /etc/alternatives /bin /lib /lib64 \
            "$cuda" "$(readlink -f "$cuda")")
    build="--bind \"\$out\" /lowp/build"
    user="--unshare-user --uid 65534 --gid 65534" as=
    if [ -n "$curves" ]; then
        build="--perms 0777 --size $((128 << 20)) --tmpfs /lowp/build"
        as="prlimit --nproc=$processes"
        if [ "$(id -u)" -eq 0 ]; then
            user="--cap-add CAP_SETUID --cap-add CAP_SETGID --cap-add CAP_SETPCAP"
            as="$as setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all --no-new-privs"
        fi
        system=$system$(folders_to_read /usr/share/gnuplot /usr/share/fonts /usr/share/fontconfig /etc/fonts \
            /usr/share/dict)
    fi
    eval "set -- --ro-bind \"\$tree\" /lowp $build $binds"
    inside="$command $goals"
    [ -z "$curves" ] || inside="$command $goals >/dev/null && cd build/figures &&
        for figure in *.png; do echo \"\$figure \$(base64 -w 0 \"\$figure\")\"; done"
    # shellcheck disable=SC2086 # words
    exec bwrap --unshare-ipc --unshare-pid --unshare-net --unshare-uts --die-with-parent --new-session \
        --cap-drop ALL $user --hostname sandbox --clearenv --setenv PATH /usr/bin:/bin --setenv LC_ALL C.UTF-8 \
        --setenv CC_LIMIT 40 --setenv CC_GIB 1 $system "$@" --dev /dev --perms 1777 --size $file_bytes --tmpfs /tmp \
        --chdir /lowp $as sh -c "$inside"
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
    (cd "$copy" && env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 CC_LIMIT=40 CC_GIB=1 $as $command $goals)
    status=$?
    cp -RP "$copy/build/." "$out" || exit 3
    return $status
}

if [ -n "$curves" ]; then
    [ "${UNSANDBOXED:-0}" != 1 ] || exit 3
    (inside) | head -c $figures_bytes | grep -E '^[a-z0-9_]+\.png [A-Za-z0-9+/=]+$' >"$out/figures"
    [ -s "$out/figures" ]
    exit
elif [ "${UNSANDBOXED:-0}" = 1 ]; then
    alone
else
    (inside)
fi
status=$?
# Should a compiler have been taken over, then a link could lead to the model solution's library, or to
# what nobody else may read.
[ -z "$(find "$out" ! -type f ! -type d)" ] || exit 1
[ $status -ne 0 ] || [ ! -f "$out/labs/$lab.so" ] || exit 0
# make says 2 for a file that does not compile; anything else is not the student's doing, but for
# a compiler that ran out of its limits.
case $status in
2 | 124 | 137) exit 1 ;;
0) exit 1 ;;
*) exit 3 ;;
esac
