#include <string.h>

#include "forecast.h"

static struct amount *slot_of(struct amount *table, size_t capacity,
                              const struct kin_digest *digest)
{
    size_t i;
    memcpy(&i, digest->bytes, sizeof i); /* a digest is as good as random */
    for (i &= capacity - 1; table[i].used; i = (i + 1) & (capacity - 1))
        if (kin_digest_equal(&table[i].digest, digest))
            break;
    return &table[i];
}

static int grow(struct amounts *amounts, struct kin_error *err)
{
    if (2 * (amounts->n + 1) <= amounts->capacity)
        return 0;
    size_t capacity = amounts->capacity ? 2 * amounts->capacity : 64;
    struct amount *larger;
    KIN_TRY(kin_alloc_into(&larger, capacity, sizeof *larger, err));
    for (size_t i = 0; i < amounts->capacity; i++)
        if (amounts->table[i].used)
            *slot_of(larger, capacity, &amounts->table[i].digest) = amounts->table[i];
    kin_free(amounts->table);
    amounts->table = larger;
    amounts->capacity = capacity;
    return 0;
}

int amounts_at(struct amounts *amounts, const struct kin_digest *digest, double **amount,
               struct kin_error *err)
{
    KIN_TRY(grow(amounts, err));
    struct amount *slot = slot_of(amounts->table, amounts->capacity, digest);
    amounts->n += !slot->used;
    slot->used = true;
    slot->digest = *digest;
    *amount = &slot->amount;
    return 0;
}

int amounts_add(struct amounts *amounts, const struct kin_digest *digest, bool *fresh,
                struct kin_error *err)
{
    double *amount;
    KIN_TRY(amounts_at(amounts, digest, &amount, err));
    *fresh = *amount == 0;
    *amount = 1;
    return 0;
}

void amounts_release(struct amounts *amounts)
{
    kin_free(amounts->table);
    *amounts = (struct amounts){0};
}
