#!/bin/sh
# deps.sh - what the workbook needs from Debian, and installs it. Called by `make deps` and, with
# --quiet, before everything that builds; run it from anywhere.
#
#   tools/deps.sh            name what is missing; as root, or with sudo that asks for no password,
#                            install it; else print the one command to type and exit 1
#   tools/deps.sh --check    only name it; exit 1 if anything is missing
#   tools/deps.sh --class    also what grading a class needs
#   tools/deps.sh --slurm    also a Slurm of one's own, for its test
#   tools/deps.sh --checks   also what some tests look with, and skip a part of theirs without
#   tools/deps.sh --dev      also what contributors need (formatting, static checks, manual pages)
#   tools/deps.sh --quiet    no word when nothing is missing
#
# Nothing but Debian's own archive is used. The log of an installation is build/deps.log.
# Exit: 0 all there, 1 something is missing, 2 wrong usage.
set -u

cd "$(dirname "$0")/.." || exit 1

# The table: package | group | what it is for | how to see it without dpkg. A package that dpkg
# does not have but whose file is there (gnuplot-qt's gnuplot, a compiler of your own) is fine.
# Listed are also the packages that others only recommend (gcc: libc6-dev), as recommended ones
# are not installed. Group base is for everybody, source for who builds the grader, and handout for
# who has it built (prebuilt/), dev for contributors.
# shellcheck disable=SC2016 # the backticks are text
table='
gcc|base|compiles everything|command gcc
g++|base|compiles the CUDA kernels for the CPU|command g++
make|base|runs the Makefile|command make
libc6-dev|base|headers of the C library, which gcc needs|header stdio.h
libcriterion-dev|source|test framework of the grader|header criterion/criterion.h
libmpfr-dev|source|exact arithmetic of the grader'\''s oracles|header mpfr.h
libjansson-dev|source|writes the results as JSON|header jansson.h
libseccomp-dev|source|forbids system calls to student code|header seccomp.h
libcriterion3|handout|test framework of the grader|library libcriterion.so.3
libmpfr6|handout|exact arithmetic of the grader'\''s oracles|library libmpfr.so.6
libjansson4|handout|writes the results as JSON|library libjansson.so.4
libseccomp2|handout|forbids system calls to student code|library libseccomp.so.2
libopenblas-dev|base|matrix products of the experiments|library libopenblas.so
libboost-context-dev|base|switches between the threads of a CUDA block on the CPU|library libboost_context.a
bubblewrap|base|the sandbox in which student code runs|command bwrap
gnuplot-nox|base|draws the figures|command gnuplot
wamerican|base|the word list that the models learn|file /usr/share/dict/american-english
jq|base|reads results, for progress and reports|command jq
inotify-tools|base|tells make watch at once that a file was saved|command inotifywait
parallel|class|grades a class on all cores|command parallel
libarchive-dev|class|reads the archives that students hand in|header archive.h
libarchive-tools|class|makes archives, for trying the reading of them out|command bsdtar
zip|class|packs an autograder for Gradescope|command zip
nettle-dev|class|makes a seed for each student|header nettle/hmac.h
slurm-wlm|slurm|grades a class on a cluster; here for its test|command slurmctld
munge|slurm|lets the parts of Slurm trust each other|command munged
chromium|checks|looks at the pages of a report, for their check|command chromium
patch|checks|makes wrong solutions of right ones, for the check of the grader|command patch
perl|checks|changes every place of a solution, for the check of the grader|command perl
clang|checks|builds the fuzzers, for the check of the parsers|command clang
libclang-rt-dev|checks|makes up the inputs of the fuzzers and sees what goes wrong|file /usr/lib/llvm-14/lib/clang/14.0.6/include/fuzzer/FuzzedDataProvider.h
valgrind|checks|finds memory that is used wrongly, for the check of the grader|command valgrind
libxml2-utils|checks|reads the JUnit files, for their check|command xmllint
clang-format|dev|checks the layout of the code|command clang-format
cppcheck|dev|finds mistakes that clang-tidy does not look for|command cppcheck
clang-tidy|dev|finds mistakes without running the code|command clang-tidy
doxygen|dev|makes the site of `make docs`|command doxygen
libjs-mathjax|dev|shows the formulas of that site, without a network|file /usr/share/javascript/mathjax/MathJax.js
file|dev|tells what a file is, for the checks|command file
'

say() {
    printf 'deps: %s\n' "$*"
}

# there KIND NAME: looks for a command, header, library or file where compilers look.
there() {
    case $1 in
    command) command -v "$2" >/dev/null 2>&1 && return 0 ;;
    header) set -- /usr/include/"$2" /usr/include/*-linux-*/"$2" /usr/local/include/"$2" ;;
    library) set -- /usr/lib/"$2" /usr/lib/*-linux-*/"$2" /usr/lib64/"$2" /usr/local/lib/"$2" ;;
    esac
    for path; do
        [ ! -f "$path" ] || return 0
    done
    return 1
}

# Sets $missing (package names), $needed (how many are wanted) and $report (a line a package).
look() {
    missing='' report='' needed=0 installed=' '
    if command -v dpkg-query >/dev/null 2>&1; then
        # One call for all. A package dpkg never heard of makes it fail; the others still come.
        # shellcheck disable=SC2086
        for line in $(dpkg-query -W -f '${db:Status-Status}=${Package}\n' $packages 2>/dev/null); do
            case $line in installed=*) installed="$installed${line#*=} " ;; esac
        done
    fi
    while IFS='|' read -r package group purpose test; do
        case $group in
        '') continue ;;
        base) ;;
        source) [ $handout = no ] || continue ;;
        handout) [ $handout = yes ] || continue ;;
        *) case " $groups " in *" $group "*) ;; *) continue ;; esac ;;
        esac
        needed=$((needed + 1))
        case $installed in *" $package "*) continue ;; esac
        there "${test%% *}" "${test#* }" && continue
        missing="$missing $package"
        report="$report$(printf '  %-17s %s' "$package" "$purpose")
"
    done <<END
$table
END
    missing=${missing# }
}

# Debian or a child of it, with apt?
is_debian() {
    command -v apt-get >/dev/null 2>&1 || return 1
    [ -r /etc/os-release ] || return 0
    (
        ID='' ID_LIKE=''
        # shellcheck disable=SC1091
        . /etc/os-release
        case " $ID $ID_LIKE " in *" debian "*) exit 0 ;; *) exit 1 ;; esac
    )
}

# Does apt know where to get all of $missing? On a bare Debian it has no lists at all.
lists_are_there() {
    set -- /var/lib/apt/lists/*_Packages*
    [ -f "$1" ] || return 1
    # shellcheck disable=SC2086 # one word a package
    candidates=$(LC_ALL=C apt-cache policy $missing 2>/dev/null | grep -c '^  Candidate: [^(]')
    [ "$candidates" -eq "$(printf '%s\n' "$missing" | wc -w)" ]
}

# step WHAT COMMAND...: runs it into the log, with one line before and its end after it.
step() {
    printf 'deps: %s ...' "$1"
    shift
    begin=$(date +%s)
    printf '+ %s\n' "$*" >>"$log"
    if DEBIAN_FRONTEND=noninteractive "$@" </dev/null >>"$log" 2>&1; then
        printf ' done (%d s)\n' $(($(date +%s) - begin))
        return 0
    fi
    printf ' failed\n'
    return 1
}

give_up() {
    say "the end of $log:"
    tail -n 12 "$log" | sed 's/^/    /'
    say "$1"
    exit 1
}

# apt COMMAND...: apt-get as root, waiting for another one that is at work.
apt() {
    what=$1
    shift
    # shellcheck disable=SC2086 # $as_root is two words or none
    step "$what" $as_root apt-get -q -o DPkg::Lock::Timeout=120 "$@"
}

install() {
    log=build/deps.log
    # Not `:`, whose failing redirection ends a shell.
    if ! { mkdir -p build && true >"$log"; } 2>/dev/null; then
        log=$(mktemp) || exit 1
    fi
    updated=no
    if ! lists_are_there; then
        apt "asking Debian for its package lists" update ||
            give_up "no package lists: is there a network, and are /etc/apt/sources.list* right?"
        updated=yes
    fi
    # shellcheck disable=SC2086
    set -- install -y --no-install-recommends $missing
    count=$(($# - 3)) plural=s
    [ $count -ne 1 ] || plural=''
    if ! apt "installing $count package$plural" "$@"; then
        # Lists that are too old name files that the mirror has no more: ask once more.
        if [ "$updated" = yes ] ||
            ! apt "asking Debian for new package lists" update ||
            ! apt "installing again" "$@"; then
            give_up "type it yourself to see more: $sudo_word apt-get $*"
        fi
    fi
    look
    [ -z "$missing" ] || give_up "still missing after the installation: $missing"
    say "all $needed packages are there"
}

groups='' quiet=no check=no handout=no
[ ! -d prebuilt ] || handout=yes
for argument; do
    case $argument in
    --check) check=yes ;;
    --class | --slurm | --checks | --dev) groups="$groups ${argument#--}" ;;
    --quiet) quiet=yes ;;
    *)
        echo "usage: tools/deps.sh [--check] [--class] [--slurm] [--checks] [--dev] [--quiet]" >&2
        exit 2
        ;;
    esac
done

if [ $handout = yes ] && [ "$(uname -m)" != "$(cat prebuilt/machine)" ]; then
    say "this handout was built for $(cat prebuilt/machine), and this machine is $(uname -m): its grader" \
        "cannot run here. Ask for a handout for $(uname -m)."
    exit 1
fi
packages=$(printf '%s' "$table" | while IFS='|' read -r package _; do echo "$package"; done)
look
if [ -z "$missing" ]; then
    [ "$quiet" = yes ] || say "all $needed packages are there"
    exit 0
fi

say "missing:"
printf '%s' "$report"
if ! is_debian; then
    say "this is no Debian: look for these in your system's packages, under these or similar names"
    exit 1
fi
[ "$check" = no ] || exit 1
as_root='' sudo_word=''
if [ "$(id -u)" -ne 0 ]; then
    as_root='sudo -n' sudo_word=sudo
    command -v sudo >/dev/null 2>&1 || sudo_word='(as root)'
    if ! sudo -n true 2>/dev/null; then
        update=''
        lists_are_there || update="apt-get update && "
        command="${update}apt-get install -y --no-install-recommends $missing"
        say "installing needs root. Type this, then try again:"
        if [ "$sudo_word" = sudo ]; then
            printf '  sudo sh -c '\''%s'\''\n' "$command"
        else
            printf '  su -c '\''%s'\''\n' "$command"
        fi
        exit 1
    fi
fi
install
