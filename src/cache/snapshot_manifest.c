/*
 * manifest.json: what is signed. It is small, and binds everything else by SHA-256:
 *
 *   the tables claims.txt and objects.txt, and through the second one every object.
 *
 * There is one way to write a manifest; what does not read back as itself is refused, so that
 * nobody can hide anything in one.
 */
#include <jansson.h>
#include <string.h>

#include "cache/snapshot_parts.h"
#include "kindred/memory.h"

/* ---- printing ---- */

static void add_table(struct kin_text *out, const char *name, const struct kin_table_head *head,
                      const char *behind)
{
    char sha[KIN_SHA256_TEXT];
    kin_sha256_text(&head->sha, sha);
    kin_text_addf(out, "  \"%s\": {\"count\": %llu, \"bytes\": %llu, \"sha256\": \"%s\"}%s\n", name,
                  (unsigned long long)head->count, (unsigned long long)head->bytes, sha, behind);
}

static void add_since(struct kin_text *out, const struct kin_snapshot *snapshot)
{
    char sha[KIN_SHA256_TEXT];
    kin_sha256_text(&snapshot->since, sha);
    if (snapshot->is_delta)
        kin_text_addf(out, "  \"since\": \"%s\",\n", sha);
    else
        kin_text_add(out, "  \"since\": null,\n");
}

static void add_roles(struct kin_text *out, const struct kin_snapshot *snapshot)
{
    kin_text_add(out, snapshot->n_roles > 0 ? "  \"roles\": [" : "  \"roles\": null");
    for (size_t i = 0; i < snapshot->n_roles; i++)
        kin_text_addf(out, "%s\"%s\"", i ? ", " : "", snapshot->roles[i]);
    kin_text_add(out, snapshot->n_roles > 0 ? "],\n" : ",\n");
}

static void add_runs(struct kin_text *out, const struct kin_snapshot *snapshot)
{
    kin_text_add(out, "  \"runs\": [");
    for (size_t i = 0; i < snapshot->n_runs; i++) {
        char hex[KIN_DIGEST_TEXT];
        kin_digest_text(&snapshot->runs[i], hex);
        kin_text_addf(out, "%s\"%s\"", i ? ", " : "", hex);
    }
    kin_text_add(out, "],\n");
}

static void print(const struct kin_snapshot *snapshot, const struct kin_manifest_heads *heads,
                  struct kin_text *out)
{
    kin_text_addf(out, "{\n  \"format\": \"kindred-snapshot\",\n  \"version\": %d,\n",
                  KIN_SNAPSHOT_FORMAT);
    add_since(out, snapshot);
    add_roles(out, snapshot);
    add_runs(out, snapshot);
    add_table(out, "claims", &heads->claims, ",");
    add_table(out, "objects", &heads->objects, "");
    kin_text_add(out, "}\n");
}

/* Prints a table into the snapshot. */
static int print_table(const struct kin_snapshot *snapshot, size_t count,
                       void (*table)(const struct kin_snapshot *snapshot, struct kin_text *out),
                       char **text, size_t *length, struct kin_table_head *head,
                       struct kin_error *err)
{
    struct kin_text out = {0};
    table(snapshot, &out);
    if (kin_text_check(&out, err) != 0) {
        kin_text_release(&out);
        return err->status;
    }
    *head = (struct kin_table_head){.count = count,
                                    .bytes = out.length,
                                    .sha = kin_sha256_of(kin_text_string(&out), out.length)};
    *text = out.data;
    *length = out.length;
    return 0;
}

int kin_snapshot_manifest_print(struct kin_snapshot *snapshot, struct kin_error *err)
{
    struct kin_manifest_heads heads;
    struct kin_text out = {0};
    KIN_TRY(print_table(snapshot, snapshot->n_claims, kin_snapshot_claims_print,
                        &snapshot->claims_text, &snapshot->claims_length, &heads.claims, err));
    KIN_TRY(print_table(snapshot, snapshot->n_objects, kin_snapshot_objects_print,
                        &snapshot->objects_text, &snapshot->objects_length, &heads.objects, err));
    print(snapshot, &heads, &out);
    if (kin_text_check(&out, err) != 0) {
        kin_text_release(&out);
        return err->status;
    }
    snapshot->manifest = out.data;
    snapshot->manifest_length = out.length;
    snapshot->id = kin_sha256_of(out.data, out.length);
    return 0;
}

/* ---- reading ---- */

static int malformed(const char *what, struct kin_error *err)
{
    return kin_fail(err, KIN_ECORRUPT, KIN_MANIFEST ": %s is missing or malformed", what);
}

static bool read_sha(const json_t *text, struct kin_sha256 *out)
{
    return json_is_string(text) && kin_sha256_parse(json_string_value(text), out);
}

static int read_count(const json_t *from, uint64_t *out)
{
    if (!json_is_integer(from) || json_integer_value(from) < 0)
        return KIN_ECORRUPT;
    *out = (uint64_t)json_integer_value(from);
    return 0;
}

static int read_table(const json_t *root, const char *name, struct kin_table_head *out,
                      struct kin_error *err)
{
    const json_t *table = json_object_get(root, name);
    if (read_count(json_object_get(table, "count"), &out->count) != 0 ||
        read_count(json_object_get(table, "bytes"), &out->bytes) != 0 ||
        !read_sha(json_object_get(table, "sha256"), &out->sha))
        return malformed(name, err);
    if (out->bytes > KIN_TABLE_MOST)
        return kin_fail(err, KIN_EDATA, KIN_MANIFEST ": %s of %llu bytes, at most %llu are taken",
                        name, (unsigned long long)out->bytes, (unsigned long long)KIN_TABLE_MOST);
    return 0;
}

static int read_roles(const json_t *root, struct kin_snapshot *snapshot, struct kin_error *err)
{
    const json_t *roles = json_object_get(root, "roles");
    snapshot->n_roles = json_array_size(roles);
    if (snapshot->n_roles > KIN_SNAPSHOT_ROLES)
        return malformed("roles", err);
    for (size_t i = 0; i < snapshot->n_roles; i++) {
        const char *role = json_string_value(json_array_get(roles, i));
        if (!role || !kin_snapshot_is_role(role))
            return malformed("roles", err);
        memcpy(snapshot->roles[i], role, strlen(role) + 1);
        if (i > 0 && strcmp(snapshot->roles[i - 1], role) >= 0)
            return malformed("roles", err);
    }
    return 0;
}

static int read_runs(const json_t *root, struct kin_snapshot *snapshot, struct kin_error *err)
{
    const json_t *runs = json_object_get(root, "runs");
    snapshot->n_runs = json_array_size(runs);
    KIN_TRY(kin_alloc_into(&snapshot->runs, snapshot->n_runs, sizeof *snapshot->runs, err));
    for (size_t i = 0; i < snapshot->n_runs; i++) {
        const char *run = json_string_value(json_array_get(runs, i));
        if (!run || !kin_digest_parse(run, &snapshot->runs[i]))
            return malformed("runs", err);
        if (i > 0 && kin_digest_compare(&snapshot->runs[i - 1], &snapshot->runs[i]) >= 0)
            return malformed("runs", err);
    }
    return 0;
}

static int check_format(const json_t *root, struct kin_error *err)
{
    const char *format = json_string_value(json_object_get(root, "format"));
    json_int_t version = json_integer_value(json_object_get(root, "version"));
    if (!format || strcmp(format, "kindred-snapshot") != 0)
        return kin_fail(err, KIN_ECORRUPT, KIN_MANIFEST " is not that of a snapshot");
    if (version != KIN_SNAPSHOT_FORMAT)
        return kin_fail(err, KIN_EINVAL,
                        "the snapshot has format %lld, this program knows %d: use another "
                        "version of Kindred",
                        (long long)version, KIN_SNAPSHOT_FORMAT);
    return 0;
}

static int read_root(const json_t *root, struct kin_snapshot *snapshot,
                     struct kin_manifest_heads *heads, struct kin_error *err)
{
    KIN_TRY(check_format(root, err));
    const json_t *since = json_object_get(root, "since");
    snapshot->is_delta = json_is_string(since);
    if (snapshot->is_delta && !read_sha(since, &snapshot->since))
        return malformed("since", err);
    KIN_TRY(read_roles(root, snapshot, err));
    KIN_TRY(read_runs(root, snapshot, err));
    KIN_TRY(read_table(root, "claims", &heads->claims, err));
    return read_table(root, "objects", &heads->objects, err);
}

static int check_spelling(const struct kin_snapshot *snapshot,
                          const struct kin_manifest_heads *heads, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text again = {0};
    print(snapshot, heads, &again);
    KIN_TRY(kin_text_check(&again, err));
    if (again.length != snapshot->manifest_length ||
        memcmp(again.data, snapshot->manifest, again.length) != 0)
        return kin_fail(err, KIN_ECORRUPT,
                        KIN_MANIFEST " is not written as this format writes what it says");
    return 0;
}

int kin_snapshot_manifest_parse(struct kin_snapshot *snapshot, struct kin_manifest_heads *heads,
                                struct kin_error *err)
{
    json_error_t where;
    json_t *root =
        json_loadb(snapshot->manifest, snapshot->manifest_length, JSON_REJECT_DUPLICATES, &where);
    if (!root)
        return kin_fail(err, KIN_ECORRUPT, KIN_MANIFEST ", line %d: %s", where.line, where.text);
    int status = read_root(root, snapshot, heads, err);
    json_decref(root);
    KIN_TRY(status);
    snapshot->id = kin_sha256_of(snapshot->manifest, snapshot->manifest_length);
    return check_spelling(snapshot, heads, err);
}

/* ---- the tables ---- */

static int check_table(const char *name, const char *text, size_t length,
                       const struct kin_table_head *head, struct kin_error *err)
{
    struct kin_sha256 sha = kin_sha256_of(text, length);
    if (length == head->bytes && kin_sha256_equal(&sha, &head->sha))
        return 0;
    return kin_fail(err, KIN_EDATA,
                    "%s does not have the SHA-256 that " KIN_MANIFEST
                    " says: one of the two is of another snapshot",
                    name);
}

static int check_count(const char *name, size_t found, uint64_t wanted, struct kin_error *err)
{
    return found == wanted ? 0
                           : kin_fail(err, KIN_ECORRUPT, "%zu %s, the manifest says %llu", found,
                                      name, (unsigned long long)wanted);
}

/* Everything that claims and runs name is in the table of objects; runs are never left out. */
static int check_closed(const struct kin_snapshot *snapshot, struct kin_error *err)
{
    char hex[KIN_DIGEST_TEXT];
    for (size_t i = 0; i < snapshot->n_claims; i++)
        for (size_t o = 0; o < snapshot->claims[i].n_outputs; o++)
            if (!kin_snapshot_object(snapshot, &snapshot->claims[i].outputs[o])) {
                kin_digest_text(&snapshot->claims[i].outputs[o], hex);
                return kin_fail(err, KIN_ECORRUPT,
                                KIN_CLAIMS " names the output %s, which " KIN_OBJECTS " lacks",
                                hex);
            }
    for (size_t i = 0; i < snapshot->n_runs; i++) {
        const struct kin_snapshot_object *run = kin_snapshot_object(snapshot, &snapshot->runs[i]);
        kin_digest_text(&snapshot->runs[i], hex);
        if (!run || run->state == KIN_OBJECT_LEFT)
            return kin_fail(err, KIN_ECORRUPT, "the snapshot lacks its run %s", hex);
    }
    return 0;
}

static int check_states(const struct kin_snapshot *snapshot, struct kin_error *err)
{
    for (size_t i = 0; i < snapshot->n_objects; i++)
        if (snapshot->objects[i].state == KIN_OBJECT_SINCE && !snapshot->is_delta)
            return kin_fail(err, KIN_ECORRUPT,
                            KIN_OBJECTS " counts on another snapshot, but this is no delta");
    return 0;
}

int kin_snapshot_manifest_fill(struct kin_snapshot *snapshot,
                               const struct kin_manifest_heads *heads, struct kin_error *err)
{
    KIN_TRY(check_table(KIN_CLAIMS, snapshot->claims_text, snapshot->claims_length, &heads->claims,
                        err));
    KIN_TRY(check_table(KIN_OBJECTS, snapshot->objects_text, snapshot->objects_length,
                        &heads->objects, err));
    KIN_TRY(kin_snapshot_claims_parse(snapshot, err));
    KIN_TRY(kin_snapshot_objects_parse(snapshot, err));
    KIN_TRY(check_count("claims", snapshot->n_claims, heads->claims.count, err));
    KIN_TRY(check_count("objects", snapshot->n_objects, heads->objects.count, err));
    KIN_TRY(check_states(snapshot, err));
    return check_closed(snapshot, err);
}

/* ---- looking up ---- */

const struct kin_snapshot_object *kin_snapshot_object(const struct kin_snapshot *snapshot,
                                                      const struct kin_digest *digest)
{
    size_t low = 0, high = snapshot->n_objects;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = kin_digest_compare(&snapshot->objects[middle].digest, digest);
        if (order == 0)
            return &snapshot->objects[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct kin_snapshot_claim *kin_snapshot_claim(const struct kin_snapshot *snapshot,
                                                    const struct kin_digest *key)
{
    size_t low = 0, high = snapshot->n_claims;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = kin_digest_compare(&snapshot->claims[middle].key, key);
        if (order == 0)
            return &snapshot->claims[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

void kin_snapshot_free(struct kin_snapshot *snapshot)
{
    if (!snapshot)
        return;
    kin_free(snapshot->manifest);
    kin_free(snapshot->runs);
    kin_free(snapshot->claims);
    kin_free(snapshot->objects);
    kin_free(snapshot->claims_text);
    kin_free(snapshot->objects_text);
    kin_free(snapshot);
}
