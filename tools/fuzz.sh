#!/bin/sh
# fuzz.sh - runs the fuzzers of tests/fuzz, one after the other. Called by `make fuzz` and
# tests/check_fuzz.sh; `make fuzz-programs` builds what it needs.
#
#   tools/fuzz.sh SECONDS NAME...    each for so long, from its corpus on; 0: replays the corpus alone
#   tools/fuzz.sh --keep NAME...     after that: takes what reached new code into tests/fuzz/corpus/NAME,
#                                    as few and as small inputs as do. Those named by hand stay.
#   tools/fuzz.sh --check            is there a clang that can build them?
#
# A line a parser: executions, coverage (places in the code), inputs that are kept, findings. What was
# found lies in OUT/crashes, and the command that replays it is printed. The inputs that a run grew stay
# in OUT/corpus and are where the next one begins. OUT: build/fuzz, if the environment names no other.
# Exit: 0 no finding, 1 a finding, 2 wrong usage, 77 no clang that can.
set -u
cd "$(dirname "$0")/.." || exit 1
built=build/fuzz
out=${OUT:-$built}

# Inputs that are kept in the repository, at most: of one parser, and bytes of one.
KEPT=40
KEPT_BYTES=4096

usage() {
    sed -n 's/^#   \(tools.*\)/\1/p' "$0" >&2
    exit 2
}

check_clang() {
    clang=${CLANG:-clang}
    if ! command -v "$clang" >/dev/null 2>&1; then
        echo "fuzz: there is no $clang: tools/deps.sh --checks installs it"
        exit 77
    fi
    # The compiler can be there without libFuzzer, which is a package of its own (libclang-rt-N-dev).
    probe=$(mktemp -d) || exit 1
    echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return d && n > 9 ? 0 : 0; }' >"$probe/probe.c"
    "$clang" -fsanitize=fuzzer,address,undefined "$probe/probe.c" -o "$probe/probe" >"$probe/why" 2>&1 ||
        { cat "$probe/why"; rm -rf "$probe"; echo "fuzz: $clang cannot link with libFuzzer (above)"; exit 77; }
    rm -rf "$probe"
}

# The last thing that libFuzzer said of its progress: "#84088 DONE cov: 103 ft: 325 corp: 115/5714b ..."
progress() {
    tr '\r' '\n' <"$1" | grep -a '^#[0-9].* cov: ' | tail -n 1
}

# field NAME LINE: the number behind "NAME: "; 0 where the run broke before it said any
field() {
    number=$(printf '%s\n' "$2" | sed -n "s/.* $1: \\([0-9]*\\).*/\\1/p")
    echo "${number:-0}"
}

# fuzz NAME SECONDS: returns 1 for a finding.
fuzz() {
    name=$1 log=$out/$1.log grown=$out/corpus/$1 kept=tests/fuzz/corpus/$1
    mkdir -p "$grown" "$kept" "$out/crashes"
    set -- -rss_limit_mb=1024 -malloc_limit_mb=8192 -timeout=25 "-artifact_prefix=$out/crashes/$name-" \
        "$(test "$2" -eq 0 && echo -runs=0 || echo "-max_total_time=$2")" "$grown" "$kept"
    "$built/fuzz_$name" "$@" >"$log" 2>&1 &
    running=$!
    while [ -t 1 ] && kill -0 $running 2>/dev/null; do
        printf '\r%-12s %.60s' "$name" "$(progress "$log")"
        sleep 1
    done
    wait $running
    status=$?
    running=
    last=" #: $(progress "$log" | tr -d '#')"
    found=$(grep -a -c 'Test unit written to' "$log")
    [ ! -t 1 ] || printf '\r%70s\r' ''
    printf '%-12s %9s executions, %4s places, %4s inputs, %s\n' "$name" \
        "$(field '#' "$last")" "$(field cov "$last")" "$(field corp "$last")" \
        "$([ $status -eq 0 ] && echo 'no finding' || echo 'A FINDING')"
    [ $status -ne 0 ] || return 0
    grep -a -E 'does not hold|runtime error|^SUMMARY|ERROR: ' "$log" | head -n 3 | sed 's/^/    /'
    [ "$found" -gt 0 ] || echo "    the end of $log says more"
    sed -n 's/.*Test unit written to //p' "$log" | sed "s|.*|    replay: $built/fuzz_$name &|"
    return 1
}

# keep NAME
keep() {
    kept=tests/fuzz/corpus/$1 new=$work/$1 old=$work/$1.old
    mkdir -p "$new" "$old" "$kept"
    for file in "$kept"/*; do
        case ${file##*/} in
        ????????????????????????????????????????) mv -- "$file" "$old/" ;;
        *) cp -- "$file" "$new/" ;;
        esac
    done
    find "$out/corpus/$1" "$old" -type f -size -${KEPT_BYTES}c -exec cp -- {} "$old/" \; 2>/dev/null
    "$built/fuzz_$1" -merge=1 -use_counters=0 "$new" "$old" >"$out/$1.merge.log" 2>&1 || return 1
    (cd "$new" && find . -type f -name '????????????????????????????????????????' -printf '%s %f\n') |
        sort -n | head -n $KEPT | while read -r _ file; do cp -- "$new/$file" "$kept/"; done
    echo "$1: $(find "$kept" -type f | wc -l) inputs, $(cat "$kept"/* | wc -c) bytes"
}

work=
running=
trap 'kill ${running:-} 2>/dev/null; rm -rf -- ${work:+"$work"}' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
what=${1-}
case $what in
--check) check_clang; exit 0 ;;
--keep) ;;
'' | *[!0-9]*) usage ;;
esac
shift
[ $# -gt 0 ] || usage
for name; do
    [ -x "$built/fuzz_$name" ] || { echo "fuzz: $built/fuzz_$name is not there; a parser has a tests/fuzz/fuzz_NAME.c"; exit 2; }
done
# In memory where there is a folder for that: some parsers want files, and each input is new ones.
memory=/dev/shm
[ -w $memory ] || memory=${TMPDIR:-/tmp}
work=$(mktemp -d "$memory/lowp-fuzz.XXXXXX") || exit 1
export TMPDIR="$work"
bad=0
for name; do
    if [ "$what" = --keep ]; then
        keep "$name" || bad=1
    else
        fuzz "$name" "$what" || bad=1
    fi
done
exit $bad
