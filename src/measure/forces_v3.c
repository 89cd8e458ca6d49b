/* The loops for AVX2. */
#ifdef __x86_64__
#include "measure/forces.h"

#define LOOP __attribute__((target("avx2")))
#define WIDTH 8
#define TABLE tsne_loops_v3
#include "measure/forces.inc"
#endif
