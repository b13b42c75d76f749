#!/bin/sh
# check_simt_types.sh - the types and functions of common/simt/types.h: the workbook's own ones against
# its casts in C and, where CUDA's headers are (CUDA_HOME, or /usr/local/cuda), against those, bit by
# bit: every code in; ties, ends, NaNs and infinities out; arithmetic; sizes and alignments.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"

command -v g++ >/dev/null || skip_all "no g++ to compile the types with"
cd "$root" || exit 1

# build NAME FLAGS...: tests/simt_types.cpp as $scratch/NAME
build() {
    name=$1
    shift
    check "the $name types compile" g++ -std=c++17 -O2 -ffp-contract=off -fno-tree-slp-vectorize \
        -fno-exceptions -fno-rtti -fno-strict-aliasing -I. "$@" tests/simt_types.cpp \
        "$scratch/cast.o" -o "$scratch/$name"
}

check "the casts compile" gcc -std=c11 -O2 -ffp-contract=off -I. -c common/cast.c -o "$scratch/cast.o"
build own -Wall -Wextra -Werror
[ "$failures" -eq 0 ] || finish
run "$scratch/own" --casts
cat "$scratch_top/output"
expect "they agree with the casts in C, and multiply-add rounds once" 0 " 0 of " "FP16" "BF16"

include=${CUDA_HOME:-/usr/local/cuda}/include
for header in cuda_fp16.h cuda_bf16.h cuda_fp8.h vector_functions.h; do
    [ -r "$include/$header" ] && continue
    [ "$failures" -eq 0 ] || finish
    skip_all "the rest: no $header in $include (set CUDA_HOME to a CUDA toolkit)"
done
build cuda -DSIMT_OWN_TYPES=0 -w -isystem "$include"
[ "$failures" -eq 0 ] || finish
check "the own types give results" "$scratch/own"
grep results "$scratch_top/output" >"$scratch/own.txt"
check "and so do CUDA's, which they are" sh -c "'$scratch/cuda' 2>&1 | tee '$scratch/all' | grep \"CUDA's types\""
grep results "$scratch/all" >"$scratch/cuda.txt"

# Section by section; of one that differs, the first results that do.
while IFS=: read -r section rest; do
    if grep -qxF "$section:$rest" "$scratch/cuda.txt"; then
        pass "$section:${rest%,*} as CUDA's"
        continue
    fi
    "$scratch/own" "$section" >"$scratch/a"
    "$scratch/cuda" "$section" >"$scratch/b"
    diff "$scratch/a" "$scratch/b" | head -n 8 >"$scratch_top/output"
    fail "$section" "own (<) and CUDA's (>) differ"
done <"$scratch/own.txt"
run wc -l "$scratch/own.txt"
expect "in all sections" 0 "$(wc -l <"$scratch/cuda.txt") "
finish
