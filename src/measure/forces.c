/* The loops in plain C, and the choice between them. */
#include "measure/forces.h"

#include "kindred/cpu.h"

#define LOOP
#define WIDTH 4
#define TABLE tsne_loops_plain
#include "measure/forces.inc"

const struct tsne_loops *tsne_loops(void)
{
#ifdef __x86_64__
    if (kin_cpu_level() >= KIN_CPU_V3)
        return &tsne_loops_v3;
#endif
    return &tsne_loops_plain;
}
