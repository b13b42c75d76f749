/**
 * @file files.h
 * @brief Which files the worker can open: the system's libraries and the student's, to read.
 *
 * Landlock, a second wall inside bubblewrap's and the only one where bubblewrap cannot run. It
 * matters while the library is loaded, when constructors run and files can still be opened.
 */
#ifndef LOWP_WORKER_FILES_H
#define LOWP_WORKER_FILES_H

#include <stdbool.h>

/** Does this kernel have Landlock (Linux 5.13 and later, if switched on)? @return whether */
bool landlock_works(void);

/** Closes every file but the libraries to this process, for good. Does nothing without Landlock.
 *  @param[in] library the student's library @return 0, or -1 if the kernel refused */
int close_files_but(const char *library);

#endif
