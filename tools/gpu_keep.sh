#!/bin/sh
# gpu_keep.sh - keeps what `make gpu-check` measured: copies its CSV files and report to
# plots/data/DEVICE-DATE/, from where `make figures` draws the roofline.
#
#   tools/gpu_keep.sh OUT           OUT as given to make gpu-check (build/gpu/out)
#
# Only a run that was right to its end is kept, and only rows of the one device that its report names:
# nothing that a CPU or a stand-in computed.
# Exit: 0 kept, 1 refused, 2 wrong usage.
set -u

if [ $# -ne 1 ] || [ ! -d "$1" ]; then
    echo 'usage: tools/gpu_keep.sh OUT        (the folder that make gpu-check wrote)' >&2
    exit 2
fi
out=$1
root=$(cd "$(dirname "$0")/.." && pwd) || exit 2

refuse() {
    echo "gpu_keep: $1. Nothing was copied." >&2
    exit 1
}

[ -r "$out/report.txt" ] || refuse "$out has no report.txt: no run of make gpu-check ended there"
tail -n 1 "$out/report.txt" | grep -q '^gpu-check: all was right' || refuse "the run in $out was not right to its end"
device=$(sed -n '1s/^gpu-check on \(.*\), \([0-9-]*\)$/\1/p' "$out/report.txt")
date=$(sed -n '1s/^gpu-check on \(.*\), \([0-9-]*\)$/\2/p' "$out/report.txt")
[ -n "$device$date" ] || refuse "report.txt names no device"
case $device in
CPU* | Stand-in*) refuse "$device is no GPU" ;;
esac
for name in kernels gemm fp8; do
    file=$out/$name.csv
    [ "$(wc -l <"$file" 2>/dev/null || echo 0)" -gt 1 ] || refuse "$file is missing or empty"
    others=$(sed 1d "$file" | cut -d, -f1 | grep -vxF "$device" | sort -u | head -n 1)
    [ -z "$others" ] || refuse "$file has rows of \"$others\", the report is of \"$device\""
done
kept=$root/plots/data/$(echo "$device-$date" | tr -cs 'A-Za-z0-9\n-' _)
mkdir -p "$kept" && cp "$out/kernels.csv" "$out/gemm.csv" "$out/fp8.csv" "$out/report.txt" "$kept" || exit 1
echo "gpu_keep: $kept"
