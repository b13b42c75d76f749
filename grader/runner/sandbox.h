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
#include <sys/types.h>

/** What to start, and with what. */
struct sandbox {
    bool bubblewrap;     /**< use bubblewrap, else limits and seccomp alone */
    const char *worker;  /**< path of the worker program */
    const char *library; /**< path of the student's library */
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

/**
 * Kills a sandbox: when waitpid() has then returned `pid`, nothing that ran inside is left.
 * @param[in] pid from sandbox_start()
 */
void sandbox_kill(pid_t pid);

#endif
