#!/bin/sh
# version.sh - which version of the workbook this is: a commit, or what the handout was made of. Called by
# submit.sh and report.sh; run it from anywhere.
cd "$(dirname "$0")/.." || exit 1
if [ -f prebuilt/version ]; then
    cat prebuilt/version
elif [ ! -e .git ] || ! git describe --always --dirty --abbrev=12 2>/dev/null; then
    echo unknown
fi
