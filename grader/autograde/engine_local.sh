#!/bin/sh
# engine_local.sh - the jobs of a class on this machine, JOBS at a time, by GNU parallel. Called by
# autograde.sh; OUT, JOBS and TODO (a file of lines "SID LAB") come by environment. Prints one.sh's
# lines as they come. SSHLOGIN (n/host,n/host,...) takes other machines along that see the same
# folders under the same paths: parallel's own option.
# A job that has no end is ended after an hour. Whoever kills this script ends parallel too, and what
# it started ends with it: a job's processes are in sandboxes that die with their parents.
# Exit: 0
set -u
# shellcheck disable=SC2086 # words
exec parallel --will-cite --quote --no-run-if-empty --jobs "$JOBS" \
    ${SSHLOGIN:+--sshlogin "$SSHLOGIN" --workdir "$PWD"} \
    --colsep ' ' --line-buffer --timeout 3600 --halt never --tmpdir "$OUT/.work" \
    setpriv --pdeathsig KILL grader/autograde/one.sh "$OUT" '{1}' '{2}' :::: "$TODO"
