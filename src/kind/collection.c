#include "kindred/collection.h"

#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct kin_entry *)a)->id, ((const struct kin_entry *)b)->id);
}

static int fill(struct kin_value *manifest, const char *element, const struct kin_entry *entries,
                size_t n, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) const char **ids = NULL;
    KIN_AUTO(kin_auto_free) struct kin_digest *digests = NULL;
    struct kin_tensor failed;
    KIN_TRY(kin_alloc_into(&ids, n, sizeof *ids, err));
    KIN_TRY(kin_alloc_into(&digests, n, sizeof *digests, err));
    KIN_TRY(kin_tensor_alloc(&failed, KIN_U8, 1, &n, err));
    for (size_t i = 0; i < n; i++) {
        ids[i] = entries[i].id;
        digests[i] = entries[i].digest;
        ((unsigned char *)failed.data)[i] = entries[i].failed;
    }
    KIN_TRY(kin_value_set(manifest, "failed", &failed, err));
    KIN_TRY(kin_value_set_text(manifest, "element", element, err));
    KIN_TRY(kin_value_set_texts(manifest, "ids", ids, n, err));
    return kin_value_set_digests(manifest, "digests", digests, n, err);
}

int kin_collection_new(const char *element, struct kin_entry *entries, size_t n,
                       struct kin_value **out, struct kin_error *err)
{
    if (n > 0)
        qsort(entries, n, sizeof *entries, by_id);
    for (size_t i = 1; i < n; i++)
        if (strcmp(entries[i - 1].id, entries[i].id) == 0)
            return kin_fail(err, KIN_EINVAL, "two items have the id '%s'", entries[i].id);
    struct kin_value *manifest = kin_value_new("collection");
    if (!manifest)
        return kin_fail(err, KIN_ENOMEM, "no memory for a collection");
    int status = fill(manifest, element, entries, n, err);
    if (status != 0)
        kin_value_free(manifest);
    else
        *out = manifest;
    return status;
}

int kin_collection_open(const struct kin_value *manifest, struct kin_entry **entries, size_t *n,
                        struct kin_error *err)
{
    const struct kin_tensor *ids, *digests, *failed;
    if (strcmp(kin_value_type(manifest), "collection") != 0)
        return kin_fail(err, KIN_ECORRUPT, "a %s where a collection was expected",
                        kin_value_type(manifest));
    KIN_TRY(kin_value_want(manifest, "ids", KIN_TEXT, 1, &ids, err));
    KIN_TRY(kin_value_want(manifest, "digests", KIN_DIGEST, 1, &digests, err));
    KIN_TRY(kin_value_want(manifest, "failed", KIN_U8, 1, &failed, err));
    size_t count = ids->shape[0];
    if (digests->shape[0] != count || failed->shape[0] != count)
        return kin_fail(err, KIN_ECORRUPT, "a collection with %zu ids and %zu digests", count,
                        digests->shape[0]);
    struct kin_entry *list;
    KIN_TRY(kin_alloc_into(&list, count, sizeof *list, err));
    const struct kin_digest *digest = digests->data;
    for (size_t i = 0; i < count; i++) {
        list[i] = (struct kin_entry){.id = kin_tensor_text(ids, i),
                                     .digest = digest[i],
                                     .failed = ((const unsigned char *)failed->data)[i] != 0};
        if (i > 0 && strcmp(list[i - 1].id, list[i].id) >= 0) {
            kin_free(list);
            return kin_fail(err, KIN_ECORRUPT, "a collection whose ids are not in order");
        }
    }
    *entries = list;
    *n = count;
    return 0;
}

long kin_collection_find(const struct kin_entry *entries, size_t n, const char *id)
{
    if (n == 0)
        return -1;
    struct kin_entry key = {.id = id};
    const struct kin_entry *found = bsearch(&key, entries, n, sizeof *entries, by_id);
    return found ? (long)(found - entries) : -1;
}

int kin_failure_new(const char *text, struct kin_value **out, struct kin_error *err)
{
    struct kin_value *failure = kin_value_new("failure");
    if (!failure)
        return kin_fail(err, KIN_ENOMEM, "no memory for a failure");
    int status = kin_value_set_text(failure, "text", text, err);
    if (status != 0)
        kin_value_free(failure);
    else
        *out = failure;
    return status;
}
