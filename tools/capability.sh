# capability.sh - what an NVIDIA device's tensor cores multiply, by its compute capability; sourced by
# doctor.sh and preflight.sh, never run.
# shellcheck shell=sh

# tens CC: 8.9 as 89, so that a shell can compare it.
tens() {
    printf '%s\n' "$1" | awk -F. '{ print $1 * 10 + $2 }'
}

# supports CC: the formats (CUDA C++ Programming Guide, "Compute Capabilities": FP16 from 7.0, BF16 and
# TF32 from 8.0, FP8 from 8.9).
supports() {
    number=$(tens "$1")
    what=''
    [ "$number" -lt 70 ] || what="FP16"
    [ "$number" -lt 80 ] || what="$what, BF16, TF32"
    [ "$number" -lt 89 ] || what="$what, FP8"
    echo "${what:-none}"
}
