#!/bin/bash
# setup.sh - prepares Gradescope's image, once, as root. package.sh puts it at the root of the zip
# file; the workbook is then in /autograder/source (Gradescope's "Autograder Specifications", section
# "File hierarchy"). Choose a base image of Debian 12, or of Ubuntu 22.04 or later.
set -e
cd /autograder/source
tools/deps.sh
tools/deps.sh --class
# Builds everything, by grading an empty submission: later ones then only wait for their own code.
mkdir -p /tmp/empty
grader/export/grade_one.sh gradescope @LAB@ /tmp/empty warm-up >/dev/null
