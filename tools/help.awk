# Prints the Makefile's targets with the text behind `##`; lines of `##@` are headings.
/^##@ / { printf "\n%s\n", substr($0, 5); next }
/^[A-Za-z-]+: ## / { name = $0; sub(/:.*/, "", name); text = $0; sub(/^[^#]*## /, "", text)
                    printf "  make %-9s %s\n", name, text }
