#!/bin/sh
# check_gemm_device.sh - the tests of test_common_gemm_types.c once more, on a GPU; and that programs
# run without one. Skipped where there is no GPU, after what needs none.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"

cd "$root" || exit 1
build=${BUILD:-build}
run env GPU=0 "$build/tests/bench_gemm" 64
expect "GPU=0 computes on the CPU" 0 "CPU (" "64x64x64,E5M2 x E4M3"
run env GPU=yes "$build/tests/bench_gemm" 64
expect "a GPU that is not auto, 0 or 1 is refused" 2 "GPU=yes" "auto"
run env GPU=auto "$build/tests/bench_gemm" 1x2
expect "a shape that is none is refused" 2 "1x2 is no shape"
run env GPU=1 CUDA_VISIBLE_DEVICES= "$build/tests/bench_gemm" 64
expect "GPU=1 without a device says so and goes on" 0 "computed on the CPU: " "64x64x64,BF16"

# A device that fails, and a driver to go with it: one line, and the CPU's results. bench_gemm checks
# those, so it would notice if the fake had "computed" them.
fake="$scratch/fake device"
mkdir -p "$fake/build"
check "the fake device compiles" gcc -std=c11 -Wall -Wextra -Werror -fPIC -shared -I. \
    tests/fake_gemm_device.c -o "$fake/build/libgemm_cuda.so"
gcc -shared -fPIC -x c /dev/null -o "$fake/libcuda.so.1"
bench=$root/$build/tests/bench_gemm
with_fake() {
    step=$1
    shift
    run sh -c 'cd "$1" && shift && exec "$@"' sh "$fake" env LD_LIBRARY_PATH="$fake" FAKE="$step" \
        "$@"
}
# Says one line, however many products there are.
expect_one_line() {
    expect "$@"
    lines=$(grep -c "the CPU" "$scratch_top/output")
    check "  ... in one line" test "$lines" -eq 1
}
with_fake none GPU=auto "$bench" 16
expect "GPU=auto is silent where there is no device" 0 "CPU (OpenBLAS"
check "  ... not a word" test -z "$(grep 'computed' "$scratch_top/output")"
with_fake none GPU=1 "$bench" 16
expect_one_line "GPU=1 says it" 0 "computed on the CPU" "16x16x16,BF16"
with_fake open GPU=auto "$bench" 16
expect_one_line "a device that cannot be used is named, with GPU=auto too" 0 "open: out of memory"
with_fake load GPU=auto "$bench" 16
expect_one_line "a device that fails to load hands over to the CPU" 0 \
    "fake device: load: out of memory; take a smaller shape; the CPU goes on" "16x16x16,E5M2"
for step in run store; do
    mkdir -p "$scratch/$step" "$scratch/cpu"
    GPU=0 STEPS=2 "$build/solutions/experiment_lab05" "$scratch/cpu" >/dev/null
    with_fake "$step" GPU=1 STEPS=2 "$root/$build/solutions/experiment_lab05" "$scratch/$step"
    expect "an experiment goes on when a device fails to $step" 0 "fake device: $step: out of memory"
    check "  ... with the curves of the CPU" cmp "$scratch/cpu/loss.csv" "$scratch/$step/loss.csv"
done
with_fake fp8 GPU=1 "$bench" 16
expect "a device without FP8 is said to have none" 1 "fake device has no FP8"

if ! GPU=1 "$build/tests/bench_gemm" --device >/dev/null 2>"$scratch/why"; then
    skip_all "the device half of common/gemm: $(cat "$scratch/why")"
fi
run env GPU=1 "$build/tests/test_common_gemm_types"
cat "$scratch_top/output"
expect "the same tests pass on the device" 0 "Failing: 0" "Crashing: 0"
finish
