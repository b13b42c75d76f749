#!/bin/sh
# bind_shared.sh - makes an object with CUDA kernels (compiled for the CPU) whole:
#
#   CC=gcc tools/bind_shared.sh OUT OBJ [MORE-OBJECTS-OR-C-FILES...]
#
# A __shared__ variable is a thread-local one (common/simt/simt.h). The compiler leaves dynamic shared
# memory (extern __shared__) undefined: here it is defined, once for all names, as large as a device
# gives at most. And lists are made of all shared variables and of all others that can be written
# (__device__, static), so that common/simt knows where each ends.
# Exit: 0 OUT is there, 1 it is not, 2 wrong usage, 3 a shared variable has an initial value: its name
# is printed.
set -u
if [ $# -lt 2 ]; then
    echo "usage: tools/bind_shared.sh OUT OBJ [MORE...]" >&2
    exit 2
fi
out=$1 object=$2
shift 2
work=$out.bind
mkdir -p "$work"
trap 'rm -rf -- "$work"' EXIT

# Lines of: bind, section, size, symbol, plain name. A name is what comes behind the last "::".
readelf -sW "$object" | awk '$4 == "TLS" && $8 !~ /^(simt_now|simt_here|_TLS_MODULE_BASE_)$/ { print $5, $7, $3, $8 }' >"$work/symbols"
awk '{ print $4 }' "$work/symbols" | c++filt | sed 's/.*:://' | paste -d' ' "$work/symbols" - >"$work/named"
data=$(readelf -SW "$object" | sed -n 's/^ *\[ *\([0-9]*\)\] \.tdata.*/\1/p' | head -n 1)
if [ -n "$data" ]; then
    awk -v s="$data" '$2 == s { print $5; exit }' "$work/named"
    exit 3
fi

# The same lines for variables that are not shared. A name that two files have is left out.
readelf -SW "$object" | sed -n 's/^ *\[ *\([0-9]*\)\] \(\.data\|\.bss\)/\1 \2/p' |
    awk '$2 !~ /^\.data\.rel\.ro/ { print $1 }' >"$work/writable"
readelf -sW "$object" | awk '
    FILENAME != "-" { writable[$1]; next }
    $4 == "OBJECT" && $7 in writable { line[$8] = $5 " " $7 " " $3 " " $8; seen[$8]++ }
    END { for (name in line) if (seen[name] == 1) print line[name] }' "$work/writable" - | sort -k 4 >"$work/kept"
awk '{ print $4 }' "$work/kept" | c++filt | sed 's/.*:://' | paste -d' ' "$work/kept" - >"$work/variables"

awk -v limit=$((227 * 1024)) '
    BEGIN {
        print "#include <stddef.h>"
        print "struct simt_shared { const char *name; void *low; size_t bytes; };"
        printf "_Thread_local char simt_dynamic_shared[%d] __attribute__((aligned(128), visibility(\"hidden\")));\n", limit
    }
    FILENAME ~ /variables$/ {
        printf "extern char v%d[] __asm__(\"%s\");\n", NR, $4
        kept = kept sprintf("        {\"%s\", &v%d, %s},\n", $5, NR, $3)
        next
    }
    $2 == "UND" {
        printf "extern _Thread_local char v%d __asm__(\"%s\") __attribute__((alias(\"simt_dynamic_shared\"), visibility(\"hidden\")));\n", NR, $4
    }
    $2 != "UND" {
        printf "extern _Thread_local char v%d[] __asm__(\"%s\");\n", NR, $4
    }
    { list = list sprintf("        {\"%s\", &v%d, %d},\n", $5, NR, $2 == "UND" ? 0 : $3) }
    function define(name, list) {
        print "__attribute__((visibility(\"hidden\"))) size_t " name "(struct simt_shared *to, size_t room)\n{"
        print "    const struct simt_shared list[] = {\n" list "        {0, 0, 0}};"
        print "    size_t n = sizeof list / sizeof *list - 1;"
        print "    for (size_t i = 0; i < n && i < room; i++)\n        to[i] = list[i];\n    return n;\n}"
    }
    END {
        define("simt_shared_variables", list)
        define("simt_own_variables", kept)
    }' "$work/variables" "$work/named" >"$work/shared.c"

# Each variable is a section of its own (-fdata-sections), and gets nobody for a neighbour: who runs over
# the end of one array must not meet the next.
{
    echo 'SECTIONS { .tbss : {'
    awk '$2 != "UND" { print "*(.tbss." $4 ") . = ALIGN(256) + 256;" }' "$work/symbols"
    echo '*(.tbss*) } .bss : {'
    awk '{ print "*(.bss." $4 ") . = ALIGN(256) + 256;" }' "$work/kept"
    echo '} .data : {'
    awk '{ print "*(.data." $4 " .data.rel." $4 " .data.rel.local." $4 ") . = ALIGN(256) + 256;" }' "$work/kept"
    echo '} }'
} >"$work/apart.ld"

# Local names are made known for as long as it takes to bind them.
awk '$1 == "LOCAL" { print $4 } END { print "no_such_variable" }' "$work/symbols" "$work/kept" >"$work/local"
objcopy --globalize-symbols="$work/local" "$object" "$work/object.o" &&
    "${CC:-gcc}" -fPIC -O1 -Wa,--noexecstack -r -nostdlib -Wl,-T,"$work/apart.ld",--force-group-allocation \
        "$@" "$work/object.o" "$work/shared.c" -o "$out" &&
    objcopy --localize-symbols="$work/local" "$out"
