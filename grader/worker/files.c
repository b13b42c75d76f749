/**
 * @file files.c
 * @brief Landlock rules around the worker. See files.h and landlock(7).
 */
#define _GNU_SOURCE
#include "grader/worker/files.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Every file right of Landlock's first version; later ones only add rights that need these. */
enum {
    READ = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE,
    ALL = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1
};

bool landlock_works(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1;
}

/* A path that is not there needs no rule. */
static void allow(int rules, const char *path, unsigned access)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = access,
                                              .parent_fd = open(path, O_PATH | O_CLOEXEC)};
    if (rule.parent_fd < 0)
        return;
    syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(rule.parent_fd);
}

int close_files_but(const char *library)
{
    if (!landlock_works())
        return 0;
    struct landlock_ruleset_attr attributes = {.handled_access_fs = ALL};
    int rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    if (rules < 0)
        return -1;
    static const char *const folders[] = {"/usr/lib", "/usr/lib64", "/lib", "/lib64"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        allow(rules, folders[i], READ | LANDLOCK_ACCESS_FS_READ_DIR);
    allow(rules, "/etc/ld.so.cache", READ);
    allow(rules, library, READ);
    int failed = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
                 syscall(SYS_landlock_restrict_self, rules, 0) != 0;
    close(rules);
    return failed ? -1 : 0;
}
