#!/bin/sh
# doctor.sh - one line for everything the workbook uses: fine, missing or optional; what a lack
# costs and how to mend it. Called by `make doctor`; run it from anywhere. It looks and tries, and
# changes nothing.
#
# Exit: 0 all that is needed is fine (optional things may lack), 1 otherwise.
set -u

cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tools/capability.sh
. tools/capability.sh
cc=${CC:-gcc}
cxx=${CXX:-g++}
failed=0

green='' yellow='' red='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    green=$(printf '\033[32m') yellow=$(printf '\033[33m') red=$(printf '\033[31m')
    plain=$(printf '\033[0m')
fi

have() {
    command -v "$1" >/dev/null 2>&1
}

# line COLOUR STATUS WHAT DETAIL
line() {
    printf '%s%-8s%s  %-18s %s\n' "$1" "$2" "$plain" "$3" "$4"
}
fine() {
    line "$green" fine "$1" "$2"
}
# missing WHAT COST MEND: needed, so the doctor fails.
missing() {
    line "$red" missing "$1" "$2. Mend: $3"
    failed=1
}
# optional WHAT COST [MEND]: the course works without it.
optional() {
    line "$yellow" optional "$1" "$2${3:+. Mend: $3}"
}

first_line() {
    sed -n 1p
}

# pc_version NAME: the version in the library's pkg-config file, which needs no pkg-config to read.
pc_version() {
    for file in /usr/lib/*-linux-*/pkgconfig/"$1".pc /usr/lib/pkgconfig/"$1".pc \
        /usr/lib64/pkgconfig/"$1".pc /usr/share/pkgconfig/"$1".pc \
        /usr/local/lib/pkgconfig/"$1".pc /usr/local/lib/*/pkgconfig/"$1".pc; do
        if [ -f "$file" ]; then
            awk -F '= *' '/^version *=/ { v = $2 } /^Version:/ { sub(/^Version: */, ""); text = $0 }
                END { print text == "${version}" ? v : text }' "$file"
            return
        fi
    done
    echo "version unknown"
}

# What the compiler says, not where we think things are: it knows its own search paths.
has_header() {
    printf '#if !__has_include(<%s>)\n#error\n#endif\n' "$1" | "$cc" -E -x c - >/dev/null 2>&1
}
has_library() {
    found=$("$cc" -print-file-name="lib$1.so" 2>/dev/null) && [ "$found" != "lib$1.so" ]
}

# library WHAT HEADER NAME PC COST
library() {
    if has_header "$2" && has_library "$3"; then
        fine "$1" "$(pc_version "$4")"
    else
        missing "$1" "$5" "make deps"
    fi
}

check_compiler() {
    if ! have "$cc"; then
        missing compiler "no $cc: nothing can be built" "make deps"
        return
    fi
    version=$("$cc" --version 2>/dev/null | first_line)
    program=$(mktemp) || exit 1
    if printf '#include <math.h>\nint main(int n, char **v) { (void)v; return sqrt(n) < 0; }\n' |
        "$cc" -std=c11 -x c - -o "$program" -lm 2>/dev/null && "$program"; then
        fine compiler "$version"
    else
        missing compiler "$version cannot build a running program" "make deps"
    fi
    rm -f -- "$program"
}

# Kernels are compiled as C++ and run with Boost's context switches; Boost's library is static.
check_kernels() {
    if ! have "$cxx"; then
        missing 'C++ compiler' "no $cxx: the CUDA kernels cannot be built" "make deps"
        return
    fi
    version=$("$cxx" --version 2>/dev/null | first_line)
    program=$(mktemp) || exit 1
    if printf '#include <type_traits>\nint main() { return 0; }\n' |
        "$cxx" -std=c++17 -x c++ - -o "$program" 2>/dev/null && "$program"; then
        fine 'C++ compiler' "$version"
    else
        missing 'C++ compiler' "$version cannot build a running program" "make deps"
    fi
    rm -f -- "$program"
    found=$("$cc" -print-file-name=libboost_context.a 2>/dev/null)
    if [ -n "$found" ] && [ "$found" != libboost_context.a ]; then
        fine Boost.Context "$found"
    else
        missing Boost.Context "the CUDA kernels cannot be run" "make deps"
    fi
}

check_make() {
    version=$(make --version 2>/dev/null | first_line)
    case $version in
    'GNU Make '[4-9]* | 'GNU Make '[1-9][0-9]*) fine make "$version" ;;
    *) missing make "${version:-no make}: the Makefile needs GNU Make 4 or later" "make deps" ;;
    esac
}

check_gnuplot() {
    if ! version=$(gnuplot --version 2>/dev/null); then
        missing gnuplot "no figures; grading works" "make deps"
    elif ! echo 'set terminal pngcairo' | gnuplot >/dev/null 2>&1; then
        missing gnuplot "$version draws no PNG" "make deps"
    else
        fine gnuplot "$version"
    fi
}

# The sandbox is tried, not looked for: many containers forbid the namespaces it is made of.
check_sandbox() {
    cost="student code is then held by limits and seccomp only: enough for your own"
    if ! have bwrap; then
        optional bubblewrap "$cost" "make deps"
        return
    fi
    fine bubblewrap "$(bwrap --version)"
    set -- --unshare-all --die-with-parent --ro-bind /usr /usr
    for dir in /bin /lib /lib64; do
        if [ -h "$dir" ]; then
            set -- "$@" --symlink "$(readlink "$dir")" "$dir"
        elif [ -d "$dir" ]; then
            set -- "$@" --ro-bind "$dir" "$dir"
        fi
    done
    if reason=$(timeout 5 bwrap "$@" /usr/bin/true 2>&1 </dev/null); then
        fine namespaces "bubblewrap can make its sandbox"
    else
        reason=$(printf '%s\n' "$reason" | first_line)
        mend="allow user namespaces (kernel.unprivileged_userns_clone=1; a chroot never has them)"
        [ -e /proc/self/ns ] || mend="mount -t proc proc /proc"
        optional namespaces "${reason:-bubblewrap failed} ($cost)" "$mend"
    fi
}

# A handout has the grader built: what that needs of the system shows when it starts.
check_prebuilt() {
    machine=$(cat prebuilt/machine)
    if [ "$(uname -m)" != "$machine" ]; then
        missing grader "built for $machine, and this is $(uname -m)" "ask for another handout"
        return
    fi
    reason=''
    for program in prebuilt/grader/test_lab[0-9][0-9]; do
        reason=$("$program" --list 2>&1 >/dev/null) || break
    done
    [ -n "$reason" ] || reason=$(prebuilt/grader/worker/worker --probe 2>&1 >/dev/null)
    if [ -n "$reason" ]; then
        missing grader "$(printf '%s\n' "$reason" | first_line)" "make deps"
    else
        fine grader "prebuilt, for $machine"
    fi
}

# What `make watch`, `make progress` and `make report` use.
check_learning() {
    if have jq; then
        fine jq "$(jq --version)"
    else
        missing jq "no progress and no reports; grading works" "make deps"
    fi
    if have inotifywait; then
        fine inotifywait "$(inotifywait --help | first_line)"
    else
        optional inotifywait "make watch looks for saves three times a second" "make deps"
    fi
}

check_words() {
    words=/usr/share/dict/american-english
    if [ -r "$words" ]; then
        fine 'word list' "$words, $(($(wc -l <"$words"))) words"
    else
        missing 'word list' "experiments have no text to learn (DATA=file gives one)" "make deps"
    fi
}

check_writable() {
    # Not `:`, whose failing redirection ends a shell.
    if { mkdir -p build && echo fine >build/.doctor; } 2>/dev/null; then
        fine 'folder build/' "can be written"
    else
        missing 'folder build/' "nothing can be built here" "make $PWD writable, or free some room"
    fi
    rm -f build/.doctor 2>/dev/null
}

check_doxygen() {
    if have doxygen; then
        fine doxygen "$(doxygen --version)"
    else
        optional doxygen "no \`make docs\`" "tools/deps.sh --dev"
    fi
}

check_nvcc() {
    nvcc=$(command -v nvcc || ls "${CUDA_HOME:-/usr/local/cuda}/bin/nvcc" 2>/dev/null)
    if [ -n "$nvcc" ]; then
        version=$("$nvcc" --version 2>/dev/null | sed -n 's/.*release \([0-9.]*\).*/\1/p')
        fine nvcc "CUDA ${version:-of unknown version}, $nvcc"
        cuda=${nvcc%/bin/nvcc}
    else
        optional nvcc "CUDA files run on the CPU only" "install NVIDIA's CUDA toolkit, if you want"
        cuda=${CUDA_HOME:-/usr/local/cuda}
    fi
    for dir in "$cuda/include" /usr/local/cuda/include /usr/include; do
        if [ -f "$dir/cuda_fp16.h" ] && [ -f "$dir/cuda_fp8.h" ]; then
            fine 'CUDA headers' "$dir"
            return
        fi
    done
    optional 'CUDA headers' "casts are not compared with cuda_fp16.h and cuda_fp8.h" \
        "install NVIDIA's CUDA toolkit, if you want"
}

check_device() {
    cost="CUDA files run on the CPU, which is enough for every lab"
    if [ -r /proc/driver/nvidia/version ]; then
        fine 'NVIDIA driver' "$(sed -n 's/^NVRM version: *//p' /proc/driver/nvidia/version |
            sed 's/  */ /g')"
    elif have nvidia-smi && timeout 5 nvidia-smi -L >/dev/null 2>&1; then
        fine 'NVIDIA driver' "$(timeout 5 nvidia-smi --query-gpu=driver_version \
            --format=csv,noheader | first_line)"
    else
        optional 'NVIDIA driver' "$cost"
        optional device "none found"
        return
    fi
    devices=$(timeout 5 nvidia-smi --query-gpu=name,compute_cap --format=csv,noheader 2>/dev/null)
    if [ -z "$devices" ]; then
        optional device "the driver shows none" "see what nvidia-smi says"
        return
    fi
    printf '%s\n' "$devices" | while IFS= read -r device; do
        capability=${device##*, }
        detail="${device%, *}, compute capability $capability"
        fine device "$detail, tensor cores for $(supports "$capability")"
    done
}

check_compiler
check_kernels
check_make
if [ -d prebuilt ]; then
    check_prebuilt
else
    library Criterion criterion/criterion.h criterion criterion "nothing can be graded"
    library MPFR mpfr.h mpfr mpfr "the grader has no oracles"
    library jansson jansson.h jansson jansson "no results can be written"
    library seccomp seccomp.h seccomp libseccomp "the grader cannot be built"
fi
library OpenBLAS cblas.h openblas openblas "experiments cannot be built"
check_gnuplot
check_learning
check_words
check_writable
check_sandbox
[ -d prebuilt ] || check_doxygen
check_nvcc
check_device
[ $failed -eq 0 ] || echo "Something that is needed is missing: \`make deps\` installs it."
exit $failed
