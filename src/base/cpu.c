#include "kindred/cpu.h"

#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"

#define CAP_VARIABLE "KINDRED_CPU"

static const char *const level_names[] = {
    [KIN_CPU_BASELINE] = "baseline",
    [KIN_CPU_V2] = "v2",
    [KIN_CPU_V3] = "v3",
    [KIN_CPU_V4] = "v4",
};

const char *kin_cpu_level_name(enum kin_cpu_level level)
{
    return level_names[level];
}

/* Features are asked one by one: not every compiler we support knows «x86-64-v3» as a name. */
static enum kin_cpu_level detected(void)
{
#ifdef __x86_64__
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("sse4.2") || !__builtin_cpu_supports("popcnt"))
        return KIN_CPU_BASELINE;
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
        !__builtin_cpu_supports("bmi2"))
        return KIN_CPU_V2;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512vl"))
        return KIN_CPU_V3;
    return KIN_CPU_V4;
#else
    return KIN_CPU_BASELINE;
#endif
}

/* The level that the variable names; 0 when it names none. */
static int cap(const char *text)
{
    for (int level = KIN_CPU_V2; text && level < (int)KIN_COUNT(level_names); level++) {
        if (strcmp(text, level_names[level]) == 0)
            return level;
    }
    return 0;
}

enum kin_cpu_level kin_cpu_level(void)
{
    int wanted = cap(getenv(CAP_VARIABLE));
    enum kin_cpu_level found = detected();
    return wanted != 0 && wanted < (int)found ? (enum kin_cpu_level)wanted : found;
}

int kin_cpu_check(struct kin_error *err)
{
    const char *text = getenv(CAP_VARIABLE);
    if (text && *text && cap(text) == 0)
        return kin_fail(err, KIN_EINVAL, CAP_VARIABLE " is '%s', wanted v2, v3 or v4", text);
    return 0;
}
