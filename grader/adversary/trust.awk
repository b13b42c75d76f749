# trust.awk - the table of build/trust.md, or with csv=1 what plots/trust.gp draws. Called by trust.sh with
# variants.tsv, mutation.tsv and steady.tsv; `only` names the labs that were asked for, or none for all.
only != "" && index(only, $1) == 0 { next } # from an earlier run
FILENAME ~ /variants/ {
    labs[$1]
    if ($2 == "right") { right[$1]++; accepted[$1] += $5 == "pass" }
    else { wrong[$1]++; exact[$1] += $5 == "pass"; messages[$1] += $6; named[$1] += $7 }
    runs[$1] += $8; flakes[$1] += $9
}
FILENAME ~ /mutation/ { labs[$1]; mutants[$1] += $3; killed[$1] += $4; listed[$1] += $5 }
FILENAME ~ /steady/ { labs[$1]; runs[$1] += $2; flakes[$1] += $3 }

function share(a, b) { return b ? 100 * a / b : 0 }
function row(name) {
    printf "| %s | %d of %d | %d of %d (%.0f %%) | %d of %d (%.1f %%) | %d | %d of %d | %d of %d |\n", name,
        exact[name], wrong[name], named[name], messages[name], share(named[name], messages[name]),
        killed[name], mutants[name], share(killed[name], mutants[name]), mutants[name] - killed[name] - listed[name],
        accepted[name], right[name], flakes[name], runs[name]
}
END {
    n = 0
    for (lab in labs) {
        at = ++n
        while (at > 1 && name[at - 1] > lab) { name[at] = name[at - 1]; at-- }
        name[at] = lab
    }
    if (csv) {
        print "lab,wrong that lose what they should,messages that name the mistake,changes noticed,right that keep their points"
        for (i = 1; i <= n; i++) {
            lab = name[i]
            printf "%s,%.2f,%.2f,%.2f,%.2f\n", lab, share(exact[lab], wrong[lab]), share(named[lab], messages[lab]),
                share(killed[lab], mutants[lab]), share(accepted[lab], right[lab])
        }
        exit
    }
    print "| lab | wrong ones that lose exactly what they should | messages that name the mistake | changes by machine that are noticed | not noticed, no reason | right ones that keep all points | flakes |"
    print "|---|---|---|---|---|---|---|"
    for (i = 1; i <= n; i++) {
        row(name[i])
        lab = name[i]
        exact["all"] += exact[lab]; wrong["all"] += wrong[lab]; named["all"] += named[lab]; messages["all"] += messages[lab]
        killed["all"] += killed[lab]; mutants["all"] += mutants[lab]; listed["all"] += listed[lab]
        accepted["all"] += accepted[lab]; right["all"] += right[lab]; flakes["all"] += flakes[lab]; runs["all"] += runs[lab]
    }
    row("all")
}
