/* Stores with SSE2 intrinsics, four elements at a time, and the rest one by one. Without SSE2 all
 * are. The branch for NaNs is a mask. */
#include "lab05.h"

#include "common/cast.h"
#include "common/formats.h"
#include "common/rng.h"
#include "common/todo.h"

#include <math.h>

#ifdef __SSE2__
#include <emmintrin.h>

/** To nearest even: adds 0x7FFF and the last bit that is kept; a NaN gets its quiet bit instead. */
static __m128i nearest4(__m128 x)
{
    __m128i bits = _mm_castps_si128(x),
            last = _mm_and_si128(_mm_srli_epi32(bits, 16), _mm_set1_epi32(1));
    __m128i rounded = _mm_add_epi32(bits, _mm_add_epi32(last, _mm_set1_epi32(0x7FFF)));
    __m128i nan = _mm_castps_si128(_mm_cmpunord_ps(x, x));
    __m128i quiet = _mm_or_si128(bits, _mm_set1_epi32(0x00400000));
    rounded = _mm_or_si128(_mm_and_si128(nan, quiet), _mm_andnot_si128(nan, rounded));
    return _mm_srli_epi32(rounded, 16);
}

static __m128 values4(const uint16_t *w)
{
    __m128i codes = _mm_loadl_epi64((const __m128i *)w); // 8 bytes, at any address
    return _mm_castsi128_ps(_mm_unpacklo_epi16(_mm_setzero_si128(), codes));
}

/** Stores four codes. Returns how many changed. */
static size_t store4(uint16_t *w, __m128i codes)
{
    uint32_t four[4];
    size_t moved = 0;
    _mm_storeu_si128((__m128i *)four, codes);
    for (int i = 0; i < 4; i++) {
        moved += w[i] != four[i];
        w[i] = (uint16_t)four[i];
    }
    return moved;
}
#endif

static size_t store1(uint16_t *w, uint16_t code)
{
    size_t moved = *w != code;
    *w = code;
    return moved;
}

double bf16_gap(uint16_t w, int direction)
{
    // Two codes of one sign beside each other; from zero, the smallest subnormal.
    uint16_t size = w & 0x7FFF;
    int step = (w >> 15 ? -direction : direction) > 0 || size == 0 ? 1 : -1;
    double a = f32_from_bf16(size), b = f32_from_bf16((uint16_t)(size + step));
    return a > b ? a - b : b - a;
}

bool bf16_update_is_lost(uint16_t w, float u)
{
    double gap = bf16_gap(w, signbit(u) ? -1 : +1), twice = 2 * fabs((double)u);
    return u == 0 || twice < gap || (w % 2 == 0 && twice == gap);
}

uint16_t bf16_from_f32_sr(float x, uint16_t r)
{
    uint32_t bits = bits_from_f32(x);
    if (bits << 1 > 0xFF000000u) // a NaN, without its sign
        return (uint16_t)(bits >> 16 | 0x7F);
    return (uint16_t)((bits >> 16) + (r > 0xFFFF - (bits & 0xFFFF)));
}

void sgd_update(float *u, const float *g, size_t n, float lr)
{
    for (size_t i = 0; i < n; i++)
        u[i] = 0.0f - lr * g[i];
}

void adamw_update(float *u, float *m, float *v, const float *w, const float *g, size_t n,
                  struct adamw opt, int t)
{
    double to_m_hat = 1 / (1 - pow(opt.beta1, t)), to_v_hat = 1 / (1 - pow(opt.beta2, t));
    for (size_t i = 0; i < n; i++) {
        m[i] = opt.beta1 * m[i] + (1 - opt.beta1) * g[i];
        v[i] = opt.beta2 * v[i] + (1 - opt.beta2) * g[i] * g[i];
        double step = m[i] * to_m_hat / (sqrt(v[i] * to_v_hat) + opt.eps);
        u[i] = (float)(-opt.lr * step - (double)opt.lr * opt.weight_decay * w[i]);
    }
}

size_t apply_bf16(uint16_t *w, const float *u, size_t n)
{
    size_t moved = 0, i = 0;
#ifdef __SSE2__
    for (; i + 4 <= n; i += 4)
        moved += store4(w + i, nearest4(_mm_add_ps(values4(w + i), _mm_loadu_ps(u + i))));
#endif
    for (; i < n; i++)
        moved += store1(w + i, bf16_from_f32_rne(f32_from_bf16(w[i]) + u[i]));
    return moved;
}

size_t apply_master(float *master, uint16_t *w, const float *u, size_t n)
{
    size_t moved = 0, i = 0;
#ifdef __SSE2__
    for (; i + 4 <= n; i += 4) {
        __m128 sum = _mm_add_ps(_mm_loadu_ps(master + i), _mm_loadu_ps(u + i));
        _mm_storeu_ps(master + i, sum);
        moved += store4(w + i, nearest4(sum));
    }
#endif
    for (; i < n; i++) {
        master[i] += u[i];
        moved += store1(w + i, bf16_from_f32_rne(master[i]));
    }
    return moved;
}

size_t apply_kahan(uint16_t *w, uint16_t *c, const float *u, size_t n)
{
    size_t moved = 0, i = 0;
#ifdef __SSE2__
    for (; i + 4 <= n; i += 4) {
        __m128 old = values4(w + i), owed = _mm_add_ps(_mm_loadu_ps(u + i), values4(c + i));
        __m128 y = _mm_castsi128_ps(_mm_slli_epi32(nearest4(owed), 16));
        __m128i s = nearest4(_mm_add_ps(old, y));
        __m128 arrived = _mm_sub_ps(_mm_castsi128_ps(_mm_slli_epi32(s, 16)), old);
        store4(c + i, nearest4(_mm_sub_ps(y, arrived)));
        moved += store4(w + i, s);
    }
#endif
    for (; i < n; i++) {
        float old = f32_from_bf16(w[i]);
        float y = f32_from_bf16(bf16_from_f32_rne(u[i] + f32_from_bf16(c[i])));
        uint16_t s = bf16_from_f32_rne(old + y);
        c[i] = bf16_from_f32_rne(y - (f32_from_bf16(s) - old));
        moved += store1(w + i, s);
    }
    return moved;
}

size_t apply_stochastic(uint16_t *w, const float *u, size_t n, uint64_t seed, uint64_t step)
{
    size_t moved = 0;
    for (size_t i = 0; i < n; i++) {
        float sum = f32_from_bf16(w[i]) + u[i];
        moved += store1(w + i, bf16_from_f32_sr(sum, (uint16_t)rng_u32(seed, step, i)));
    }
    return moved;
}
