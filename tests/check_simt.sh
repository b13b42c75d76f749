#!/bin/sh
# check_simt.sh - common/simt by itself: the classic kernels of tests/simt, compiled as a lab's are
# (kernels.mk), in both builds. Right ones give the right result in any order of blocks, warps and
# lanes, and in the fast build on any number of the machine's threads; broken twins are diagnosed
# with kernel, block, thread, file and line. With nvcc, the same files also compile as CUDA.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"

command -v "${CXX:-g++}" >/dev/null 2>&1 || skip_all "there is no C++ compiler"
cd "$root" || exit 1
for variant in checked fast; do
    check "the kernels compile, $variant" make --no-print-directory "build/tests/simt_$variant"
    [ "$status" -eq 0 ] || continue
    run "build/tests/simt_$variant"
    cat "$scratch_top/output"
    expect "$variant: right kernels are right, broken ones diagnosed" 0 "$variant build" " 0 failures"
done
run build/tests/simt_checked no_such_kernel
expect "a run without a kernel is a failure" 1 " 0 right kernels"

nvcc=${CUDA_HOME:-/usr/local/cuda}/bin/nvcc
if [ ! -x "$nvcc" ]; then
    echo "skip: no nvcc to compile the same kernels with"
    finish
fi
for source in tests/simt/*.cu; do
    check "$source is CUDA" "$nvcc" -std=c++17 -O0 -arch=sm_80 -I. -include common/simt/launch.h \
        -ptx "$source" -o "$scratch/kernels.ptx"
done
finish
