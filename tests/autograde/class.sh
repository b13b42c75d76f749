# class.sh - what the checks of make autograde share; sourced after shell.sh, never run.
#
#   hand_in NAME            a folder with the model solution of lab05
#   change NAME SED         changes its lab05.c
#   autograde ARGUMENT...   runs make autograde over the class, into $out
#   result SID FILTER       does jq's FILTER hold for this student's result?
#
# $in is the class, $out where its results go, $solution the folder of the model solution.
# shellcheck shell=sh

cd "$root" || exit 1
unset LAB SOLUTION TEST SEED STRICT DIRECT SAN GPU V MAKELEVEL MFLAGS SUBMISSIONS OUT HIDDEN KEY ENGINE JOBS ONLY FORCE UNSANDBOXED
solution=$root/solutions/lab05_master_weights
in=$scratch/in out=$scratch/out
mkdir "$in"

hand_in() {
    mkdir -p "$in/$1/lab05" && cp "$solution"/lab05.c "$solution"/lab05.cu "$solution"/quiz.txt "$in/$1/lab05/"
}

change() {
    cp "$in/$1/lab05/lab05.c" "$scratch_top/before"
    sed -i "$2" "$in/$1/lab05/lab05.c"
    ! cmp -s "$scratch_top/before" "$in/$1/lab05/lab05.c" || fail "the change of $1" "it changes nothing"
}

autograde() {
    run make autograde "SUBMISSIONS=$in" "OUT=$out" LAB=lab05 "$@"
}

result() {
    jq -e "$2" "$out/results/$1/lab05.json" >/dev/null || {
        jq 'del(.tests[] | select(.status == "passed")) | .tests |= map("\(.name): \(.status), \(.points)")' "$out/results/$1/lab05.json"
        return 1
    }
}
