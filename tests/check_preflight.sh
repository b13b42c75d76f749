#!/bin/sh
# check_preflight.sh - tools/preflight.sh gives each machine the advice of course.md ("decisions"). The
# machines are made up: files in the place of /proc's, and stand-ins for nvidia-smi, uname and sysctl.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
unset CC
bin="$scratch/bin"
mkdir "$bin"

# stand_in NAME <body
stand_in() {
    { echo '#!/bin/sh'; cat; } >"$bin/$1"
    chmod +x "$bin/$1"
}
# processor MACHINE NAME FLAGS: a Linux machine with 64 GiB and no GPU.
processor() {
    rm -f "$bin"/*
    echo "case \$1 in -s) echo Linux ;; -m) echo $1 ;; esac" | stand_in uname
    case $1 in
    x86_64) printf 'model name\t: %s\nflags\t\t: fpu %s nx\n' "$2" "$3" ;;
    *) printf 'Features\t: fp asimd %s\n' "$3" ;;
    esac >"$scratch/cpuinfo"
    printf 'MemTotal:       67108864 kB\n' >"$scratch/meminfo"
    printf 'exit 127\n' | stand_in nvidia-smi # where this machine has one
}
# gpu LINE...: what nvidia-smi says of each device: name, compute capability, MiB, driver.
gpu() {
    { echo "cat <<END"; printf '%s\n' "$@"; echo END; } | stand_in nvidia-smi
}
preflight() {
    run env PATH="$bin:$PATH" CPUINFO="$scratch/cpuinfo" MEMINFO="$scratch/meminfo" "$root/tools/preflight.sh" "$@"
}
# shellcheck disable=SC2317 # called by check
says_not() {
    ! grep -F -e "$1" "$scratch_top/output"
}

processor x86_64 "Old Processor" "sse2 f16c"
preflight
expect "a processor alone: FP32" 0 "Old Processor (x86_64), 68.7 GB" "yes  F16C" "no   AVX512-BF16" \
    "FP32 on the processor" "this machine has 68.7 GB" "4.29e+09" "The labs of this workbook need none of it"
check "and no BF16" says_not "BF16 mixed precision"
processor x86_64 "Sapphire" "f16c avx512_fp16 avx512_bf16 amx_bf16 amx_tile"
preflight
expect "a processor with AMX: BF16" 0 "yes  AVX512-FP16" "yes  AMX-BF16" "no   AMX-FP16" "BF16 mixed precision on the processor"
preflight_without_compiler() {
    run env CC=no-such-compiler PATH="$bin:$PATH" CPUINFO="$scratch/cpuinfo" MEMINFO="$scratch/meminfo" "$root/tools/preflight.sh"
}
preflight_without_compiler
expect "without a compiler" 0 "Compiler: no no-such-compiler"
processor aarch64 "" "fphp asimdhp bf16"
preflight
expect "an ARM server" 0 "(aarch64)" "yes  FP16" "yes  BF16" "BF16 mixed precision on the processor"
processor x86_64 "Any" "f16c"
printf 'echo "NVIDIA-SMI has failed because it could not communicate with the driver."; exit 9\n' | stand_in nvidia-smi
preflight
expect "a driver that is not there" 0 "nvidia-smi fails: NVIDIA-SMI has failed" "FP32 on the processor"
echo 'echo No devices were found' | stand_in nvidia-smi
preflight
expect "a driver without a device" 0 "nvidia-smi says: No devices were found" "FP32 on the processor"

processor x86_64 "Any" "f16c"
gpu 'Tesla P100-PCIE-16GB, 6.0, 16384, 470.1'
preflight
expect "P100: no tensor cores" 0 "tensor cores for none; not for FP16, BF16, TF32, FP8" "FP32. Compute capability 6.0"
gpu 'Tesla V100-SXM2-32GB, 7.0, 32768, 535.1'
preflight
expect "V100: FP16 and a loss scale" 0 "tensor cores for FP16; not for BF16, TF32, FP8" "loss scaling (GradScaler)" \
    "including_emulation=False" "a device has 34.4 GB"
check "and neither BF16 nor FP8" says_not "BF16 mixed precision"
gpu 'Tesla T4, 7.5, 15360, 535.1'
preflight
expect "T4: the same" 0 "FP16 mixed precision"
gpu 'NVIDIA A100-SXM4-80GB, 8.0, 81920, 535.1'
preflight
expect "A100: BF16" 0 "tensor cores for FP16, BF16, TF32; not for FP8" "BF16 mixed precision: FP32 master weights, no loss scaling"
check "and no FP8" says_not "FP8 for the large matrix products"
gpu 'NVIDIA H100 80GB HBM3, 9.0, 81559, 550.1'
preflight
expect "H100: BF16, then FP8" 0 "BF16 mixed precision" "FP8 for the large matrix products (Transformer Engine, DelayedScaling)"
gpu 'NVIDIA B200, 10.0, 183359, 570.1'
preflight
expect "B200: block scales in hardware" 0 "MXFP8BlockScaling"
gpu 'NVIDIA GeForce RTX 5090, 12.0, 32607, 570.1'
preflight
expect "RTX 50: current scales" 0 "Float8CurrentScaling"
gpu 'NVIDIA GeForce RTX 4090, 8.9, 24564, 550.1' 'NVIDIA GeForce RTX 2080 Ti, 7.5, 11264, 550.1'
preflight
expect "two devices: the recipe of the lesser, the memory of the smaller" 0 "GPU 0: NVIDIA GeForce RTX 4090" \
    "GPU 1: NVIDIA GeForce RTX 2080 Ti" "FP16 mixed precision" "a device has 11.8 GB" "all 2 (ZeRO-3)"


# --- the table of course.md: what stands there is what the tool says ---
# advised HARDWARE CAPABILITY START: START is the table's last column
advised() {
    gpu "$1, $2, 81920, 550.1"
    preflight
    case $3 in
    "FP16 and a loss scale") expect "$1, $2: $3" 0 "FP16 mixed precision" "loss scaling (GradScaler)" ;;
    "BF16, then FP8") expect "$1, $2: $3" 0 "BF16 mixed precision" "FP8 for the large matrix products" ;;
    BF16)
        expect "$1, $2: $3" 0 "BF16 mixed precision"
        check "  ... and no FP8" says_not "FP8 for the large matrix products"
        ;;
    *) fail "$1, $2" "the table says \"$3\", and this check does not know it" ;;
    esac
}
processor x86_64 "Any" "f16c"
awk -F ' *[|] *' '/^## After the labs: decisions/ { here = 1 } here && $3 ~ /^[0-9.]+(, [0-9.]+)?$/ {
    n = split($3, capabilities, ", ")
    for (i = 1; i <= n; i++) print $2 "|" capabilities[i] "|" $7
}' "$root/course.md" >"$scratch/table"
check "the table of course.md has devices" test "$(wc -l <"$scratch/table")" -ge 9
while IFS='|' read -r hardware capability start; do
    advised "$(echo "$hardware" | tr -d ,)" "$capability" "$start"
done <"$scratch/table"

# --- memory: 16 bytes a parameter, 10.03125 with 8-bit states ---
gpu 'NVIDIA H100 80GB HBM3, 9.0, 81559, 550.1'
preflight 5e9
expect "80e9 bytes fit into 85.5 GB" 0 "80.0 GB  fits" "50.2 GB  fits"
preflight 7e9
expect "112e9 do not, but 8-bit states do" 0 "112.0 GB  does not fit: 2 of them would do (ZeRO-3)" "70.2 GB  fits"
preflight 70e9
expect "nor do 702e9" 1 "1120.0 GB  does not fit: 14 of them" "702.2 GB  does not fit: 9 of them"
gpu 'NVIDIA H100, 9.0, 81559, 550.1' 'NVIDIA H100, 9.0, 81559, 550.1'
preflight 7000000000
expect "two devices share 112e9" 0 "112.0 GB  fits on 2 devices (ZeRO-3)"
for bad in x -7e9 0 7e 7e999 ' 7e9' '7e9 '; do
    preflight "$bad"
    expect "PARAMS=$bad is refused" 2 "is no number of parameters"
done
preflight 1 2
expect "so are two" 2

rm -f "$bin"/*
echo "case \$1 in -s) echo Darwin ;; -m) echo arm64 ;; esac" | stand_in uname
stand_in sysctl <<'END'
case $2 in
machdep.cpu.brand_string) echo Apple M2 ;;
hw.memsize) echo 25769803776 ;;
hw.optional.arm.FEAT_*16) echo 1 ;;
*) exit 1 ;;
esac
END
for tool in sh env dirname grep sed awk printf cat; do
    ln -s "$(command -v $tool)" "$bin/$tool" # and no nvidia-smi
done
run env PATH="$bin" CC=no-such-compiler "$root/tools/preflight.sh"
expect "Apple" 0 "Apple M2 (arm64), 25.8 GB" "yes  BF16" "there is no nvidia-smi" "macOS 14 or later" "No FP8"
finish
