#!/bin/sh
# gallery.sh - prints plots/gallery.md: every figure that plots/figures keeps, with the caption that stands
# at the top of its script and the command that draws it. The scripts are the only list. Called by
# `make figures`; tests/check_gallery.sh compares.
set -eu
cd "$(dirname "$0")/.."

cat <<'END'
# Gallery

What the experiments of the labs show, drawn with the model solutions. `make figures` draws it all anew; with your own
functions it is `make run LAB=lab04` and `make plot LAB=lab04`. Chapter and figure go together in [the course](../course.md).

END

# caption SCRIPT: the comment at its top, without its name and without how to run it.
caption() {
    awk '!/^#/ { exit } { sub(/^# ?/, ""); printf "%s ", $0 }' "$1" |
        sed 's/^[^:]*: //; s/ How to run it: style\.gp.*//' |
        awk '{ print toupper(substr($0, 1, 1)) substr($0, 2) }'
}

for readme in labs/lab[0-9][0-9]_*/README.md; do
    folder=${readme%/README.md}
    lab=${folder#labs/}
    lab=${lab%%_*}
    sed -n '1s/^# /## /p' "$readme"
    for script in plots/"$lab"_*.gp; do
        name=$(basename "$script" .gp)
        [ -f "plots/figures/$name.png" ] || continue
        text=$(caption "$script")
        printf '\n![%s](figures/%s.png)\n\n%s\n\n    %s\n' "${text%%[.:;]*}" "$name" "$text" \
            "gnuplot -c $script build/runs/solutions/$lab build/figures/$name png"
    done
    printf '\nThe runs are `make run SOLUTION=1 LAB=%s`.\n\n' "$lab"
done
