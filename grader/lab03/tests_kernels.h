/**
 * @file tests_kernels.h
 * @brief Graded tests of exercises 3.11 to 3.14: the softmax of rows, four kernels.
 *
 * All four are held against the same oracle, within the bound of 3.4: step 6 of oracle_lse.h counts
 * up to n - 1 corrections a row, and no order of merging makes more that are not exact. A part of
 * test_lab03.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB03_TESTS_KERNELS_H
#define LOWP_GRADER_LAB03_TESTS_KERNELS_H

#include "grader/lab03/beliefs_kernels.h"
#include "grader/lab03/draw.h"

/** A kernel, and how its threads share the rows. */
struct version {
    const char *name;
    void (*run)(float *p, const float *x, size_t rows, size_t cols);
    size_t threads; /**< that share a row */
    size_t width;   /**< elements of an access */
    size_t rows;    /**< of a block */
};

static const struct version NAIVE_ROWS = {"softmax_rows_naive", run_softmax_rows_naive, 1, 1,
                                          BLOCK_THREADS},
                            SHARED_ROWS = {"softmax_rows_shared", run_softmax_rows_shared,
                                           BLOCK_THREADS, 1, 1},
                            WARP_ROWS = {"softmax_rows_warp", run_softmax_rows_warp, WARP_THREADS,
                                         1, BLOCK_THREADS / WARP_THREADS},
                            ONLINE_ROWS = {"softmax_rows_online", run_softmax_rows_online,
                                           BLOCK_THREADS, 4, 1};

/** A matrix in the hands of a kernel. */
struct matrix {
    const struct version *version;
    const float *x; /**< rows x cols */
    const float *p; /**< what came, likewise */
    size_t rows, cols;
};

static bool untouched(float p)
{
    return bits_from_f32(p) == 0xFFFFFFFF;
}

/** Elements of row r that come before the first address that is a multiple of 16 bytes. */
static size_t head_of(const struct matrix *a, size_t r)
{
    size_t head = a->version->width == 1 ? 0 : (4 - r * a->cols % 4) % 4;
    return head < a->cols ? head : a->cols;
}

/** Fails with element i of row r, which was not written, and what that may come from. */
static void fail_untouched(const struct matrix *a, size_t r, size_t i)
{
    size_t head = head_of(a, r), width = a->version->width;
    size_t tail = head + (a->cols - head) / width * width;
    if (r == 0 && i == 0 && untouched(a->p[a->rows * a->cols - 1]))
        because("nothing was written to the output");
    else if (i == 0 && r > 0 && r % a->version->rows == 0)
        because("the last block, which is not full, was left out");
    else if (i == 0 && r == 1 && a->version->threads == WARP_THREADS)
        because("a block has rows for 8 warps, not for one");
    else if (width > 1 && i < head)
        because("row %zu begins %zu elements before a multiple of 16 bytes: they are taken one by "
                "one",
                r, head);
    else if (width > 1 && i == tail)
        because("the elements behind the last whole group of four were left out");
    else if (i == head + width * a->version->threads)
        because("each thread took one element (or one group of four): in longer rows threads loop");
    fail("%s: %zu rows of %zu: element %zu of row %zu was not written", a->version->name, a->rows,
         a->cols, i, r);
}

/** Names what a wrong row looks like as a whole. */
static void name_row(const struct matrix *a, size_t r, const struct oracle_row *row)
{
    const float *p = a->p + r * a->cols, *first = a->x;
    struct oracle_row zero = oracle_row(first, NULL, a->cols);
    // Where row 0 has no softmax, it says nothing that another row is like it: NaN.
    bool all_nan = true, like_first = r > 0 && !zero.poisoned && zero.m != -INFINITY;
    for (size_t i = 0; i < a->cols; i++) {
        all_nan = all_nan && isnan(p[i]);
        like_first = like_first && right((double)p[i], oracle_softmax(&zero, first[i]),
                                         oracle_softmax_bound(&zero, first[i]));
    }
    bool has_softmax = !row->poisoned && row->m != -INFINITY;
    if (like_first)
        because("this is the softmax of row 0: which row does a block (warp, thread) have?");
    else if (all_nan && has_softmax && a->version->width == 4)
        because("-inf - -inf is NaN: a thread that met no element yet, or only -inf, has m = -inf "
                "and d = 0, and must add nothing");
}

/** Fails unless row r is its softmax. */
static void check_matrix_row(const struct matrix *a, size_t r)
{
    static double bound[MOST_OUTPUTS];
    const float *x = a->x + r * a->cols, *p = a->p + r * a->cols;
    struct oracle_row row = oracle_row(x, NULL, a->cols);
    size_t wrong = a->cols;
    for (size_t i = a->cols; i-- > 0;) {
        bound[i] = oracle_softmax_bound(&row, x[i]);
        if (!right((double)p[i], oracle_softmax(&row, x[i]), bound[i]))
            wrong = i;
    }
    sharing.head = head_of(a, r);
    struct row_case c = {x, a->cols, p, bound, a->cols};
    if (wrong == a->cols) {
        weigh_beliefs(RULES(KERNEL_BELIEFS), &c, true);
        return;
    }
    weigh_beliefs(RULES(KERNEL_BELIEFS), &c, false);
    name_row(a, r, &row);
    fail("%s: row %zu of %zu: %s\n  element %zu is %.9g, expected %.9g within %.2g",
         a->version->name, r, a->rows, show_row(x, a->cols), wrong, (double)p[wrong],
         oracle_softmax(&row, x[wrong]), bound[wrong]);
}

/** Runs a kernel over a matrix and judges every element. */
static void check_matrix(const struct version *version, const float *x, size_t rows, size_t cols)
{
    float *p = TAKE(float, rows *cols);
    version->run(p, GIVE(x, rows * cols), rows, cols);
    struct matrix a = {version, x, p, rows, cols};
    sharing.threads = version->threads;
    sharing.width = version->width;
    for (size_t i = 0; i < rows * cols; i++)
        if (untouched(p[i]))
            fail_untouched(&a, i / cols, i % cols);
    for (size_t r = 0; r < rows; r++)
        check_matrix_row(&a, r);
    arena_reset();
}

enum { MOST_ELEMENTS = 4096 };

/** Rows of ordinary logits: lengths around a warp, a block, and a block of groups of four; and one
 *  row more than fit into a block. */
static void check_shapes(const struct version *version)
{
    static float x[MOST_ELEMENTS];
    const struct {
        size_t rows, cols;
    } shapes[] = {{3, 100}, {16, 1},   {9, 31},
                  {5, 32},  {8, 33},   {3, 255},
                  {2, 257}, {2, 1030}, {version->rows + 1, 3}};
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
        size_t rows = shapes[k].rows, cols = shapes[k].cols;
        draw_row(x, rows * cols, k % 2 ? 20 : -20, 4, k);
        check_matrix(version, x, rows, cols);
    }
}

enum edge {
    ALL_MINUS_INF,
    MOSTLY_MINUS_INF,
    ONE_PLUS_INF,
    ONE_NAN,
    NAN_AMONG_MINUS_INF,
    NAN_AND_PLUS_INF,
    FAR_ABOVE,
    FAR_BELOW,
    ALL_HUGE,
    BOTH_ENDS,
    RISING,
    FALLING,
    EDGES
};

/** An edge row; what is special about it stands somewhere, told by `turn`. */
static void draw_edge(enum edge edge, float *x, size_t n, uint64_t turn)
{
    size_t here = test_u64(2 * turn) % n, there = test_u64(2 * turn + 1) % n;
    bool of_minus_inf =
        edge == ALL_MINUS_INF || edge == MOSTLY_MINUS_INF || edge == NAN_AMONG_MINUS_INF;
    draw_row(x, n, edge == FAR_ABOVE ? 1e4 : edge == FAR_BELOW ? -1e4 : 0, 3, 50 + turn);
    for (size_t i = 0; i < n; i++) {
        x[i] = of_minus_inf ? -INFINITY : edge == ALL_HUGE ? 3e38F : x[i];
        x[i] = edge == RISING ? 0.5F * (float)i : edge == FALLING ? -0.5F * (float)i : x[i];
    }
    if (edge == MOSTLY_MINUS_INF)
        x[there] = 200;
    if (edge == BOTH_ENDS)
        x[there] = -3e38F;
    if (edge == NAN_AND_PLUS_INF || edge == ONE_PLUS_INF)
        x[there] = INFINITY;
    if (edge == MOSTLY_MINUS_INF || edge == BOTH_ENDS)
        x[here] = edge == BOTH_ENDS ? 3e38F : 198.5F;
    if (edge == ONE_NAN || edge == NAN_AMONG_MINUS_INF || edge == NAN_AND_PLUS_INF)
        x[here] = NAN;
}

/** A row of each edge, side by side: none may spoil its neighbours. */
static void check_edges(const struct version *version)
{
    static float x[MOST_ELEMENTS];
    const size_t lengths[] = {40, 1, 3, 261};
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        size_t cols = lengths[k];
        for (size_t e = 0; e < EDGES; e++)
            draw_edge((enum edge)e, x + e * cols, cols, 100 * k + e);
        check_matrix(version, x, EDGES, cols);
    }
}

/** Long rows with one logit far above all others: a maximum that does not know it makes exp(300 - m)
 *  overflow. It is the first element of the second round of a warp, of a block, and of a block that
 *  takes groups of four (of row 2, whose groups begin at its third element). The rows are so long that
 *  with a group in five left out more elements than threads remain for the tail. */
static void check_late_peak(const struct version *version)
{
    const size_t peaks[] = {WARP_THREADS, BLOCK_THREADS, 2 + 4 * BLOCK_THREADS};
    enum { ROWS = sizeof peaks / sizeof *peaks, COLS = 6 * BLOCK_THREADS + 7 };
    static float x[ROWS * COLS];
    draw_row(x, (size_t)ROWS * COLS, 0, 3, 500);
    for (size_t r = 0; r < ROWS; r++)
        x[r * COLS + peaks[r]] = 300;
    check_matrix(version, x, ROWS, COLS);
}

/** What a test of one version does: ordinary rows earn 60%, the edges of the range the rest. */
static void check_version(const struct version *version)
{
    check_shapes(version);
    award(0.6);
    check_edges(version);
    check_late_peak(version);
}

GRADED(kernel_naive, .points = 4,
       .idea = "one thread a row, none past the last row, the three loops of the C function")
{
    check_version(&NAIVE_ROWS);
}

GRADED(kernel_shared, .points = 4,
       .idea = "a block a row: its threads meet in shared memory, and every step has its barrier")
{
    check_version(&SHARED_ROWS);
}

GRADED(kernel_warp, .points = 4,
       .idea = "a warp a row: five shuffles put 32 numbers together, without memory or barrier")
{
    check_version(&WARP_ROWS);
}

GRADED(kernel_online, .points = 4,
       .idea = "one pass for maximum and sum, 16 bytes an access, states that merge in any order")
{
    check_version(&ONLINE_ROWS);
}

#endif
