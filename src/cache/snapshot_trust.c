/*
 * Whose claims the cache keeps. Two tables of records:
 *
 *   signers   digest of name and fingerprint            → time (8 bytes), «name NUL fingerprint
 * NUL» claims    that digest, then the key of an action    → nothing
 */
#include <string.h>
#include <time.h>

#include "cache/snapshot_parts.h"
#include "cache/writer.h"
#include "kindred/memory.h"

#define SIGNERS "signers"
#define CLAIMS "claims"
#define DIGEST_BYTES sizeof(struct kin_digest)
#define TIME_BYTES 8

struct signer_id {
    struct kin_digest digest;
};

static struct signer_id id_of(const struct kin_signer *signer)
{
    char text[2 * KIN_SIGNER_TEXT];
    size_t name = strlen(signer->name) + 1;
    size_t fingerprint = strlen(signer->fingerprint) + 1;
    memcpy(text, signer->name, name);
    memcpy(text + name, signer->fingerprint, fingerprint);
    return (struct signer_id){kin_digest_of(text, name + fingerprint)};
}

/* ---- writing ---- */

int kin_trust_batch(struct kin_cache_batch *batch, const struct kin_signer *signer,
                    const struct kin_digest *key, struct kin_error *err)
{
    struct kin_digest both[2] = {id_of(signer).digest, *key};
    return kin_batch_record(batch, CLAIMS, both, sizeof both, "", 0, err);
}

int kin_trust_batch_signer(struct kin_cache *cache, struct kin_cache_batch *batch,
                           const struct kin_signer *signer, struct kin_error *err)
{
    struct signer_id id = id_of(signer);
    KIN_AUTO(kin_auto_free) void *stored = NULL;
    size_t length;
    if (kin_cache_record(cache, SIGNERS, &id, sizeof id, &stored, &length, NULL) == 0)
        return 0; /* the first time counts */
    char value[TIME_BYTES + 2 * KIN_SIGNER_TEXT];
    size_t name = strlen(signer->name) + 1;
    size_t fingerprint = strlen(signer->fingerprint) + 1;
    kin_store_pack((unsigned char *)value, (uint64_t)time(NULL), TIME_BYTES);
    memcpy(value + TIME_BYTES, signer->name, name);
    memcpy(value + TIME_BYTES + name, signer->fingerprint, fingerprint);
    return kin_batch_record(batch, SIGNERS, &id, sizeof id, value, TIME_BYTES + name + fingerprint,
                            err);
}

/* ---- reading ---- */

struct signers {
    struct known_signer {
        struct signer_id id;
        struct kin_trusted trusted;
    } * list;
    size_t n, capacity;
    struct kin_error *err;
};

static void signers_release(struct signers *signers)
{
    kin_free(signers->list);
}

static bool read_signer(const char *value, size_t length, struct kin_trusted *out)
{
    if (length < TIME_BYTES + 2 || value[length - 1] != '\0')
        return false;
    const char *name = value + TIME_BYTES;
    size_t n = strlen(name) + 1;
    if (TIME_BYTES + n >= length || n > KIN_SIGNER_TEXT)
        return false;
    size_t fingerprint = strlen(name + n) + 1;
    if (TIME_BYTES + n + fingerprint != length || fingerprint > KIN_SIGNER_TEXT)
        return false;
    out->since = (int64_t)kin_store_unpack((const unsigned char *)value, TIME_BYTES);
    memcpy(out->signer.name, name, n);
    memcpy(out->signer.fingerprint, name + n, fingerprint);
    return true;
}

static int take_signer(void *context, const void *key, size_t key_length, const void *value,
                       size_t value_length)
{
    struct signers *signers = context;
    struct known_signer known = {0};
    if (key_length != sizeof known.id || !read_signer(value, value_length, &known.trusted))
        return 0; /* damaged: it counts for nobody */
    memcpy(&known.id, key, sizeof known.id);
    KIN_TRY(kin_grow(&signers->list, &signers->capacity, signers->n + 1, sizeof *signers->list,
                     signers->err));
    signers->list[signers->n++] = known;
    return 0;
}

static int count_claim(void *context, const void *key, size_t key_length, const void *value,
                       size_t value_length)
{
    (void)value, (void)value_length;
    struct signers *signers = context;
    for (size_t i = 0; key_length == 2 * DIGEST_BYTES && i < signers->n; i++)
        if (memcmp(key, &signers->list[i].id, DIGEST_BYTES) == 0)
            signers->list[i].trusted.claims++;
    return 0;
}

static int read_signers(struct kin_cache *cache, struct signers *out, struct kin_error *err)
{
    out->err = err;
    KIN_TRY(kin_cache_walk(cache, SIGNERS, take_signer, out, err));
    return kin_cache_walk(cache, CLAIMS, count_claim, out, err);
}

int kin_trust_each(struct kin_cache *cache,
                   int (*visit)(void *context, const struct kin_trusted *trusted), void *context,
                   struct kin_error *err)
{
    KIN_AUTO(signers_release) struct signers signers = {0};
    KIN_TRY(read_signers(cache, &signers, err));
    for (size_t i = 0; i < signers.n; i++)
        KIN_TRY(visit(context, &signers.list[i].trusted));
    return 0;
}

/* ---- revoking ---- */

struct revoking {
    struct kin_cache *cache;
    struct kin_cache_batch *batch;
    struct signer_id id;
    struct signers *signers;
    struct kin_digest *keys; /* claimed by the one who is revoked */
    size_t n, capacity;
    int (*forgotten)(void *context, struct kin_cache_batch *batch, const struct kin_action *action,
                     struct kin_error *err);
    void *context;
    uint64_t claims;
    struct kin_error *err;
};

static void revoking_release(struct revoking *revoking)
{
    kin_batch_free(revoking->batch);
    kin_free(revoking->keys);
}

static int take_key(void *context, const void *key, size_t key_length, const void *value,
                    size_t value_length)
{
    (void)value, (void)value_length;
    struct revoking *r = context;
    if (key_length != 2 * DIGEST_BYTES || memcmp(key, &r->id, DIGEST_BYTES) != 0)
        return 0;
    KIN_TRY(kin_grow(&r->keys, &r->capacity, r->n + 1, sizeof *r->keys, r->err));
    memcpy(&r->keys[r->n++], (const char *)key + DIGEST_BYTES, DIGEST_BYTES);
    return 0;
}

/* Whether somebody else made the claim as well. */
static bool others_claim(const struct revoking *r, const struct kin_digest *key)
{
    for (size_t i = 0; i < r->signers->n; i++) {
        struct kin_digest both[2] = {r->signers->list[i].id.digest, *key};
        KIN_AUTO(kin_auto_free) void *value = NULL;
        size_t length;
        if (kin_digest_equal(&both[0], &r->id.digest))
            continue;
        if (kin_cache_record(r->cache, CLAIMS, both, sizeof both, &value, &length, NULL) == 0)
            return true;
    }
    return false;
}

/* An outcome that was computed here, before or since, is nobody's word. */
static int forget_claim(struct revoking *r, const struct kin_digest *key)
{
    struct kin_action action;
    KIN_AUTO(kin_auto_free) void *backing = NULL;
    struct kin_digest both[2] = {r->id.digest, *key};
    KIN_TRY(kin_batch_record(r->batch, CLAIMS, both, sizeof both, NULL, 0, r->err));
    if (kin_cache_action(r->cache, key, &action, &backing, NULL) != 0 ||
        strncmp(action.made_by, KIN_FROM_SNAPSHOT, strlen(KIN_FROM_SNAPSHOT)) != 0 ||
        others_claim(r, key))
        return 0;
    r->claims++;
    if (r->forgotten)
        KIN_TRY(r->forgotten(r->context, r->batch, &action, r->err));
    return kin_batch_forget_action(r->batch, key, r->err);
}

static int take_back(struct revoking *r)
{
    KIN_TRY(kin_cache_walk(r->cache, CLAIMS, take_key, r, r->err));
    r->batch = kin_batch_new(r->cache);
    if (!r->batch)
        return kin_fail(r->err, KIN_ENOMEM, "no memory for a batch");
    for (size_t i = 0; i < r->n; i++)
        KIN_TRY(forget_claim(r, &r->keys[i]));
    KIN_TRY(kin_batch_record(r->batch, SIGNERS, &r->id, sizeof r->id, NULL, 0, r->err));
    struct kin_cache_batch *batch = r->batch;
    r->batch = NULL;
    return kin_cache_write(r->cache, batch, r->err);
}

int kin_trust_revoke(struct kin_cache *cache, const char *signer,
                     int (*forgotten)(void *context, struct kin_cache_batch *batch,
                                      const struct kin_action *action, struct kin_error *err),
                     void *context, uint64_t *claims, struct kin_error *err)
{
    KIN_AUTO(signers_release) struct signers signers = {0};
    bool found = false;
    *claims = 0;
    KIN_TRY(read_signers(cache, &signers, err));
    for (size_t i = 0; i < signers.n; i++) {
        const struct kin_signer *known = &signers.list[i].trusted.signer;
        if (strcmp(known->name, signer) != 0 && strcmp(known->fingerprint, signer) != 0)
            continue;
        found = true;
        KIN_AUTO(revoking_release)
        struct revoking revoking = {.cache = cache,
                                    .id = signers.list[i].id,
                                    .signers = &signers,
                                    .forgotten = forgotten,
                                    .context = context,
                                    .err = err};
        KIN_TRY(take_back(&revoking));
        *claims += revoking.claims;
    }
    return found ? 0
                 : kin_fail(err, KIN_ENOTFOUND,
                            "no snapshot of '%s' was loaded here; 'kindred cache trust ls' lists "
                            "whose were",
                            signer);
}
