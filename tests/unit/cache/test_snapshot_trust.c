#include "snapshot_support.h"

static void claim(struct kin_cache *cache, const char *who, const char *fingerprint, size_t sample)
{
    struct kin_error err = {0};
    struct kin_signer signer = {0};
    snprintf(signer.name, sizeof signer.name, "%s", who);
    snprintf(signer.fingerprint, sizeof signer.fingerprint, "%s", fingerprint);
    struct kin_digest key = sample_key(sample);
    struct kin_cache_batch *batch = kin_batch_new(cache);
    ck_ok(kin_trust_batch_signer(cache, batch, &signer, &err));
    ck_ok(kin_trust_batch(batch, &signer, &key, &err));
    ck_ok(kin_cache_write(cache, batch, &err));
}

static void put_sample(struct kin_cache *cache, size_t sample, const char *made_by)
{
    struct kin_error err = {0};
    char record[80];
    sample_record(sample, record);
    struct kin_cache_batch *batch = kin_batch_new(cache);
    struct kin_action action = make_action(record, add_made(batch, 100, sample, false));
    action.made_by = made_by;
    ck_ok(kin_batch_action(batch, &action, &err));
    ck_ok(kin_cache_write(cache, batch, &err));
}

static bool knows(struct kin_cache *cache, size_t sample)
{
    struct kin_digest key = sample_key(sample);
    struct kin_outcome outcome;
    return kin_cache_find(cache, &key, &outcome);
}

static int note_trusted(void *context, const struct kin_trusted *trusted)
{
    kin_text_addf(context, "%s %s %llu\n", trusted->signer.name, trusted->signer.fingerprint,
                  (unsigned long long)trusted->claims);
    return 0;
}

static int count_forgotten(void *context, struct kin_cache_batch *batch,
                           const struct kin_action *action, struct kin_error *err)
{
    (void)batch, (void)err;
    ck_assert_ptr_nonnull(action->record);
    ++*(size_t *)context;
    return 0;
}

/* 0: alice alone. 1: alice and bob. 2: alice, and computed here. 3: bob alone. */
static void fill(struct kin_cache *cache)
{
    for (size_t i = 0; i < 4; i++)
        put_sample(cache, i, i == 2 ? "kindred here" : "snapshot 0123, signed by x: there");
    for (size_t i = 0; i < 3; i++)
        claim(cache, "alice", "SHA256:a", i);
    claim(cache, "bob", "SHA256:b", 1);
    claim(cache, "bob", "SHA256:b", 3);
}

START_TEST(claims_are_kept_per_signer)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_text text = {0};
    struct kin_cache *cache = open_cache(folder);
    ck_ok(kin_trust_each(cache, note_trusted, &text, &err));
    ck_assert_uint_eq(text.length, 0);
    fill(cache);
    ck_ok(kin_trust_each(cache, note_trusted, &text, &err));
    ck_assert_ptr_nonnull(strstr(text.data, "alice SHA256:a 3\n"));
    ck_assert_ptr_nonnull(strstr(text.data, "bob SHA256:b 2\n"));
    kin_text_release(&text);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(what_only_the_revoked_said_is_gone)
{
    static const char *const names[] = {"alice", "SHA256:a"};
    for (size_t n = 0; n < KIN_COUNT(names); n++) {
        const char *folder = fresh_folder();
        struct kin_error err = {0};
        struct kin_cache *cache = open_cache(folder);
        uint64_t claims;
        size_t forgotten = 0;
        fill(cache);
        ck_ok(kin_trust_revoke(cache, names[n], count_forgotten, &forgotten, &claims, &err));
        ck_assert_uint_eq(claims, 1);
        ck_assert_uint_eq(forgotten, 1);
        ck_assert(!knows(cache, 0) && knows(cache, 1) && knows(cache, 2) && knows(cache, 3));
        ck_assert_int_eq(kin_trust_revoke(cache, names[n], NULL, NULL, &claims, &err),
                         KIN_ENOTFOUND);
        ck_assert_ptr_nonnull(strstr(err.text, "'kindred cache trust ls' lists"));
        ck_ok(kin_trust_revoke(cache, "bob", NULL, NULL, &claims, &err));
        ck_assert_uint_eq(claims, 2);
        ck_assert(!knows(cache, 1) && knows(cache, 2) && !knows(cache, 3));
        struct kin_text text = {0};
        ck_ok(kin_trust_each(cache, note_trusted, &text, &err));
        ck_assert_uint_eq(text.length, 0);
        kin_cache_close(cache);
        remove_folder(folder);
    }
}
END_TEST

TEST_MAIN("snapshot trust", claims_are_kept_per_signer, what_only_the_revoked_said_is_gone)
