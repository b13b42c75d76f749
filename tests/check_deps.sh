#!/bin/sh
# check_deps.sh - tools/deps.sh names what is missing and installs it or says how. Nothing is
# really installed: it runs with a PATH of its own, where dpkg-query, apt-get, apt-cache, id and
# sudo are stand-ins that read what the check wants from files and note how they were called.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"

grep -qsE '^ID(_LIKE)?=.*debian' /etc/os-release || skip_all "this is no Debian"

tree="$scratch/tree"
bin="$scratch/bin"
mkdir -p "$tree/tools" "$bin"
cp "$root/tools/deps.sh" "$tree/tools/"
cd "$scratch" || exit 1

for tool in cat date dirname grep mkdir mktemp sed sh tail wc; do
    ln -s "$(command -v $tool)" "$bin/$tool"
done

# stand_in NAME <body
stand_in() {
    { printf '#!/bin/sh\nS="%s"\n' "$scratch"; cat; } >"$bin/$1"
    chmod +x "$bin/$1"
}
stand_in dpkg-query <<'END'
shift 3
for package; do
    [ "$package" = bubblewrap ] && [ ! -e "$S/installed" ] || echo "installed=$package"
done
END
stand_in apt-get <<'END'
echo "apt-get $*" >>"$S/calls"
[ ! -e "$S/broken" ] || { echo "E: the mirror is on fire"; exit 100; }
case $* in *install*) : >"$S/installed" ;; esac
END
stand_in apt-cache <<'END'
printf '%s:\n  Candidate: 1.0\n' "$2"
END
stand_in id <<'END'
cat "$S/uid"
END
stand_in sudo <<'END'
[ -e "$S/sudo-ok" ] || exit 1
echo "sudo" >>"$S/calls"
shift
"$@"
END

fresh() {
    rm -rf "$scratch/installed" "$scratch/broken" "$scratch/sudo-ok" "$scratch/calls" "$tree/build"
    echo "$1" >"$scratch/uid"
    : >"$scratch/calls"
}
deps() {
    run env PATH="$bin" "$tree/tools/deps.sh" "$@"
}

fresh 0
: >"$scratch/installed"
deps
expect "all there" 0 "packages are there"
deps --quiet
expect "all there, --quiet" 0
check "says nothing" test ! -s "$scratch_top/output"

fresh 0
deps --check
expect "--check names what is missing and why" 1 bubblewrap sandbox
check "and installs nothing" test ! -s "$scratch/calls"
deps --help
expect "wrong usage" 2 "usage:"

fresh 1000
deps
expect "without root and a free sudo: one command to type" 1 "  sudo sh -c '" \
    "apt-get install -y --no-install-recommends bubblewrap'"
check "and nothing installed" test ! -s "$scratch/calls"
mv "$bin/sudo" "$scratch/sudo"
deps
expect "without sudo: the same with su" 1 "  su -c '" "--no-install-recommends bubblewrap'"
mv "$scratch/sudo" "$bin/sudo"

fresh 1000
: >"$scratch/sudo-ok"
deps
expect "with sudo without a password it installs" 0 "installing 1 package ... done" "are there"
check "through sudo" grep -q sudo "$scratch/calls"

fresh 0
deps
expect "as root it installs" 0 "installing 1 package ... done" "are there"
check "without recommended packages" \
    grep -q 'apt-get.* install -y --no-install-recommends bubblewrap$' "$scratch/calls"
check "and keeps a log" test -s "$tree/build/deps.log"
fresh 0
mkdir -p "$tree/build/deps.log" # where it would write
deps
expect "and where it cannot, it installs all the same" 0 "installing 1 package ... done" "are there"

fresh 0
: >"$scratch/broken"
deps
expect "when apt fails: the end of the log" 1 "failed" "the mirror is on fire"

fresh 0
mv "$bin/apt-get" "$scratch/apt-get"
deps
expect "without apt: what to look for" 1 "no Debian" bubblewrap
mv "$scratch/apt-get" "$bin/apt-get"

if [ -f /usr/include/mpfr.h ]; then
    fresh 0
    rm "$bin/dpkg-query"
    deps --check
    expect "without dpkg it looks for files" 1 "bubblewrap"
    # shellcheck disable=SC2016
    check "and finds those that are there" \
        sh -c '! grep -q libmpfr-dev "$1"' sh "$scratch_top/output"
fi
finish
