/**
 * @file tsan.cpp
 * @brief Where the compiler announces a kernel's accesses: in the checked build only.
 *
 * g++ -fsanitize=thread puts a call before each access, for the run-time library of ThreadSanitizer.
 * That library is not linked: these functions stand in its place, and know CUDA's threads instead
 * of the machine's. Their names are those of the interface in LLVM's compiler-rt,
 * lib/tsan/rtl/tsan_interface.h.
 */
#include "common/simt/check.h"

#include <cstring>

#define PC __builtin_return_address(0)

/* A volatile access is what a thread waits with in a loop: the others get a turn. */
#define ACCESSES(bytes)                                                                            \
    void __tsan_read##bytes(void *p)                                                               \
    {                                                                                              \
        check_access(p, bytes, CHECK_READ, bytes, PC);                                             \
    }                                                                                              \
    void __tsan_write##bytes(void *p)                                                              \
    {                                                                                              \
        check_access(p, bytes, CHECK_WRITE, bytes, PC);                                            \
    }                                                                                              \
    void __tsan_unaligned_read##bytes(void *p)                                                     \
    {                                                                                              \
        check_access(p, bytes, CHECK_READ, 1, PC);                                                 \
    }                                                                                              \
    void __tsan_unaligned_write##bytes(void *p)                                                    \
    {                                                                                              \
        check_access(p, bytes, CHECK_WRITE, 1, PC);                                                \
    }                                                                                              \
    void __tsan_volatile_read##bytes(void *p)                                                      \
    {                                                                                              \
        check_access(p, bytes, CHECK_READ, bytes, PC);                                             \
        if (simt_here && simt_here->running)                                                       \
            simt_spin();                                                                           \
    }                                                                                              \
    void __tsan_volatile_write##bytes(void *p)                                                     \
    {                                                                                              \
        check_access(p, bytes, CHECK_WRITE, bytes, PC);                                            \
    }                                                                                              \
    void __tsan_unaligned_volatile_read##bytes(void *p)                                            \
    {                                                                                              \
        check_access(p, bytes, CHECK_READ, 1, PC);                                                 \
    }                                                                                              \
    void __tsan_unaligned_volatile_write##bytes(void *p)                                           \
    {                                                                                              \
        check_access(p, bytes, CHECK_WRITE, 1, PC);                                                \
    }

extern "C" {
ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)

void __tsan_read_range(void *p, unsigned long bytes)
{
    check_access(p, bytes, CHECK_READ, 1, PC);
}
void __tsan_write_range(void *p, unsigned long bytes)
{
    check_access(p, bytes, CHECK_WRITE, 1, PC);
}
/* In the place of memcpy(), memmove() and memset() in an object (tools/cc_kernels.sh): calls that the
 * compiler or a template of the library makes. simt.h has what a file calls by these names. */
void *simt_checked_memcpy(void *to, const void *from, unsigned long bytes)
{
    check_access(from, bytes, CHECK_READ, 1, PC);
    check_access(to, bytes, CHECK_WRITE, 1, PC);
    return memcpy(to, from, bytes);
}
void *simt_checked_memmove(void *to, const void *from, unsigned long bytes)
{
    check_access(from, bytes, CHECK_READ, 1, PC);
    check_access(to, bytes, CHECK_WRITE, 1, PC);
    return memmove(to, from, bytes);
}
void *simt_checked_memset(void *to, int byte, unsigned long bytes)
{
    check_access(to, bytes, CHECK_WRITE, 1, PC);
    return memset(to, byte, bytes);
}
void __tsan_vptr_read(void **p)
{
    check_access(p, sizeof *p, CHECK_READ, sizeof *p, PC);
}
void __tsan_vptr_update(void **p, void *)
{
    check_access(p, sizeof *p, CHECK_WRITE, sizeof *p, PC);
}
void __tsan_init()
{
}
void __tsan_func_entry(void *)
{
}
void __tsan_func_exit()
{
}
}
