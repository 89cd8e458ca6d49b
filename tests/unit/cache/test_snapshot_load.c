#include "snapshot_support.h"

static const struct kin_snapshot_options all = {0};

/* Two folders with a cache each: one that is full and saved, one that is empty. */
struct pair {
    char from_folder[256], to_folder[256], path[600];
    struct kin_cache *from, *to;
};

static struct pair make_pair(void)
{
    struct pair pair = {0};
    snprintf(pair.from_folder, sizeof pair.from_folder, "%s", fresh_folder());
    snprintf(pair.to_folder, sizeof pair.to_folder, "%s", fresh_folder());
    snprintf(pair.path, sizeof pair.path, "%s/s.tar.zst", pair.from_folder);
    pair.from = open_cache(pair.from_folder);
    pair.to = open_cache(pair.to_folder);
    fill_samples(pair.from, false);
    save_samples(pair.from, SAMPLES, &all, pair.path, false);
    return pair;
}

static void free_pair(struct pair *pair)
{
    kin_cache_close(pair->from);
    kin_cache_close(pair->to);
    remove_folder(pair->from_folder);
    remove_folder(pair->to_folder);
}

static bool knows(struct kin_cache *cache, size_t sample)
{
    struct kin_digest key = sample_key(sample);
    struct kin_outcome outcome;
    return kin_cache_find(cache, &key, &outcome);
}

START_TEST(loads_what_was_saved)
{
    struct pair pair = make_pair();
    struct kin_error err = {0};
    struct kin_snapshot_loaded loaded;
    ck_ok(load_samples(pair.to, pair.path, true, &loaded, &err));
    ck_assert_int_eq(loaded.trust, KIN_TRUST_TOLD);
    ck_assert_str_eq(loaded.signer.name, "nobody");
    ck_assert_uint_eq(loaded.objects_new, SAMPLES - 1);
    ck_assert_uint_eq(loaded.objects_left, 1);
    ck_assert_uint_eq(loaded.claims_new, SAMPLES);
    for (size_t i = 0; i < SAMPLES; i++) {
        struct kin_digest digest = sample_digest(i);
        ck_assert(knows(pair.to, i));
        ck_assert_int_eq(kin_cache_presence(pair.to, &digest),
                         i == SAMPLES - 1 ? KIN_DROPPED : KIN_PRESENT);
        ck_assert(i == SAMPLES - 1 || has_made(pair.to, sample_lengths[i], i + 1));
    }
    struct kin_action action;
    void *backing;
    struct kin_digest key = sample_key(0);
    ck_ok(kin_cache_action(pair.to, &key, &action, &backing, &err));
    ck_assert(action.seconds == 1.5);
    ck_assert_int_eq(action.made_at, 1700000000);
    ck_assert_ptr_nonnull(strstr(action.made_by, "signed by nobody: host x86-64-v3 kindred 1"));
    kin_free(backing);
    /* and what was loaded saves as the same */
    save_samples(pair.from, SAMPLES, &all, in_folder(pair.from_folder, "p"), true);
    save_samples(pair.to, SAMPLES, &all, in_folder(pair.to_folder, "p"), true);
    ck_assert(same_files(in_folder(pair.from_folder, "p"), in_folder(pair.to_folder, "p")));
    uint64_t bad = 1;
    kin_cache_close(pair.to);
    ck_ok(kin_cache_verify(pair.to_folder, NULL, NULL, &bad, &err));
    ck_assert_uint_eq(bad, 0);
    pair.to = open_cache(pair.to_folder);
    free_pair(&pair);
}
END_TEST

START_TEST(loading_again_changes_nothing)
{
    struct pair pair = make_pair();
    struct kin_error err = {0};
    struct kin_snapshot_loaded loaded;
    struct kin_cache_stat before, after;
    ck_ok(load_samples(pair.to, pair.path, true, &loaded, &err));
    ck_ok(kin_cache_stat(pair.to, &before, &err));
    ck_ok(load_samples(pair.to, pair.path, true, &loaded, &err));
    ck_ok(kin_cache_stat(pair.to, &after, &err));
    ck_assert_uint_eq(loaded.objects_new, 0);
    ck_assert_uint_eq(loaded.objects_known, SAMPLES - 1);
    ck_assert_uint_eq(loaded.claims_known, SAMPLES);
    ck_assert_uint_eq(before.runs, 1);
    ck_assert_uint_eq(after.runs, 1);
    ck_assert_uint_eq(before.blobs, after.blobs);
    ck_assert_uint_eq(before.blob_bytes, after.blob_bytes);
    free_pair(&pair);
}
END_TEST

START_TEST(nobody_is_believed_unasked)
{
    struct pair pair = make_pair();
    struct kin_error err = {0};
    struct kin_snapshot_loaded loaded;
    ck_ok(load_samples(pair.to, pair.path, false, &loaded, &err));
    ck_assert_int_eq(loaded.trust, KIN_TRUST_NOBODY);
    ck_assert_uint_eq(loaded.objects_new, SAMPLES - 1);
    ck_assert_uint_eq(loaded.claims_refused, SAMPLES);
    ck_assert_uint_eq(loaded.claims_new, 0);
    struct kin_digest dropped = sample_digest(SAMPLES - 1);
    ck_assert_int_eq(kin_cache_presence(pair.to, &dropped), KIN_ABSENT); /* on nobody's word */
    for (size_t i = 0; i < SAMPLES; i++)
        ck_assert(!knows(pair.to, i));
    struct kin_cache_stat stat;
    ck_ok(kin_cache_stat(pair.to, &stat, &err));
    ck_assert_uint_eq(stat.runs, 0);
    free_pair(&pair);
}
END_TEST

START_TEST(an_outcome_of_ones_own_stays)
{
    struct pair pair = make_pair();
    struct kin_error err = {0};
    struct kin_snapshot_loaded loaded;
    struct kin_digest own = put_made(pair.to, 77, 77, false);
    char record[80];
    sample_record(2, record);
    struct kin_action action = make_action(record, own);
    struct kin_cache_batch *batch = kin_batch_new(pair.to);
    ck_ok(kin_batch_action(batch, &action, &err));
    ck_ok(kin_cache_write(pair.to, batch, &err));
    ck_ok(load_samples(pair.to, pair.path, true, &loaded, &err));
    ck_assert_uint_eq(loaded.claims_other, 1);
    ck_assert_uint_eq(loaded.claims_new, SAMPLES - 1);
    struct kin_outcome outcome;
    ck_assert(kin_cache_find(pair.to, &action.key, &outcome));
    ck_assert(kin_digest_equal(&outcome.outputs[0], &own));
    free_pair(&pair);
}
END_TEST

START_TEST(a_delta_follows_what_it_is_to)
{
    struct pair pair = make_pair();
    struct kin_error err = {0};
    const char *base = in_folder(pair.from_folder, "base"),
               *delta = in_folder(pair.from_folder, "d");
    struct kin_cache_batch *batch = kin_batch_new(pair.from);
    struct kin_action action = make_action("kind new\n", sample_digest(1));
    ck_ok(kin_batch_action(batch, &action, &err));
    ck_ok(kin_cache_write(pair.from, batch, &err));
    save_samples(pair.from, SAMPLES, &all, base, false);
    struct kin_snapshot_builder *builder = NULL;
    struct kin_snapshot_saved saved;
    struct kin_digest digest = sample_digest(1);
    unsigned char *bytes = make_bytes(sample_lengths[1], 2);
    bool wanted;
    ck_ok(kin_snapshot_begin(pair.from, &(struct kin_snapshot_options){.since = base}, &builder,
                             &err));
    ck_ok(kin_snapshot_add_claim(builder, &action.key, &wanted, &err));
    ck_ok(kin_snapshot_add_object(builder, &digest, "results", bytes, sample_lengths[1], &err));
    ck_ok(kin_snapshot_write(builder, delta, false, NULL, &saved, &err));
    kin_snapshot_end(builder);
    kin_free(bytes);
    struct kin_digest before = content_of(pair.to);
    ck_assert_int_eq(load_samples(pair.to, delta, true, NULL, &err), KIN_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(err.text, "it is a delta: 1 of the objects"));
    struct kin_digest after = content_of(pair.to);
    ck_assert(kin_digest_equal(&before, &after));
    ck_ok(load_samples(pair.to, base, true, NULL, &err));
    ck_ok(load_samples(pair.to, delta, true, NULL, &err));
    struct kin_outcome outcome;
    ck_assert(kin_cache_find(pair.to, &action.key, &outcome));
    free_pair(&pair);
}
END_TEST

static int count_believed(void *context, struct kin_cache_batch *batch,
                          const struct kin_action *action, struct kin_error *err)
{
    size_t *n = context;
    struct kin_digest family = name_digest("family");
    (*n)++;
    return kin_batch_item(batch, &family, &action->key, &action->outputs[0], err);
}

START_TEST(what_follows_from_claims_follows)
{
    struct pair pair = make_pair();
    struct kin_error err = {0};
    struct kin_snapshot_loaded loaded;
    size_t n = 0;
    const struct kin_snapshot_load_options options = {
        .trust_unsigned = true, .believed = count_believed, .context = &n};
    ck_ok(kin_snapshot_load(pair.to, pair.path, &options, &loaded, &err));
    ck_assert_uint_eq(n, SAMPLES);
    struct kin_digest family = name_digest("family"), key = sample_key(3), out;
    bool found;
    ck_ok(kin_cache_find_items(pair.to, &family, &key, 1, &out, &found, &err));
    ck_assert(found);
    free_pair(&pair);
}
END_TEST

START_TEST(a_cache_for_reading_alone_takes_nothing)
{
    struct pair pair = make_pair();
    struct kin_error err = {0};
    kin_cache_close(pair.to);
    const struct kin_cache_options options = {.folder = pair.to_folder, .read_only = true};
    ck_ok(kin_cache_open(&options, &pair.to, &err));
    ck_assert_int_eq(load_samples(pair.to, pair.path, true, NULL, &err), KIN_EACCESS);
    free_pair(&pair);
}
END_TEST

/* Each allocation fails once, in saving and in loading: an error, and then it works. */
START_TEST(no_memory_is_an_error)
{
    struct pair pair = make_pair();
    const char *again = in_folder(pair.to_folder, "again");
    int status = KIN_ENOMEM;
    for (unsigned long n = 1; status != 0; n++) {
        struct kin_error err = {0};
        kin_memory_fail_nth(n);
        status = load_samples(pair.to, pair.path, true, NULL, &err);
        kin_memory_fail_nth(0);
        ck_assert_msg(status == 0 || err.text[0] != '\0', "allocation %lu", n);
        ck_assert_msg(status == 0 || status == KIN_ENOMEM || status == KIN_ECORRUPT,
                      "allocation %lu: %s", n, err.text);
    }
    status = KIN_ENOMEM;
    for (unsigned long n = 1; status != 0; n++) {
        struct kin_error err = {0};
        struct kin_snapshot_builder *builder = NULL;
        struct kin_snapshot_saved saved;
        struct kin_digest key = sample_key(0);
        bool wanted;
        kin_memory_fail_nth(n);
        status = kin_snapshot_begin(pair.to, &(struct kin_snapshot_options){.since = pair.path},
                                    &builder, &err);
        if (status == 0)
            status = kin_snapshot_add_claim(builder, &key, &wanted, &err);
        if (status == 0)
            status = kin_snapshot_write(builder, again, false, NULL, &saved, &err);
        kin_memory_fail_nth(0);
        kin_snapshot_end(builder);
        ck_assert_msg(status == 0 || err.text[0] != '\0', "allocation %lu", n);
    }
    free_pair(&pair);
}
END_TEST

TEST_MAIN("snapshot load", no_memory_is_an_error, loads_what_was_saved,
          loading_again_changes_nothing, nobody_is_believed_unasked, an_outcome_of_ones_own_stays,
          a_delta_follows_what_it_is_to, what_follows_from_claims_follows,
          a_cache_for_reading_alone_takes_nothing)
