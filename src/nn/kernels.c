/* The kernels in plain C, and the choice between them. */
#include "nn/kernels.h"

#include <math.h>

#include "kindred/cpu.h"

#define KERNEL
#define TABLE nn_kernels_plain
#define v_sqrt(out, x)                            \
    do {                                          \
        for (size_t lane = 0; lane < 16; lane++)  \
            (*(out))[lane] = sqrtf((*(x))[lane]); \
    } while (0)
#define v_fma(sum, a, b)                                                       \
    do {                                                                       \
        for (size_t lane = 0; lane < 16; lane++)                               \
            (*(sum))[lane] = fmaf((*(a))[lane], (*(b))[lane], (*(sum))[lane]); \
    } while (0)
#include "nn/kernels.inc"

const struct nn_kernels *nn_kernels(void)
{
#ifdef __x86_64__
    if (kin_cpu_level() >= KIN_CPU_V4)
        return &nn_kernels_v4;
    if (kin_cpu_level() >= KIN_CPU_V3)
        return &nn_kernels_v3;
#endif
    return &nn_kernels_plain;
}
