#!/bin/sh
# check_gpu_check.sh - make gpu-check where there is no GPU: it says that nothing was run, and why. With
# a stand-in driver, stand-in programs and tables of obviously artificial figures: what becomes of each
# part that fails, what is kept, and the figure. The labs' kernel tests in it are the real ones, run on
# libraries for the CPU. Nothing of this measures anything.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1
build=${BUILD:-build}
unset LD_LIBRARY_PATH NVCC GPU OUT LIMIT BYTES GPU_LIBS LAB SOLUTION

# --- a driver and an nvcc that only answer ---
mkdir "$scratch/driver" "$scratch/bin" "$scratch/programs" "$scratch/programs/runner" \
    "$scratch/programs/tests" "$scratch/programs/solutions"
"${CC:-gcc}" -std=c11 -shared -fPIC tests/fake_cuda.c -o "$scratch/driver/libcuda.so.1" || exit 1
printf '#!/bin/sh\necho "Cuda compilation tools, release 13.0, V13.0.1"\n' >"$scratch/nvcc"
chmod +x "$scratch/nvcc"
out="$scratch/out"

# gpu_check SETTING...: with the stand-in driver, which is told the settings.
gpu_check() {
    run env PATH="${path:-$PATH}" LD_LIBRARY_PATH="$scratch/driver" NVCC="$scratch/nvcc" "$@" \
        tools/gpu_check.sh "$out" "${libs-}"
}

# --- no device ---
gpu_check FAKE_COUNT=0
expect "without a device nothing is run, and that is said" 77 "gpu-check: nothing was run" "shows no device"
check "  ... and nothing is left that looks like figures" test ! -e "$out/kernels.csv" -a ! -e "$out/report.txt"
gpu_check FAKE_VERSION=12040
expect "a driver older than the toolkit" 77 "nothing was run" "the NVIDIA driver is too old: it supports CUDA 12"
gpu_check FAKE_CAPABILITY=7
expect "a device that is too old" 77 "nothing was run" "compute capability 7.0"
gpu_check FAKE_FREE_MIB=10
expect "a device without free memory" 77 "nothing was run" "no free memory: 10 MiB"
gpu_check NVCC="$scratch/none"
expect "no nvcc" 77 "nothing was run" "does not run"
run env LD_LIBRARY_PATH="$scratch/driver" FAKE_COUNT=0 make --no-print-directory NVCC="$scratch/nvcc" \
    OUT="$out" gpu-check
expect "make says the same" 2 "gpu-check: nothing was run"
libs="$scratch/bin" gpu_check A=1
expect "GPU_LIBS that holds no libraries" 2 "holds no usr/include; tools/gpu_libs.sh makes such a folder"
run tools/gpu_check.sh
expect "a call without a folder" 2 "usage"
run tools/gpu_libs.sh
expect "gpu_libs.sh without a folder" 2 "usage"
run tools/gpu_libs.sh --list
expect "gpu_libs.sh names its packages" 0 libmpfr-dev libopenblas0-pthread

# --- the programs themselves, without a device ---
run make -j2 --no-print-directory B=build/gpu SOLUTION=1 READY= GPU=0 gpu-runners
expect "the tests are built without Criterion" 0
runner=build/gpu/runner/test_lab05
run "$runner" "$scratch/none.so" /dev/null
expect "a library that is not there" 1 "unloadable" "FAIL"
run "$runner" "$build/solutions/lab05.so" solutions/lab05_*/quiz.txt kernel_naive
expect "one test, with its kernels" 0 "kernel_naive" "1 tests ran, 1 of them with kernels; 0 failed"
run "$runner" "$build/solutions/lab05.so" solutions/lab05_*/quiz.txt sgd_step
expect "no kernel: that is a failure" 1 "0 of them with kernels"
run "$runner" "$build/stubs/lab05.so" /dev/null kernel_naive
expect "open exercises fail" 1 "not implemented: lab05.11"
run env GPU=0 build/gpu/runner/test_common_gemm_types
expect "the tests of matrix products, on the CPU" 0 "tests ran; 0 failed"
run env GPU=1 CUDA_VISIBLE_DEVICES= build/gpu/runner/test_common_gemm_types
expect "  ... which GPU=1 does not take for a device" 1 "GPU=1, but the products run on CPU"
run make -j2 --no-print-directory B="$build" SOLUTION=1 READY= GPU=0 gpu-host
expect "the benchmark's own checks are built for the CPU" 0
run "$build/runner/bench_host" "$build/solutions"
expect "  ... they find the model solutions right" 0 "adamw_vectorised" "softmax_rows_online"
check "  ... all of them" test "$(grep -c ' right$' "$scratch_top/output")" -ge 23
run "$build/runner/bench_host" "$build/stubs"
expect "  ... and no open exercise" 1 "0 of "
real=$(command -v nvcc || command -v /usr/local/cuda/bin/nvcc)
if [ -n "$real" ]; then
    run make -j2 --no-print-directory B=build/gpu SOLUTION=1 READY= GPU=0 NVCC="$real" gpu-programs
    expect "all of it compiles for devices 8.0, 9.0 and PTX" 0
    for program in fp8 "bench build/gpu/solutions" "planted memcheck"; do
        # shellcheck disable=SC2086 # words
        run env CUDA_VISIBLE_DEVICES= build/gpu/$program
        expect "${program%% *} without a device" 77 "nothing was run: "
    done
    run env LD_LIBRARY_PATH="$scratch/driver" FAKE_VERSION=12040 build/gpu/bench build/gpu/solutions
    expect "a program that meets an older driver" 77 "it supports CUDA 12.4, this was built with CUDA"
fi

# --- a run with stand-ins ---
head=device,driver,date,what,shape,type,count,median_ms,min_ms,max_ms,value,unit,flop_per_byte
row() { # DEVICE WHAT TYPE VALUE UNIT INTENSITY [MORE]
    echo "$1,no driver,2000-01-01,$2,artificial,$3,9,1,1,1,$4,$5,$6${7-}"
}
cat >"$scratch/bin/compute-sanitizer" <<'END'
#!/bin/sh
# Finds what is planted, and what SANITIZER_FINDS.
tool=$2
case $* in
*/planted*) [ "${SANITIZER_WORKS-yes}" != yes ] || exit 9 ;;
*) [ "${SANITIZER_FINDS-}" != "$tool" ] || exit 9 ;;
esac
END
programs="$scratch/programs"
stand_in() { # NAME TEXT...: a program that says this; or fails, waits, if BROKEN is its name
    file="$programs/$1" name=$1
    shift
    {
        echo '#!/bin/sh'
        echo "[ \"\${BROKEN-}\" != ${name##*/} ] || { echo 'no memory, artificially' >&2; exit 1; }"
        echo "[ \"\${SLOW-}\" != ${name##*/} ] || exec sleep 20"
        echo 'cat <<END'
        printf '%s\n' "$@"
        echo END
    } >"$file"
    chmod +x "$file"
}
gpu="Artificial GPU"
stand_in bench "$head,bytes,of_memcpy,of_copy" "$(row "$gpu" copy cudaMemcpy 1000 GB/s 0 ,1,1,1)" \
    "$(row "$gpu" adamw_naive FP32 50 GB/s 0.7 ,1,0.05,0.05)" \
    "$(row "$gpu" adamw_warp FP32 900 GB/s 0.7 ,1,0.9,0.9)"
stand_in tests/bench_gemm "$head" "$(row "$gpu" gemm BF16 200 TFLOP/s 2000)" \
    "$(row "$gpu" gemm 'E4M3 x E4M3' 400 TFLOP/s 4000)" "$(row "$gpu" ratio 'E4M3 x E4M3' 2 'of BF16' 4000)"
stand_in fp8 device,driver,date,from "$gpu,no driver,2000-01-01,FP32"
stand_in planted
stand_in runner/test_common_gemm_types "artificially many tests ran"
cp "$scratch/bin/compute-sanitizer" "$scratch/sanitizer"
chmod +x "$scratch/bin/compute-sanitizer"
for launch in labs/lab[0-9][0-9]_*/launch.cu; do
    lab=${launch#labs/} lab=${lab%%_*}
    {
        echo '#!/bin/sh'
        echo 'shift'
        echo "exec build/gpu/runner/test_$lab $build/solutions/$lab.so \"\$@\""
    } >"$programs/runner/test_$lab"
    chmod +x "$programs/runner/test_$lab"
done
path="$scratch/bin:/usr/bin:/bin"

gpu_check GPU_PROGRAMS="$programs"
expect "a run in which all is right" 0 "gpu-check on Stand-in GPU" "passed   lab05's kernel tests: kernel_naive" \
    "passed   memcheck finds its planted error, and none in the kernels of" "passed   racecheck" \
    "passed   initcheck" "900 GB/s  0.90 of cudaMemcpy" "2.00 of BF16" "all was right"
check "  ... its report is kept" grep -q "passed   speed of the kernels" "$out/report.txt"
check "  ... and a figure" grep -q '</svg>' "$out/roofline.svg"
mkdir -p "$scratch/tree/tools"
cp tools/gpu_keep.sh "$scratch/tree/tools"
keep=$scratch/tree/tools/gpu_keep.sh
run "$keep" "$out"
expect "rows of another device than the report's are not kept" 1 "Stand-in GPU is no GPU" "Nothing was copied"
sed -i "s/Stand-in GPU/$gpu/" "$out/report.txt"
run "$keep" "$out"
expect "a run of one device is kept" 0 "plots/data/Artificial_GPU-2"
check "  ... all of it" test "$(find "$scratch/tree/plots/data" -type f | wc -l)" -eq 4
sed -i 's/^Artificial GPU/CPU (OpenBLAS)/' "$out/gemm.csv"
run "$keep" "$out"
expect "a table of another device is not" 1 'has rows of "CPU (OpenBLAS)", the report is of "Artificial GPU"'
rm "$out/fp8.csv"
run "$keep" "$out"
expect "nor is half a run" 1 "Nothing was copied"

gpu_check GPU_PROGRAMS="$programs" SANITIZER_WORKS=no
expect "a sanitizer that does not find its planted error says nothing" 0 \
    "not run  racecheck: it does not find an error planted for it" "all was right"
gpu_check GPU_PROGRAMS="$programs" SANITIZER_FINDS=racecheck
expect "a sanitizer that finds an error fails" 1 "FAILED   racecheck of lab05's kernel tests" "passed   memcheck"
mv "$scratch/bin/compute-sanitizer" "$scratch/away"
gpu_check GPU_PROGRAMS="$programs"
expect "no sanitizer" 0 "not run  memcheck: there is no compute-sanitizer here" "all was right"
gpu_check GPU_PROGRAMS="$programs" BROKEN=bench
expect "a part that fails costs no other" 1 "FAILED   speed of the kernels: exit status 1" "no memory, artificially" \
    "passed   speed of matrix products" "not all was right"
run "$keep" "$out"
expect "  ... and is not kept" 1 "was not right to its end"
gpu_check GPU_PROGRAMS="$programs" SLOW=fp8 LIMIT=8
expect "nor does one that does not end" 1 "FAILED   FP8 conversions, every input: it did not end within" \
    "no time was left of 8 s"
sed -i 's/Artificial GPU/CPU (OpenBLAS)/' "$programs/tests/bench_gemm"
gpu_check GPU_PROGRAMS="$programs"
expect "products that a CPU computed are no figures of a GPU" 1 "FAILED   speed of matrix products: nothing was computed on the device"
check "  ... and their table is gone" test ! -e "$out/gemm.csv"
rm "$programs/bench"
gpu_check GPU_PROGRAMS="$programs"
expect "a program that was not built" 1 "FAILED   speed of the kernels: it was not built"

# --- the figure, with half of the tables, and with none ---
mkdir "$scratch/figure"
for table in kernels gemm; do
    rm -f "$scratch"/figure/*
    {
        echo "$head"
        row "$gpu" copy cudaMemcpy 1000 GB/s 0
        row "$gpu" softmax_rows_warp FP32 900 GB/s 0.6
        row "$gpu" gemm FP32 20 TFLOP/s 1600
    } | awk -F, -v gemm=$table 'NR == 1 || ($4 == "gemm") == (gemm == "gemm")' >"$scratch/figure/$table.csv"
    run env LC_ALL=C.UTF-8 gnuplot -c plots/roofline.gp "$scratch/figure" "$scratch/figure/roofline" dumb
    expect "a roofline from $table.csv alone" 0 "Roofline of Artificial GPU"
    complaints=$(grep -ciE 'warning|line [0-9]+:' "$scratch_top/output")
    check "  ... without a complaint" test "$complaints" -eq 0
done
run gnuplot -c plots/roofline.gp "$scratch_top" "$scratch/figure/roofline" png
expect "without figures it says what to do" 1 "make gpu-check"
[ -n "$real" ] || skip_all "compiling for devices: there is no nvcc here"
finish
