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

if ! GPU=1 "$build/tests/bench_gemm" --device >/dev/null 2>"$scratch/why"; then
    skip_all "the device half of common/gemm: $(cat "$scratch/why")"
fi
run env GPU=1 "$build/tests/test_common_gemm_types"
cat "$scratch_top/output"
expect "the same tests pass on the device" 0 "Failing: 0" "Crashing: 0"
finish
