/* Small snapshots, taken apart and put together again in other ways. */
#ifndef KINDRED_TESTS_SNAPSHOT_SUPPORT_H
#define KINDRED_TESTS_SNAPSHOT_SUPPORT_H

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include "cache/snapshot_parts.h"
#include "cache_support.h"
#include "kindred/snapshot.h"

/* ---- a cache with something in it ---- */

/* What the sample holds: made bytes of these lengths; the last one is dropped. */
static const size_t sample_lengths[] = {100, 40000, 65536, 65537, 300000, 500};
#define SAMPLES KIN_COUNT(sample_lengths)
static const char *const sample_roles[SAMPLES] = {"results", "results", "models",
                                                  "audio",   "audio",   "audio"};

static inline struct kin_digest sample_digest(size_t i)
{
    return digest_of_made(sample_lengths[i], i + 1);
}

static inline void sample_record(size_t i, char out[80])
{
    snprintf(out, 80, "kindred-action 1\nkind sample 1\nparam number %zu\n", i);
}

static inline struct kin_digest sample_key(size_t i)
{
    char record[80];
    sample_record(i, record);
    return name_digest(record);
}

/* One action an artifact, written in this or the other order. */
static inline void fill_samples(struct kin_cache *cache, bool backwards)
{
    struct kin_error err = {0};
    for (size_t k = 0; k < SAMPLES; k++) {
        size_t i = backwards ? SAMPLES - 1 - k : k;
        char record[80];
        sample_record(i, record);
        struct kin_cache_batch *batch = kin_batch_new(cache);
        struct kin_digest digest = add_made(batch, sample_lengths[i], i + 1, i == SAMPLES - 1);
        struct kin_action action = make_action(record, digest);
        action.made_at += backwards;
        must(kin_batch_action(batch, &action, &err));
        if (i == SAMPLES - 1)
            must(kin_batch_drop(batch, &digest, &err));
        must(kin_cache_write(cache, batch, &err));
    }
}

static inline void add_sample(struct kin_snapshot_builder *builder, struct kin_cache *cache,
                              size_t i)
{
    struct kin_error err = {0};
    struct kin_digest key = sample_key(i), digest = sample_digest(i);
    bool wanted;
    must(kin_snapshot_add_claim(builder, &key, &wanted, &err));
    if (!wanted)
        return;
    void *bytes = NULL;
    size_t length = 0;
    if (kin_cache_get(cache, &digest, &bytes, &length, NULL) != 0)
        bytes = NULL;
    must(kin_snapshot_add_object(builder, &digest, sample_roles[i], bytes, length, &err));
    kin_free(bytes);
}

/* Saves the first n samples; the first object stands for the run. */
static inline struct kin_snapshot_saved save_samples(struct kin_cache *cache, size_t n,
                                                     const struct kin_snapshot_options *options,
                                                     const char *path, bool plain)
{
    struct kin_error err = {0};
    struct kin_snapshot_builder *builder = NULL;
    struct kin_snapshot_saved saved = {0};
    struct kin_digest run = sample_digest(0);
    must(kin_snapshot_begin(cache, options, &builder, &err));
    for (size_t i = 0; i < n; i++)
        add_sample(builder, cache, i);
    if (kin_snapshot_has(builder, &run))
        must(kin_snapshot_add_run(builder, &run, &err));
    must(kin_snapshot_write(builder, path, plain, NULL, &saved, &err));
    kin_snapshot_end(builder);
    return saved;
}

static inline int load_samples(struct kin_cache *cache, const char *path, bool trust,
                               struct kin_snapshot_loaded *out, struct kin_error *err)
{
    struct kin_snapshot_loaded loaded;
    const struct kin_snapshot_load_options options = {.trust_unsigned = trust};
    return kin_snapshot_load(cache, path, &options, out ? out : &loaded, err);
}

/* ---- what is in a cache ---- */

static inline int note_blob(void *context, const struct kin_digest *digest,
                            enum kin_presence presence, uint64_t length)
{
    char hex[KIN_DIGEST_TEXT];
    kin_digest_text(digest, hex);
    kin_text_addf(context, "%s %d %llu\n", hex, (int)presence, (unsigned long long)length);
    return 0;
}

static inline int note_action(void *context, const struct kin_action *action)
{
    kin_text_add(context, action->record);
    kin_text_add_bytes(context, action->outputs, action->n_outputs * sizeof *action->outputs);
    kin_text_add(context, action->made_by);
    return 0;
}

static inline int note_record(void *context, const void *key, size_t key_length, const void *value,
                              size_t value_length)
{
    kin_text_add_bytes(context, key, key_length);
    kin_text_add_bytes(context, value, value_length);
    return 0;
}

/* A digest of everything the cache knows. */
static inline struct kin_digest content_of(struct kin_cache *cache)
{
    static const char *const tables[] = {"runs", "signers", "claims", "sha256"};
    struct kin_error err = {0};
    struct kin_text text = {0};
    must(kin_cache_each_blob(cache, note_blob, &text, &err));
    must(kin_cache_each_action(cache, note_action, &text, &err));
    for (size_t i = 0; i < KIN_COUNT(tables); i++)
        must(kin_cache_walk(cache, tables[i], note_record, &text, &err));
    struct kin_digest digest = kin_digest_of(kin_text_string(&text), text.length);
    kin_text_release(&text);
    return digest;
}

/* ---- archives, member by member ---- */

struct part {
    char name[80];
    char *bytes;
    size_t length;
    unsigned type; /* AE_IFREG */
};

#define MOST_PARTS 16
struct parts {
    struct part list[MOST_PARTS];
    size_t n;
};

static inline struct part *add_part(struct parts *parts, const char *name, const void *bytes,
                                    size_t length)
{
    struct part *part = &parts->list[parts->n++];
    snprintf(part->name, sizeof part->name, "%s", name);
    part->bytes = kin_alloc(length + 1, 1);
    memcpy(part->bytes, bytes, length);
    part->length = length;
    part->type = AE_IFREG;
    return part;
}

static inline void parts_free(struct parts *parts)
{
    for (size_t i = 0; i < parts->n; i++)
        kin_free(parts->list[i].bytes);
    parts->n = 0;
}

/* Takes the parts from the i-th on away. */
static inline void cut_parts(struct parts *parts, size_t i)
{
    for (size_t k = i; k < parts->n; k++)
        kin_free(parts->list[k].bytes);
    parts->n = i;
}

static inline struct part *part_named(struct parts *parts, const char *name)
{
    for (size_t i = 0; i < parts->n; i++)
        if (strcmp(parts->list[i].name, name) == 0)
            return &parts->list[i];
    return NULL;
}

static inline void unpack(const char *path, struct parts *out)
{
    struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    archive_read_support_filter_zstd(archive);
    archive_read_support_format_tar(archive);
    ck_assert_int_eq(archive_read_open_filename(archive, path, 1 << 16), ARCHIVE_OK);
    out->n = 0;
    while (archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
        size_t length = (size_t)archive_entry_size(entry);
        char *bytes = kin_alloc(length + 1, 1);
        ck_assert_int_eq(archive_read_data(archive, bytes, length), (la_ssize_t)length);
        add_part(out, archive_entry_pathname(entry), bytes, length);
        kin_free(bytes);
    }
    archive_read_free(archive);
}

/* Puts the seal behind what the file has. */
static inline void seal_file(const char *path)
{
    struct kin_error err = {0};
    char *bytes;
    size_t length;
    unsigned char seal[KIN_SEAL_BYTES];
    must(kin_read_file(path, &bytes, &length, &err));
    struct kin_digest digest = kin_digest_of(bytes, length);
    kin_snapshot_seal_make(&digest, seal);
    FILE *file = fopen(path, "ab");
    fwrite(seal, 1, sizeof seal, file);
    fclose(file);
    kin_free(bytes);
}

static inline void pack(const char *path, const struct parts *parts)
{
    struct archive *archive = archive_write_new();
    archive_write_set_format_pax_restricted(archive);
    archive_write_add_filter_zstd(archive);
    ck_assert_int_eq(archive_write_open_filename(archive, path), ARCHIVE_OK);
    for (size_t i = 0; i < parts->n; i++) {
        const struct part *part = &parts->list[i];
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, part->name);
        archive_entry_set_filetype(entry, part->type);
        archive_entry_set_perm(entry, 0644);
        if (part->type == AE_IFLNK)
            archive_entry_set_symlink(entry, "/etc/passwd");
        archive_entry_set_size(entry, part->type == AE_IFREG ? (la_int64_t)part->length : 0);
        ck_assert_int_eq(archive_write_header(archive, entry), ARCHIVE_OK);
        if (part->type == AE_IFREG)
            archive_write_data(archive, part->bytes, part->length);
        archive_entry_free(entry);
    }
    archive_write_free(archive);
    seal_file(path);
}

/* Makes a manifest for tables that were changed, as a forger would. */
static inline void forge_manifest(struct parts *parts)
{
    char claims[KIN_SHA256_TEXT], objects[KIN_SHA256_TEXT], text[2000];
    struct part *manifest = part_named(parts, KIN_MANIFEST);
    const struct part *c = part_named(parts, KIN_CLAIMS), *o = part_named(parts, KIN_OBJECTS);
    struct kin_sha256 sha = kin_sha256_of(c->bytes, c->length);
    kin_sha256_text(&sha, claims);
    sha = kin_sha256_of(o->bytes, o->length);
    kin_sha256_text(&sha, objects);
    size_t n_claims = 0, n_objects = 0;
    for (const char *at = c->bytes; (at = strstr(at, "claim ")); at++)
        n_claims++;
    for (const char *at = o->bytes; (at = strchr(at, '\n')); at++)
        n_objects++;
    size_t keep = (size_t)(strstr(manifest->bytes, "  \"claims\"") - manifest->bytes);
    int n = snprintf(text, sizeof text,
                     "%.*s  \"claims\": {\"count\": %zu, \"bytes\": %zu, \"sha256\": \"%s\"},\n"
                     "  \"objects\": {\"count\": %zu, \"bytes\": %zu, \"sha256\": \"%s\"}\n}\n",
                     (int)keep, manifest->bytes, n_claims, c->length, claims, n_objects, o->length,
                     objects);
    kin_free(manifest->bytes);
    manifest->bytes = kin_alloc((size_t)n + 1, 1);
    memcpy(manifest->bytes, text, (size_t)n);
    manifest->length = (size_t)n;
}

/* «folder/name»; a ring of buffers. */
static inline const char *in_folder(const char *folder, const char *name)
{
    static char paths[8][700];
    static unsigned next;
    char *path = paths[next++ % KIN_COUNT(paths)];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static inline bool same_files(const char *a, const char *b)
{
    struct kin_error err = {0};
    char *x, *y;
    size_t n, m;
    must(kin_read_file(a, &x, &n, &err));
    must(kin_read_file(b, &y, &m, &err));
    bool same = n == m && memcmp(x, y, n) == 0;
    kin_free(x);
    kin_free(y);
    return same;
}

#endif
