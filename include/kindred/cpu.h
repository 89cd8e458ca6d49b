/*
 * Which instructions a kernel may use. Results that depend on it are results of a CPU class, which
 * provenance records; a kernel's header says whether its bits do.
 */
#ifndef KINDRED_CPU_H
#define KINDRED_CPU_H

#include "kindred/status.h"

/* The levels of the x86-64 psABI. Machines that are not x86-64 are KIN_CPU_BASELINE: plain C. */
enum kin_cpu_level {
    KIN_CPU_BASELINE = 1,
    KIN_CPU_V2 = 2, /* SSE4.2, POPCNT */
    KIN_CPU_V3 = 3, /* AVX2, FMA, BMI2 */
    KIN_CPU_V4 = 4, /* AVX-512 F, BW, CD, DQ, VL */
};

/* The level of this machine, capped by the environment variable KINDRED_CPU (v2, v3 or v4). A cap
 * lowers the level and never raises it; a value that is none of the three caps nothing. */
enum kin_cpu_level kin_cpu_level(void);

/* «baseline», «v2», «v3», «v4». */
const char *kin_cpu_level_name(enum kin_cpu_level level);

/* KIN_EINVAL when KINDRED_CPU is set to something other than v2, v3 or v4; for the start of main.
 */
int kin_cpu_check(struct kin_error *err);

#endif
