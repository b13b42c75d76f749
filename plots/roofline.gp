# roofline.gp: the kernels of the labs and the matrix products of a GPU under that GPU's roofs, all
# measured: the slope is its memory (the faster of two copies), each level the best product of a type.
# Draws what there is of kernels.csv and gemm.csv (plots/data/README.md says what their columns mean):
#
#     gnuplot -c plots/roofline.gp plots/data/DEVICE-DATE build/roofline png
#
# The rest is as style.gp says. An intensity is operations for each byte that must be moved.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
KERNELS = RUNDIR . "/kernels.csv"
GEMM = RUNDIR . "/gemm.csv"
# Rows of a file whose column `c` begins with `text`, but not with `not`. awk: gnuplot has no count.
rows(file, c, text, not) = int(system(sprintf( \
    "awk -F, 'NR > 1 && index($%d, \"%s\") == 1 && (\"%s\" == \"\" || index($%d, \"%s\") != 1) { n++ } END { print n + 0 }' '%s' 2>/dev/null || echo 0", \
    c, text, not, c, not, file)))
best(file, c, text) = real(system(sprintf( \
    "awk -F, 'NR > 1 && $4 != \"ratio\" && index($%d, \"%s\") == 1 && $11 + 0 > n { n = $11 } END { print n + 0 }' '%s' 2>/dev/null || echo 0", \
    c, text, file)))
HAS_KERNELS = rows(KERNELS, 4, "", "copy") > 0
HAS_GEMM = rows(GEMM, 4, "gemm", "") > 0
if (!HAS_KERNELS && !HAS_GEMM) {
    exit error "no figures in '".RUNDIR."': make gpu-check writes kernels.csv and gemm.csv, on a machine with a GPU."
}
load "plots/style.gp"

ONE = HAS_KERNELS ? KERNELS : GEMM
DEVICE = system("sed -n 2p '".ONE."' | cut -d, -f1")
DATE = system("sed -n 2p '".ONE."' | cut -d, -f3")
set title "Roofline of ".DEVICE.", measured ".DATE
set xlabel "intensity (operations a byte)"
set ylabel "TFLOP/s"
set logscale xy
set xrange [0.1:20000]
set yrange [0.01:5000]
set format x "10^{%L}"
set format y "10^{%L}"
if (DUMB) {
    set format x "%g"
    set format y "%g"
}

# Kernels: column 11 in GB/s times column 13, operations a byte. Products: column 11 in TFLOP/s.
of(c, text, not, value) = \
    strstrt(strcol(c), text) == 1 && (not eq "" || strstrt(strcol(c), not) != 1) ? value : NaN
PLOT = ""
add(piece) = PLOT . (PLOT eq "" ? "" : ", ") . piece

COPY = best(KERNELS, 4, "copy")
if (COPY > 0) {
    PLOT = add(sprintf("%g * x / 1000 with lines lc rgb GREY lw 2 title 'memory: copy at %.0f GB/s'", COPY, COPY))
}
# A level for each of these types; its name stands at its left end.
TYPES = "FP32 TF32 BF16 FP16 E4M3"
LEVELS = "FP32 BF16 E4M3"
do for [i=1:words(LEVELS)] {
    level = best(GEMM, 6, word(LEVELS, i))
    if (level > 0) {
        PLOT = add(sprintf("%g with lines lc rgb GREY lw 1 dt 2", level))
        set label i sprintf("%s products: %.4g TFLOP/s", word(LEVELS, i), level) at 0.12, level * 1.25 font SMALL_FONT
    }
}
LABS = "cast found_inf count_ softmax unscale adamw quantize"
NAMES = "'01 casts' '02 found_inf vote' '02 count' '03 softmax' '04 unscale' '05 AdamW' '06 amax and cast'"
LINETYPE = "7 6 6 5 4 3 2"
MARK = "7 4 5 13 2 5 8"
do for [i=1:words(LABS)] {
    if (rows(KERNELS, 4, word(LABS, i), "") > 0) {
        PLOT = add(sprintf("KERNELS skip 1 using 13:(of(4, '%s', '', column(11) * column(13) / 1000)) with points lt %s pt %s ps 1.5 title '%s'", \
            word(LABS, i), word(LINETYPE, i), word(MARK, i), word(NAMES, i)))
    }
}
PRODUCT_MARK = "6 12 4 10 8"
do for [i=1:words(TYPES)] {
    if (rows(GEMM, 6, word(TYPES, i), "") > 0) {
        PLOT = add(sprintf("GEMM skip 1 using 13:(strcol(4) eq 'gemm' ? of(6, '%s', '', column(11)) : NaN) with points lc rgb BLACK pt %s ps 1.5 title 'product, %s'", \
            word(TYPES, i), word(PRODUCT_MARK, i), word(TYPES, i)))
    }
}
set key outside right center vertical
eval("plot ".PLOT)
