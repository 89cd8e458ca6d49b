/* Batches: what is to be written together, collected by any thread, applied by the writer. */
#include "cache/writer.h"
#include "kindred/memory.h"

struct kin_cache_batch *kin_batch_new(struct kin_cache *cache)
{
    struct kin_cache_batch *batch = kin_alloc(1, sizeof *batch);
    if (batch)
        batch->cache = cache;
    return batch;
}

void kin_batch_free(struct kin_cache_batch *batch)
{
    if (!batch)
        return;
    for (size_t i = 0; i < batch->n_ops; i++)
        kin_free(batch->ops[i].bytes);
    kin_free(batch->ops);
    kin_free(batch);
}

/* Appends the operation with its bytes, which it frees on failure. */
static int add(struct kin_cache_batch *batch, const struct kin_op *op, struct kin_error *err)
{
    int status = kin_grow(&batch->ops, &batch->capacity, batch->n_ops + 1, sizeof *op, err);
    if (status != 0) {
        kin_free(op->bytes);
        return status;
    }
    batch->ops[batch->n_ops++] = *op;
    batch->bytes += sizeof *op + op->length;
    return 0;
}

int kin_batch_blob(struct kin_cache_batch *batch, const struct kin_digest *digest, void *takes,
                   size_t length, bool temporary, struct kin_error *err)
{
    struct kin_op op = {.kind = KIN_OP_BLOB,
                        .temporary = temporary,
                        .digest = *digest,
                        .bytes = takes,
                        .length = length};
    return add(batch, &op, err);
}

static int check_action(const struct kin_action *action, struct kin_error *err)
{
    if (action->n_outputs > KIN_ACTION_OUTPUTS)
        return kin_fail(err, KIN_EINVAL, "an action with %zu outputs, at most %d fit",
                        action->n_outputs, KIN_ACTION_OUTPUTS);
    if (!action->record || !action->made_by)
        return kin_fail(err, KIN_EINVAL, "an action without its record or what made it");
    struct kin_digest real = kin_digest_of(action->record, strlen(action->record));
    if (!kin_digest_equal(&real, &action->key))
        return kin_fail(err, KIN_EINVAL, "the key of an action is not the digest of its record");
    return 0;
}

int kin_batch_action(struct kin_cache_batch *batch, const struct kin_action *action,
                     struct kin_error *err)
{
    KIN_TRY(check_action(action, err));
    size_t record = strlen(action->record) + 1;
    size_t made_by = strlen(action->made_by) + 1;
    struct kin_op op = {.kind = KIN_OP_ACTION, .length = sizeof *action + record + made_by};
    KIN_TRY(kin_alloc_into(&op.bytes, op.length, 1, err));
    struct kin_action *copy = op.bytes;
    char *texts = (char *)(copy + 1);
    *copy = *action;
    copy->record = memcpy(texts, action->record, record);
    copy->made_by = memcpy(texts + record, action->made_by, made_by);
    return add(batch, &op, err);
}

int kin_batch_item(struct kin_cache_batch *batch, const struct kin_digest *family,
                   const struct kin_digest *item, const struct kin_digest *output,
                   struct kin_error *err)
{
    struct kin_op op = {.kind = KIN_OP_ITEM, .digest = *family, .item = *item, .output = *output};
    return add(batch, &op, err);
}

int kin_batch_drop(struct kin_cache_batch *batch, const struct kin_digest *digest,
                   struct kin_error *err)
{
    struct kin_op op = {.kind = KIN_OP_DROP, .digest = *digest};
    return add(batch, &op, err);
}

int kin_batch_condemn(struct kin_cache_batch *batch, const struct kin_digest *digest,
                      struct kin_error *err)
{
    struct kin_op op = {.kind = KIN_OP_CONDEMN, .digest = *digest};
    return add(batch, &op, err);
}

int kin_batch_leave_out(struct kin_cache_batch *batch, const struct kin_digest *digest,
                        uint64_t length, struct kin_error *err)
{
    struct kin_op op = {.kind = KIN_OP_LEAVE_OUT, .digest = *digest, .key_length = length};
    return add(batch, &op, err);
}

int kin_batch_bind(struct kin_cache_batch *batch, const struct kin_digest *digest,
                   const struct kin_sha256 *sha, struct kin_error *err)
{
    struct kin_op op = {.kind = KIN_OP_BIND, .digest = *digest, .length = sizeof *sha};
    KIN_TRY(kin_alloc_into(&op.bytes, op.length, 1, err));
    memcpy(op.bytes, sha, sizeof *sha);
    return add(batch, &op, err);
}

int kin_batch_forget_action(struct kin_cache_batch *batch, const struct kin_digest *key,
                            struct kin_error *err)
{
    struct kin_op op = {.kind = KIN_OP_FORGET_ACTION, .digest = *key};
    return add(batch, &op, err);
}

int kin_batch_forget_item(struct kin_cache_batch *batch, const struct kin_digest *family,
                          const struct kin_digest *item, const struct kin_digest *output,
                          struct kin_error *err)
{
    struct kin_op op = {
        .kind = KIN_OP_FORGET_ITEM, .digest = *family, .item = *item, .output = *output};
    return add(batch, &op, err);
}

int kin_batch_record(struct kin_cache_batch *batch, const char *table, const void *key,
                     size_t key_length, const void *value, size_t value_length,
                     struct kin_error *err)
{
    unsigned char full[KIN_RECORD_KEY];
    size_t n = kin_record_key(table, key, key_length, full);
    if (n == 0)
        return kin_fail(err, KIN_EINVAL, "a key of %zu bytes in table '%s', at most %zu fit",
                        key_length, table, KIN_RECORD_KEY - strlen(table) - 1);
    struct kin_op op = {.kind = KIN_OP_RECORD,
                        .has_value = value != NULL,
                        .length = n + (value ? value_length : 0),
                        .key_length = key_length,
                        .table_length = n - key_length};
    KIN_TRY(kin_alloc_into(&op.bytes, op.length, 1, err));
    memcpy(op.bytes, full, n);
    if (value)
        memcpy((char *)op.bytes + n, value, value_length);
    return add(batch, &op, err);
}

int kin_batch_claim(struct kin_cache_batch *batch, const struct kin_claims *claims,
                    struct kin_error *err)
{
    struct kin_op op = {.kind = KIN_OP_CLAIM, .claims = claims};
    return add(batch, &op, err);
}

int kin_batch_unclaim(struct kin_cache_batch *batch, const struct kin_digest *family,
                      const struct kin_digest *key, struct kin_error *err)
{
    struct kin_op op = {.kind = KIN_OP_RELEASE, .item = *key};
    if (family)
        op.digest = *family;
    return add(batch, &op, err);
}

int kin_batch_lease(struct kin_cache_batch *batch, const struct kin_digest *digests, size_t n,
                    struct kin_error *err)
{
    struct kin_op op = {.kind = KIN_OP_LEASE, .length = n * sizeof *digests};
    KIN_TRY(kin_alloc_into(&op.bytes, n, sizeof *digests, err));
    memcpy(op.bytes, digests, op.length);
    return add(batch, &op, err);
}

int kin_batch_leave(struct kin_cache_batch *batch, struct kin_error *err)
{
    struct kin_op op = {.kind = KIN_OP_LEAVE};
    return add(batch, &op, err);
}

static int apply_record(struct kin_writing *w, const struct kin_op *op, struct kin_error *err)
{
    const char *table = op->bytes;
    const char *key = table + op->table_length;
    const char *value = key + op->key_length;
    return kin_record_put(w, table, key, op->key_length, op->has_value ? value : NULL,
                          op->length - op->table_length - op->key_length, err);
}

static int apply_op(struct kin_writing *w, const struct kin_op *op, struct kin_error *err)
{
    switch (op->kind) {
    case KIN_OP_BLOB:
        return kin_blob_put(w, &op->digest, op->bytes, op->length, op->temporary, err);
    case KIN_OP_ACTION:
        return kin_action_put(w, op->bytes, err);
    case KIN_OP_ITEM:
        return kin_item_put(w, &op->digest, &op->item, &op->output, err);
    case KIN_OP_DROP:
        return kin_blob_drop(w, &op->digest, err);
    case KIN_OP_RECORD:
        return apply_record(w, op, err);
    case KIN_OP_CONDEMN:
        return kin_blob_condemn(w, &op->digest, err);
    case KIN_OP_LEAVE_OUT:
        return kin_blob_leave_out(w, &op->digest, op->key_length, err);
    case KIN_OP_BIND:
        return kin_binding_put(w, &op->digest, op->bytes, err);
    case KIN_OP_FORGET_ACTION:
        return kin_action_forget(w, &op->digest, err);
    case KIN_OP_FORGET_ITEM:
        return kin_item_forget(w, &op->digest, &op->item, &op->output, err);
    case KIN_OP_CLAIM:
        return kin_claim_apply(w, op->claims, err);
    case KIN_OP_RELEASE:
        return kin_claim_release(w, &op->digest, &op->item, err);
    case KIN_OP_LEASE:
        return kin_claim_lease(w, op->bytes, op->length, err);
    case KIN_OP_LEAVE:
        return kin_claim_leave(w, err);
    }
    return kin_fail(err, KIN_EINVAL, "an operation that is none");
}

int kin_batch_apply(const struct kin_cache_batch *batch, struct kin_writing *w,
                    struct kin_error *err)
{
    for (size_t i = 0; i < batch->n_ops; i++)
        KIN_TRY(apply_op(w, &batch->ops[i], err));
    return 0;
}
