/**
 * @file lab99.h
 * @brief Lab 99, an example: the contract of the function in lab99.c.
 */
#ifndef LOWP_LAB99_H
#define LOWP_LAB99_H

/**
 * Exercise 99.1: half of x.
 * @param[in] x any number
 * @return x/2, rounded to nearest even where it is subnormal; NaN for NaN
 */
float halve(float x);

#endif
