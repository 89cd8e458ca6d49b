#include "kindred/random.h"

#include <math.h>
#include <string.h>

#include "kindred/digest.h"

void kin_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c[4] = {counter[0], counter[1], counter[2], counter[3]};
    uint32_t k[2] = {key[0], key[1]};
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c[0];
        uint64_t p1 = (uint64_t)0xCD9E8D57u * c[2];
        uint32_t next[4] = {(uint32_t)(p1 >> 32) ^ c[1] ^ k[0], (uint32_t)p1,
                            (uint32_t)(p0 >> 32) ^ c[3] ^ k[1], (uint32_t)p0};
        memcpy(c, next, sizeof c);
        k[0] += 0x9E3779B9u;
        k[1] += 0xBB67AE85u;
    }
    memcpy(out, c, sizeof c);
}

static uint32_t load_be32(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

struct kin_random kin_random_stream(uint64_t seed, const void *name, size_t length)
{
    struct kin_digest digest = kin_digest_of(name, length);
    struct kin_random random = {.used = 4};
    random.key[0] = (uint32_t)seed ^ load_be32(digest.bytes);
    random.key[1] = (uint32_t)(seed >> 32) ^ load_be32(digest.bytes + 4);
    random.counter[2] = load_be32(digest.bytes + 8);
    random.counter[3] = load_be32(digest.bytes + 12);
    return random;
}

uint32_t kin_random_u32(struct kin_random *random)
{
    if (random->used == 4) {
        kin_philox(random->counter, random->key, random->block);
        random->used = 0;
        if (++random->counter[0] == 0)
            random->counter[1]++;
    }
    return random->block[random->used++];
}

uint64_t kin_random_u64(struct kin_random *random)
{
    uint64_t high = kin_random_u32(random);
    return high << 32 | kin_random_u32(random);
}

double kin_random_unit(struct kin_random *random)
{
    return (double)(kin_random_u64(random) >> 11) * 0x1p-53;
}

uint64_t kin_random_below(struct kin_random *random, uint64_t n)
{
    uint64_t limit = UINT64_MAX - UINT64_MAX % n;
    uint64_t x = kin_random_u64(random);
    while (x >= limit)
        x = kin_random_u64(random);
    return x % n;
}

double kin_random_normal(struct kin_random *random)
{
    double u = 1.0 - kin_random_unit(random);
    double v = kin_random_unit(random);
    return sqrt(-2.0 * log(u)) * cos(2.0 * 3.14159265358979323846 * v);
}
