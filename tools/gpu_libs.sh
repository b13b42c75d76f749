#!/bin/sh
# gpu_libs.sh - fetches the libraries that `make gpu-check` takes, for a machine on which nothing can
# be installed: unpacked into a folder, to be copied to that machine and named there as GPU_LIBS.
#
#   tools/gpu_libs.sh DIR           on a Debian machine, any user: apt-get download, dpkg-deb -x
#   tools/gpu_libs.sh --list        only names the packages
#
# GMP and MPFR are for the tests' oracles, OpenBLAS for the products that the GPU's are held against.
# Static libraries and manuals are left out: about 40 MiB stay.
# Exit: 0, 1 a package cannot be had, 2 wrong usage.
set -eu

packages='libgmp10 libgmp-dev libmpfr6 libmpfr-dev libopenblas0-pthread libopenblas-pthread-dev
    libgfortran5 libquadmath0'

case ${1-} in
--list)
    # shellcheck disable=SC2086 # a list
    printf '%s\n' $packages
    exit 0
    ;;
'' | -*)
    echo 'usage: tools/gpu_libs.sh DIR | --list' >&2
    exit 2
    ;;
esac
if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    echo 'gpu_libs: there is no apt-get or dpkg-deb here; run this on a Debian machine.' >&2
    exit 1
fi
mkdir -p "$1"
folder=$(cd "$1" && pwd)
downloads=$(mktemp -d)
trap 'rm -rf -- "$downloads"' EXIT
chmod 755 "$downloads" # apt's own user writes there
cd "$downloads"
for package in $packages; do
    case $package in libquadmath0) [ "$(dpkg --print-architecture)" = amd64 ] || continue ;; esac
    apt-get download -q "$package" >log 2>&1 || {
        sed 's/^/gpu_libs: /' log >&2
        echo "gpu_libs: $package cannot be downloaded; does apt-get update help?" >&2
        exit 1
    }
    dpkg-deb -x "${package}"_*.deb "$folder"
done
find "$folder" '(' -name '*.a' -o -name 'liblapack.*' -o -name 'libblas.*' ')' -exec rm -f {} +
rm -rf "${folder:?}/usr/share"
echo "gpu_libs: $(du -sm "$folder" | cut -f1) MiB in $folder. Copy it, then: make gpu-check GPU_LIBS=$folder"
