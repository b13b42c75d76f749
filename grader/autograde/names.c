/**
 * @file names.c
 * @brief SIDs and texts out of any bytes. See names.h.
 */
#include "grader/autograde/names.h"

#include <nettle/sha2.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEPT = 80, /* bytes of a long name that its SID begins with */
    DIGEST = 8 /* bytes of the SHA-256 that it ends with */
};

static void *allocate(size_t size)
{
    void *p = malloc(size);
    if (!p)
        abort();
    return p;
}

static bool is_safe(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("._@+-", c));
}

void sid_from_name(const char *name, char sid[SID_SIZE])
{
    size_t n = strlen(name), used = 0;
    char *whole = allocate(3 * n + 1);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)name[i];
        if (is_safe(c) && (i > 0 || (c != '.' && c != '-')))
            whole[used++] = (char)c;
        else
            used += (size_t)sprintf(whole + used, "%%%02X", c);
    }
    whole[used] = '\0';
    if (used < SID_SIZE) {
        memcpy(sid, whole, used + 1);
    } else {
        uint8_t digest[DIGEST];
        struct sha256_ctx hash;
        sha256_init(&hash);
        sha256_update(&hash, n, (const uint8_t *)name);
        sha256_digest(&hash, sizeof digest, digest);
        memcpy(sid, whole, KEPT);
        sid[KEPT] = '~';
        for (size_t i = 0; i < DIGEST; i++)
            sprintf(sid + KEPT + 1 + 2 * i, "%02x", digest[i]);
    }
    free(whole);
}

/* The length of the UTF-8 sequence at p, 0 if it is none (RFC 3629: no surrogates, nothing longer
 * than it need be, nothing above U+10FFFF).
 * @param[out] code  the character */
static size_t utf8_length(const unsigned char *p, size_t n, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = p[0] < 0x80 ? 1 : p[0] < 0xC0 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (length == 0 || length > n || p[0] > 0xF4)
        return 0;
    *code = length == 1 ? p[0] : p[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        *code = *code << 6 | (p[i] & 0x3F);
    }
    if (*code < least[length] || *code > 0x10FFFF || (*code >= 0xD800 && *code < 0xE000))
        return 0;
    return length;
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F;
}

char *text_from_bytes(const char *bytes, size_t n, size_t limit)
{
    static const char replacement[] = "\xEF\xBF\xBD", more[] = "...";
    char *text = allocate(3 * n + sizeof more);
    size_t used = 0, cut = 0;
    for (size_t i = 0, length; i < n; i += length) {
        uint32_t code = 0;
        length = utf8_length((const unsigned char *)bytes + i, n - i, &code);
        bool valid = length > 0 && !is_control(code);
        length = length ? length : 1;
        size_t size = valid ? length : 3;
        if (used + size > limit) {
            memcpy(text + cut, more, sizeof more);
            return text;
        }
        memcpy(text + used, valid ? bytes + i : replacement, size);
        used += size;
        if (used + sizeof more - 1 <= limit)
            cut = used;
    }
    text[used] = '\0';
    return text;
}

char *text_from_name(const char *name)
{
    return text_from_bytes(name, strlen(name), 200);
}

char *octal_from_name(const char *name)
{
    char *text = allocate(4 * strlen(name) + 1);
    size_t used = 0;
    for (; *name; name++) {
        unsigned char c = (unsigned char)*name;
        if (c == '/' || (is_safe(c) && (c != '-' || used > 0)))
            text[used++] = (char)c;
        else
            used += (size_t)sprintf(text + used, "\\%03o", c);
    }
    text[used] = '\0';
    return text;
}
