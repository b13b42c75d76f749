#!/bin/sh
# run.sh LAB - grades one submission in PrairieLearn's container; the entrypoint of the image.
#
# Source: PrairieLearn's "External Grading", section "The Grading Process": files lie in /grade/student,
# data in /grade/data/data.json, results go to /grade/results/results.json, a folder that is not there
# yet. The container has to end with 0 (apps/grader-host/src/index.ts), else grading counts as failed
# and the student loses no attempt: right, if it did fail.
# PrairieLearn does not say who the student is; the seed follows from the variant's.
set -u
top=${GRADE:-/grade}
seed=$(jq -r '.variant_seed // 0' "$top/data/data.json" 2>/dev/null)
mkdir -p "$top/results" || exit 1
"$(dirname "$0")/../grade_one.sh" prairielearn "$1" "$top/student" "variant-${seed:-0}" \
    >"$top/results/results.json.new" || exit 1
mv "$top/results/results.json.new" "$top/results/results.json"
