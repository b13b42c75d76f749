/**
 * @file mistakes.cu
 * @brief Mistakes of their own kind, with no right kernel beside them: pointers that lead nowhere,
 *        memory that was not asked for, kernels that end themselves. See kernels.h.
 */
#include "tests/simt/kernels.h"

#include <assert.h>

enum { THREADS = 64, FAR = 4096 }; // FAR from any other array is x: nothing is mistaken for it
static __constant__ int LIMITS[2] = {10, 20};

/** Nobody gave it an array. */
__global__ void follow_null(int *y, const int *x)
{
    y[threadIdx.x] = x[threadIdx.x]; // told: follow_null
}

/** A pointer of the host, which device_arrays was not told of. */
__global__ void follow_host_pointer(int *y, const int *x)
{
    int mine = x[threadIdx.x]; // told: follow_host_pointer
    y[threadIdx.x] = mine;
}

/** An address of a thread's own variable means something else in another thread. */
__global__ void share_local(int *y)
{
    __shared__ int *of_first;
    int mine = (int)threadIdx.x;
    if (threadIdx.x == 0)
        of_first = &mine;
    __syncthreads();
    int theirs = *of_first; // told: share_local
    __syncthreads();
    y[threadIdx.x] = mine + theirs;
}

/** The launch asks for no dynamic shared memory. */
__global__ void use_unasked_shared(int *y)
{
    extern __shared__ int unasked[];
    unasked[threadIdx.x] = 1; // told: use_unasked_shared
    y[threadIdx.x] = unasked[threadIdx.x];
}

/** Before the beginning of an array. */
__global__ void read_before(int *y, const int *x)
{
    int before = x[(int)threadIdx.x - 1]; // told: read_before
    y[threadIdx.x] = before;
}

/** A row behind the last one of a matrix in shared memory. */
__global__ void leave_matrix(int *y)
{
    __shared__ int matrix[4][4];
    unsigned row = threadIdx.x / 4, col = threadIdx.x % 4;
    if (row < 5)
        matrix[row][col] = 1; // told: leave_matrix
    __syncthreads();
    y[threadIdx.x] = row < 4 ? matrix[row][col] : 0;
}

/** A variable of the device is one for all threads, not one for each. */
__global__ void count_in_static(int *y)
{
    static __device__ int calls;
    y[threadIdx.x] = calls++; // told: count_in_static
}

/** A variable of the device has an end, too. */
__global__ void leave_device_array(int *y)
{
    static __device__ int slots[8];
    slots[threadIdx.x] = 1; // told: leave_device_array
    __syncthreads();
    y[threadIdx.x] = slots[(threadIdx.x + 1) % 8];
}

static __device__ float squares[5];
/** Behind the end of a variable of the device. */
__global__ void leave_variable(int *y)
{
    squares[threadIdx.x] = (float)(threadIdx.x * threadIdx.x); // told: leave_variable
    __syncthreads();
    y[threadIdx.x] = (int)squares[THREADS - 1 - threadIdx.x];
}

/** Behind the end of a table. */
__global__ void leave_table(int *y)
{
    y[threadIdx.x] = LIMITS[threadIdx.x]; // told: leave_table
}

/** An assertion that does not hold. */
__global__ void assert_small(int *y, const int *x)
{
    int mine = x[threadIdx.x];
    assert(mine < 5); // told: assert_small
    y[threadIdx.x] = mine < LIMITS[0];
}

/** A kernel that ends itself. */
__global__ void trap_negative(int *y, const int *x)
{
    int mine = x[threadIdx.x];
    if (mine < 0)
        __trap(); // told: trap_negative
    y[threadIdx.x] = mine;
}

/** A loop with a barrier, in which threads go round as often as they like. */
__global__ void wait_unevenly(int *y, const int *x)
{
    int sum = 0;
    for (int i = 0; i < x[threadIdx.x]; i++) {
        sum += i;
        __syncthreads(); // told: wait_unevenly
    }
    y[threadIdx.x] = sum;
}

// --- launches ---

/** NAME_runs for a kernel (y, x) or (y), with that x and as much shared memory. */
#define RUNS(name, smem, ...)                                                                      \
    static bool name##_runs(unsigned n)                                                            \
    {                                                                                              \
        std::vector<int> x = numbers<int>(3 * FAR), y(n, 99), host(n, 0);                          \
        device_arrays dev;                                                                         \
        int *d_y = dev.out(y.data(), n, "y");                                                      \
        const int *d_x = dev.in(x.data() + FAR, n, "x"), *none = NULL, *other = host.data();       \
        (void)d_x, (void)none, (void)other;                                                        \
        LAUNCH(name, 1, THREADS, smem, __VA_ARGS__);                                               \
        dev.finish();                                                                              \
        return true;                                                                               \
    }
RUNS(follow_null, 0, d_y, none)
RUNS(follow_host_pointer, 0, d_y, other)
RUNS(share_local, 0, d_y)
RUNS(use_unasked_shared, 0, d_y)
RUNS(read_before, 0, d_y, d_x)
RUNS(leave_matrix, 0, d_y)
RUNS(count_in_static, 0, d_y)
RUNS(leave_device_array, 0, d_y)
RUNS(leave_variable, 0, d_y)
RUNS(leave_table, 0, d_y)
RUNS(assert_small, 0, d_y, d_x)
RUNS(trap_negative, 0, d_y, d_x)
RUNS(wait_unevenly, 0, d_y, d_x)

/** A row about such a kernel. */
// clang-format off
#define MISTAKE(name, place, words, memory)                                                        \
    {#name, NULL, NULL, name##_runs, THREADS, #name, #name, place, words, memory}

static const struct classic kernels[] = {
    MISTAKE(follow_null, "block 0, thread 0", "reads through a null pointer (address 0x0)", MEMORY),
    MISTAKE(follow_host_pointer, "block 0, thread 0", "reads", MEMORY),
    MISTAKE(share_local, "block 0, thread 1", "reads a local variable of another thread", MEMORY),
    MISTAKE(use_unasked_shared, "block 0, thread 0",
            "but the launch gives 0 bytes of dynamic shared memory", MEMORY),
    MISTAKE(read_before, "block 0, thread 0", "reads x[-1], but x has 64 elements", MEMORY),
    MISTAKE(leave_matrix, "block 0, thread 16",
            "writes matrix[16], but matrix has 16 elements", MEMORY),
    MISTAKE(count_in_static, "block 0, thread 1",
            "a race: it reads calls[0], which thread 0 wrote", MEMORY),
    MISTAKE(leave_device_array, "block 0, thread 8",
            "writes slots[8], but slots has 8 elements", MEMORY),
    MISTAKE(leave_variable, "block 0, thread 5",
            "writes squares[5], but squares has 5 elements", MEMORY),
    MISTAKE(leave_table, "block 0, thread 2", "reads LIMITS[2], but LIMITS has 2 elements", MEMORY),
    MISTAKE(assert_small, "block 0, thread 10", "assert(mine < 5) failed", ALWAYS),
    MISTAKE(trap_negative, "block 0, thread 1", "the kernel ended itself with __trap()", ALWAYS),
    MISTAKE(wait_unevenly, "block 0, thread 0", "has left the kernel", ALWAYS),
};
// clang-format on
SUITE(mistakes, kernels);
