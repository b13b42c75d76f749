/**
 * @file csv.h
 * @brief Writes a CSV file whole or not at all. Used by the experiments.
 *
 * Rows go to a temporary file in the same folder; csv_close() brings it to the disk and renames it
 * over the old one. Until then the old file is untouched, and after an error it stays.
 *
 *      struct csv csv;
 *      csv_open_in(&csv, "build/runs/lab05", "loss.csv", "recipe,step,loss");
 *      csv_text(&csv, "bf16");
 *      csv_int(&csv, 1);
 *      csv_f64(&csv, 3.29);
 *      csv_end_row(&csv);
 *      if (!csv_finish(&csv)) ...                      it has said why
 *
 * Errors are sticky: the calls after a failed one do nothing, so only csv_close() or csv_finish() must
 * be checked.
 */
#ifndef LOWP_COMMON_CSV_H
#define LOWP_COMMON_CSV_H

#include <stdbool.h>
#include <stdio.h>

/** A CSV being written. The caller owns it and reads only `error`. */
struct csv {
    FILE *file;       /**< the temporary file; NULL when closed or failed */
    char path[1024];  /**< where the whole file goes */
    char temp[1056];  /**< where it is written */
    int columns;      /**< number of columns of the first line */
    int column;       /**< fields so far in this row */
    char error[1280]; /**< what went wrong, where, and what to try; "" while all is well */
};

/**
 * Starts a file.
 * @param[out] csv the writer, overwritten
 * @param[in] path of the CSV; its folder must exist
 * @param[in] columns the first line: column names with commas between
 * @return true, or false with `csv->error` set
 */
bool csv_open(struct csv *csv, const char *path, const char *columns);

/** csv_open() of a file in a folder. @param[out] csv the writer, overwritten @param[in] folder it exists
 *  @param[in] name such as "loss.csv" @param[in] columns the first line @return as csv_open() */
bool csv_open_in(struct csv *csv, const char *folder, const char *name, const char *columns);

/** Can a file be written after the work? Better to know before it. Leaves nothing behind.
 *  @param[in] folder where @param[in] name of the file @return false after a line on stderr */
bool csv_can_write(const char *folder, const char *name);

/** Adds a text field, quoted if it must be (RFC 4180, section 2). @param[in,out] csv writer
 *  @param[in] text the field */
void csv_text(struct csv *csv, const char *text);
/** Adds a whole number. @param[in,out] csv writer @param[in] value the field */
void csv_int(struct csv *csv, long long value);
/** Adds a number with nine significant digits (enough to tell every FP32 value from the next);
 *  NaN of either sign is `nan`, infinities are `inf` and `-inf`. @param[in,out] csv writer
 *  @param[in] value the field */
void csv_f64(struct csv *csv, double value);
/** Ends the row. A row with too few or too many fields is an error. @param[in,out] csv writer */
void csv_end_row(struct csv *csv);

/**
 * Puts the finished file in its place.
 * @param[in,out] csv the writer; closed afterwards whatever happens
 * @return true if the whole file is at its path, on the disk; else false: `csv->error` says why,
 *         nothing is left of the new file and an older one is as it was
 */
bool csv_close(struct csv *csv);

/** csv_close(), and says on stderr if it failed. @param[in,out] csv the writer @return as csv_close() */
bool csv_finish(struct csv *csv);

/** Drops the file unfinished; an older one stays. Harmless when closed. @param[in,out] csv writer */
void csv_discard(struct csv *csv);

#endif
