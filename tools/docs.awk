# docs.awk - what Doxygen reads of a Markdown file: printed with its formulas, headings and links as Doxygen
# wants them. The Doxyfile's filter for *.md: awk -f tools/docs.awk FILE, in the project's folder.
#
# - ```math blocks, which GitHub shows as formulas, become \f[ ... \f].
# - Headings get anchors as GitHub gives them, with the page's name before them: "course-2-overflow".
# - Comments become empty lines, as an indented block right below one is a block on GitHub alone.
# - Links to files and folders that are pages here lead there; of others the text is left.
#
# A page's name: course for course.md, lab05 for labs/lab05_*/README.md, else the path with _ for / and no
# ending. README.md is Doxygen's main page.
function page_of(path) {
    if (match(path, /^labs\/lab[0-9][0-9]_[a-z0-9_]*\/(README\.md)?$/))
        return substr(path, 6, 5)
    if (path !~ /\.md$/ || (system("test -f '" path "'") != 0))
        return ""
    sub(/\.md$/, "", path)
    gsub(/[^A-Za-z0-9]/, "_", path)
    return path
}

# folder/../x without the folder, and x/./y without the dot.
function normal(path) {
    while (sub(/[^\/]+\/\.\.\//, "", path))
        ;
    gsub(/(^|\/)\.\//, "", path)
    return path
}

# The anchor that GitHub makes of a heading.
function slug(text) {
    text = tolower(text)
    gsub(/[^a-z0-9 _-]/, "", text)
    gsub(/ /, "-", text)
    return text
}

function anchored(heading,    name, text) {
    text = heading
    sub(/^#+ /, "", text)
    if (heading ~ /^# /)
        return heading " {#" (page == "README" ? "mainpage" : page) "}"
    name = slug(text)
    if (seen[name]++)
        name = name "-" (seen[name] - 1)
    return heading " {#" page "-" name "}"
}

# [text](target) as Doxygen is to see it.
function link(text, target,    anchor, to) {
    if (target ~ /^[a-z]+:/)
        return "[" text "](" target ")"
    anchor = match(target, /#/) ? substr(target, RSTART + 1) : ""
    sub(/#.*/, "", target)
    to = target == "" ? page : page_of(normal(folder target))
    if (to == "")
        return text
    return "[" text "](@ref " (to == "README" ? "index" : to) (anchor ? "-" anchor : "") ")"
}

function linked(line,    out, text, target, from) {
    while (match(line, /!?\[[^][]*\]\([^() ]+\)/)) {
        from = RSTART
        text = substr(line, RSTART, RLENGTH)
        out = out substr(line, 1, RSTART - 1)
        line = substr(line, RSTART + RLENGTH)
        if (text ~ /^!/) {
            out = out text
            continue
        }
        target = text
        sub(/^\[[^][]*\]\(/, "", target)
        sub(/\)$/, "", target)
        sub(/^\[/, "", text)
        sub(/\]\(.*/, "", text)
        out = out link(text, target)
    }
    return out line
}

FNR == 1 {
    "pwd -P" | getline root
    file = FILENAME
    if (index(file, root "/") == 1)
        file = substr(file, length(root) + 2)
    folder = file
    if (!sub(/[^\/]*$/, "", folder))
        folder = ""
    page = page_of(file)
}
!fenced && /^<!--/ { comment = 1 }
comment { print ""; comment = $0 !~ /-->/; next }
/^```math$/ { print "\\f["; math = 1; next }
/^```/ && math { print "\\f]"; math = 0; next }
math { print; next }
/^```/ { fenced = !fenced }
fenced || /^    / { print; next }
/^#+ / { print linked(anchored($0)); next }
{ print linked($0) }
