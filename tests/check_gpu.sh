#!/bin/sh
# check_gpu.sh - what becomes of kernels where there is a GPU, and where there is none, on a machine
# that need not have one: the driver is a stand-in (fake_cuda.c), nvcc is one that tells a version,
# and the library for the device is one more that was built for the CPU.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1
build=${BUILD:-build}
unset LD_LIBRARY_PATH NVCC GPU

mkdir "$scratch/driver"
"${CC:-gcc}" -std=c11 -shared -fPIC tests/fake_cuda.c -o "$scratch/driver/libcuda.so.1" || exit 1
printf '#!/bin/sh\n[ "$1" != --version ] || exec echo "Cuda compilation tools, release 13.0, V13.0.1"
echo "line 7: error: this is no CUDA"; exit 2\n' >"$scratch/nvcc"
chmod +x "$scratch/nvcc"
cp "$scratch/nvcc" "$scratch_top/nvcc" # make takes no spaces in it

# device SETTING: asks for a device under it.
device() {
    run env LD_LIBRARY_PATH="$scratch/driver" "$1" tools/device.sh 1 "$scratch/nvcc" "$scratch/probe"
}

device A=1
expect "a device that is fit is named" 0 "Stand-in GPU"
check "and nothing else is said" test "$(cat "$scratch_top/output")" = "Stand-in GPU"
device FAKE_VERSION=12040
expect "a driver older than the toolkit" 0 "too old: it supports CUDA 12, nvcc builds for CUDA 13" "CPU only"
device FAKE_VERSION=13000
expect "a driver of the same major version will do" 0 "Stand-in GPU"
device FAKE_COUNT=0
expect "a driver without a device" 0 "shows no device" "CPU only"
device FAKE_INIT=999
expect "a driver that does not start" 0 "error 999 of cuInit" "CPU only"
device FAKE_CAPABILITY=7
expect "a device that is too old" 0 "compute capability 7.0; the kernels need 8.0" "CPU only"
device FAKE_FREE_MIB=10
expect "a device without free memory" 0 "no free memory: 10 MiB" "CPU only"
device FAKE_RETAIN=2
expect "a device whose memory has run out entirely" 0 "no free memory: 0 MiB" "CPU only"
device FAKE_RETAIN=46
expect "a device that another process has for itself" 0 "error 46 of cuDevicePrimaryCtxRetain" "CPU only"
run tools/device.sh 1 '' "$scratch/probe"
expect "no nvcc" 0 "no nvcc" "CPU only"
run tools/device.sh 1 "$scratch/none" "$scratch/probe"
expect "an nvcc that does not run" 0 "does not run" "CPU only"
if [ ! -e /dev/nvidiactl ] && [ ! -e /dev/dxg ]; then
    run tools/device.sh auto '' "$scratch/probe"
    check "auto without a device says nothing" test "$status" -eq 0 -a ! -s "$scratch_top/output"
fi
run make GPU=banana help
expect "another GPU= is refused" 2 "GPU=banana is none of auto, 0 and 1"

# Two sessions: the tests of kernels run on the CPU first, and then with the library for the device.
lab=
for given in labs/lab[0-9][0-9]_*/launch.cu; do
    folder=${given%/launch.cu} lab=${folder##*/}
    lab=${lab%%_*}
    [ ! -e "$given" ] || break
    lab=
done
if [ -n "$lab" ]; then
    grade() { # GPU-LIBRARY
        run "$build/grader/test_$lab" --library="$build/solutions/$lab.so" --quiz=/dev/null \
            --worker="$build/grader/worker/worker" --gpu-library="$1" --gpu-name="Stand-in GPU" \
            --out="$scratch/result.json"
    }
    grade "$build/solutions/$lab.so"
    expect "the report says where kernels ran" 0 "kernels ran on: CPU and Stand-in GPU"
    good=$(grep -c '^  ok' "$scratch_top/output")
    check "so does the result file" grep -q '"device": "CPU and Stand-in GPU"' "$scratch/result.json"
    grade "$scratch/none.so"
    expect "what fails on the device fails" 0 "right on the CPU, but on Stand-in GPU: "
    bad=$(grep -c '^  ok' "$scratch_top/output")
    on_device=$(grep -c '"on_device": true' "$scratch/result.json")
    check "each test that called kernels ($on_device), and no other" \
        test "$on_device" -gt 0 -a $((good - bad)) -eq "$on_device"

    # A library for the device whose kernels never end.
    cat >"$scratch/endless.c" <<'END'
#include "grader/runner/abi.h"
static void wait_for_ever(void *args)
{
    for (volatile size_t i = 0; args; i++)
        ;
}
static const char *nothing(void)
{
    return NULL;
}
static const struct thunk thunks[100] = {[0 ... 99] = {"", wait_for_ever, (void *)wait_for_ever}};
const struct thunk_table lowp_thunks = {.thunks = thunks, .count = 100, .take_todo = nothing};
END
    check "a library of endless kernels compiles" "${CC:-gcc}" -std=gnu11 -Wall -Wextra -Werror -shared -fPIC \
        -I. "$scratch/endless.c" -o "$scratch/endless.so"
    cp "$build/grader/worker/worker" "$scratch/worker"
    one=$(sed -n 's/.*"name": "\(kernel_[a-z0-9_]*\)".*/\1/p' "$scratch/result.json" | sed -n 1p)
    run "$build/grader/test_$lab" --library="$build/solutions/$lab.so" --quiz=/dev/null \
        --worker="$scratch/worker" --gpu-library="$scratch/endless.so" --gpu-name="Stand-in GPU" --test="$one"
    expect "a kernel that never ends on the device is ended" 0 \
        "right on the CPU, but on Stand-in GPU: run_" "did not come back within 15 s of CPU time"
    left=$(find -L /proc/[0-9]*/exe -maxdepth 0 -samefile "$scratch/worker" 2>/dev/null | wc -l)
    check "  ... and nothing of it is left" test "$left" -eq 0

    run env LD_LIBRARY_PATH="$scratch/driver" make --no-print-directory B="$build" SOLUTION=1 LAB="$lab" \
        GPU=1 NVCC="$scratch_top/nvcc" grade
    expect "a file that nvcc refuses is graded all the same" 0 "error: this is no CUDA" \
        "nvcc refuses it (above)" "right on the CPU, but on Stand-in GPU: nvcc refused the file"
    refused=$(grep -c 'nvcc refused the file' "$scratch_top/output")
    failed=$(grep -c '^  FAIL' "$scratch_top/output")
    check "it costs the same $refused tests and no other" \
        test "$refused" -eq "$on_device" -a "$failed" -eq "$on_device"
    run env LD_LIBRARY_PATH="$scratch/driver" make --no-print-directory B="$build" SOLUTION=1 LAB="$lab" \
        GPU=1 NVCC="$scratch_top/nvcc" kernels
    expect "make kernels fails with it" 2 "nvcc refuses it (above)"
fi
finish
