# split.awk - parts what report.jq says into files. Called by report.sh:
#
#   report.jq | awk -v mark=SECRET -v folder=FOLDER -f split.awk
#
# A line "SECRET page PATH" begins a page, "SECRET curve PATH" asks for that file in base64 here,
# "SECRET end" is the last. Exits with 1 if that never came or a page could not be written.

function finish() {
    if (page != "" && close(page) != 0)
        exit failed = 1
    page = ""
}

index($0, mark " ") == 1 {
    what = $2
    path = substr($0, length(mark) + length(what) + 3)
    if (what == "page") {
        finish()
        page = folder "/" path
    } else if (what == "curve") {
        # The path is of [A-Za-z0-9._@+%~/-] (stream.awk), so quotes hold it.
        close(page)
        if (system("base64 -w0 '" path "' >>'" page "'") != 0)
            exit failed = 1
    } else if (what == "end") {
        finish()
        ended = 1
    }
    next
}

{
    # Marks that turn the direction of text, and the second set of control characters, as U+FFFD:
    # a name must not reorder what stands beside it.
    if ($0 ~ /[\200-\377]/)
        gsub(/\342\200[\216\217\252-\256]|\342\201[\246-\251]|\330\234|\302[\200-\237]/, "\357\277\275")
    # ">>": a curve may have been put into the file meanwhile.
    print >>page
}

END { exit failed || !ended }
