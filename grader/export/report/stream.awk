# stream.awk - everything that the report is made of, as one stream of JSON: before each file a line that
# says which it is. Called by report.sh:
#
#   awk -v mark=SECRET -v labs="lab05 lab06" -v work=FOLDER -f stream.awk
#
# FOLDER holds the lists "results", "times" and "curves" ("BYTES SID/LAB..." a line, sorted by path) and
# "broken", the paths to leave out. A student's files come together: times, curves, result.

function announce(kind, path) { printf "\n{\"%s\":\"%s\",\"path\":\"%s\"}\n", mark, kind, path }

function copy(kind, path,    line) {
    if (path in broken)
        return
    announce(kind, path)
    while ((getline line <path) > 0)
        print line
    close(path)
}

# "SID/LAB..." with a SID that intake could have made, and one of the labs.
function wanted(path,    parts) {
    split(path, parts, "/")
    sub(/\.json$/, "", parts[2])
    return path ~ /^[A-Za-z0-9_@+%~][A-Za-z0-9._@+%~-]*\/[A-Za-z0-9._\/-]+$/ && (parts[2] in chosen)
}

BEGIN {
    n = split(labs, names, " ")
    for (i = 1; i <= n; i++)
        chosen[names[i]]
    while ((getline line <(work "/broken")) > 0)
        broken[line]
    while ((getline line <(work "/times")) > 0)
        timed[substr(line, index(line, " ") + 1)]
    while ((getline line <(work "/curves")) > 0) {
        path = substr(line, index(line, " ") + 1)
        folder = path
        sub(/\/[^\/]*$/, "", folder)
        if (wanted(path))
            curves[folder] = curves[folder] sprintf("{\"%s\":\"curve\",\"path\":\"curves/%s\",\"bytes\":%d}\n", \
                                                    mark, path, line + 0)
    }
    copy("submissions", "submissions.jsonl")
    while ((getline line <(work "/results")) > 0) {
        path = substr(line, index(line, " ") + 1)
        if (!wanted(path) || ("results/" path) in broken)
            continue
        if (path in timed)
            copy("times", "times/" path)
        folder = path
        sub(/\.json$/, "", folder)
        printf "\n%s", curves[folder]
        copy("result", "results/" path)
    }
}
