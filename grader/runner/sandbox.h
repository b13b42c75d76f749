/**
 * @file sandbox.h
 * @brief Starts the worker where student code can do no harm.
 *
 * Layers, outermost first: bubblewrap (own user, PID, network, IPC and UTS namespaces; no file but
 * the system libraries, the worker and the student's library, all read-only; empty /tmp), resource
 * limits, and two walls that the worker puts up before it loads the library: Landlock
 * (worker/files.h) and seccomp (worker/filter.h). Where bubblewrap cannot make namespaces the others
 * remain, and the report says so.
 */
#ifndef LOWP_GRADER_SANDBOX_H
#define LOWP_GRADER_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/** What to start, and with what. */
struct sandbox {
    bool bubblewrap;     /**< use bubblewrap, else limits and seccomp alone */
    const char *worker;  /**< path of the worker program */
    const char *library; /**< path of the student's library */
    bool device;         /**< let it use a GPU, which needs more of the system */
    int cpu_seconds;     /**< CPU limit: SIGXCPU at this, SIGKILL a second later */
};

/** What a machine offers to hold student code. Seccomp and limits are always there. */
struct sandbox_means {
    bool bubblewrap; /**< may make namespaces */
    bool landlock;   /**< the kernel can close files */
};

/** Tries the means with the same options as the real thing, without student code.
 *  @param[in] worker path of the worker program @return what works here */
struct sandbox_means sandbox_probe(const char *worker);

/** The means as text, for reports. @param[in] m means @return "bubblewrap+landlock+seccomp" */
const char *sandbox_name(struct sandbox_means m);

/**
 * Starts the worker.
 * @param[in] s what to start
 * @param[in] socket becomes descriptor WORKER_SOCKET
 * @param[in] arena becomes descriptor WORKER_ARENA
 * @param[in] output becomes its standard output and error
 * @return the process to wait for, or -1 with errno set
 */
pid_t sandbox_start(const struct sandbox *s, int socket, int arena, int output);

/** The line of the student's file among those that addr2line -i prints. @param[in,out] out what it
 *  prints, any bytes; NULL: nothing @param[out] line without its newline, or "" @param[in] size of it */
void sandbox_read_source_line(FILE *out, char *line, size_t size);

/**
 * Looks up the source line of a place in the student's library with addr2line, in bubblewrap where
 * that works: the library's debug information is as untrusted as its code.
 * @param[in] s library and bubblewrap are used
 * @param[in] offset of the place from the library's beginning
 * @param[out] line "labs/lab05_master_weights/lab05.cu:31"; empty if it cannot be told
 * @param[in] size of line
 */
void sandbox_source_line(const struct sandbox *s, uint64_t offset, char *line, size_t size);

/**
 * Kills a sandbox: when waitpid() has then returned `pid`, nothing that ran inside is left.
 * @param[in] pid from sandbox_start()
 */
void sandbox_kill(pid_t pid);

#endif
