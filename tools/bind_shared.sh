#!/bin/sh
# bind_shared.sh - makes an object with CUDA kernels (compiled for the CPU) whole:
#
#   CC=gcc tools/bind_shared.sh OUT OBJ [MORE-OBJECTS-OR-C-FILES...]
#
# A __shared__ variable is a thread-local one (common/simt/simt.h). The compiler leaves dynamic shared
# memory (extern __shared__) undefined: here it is defined, once for all names, as large as a device
# gives at most. And a list of all shared variables is made, so that common/simt knows where each ends;
# another one of all other variables, __device__ and __constant__ ones.
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

# The same lines, with a section's name in the place of its number, about variables in memory. Of a
# name that several files have for themselves (tests/simt), nobody could say which is meant.
{
    readelf -SW "$object" | sed -n 's/^ *\[ *\([0-9][0-9]*\)\] \(\.\(data\|bss\|rodata\)[^ ]*\).*/\1 \2/p'
    readelf -sW "$object" | awk '$4 == "OBJECT" && $3 > 0 { print $5, $7, $3, $8 }'
} | awk 'NF == 2 { name[$1] = $2 } NF == 4 && $2 in name { line[$4] = $1 " " name[$2] " " $3 " " $4; seen[$4]++ }
    END { for (v in line) if (seen[v] == 1) print line[v] }' | sort >"$work/objects"
awk '{ print $4 }' "$work/objects" | c++filt | sed 's/.*:://' | paste -d' ' "$work/objects" - >"$work/variables"

awk -v limit=$((227 * 1024)) '
    FILENAME ~ /variables$/ {
        printf "extern char w%d[] __asm__(\"%s\");\n", FNR, $4
        others = others sprintf("        {\"%s\", w%d, %s},\n", $5, FNR, $3)
        next
    }
    function write(what, list) {
        printf "__attribute__((visibility(\"hidden\"))) size_t simt_%s_variables(struct simt_variable *to, size_t room)\n{\n", what
        print "    const struct simt_variable list[] = {\n" list "        {0, 0, 0}};"
        print "    size_t n = sizeof list / sizeof *list - 1;"
        print "    for (size_t i = 0; i < n && i < room; i++)\n        to[i] = list[i];\n    return n;\n}"
    }
    BEGIN {
        print "#include <stddef.h>"
        print "struct simt_variable { const char *name; void *low; size_t bytes; };"
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
    END {
        write("shared", list)
        write("device", others)
    }' "$work/variables" "$work/named" >"$work/shared.c"

# Each variable is a section of its own (-fdata-sections), and gets nobody for a neighbour: who runs over
# the end of one array must not meet the next.
{
    echo 'SECTIONS { .tbss : {'
    awk '$2 != "UND" { print "*(.tbss." $4 ") . = ALIGN(256) + 256;" }' "$work/symbols"
    echo '*(.tbss*) }'
    for kind in data bss rodata; do
        echo ".$kind : {"
        awk -v kind=".$kind." 'index($2, kind) == 1 { print "*(" $2 ") . = ALIGN(256) + 256;" }' "$work/objects"
        echo "*(.$kind) }"
    done
    echo '}'
} >"$work/apart.ld"

# Local names are made known for as long as it takes to bind them.
awk '$1 == "LOCAL" { print $4 } END { print "no_such_variable" }' "$work/symbols" "$work/objects" >"$work/local"
objcopy --globalize-symbols="$work/local" "$object" "$work/object.o" &&
    "${CC:-gcc}" -fPIC -O1 -Wa,--noexecstack -fno-lto -r -nostdlib -Wl,-T,"$work/apart.ld",--force-group-allocation \
        "$@" "$work/object.o" "$work/shared.c" -o "$out" &&
    objcopy --localize-symbols="$work/local" "$out"
