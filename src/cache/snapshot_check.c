/* The first pass of a load: every byte of the file against what its manifest says. */
#include <string.h>

#include "cache/snapshot_parts.h"
#include "kindred/memory.h"

/* ---- objects ---- */

struct hashing {
    struct kin_digest_stream *digest;
    struct kin_sha256_stream *sha;
};

static void hashing_release(struct hashing *hashing)
{
    kin_digest_stream_free(hashing->digest);
    kin_sha256_stream_free(hashing->sha);
}

/* Reads the object's bytes through the hashes, and into `keep` when there is one. */
static int hash_object(struct kin_snapshot_file *file, const struct kin_snapshot_object *object,
                       unsigned char *keep, const struct hashing *hashing, struct kin_error *err)
{
    unsigned char piece[1 << 14];
    for (uint64_t at = 0; at < object->length;) {
        size_t n =
            object->length - at < sizeof piece ? (size_t)(object->length - at) : sizeof piece;
        unsigned char *into = keep ? keep + at : piece;
        KIN_TRY(kin_snapshot_file_get(file, into, n, err));
        kin_digest_stream_add(hashing->digest, into, n);
        kin_sha256_stream_add(hashing->sha, into, n);
        at += n;
    }
    return 0;
}

/* The streams end here. */
static int compare_hashes(const struct kin_snapshot_file *file,
                          const struct kin_snapshot_object *object, struct hashing *hashing,
                          struct kin_error *err)
{
    struct kin_digest digest = kin_digest_stream_end(hashing->digest);
    struct kin_sha256 sha = kin_sha256_stream_end(hashing->sha);
    *hashing = (struct hashing){0};
    char hex[KIN_DIGEST_TEXT];
    kin_digest_text(&object->digest, hex);
    if (!kin_sha256_equal(&sha, &object->sha))
        return kin_fail(err, KIN_EDATA,
                        "'%s': the bytes of object %s do not have the SHA-256 that the manifest "
                        "says: the manifest is of another snapshot, or the object was exchanged",
                        kin_snapshot_file_path(file), hex);
    if (!kin_digest_equal(&digest, &object->digest))
        return kin_fail(err, KIN_EDATA,
                        "'%s': the bytes of object %s have another digest: whoever wrote the "
                        "manifest says what is not so",
                        kin_snapshot_file_path(file), hex);
    return 0;
}

int kin_snapshot_check_object(struct kin_snapshot_file *file,
                              const struct kin_snapshot_object *object, bool keep, void **out,
                              struct kin_error *err)
{
    KIN_AUTO(hashing_release)
    struct hashing hashing = {kin_digest_stream_new(), kin_sha256_stream_new()};
    KIN_AUTO(kin_auto_free) unsigned char *bytes = NULL;
    if (!hashing.digest || !hashing.sha)
        return kin_fail(err, KIN_ENOMEM, "no memory for a digest");
    if (keep && !(bytes = kin_alloc_unset((size_t)object->length)))
        return kin_fail(err, KIN_ENOMEM, "no memory for an object of %llu bytes",
                        (unsigned long long)object->length);
    KIN_TRY(hash_object(file, object, bytes, &hashing, err));
    KIN_TRY(compare_hashes(file, object, &hashing, err));
    if (keep)
        *out = bytes;
    bytes = NULL;
    return 0;
}

/* ---- members ---- */

static bool stood_before(const struct kin_members *members, size_t at, const char *name)
{
    static const char *const heads[] = {KIN_MANIFEST, KIN_CLAIMS, KIN_OBJECTS};
    for (size_t i = 0; i < KIN_COUNT(heads); i++)
        if (strcmp(name, heads[i]) == 0)
            return true;
    for (size_t i = 0; i < at; i++)
        if (strcmp(name, members->list[i].name) == 0)
            return true;
    return false;
}

int kin_snapshot_check_member(const struct kin_snapshot_file *file,
                              const struct kin_members *members, size_t at, const char *name,
                              uint64_t size, struct kin_error *err)
{
    const char *path = kin_snapshot_file_path(file);
    const char *wanted = at < members->n ? members->list[at].name : NULL;
    if (name && stood_before(members, at, name))
        return kin_fail(err, KIN_EDATA, "'%s': the member '%s' stands twice", path, name);
    if (!name)
        return wanted ? kin_fail(err, KIN_ECORRUPT, "'%s' lacks the member '%s': it is cut short",
                                 path, wanted)
                      : 0;
    if (!wanted || strcmp(name, wanted) != 0)
        return kin_fail(err, KIN_EDATA,
                        "'%s': the member '%.200s' does not follow from its manifest%s%s%s", path,
                        name, wanted ? "; wanted '" : "", wanted ? wanted : "", wanted ? "'" : "");
    if (size != members->list[at].size)
        return kin_fail(err, KIN_EDATA,
                        "'%s': the member '%s' has %llu bytes, its manifest says %llu", path, name,
                        (unsigned long long)size, (unsigned long long)members->list[at].size);
    return 0;
}

static int check_objects(struct kin_snapshot_file *file, const struct kin_snapshot *snapshot,
                         const struct kin_members *members, size_t at, struct kin_error *err)
{
    const struct kin_member *member = &members->list[at];
    for (size_t i = 0; i < member->n; i++)
        KIN_TRY(kin_snapshot_check_object(
            file, &snapshot->objects[members->order[member->first + i]], false, NULL, err));
    return 0;
}

static int read_observations(struct kin_snapshot_file *file, uint64_t size,
                             struct kin_observations *out, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) char *text = NULL;
    KIN_TRY(kin_snapshot_file_text(file, KIN_OBSERVATIONS, size, KIN_TABLE_MOST, &text, err));
    int status = kin_snapshot_observations_parse(text, (size_t)size, out, err);
    if (status == 0)
        return 0;
    kin_snapshot_tame(err);
    return kin_error_within(err, "'%s'", kin_snapshot_file_path(file));
}

/* What may follow the objects: the observations, and then nothing. */
static int check_end(struct kin_snapshot_file *file, const struct kin_members *members,
                     const char *name, uint64_t size, struct kin_observations *observations,
                     struct kin_error *err)
{
    if (name && strcmp(name, KIN_OBSERVATIONS) == 0) {
        KIN_TRY(read_observations(file, size, observations, err));
        KIN_TRY(kin_snapshot_file_next(file, &name, &size, err));
        if (name && strcmp(name, KIN_OBSERVATIONS) == 0)
            return kin_fail(err, KIN_EDATA, "'%s': the member '%s' stands twice",
                            kin_snapshot_file_path(file), name);
    }
    return kin_snapshot_check_member(file, members, members->n, name, size, err);
}

int kin_snapshot_check_file(struct kin_snapshot_file *file, const struct kin_snapshot *snapshot,
                            const struct kin_members *members,
                            struct kin_observations *observations, struct kin_error *err)
{
    const char *name;
    uint64_t size;
    for (size_t at = 0; at < members->n; at++) {
        KIN_TRY(kin_snapshot_file_next(file, &name, &size, err));
        KIN_TRY(kin_snapshot_check_member(file, members, at, name, size, err));
        KIN_TRY(check_objects(file, snapshot, members, at, err));
    }
    KIN_TRY(kin_snapshot_file_next(file, &name, &size, err));
    KIN_TRY(check_end(file, members, name, size, observations, err));
    return kin_snapshot_file_seal(file, err);
}
