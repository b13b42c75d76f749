#!/bin/sh
# check_docs.sh - `make docs` makes a site without a warning, in under 20 s, that can be carried anywhere: no
# link is broken, and in a browser without a network the formulas and figures of its main pages appear
# without a word on the console.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1
# astray FILE...: links of the texts to files that are not there, as GitHub sees them.
astray() {
    awk '
    {
        line = $0
        while (match(line, /\]\([^() ]+\)/)) {
            target = substr(line, RSTART + 2, RLENGTH - 3)
            line = substr(line, RSTART + RLENGTH)
            sub(/#.*/, "", target)
            folder = FILENAME
            sub(/[^\/]*$/, "", folder)
            if (target != "" && target !~ /^[a-z]+:/ && system("test -e \"" folder target "\""))
                print FILENAME ":" FNR ": " target
        }
    }' "$@"
}
run astray README.md course.md grader/*.md plots/*.md plots/data/*.md labs/*/*.md solutions/*/*.md
check "the links of the texts lead to files" test ! -s "$scratch_top/output"
printf '[x](nothing.md)\n' >"$scratch_top/astray.md"
run astray "$scratch_top/astray.md"
expect "and one that does not would be found" 0 "astray.md:1: nothing.md"

command -v doxygen >/dev/null || skip_all "there is no Doxygen: tools/deps.sh --dev"
[ -f /usr/share/javascript/mathjax/MathJax.js ] || skip_all "there is no MathJax: tools/deps.sh --dev"

begin=$(date +%s)
run tools/docs.sh
expect "make docs has no warning" 0 build/docs/html/index.html
check "and takes under 20 s" test $(($(date +%s) - begin)) -lt 20
printf '/** @file\n @brief x */\nint nobody_says_what(int x);\n' >"$scratch_top/open.h"
{ cat Doxyfile && printf 'INPUT = %s\nOUTPUT_DIRECTORY = %s\n' "$scratch_top/open.h" "$scratch_top/open"; } >"$scratch_top/Doxyfile"
run doxygen "$scratch_top/Doxyfile"
expect "a function that nobody describes would be one" 1 "nobody_says_what"
site="$scratch/site" # elsewhere, so that nothing of the workbook is beside it
cp -R build/docs/html "$site"
cd "$site" || exit 1

# broken: every href and src of the pages that leads nowhere: to no file, or to no anchor in it.
broken() {
    awk '
    function names(line, pattern,    at) {
        while (match(line, pattern)) {
            at = substr(line, RSTART, RLENGTH)
            line = substr(line, RSTART + RLENGTH)
            sub(/^[^"]*"/, "", at)
            sub(/"$/, "", at)
            gsub(/&amp;/, "\\&", at)
            found[++count] = at
        }
    }
    FNR == 1 { files[FILENAME] }
    {
        count = 0
        names($0, "(id|name)=\"[^\"]*\"")
        for (i = 1; i <= count; i++)
            anchors[FILENAME "#" found[i]]
        count = 0
        names($0, " (href|src)=\"[^\"]*\"")
        for (i = 1; i <= count; i++)
            if (found[i] !~ /^(https?|javascript|mailto):/)
                links[FILENAME " " found[i]]
    }
    END {
        for (link in links) {
            n++
            split(link, part, " ")
            to = part[2] ~ /^#/ ? part[1] part[2] : part[2]
            file = to
            sub(/#.*/, "", file)
            if (!(file in files) && (getline line <file) < 0)
                print part[1] ": " part[2] ": no such file"
            else if (file in files && to ~ /#./ && !(to in anchors))
                print part[1] ": " part[2] ": no such anchor"
            close(file)
        }
        print n " links"
    }' ./*.html | sed 's|^\./||'
}
broken >"$scratch/links"
check "there are thousands of links" awk '/links$/ { exit !($1 > 2000) }' "$scratch/links"
check "and none of them is broken" sh -c '! grep -v " links$" "$1"' sh "$scratch/links"
check "no page loads anything from elsewhere" sh -c \
    '! grep -lE "<(script|link|img|iframe)[^>]*(src|href)=\"(https?:)?//" ./*.html'
check "functions and chapters can be searched for" sh -c \
    'grep -q bf16_gap search/*.js && grep -q check_quiz search/*.js && grep -qi "gradscaler" search/*.js'

# seen PAGE FORMULAS: opens it, and asks the page itself once MathJax is done.
seen() {
    page=$1 formulas=$2
    awk '/<\/body>/ { print "<script>window.addEventListener(\"load\", () => MathJax.Hub.Queue(() => {" \
        "document.getElementById(\"MSearchField\").value = \"bf16_gap\"; searchBox.Search();" \
        "setTimeout(() => {" \
        "const all = [...document.images], outside = performance.getEntriesByType(\"resource\")" \
        ".filter(r => !r.name.startsWith(\"file:\"));" \
        "document.title = \"seen: formulas \" + document.querySelectorAll(\".MathJax_SVG_Display\").length" \
        "+ \", mistakes \" + document.querySelectorAll(\".MathJax_Error, [data-mjx-error], .merror\").length" \
        "+ \", pictures \" + all.length + \", shown \" + all.filter(i => i.naturalWidth > 0).length" \
        "+ \", from elsewhere \" + outside.length + \", found \"" \
        "+ [...frames.MSearchResults.document.querySelectorAll(\".SRResult\")]" \
        ".filter(r => r.style.display != \"none\").map(r => r.querySelector(\".SRSymbol\").textContent).join(\" \");}, 2000)}))</script>" }
        { print }' "$page.html" >"probe_$page.html"
    run timeout 60 chromium --headless --no-sandbox --disable-gpu --enable-logging=stderr --user-data-dir="$scratch/chromium" --allow-file-access-from-files \
        --host-resolver-rules="MAP * ~NOTFOUND" --virtual-time-budget=20000 --dump-dom "file://$site/probe_$page.html"
    grep -o '<title>[^<]*\|.*CONSOLE.*' "$scratch_top/output" >"$scratch/said"
    cp "$scratch/said" "$scratch_top/output"
    check "$page: says nothing on the console" sh -c '! grep CONSOLE "$1"' sh "$scratch/said"
    cp "$scratch/said" "$scratch_top/output"
    status=0
    expect "$page: $formulas formulas" 0 "seen: formulas $formulas, mistakes 0," "from elsewhere 0, found bf16_gap"
    check "$page: every picture is seen" sh -c \
        'sed -n "s/.*pictures \([0-9]*\), shown \([0-9]*\),.*/\1 \2/p" "$1" | awk "{ exit !(\$1 > 0 && \$1 == \$2) }"' sh "$scratch/said"
}
command -v chromium >/dev/null || skip_all "the pages in a browser: there is no chromium (tools/deps.sh --checks)"
seen course "$(grep -c '^```math$' "$root/course.md")"
seen index 0
seen plots_gallery 0
seen lab05 0
finish
