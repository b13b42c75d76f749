/* The FPU rounds subnormals: a number is added whose last bit is the smallest subnormal. A thread takes
 * groups of four in a loop, the last of them element by element; other threads count down. */

static __device__ uint32_t narrowed(uint32_t m, struct fp_format f)
{
    uint32_t bias = (1u << (f.exp_bits - 1)) - 1, drop = 23u - f.man_bits;
    uint32_t magic = (127 - bias + drop + 1) << 23;
    if (m >> 23 < 128 - bias)
        return __float_as_uint(__uint_as_float(m) + __uint_as_float(magic)) - magic;
    m -= (127 - bias) << 23;
    return (m + (1u << (drop - 1)) - 1 + (m >> drop & 1)) >> drop;
}

__device__ uint32_t code_from_f32(float x, struct fp_format f, bool saturate)
{
    uint32_t bits = __float_as_uint(x), m = bits & 0x7FFFFFFF;
    uint32_t sign = 1u << (f.exp_bits + f.man_bits);
    uint32_t past = f.specials == FP_NAN_ONLY ? sign - 1 : sign - (1u << f.man_bits);
    uint32_t code = m > 0x7F800000 ? sign - 1 : narrowed(m, f);
    if (m <= 0x7F800000 && code >= past)
        code = past - saturate;
    return bits >> 31 ? code | sign : code;
}

__global__ void cast_to_16(uint16_t *codes, const float *x, size_t n, struct fp_format f)
{
    size_t me = (size_t)blockIdx.x * blockDim.x + threadIdx.x;
    size_t threads = (size_t)blockDim.x * gridDim.x;
    size_t mine = me < n ? (n - me - 1) / threads + 1 : 0;
    while (mine-- > 0)
        codes[me + mine * threads] = (uint16_t)code_from_f32(x[me + mine * threads], f, false);
}

__global__ void cast_to_8(uint8_t *codes, const float *x, size_t n, struct fp_format f,
                          bool saturate)
{
    size_t me = (size_t)blockIdx.x * blockDim.x + threadIdx.x;
    size_t threads = (size_t)blockDim.x * gridDim.x;
    for (size_t group = me; 4 * group < n; group += threads) {
        size_t first = 4 * group;
        if (first + 4 > n) {
            for (size_t i = first; i < n; i++)
                codes[i] = (uint8_t)code_from_f32(x[i], f, saturate);
            continue;
        }
        float4 v = ((const float4 *)x)[group];
        uint32_t word = code_from_f32(v.w, f, saturate);
        word = word << 8 | code_from_f32(v.z, f, saturate);
        word = word << 8 | code_from_f32(v.y, f, saturate);
        word = word << 8 | code_from_f32(v.x, f, saturate);
        ((uint32_t *)codes)[group] = word;
    }
}
