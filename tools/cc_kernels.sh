#!/bin/sh
# cc_kernels.sh - checks and compiles one student CUDA file for the CPU. Called by kernels.mk:
#
#   LAUNCH=O HEADERS=FILE RUNTIME=A tools/cc_kernels.sh SRC OBJ DEPFILE -- CXXFLAGS...
#
# LAUNCH is the compiled launch.cu (which kernels are needed), HEADERS what an empty file depends on
# (make's format), RUNTIME the library of common/simt. CC and CXX name the compilers.
#
# A kernel file that is refused costs its kernels' tests and not the lab's C part. So OBJ always
# comes to be: kernels that are missing in it are made up, and say at their launch why they are not
# there. A file OBJ without .o, with .refused, then tells make to try again next time, so that what is
# wrong is said again.
# Exit: 0 OBJ is there, 1 it is not, 2 wrong usage.
set -u

if [ $# -lt 4 ] || [ "$4" != -- ]; then
    echo "usage: tools/cc_kernels.sh SRC OBJ DEPFILE -- CXXFLAGS..." >&2
    exit 2
fi
src=$1 obj=$2 dep=$3
shift 4
here=$(dirname "$0")
name=${src##*/}
stem=${obj%.o}
compiled=$stem.one.o
made=$stem.made.o
refused=
if (: >>"$stem.lock") 2>/dev/null; then # one at a time, as cc_student.sh says
    exec 8>"$stem.lock" && flock 8
fi
trap '[ $? -eq 0 ] || rm -f -- "$obj"; rm -f -- "$made"' EXIT
trap 'exit 130' INT TERM HUP

# refuse WHY WHAT-TO-DO: the file's kernels will not run. WHY goes into the tests' messages too.
refuse() {
    refused=$1
    printf '%s: %s\n%s\n' "$src" "$1" "$2" >&2
}

# names_in FILE: the files that make's dependency file names, in the order in which they are read.
# "\ " is a space in a name.
names_in() {
    sed 's/\\ /\x01/g' "$1" | tr -s ' \\' '\n\n' | grep -v ':$' | tr '\001' ' '
}

# A header of one's own would bring functions that no device has.
check_headers() {
    names_in "$HEADERS" >"$stem.allowed"
    more=$(names_in "$dep" | grep -vxF -f "$stem.allowed" -e "$src" | head -n 1)
    rm -f -- "$stem.allowed"
    [ -z "$more" ] || refuse "it includes $more." \
        "Leave out #include: what a kernel may use is there already (${name%.*}_kernels.h)."
}

# Functions of the host that a kernel may call by these names, as it may on a device.
math='a?(cos|sin|tan)(h|pi)?|atan2|exp(2|10|m1)?|log(2|10|1p|b)?|pow|sqrt|cbrt|r?hypot|erfc?|[lt]gamma'
math="$math|fabs|f(min|max|mod|dim|ma)|remainder|remquo|ceil|floor|trunc|l?l?r(ound|int)|round"
math="$math|nearbyint|ldexp|frexp|scalbl?n|modf|copysign|nextafter|ilogb|nan|sincos|rint"
allowed="simt_(barrier|warp|fence|trap|printf)|todo_kernel|__assert_fail|_Z[0-9]*atomic[A-Z].*"
allowed="$allowed|__tsan_[^a].*|__aarch64_.*|mem(cpy|set|move|cmp)|abs"
allowed="$allowed|__(popcount|clz|ctz|ffs|bswap)[sd]i2" # what g++ makes of __popc() and its like
allowed="$allowed|_GLOBAL_OFFSET_TABLE_|($math)f?"

# undefined FILE: names that it uses and does not define; shared memory (thread-local) is not meant.
undefined() {
    readelf -sW "$1" | awk '$7 == "UND" && $4 != "TLS" && $8 != "" { print $8 }' | sort -u
}
defined() {
    readelf -sW "$1" | awk '($5 == "GLOBAL" || $5 == "WEAK") && $7 != "UND" { print $8 }' | sort -u
}

is_checked() {
    case " $* " in *' -fsanitize=thread '*) ;; *) return 1 ;; esac
}

# Code that runs when the library is loaded would run before the tests of the lab's C part, too. What
# -fsanitize=thread puts there is one pointer.
check_startup() {
    want=
    ! is_checked "$@" || want='000008 '
    sizes=$(readelf -SW "$compiled" | sed -n 's/^ *\[ *[0-9]*\] \.\(pre\)*\(init\|fini\)_array/x/p; s/^ *\[ *[0-9]*\] \.[cd]tors/x/p' |
        awk '{ print $5 }' | tr '\n' ' ')
    [ "$sizes" = "$want" ] || refuse_startup
    ! readelf -sW "$compiled" | grep -q ' IFUNC ' || refuse_startup
}
refuse_startup() {
    refuse "it has a global object, a static variable that a function sets up, or a constructor." \
        "A device does not run such code before a kernel: use plain arrays and constants."
}

# What nvcc would not take, or would and g++ cannot. The file begins behind all that the build includes.
check_words() {
    { echo '#pragma lowp_file'; cat "$src"; } | "${CXX:-g++}" "$@" -w -E - 2>/dev/null |
        sed -e '1,/^#pragma lowp_file/d' -e 's/"\([^"\\]\|\\.\)*"//g' | tr -cs A-Za-z0-9_ '\n' >"$stem.words"
    if grep -qxE '(__)?asm(__)?|__asm' "$stem.words"; then
        refuse "it has inline assembly (asm)." \
            "A CPU does not know a device's instructions, nor a device a CPU's: write it in CUDA C."
    elif grep -qE 'no_sanitize|disable_sanitizer_instrumentation' "$stem.words"; then
        refuse "it takes its accesses from the checks (no_sanitize)." "Leave that attribute out."
    elif word=$(grep -xE -m 1 '__builtin_(_*(mem|st[pr])|ia32|aarch64|neon).*' "$stem.words"); then
        refuse "it uses $word, an access that is not checked." "Write it in CUDA C: a loop, or memcpy()."
    elif is_checked "$@" && grep -qxE 'mem(cpy|move|set)' "$stem.words"; then
        refuse "it undoes what memcpy() or its like stands for (#undef)." "Leave that line out."
    fi
    rm -f -- "$stem.words"
}

check_functions() {
    taken=$(readelf -sW "$compiled" | awk '$4 == "FUNC" && $5 != "LOCAL" && $7 != "UND" && $8 !~ /^_Z/ { print $8 }' | head -n 1)
    [ -z "$taken" ] || refuse "it defines $taken, a name that is not free." \
        "Give it another name (this lab's C part and C's library have theirs), and no extern \"C\"."
    wrong=$(undefined "$compiled" | grep -vxE "$allowed" | head -n 1)
    case $wrong in
    '') ;;
    _Zn[wa]* | _Zd[la]*) refuse "it uses new or delete." \
        "A thread's few numbers fit in a plain array, and what a block shares is __shared__." ;;
    _Z*) refuse "it uses $(c++filt "$wrong"), which it does not define." \
        "Write that function, with the type that it is called with, or leave out the call." ;;
    __cxa_*) refuse_startup ;;
    __tsan_a*) refuse "it uses an atomic operation of the compiler (__atomic, __sync)." \
        "Use CUDA's: atomicAdd() and its like." ;;
    *) refuse "it uses $wrong, a function of the host." \
        "A kernel can call math functions, __device__ functions and printf." ;;
    esac
}

# Copies that the compiler makes calls of are announced nowhere: common/simt/tsan.cpp does them, and checks.
check_copies() {
    is_checked "$@" || return
    objcopy --redefine-sym memcpy=simt_checked_memcpy --redefine-sym memmove=simt_checked_memmove \
        --redefine-sym memset=simt_checked_memset "$compiled" || exit 1
}

# Kernels that launch.cu launches and nobody defines, by their names for the linker.
missing_kernels() {
    : >"$stem.have"
    [ -n "$refused" ] || defined "$compiled" >>"$stem.have"
    defined "$RUNTIME" >>"$stem.have"
    undefined "$LAUNCH" | grep '^_Z' | grep -vxF -f "$stem.have"
    rm -f -- "$stem.have"
}

# Stand-ins for missing kernels, in C: their names are all that matters. Says which they are.
write_missing() {
    echo 'extern void simt_missing(const char *why);'
    i=0
    for symbol in $(missing_kernels); do
        kernel=$(c++filt "$symbol")
        why="$name: $refused"
        if [ -z "$refused" ]; then
            why="$name does not define the kernel $kernel"
            printf '%s: the kernel %s is missing.\n' "$src" "$kernel" >&2
            defined "$compiled" | c++filt | grep -F "${kernel%%(*}(" |
                sed 's/^/It is there with other parameters: /' >&2
            printf 'Copy its line from %s_kernels.h.\n' "${name%.*}" >&2
            incomplete=yes
        fi
        i=$((i + 1))
        printf 'void missing_%d(void) __asm__("%s");\n' $i "$symbol"
        printf 'void missing_%d(void)\n{\n    simt_missing("%s");\n}\n' $i "$why"
    done
}

CC="${CXX:-g++}" "$here/cc_student.sh" "$src" "$compiled" "$dep" -- "$@" ||
    refused="it does not compile: \`make ${name%.*}\` says why"
[ -n "$refused" ] || check_headers
[ -n "$refused" ] || check_words "$@"
[ -n "$refused" ] || check_startup "$@"
[ -n "$refused" ] || check_functions
[ -n "$refused" ] || check_copies "$@"
incomplete=$refused
write_missing >"$stem.missing.c"
if [ -z "$refused" ]; then
    initial=$(CC="${CC:-gcc}" "$here/bind_shared.sh" "$made" "$compiled" "$stem.missing.c")
    case $? in
    0) ;;
    3) # shared memory with an initial value is thread-local data that is not zero
        refuse "the __shared__ variable $initial has an initial value." \
            "A device refuses that: let the threads write it, and wait at a barrier."
        incomplete=$refused
        write_missing >"$stem.missing.c" ;;
    *) exit 1 ;;
    esac
fi
if [ -z "$refused" ]; then
    # Nothing but the kernels is known outside: a variable may have any name.
    { undefined "$LAUNCH"; printf 'simt_%s_variables\n' shared device; } >"$stem.keep"
    objcopy --keep-global-symbols="$stem.keep" "$made" || exit 1
    rm -f -- "$stem.keep"
else
    "${CC:-gcc}" -fPIC -O1 -Wa,--noexecstack -r -nostdlib "$stem.missing.c" -o "$made" || exit 1
fi
mv -f -- "$made" "$obj" || exit 1
if [ -n "$incomplete" ]; then
    printf ', without all of its kernels: see above' >"$stem.refused"
    echo "The rest of the lab is built and graded; the tests of these kernels earn nothing." >&2
else
    rm -f -- "$stem.refused"
fi
