#include "distance/lanes.h"

const struct kin_lane_kernels *kin_lane_kernels(enum kin_cpu_level level)
{
#ifdef __x86_64__
    if (level >= KIN_CPU_V4)
        return &kin_lane_kernels_v4;
    if (level >= KIN_CPU_V3)
        return &kin_lane_kernels_v3;
#endif
    (void)level;
    return &kin_lane_kernels_any;
}
