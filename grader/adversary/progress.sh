#!/bin/sh
# progress.sh - passes lines on, and says on a terminal how many of how many there were. Called by mutation.sh:
#
#   ... | progress.sh WHAT TOTAL | ...
set -u
what=$1 total=$2 done=0
while IFS= read -r line; do
    printf '%s\n' "$line"
    done=$((done + 1))
    [ ! -t 2 ] || printf '\r%s: %d of %d mutants ' "$what" $done "$total" >&2
done
[ ! -t 2 ] || printf '\r\033[K' >&2
