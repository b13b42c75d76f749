#!/bin/sh
# device.sh - is there a GPU for the kernels, and nvcc to build for it? Called by kernels.mk:
#
#   tools/device.sh auto|1 NVCC PROBE
#
# NVCC is the compiler's path, or empty. PROBE is where to build the program that asks the driver.
# Prints the device's name, or nothing. With 1 it says why there is none; then, as with auto, the
# kernels run on the CPU alone.
# Exit: 0
set -u

mode=$1 nvcc=$2 probe=$3
here=$(dirname "$0")

without() {
    [ "$mode" = auto ] || printf 'GPU=1: %s. The kernels run on the CPU only.\n' "$1" >&2
    exit 0
}

# No NVIDIA kernel module, no device: not worth a look. (/dev/dxg: Windows' subsystem for Linux.)
[ "$mode" != auto ] || [ -e /dev/nvidiactl ] || [ -e /dev/dxg ] || exit 0
[ -n "$nvcc" ] || without "there is no nvcc to build them with (NVIDIA's CUDA toolkit has it)"
cuda=$("$nvcc" --version 2>/dev/null | sed -n 's/.*release \([0-9.]*\).*/\1/p')
[ -n "$cuda" ] || without "$nvcc does not run"
if [ ! -x "$probe" ] || [ "$here/device_probe.c" -nt "$probe" ]; then
    mkdir -p "${probe%/*}" && "${CC:-gcc}" -std=c11 -O1 "$here/device_probe.c" -ldl -o "$probe" ||
        without "the probe cannot be built"
fi
name=$("$probe" "$cuda" 2>"$probe.says") || without "$(head -n 1 "$probe.says")"
printf '%s\n' "$name"
