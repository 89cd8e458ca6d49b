/* What a snapshot of a session, or of a run, holds. */
#include <string.h>

#include "lab.h"

#define TREE                                                    \
    "  x: { kind: template, of: v, for: { factor: [2, 3] } }\n" \
    "  y: { kind: template, of: x, factor: 10 }\n"

static struct kin_snapshot *saved_of(struct lab *lab)
{
    struct kin_error err = {0};
    struct kin_snapshot *snapshot = NULL;
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    kin_text_addf(&path, "%s/saved", lab->folder);
    ck_ok(kin_snapshot_read(path.data, &snapshot, &err));
    return snapshot;
}

static size_t count(const struct kin_snapshot *snapshot, const char *role,
                    enum kin_object_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < snapshot->n_objects; i++)
        n += strcmp(snapshot->objects[i].role, role) == 0 && snapshot->objects[i].state == state;
    return n;
}

START_TEST(everything_that_a_session_needs)
{
    struct lab lab;
    lab_open(&lab, 20, 1);
    lab_do(&lab, TREE, 2);
    lab_save(&lab, NULL);
    struct kin_snapshot *snapshot = saved_of(&lab);
    ck_assert_uint_eq(snapshot->n_claims, 5);
    ck_assert_uint_eq(snapshot->n_runs, 1);
    ck_assert_uint_eq(count(snapshot, "results", KIN_OBJECT_HERE), 100);
    ck_assert_uint_eq(count(snapshot, "index", KIN_OBJECT_HERE), 7); /* and run, and listing */
    kin_snapshot_free(snapshot);
    lab_load(&lab, TREE, "x[factor=2]");
    lab_save(&lab, NULL);
    snapshot = saved_of(&lab);
    ck_assert_uint_eq(snapshot->n_claims, 2);
    ck_assert_uint_eq(count(snapshot, "results", KIN_OBJECT_HERE), 40);
    kin_snapshot_free(snapshot);
    lab_load(&lab, TREE, NULL);
    lab_save(&lab, "audio"); /* of which there is none */
    snapshot = saved_of(&lab);
    ck_assert_uint_eq(count(snapshot, "results", KIN_OBJECT_LEFT), 100);
    ck_assert_uint_eq(count(snapshot, "index", KIN_OBJECT_HERE), 7);
    kin_snapshot_free(snapshot);
    lab_close(&lab);
}
END_TEST

/* Another number of threads, and one item that comes later, give the same in another cache. */
START_TEST(equal_work_is_an_equal_manifest)
{
    struct kin_sha256 ids[2];
    for (unsigned i = 0; i < 2; i++) {
        struct lab lab;
        lab_open(&lab, i ? 19 : 20, 1);
        lab_do(&lab, TREE, 1 + 3 * i);
        lab_vectors(&lab, 20, 1);
        lab_do(&lab, TREE, 1);
        lab_save(&lab, NULL);
        struct kin_snapshot *snapshot = saved_of(&lab);
        ids[i] = snapshot->id;
        kin_snapshot_free(snapshot);
        lab_close(&lab);
    }
    ck_assert(kin_sha256_equal(&ids[0], &ids[1]));
}
END_TEST

START_TEST(what_is_not_computed_is_told)
{
    struct kin_error err = {0};
    struct kin_snapshot_builder *builder = NULL;
    struct lab lab;
    lab_open(&lab, 20, 1);
    lab_load(&lab, TREE, NULL);
    ck_ok(kin_snapshot_begin(lab.cache, &(struct kin_snapshot_options){0}, &builder, &err));
    ck_assert_int_eq(kin_session_snapshot(lab.session, builder, &err), KIN_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(err.text, "step 'v': not computed yet: 'kindred run "));
    ck_assert_int_eq(kin_run_snapshot(lab.cache, NULL, builder, &err), KIN_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(err.text, "knows no run"));
    kin_snapshot_end(builder);
    lab_close(&lab);
}
END_TEST

START_TEST(a_run_is_found_by_its_name)
{
    struct kin_error err = {0};
    struct lab lab;
    lab_open(&lab, 20, 1);
    lab_do(&lab, TREE, 1);
    lab_save(&lab, NULL);
    struct kin_snapshot *snapshot = saved_of(&lab);
    char hex[KIN_DIGEST_TEXT];
    kin_digest_text(&snapshot->runs[0], hex);
    hex[8] = '\0';
    const char *names[] = {NULL, hex};
    for (size_t i = 0; i < 2; i++) {
        struct kin_snapshot_builder *builder = NULL;
        struct kin_snapshot_saved saved;
        KIN_AUTO(kin_text_release) struct kin_text path = {0};
        kin_text_addf(&path, "%s/run", lab.folder);
        ck_ok(kin_snapshot_begin(lab.cache, &(struct kin_snapshot_options){0}, &builder, &err));
        ck_ok(kin_run_snapshot(lab.cache, names[i], builder, &err));
        ck_ok(kin_snapshot_write(builder, path.data, true, NULL, &saved, &err));
        kin_snapshot_end(builder);
        ck_assert(kin_sha256_equal(&saved.id, &snapshot->id));
    }
    struct kin_snapshot_builder *builder = NULL;
    ck_ok(kin_snapshot_begin(lab.cache, &(struct kin_snapshot_options){0}, &builder, &err));
    ck_assert_int_eq(kin_run_snapshot(lab.cache, "zz", builder, &err), KIN_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(err.text, "knows no run whose name starts with zz"));
    kin_snapshot_end(builder);
    kin_snapshot_free(snapshot);
    lab_close(&lab);
}
END_TEST

TEST_MAIN("closure", everything_that_a_session_needs, equal_work_is_an_equal_manifest,
          what_is_not_computed_is_told, a_run_is_found_by_its_name)
