# terminal_svg.awk - text with a terminal's colours (ESC[1m bold, 2 dim, 31 red, 32 green, 0 off), as an SVG
# picture of a terminal. Lines longer than COLUMNS (112) go on in the next one, behind their margin.
# Used by graded_svg.sh.
function escaped(text) {
    gsub(/&/, "\\&amp;", text)
    gsub(/</, "\\&lt;", text)
    return text
}

# Style NUMBER: what it switches to.
function style_of(number) {
    return number == 1 ? "b" : number == 2 ? "d" : number == 31 ? "r" : number == 32 ? "g" : ""
}

# One row of the picture, in the style that the last one left.
function row(text,    out, from) {
    while (match(text, /\033\[[0-9]+m/)) {
        from = RSTART
        out = out span(substr(text, 1, from - 1))
        style = style_of(substr(text, from + 2, RLENGTH - 3) + 0)
        text = substr(text, from + RLENGTH)
    }
    rows[++count] = out span(text)
}

function span(text) {
    text = escaped(text)
    return text == "" || style == "" ? text : "<tspan class=\"" style "\">" text "</tspan>"
}

# The end of the text's first `columns` letters that are seen, at a space if there is one.
function cut(text,    at, seen, space) {
    for (at = 1; at <= length(text); at++) {
        if (match(substr(text, at), /^\033\[[0-9]+m/)) {
            at += RLENGTH - 1
            continue
        }
        if (substr(text, at, 1) == " " && seen > 20)
            space = at
        if (++seen > columns)
            return space ? space : at - 1
    }
    return 0
}

BEGIN { columns = COLUMNS ? COLUMNS : 112 }

{
    sub(/\r$/, "")
    gsub(/\t/, "        ")
    margin = match($0, /^ +/) ? substr($0, 1, RLENGTH) : ""
    while ((end = cut($0)) > 0) {
        row(substr($0, 1, end))
        $0 = margin "  " substr($0, end + 1)
    }
    row($0)
}

END {
    width = 20 + 8.43 * columns
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n", \
        width, 20 + 19 * count, width, 20 + 19 * count
    print "<style>text{font:14px \"DejaVu Sans Mono\",Menlo,Consolas,monospace;fill:#d8d8d8;white-space:pre}" \
        ".b{font-weight:bold;fill:#fff}.d{fill:#9a9a9a}.r{fill:#ff8a7a}.g{fill:#7fd88f}</style>"
    print "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#1e1e1e\"/>"
    for (i = 1; i <= count; i++)
        printf "<text x=\"10\" y=\"%d\" xml:space=\"preserve\">%s</text>\n", 5 + 19 * i, rows[i]
    print "</svg>"
}
