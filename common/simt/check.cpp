/**
 * @file check.cpp
 * @brief Is an access of a kernel inside an array or a shared variable, allowed, aligned, and of
 *        memory that has been written? In the checked build only.
 *
 * Known memory: the arrays of device_arrays, the variables of the kernels' file (tools/bind_shared.sh
 * lists them), the running thread's stack, the launch's arguments, and the library's constants.
 * Everything else is outside.
 */
#include "common/simt/check.h"

#include <link.h>
#include <stdlib.h>

enum { REGIONS_MOST = 512, SHARED_VARIABLES = 256, VARIABLES = 512 };

/* Arrays first, then the variables of the running launch: shared ones, others. */
static struct check_region regions[REGIONS_MOST + SHARED_VARIABLES + VARIABLES];
static size_t n_arrays, n_regions;
static const struct simt_launch *launch;
static struct check_region *last_hit = regions;
static bool counted[SHARED_VARIABLES]; /* as static shared memory of this launch */
static size_t static_shared;
/* The constants of the library that holds the kernels. */
static struct {
    const char *low, *high;
} own[16];
static size_t n_own;

// --------------------------------------------------------------------------------------------
// what is known
// --------------------------------------------------------------------------------------------

void simt_array(const void *p, size_t bytes, size_t element, const char *name, int use)
{
    if (n_arrays == REGIONS_MOST) {
        simt_record_text("a launch with more arrays than common/simt can look after (512)");
        return;
    }
    size_t grain = element % 4 == 0 ? 4 : element % 2 == 0 ? 2 : 1;
    regions[n_arrays++] = {(char *)p, (char *)p + bytes,   element, grain,
                           name,      (enum check_use)use, false,   false,
                           NULL};
    n_regions = n_arrays;
    last_hit = regions;
}

size_t simt_arrays(void)
{
    return n_arrays;
}

void simt_forget_arrays(size_t count)
{
    while (n_arrays > count)
        free(regions[--n_arrays].cells);
    n_regions = n_arrays;
    last_hit = regions;
}

/** Notes the segments of the library that this function is in, which nobody can write to. */
static int note_segments(struct dl_phdr_info *info, size_t, void *)
{
    const char *here = (const char *)&n_own;
    bool mine = false;
    n_own = 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        const char *low = (const char *)info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type != PT_LOAD || n_own == sizeof own / sizeof *own)
            continue;
        if (!(segment->p_flags & PF_W))
            own[n_own++] = {low, low + segment->p_memsz};
        mine |= here >= low && here < low + segment->p_memsz;
    }
    return mine;
}

/** The __shared__ variables. All dynamic ones are one. */
static void note_shared(const struct simt_launch *l)
{
    static struct simt_variable list[SHARED_VARIABLES];
    size_t n = simt_shared_variables ? simt_shared_variables(list, SHARED_VARIABLES) : 0;
    struct check_region *all_dynamic = NULL;
    for (size_t i = 0; i < n && i < SHARED_VARIABLES; i++) {
        bool dynamic = list[i].bytes == 0;
        char *low = (char *)list[i].low;
        if (dynamic && all_dynamic) {
            all_dynamic->name = "dynamic shared memory"; // has several names in this file
            continue;
        }
        if (dynamic)
            all_dynamic = &regions[n_regions];
        regions[n_regions++] = {low,
                                low + (dynamic ? l->smem : list[i].bytes),
                                0,
                                1,
                                list[i].name,
                                CHECK_INOUT,
                                true,
                                dynamic,
                                NULL};
    }
}

static void note_variables()
{
    static struct simt_variable list[VARIABLES];
    size_t n = simt_device_variables ? simt_device_variables(list, VARIABLES) : 0;
    for (size_t i = 0; i < n && i < VARIABLES; i++) {
        char *low = (char *)list[i].low;
        regions[n_regions++] = {
            low, low + list[i].bytes, 0, 4, list[i].name, CHECK_INOUT, false, false, NULL};
    }
}

void check_launch(const struct simt_launch *l)
{
    launch = l;
    if (n_own == 0)
        dl_iterate_phdr(note_segments, NULL);
    n_regions = n_arrays;
    note_shared(l);
    note_variables();
    memset(counted, 0, sizeof counted);
    static_shared = 0;
    race_launch(l);
}

void check_launch_end()
{
    while (n_regions > n_arrays)
        free(regions[--n_regions].cells);
    last_hit = regions;
    launch = NULL;
}

void check_block(uint64_t number)
{
    order_block(number);
}

/** The region that the bytes are in, as a whole. */
static struct check_region *find(const char *p, size_t bytes)
{
    if (p >= last_hit->low && p + bytes <= last_hit->high)
        return last_hit;
    for (size_t i = 0; i < n_regions; i++)
        if (p >= regions[i].low && p + bytes <= regions[i].high)
            return last_hit = &regions[i];
    return NULL;
}

static struct check_cell *new_cells(const struct check_region *m, size_t grain)
{
    size_t n = ((size_t)(m->high - m->low) + grain - 1) / grain;
    struct check_cell *cells = (struct check_cell *)calloc(n, sizeof *cells);
    if (!cells) {
        simt_record_text("no memory to look after the arrays of a launch");
        simt_abandon();
    }
    return cells;
}

/** The cells of a region for an access to `parts` of it, a place and a size ored together: small
 *  enough that it is to all bytes of each cell. They are there from the first access. */
static struct check_cell *cells_of(struct check_region *m, size_t parts)
{
    size_t grain = parts % m->grain == 0 ? m->grain : parts & -parts;
    if (m->cells && grain == m->grain)
        return m->cells;
    struct check_cell *fine = new_cells(m, grain), *coarse = m->cells;
    for (size_t i = 0; coarse && i * grain < (size_t)(m->high - m->low); i++)
        fine[i] = coarse[i * grain / m->grain];
    m->cells = fine;
    m->grain = grain;
    free(coarse);
    return fine;
}

// --------------------------------------------------------------------------------------------
// what is wrong
// --------------------------------------------------------------------------------------------

static const char *verb(int kind)
{
    return kind & CHECK_ATOMIC ? "updates" : kind & CHECK_WRITE ? "writes" : "reads";
}

struct simt_site check_element(const struct check_region *m, const char *p, size_t bytes)
{
    struct simt_site where;
    long offset = (long)(p - m->low), unit = (long)(m->element ? m->element : bytes);
    if (unit > 0 && offset % unit == 0)
        snprintf(where.text, sizeof where.text, "%s[%ld]", m->name, offset / unit);
    else
        snprintf(where.text, sizeof where.text, "byte %ld of %s", offset, m->name);
    return where;
}

/** How far the bytes are from a region. Running over its end is what happens most. */
static size_t distance(const struct check_region *m, const char *p)
{
    const size_t unlikely = 1 << 12;
    return p >= m->high  ? (size_t)(p - m->high)
           : p >= m->low ? 0 // it begins inside
                         : unlikely + (size_t)(m->low - p);
}

/** The region nearest to the bytes, if one is near. */
static const struct check_region *nearest(const char *p)
{
    const struct check_region *best = NULL;
    size_t near = 1 << 20;
    for (size_t i = 0; i < n_regions; i++) {
        if (distance(&regions[i], p) < near) {
            near = distance(&regions[i], p);
            best = &regions[i];
        }
    }
    return best;
}

/** A thread's own variable that another thread is shown? */
static bool on_another_stack(const char *p)
{
    for (unsigned i = 0; i < simt_here->n_fibers; i++)
        if (p >= simt_here->fibers[i].low && p < simt_here->fibers[i].high)
            return true;
    return false;
}

/** Ends the launch: the bytes are in nothing that a kernel may use. */
[[noreturn]] static void fail_outside(const char *p, size_t bytes, int kind, const void *pc)
{
    if ((size_t)p < 4096)
        simt_fail(pc, "%s through a null pointer (address 0x%zx)", verb(kind), (size_t)p);
    if (on_another_stack(p))
        simt_fail(pc, "%s a local variable of another thread", verb(kind));
    const struct check_region *m = nearest(p);
    if (!m)
        simt_fail(pc, "%s %zu bytes at %p, which is in no array of the launch", verb(kind), bytes,
                  (const void *)p);
    const struct simt_site element = check_element(m, p, bytes);
    size_t size = (size_t)(m->high - m->low), unit = m->element ? m->element : bytes;
    if (m->dynamic)
        simt_fail(pc,
                  "%s %s, but the launch gives %zu bytes of dynamic shared memory, %zu of these",
                  verb(kind), element.text, size, size / bytes);
    if (p >= m->low && p < m->high)
        simt_fail(pc, "%s %zu bytes from %s on, but %s ends %zu bytes from there", verb(kind),
                  bytes, element.text, m->name, (size_t)(m->high - p));
    simt_fail(pc, "%s %s, but %s has %zu elements%s", verb(kind), element.text, m->name,
              size / unit,
              m->element  ? ""
              : m->shared ? " of this size, in shared memory"
                          : " of this size");
}

/** Counts the static shared memory that this launch's kernel uses. */
static void count_shared(const struct check_region *m, const void *pc)
{
    size_t i = (size_t)(m - regions) - n_arrays;
    if (counted[i])
        return;
    counted[i] = true;
    if (!m->dynamic)
        static_shared += (size_t)(m->high - m->low);
    if (static_shared > SHARED_STATIC)
        simt_fail(pc,
                  "%zu bytes of __shared__ variables, but a block has %d (0x%x): the compiler for "
                  "a device refuses that; dynamic shared memory can be more",
                  static_shared, SHARED_STATIC, SHARED_STATIC);
    if (static_shared + launch->smem > SHARED_MOST)
        simt_fail(pc,
                  "%zu bytes of __shared__ variables and %zu of dynamic shared memory: a block "
                  "has %d in all (cudaErrorInvalidValue)",
                  static_shared, launch->smem, SHARED_MOST);
}

static void check_region_access(struct check_region *m, const char *p, size_t bytes, int kind,
                                const void *pc)
{
    if (m->shared)
        count_shared(m, pc);
    else if (m->use == CHECK_IN && kind & CHECK_WRITE)
        simt_fail(pc, "%s %s, but %s is an input", verb(kind), check_element(m, p, bytes).text,
                  m->name);
    size_t begin = (size_t)(p - m->low), end = begin + bytes;
    struct check_cell *cells = cells_of(m, begin | bytes);
    for (size_t i = begin / m->grain; i * m->grain < end; i++) {
        struct check_cell *c = &cells[i];
        if (kind & CHECK_READ && (m->shared || m->use == CHECK_OUT) && !race_written(m, c))
            simt_fail(pc, "%s %s, which nothing has written%s", verb(kind),
                      check_element(m, p, bytes).text,
                      m->shared
                          ? " in this block yet: is a write missing, or a barrier before the read?"
                          : " yet (it is an output)");
        race_access(m, c, p, bytes, kind, pc);
    }
}

void check_access(const void *address, size_t bytes, int kind, size_t align, const void *pc)
{
    const char *p = (const char *)address;
    struct simt_runner *r = simt_here;
    if (!r || !r->running || bytes == 0)
        return; // a launch's own code
    const struct simt_fiber *f = r->running->fiber;
    if (p >= f->low && p < f->high)
        return;
    race_settle(p, kind);
    if (p >= (const char *)&simt_now && p < (const char *)(&simt_now + 1) && !(kind & CHECK_WRITE))
        return;
    struct check_region *m = find(p, bytes);
    if (m) {
        if ((size_t)p % align != 0)
            simt_fail(pc,
                      "%s %zu bytes at %s: the address %p is no multiple of %zu "
                      "(cudaErrorMisalignedAddress)",
                      verb(kind), bytes, check_element(m, p, bytes).text, address, align);
        check_region_access(m, p, bytes, kind, pc);
        return;
    }
    const char *arguments = (const char *)launch->arguments;
    if (p >= arguments && p + bytes <= arguments + launch->arguments_size)
        return;
    for (size_t i = 0; i < n_own && !(kind & CHECK_WRITE); i++)
        if (p >= own[i].low && p + bytes <= own[i].high)
            return;
    fail_outside(p, bytes, kind, pc);
}

void check_atomic(const void *p, size_t bytes, enum check_old old, const void *pc)
{
    static const int kinds[] = {0, CHECK_READ, CHECK_READ | CHECK_COMPARED};
    order_atomic();
    check_access(p, bytes, CHECK_WRITE | CHECK_ATOMIC | kinds[old], bytes, pc);
}
