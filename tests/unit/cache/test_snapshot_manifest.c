#include "snapshot_support.h"

/* A snapshot of one claim and two objects, printed. */
static struct kin_snapshot *sample(void)
{
    struct kin_error err = {0};
    struct kin_snapshot *s = kin_alloc(1, sizeof *s);
    s->claims = kin_alloc(1, sizeof *s->claims);
    s->objects = kin_alloc(2, sizeof *s->objects);
    s->runs = kin_alloc(1, sizeof *s->runs);
    s->n_claims = s->n_runs = 1;
    s->n_objects = 2;
    for (size_t i = 0; i < 2; i++) {
        s->objects[i] = (struct kin_snapshot_object){.length = 5, .role = "index", .has_sha = true};
        s->objects[i].digest.bytes[0] = (unsigned char)(i + 1);
        s->objects[i].sha = kin_sha256_of(&i, sizeof i);
    }
    s->runs[0] = s->objects[0].digest;
    s->claims[0] = (struct kin_snapshot_claim){.record = "record", .items = 1, .n_outputs = 1};
    s->claims[0].key = name_digest("record");
    s->claims[0].outputs[0] = s->objects[1].digest;
    s->n_roles = 2;
    strcpy(s->roles[0], "models");
    strcpy(s->roles[1], "results");
    s->is_delta = true;
    s->since = kin_sha256_of("x", 1);
    must(kin_snapshot_manifest_print(s, &err));
    return s;
}

/* What is read from the texts of another one. */
static int read_back(const struct kin_snapshot *from, const char *manifest,
                     struct kin_snapshot **out, struct kin_error *err)
{
    struct kin_manifest_heads heads;
    struct kin_snapshot *s = kin_alloc(1, sizeof *s);
    s->manifest = kin_strdup(manifest);
    s->manifest_length = strlen(manifest);
    s->claims_text = kin_strdup(from->claims_text);
    s->claims_length = from->claims_length;
    s->objects_text = kin_strdup(from->objects_text);
    s->objects_length = from->objects_length;
    int status = kin_snapshot_manifest_parse(s, &heads, err);
    if (status == 0)
        status = kin_snapshot_manifest_fill(s, &heads, err);
    if (status != 0)
        kin_snapshot_free(s);
    else
        *out = s;
    return status;
}

START_TEST(a_manifest_reads_back)
{
    struct kin_error err = {0};
    struct kin_snapshot *made = sample(), *read = NULL;
    ck_ok(read_back(made, made->manifest, &read, &err));
    ck_assert(kin_sha256_equal(&made->id, &read->id));
    ck_assert(read->is_delta && kin_sha256_equal(&made->since, &read->since));
    ck_assert_uint_eq(read->n_roles, 2);
    ck_assert_str_eq(read->roles[1], "results");
    ck_assert_uint_eq(read->n_runs, 1);
    ck_assert_ptr_nonnull(kin_snapshot_claim(read, &made->claims[0].key));
    ck_assert_ptr_nonnull(kin_snapshot_object(read, &made->objects[1].digest));
    ck_assert_ptr_null(kin_snapshot_object(read, &made->claims[0].key));
    ck_assert_ptr_null(kin_snapshot_claim(read, &made->objects[0].digest));
    kin_snapshot_free(read);
    kin_snapshot_free(made);
}
END_TEST

/* The manifest with one text in the place of another. */
static void replaced(const char *manifest, const char *old, const char *new, char out[2000])
{
    const char *at = strstr(manifest, old);
    ck_assert_ptr_nonnull(at);
    snprintf(out, 2000, "%.*s%s%s", (int)(at - manifest), manifest, new, at + strlen(old));
}

START_TEST(a_wrong_manifest_is_told)
{
    static const struct {
        const char *old, *new, *message;
    } wrong[] = {
        {"{", "", "manifest.json, line 2:"},
        {"kindred-snapshot", "other", "is not that of a snapshot"},
        {"\"version\": 1", "\"version\": 2", "the snapshot has format 2, this program knows 1"},
        {"\"version\": 1", "\"version\": 1,\n  \"version\": 1", "manifest.json, line"},
        {"\"version\": 1", "\"version\": 1,\n  \"more\": 1", "is not written as this format"},
        {"  \"version\"", " \"version\"", "is not written as this format"},
        {"\"models\"", "\"../x\"", "roles is missing or malformed"},
        {"\"models\"", "\"zz\"", "roles is missing or malformed"},
        {"[\"0", "[\"x", "runs is missing or malformed"},
        {"\"count\": 1", "\"count\": -1", "claims is missing or malformed"},
        {"\"count\": 1", "\"count\": 2", "1 claims, the manifest says 2"},
        {"\"count\": 2", "\"count\": 1e9", "objects is missing or malformed"},
        {"\"claims\": {\"count\": 1, \"bytes\": ",
         "\"claims\": {\"count\": 1, \"bytes\": 9999999999", "at most 2147483648 are taken"},
    };
    struct kin_snapshot *made = sample(), *read = NULL;
    for (size_t i = 0; i < KIN_COUNT(wrong); i++) {
        struct kin_error err = {0};
        char text[2000];
        replaced(made->manifest, wrong[i].old, wrong[i].new, text);
        ck_assert_msg(read_back(made, text, &read, &err) != 0, "%zu is taken", i);
        ck_assert_msg(strstr(err.text, wrong[i].message) != NULL, "%zu: %s", i, err.text);
    }
    kin_snapshot_free(made);
}
END_TEST

START_TEST(tables_of_another_snapshot_are_told)
{
    struct kin_error err = {0};
    struct kin_snapshot *made = sample(), *read = NULL;
    made->claims_text[6] ^= 1;
    ck_assert_int_eq(read_back(made, made->manifest, &read, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "claims.txt does not have the SHA-256 that manifest.json says: one "
                               "of the two is of another snapshot");
    kin_snapshot_free(made);
}
END_TEST

/* Prints the sample anew after a change that only a forger would make. */
static void ck_refused(void (*change)(struct kin_snapshot *s), const char *message)
{
    struct kin_error err = {0};
    struct kin_snapshot *made = sample(), *read = NULL;
    change(made);
    kin_free(made->manifest);
    kin_free(made->claims_text);
    kin_free(made->objects_text);
    ck_ok(kin_snapshot_manifest_print(made, &err));
    ck_assert_int_eq(read_back(made, made->manifest, &read, &err), KIN_ECORRUPT);
    ck_assert_msg(strstr(err.text, message) != NULL, "%s", err.text);
    kin_snapshot_free(made);
}

static void lack_output(struct kin_snapshot *s)
{
    s->claims[0].outputs[0].bytes[5] = 9;
}
static void lack_run(struct kin_snapshot *s)
{
    s->objects[0].state = KIN_OBJECT_LEFT;
}
static void count_on_nothing(struct kin_snapshot *s)
{
    s->is_delta = false;
    s->objects[1].state = KIN_OBJECT_SINCE;
}

START_TEST(what_is_not_closed_is_told)
{
    ck_refused(lack_output, "claims.txt names the output 02000000000900000000000000000000, which "
                            "objects.txt lacks");
    ck_refused(lack_run, "the snapshot lacks its run 01000000000000000000000000000000");
    ck_refused(count_on_nothing, "counts on another snapshot, but this is no delta");
}
END_TEST

TEST_MAIN("snapshot manifest", a_manifest_reads_back, a_wrong_manifest_is_told,
          tables_of_another_snapshot_are_told, what_is_not_closed_is_told)
