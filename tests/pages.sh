# pages.sh - what the checks of HTML pages share (check_report.sh, check_own_report.sh); sourced by them
# behind shell.sh, never run. The pages are those in $out.
# shellcheck shell=sh disable=SC2154 # what the checks set

# says TEXT FILE: once the page's lines are joined and its tags are gone
says() {
    tr '\n' ' ' <"$2" | sed 's/<[^>]*>/ /g; s/\xe2\x80\xaf/ /g; s/&\(#39\|apos\);/'"'"'/g; s/&gt;/>/g; s/&lt;/</g; s/&quot;/"/g; s/&amp;/\&/g' | tr -s ' ' | grep -qF -e "$1"
}

says_not() {
    ! says "$@"
}

# Every tag of every page but in gnuplot's drawings: only names and attributes that the templates write.
tags() {
    find "$out" -name '*.html' -exec sed '/^<svg role="img" viewBox/,/^<\/svg>/d' {} + | tr '\n' ' ' | sed 's/<style>[^<]*<\/style>//g' | grep -oE '<[^>]*>' |
        sed 's/="[^"]*"//g; s|/>$|>|; s/ *>$//; s/^<//' | sort -u | tr ' ' '\n' | sed 's|^/||' | sort -u
}
strange_tags() {
    tags | grep -vxE 'a|aria-(hidden|label|labelledby)|alt|b|bdi|body|caption|charset|class|code|colspan|content|dd|desc|details|div|dl|!doctype|dt|figcaption|figure|h[123]|head|header|height|href|html|http-equiv|i|id|img|lang|li|line|link|main|meta|name|nav|ol|open|p|pre|rect|rel|role|scope|section|small|span|src|style|summary|svg|table|tabindex|tbody|td|text|th|thead|title|tr|ul|width|x|x1|x2|y|y1|y2'
    ! tags | grep -qx table || return 1
}
nothing_strange() {
    ! strange_tags | grep .
}

balanced() {
    find "$out" -name '*.html' -exec awk '
        FNR == 1 { n = 0 }
        sub(/^<\/style>/, "") { css = 0 }
        /^<style>$/ { css = 1 }
        { line = $0
          while (!css && match(line, /<\/?[a-z][a-z0-9]*[^>]*>/)) {
              tag = substr(line, RSTART + 1, RLENGTH - 2); line = substr(line, RSTART + RLENGTH)
              name = tag; sub(/[ >].*/, "", name)
              if (tag ~ /\/$/ || name ~ /^(meta|link|img)$/) continue
              if (name ~ /^\//) { if (stack[n--] != substr(name, 2)) { print FILENAME ": " FNR ": " name; exit bad = 1 } }
              else stack[++n] = name
          } }
        /^<\/body><\/html>$/ && n { print FILENAME ": open at the end: " stack[n]; exit bad = 1 }
        END { exit bad }' {} +
}

bare() {
    find "$out" -name '*.html' -exec sed '/^<style>$/,/^<\/style>/d; s/&\(lt\|gt\|amp\|quot\|apos\|#39\);//g' {} + | grep -n '&' && return 1
    find "$out" -name '*.html' -exec sed '/^<style>$/,/^<\/style>/d; s/<[^<>]*>//g' {} + | grep -n '[<>]' && return 1
    return 0
}

controls() { # also the marks that turn the direction of text
    ! find "$out" -name '*.html' -exec cat {} + | LC_ALL=C grep -aqE "$(printf '[\001-\010\013-\037\177]|\342\200[\252-\256]|\342\201[\246-\251]|\302[\200-\237]')"
}

# Every link leads somewhere, every id is there once, and there are LEAST links.
links() { # LEAST
    (cd "$out" && find . -name '*.html' | sed 's|^\./||' | xargs -d '\n' awk -v least="$1" '
        FNR == 1 { delete here; files[FILENAME] }
        { line = $0
          while (match(line, / (id|href|aria-labelledby)="[^"]*"/)) {
              part = substr(line, RSTART + 1, RLENGTH - 2); line = substr(line, RSTART + RLENGTH)
              what = part; sub(/=.*/, "", what); sub(/[^"]*"/, "", part)
              if (what == "id") { if ((FILENAME "#" part) in ids) { print "twice: " FILENAME "#" part; bad = 1 }; ids[FILENAME "#" part] }
              else if (what == "aria-labelledby") { k = split(part, said, " "); while (k) wanted[FILENAME "#" said[k--]] }
              else if (part ~ /^#/) wanted[FILENAME part]
              else if (part != "data:,") { decoded = part; gsub(/%25/, "", decoded)
                  if (decoded ~ /%/) { print "not encoded: " part; bad = 1 }
                  gsub(/%25/, "%", part); wanted[part] }
          } }
        END { for (w in wanted) { f = w; sub(/#.*/, "", f); n++
                  if (!(f in files) || (w ~ /#/ && !(w in ids))) { print "leads nowhere: " w; bad = 1 } }
              exit bad || n < least }')
}

once() { # PATTERN: in every page once
    find "$out" -name '*.html' -exec grep -Hc -e "$1" {} + | grep -v ':1$' && return 1
    return 0
}

# --- in a browser ---
browse() { # FILE OPTIONS...: the page's elements to $scratch/dom, the browser's words to $scratch_top/output
    shown=$1
    shift
    timeout 60 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$scratch/profile" \
        --disable-background-networking --disable-component-update --disable-sync --no-first-run --enable-logging=stderr --v=0 \
        --log-net-log="$scratch/net" --hide-scrollbars "$@" --dump-dom "file://$shown" >"$scratch/dom" 2>"$scratch/words"
}
quiet() {
    browse "$1" --window-size=1200,900 && grep -q '<h1>' "$scratch/dom" || return 1
    # Chromium itself calls home.
    ! grep CONSOLE "$scratch/words" &&
        ! grep -oE '"url":"(https?|wss?|ftp):[^"]*"' "$scratch/net" | grep -vE '://[a-z0-9.]*\.google(apis)?\.com/'
}
# A copy that may run a script (the policy taken out) measures itself in a frame of a width: how wide it grew, and the
# least contrast of its text. (Chromium's own window is never narrower than 500.)
measure() { # FILE WIDTH OPTIONS...
    sed '/http-equiv="Content-Security-Policy"/d' "$1" | awk '/^<\/body><\/html>/ {
        print "<script>addEventListener(\"load\", () => {"
        print "const rgb = s => s.match(/[0-9.]+/g).map(Number);"
        print "const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);"
        print "const under = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };"
        print "let least = 99, where = \"\", walk = document.createTreeWalker(document.body, 4);"
        print "for (let n; n = walk.nextNode();) { const e = n.parentElement; if (!n.data.trim() || e.closest(\"script, style, title, desc, .drawing svg\")) continue;"
        print "const s = getComputedStyle(e), a = light(rgb(e.closest(\"svg\") ? s.fill : s.color)), b = light(under(e)), r = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);"
        print "if (r < least) { least = r; where = e.tagName + \".\" + e.getAttribute(\"class\"); } }"
        print "parent.postMessage(\"width \" + document.documentElement.scrollWidth + \" of \" + innerWidth + \", contrast \" + (least >= 4.5 ? \"enough\" : \"too little: \" + least.toFixed(2) + \" \" + where), \"*\");"
        print "}); </script>" } { print }' >"$scratch/measured.html"
    printf '<!doctype html><title></title><script>addEventListener("message", e => { document.title = e.data; })</script><iframe style="border: 0; width: %spx; height: 800px" src="measured.html"></iframe>\n' "$2" >"$scratch/frame.html"
    shift 2
    browse "$scratch/frame.html" --window-size=1400,900 --virtual-time-budget=5000 "$@"
    grep -o '<title>[^<]*</title>' "$scratch/dom"
}
