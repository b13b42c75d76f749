/**
 * @file seed.c
 * @brief The seed of a student's random inputs: nobody without the key can foresee it, and whoever
 *        has the key can replay it. Called by one.sh.
 *
 *      seed KEYFILE STUDENT LAB      prints a number from 0 to 2^64 - 1
 *
 * It is the first 8 bytes, most significant first, of HMAC-SHA256(key, STUDENT '\n' LAB), by
 * nettle (FIPS 198-1, RFC 2104). A student's folder name holds no newline, so no two pairs agree.
 */
#include <inttypes.h>
#include <nettle/hmac.h>
#include <stdio.h>
#include <string.h>

enum { KEY_MIN = 16, KEY_MAX = 4096, SEED_BYTES = 8 };

/* @return how many bytes the file has, at most KEY_MAX + 1; 0 after saying why it cannot be read */
static size_t read_key(const char *path, uint8_t *key)
{
    FILE *file = fopen(path, "rb");
    size_t bytes = file ? fread(key, 1, KEY_MAX + 1, file) : 0;
    if (!file || ferror(file)) {
        perror(path);
        bytes = 0;
    } else if (bytes < KEY_MIN || bytes > KEY_MAX) {
        fprintf(stderr,
                "%s: a key has %d to %d bytes. Make one with: head -c 32 /dev/urandom >FILE\n",
                path, KEY_MIN, KEY_MAX);
        bytes = 0;
    }
    if (file)
        fclose(file);
    return bytes;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: seed KEYFILE STUDENT LAB\n");
        return 2;
    }
    uint8_t key[KEY_MAX + 1], digest[SEED_BYTES];
    size_t bytes = read_key(argv[1], key);
    if (bytes == 0)
        return 1;
    struct hmac_sha256_ctx context;
    hmac_sha256_set_key(&context, bytes, key);
    hmac_sha256_update(&context, strlen(argv[2]), (const uint8_t *)argv[2]);
    hmac_sha256_update(&context, 1, (const uint8_t *)"\n");
    hmac_sha256_update(&context, strlen(argv[3]), (const uint8_t *)argv[3]);
    hmac_sha256_digest(&context, sizeof digest, digest);
    uint64_t seed = 0;
    for (size_t i = 0; i < SEED_BYTES; i++)
        seed = seed << 8 | digest[i];
    printf("%" PRIu64 "\n", seed);
    return 0;
}
