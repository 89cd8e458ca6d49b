/*
 * Long calls: checkpoints, from which a killed call resumes, and horizons, from which a longer one
 * continues. Both are records that name stored values:
 *   checkpoints   action key, counter        → digest of the state
 *   horizons      family key, horizon        → digest of the state output
 * Numbers are big-endian, so that records ascend.
 */
#include <string.h>

#include "work.h"

#define NUMBER_BYTES 8
#define KEY_BYTES (sizeof(struct kin_digest) + NUMBER_BYTES)

static void make_key(const struct kin_digest *digest, uint64_t number, unsigned char out[KEY_BYTES])
{
    uint64_t big_endian = __builtin_bswap64(number);
    memcpy(out, digest->bytes, sizeof digest->bytes);
    memcpy(out + sizeof digest->bytes, &big_endian, sizeof big_endian);
}

/* The records of one digest, in ascending number. */
struct numbered {
    const struct kin_digest *digest;
    struct number_record {
        uint64_t number;
        struct kin_digest value;
    } * list;
    size_t n, capacity;
    struct kin_error *err;
};

static void numbered_release(struct numbered *numbered)
{
    kin_free(numbered->list);
}

static int take_record(void *context, const void *key, size_t key_length, const void *value,
                       size_t value_length)
{
    struct numbered *found = context;
    if (key_length != KEY_BYTES || value_length != sizeof(struct kin_digest) ||
        memcmp(key, found->digest->bytes, sizeof found->digest->bytes) != 0)
        return 0;
    KIN_TRY(
        kin_grow(&found->list, &found->capacity, found->n + 1, sizeof *found->list, found->err));
    struct number_record *record = &found->list[found->n++];
    memcpy(&record->number, (const char *)key + sizeof(struct kin_digest), NUMBER_BYTES);
    record->number = __builtin_bswap64(record->number);
    memcpy(&record->value, value, sizeof record->value);
    return 0;
}

static int find_records(struct kin_session *session, const char *table,
                        const struct kin_digest *digest, struct numbered *out,
                        struct kin_error *err)
{
    *out = (struct numbered){.digest = digest, .err = err};
    return kin_cache_walk(session->cache, table, take_record, out, err);
}

/* ---- checkpoints ---- */

/* Forgets one checkpoint. */
static int batch_forget(struct kin_cache_batch *batch, const struct kin_digest *key,
                        const struct number_record *record, struct kin_error *err)
{
    unsigned char name[KEY_BYTES];
    make_key(key, record->number, name);
    KIN_TRY(kin_batch_record(batch, "checkpoints", name, sizeof name, NULL, 0, err));
    return kin_batch_drop(batch, &record->value, err);
}

/* The new one comes after the newest there is; of the older ones the last stays. */
static int batch_checkpoint(struct kin_cache_batch *batch, const struct kin_digest *key,
                            const struct numbered *old, const struct kin_value *value,
                            struct kin_error *err)
{
    void *bytes = NULL;
    size_t length = 0;
    unsigned char name[KEY_BYTES];
    KIN_TRY(kin_value_encode(value, &bytes, &length, err));
    struct kin_digest digest = kin_digest_of(bytes, length);
    KIN_TRY(kin_batch_blob(batch, &digest, bytes, length, true, err));
    make_key(key, old->n ? old->list[old->n - 1].number + 1 : 0, name);
    KIN_TRY(kin_batch_record(batch, "checkpoints", name, sizeof name, digest.bytes,
                             sizeof digest.bytes, err));
    for (size_t i = 0; i + 1 < old->n; i++)
        if (!kin_digest_equal(&old->list[i].value, &digest))
            KIN_TRY(batch_forget(batch, key, &old->list[i], err));
    return 0;
}

int longrun_checkpoint(struct kin_session *session, const struct kin_digest *key,
                       struct kin_value *takes, struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *value = takes;
    KIN_AUTO(numbered_release) struct numbered old;
    KIN_TRY(find_records(session, "checkpoints", key, &old, err));
    struct kin_cache_batch *batch = kin_batch_new(session->cache);
    if (!batch)
        return kin_fail(err, KIN_ENOMEM, "no memory for a checkpoint");
    int status = batch_checkpoint(batch, key, &old, value, err);
    if (status != 0) {
        kin_batch_free(batch);
        return status;
    }
    return kin_cache_write(session->cache, batch, err);
}

int longrun_resume(struct kin_session *session, const struct kin_digest *key,
                   struct kin_value **out, struct kin_error *err)
{
    KIN_AUTO(numbered_release) struct numbered found;
    *out = NULL;
    KIN_TRY(find_records(session, "checkpoints", key, &found, err));
    for (size_t i = found.n; i-- > 0 && !*out;)
        if (load_value(session, &found.list[i].value, out, NULL) != 0)
            *out = NULL;
    return 0;
}

int longrun_batch_done(struct kin_session *session, struct kin_cache_batch *batch,
                       const struct kin_digest *key, struct kin_error *err)
{
    KIN_AUTO(numbered_release) struct numbered found;
    KIN_TRY(find_records(session, "checkpoints", key, &found, err));
    for (size_t i = 0; i < found.n; i++)
        KIN_TRY(batch_forget(batch, key, &found.list[i], err));
    return 0;
}

/* ---- horizons ---- */

static const struct kin_param *horizon_of(const struct kin_kind *kind)
{
    for (size_t i = 0; i < kin_kind_params(kind); i++)
        if (kind->params[i].flags & KIN_PARAM_HORIZON)
            return &kind->params[i];
    return NULL;
}

/* Non-negative doubles ascend like their bits. */
static uint64_t number_of(double horizon)
{
    uint64_t number;
    memcpy(&number, &horizon, sizeof number);
    return horizon > 0 ? number : 0;
}

static double horizon_value(const struct kin_session *session, const struct instance *instance)
{
    const struct kin_param *param = horizon_of(step_of(session, instance)->kind);
    return kin_arg_number(args_of(session, instance), param->name);
}

int longrun_prior(struct kin_session *session, struct instance *instance, struct kin_value **out,
                  struct kin_error *err)
{
    *out = NULL;
    if (!horizon_of(step_of(session, instance)->kind))
        return 0;
    struct kin_digest family;
    KIN_AUTO(numbered_release) struct numbered found = {0};
    uint64_t wanted = number_of(horizon_value(session, instance));
    KIN_TRY(record_key(session, instance, RECORD_HORIZON, 0, &family, err));
    KIN_TRY(find_records(session, "horizons", &family, &found, err));
    for (size_t i = found.n; i-- > 0 && !*out;)
        if (found.list[i].number < wanted &&
            load_value(session, &found.list[i].value, out, NULL) != 0)
            *out = NULL;
    if (!*out && found.n > 0 && found.list[found.n - 1].number > wanted)
        session_tell(session, KIN_LOG_INFO, instance,
                     "a longer run is in the cache, but a shorter one cannot be taken from it: "
                     "computing anew");
    return 0;
}

int longrun_batch_state(struct kin_cache_batch *batch, const struct kin_digest *family,
                        double horizon, const struct kin_digest *state, struct kin_error *err)
{
    unsigned char name[KEY_BYTES];
    make_key(family, number_of(horizon), name);
    return kin_batch_record(batch, "horizons", name, sizeof name, state ? state->bytes : NULL,
                            state ? sizeof state->bytes : 0, err);
}

int longrun_batch_horizon(struct kin_session *session, struct kin_cache_batch *batch,
                          struct instance *instance, struct kin_error *err)
{
    const struct kin_kind *kind = step_of(session, instance)->kind;
    if (!horizon_of(kind))
        return 0;
    struct kin_digest family;
    double horizon = horizon_value(session, instance);
    KIN_TRY(record_key(session, instance, RECORD_HORIZON, 0, &family, err));
    for (size_t o = 0; o < kin_kind_outputs(kind); o++)
        if (kind->outputs[o].flags & KIN_OUTPUT_STATE)
            KIN_TRY(longrun_batch_state(batch, &family, horizon, &instance->outputs[o], err));
    return 0;
}
