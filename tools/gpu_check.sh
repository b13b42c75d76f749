#!/bin/sh
# gpu_check.sh - everything that needs a GPU, in one go of under 8 minutes; called by `make gpu-check`:
#
#   tools/gpu_check.sh OUT [LIBS]
#
# OUT gets the CSV files, the figure, a log of each part and report.txt. LIBS is a folder of unpacked
# Debian packages (tools/gpu_libs.sh), searched for headers and libraries before the system.
# Environment: MAKE, NVCC, CC; LIMIT seconds for all (480); BYTES for the benchmark (tests/gpu/bench.cu);
# GPU_PROGRAMS: take the programs there and build nothing (for tests/check_gpu_check.sh).
#
# A part that fails costs no other. Exit: 0 all parts ran on the device and were right (the sanitizers
# may be missing: the report says so); 1 a part failed or could not run; 2 wrong usage; 77 nothing was
# run, as there is no device or no nvcc for it. (make itself makes a 2 of everything but 0.)
set -u

cd "$(dirname "$0")/.." || exit 2
if [ -z "${1-}" ]; then
    echo 'usage: tools/gpu_check.sh OUT [LIBS]' >&2
    exit 2
fi
out=$1 libs=${2-}
build=${GPU_PROGRAMS:-build/gpu}
limit=${LIMIT:-480}
begin=$(date +%s)
bad=0

nothing() {
    echo "gpu-check: nothing was run: $1"
    exit 77
}

left() {
    echo $((limit - $(date +%s) + begin))
}

# result WHAT TEXT: a line of the report, passed, FAILED or "not run".
result() {
    printf '  %-8s %s\n' "$1" "$2" | tee -a "$out/report.txt"
}

failed() {
    bad=1
    result FAILED "$1"
}

# try SECONDS LOG COMMAND...: the command, with the time that is left at most; its output goes to LOG,
# standard output to $table if that is set. Sets $status and, if it is not 0, $why.
try() {
    seconds=$1 log=$2
    shift 2
    [ "$(left)" -ge "$seconds" ] || seconds=$(left)
    if [ "$seconds" -le 0 ]; then
        status=124 why="no time was left of $limit s"
        return
    fi
    timeout -k 5 "$seconds" "$@" >"${table:-$log}" 2>"$log.err" </dev/null
    status=$?
    cat "$log.err" >>"$log"
    rm -f "$log.err"
    why="exit status $status: see $log"
    [ "$status" -ne 124 ] || why="it did not end within $seconds s"
}

# --- what is there ---
if [ -n "$libs" ] && [ ! -d "$libs/usr/include" ]; then
    echo "gpu-check: GPU_LIBS=$libs holds no usr/include; tools/gpu_libs.sh makes such a folder." >&2
    exit 2
elif [ -n "$libs" ]; then
    libs=$(cd "$libs/usr" && pwd)
    for lib in "$libs"/lib/*-linux-gnu; do
        include=$libs/include/${lib##*/} # Debian's name of the machine, whatever this system calls it
    done
    export CPATH="$libs/include:$include:$include/openblas-pthread${CPATH:+:$CPATH}"
    export LIBRARY_PATH="$lib:$lib/openblas-pthread${LIBRARY_PATH:+:$LIBRARY_PATH}"
    export LD_LIBRARY_PATH="$lib:$lib/openblas-pthread${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
nvcc=${NVCC:-$(command -v nvcc || command -v /usr/local/cuda/bin/nvcc)}
[ -z "$nvcc" ] || export CUDA_HOME="${CUDA_HOME:-$(dirname "$(dirname "$(readlink -f "$nvcc")")")}"
mkdir -p "$out" build || exit 2
device=$(tools/device.sh 1 "$nvcc" build/device_probe 2>"$out/why")
[ -n "$device" ] || nothing "$(sed 's/^GPU=1: //; s/ The kernels run on the CPU only\.$//' "$out/why")"
rm -f "$out/why" "$out"/*.csv "$out"/*.log "$out"/roofline.*
printf 'gpu-check on %s, %s\n' "$device" "$(date -u +%Y-%m-%d)" | tee "$out/report.txt"

# --- build ---
headers=
[ -n "${GPU_PROGRAMS-}" ] || for header in gmp.h mpfr.h cblas.h; do
    echo "#include <$header>" | "${CC:-gcc}" -E -x c - >/dev/null 2>&1 || headers="$headers $header"
done
goals=gpu-programs
if [ -n "$headers" ]; then
    failed "what needs libraries was not built:$headers not found; tools/gpu_libs.sh fetches them, GPU_LIBS= says where they are"
    goals="$build/fp8 $build/planted"
fi
if [ -z "${GPU_PROGRAMS-}" ]; then
    # shellcheck disable=SC2086 # a list
    try 240 "$out/build.log" "${MAKE:-make}" --no-print-directory -k "-j$(nproc)" \
        B=build/gpu SOLUTION=1 READY= GPU=0 NVCC="$nvcc" $goals
    [ "$status" -eq 0 ] || failed "the build: $why"
fi

# --- the labs' kernel tests, against the oracles ---
tool= # of compute-sanitizer: none yet
# sanitize COMMAND...: under it, log in $log.
sanitize() {
    leaks=
    [ "$tool" != memcheck ] || leaks='--leak-check full'
    # shellcheck disable=SC2086 # two words
    try 60 "$log" "$sanitizer" --tool "$tool" --error-exitcode 9 $leaks "$@"
}
labs=
for launch in labs/lab[0-9][0-9]_*/launch.cu; do
    lab=${launch#labs/} lab=${lab%%_*}
    labs="$labs $lab"
done
# run_lab LAB LOG [NAME...]: the lab's tests, or those of these names, under $tool of the sanitizer.
run_lab() {
    lab=$1 log=$2
    shift 2
    set -- "$build/runner/test_$lab" "$build/solutions/${lab}_gpu.so" solutions/"$lab"_*/quiz.txt "$@"
    [ -z "$tool" ] || sanitize "$@"
    [ -n "$tool" ] || try 60 "$log" "$@"
}
kernel_tests() { # LAB: the names of those that passed
    awk '$1 == "ok" && $3 == "[kernels]" { print $2 }' "$out/$1.log" 2>/dev/null
}
for lab in $labs; do
    [ -x "$build/runner/test_$lab" ] || {
        failed "$lab's kernel tests: they were not built"
        continue
    }
    run_lab "$lab" "$out/$lab.log"
    if [ "$status" -eq 0 ]; then
        # shellcheck disable=SC2046 # names are words
        result passed "$lab's kernel tests:$(printf ' %s' $(kernel_tests "$lab"))"
    else
        failed "$lab's kernel tests: $why"
        grep -m 1 -A 2 FAIL "$out/$lab.log"
        tail -n 1 "$out/$lab.log"
    fi
done
GPU=1 # of common/gemm
export GPU
if [ -x "$build/runner/test_common_gemm_types" ]; then
    try 60 "$out/gemm_types.log" "$build/runner/test_common_gemm_types"
    if [ "$status" -eq 0 ]; then
        result passed "matrix products in every format: $(tail -n 1 "$out/gemm_types.log")"
    else
        failed "matrix products in every format: $why"
        grep -m 1 -B 1 FAIL "$out/gemm_types.log"
        tail -n 1 "$out/gemm_types.log"
    fi
else
    failed "matrix products in every format: the tests were not built"
fi

# --- FP8 and the benchmarks ---
# measure WHAT NAME SECONDS COMMAND...: a program that writes OUT/NAME.csv.
measure() {
    what=$1 table=$out/$2.csv log=$out/$2.log seconds=$3
    shift 3
    [ -x "$1" ] || {
        failed "$what: it was not built"
        table=
        return
    }
    : >"$log"
    try "$seconds" "$log" "$@"
    if [ "$status" -ne 0 ]; then
        failed "$what: $why"
    elif [ "$(wc -l <"$table")" -lt 2 ] || grep -q '^CPU' "$table"; then
        failed "$what: nothing was computed on the device"
        rm -f "$table"
    else
        result passed "$what: $table"
    fi
    sed 's/^/           /' "$log"
    table=
}
measure "FP8 conversions, every input" fp8 60 "$build/fp8"
measure "speed of the kernels" kernels 120 "$build/bench" "$build/solutions"
measure "speed of matrix products" gemm 120 "$build/tests/bench_gemm"

# --- compute-sanitizer ---
cuda=$(dirname "$nvcc")
sanitizer=$(command -v compute-sanitizer || command -v "$cuda/compute-sanitizer" ||
    command -v "$cuda/../compute-sanitizer/compute-sanitizer")
for tool in memcheck racecheck initcheck; do
    if [ -z "$sanitizer" ]; then
        result "not run" "$tool: there is no compute-sanitizer here (it comes with NVIDIA's CUDA toolkit)"
        continue
    fi
    log=$out/$tool.log
    sanitize "$build/planted" "$tool"
    if [ "$status" -ne 9 ]; then
        result "not run" "$tool: it does not find an error planted for it, so it does not work here: see $out/$tool.log"
        continue
    fi
    clean=
    for lab in $labs; do
        [ -n "$(kernel_tests "$lab")" ] || continue
        # shellcheck disable=SC2046 # names are words
        run_lab "$lab" "$out/$tool-$lab.log" $(kernel_tests "$lab")
        if [ "$status" -eq 0 ]; then
            clean="$clean $lab"
        elif [ "$status" -eq 124 ]; then
            result "not run" "$tool of $lab's kernel tests: $why"
        else
            failed "$tool of $lab's kernel tests: $why"
        fi
    done
    [ -z "$clean" ] || result passed "$tool finds its planted error, and none in the kernels of$clean"
done

# --- what to read, draw and keep ---
awk -F, 'FNR > 1 && $12 == "GB/s" { printf "  %-20s %-14s %-20s %7.0f GB/s  %.2f of cudaMemcpy\n", $4, $5, $6, $11, $15 }' \
    "$out/kernels.csv" 2>/dev/null | tee -a "$out/report.txt"
awk -F, 'FNR > 1 { printf "  %-20s %-14s %-20s %7.2f %s\n", $4, $5, $6, $11, $12 }' "$out/gemm.csv" 2>/dev/null |
    tee -a "$out/report.txt"
if command -v gnuplot >/dev/null; then
    for type in png svg; do
        LC_ALL=C.UTF-8 gnuplot -c plots/roofline.gp "$out" "$out/roofline" "$type" 2>>"$out/roofline.log" && drawn=yes
    done
    [ -z "${drawn-}" ] || echo "  the figure: $out/roofline.png and .svg"
else
    echo "  no gnuplot here; elsewhere: gnuplot -c plots/roofline.gp $out $out/roofline png"
fi
end="not all was right"
[ $bad -ne 0 ] || end="all was right; to keep the figures: tools/gpu_keep.sh $out"
echo "gpu-check: $end ($(($(date +%s) - begin)) s on $device)" | tee -a "$out/report.txt"
exit $bad
