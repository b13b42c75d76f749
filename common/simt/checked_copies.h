/**
 * @file checked_copies.h
 * @brief memcpy(), memset() and memmove() in the checked build: announced to check.cpp like any other
 *        access, which the compiler does not do for them. Included by simt.h.
 */
#ifndef LOWP_SIMT_CHECKED_COPIES_H
#define LOWP_SIMT_CHECKED_COPIES_H

extern "C" {
void __tsan_read_range(void *p, unsigned long bytes);
void __tsan_write_range(void *p, unsigned long bytes);
}

static inline void *simt_memcpy(void *to, const void *from, size_t bytes)
{
    __tsan_read_range((void *)from, bytes);
    __tsan_write_range(to, bytes);
    return memcpy(to, from, bytes);
}
static inline void *simt_memmove(void *to, const void *from, size_t bytes)
{
    __tsan_read_range((void *)from, bytes);
    __tsan_write_range(to, bytes);
    return memmove(to, from, bytes);
}
static inline void *simt_memset(void *to, int byte, size_t bytes)
{
    __tsan_write_range(to, bytes);
    return memset(to, byte, bytes);
}
#define memcpy  simt_memcpy
#define memmove simt_memmove
#define memset  simt_memset

#endif
