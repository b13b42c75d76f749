#!/bin/sh
# check_doctor.sh - tools/doctor.sh fails for what is needed and missing, and for nothing else.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"

mkdir -p "$scratch/tree/tools" "$scratch/bin"
cp "$root/tools/doctor.sh" "$root/tools/capability.sh" "$scratch/tree/tools/"
cd "$scratch" || exit 1

# Stand-ins for what this machine may have or lack.
stand_in() {
    { echo '#!/bin/sh'; cat; } >"$scratch/bin/$1"
    chmod +x "$scratch/bin/$1"
}
doctor() {
    run env PATH="$scratch/bin:$PATH" CUDA_HOME="$scratch/none" "$@" "$scratch/tree/tools/doctor.sh"
}

stand_in nvidia-smi <<'END'
case $* in
*driver_version*) echo 580.1 ;;
*compute_cap*) printf 'Some GPU, 9.0\nOlder GPU, 8.6\nOld GPU, 7.5\nOldest GPU, 6.1\n' ;;
esac
END
stand_in bwrap <<'END'
[ "$1" = --version ] && { echo bubblewrap 9; exit; }
echo "bwrap: not here" >&2
exit 1
END
stand_in inotifywait <<'END'
echo inotifywait 3.22
END
doctor
expect "optional things may lack" 0 "fine      compiler" "optional  namespaces" "bwrap: not here"
expect "what watch, progress and report use" 0 "fine      jq" "fine      inotifywait        inotifywait 3.22"
expect "a device has the formats of its capability" 0 \
    "Some GPU, compute capability 9.0, tensor cores for FP16, BF16, TF32, FP8" \
    "Older GPU, compute capability 8.6, tensor cores for FP16, BF16, TF32" \
    "Old GPU, compute capability 7.5, tensor cores for FP16" \
    "Oldest GPU, compute capability 6.1, tensor cores for none"
# shellcheck disable=SC2016
check "and no more" sh -c '! grep "8\.6.*FP8\|7\.5.*BF16" "$1"' sh "$scratch_top/output"
escape=$(printf '\033')
# shellcheck disable=SC2016
check "no colours outside a terminal" \
    sh -c '! grep -q "$1" "$2"' sh "$escape" "$scratch_top/output"
doctor CC=no-such-compiler
expect "a missing compiler fails" 1 "missing   compiler" "make deps" "missing   Criterion"
doctor CXX=no-such-compiler
expect "so does a missing C++ compiler" 1 "missing   C++ compiler" "kernels"
stand_in make <<'END'
echo GNU Make 3.81
END
doctor
expect "an old make fails" 1 "missing   make" "4 or later"
rm "$scratch/bin/make"
mkdir "$scratch/tree/build/.doctor" # where it would write
doctor
expect "nowhere to build fails, and all else is said" 1 "missing   folder build/" "namespaces" "device"
finish
