/*
 * Loading: a first pass that checks and writes nothing, a second one that stores objects, and the
 * claims at last, in one transaction. A load that is killed leaves objects that nothing refers to;
 * the next one finds them there.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cache/snapshot_parts.h"
#include "cache/writer.h"
#include "kindred/memory.h"

#define GROUP_BYTES ((size_t)32 << 20)
#define GROUP_OPS 65536

struct load {
    struct kin_cache *cache;
    const char *path;
    const struct kin_snapshot_load_options *options;
    struct kin_snapshot_loaded *out;
    struct kin_snapshot *snapshot;
    struct kin_members members;
    struct kin_observations observations;
    enum kin_meeting *meetings;
    struct kin_cache_batch *batch; /* what is gathered for one commit */
    bool believed;
};

static void load_release(struct load *load)
{
    kin_batch_free(load->batch);
    kin_free(load->meetings);
    kin_snapshot_observations_release(&load->observations);
    kin_snapshot_members_release(&load->members);
    kin_snapshot_free(load->snapshot);
}

/* ---- the first pass ---- */

static int judge(struct load *load, struct kin_error *err)
{
    struct kin_snapshot_loaded *out = load->out;
    KIN_TRY(kin_snapshot_judge(load->snapshot, load->path, load->options->allowed_signers,
                               &out->trust, &out->signer, err));
    if (out->trust != KIN_TRUST_SIGNER && load->options->trust_unsigned)
        out->trust = KIN_TRUST_TOLD;
    load->believed = out->trust == KIN_TRUST_SIGNER || out->trust == KIN_TRUST_TOLD;
    out->id = load->snapshot->id;
    return 0;
}

static int check_room(struct load *load, struct kin_error *err)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < load->snapshot->n_objects; i++)
        if (load->meetings[i] == KIN_MEET_NEW)
            bytes += load->snapshot->objects[i].length;
    return kin_store_check_space(load->cache, bytes, err);
}

static int check(struct load *load, struct kin_snapshot_file *file, struct kin_error *err)
{
    KIN_TRY(kin_snapshot_file_head(file, &load->snapshot, err));
    KIN_TRY(kin_snapshot_members_plan(load->snapshot, &load->members, err));
    KIN_TRY(judge(load, err));
    KIN_TRY(
        kin_snapshot_check_file(file, load->snapshot, &load->members, &load->observations, err));
    KIN_TRY(
        kin_alloc_into(&load->meetings, load->snapshot->n_objects, sizeof *load->meetings, err));
    int status =
        kin_snapshot_meet(load->cache, load->snapshot, load->believed, load->meetings, err);
    if (status == 0)
        status = check_room(load, err);
    if (status != 0)
        kin_error_within(err, "'%s'", load->path);
    return status;
}

/* ---- committing in groups ---- */

static int begin(struct load *load, struct kin_error *err)
{
    if (!load->batch)
        load->batch = kin_batch_new(load->cache);
    return load->batch ? 0 : kin_fail(err, KIN_ENOMEM, "no memory for a batch");
}

static int commit(struct load *load, struct kin_error *err)
{
    struct kin_cache_batch *batch = load->batch;
    load->batch = NULL;
    return batch ? kin_cache_write(load->cache, batch, err) : 0;
}

/* Commits when enough is gathered. */
static int commit_group(struct load *load, struct kin_error *err)
{
    bool enough = load->batch->bytes >= GROUP_BYTES || load->batch->n_ops >= GROUP_OPS;
    if (enough)
        KIN_TRY(commit(load, err));
    return begin(load, err);
}

/* ---- objects ---- */

static int store_object(struct load *load, struct kin_snapshot_file *file, size_t i,
                        struct kin_error *err)
{
    const struct kin_snapshot_object *object = &load->snapshot->objects[i];
    void *bytes = NULL;
    bool wanted = load->meetings[i] == KIN_MEET_NEW;
    KIN_TRY(kin_snapshot_check_object(file, object, wanted, &bytes, err));
    if (!wanted) {
        load->out->objects_known += load->meetings[i] == KIN_MEET_KNOWN;
        load->out->objects_refused += load->meetings[i] == KIN_MEET_REFUSED;
        return 0;
    }
    KIN_TRY(
        kin_batch_blob(load->batch, &object->digest, bytes, (size_t)object->length, false, err));
    load->out->objects_new++;
    load->out->bytes_new += object->length;
    return commit_group(load, err);
}

/* Until the claims are there, no action names them. */
static int lease_objects(struct load *load, struct kin_error *err)
{
    size_t n = load->snapshot->n_objects;
    KIN_AUTO(kin_auto_free) struct kin_digest *digests = NULL;
    KIN_TRY(kin_alloc_into(&digests, n, sizeof *digests, err));
    for (size_t i = 0; i < n; i++)
        digests[i] = load->snapshot->objects[i].digest;
    return n > 0 ? kin_batch_lease(load->batch, digests, n, err) : 0;
}

static int store_objects(struct load *load, struct kin_snapshot_file *file, struct kin_error *err)
{
    const struct kin_members *members = &load->members;
    KIN_TRY(begin(load, err));
    KIN_TRY(lease_objects(load, err));
    for (size_t at = 0; at < members->n; at++) {
        const char *name;
        uint64_t size;
        KIN_TRY(kin_snapshot_file_next(file, &name, &size, err));
        KIN_TRY(kin_snapshot_check_member(file, members, at, name, size, err));
        for (size_t k = 0; k < members->list[at].n; k++)
            KIN_TRY(store_object(load, file, members->order[members->list[at].first + k], err));
    }
    return commit(load, err);
}

/* What was left out counts as dropped from now on, and is bound to its SHA-256. */
static int store_left_out(struct load *load, struct kin_error *err)
{
    KIN_TRY(begin(load, err));
    for (size_t i = 0; load->believed && i < load->snapshot->n_objects; i++) {
        const struct kin_snapshot_object *object = &load->snapshot->objects[i];
        if (object->state != KIN_OBJECT_LEFT)
            continue;
        load->out->objects_left++;
        if (load->meetings[i] == KIN_MEET_LEFT)
            KIN_TRY(kin_batch_leave_out(load->batch, &object->digest, object->length, err));
        if (object->has_sha)
            KIN_TRY(kin_batch_bind(load->batch, &object->digest, &object->sha, err));
        KIN_TRY(commit_group(load, err));
    }
    return commit(load, err);
}

/* ---- claims ---- */

/* Who made it, in which snapshot it came, on whose word. */
static void describe(const struct load *load, const struct kin_observation *observed,
                     struct kin_text *out)
{
    char sha[KIN_SHA256_TEXT];
    kin_sha256_text(&load->snapshot->id, sha);
    kin_text_addf(out, KIN_FROM_SNAPSHOT "%.12s, signed by %s: %s", sha, load->out->signer.name,
                  observed ? observed->made_by : "(not said)");
}

static int make_action(const struct load *load, const struct kin_snapshot_claim *claim,
                       struct kin_text *made_by, struct kin_action *out, struct kin_error *err)
{
    const struct kin_observation *observed =
        kin_snapshot_observation(&load->observations, &claim->key);
    kin_text_clear(made_by);
    describe(load, observed, made_by);
    KIN_TRY(kin_text_check(made_by, err));
    *out = (struct kin_action){.key = claim->key,
                               .record = claim->record,
                               .n_outputs = claim->n_outputs,
                               .items = claim->items,
                               .failed = claim->failed,
                               .seconds = observed ? observed->seconds : 0,
                               .made_at = observed ? observed->made_at : time(NULL),
                               .made_by = made_by->data};
    memcpy(out->outputs, claim->outputs, sizeof out->outputs);
    return 0;
}

enum claim_state { CLAIM_NEW, CLAIM_KNOWN, CLAIM_OTHER };

static enum claim_state compare_claim(const struct load *load,
                                      const struct kin_snapshot_claim *claim)
{
    struct kin_outcome outcome;
    if (!kin_cache_find(load->cache, &claim->key, &outcome))
        return CLAIM_NEW;
    bool same =
        outcome.n_outputs == claim->n_outputs &&
        memcmp(outcome.outputs, claim->outputs, claim->n_outputs * sizeof *claim->outputs) == 0;
    return same ? CLAIM_KNOWN : CLAIM_OTHER;
}

static int batch_claim(struct load *load, const struct kin_snapshot_claim *claim,
                       struct kin_text *made_by, struct kin_error *err)
{
    struct kin_action action;
    enum claim_state state = compare_claim(load, claim);
    load->out->claims_new += state == CLAIM_NEW;
    load->out->claims_known += state == CLAIM_KNOWN;
    load->out->claims_other += state == CLAIM_OTHER;
    if (state == CLAIM_NEW) {
        KIN_TRY(make_action(load, claim, made_by, &action, err));
        KIN_TRY(kin_batch_action(load->batch, &action, err));
    }
    return state == CLAIM_OTHER
               ? 0
               : kin_trust_batch(load->batch, &load->out->signer, &claim->key, err);
}

/* The runs of a snapshot stand among the cache's own: they are what it was saved for, and where the
 * keys of steps are found whose sources are not here. */
static int batch_runs(struct load *load, struct kin_error *err)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t stamp = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
    char sha[KIN_SHA256_TEXT], hex[KIN_DIGEST_TEXT], line[256];
    kin_sha256_text(&load->snapshot->id, sha);
    for (size_t i = 0; i < load->snapshot->n_runs; i++) {
        uint64_t key = __builtin_bswap64(stamp + i);
        kin_digest_text(&load->snapshot->runs[i], hex);
        int n = snprintf(line, sizeof line, "%s " KIN_FROM_SNAPSHOT "%s", hex, sha);
        KIN_TRY(kin_batch_record(load->batch, "runs", &key, sizeof key, line, (size_t)n, err));
    }
    return 0;
}

struct old_runs {
    struct load *load;
    struct kin_error *err;
};

/* Takes an older entry of the same snapshot out. */
static int forget_run(void *context, const void *key, size_t key_length, const void *value,
                      size_t value_length)
{
    const struct old_runs *old = context;
    char sha[KIN_SHA256_TEXT];
    kin_sha256_text(&old->load->snapshot->id, sha);
    bool same = value_length > KIN_SHA256_TEXT - 1 &&
                memcmp((const char *)value + value_length - (KIN_SHA256_TEXT - 1), sha,
                       KIN_SHA256_TEXT - 1) == 0;
    return same ? kin_batch_record(old->load->batch, "runs", key, key_length, NULL, 0, old->err)
                : 0;
}

static int store_claims(struct load *load, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text made_by = {0};
    KIN_TRY(begin(load, err));
    for (size_t i = 0; i < load->snapshot->n_claims; i++)
        KIN_TRY(batch_claim(load, &load->snapshot->claims[i], &made_by, err));
    KIN_TRY(kin_trust_batch_signer(load->cache, load->batch, &load->out->signer, err));
    KIN_TRY(kin_cache_walk(load->cache, "runs", forget_run, &(struct old_runs){load, err}, err));
    KIN_TRY(batch_runs(load, err));
    return commit(load, err);
}

/* What follows from the claims makes later runs cheaper, and may come after them. */
static int store_consequences(struct load *load, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text made_by = {0};
    if (!load->options->believed)
        return 0;
    KIN_TRY(begin(load, err));
    for (size_t i = 0; i < load->snapshot->n_claims; i++) {
        struct kin_action action;
        if (compare_claim(load, &load->snapshot->claims[i]) != CLAIM_KNOWN)
            continue;
        KIN_TRY(make_action(load, &load->snapshot->claims[i], &made_by, &action, err));
        KIN_TRY(load->options->believed(load->options->context, load->batch, &action, err));
        KIN_TRY(commit_group(load, err));
    }
    return commit(load, err);
}

/* ---- both passes ---- */

static int leave(struct load *load, struct kin_error *err)
{
    KIN_TRY(begin(load, err));
    KIN_TRY(kin_batch_leave(load->batch, err));
    return commit(load, err);
}

static int store(struct load *load, struct kin_snapshot_file *file, struct kin_error *err)
{
    struct kin_snapshot *again = NULL;
    KIN_TRY(kin_snapshot_file_head(file, &again, err));
    bool same = kin_sha256_equal(&again->id, &load->snapshot->id);
    kin_snapshot_free(again);
    if (!same)
        return kin_fail(err, KIN_EIO, "'%s' changed while it was loaded", load->path);
    KIN_TRY(store_objects(load, file, err));
    KIN_TRY(store_left_out(load, err));
    if (!load->believed) {
        load->out->claims_refused = load->snapshot->n_claims;
        return leave(load, err);
    }
    KIN_TRY(store_claims(load, err));
    KIN_TRY(store_consequences(load, err));
    return leave(load, err);
}

/* Opens the file for one pass. */
static int pass(struct load *load,
                int (*what)(struct load *load, struct kin_snapshot_file *file,
                            struct kin_error *err),
                struct kin_error *err)
{
    struct kin_snapshot_file *file;
    KIN_TRY(kin_snapshot_file_open(load->path, &file, err));
    int status = what(load, file, err);
    kin_snapshot_file_close(file);
    return status;
}

int kin_snapshot_load(struct kin_cache *cache, const char *path,
                      const struct kin_snapshot_load_options *options,
                      struct kin_snapshot_loaded *out, struct kin_error *err)
{
    KIN_AUTO(load_release)
    struct load load = {.cache = cache, .path = path, .options = options, .out = out};
    *out = (struct kin_snapshot_loaded){0};
    KIN_TRY(pass(&load, check, err));
    return pass(&load, store, err);
}
