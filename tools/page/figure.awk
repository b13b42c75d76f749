# figure.awk - puts gnuplot's SVG files into a page. Called by report.sh:
#
#   report.jq | awk -v mark=SECRET -f figure.awk
#
# A line "SECRET figure FILE NAME TITLE" becomes the drawing: titled for who cannot see it, with ids of
# its own, as large as there is room. One with anything in it but lines, letters and fills (a link, a
# script, an image) is not gnuplot's and is left out.

function tags_are_plain(line,    tag) {
    while (match(line, /<[^<>]*>/)) {
        tag = substr(line, RSTART, RLENGTH)
        if (substr(line, 1, RSTART) ~ /<./)
            return 0
        if (tag !~ /^<\/?(svg|g|defs|path|circle|rect|use|polygon|polyline|line|text|tspan|clipPath)[ \t\/>]/ &&
            tag !~ /^<\/?(pattern|filter|feFlood|feComposite)[ \t\/>]/)
            return 0
        if (tag ~ /[ "'\/]on[a-z]+ *=/ || tag ~ /href *= *["'][^#]/ || tag ~ /url\([^#]/)
            return 0
        if (tag ~ /style/ && tag !~ /^[^=]* style='[a-z0-9:;,() ]*' d='[^']*'\/>$/) # of a pattern
            return 0
        line = substr(line, RSTART + RLENGTH)
    }
    return line !~ /</
}

# Ids begin with the name of the figure, where they are made and where they are used. Those of the curves
# nobody uses, and a figure of several plots has them twice.
function own_ids(line) {
    gsub(/ id="gnuplot_[a-z0-9_]*"/, "", line)
    gsub(/ id=["']/, "&" name "-", line)
    gsub(/href=["']#/, "&" name "-", line)
    gsub(/url\(#/, "&" name "-", line)
    gsub(/xlink:href/, "href", line)
    return line
}

function draw(file, title,    line, more, inside, head, n, i, body) {
    while ((getline line <file) > 0) {
        if (!inside && line ~ /^<svg/)
            inside = 1
        if (inside == 1) { # <svg ... > runs over several lines; of it only the viewBox is kept
            if (match(line, /viewBox="[-0-9. ]+"/))
                head = substr(line, RSTART, RLENGTH)
            if (line ~ />/)
                inside = 2
            continue
        }
        while (line ~ /<[^>]*$/ && (getline more <file) > 0)
            line = line " " more # a curve's tag runs over many lines
        gsub(/<title>[^<]*<\/title>|<desc>[^<]*<\/desc>/, "", line)
        if (inside && !tags_are_plain(line)) {
            inside = 0
            break
        }
        if (inside && line !~ /^[ \t]*$/)
            body[++n] = own_ids(line)
    }
    close(file)
    if (!inside || head == "") {
        sub(/\.$/, "", title)
        print "<p>" title ": the drawing could not be read, and is left out.</p>"
        return
    }
    print "<svg role=\"img\" " head " aria-labelledby=\"" name "-title\"><title id=\"" name "-title\">" title "</title>"
    for (i = 1; i <= n; i++)
        print body[i]
}

index($0, mark " figure ") == 1 {
    split($0, word, " ")
    name = word[4]
    title = $0
    sub(/^[^ ]+ [^ ]+ [^ ]+ [^ ]+ /, "", title)
    draw(word[3], title)
    next
}
{ print }
