#!/bin/sh
# check_cuda_headers.sh - lab 01's casts against the host code of CUDA's own headers, where those
# and a C++ compiler are installed (CUDA_HOME, or /usr/local/cuda). No device is needed.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"

include=${CUDA_HOME:-/usr/local/cuda}/include
for header in cuda_fp16.h cuda_bf16.h cuda_fp8.h; do
    [ -r "$include/$header" ] || skip_all "no $header in $include (set CUDA_HOME to a CUDA toolkit)"
done
command -v g++ >/dev/null || skip_all "no g++ to compile CUDA's headers with"

cd "$root" || exit 1
check "the solution compiles" gcc -std=c11 -O2 -ffp-contract=off -I. -Ilabs/lab01_float_formats \
    -c solutions/lab01_float_formats/lab01.c -o "$scratch/lab01.o"
check "the comparison compiles with CUDA's headers" g++ -std=c++17 -O2 -ffp-contract=off -I. \
    -isystem "$include" tests/cuda_headers.cpp "$scratch/lab01.o" -o "$scratch/cuda_headers"
[ "$failures" -eq 0 ] || finish
run "$scratch/cuda_headers"
cat "$scratch_top/output"
expect "CUDA's headers and the solution agree" 0 "widening" "E5M2 SATFINITE"
finish
