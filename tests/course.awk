# course.awk - takes a text in Markdown apart for check_course.sh.
#   awk -v to=FOLDER [-v loose=1] -f tests/course.awk TEXT.md
#
# Writes FOLDER/NNNN.KIND, in the order of the text; the first line of each says where it stands:
#   commands  a block of commands, one a line        numbers  a command's words, "---", a table or
#   session   "$ command" and what it prints                  paragraph of which each number is checked
#   not-run   a block that is not run, and why       printed  a command, "---", and a block of its output
#   wrong     a comment that belongs to nothing
#   loose     with loose=1, at the end of a chapter: its heading and what is none of these, but for other
#             headings, formulas in a block of ```math, and "Further reading"
# Exit: 0.

# An indented or fenced block, a table, a paragraph: whatever `kind` has been collected in `text`.
function finish(    name, spoken_of) {
    if (kind == "block" && text ~ /^\$ /)
        name = "session"
    else if (kind == "block" && text ~ /^(make|tools\/)/)
        name = "commands"
    spoken_of = kind != "" && note != ""
    if (spoken_of) {
        if (note_kind == "numbers" && kind != "block" || note_kind == "printed" && kind == "block" && name == "")
            emit(note_kind, note "\n---\n" text)
        else if (note_kind == "not-run" && name != "")
            emit("not-run", note)
        else
            emit("wrong", note)
        name = note = ""
    }
    if (name != "")
        emit(name, text)
    else if (!spoken_of && !reading)
        at_large = at_large text "\n"
    kind = text = ""
}
function end_chapter() {
    start = chapter
    if (loose && at_large ~ /[^\n]/)
        emit("loose", title "\n" at_large)
    at_large = ""
    title = $0
    chapter = FNR
}
function emit(name, what,    file) {
    file = sprintf("%s/%04d.%s", to, ++items, name)
    printf "%s:%d\n%s\n", FILENAME, start, what >file
    close(file)
}
function add(what, line) {
    if (kind != what) {
        finish()
        kind = what
        start = FNR
        text = line
    } else
        text = text "\n" line
}
# A comment: <!-- not run: why -->, <!-- printed: command -->, <!-- numbers: command --> or, of a table,
# <!-- numbers in columns 2 3: command -->; any other is none of ours.
function comment(words) {
    gsub(/^<!-- *| *-->$/, "", words)
    if (words !~ /^(not run|printed|numbers[^:]*): /)
        return
    if (note != "")
        emit("wrong", note)
    note_kind = words ~ /^not/ ? "not-run" : words ~ /^printed/ ? "printed" : "numbers"
    note = words
    sub(/^not run: */, "", note)
}

fenced && /^```/ { fenced = formula = 0; finish(); next }
formula { next }
fenced { add("block", $0); next }
/^```/ { finish(); fenced = 1; formula = /^```math/; next }
/^<!--/ || in_comment {
    if (!in_comment)
        finish()
    in_comment = in_comment == "" ? $0 : in_comment "\n" $0
    if (/-->$/) {
        comment(in_comment)
        in_comment = ""
    }
    next
}
/^    / && (kind == "block" || kind == "") { add("block", substr($0, 5)); next }
/^$/ && kind == "block" { blank = 1; finish(); next }
/^$/ { finish(); next }
/^#/ {
    finish()
    if (note != "")
        emit("wrong", note)
    note = ""
    reading = /Further reading/
    if (/^## /)
        end_chapter()
    next
}
/^\|/ { add("table", $0); next }
{ add("paragraph", $0) }
END {
    finish()
    if (note != "")
        emit("wrong", note)
    end_chapter()
}
