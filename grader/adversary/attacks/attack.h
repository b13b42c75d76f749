/**
 * @file attack.h
 * @brief Makes a student file that is right in every function but apply_bf16, which the including
 *        file attacks with. Built and judged by tests/check_attacks.sh.
 *
 * Each attack states what it tries (ATTACK) and which tests must then score 0 (ZERO: those of
 * apply_bf16, or all of them when the attack strikes before any function is called).
 */
#ifndef LOWP_ATTACK_H
#define LOWP_ATTACK_H

#define _GNU_SOURCE
#define apply_bf16 honest_apply_bf16
#include "solutions/lab05_master_weights/lab05.c"
#undef apply_bf16

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/** The attacked function's head. */
#define ATTACK size_t apply_bf16(uint16_t *w, const float *u, size_t n)

#endif
