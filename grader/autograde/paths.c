/**
 * @file paths.c
 * @brief What a path in a submission says of itself. See paths.h.
 */
#define _GNU_SOURCE
#include "grader/autograde/paths.h"

#include <string.h>
#include <strings.h>

static const char *const endings[] = {".zip",     ".tar", ".tar.gz", ".tgz", ".tar.xz",
                                      ".tar.bz2", ".txz", ".tbz2",   ".tbz"};

size_t archive_stem(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t m = strlen(endings[i]);
        if (n > m && strcasecmp(name + n - m, endings[i]) == 0)
            return n - m;
    }
    return 0;
}

bool is_archive_name(const char *name)
{
    return archive_stem(name) > 0;
}

const char *path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool path_is_litter(const char *path)
{
    static const char *const folders[] = {"__MACOSX", ".git", "build"};
    for (const char *p = path; *p;) {
        size_t n = strcspn(p, "/");
        bool last = p[n] == '\0';
        for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
            if (strlen(folders[i]) == n && memcmp(p, folders[i], n) == 0)
                return true;
        if (strncmp(p, "._", 2) == 0 || (last && strcmp(p, ".DS_Store") == 0))
            return true;
        p += n + !last;
    }
    return false;
}

bool path_leads_outside(const char *path)
{
    for (const char *p = path; *p; p += strcspn(p, "/"), p += *p == '/')
        if (strncmp(p, "..", 2) == 0 && (p[2] == '/' || p[2] == '\0'))
            return true;
    return path[0] == '/';
}
