/*
 * Counter-based random numbers (Philox4x32-10; Salmon, Moraes, Dror and Shaw, «Parallel random
 * numbers: as easy as 1, 2, 3», SC 2011). The n-th number of a stream is a function of the stream's
 * key and n: neither order nor neighbours change a result.
 */
#ifndef KINDRED_RANDOM_H
#define KINDRED_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct kin_random {
    uint32_t key[2];
    uint32_t counter[4]; /* [0..1] the position, [2..3] from the stream's name */
    uint32_t block[4];   /* the block at the position */
    unsigned used;       /* how many of its words are taken; 4: none left */
};

/* Starts the stream named by (seed, name bytes) at its first number. */
struct kin_random kin_random_stream(uint64_t seed, const void *name, size_t length);

uint32_t kin_random_u32(struct kin_random *random);
uint64_t kin_random_u64(struct kin_random *random);
/* Uniform in [0, 1), 53 bits. */
double kin_random_unit(struct kin_random *random);
/* Uniform in 0 … n-1, without bias; n ≥ 1. */
uint64_t kin_random_below(struct kin_random *random, uint64_t n);
/* Standard normal (Box–Muller, one of the pair used, so that a draw always takes two units). */
double kin_random_normal(struct kin_random *random);

/* The bare function, for tests against the published vectors. */
void kin_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

#endif
