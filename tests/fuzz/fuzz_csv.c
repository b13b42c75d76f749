/**
 * @file fuzz_csv.c
 * @brief Has common/csv.c write a table, and reads it back by the grammar of RFC 4180, section 2.
 *
 * The workbook reads no CSV that others wrote: this holds what it writes against a reader of its own.
 * Must hold: a file appears only if every row had as many fields as the first line, and then has those
 * very fields; else there is a reason and an older file is as it was.
 */
#include "tests/fuzz/fuzz.h"

#include "common/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FIELDS = 400, MAX_BYTES = 1 << 16, OLD_BYTES = 4 };

/* A field as it was given. */
struct given {
    enum { TEXT, INT, F64, END_OF_ROW, KINDS } kind;
    char text[65];
    long long whole;
    double value;
};

/* The file, and where its reader is. */
static char bytes[MAX_BYTES + 1];
static const char *at;

/* The next field, without its quotes, into field. @return what stands behind it: ',' or '\n' */
static char read_field(char *field, size_t size)
{
    size_t n = 0;
    bool quoted = *at == '"';
    for (at += quoted; *at; at++) {
        if (quoted && *at == '"' && *++at != '"')
            break;
        if (!quoted && (*at == ',' || *at == '\n'))
            break;
        HOLDS(quoted || (*at != '"' && *at != '\r'));
        HOLDS(n + 1 < size);
        field[n++] = *at;
    }
    field[n] = '\0';
    HOLDS(*at == ',' || *at == '\n');
    return *at++;
}

static void expect_field(const struct given *g, const char *field)
{
    char *end;
    switch (g->kind) {
    case TEXT:
        HOLDS(strcmp(field, g->text) == 0);
        break;
    case INT:
        HOLDS(strtoll(field, &end, 10) == g->whole && *end == '\0');
        break;
    default:
        if (isnan(g->value))
            HOLDS(strcmp(field, "nan") == 0);
        else
            HOLDS((float)strtod(field, &end) == (float)g->value && *end == '\0');
    }
}

static struct given draw(struct feed *f)
{
    struct given g = {.kind = feed_byte(f) % KINDS};
    if (g.kind == TEXT) {
        size_t n;
        const uint8_t *text = feed_bytes(f, feed_byte(f) % sizeof g.text, &n);
        for (size_t i = 0, used = 0; i < n; i++)
            if (text[i])
                g.text[used++] = (char)text[i];
    } else if (g.kind == INT) {
        g.whole = (long long)feed_number(f, 8);
    } else if (g.kind == F64) { /* as the experiments have it: a value of FP32 */
        uint32_t bits = (uint32_t)feed_number(f, 4);
        float value;
        memcpy(&value, &bits, sizeof value);
        g.value = (double)value;
    }
    return g;
}

static void put(struct csv *csv, const struct given *g)
{
    switch (g->kind) {
    case TEXT:
        csv_text(csv, g->text);
        break;
    case INT:
        csv_int(csv, g->whole);
        break;
    case F64:
        csv_f64(csv, g->value);
        break;
    default:
        csv_end_row(csv);
    }
}

static void read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    HOLDS(file);
    bytes[fread(bytes, 1, MAX_BYTES, file)] = '\0';
    fclose(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct given all[MAX_FIELDS];
    struct feed f = {data, size};
    int columns = 1 + feed_byte(&f) % 4, column = 0, count = 0;
    const char *names = &"d,c,b,a"[8 - 2 * columns], *path = fuzz_path("table.csv");
    bool whole = true;
    struct csv csv;
    fuzz_write(path, "old", OLD_BYTES);
    HOLDS(csv_open(&csv, path, names));
    while (f.left > 0 && count < MAX_FIELDS) {
        all[count] = draw(&f);
        whole &= all[count].kind != END_OF_ROW || column == columns;
        column = all[count].kind == END_OF_ROW ? 0 : column + 1;
        put(&csv, &all[count++]);
    }
    whole &= column == 0;
    HOLDS(csv_close(&csv) == whole && !csv.file && (*csv.error != '\0') == !whole);
    read_file(path);
    at = bytes;
    if (!whole) {
        HOLDS(strcmp(bytes, "old") == 0);
        return 0;
    }
    char field[100];
    while (read_field(field, sizeof field) == ',') /* the first line */
        ;
    for (int i = 0; i < count; i++) {
        if (all[i].kind == END_OF_ROW)
            continue;
        char behind = read_field(field, sizeof field);
        expect_field(&all[i], field);
        HOLDS((behind == '\n') == (all[i + 1].kind == END_OF_ROW));
    }
    HOLDS(*at == '\0');
    return 0;
}
