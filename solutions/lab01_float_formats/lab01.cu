/**
 * @file lab01.cu
 * @brief Lab 01, the kernels: the cast of a whole array from FP32 to a narrow format.
 *
 * The contract is in lab01_kernels.h, which the build includes for you; the launches are in
 * launch.cu. The same file runs on any CPU and, through nvcc, on a device.
 * Build and grade: make lab01 && make grade
 */

// BEGIN SOLUTION
/** x / 2^shift to nearest even; shift 1..31, x below 2^31. */
static __device__ uint32_t shift_rne(uint32_t x, uint32_t shift)
{
    uint32_t half = (uint32_t)1 << (shift - 1);
    return (x + half - 1 + (x >> shift & 1)) >> shift;
}

/** The magnitude's code, as if the exponent had no upper limit: in normals the exponent field is
 *  moved, in subnormals the significand is shifted to where the smallest normal has its own. */
static __device__ uint32_t rounded(uint32_t magnitude, struct fp_format f)
{
    uint32_t bias = ((uint32_t)1 << (f.exp_bits - 1)) - 1, moved = 127 - bias;
    uint32_t exponent = magnitude >> 23, shift = 23u - f.man_bits;
    if (exponent > moved)
        return shift_rne(magnitude - (moved << 23), shift);
    uint32_t significand = (magnitude & 0x7FFFFF) | (exponent > 0 ? 0x800000 : 0);
    shift += moved + 1 - (exponent > 0 ? exponent : 1);
    return shift_rne(significand, shift < 31 ? shift : 31); // past 25 all are 0
}

// END SOLUTION
// TODO(lab01.13, about 22 lines): sign and magnitude; NaN; round the magnitude as in 1.9; what is
// past the largest finite code overflows. Largest, overflow and NaN follow from the descriptor.
__device__ uint32_t code_from_f32(float x, struct fp_format f, bool saturate)
{
    // BEGIN SOLUTION
    // STUB: todo_kernel("lab01.13");
    // STUB: return 0xFFFFFFFF;
    uint32_t bits = __float_as_uint(x), magnitude = bits & 0x7FFFFFFF;
    uint32_t width = f.exp_bits + f.man_bits, sign = bits >> 31 << width;
    uint32_t nan = ((uint32_t)1 << width) - 1; // all ones, in every format
    uint32_t largest = f.specials == FP_NAN_ONLY ? nan - 1 : nan - ((uint32_t)1 << f.man_bits);
    if (magnitude > 0x7F800000)
        return sign | nan;
    uint32_t code = rounded(magnitude, f);
    if (code > largest)
        code = saturate ? largest : largest + 1; // infinity, or E4M3's NaN: both are next
    return sign | code;
    // END SOLUTION
}

// TODO(lab01.14, about 4 lines): a loop over the thread's elements.
__global__ void cast_to_16(uint16_t *codes, const float *x, size_t n, struct fp_format f)
{
    // BEGIN SOLUTION
    // STUB: todo_kernel("lab01.14");
    size_t threads = (size_t)gridDim.x * blockDim.x;
    for (size_t i = (size_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += threads)
        codes[i] = (uint16_t)code_from_f32(x[i], f, false);
    // END SOLUTION
}

// BEGIN SOLUTION
/** Four codes in one word, the first in the lowest byte. */
static __device__ uint32_t four_codes(float4 x, struct fp_format f, bool saturate)
{
    return code_from_f32(x.x, f, saturate) | code_from_f32(x.y, f, saturate) << 8 |
           code_from_f32(x.z, f, saturate) << 16 | code_from_f32(x.w, f, saturate) << 24;
}

// END SOLUTION
// TODO(lab01.15, about 14 lines): the same loop over n / 4 groups, with x seen as float4 and codes
// as uint32_t. The first n % 4 threads of the grid then take one element each of the rest.
__global__ void cast_to_8(uint8_t *codes, const float *x, size_t n, struct fp_format f,
                          bool saturate)
{
    // BEGIN SOLUTION
    // STUB: todo_kernel("lab01.15");
    size_t threads = (size_t)gridDim.x * blockDim.x;
    size_t me = (size_t)blockIdx.x * blockDim.x + threadIdx.x, quads = n / 4, tail = 4 * quads;
    const float4 *x4 = (const float4 *)x;
    uint32_t *codes4 = (uint32_t *)codes;
    for (size_t q = me; q < quads; q += threads)
        codes4[q] = four_codes(x4[q], f, saturate);
    if (tail + me < n)
        codes[tail + me] = (uint8_t)code_from_f32(x[tail + me], f, saturate);
    // END SOLUTION
}
