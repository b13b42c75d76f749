#!/bin/sh
# check_variants.sh - wrong solutions lose the points that they should, with messages that say why, and
# right ones written another way keep theirs.  check_variants.sh [LAB]
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1
grader/adversary/variants.sh "$@"
