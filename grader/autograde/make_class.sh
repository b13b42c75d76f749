#!/bin/sh
# make_class.sh - a class that never was: N submissions of one lab, for trying out an autograder.
#
#   grader/autograde/make_class.sh FOLDER N [SEED] [LAB]
#
# Of a hundred about 35 are right, 25 have open exercises, 20 are wrong in one line, 8 do not compile,
# 4 are untouched and 8 hostile (grader/adversary/attacks; a link in the place of a file; an archive
# that grows). They come as folders, .tar, .tar.gz and .zip. FOLDER/../kinds.txt says which is what.
# The same SEED makes the same class.
# Exit: 0 made, 2 wrong usage.
set -u
cd "$(dirname "$0")/../.." || exit 2
folder=${1:-} n=${2:-} seed=${3:-1} lab=${4:-lab05}
case $n$seed in *[!0-9]* | '') folder= ;; esac
solution=$(ls -d solutions/"$lab"_* 2>/dev/null)
if [ -z "$folder" ] || [ -z "$solution" ] || [ -z "$n" ]; then
    echo "usage: grader/autograde/make_class.sh FOLDER N [SEED] [LAB]" >&2
    exit 2
fi
mkdir -p "$folder" || exit 2
folder=$(cd "$folder" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf -- "$work"' EXIT

# Park and Miller's generator (CACM 31(10), 1988), the same in every awk: "below(n)" is 0 .. n-1.
random='
    function below(n) { state = (state * 16807) % 2147483647; return int(state / 2147483647 * n) }
    BEGIN { state = start % 2147483646 + 1; below(2) }'

# leave_open FILE: prints the solution with about half of its exercises cut, as tools/stubs.sh cuts all;
# a block without a STUB line holds no exercise but what others call, and stays.
leave_open() {
    awk -v start="$start" "$random"'
    /BEGIN SOLUTION/ { inside = 1; body = stub = ""; next }
    /END SOLUTION/ { inside = 0; printf "%s", stub != "" && below(2) ? stub : body; next }
    inside && sub(/\/\/ *STUB: */, "") { stub = stub $0 "\n"; next }
    inside { body = body $0 "\n"; next }
    { print }' "$1"
}

# spoil HOW FILE: prints the solution with one line "wrong" or "broken" (it does not compile).
spoil() {
    awk -v start="$start" -v how="$1" "$random"'
    function fits(line) {
        if (line ~ /^ *(\/\/|\/?\*|#|$)/) return 0
        return how == "broken" ? line ~ /;$/ : line ~ / [-+*<>] | <= | >= | == |\[i\]| 1[;)]|true|false/
    }
    # replaced(FROM, TO): in the line at hand, once; was it there?
    function replaced(from, to) { return sub(from, to, text[at]) }
    /BEGIN SOLUTION/ { inside = 1 }
    /END SOLUTION/ { inside = 0 }
    { text[NR] = $0; if (inside && fits($0)) line[++lines] = NR }
    END {
        at = line[below(lines) + 1]
        if (how == "broken") replaced(";$", "")
        else replaced(" <= ", " < ") || replaced(" >= ", " > ") || replaced(" < ", " <= ") ||
            replaced(" > ", " >= ") || replaced(" == ", " != ") || replaced(" [+] ", " - ") ||
            replaced(" - ", " + ") || replaced(" [*] ", " + ") || replaced("true", "false") ||
            replaced("false", "true") || replaced("\\[i\\]", "[0]") || replaced(" 1", " 2")
        for (n = 1; n <= NR; n++) print text[n]
    }' "$2"
}

# The kind and the packing of student $i, and a number for what they choose by themselves.
choose() {
    awk -v start="$start" "$random"' BEGIN {
        k = below(100)
        kind = k < 35 ? "right" : k < 60 ? "partial" : k < 80 ? "wrong" : k < 88 ? "broken" : \
            k < 92 ? "untouched" : "hostile"
        split("folder tar tar.gz zip", packing, " ")
        print kind, packing[below(4) + 1], below(1000000)
    }'
}

pack() {
    case $packing in
    folder) mkdir "$folder/$name" && cp -RP "$work/$lab" "$folder/$name/" ;;
    zip) bsdtar -C "$work" --format zip -cf "$folder/$name.zip" "$lab" ;;
    tar) tar -C "$work" -cf "$folder/$name.tar" "$lab" ;;
    *) tar -C "$work" -czf "$folder/$name.tar.gz" "$lab" ;;
    esac
}

. grader/autograde/attack_file.sh
attacks=$(cd grader/adversary/attacks && ls ./*.c | sed 's|^\./||; s|\.c$||' | grep -v '^without_')
count=$(echo "$attacks" | wc -l)
: >"$folder/../kinds.txt"
i=0
while [ $i -lt "$n" ]; do
    i=$((i + 1))
    name=$(printf 'student%0*d' ${#n} $i)
    start=$(printf '%s %s' "$seed" $i | cksum | cut -d' ' -f1)
    # shellcheck disable=SC2046 # three words
    set -- $(choose)
    kind=$1 packing=$2 number=$3
    rm -rf -- "${work:?}/$lab"
    mkdir "$work/$lab"
    cp "$solution"/lab* "$solution"/quiz.txt "$work/$lab/"
    source=$solution/$lab.c target=$work/$lab/$lab.c
    if [ -f "$solution/$lab.cu" ] && [ $((number % 3)) -eq 0 ]; then # the kernels instead
        source=$solution/$lab.cu target=$work/$lab/$lab.cu
    fi
    case $kind in
    right) printf '/* %s */\n' "$name" >>"$target" ;;
    partial) leave_open "$source" >"$target" ;;
    wrong | broken) spoil "$kind" "$source" >"$target" ;;
    untouched)
        for file in "$solution"/lab* "$solution"/quiz.txt; do
            tools/stubs.sh --cut "$file" >"$work/$lab/${file##*/}"
        done
        ;;
    hostile)
        case $((number % 10)) in
        0) ln -sf /etc/passwd "$work/$lab/$lab.c" && kind='hostile: a link' ;;
        1) head -c 300000000 /dev/zero >"$work/$lab/$lab.c" && packing=tar.gz kind='hostile: an archive that grows' ;;
        *)
            one=$(echo "$attacks" | sed -n "$((number % count + 1))p")
            [ "$lab" = lab05 ] && attack_file "$one" >"$work/$lab/lab05.c" && kind="hostile: $one"
            ;;
        esac
        ;;
    esac
    pack || exit 1
    printf '%s\t%s\t%s\n' "$name" "$packing" "$kind" >>"$folder/../kinds.txt"
done
