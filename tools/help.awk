# Prints the Makefile's targets with the text behind `##`; lines of `##@` are headings. With
# -v handout=1 without what stands between `ifndef HANDOUT` and `else` or `endif`.
/^ifndef HANDOUT/ { hidden = handout != "" }
/^(else|endif)/ { hidden = 0 }
hidden { next }
/^##@ / { printf "\n%s\n", substr($0, 5); next }
/^[A-Za-z-]+: ## / { name = $0; sub(/:.*/, "", name); text = $0; sub(/^[^#]*## /, "", text)
                    printf "  make %-11s %s\n", name, text }
