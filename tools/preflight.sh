#!/bin/sh
# preflight.sh - what this machine has for training in low precision, what it lacks, the recipe that
# course.md ("decisions") gives for it, and how large a model may be. Called by `make preflight`; run it
# from anywhere. It looks and changes nothing, and needs no GPU.
#
#   tools/preflight.sh [PARAMS]     PARAMS: a model's number of parameters, such as 7e9
#
# For the tests, $CPUINFO and $MEMINFO stand for /proc/cpuinfo and /proc/meminfo.
# Exit: 0 the report is made, and the model fits if one is given; 1 it does not fit; 2 wrong usage.
set -u
export LC_ALL=C.UTF-8 # numbers with points

cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tools/capability.sh
. tools/capability.sh
cc=${CC:-gcc}
cpuinfo=${CPUINFO:-/proc/cpuinfo}
meminfo=${MEMINFO:-/proc/meminfo}
params=${1-}
system=$(uname -s)
machine=$(uname -m)

if [ $# -gt 1 ] || ! printf '%s\n' "$params" | grep -qxE '|[1-9][0-9]*([.][0-9]+)?([eE][0-9]{1,2})?'; then
    echo "PARAMS=$params is no number of parameters; write it as 7e9 or 7000000000." >&2
    exit 2
fi

# line WHETHER WHAT WHY
line() {
    printf '  %-4s %-12s %s\n' "$1" "$2" "$3"
}

# --- the processor ---

# feature NAME WHAT WHY: of a processor: among the flags that Linux shows, or by macOS's sysctl.
feature() {
    has=no
    case $system in
    Darwin) [ "$(sysctl -n "hw.optional.arm.$1" 2>/dev/null)" != 1 ] || has=yes ;;
    *) ! sed -n 's/^\(flags\|Features\)[[:space:]]*: / /p' "$cpuinfo" 2>/dev/null | sed 1q |
        grep -qE " $1( |\$)" || has=yes ;;
    esac
    line $has "$2" "$3"
    [ $has = no ] || found="$found $2"
}

# compiles OPTION WHAT: says what the compiler cannot build for.
compiles() {
    echo 'int main(void) { return 0; }' | "$cc" "$1" -S -x c - -o /dev/null 2>/dev/null ||
        refused="${refused:+$refused, }$2"
}

processor() {
    found='' refused=''
    case $system in
    Darwin)
        name=$(sysctl -n machdep.cpu.brand_string 2>/dev/null)
        memory=$(sysctl -n hw.memsize 2>/dev/null)
        ;;
    *)
        name=$(sed -n 's/^model name[[:space:]]*: //p' "$cpuinfo" 2>/dev/null | sed 1q)
        memory=$(awk '/^MemTotal:/ { printf "%.0f", $2 * 1024 }' "$meminfo" 2>/dev/null)
        ;;
    esac
    memory=${memory:-0}
    echo "Processor: ${name:-unknown} ($machine), $(gb "$memory") GB of memory"
    case $system/$machine in
    Darwin/arm64)
        feature FEAT_FP16 FP16 "arithmetic in FP16"
        feature FEAT_BF16 BF16 "products of BF16, summed in FP32"
        ;;
    */aarch64 | */arm64)
        feature asimdhp FP16 "arithmetic in FP16"
        feature bf16 BF16 "products of BF16, summed in FP32"
        ;;
    *)
        feature f16c F16C "casts between FP32 and FP16"
        feature avx512_fp16 AVX512-FP16 "arithmetic in FP16"
        feature avx512_bf16 AVX512-BF16 "products of BF16, summed in FP32"
        feature amx_bf16 AMX-BF16 "matrix products of BF16, summed in FP32"
        feature amx_fp16 AMX-FP16 "matrix products of FP16, summed in FP32"
        for option in f16c:F16C avx512fp16:AVX512-FP16 avx512bf16:AVX512-BF16 amx-bf16:AMX-BF16 \
            amx-fp16:AMX-FP16; do
            compiles "-m${option%:*}" "${option#*:}"
        done
        ;;
    esac
    if ! version=$("$cc" --version 2>/dev/null | sed 1q) || [ -z "$version" ]; then
        echo "Compiler: no $cc; make deps installs one"
    else
        echo "Compiler: $version${refused:+; it cannot build for $refused}"
    fi
}

# --- the devices ---

# gb BYTES: in GB of 1e9 bytes.
gb() {
    awk -v bytes="$1" 'BEGIN { printf "%.1f", bytes / 1e9 }'
}

# Sets devices (how many), lowest (the least compute capability) and smallest (bytes of the smallest).
gpus() {
    devices=0 lowest='' smallest=''
    if ! command -v nvidia-smi >/dev/null 2>&1; then
        echo "GPU: none that nvidia-smi knows of (there is no nvidia-smi)"
        return
    fi
    list=$(timeout 10 nvidia-smi --query-gpu=name,compute_cap,memory.total,driver_version \
        --format=csv,noheader,nounits 2>&1) || {
        echo "GPU: nvidia-smi fails: $(printf '%s\n' "$list" | sed 1q)"
        return
    }
    while IFS=, read -r name capability mib driver; do
        [ -n "$mib" ] || { echo "GPU: nvidia-smi says: $name" && continue; }
        capability=${capability# } mib=${mib# }
        bytes=$(awk -v mib="$mib" 'BEGIN { printf "%.0f", mib * 1048576 }')
        echo "GPU $devices: $name, compute capability $capability, $(gb "$bytes") GB, driver$driver"
        lacks=''
        for format in FP16 BF16 TF32 FP8; do
            case " $(supports "$capability")," in
            *" $format,"*) ;;
            *) lacks="${lacks:+$lacks, }$format" ;;
            esac
        done
        echo "  tensor cores for $(supports "$capability")${lacks:+; not for $lacks}"
        devices=$((devices + 1))
        [ -n "$lowest" ] && [ "$(tens "$lowest")" -le "$(tens "$capability")" ] || lowest=$capability
        [ -n "$smallest" ] && [ "$smallest" -le "$bytes" ] || smallest=$bytes
    done <<END
$list
END
}

# --- the recipe: the rules of course.md, "decisions" ---

on_nvidia() {
    number=$(tens "$lowest")
    if [ "$number" -lt 70 ]; then
        echo "FP32. Compute capability $lowest has no tensor cores: 16 bits save memory here and no time."
    elif [ "$number" -lt 80 ]; then
        echo "FP16 mixed precision: FP32 master weights, loss scaling (GradScaler), norms and losses in FP32."
        echo "Not BF16: it is emulated here, though torch.cuda.is_bf16_supported() says yes; ask it with"
        echo "including_emulation=False."
    else
        echo "BF16 mixed precision: FP32 master weights, no loss scaling, norms and losses in FP32; TF32 for"
        echo "the products that stay in FP32."
    fi
    [ "$number" -ge 89 ] || return 0
    if [ "$number" -ge 110 ]; then
        scales=Float8CurrentScaling
    elif [ "$number" -ge 100 ]; then
        scales=MXFP8BlockScaling
    else
        scales=DelayedScaling
    fi
    echo "Then, once that run is healthy, FP8 for the large matrix products (Transformer Engine, $scales)."
}

on_cpu() {
    case $found in
    *BF16*) echo "BF16 mixed precision on the processor: FP32 master weights, no loss scaling." ;;
    *) echo "FP32 on the processor: it has no products of BF16, so 16 bits save memory and no time." ;;
    esac
}

recipe() {
    echo
    if [ "$devices" -gt 0 ]; then
        on_nvidia
    elif [ "$system" = Darwin ]; then
        echo "FP32 first, then BF16 autocast on the GPU (PyTorch's mps, macOS 14 or later) if it is faster;"
        echo "FP16 needs loss scaling as anywhere. No FP8."
    else
        on_cpu
    fi
    echo "The labs of this workbook need none of it: FP16, BF16 and FP8 are computed on any processor."
}

# --- memory: chapter 7's bytes a parameter; activations come on top ---

# The recipes: bytes of weight + gradient + master + states. 8-bit states have an FP32 maximum a block.
memory_report() {
    count=$devices each=$smallest where="a device"
    [ "$devices" -gt 0 ] || { count=1 each=$memory where="this machine"; }
    awk -v n="$params" -v count="$count" -v each="$each" -v where="$where" '
        function row(name, bytes) {
            if (n == "") {
                printf "  %-36s %8.5g %10.2e%s\n", name, bytes, each / bytes,
                    (count > 1 ? sprintf(" %10.2e", count * each / bytes) : "")
                return
            }
            need = n * bytes
            devices = int(need / each); if (devices * each < need) devices++
            fits = devices <= count
            if (fits) some = 1
            printf "  %-36s %8.5g %9.1f GB  %s\n", name, bytes, need / 1e9,
                (fits ? (devices > 1 ? "fits on " devices " devices (ZeRO-3)" : "fits") : \
                "does not fit: " devices " of them would do (ZeRO-3)")
        }
        BEGIN {
            if (each + 0 == 0) { print "Memory: unknown"; exit 0 }
            title = n == "" ? "Largest model" : "A model of " n " parameters"
            printf "%s, without its activations (chapter 7); %s has %.1f GB:\n", title, where, each / 1e9
            printf "  %-36s %8s %10s%s\n", "", "bytes", n == "" ? "one" : "all",
                (n == "" && count > 1 ? sprintf("  all %d (ZeRO-3)", count) : "")
            row("FP32, or BF16 with a master; Adam", 2 + 2 + 4 + 4 + 4)
            row("BF16 with a master; 8-bit Adam", 2 + 2 + 4 + 2 * (1 + 4 / 256))
            exit n != "" && !some
        }'
}

processor
gpus
recipe
echo
memory_report
