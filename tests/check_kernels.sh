#!/bin/sh
# check_kernels.sh - whatever a student saves as labNN.cu, the lab's C part is built and graded, the
# kernels' tests earn nothing, and one clear message says why. In a copy of the tree, with the model
# solution of the first lab that has kernels, spoiled in one place.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
unset LAB SOLUTION TEST SEED STRICT DIRECT SAN GPU V MAKELEVEL MFLAGS

folder=
for given in "$root"/labs/lab[0-9][0-9]_*/launch.cu; do
    [ -e "$given" ] && folder=${given%/launch.cu} && folder=${folder##*/} && break
done
[ -n "$folder" ] || skip_all "no lab has kernels"
lab=${folder%%_*}
tree="$scratch/tree"
mkdir "$tree"
(cd "$root" && cp -R Makefile *.mk labs solutions common grader tools "$tree") || exit 1
cd "$tree" || exit 1
cu=labs/$folder/$lab.cu
model=solutions/$folder/$lab.cu
# The first kernel that the contract declares, and its name.
kernel=$(sed -n 's/^__global__ void \([a-z0-9_]*\)(.*/\1/p' "labs/$folder/${lab}_kernels.h" | sed -n 1p)
cp "solutions/$folder/$lab.c" "solutions/$folder/quiz.txt" "labs/$folder/"
cp "$model" "$cu"

# spoil CODE: the model solution, with CODE as the first line of that kernel's body.
spoil() {
    CODE=$1 KERNEL=$kernel awk '
    { print }
    $0 ~ ("__global__.*[ *]" ENVIRON["KERNEL"] "[(]") { inside = 1 }
    inside && /^{/ { print ENVIRON["CODE"]; inside = 0 }' "$model" >"$cu"
}

points() {
    sed -n "s/^$lab: \([0-9.]*\) of 100 points.*/\1/p" "$scratch_top/output"
}

# costs WHAT TEXT...: the build goes on, the C part keeps its points, kernels lose some, all is said.
costs() {
    what=$1
    shift
    run make "$lab" grade
    expect "$what" 0 "$@"
    now=$(points)
    cp "$scratch_top/output" "$scratch/said"
    check "  costs tests of kernels and no others (${now:-no} points)" \
        awk -v now="${now:-0}" -v c="$c_points" 'BEGIN { exit !(now >= c && now < 100) }'
    cp "$scratch/said" "$scratch_top/output"
}

c_points=0
run make -j4 "$lab" grade
expect "the model solution has full marks" 0 "$lab: 100 of 100 points" "kernels ran on: CPU"
: >"$cu"
costs "an empty file" "$cu: the file is empty"
c_points=$(points)
check "the C part alone has its points" test "${c_points%.*}" -ge 50
rm "$cu"
costs "a missing file" "there is no such file" "make stubs LAB=$lab"
mkdir "$cu"
costs "a directory" "this is a directory, not a CUDA file"
rmdir "$cu"
printf 'i\0n\0t\0' >"$cu"
costs "a binary file" "the file is binary"
spoil 'int n = ;'
costs "a syntax error" "$cu:" "does not compile" "$kernel is exercise" "tests of these kernels earn nothing"
run make "$lab"
expect "  is told again by the next make" 0 "does not compile" "without all of its kernels"
{ echo '#include <unistd.h>'; cat "$model"; } >"$cu"
costs "a header of the host" "it includes " "unistd.h" "Leave out #include"
while read -r name call; do
    { cat "$model"; echo "$call"; } >"$cu"
    costs "a call of $name" "it uses $name, a function of the host" "A kernel can call"
done <<'END'
system extern "C" int system(const char *); int more() { return system("true"); }
malloc void *more() { return __builtin_malloc(8); }
exit void more() { __builtin_exit(0); }
fopen FILE *more() { return fopen("f", "r"); }
fork extern "C" int fork(); int more() { return fork(); }
launch_take_failure extern "C" const char *launch_take_failure(); const char *more() { return launch_take_failure(); }
END
{ cat "$model"; echo '__device__ float other(float); __device__ float f(float x) { return other(x); }'; } >"$cu"
costs "a function that is nowhere" "it uses other(float), which it does not define"
{ cat "$model"; echo 'extern "C" void __tsan_write4(void *) {}'; } >"$cu"
costs "a checker of one's own" "it defines __tsan_write4, a name that is not free"
{ cat "$model"; echo 'struct s { s(); ~s(); }; s::s() {} s::~s() {} s object;'; } >"$cu"
costs "a global object" "it has a global object"
# Nothing in the file runs before a kernel, hides from the checks, or has a name that others go by.
while IFS='|' read -r what code text; do
    { cat "$model"; echo "$code"; } >"$cu"
    costs "$what" "$text"
done <<'END'
a constructor|__attribute__((constructor)) static void first() { for (;;); }|it has a global object
a destructor|__attribute__((destructor)) static void last() { for (;;); }|or a constructor
an object that is set up|struct s { int i; s(); }; s::s() { i = (int)threadIdx.x; } s object;|it has a global object
a file of the system in the library|asm(".incbin \"/etc/passwd\"");|it has inline assembly
inline assembly by another name|__device__ void more() { __asm__ volatile("nop"); }|it has inline assembly
assembly for a device|__device__ void more(int i) { asm("mov.u32 %0, 1;" :: "r"(i)); }|The errors are in inline assembly
an access that is not checked|__attribute__((no_sanitize("thread"))) __device__ void more() {}|it takes its accesses from the checks
a copy by the compiler|__device__ void more(float *p, const float *x, size_t n) { __builtin_memcpy(p, x, n); }|it uses __builtin_memcpy, an access that is not checked
an atomic operation of the compiler|__device__ void more(int *p) { __atomic_store_n(p, 1, 0); }|it uses an atomic operation of the compiler
new|__device__ float *more() { return new float[3]; }|it uses new or delete
a function of C's library|extern "C" double pow(double x, double) noexcept { return x; }|it defines pow, a name that is not free
a function of common/simt|extern "C" void simt_run() {}|it defines simt_run, a name that is not free
a file without end|#include "/dev/zero"|the compiler needed more than 4 GiB
END
{ cat "$model"; printf '#undef memcpy\n__device__ void more(float *p, const float *x) { memcpy(p, x, 64); }\n'; } >"$cu"
costs "a memcpy() that is not checked" "it undoes what memcpy() or its like stands for"
spoil '    struct big { int of[1024]; }; *(struct big *)8192 = *(struct big *)64;'
costs "a copy of a struct" "writes 4096 bytes at 0x2000, which is in no array"
spoil '    std::copy((int *)64, (int *)64 + gridDim.x, (int *)128);'
costs "a template of the host's library" "is not a member of"
exercise=$(sed -n 's/^FN([a-z0-9_]*, \([a-z0-9_]*\),.*/\1/p' "grader/$lab/$lab.def" | sed -n 1p)
{ cat "$model"; echo "extern \"C\" __device__ void $exercise() {}"; } >"$cu"
costs "a function of the lab's C part" "it defines $exercise, a name that is not free"
# What is right: names that the file has for itself.
{
    cat "$model"
    echo 'extern "C" { __device__ int lowp_thunks[100] = {1}; } __device__ int run_total = 1, launch_count;'
    echo '__device__ const char *more() { return "asm(), no_sanitize"; } // asm("nop")'
} >"$cu"
run make "$lab" grade
expect "variables may have any name" 0 "$lab: 100 of 100 points"
sed "s/\([ *]\)$kernel(/\1another(/" "$model" >"$cu"
costs "a kernel of another name" "the kernel $kernel(" "does not define the kernel $kernel("
sed "s/\(__global__.*[ *]$kernel(\)/\1short more, /" "$model" >"$cu"
costs "a kernel of another type" "It is there with other parameters: $kernel(short, "

spoil '    for (volatile int i = 0;; i++) ;'
costs "a kernel that never ends" "did not come back within" "CPU time"
spoil '    while (gridDim.x > 0) ;'
costs "an endless loop that does nothing" "did not come back within"
spoil '    while (1) __syncthreads();'
costs "a barrier without end" "did not come back within"
spoil '    __shared__ int lock; lock = 1; __syncthreads(); while (atomicCAS(&lock, 0, 1) != 0) ;'
costs "a lock that nobody opens" "did not come back within"
spoil '    volatile char big[1 << 20]; for (int i = 0; i < 1 << 20; i++) big[i] = 1;'
costs "a huge array of each thread" "the stack of a kernel" "is full"
{
    echo '__device__ int deep(volatile int *p) { volatile int here = *p; return deep(&here) + here; }'
    CODE='    volatile int i = 1; if (deep(&i) == 0) return;' KERNEL=$kernel awk '
    { print }
    $0 ~ ("__global__.*[ *]" ENVIRON["KERNEL"] "[(]") { inside = 1 }
    inside && /^{/ { print ENVIRON["CODE"]; inside = 0 }' "$model"
} >"$cu"
costs "endless recursion" "the stack of a kernel" "is full"
spoil '    for (int i = 0; i < 1000000; i++) printf("%d: here I am, and again\n", i);'
costs "a million lines of output" "printed more than 1 MiB"
spoil '    for (size_t p = 4096;; p += 4096) *(volatile char *)p = 1;'
costs "a kernel that writes everywhere" "$cu:"
spoil '    *(volatile int *)0 = 1;'
costs "a null pointer" "$cu:"
spoil '    __shared__ volatile float big[1 << 20]; big[threadIdx.x] = 1;'
costs "more shared memory than a device has" "4194304 bytes of __shared__ variables"
spoil '    __shared__ float first = 1; first += threadIdx.x; if (first < 0) return;'
costs "shared memory with an initial value" "the __shared__ variable first has an initial value"
cp "$model" "$cu"
run make "$lab" grade
expect "and the model solution has full marks again" 0 "$lab: 100 of 100 points"
check "what is refused before does not stay behind" test ! -e "build/labs/$lab.cu.checked.refused"
finish
