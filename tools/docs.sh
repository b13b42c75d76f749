#!/bin/sh
# docs.sh - makes build/docs/html: Doxygen's pages of the texts and interfaces, and beside them the parts of
# MathJax that they load, so that the folder can be read anywhere. Called by `make docs`.
# Exit: 0 done, else what Doxygen says.
set -eu
cd "$(dirname "$0")/.."
html=build/docs/html
mathjax=/usr/share/javascript/mathjax # Debian's libjs-mathjax
if [ ! -f $mathjax/MathJax.js ]; then
    echo "docs: there is no $mathjax/MathJax.js, which shows the formulas: tools/deps.sh --dev" >&2
    exit 1
fi
rm -rf build/docs
mkdir -p $html/mathjax
doxygen Doxyfile
svg=jax/output/SVG
for part in MathJax.js extensions jax/element jax/input/TeX $svg/jax.js $svg/config.js $svg/autoload $svg/fonts/TeX; do
    mkdir -p "$(dirname $html/mathjax/$part)"
    cp -RL $mathjax/$part $html/mathjax/$part
done
echo "$html/index.html"
