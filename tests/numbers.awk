# numbers.awk - is every number of a table or paragraph among those that a command printed?
#   awk -v columns='2 3' -f tests/numbers.awk OUTPUT TEXT
#
# Of a table each row's numbers must stand in one line of the output, in this order; in the first
# column only one that the cell begins with. Of a paragraph each must stand anywhere in it. `code` is
# left out, and so are figures that belong to a word (FP16). Equal is what rounds to the number as the
# text writes it: 0.1362 is 13.6%, 1e-07 is 1e-7, 2737464 is 2,737,464, and 8 is 2^3; a power is what rounds
# to the number as it is printed. Nine digits are enough, as in a CSV.
# Exit: 0 after how many they are, or 1 after a line for each number or row that the output has not.

# Takes line apart into value[1..n] and text[1..n]. @return n
function numbers(line, value, text,    n, rest, word, before, power) {
    gsub(/`[^`]*`/, " ", line)
    gsub(/([A-Z][a-z]+|[A-Z]I|et al[.]|request [0-9]+),? [(]?(19[0-9][0-9]|20[0-2][1-9]|20[12]0)/, " ", line) # Higham 2002, Sun et al. (2024)
    gsub(/\([0-9][.][0-9]+\)|([Ll]ab|[Cc]hapter|[Ss]ection|[Cc]lause|[Aa]lgorithm|[Ee]quation|[Ee]xercise|issue|request|IEEE)s? [0-9.]+(-[0-9]+)?( to [0-9]+)?/, " ", line)
    gsub(/\*\*/, "", line)
    n = 0
    before = " "
    while (match(line, /[-+]?[0-9][0-9,]*([.][0-9]+)?(e[-+]?[0-9]+)?(\^-?[0-9]+([.][0-9]+)?)?%?/)) {
        before = RSTART > 1 ? substr(line, RSTART - 1, 1) : " "
        word = substr(line, RSTART, RLENGTH)
        line = substr(line, RSTART + RLENGTH)
        if (before ~ /[A-Za-z_^\/.]/ || before ~ /[0-9]/ || line ~ /^[A-Za-z_]/) {
            sub(/^[A-Za-z_0-9.]*(-[0-9]+)?/, "", line)
            continue
        }
        sub(/,+$/, "", word)
        gsub(/,/, "", word)
        text[++n] = word
        sub(/%/, "", word)
        if (split(word, power, "^") == 2)
            value[n] = power[1] ^ power[2]
        else
            value[n] = word + 0
    }
    return n
}
# Half of the last place of a number as it is written.
function half(word,    places) {
    sub(/%/, "", word)
    places = 0
    if (match(word, /[.][0-9]+/))
        places = RLENGTH - 1
    if (match(word, /e/))
        places -= substr(word, RSTART + 1)
    return 0.5 / 10 ^ places
}
function same(want, word, got, printed,    tolerance) {
    if (word ~ /%/ && printed !~ /%/)
        got *= 100
    tolerance = word ~ /\^/ ? (printed ~ /\^|^[0-9]+$/ ? 0 : half(printed)) : half(word)
    tolerance += 1e-8 * (want < 0 ? -want : want)
    return got - want <= tolerance && want - got <= tolerance
}
# The row's cells as one line: the first only if it begins with a number, and `columns` if given.
function row(line,    cells, n, i, picked, wanted) {
    n = split(line, cells, "|")
    picked = ""
    for (i = 2; i < n; i++) {
        wanted = columns == "" ? i > 2 || cells[i] ~ /^ *[-+*]*[0-9]/ : (" " columns " ") ~ (" " (i - 1) " ")
        if (wanted)
            picked = picked " " cells[i]
    }
    return picked
}
function row_is_printed(line,    n, l, i, at, want, words) {
    n = numbers(row(line), want, words)
    if (n == 0)
        return 1
    checked += n
    for (l = 1; l <= lines; l++) {
        at = 1
        for (i = 1; i <= count[l] && at <= n; i++)
            if (same(want[at], words[at], printed[l, i], shown[l, i]))
                at++
        if (at > n)
            return 1
    }
    return 0
}
function number_is_printed(want, word,    l, i) {
    for (l = 1; l <= lines; l++)
        for (i = 1; i <= count[l]; i++)
            if (same(want, word, printed[l, i], shown[l, i]))
                return 1
    return 0
}

NR == FNR {
    gsub(/\033\[[0-9;]*m/, "")
    gsub(/,/, " , ") # of a CSV
    count[++lines] = numbers($0, value, text)
    for (i = 1; i <= count[lines]; i++) {
        printed[lines, i] = value[i]
        shown[lines, i] = text[i]
    }
    next
}
/^\|/ && (FNR == 1 || /^\|[-| :]*$/) { next }
/^\|/ {
    if (!row_is_printed($0)) {
        print "no line has the numbers of the row  " $0
        bad = 1
    }
    next
}
{
    n = numbers($0, value, text)
    checked += n
    for (i = 1; i <= n; i++)
        if (!number_is_printed(value[i], text[i])) {
            print "not printed: " text[i] "  in  " $0
            bad = 1
        }
}
END {
    if (!checked) {
        print "there is no number to check"
        bad = 1
    }
    if (!bad)
        print checked
    exit bad
}
