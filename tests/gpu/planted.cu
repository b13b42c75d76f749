/**
 * @file planted.cu
 * @brief Three kernels that are wrong on purpose: does compute-sanitizer work here, and find them?
 *
 *      build/gpu/planted memcheck|racecheck|initcheck        under that tool of compute-sanitizer
 *
 * Run by tools/gpu_check.sh before the tool looks at the labs' kernels: a tool that finds nothing
 * here says nothing by finding nothing there. Exit: 0, 1 an error of CUDA, 2 wrong usage, 77 no
 * device.
 */
#include "tests/gpu/device.cuh"

#include <cstring>

/** Writes one element behind the end of out (n elements). */
__global__ void writes_past_the_end(float *out, int n)
{
    if (threadIdx.x <= n)
        out[threadIdx.x] = 1;
}

/** Reads what another warp's thread writes, without a barrier between. */
__global__ void reads_without_barrier(float *out)
{
    __shared__ float part[64];
    part[threadIdx.x] = (float)threadIdx.x;
    out[threadIdx.x] = part[63 - threadIdx.x];
}

/** Reads an array that nobody has written. */
__global__ void reads_the_unwritten(float *out, const float *x)
{
    out[threadIdx.x] = x[threadIdx.x] + 1;
}

int main(int argc, char **argv)
{
    const char *tool = argc == 2 ? argv[1] : "";
    bool memcheck = strcmp(tool, "memcheck") == 0, racecheck = strcmp(tool, "racecheck") == 0;
    if (!memcheck && !racecheck && strcmp(tool, "initcheck") != 0) {
        fprintf(stderr, "usage: planted memcheck|racecheck|initcheck\n");
        return 2;
    }
    open_device();
    enum { N = 64 };
    float *out, *x;
    CUDA_CHECK(cudaMalloc(&out, N * sizeof *out));
    CUDA_CHECK(cudaMalloc(&x, N * sizeof *x));
    if (memcheck)
        writes_past_the_end<<<1, 2 * N>>>(out, N);
    else if (racecheck)
        reads_without_barrier<<<1, N>>>(out);
    else
        reads_the_unwritten<<<1, N>>>(out, x);
    CUDA_CHECK(cudaGetLastError());
    CUDA_CHECK(cudaDeviceSynchronize());
    CUDA_CHECK(cudaFree(out));
    CUDA_CHECK(cudaFree(x));
    return 0;
}
