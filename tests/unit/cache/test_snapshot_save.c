#include "snapshot_support.h"

static const struct kin_snapshot_options all = {0};

static struct kin_snapshot *read_snapshot(const char *path)
{
    struct kin_error err = {0};
    struct kin_snapshot *snapshot = NULL;
    must(kin_snapshot_read(path, &snapshot, &err));
    return snapshot;
}

static enum kin_object_state state_of(const struct kin_snapshot *snapshot, size_t sample)
{
    struct kin_digest digest = sample_digest(sample);
    const struct kin_snapshot_object *object = kin_snapshot_object(snapshot, &digest);
    ck_assert_ptr_nonnull(object);
    return object->state;
}

START_TEST(equal_contents_are_equal_files)
{
    char folders[2][256];
    struct kin_snapshot_saved saved[2];
    for (size_t i = 0; i < 2; i++) {
        snprintf(folders[i], sizeof folders[i], "%s", fresh_folder());
        struct kin_cache *cache = open_cache(folders[i]);
        fill_samples(cache, i == 1);
        saved[i] = save_samples(cache, SAMPLES, &all, in_folder(folders[i], "p"), true);
        save_samples(cache, SAMPLES, &all, in_folder(folders[i], "o"), false);
        kin_cache_close(cache);
    }
    ck_assert(kin_sha256_equal(&saved[0].id, &saved[1].id));
    ck_assert(same_files(in_folder(folders[0], "p"), in_folder(folders[1], "p")));
    ck_assert(!same_files(in_folder(folders[0], "o"), in_folder(folders[1], "o"))); /* times */
    remove_folder(folders[0]);
    remove_folder(folders[1]);
}
END_TEST

START_TEST(what_is_dropped_is_named_and_bound)
{
    const char *folder = fresh_folder(), *path = in_folder(folder, "s");
    struct kin_cache *cache = open_cache(folder);
    fill_samples(cache, false);
    struct kin_snapshot_saved saved = save_samples(cache, SAMPLES, &all, path, true);
    ck_assert_uint_eq(saved.claims, SAMPLES);
    ck_assert_uint_eq(saved.objects, SAMPLES - 1);
    ck_assert_uint_eq(saved.left_out, 1);
    struct kin_snapshot *snapshot = read_snapshot(path);
    struct kin_digest digest = sample_digest(SAMPLES - 1);
    const struct kin_snapshot_object *dropped = kin_snapshot_object(snapshot, &digest);
    ck_assert_int_eq(dropped->state, KIN_OBJECT_LEFT);
    ck_assert_uint_eq(dropped->length, sample_lengths[SAMPLES - 1]);
    ck_assert(dropped->has_sha); /* of when it was dropped */
    kin_snapshot_free(snapshot);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(roles_leave_out_what_has_others)
{
    static const char *const roles[] = {"results", "models", "results"};
    const char *folder = fresh_folder(), *path = in_folder(folder, "s");
    struct kin_cache *cache = open_cache(folder);
    fill_samples(cache, false);
    save_samples(cache, SAMPLES, &(struct kin_snapshot_options){.roles = roles, .n_roles = 3}, path,
                 true);
    struct kin_snapshot *snapshot = read_snapshot(path);
    ck_assert_uint_eq(snapshot->n_roles, 2);
    ck_assert_str_eq(snapshot->roles[0], "models");
    for (size_t i = 0; i < SAMPLES; i++)
        ck_assert_int_eq(state_of(snapshot, i),
                         strcmp(sample_roles[i], "audio") == 0 ? KIN_OBJECT_LEFT : KIN_OBJECT_HERE);
    kin_snapshot_free(snapshot);
    struct kin_error err = {0};
    struct kin_snapshot_builder *builder = NULL;
    static const char *const bad[] = {"Results"};
    ck_assert_int_eq(kin_snapshot_begin(cache,
                                        &(struct kin_snapshot_options){.roles = bad, .n_roles = 1},
                                        &builder, &err),
                     KIN_EINVAL);
    ck_assert_str_eq(err.text, "'Results' is no role of a snapshot");
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(a_delta_holds_what_the_other_lacks)
{
    const char *folder = fresh_folder(), *base = in_folder(folder, "base");
    const char *path = in_folder(folder, "delta");
    struct kin_cache *cache = open_cache(folder);
    fill_samples(cache, false);
    struct kin_snapshot_saved first = save_samples(cache, 3, &all, base, false);
    struct kin_snapshot_saved saved =
        save_samples(cache, SAMPLES, &(struct kin_snapshot_options){.since = base}, path, false);
    ck_assert_uint_eq(saved.claims, SAMPLES - 3);
    struct kin_snapshot *snapshot = read_snapshot(path);
    ck_assert(snapshot->is_delta && kin_sha256_equal(&snapshot->since, &first.id));
    for (size_t i = 0; i < 3; i++) { /* only old claims name them */
        struct kin_digest digest = sample_digest(i);
        ck_assert_ptr_null(kin_snapshot_object(snapshot, &digest));
    }
    ck_assert_int_eq(state_of(snapshot, 4), KIN_OBJECT_HERE);
    kin_snapshot_free(snapshot);

    struct kin_error err = {0}; /* a new claim about what the other has */
    struct kin_cache_batch *batch = kin_batch_new(cache);
    struct kin_action action = make_action("kind new\n", sample_digest(1));
    ck_ok(kin_batch_action(batch, &action, &err));
    ck_ok(kin_cache_write(cache, batch, &err));
    struct kin_snapshot_builder *builder = NULL;
    bool wanted;
    struct kin_digest digest = sample_digest(1);
    unsigned char *bytes = make_bytes(sample_lengths[1], 2);
    ck_ok(kin_snapshot_begin(cache, &(struct kin_snapshot_options){.since = base}, &builder, &err));
    ck_ok(kin_snapshot_add_claim(builder, &action.key, &wanted, &err));
    ck_assert(wanted);
    ck_ok(kin_snapshot_add_object(builder, &digest, "results", bytes, sample_lengths[1], &err));
    ck_ok(kin_snapshot_write(builder, path, true, NULL, &saved, &err));
    kin_snapshot_end(builder);
    kin_free(bytes);
    snapshot = read_snapshot(path);
    ck_assert_int_eq(state_of(snapshot, 1), KIN_OBJECT_SINCE);
    ck_assert_uint_eq(saved.objects, 0);
    kin_snapshot_free(snapshot);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(what_is_lost_cannot_be_saved)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct kin_snapshot_builder *builder = NULL;
    struct kin_digest none = name_digest("none");
    bool wanted;
    ck_ok(kin_snapshot_begin(cache, &all, &builder, &err));
    ck_assert_int_eq(kin_snapshot_add_claim(builder, &none, &wanted, &err), KIN_ENOTFOUND);
    ck_assert_int_eq(kin_snapshot_add_object(builder, &none, "audio", NULL, 0, &err), KIN_ECORRUPT);
    ck_assert_ptr_nonnull(strstr(err.text, "is lost or damaged: run the workflow"));
    kin_snapshot_end(builder);
    kin_snapshot_end(NULL);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(an_old_signature_goes)
{
    const char *folder = fresh_folder(), *path = in_folder(folder, "s");
    const char *sig = in_folder(folder, "s.sig");
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    fill_samples(cache, false);
    ck_ok(kin_write_file(sig, "old", 3, &err));
    save_samples(cache, SAMPLES, &all, path, true);
    ck_assert_int_ne(access(sig, F_OK), 0);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("snapshot save", equal_contents_are_equal_files, what_is_dropped_is_named_and_bound,
          roles_leave_out_what_has_others, a_delta_holds_what_the_other_lacks,
          what_is_lost_cannot_be_saved, an_old_signature_goes)
