/* Fewer tags. */
#include "solo_support.h"

static struct kin_value *song(const char *const *tags)
{
    struct kin_value *value = kin_value_new("song");
    size_t n = 0;
    while (tags && tags[n])
        n++;
    ck_ok(kin_value_set_text(value, "label", "x", &err));
    if (n > 0)
        ck_ok(kin_value_set_texts(value, "tags", tags, n, &err));
    return value;
}

#define TAGS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* a … d to reduce, of which c has no tag that two others have. */
static struct kin_solo *catalog(const char *const *parameters)
{
    struct kin_solo *solo = solo_new("tags", parameters);
    ck_ok(kin_solo_add(solo, "of", "a", song(TAGS("jazz", "rock")), &err));
    ck_ok(kin_solo_add(solo, "of", "b", song(TAGS("jazz", "rare", "rock")), &err));
    ck_ok(kin_solo_add(solo, "of", "c", song(TAGS("odd")), &err));
    ck_ok(kin_solo_add(solo, "of", "d", song(NULL), &err));
    ck_ok(kin_solo_add(solo, "of", "e", NULL, &err));
    return solo;
}

static const struct kin_gift *gift_of(const struct kin_solo *solo, const char *id)
{
    for (size_t i = 0; i < solo->given.n; i++)
        if (solo->given.list[i].id && strcmp(solo->given.list[i].id, id) == 0)
            return &solo->given.list[i];
    return NULL;
}

static void check_tags(const struct kin_solo *solo, const char *id, const char *const *wanted)
{
    const struct kin_gift *gift = gift_of(solo, id);
    ck_assert_msg(gift && gift->value, "no song '%s'", id);
    const struct kin_tensor *tags = kin_value_get(gift->value, "tags");
    size_t n = tags ? tags->shape[0] : 0;
    ck_assert_str_eq(kin_value_text(gift->value, "label", ""), "x");
    for (size_t i = 0; i < n; i++) {
        ck_assert_ptr_nonnull(wanted[i]);
        ck_assert_str_eq(kin_tensor_text(tags, i), wanted[i]);
    }
    ck_assert_ptr_null(wanted[n]);
}

START_TEST(the_most_frequent_stay)
{
    struct kin_solo *solo = catalog(PARAMS("top", "2"));
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_uint_eq(solo->given.n, 5);
    check_tags(solo, "b", TAGS("jazz", "rock"));
    check_tags(solo, "c", (const char *const[]){NULL});
    kin_solo_free(solo);
}
END_TEST

START_TEST(the_training_songs_decide)
{
    struct kin_solo *solo = catalog(PARAMS("top", "1", "untagged", "drop"));
    ck_ok(kin_solo_add(solo, "training", "z", song(TAGS("rare")), &err));
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_uint_eq(solo->given.n, 2); /* b, and the failed one: failures stay known */
    check_tags(solo, "b", TAGS("rare"));
    ck_assert_ptr_nonnull(gift_of(solo, "e"));
    kin_solo_free(solo);
}
END_TEST

START_TEST(songs_without_any_tag)
{
    struct kin_solo *solo = solo_new("tags", NULL);
    ck_ok(kin_solo_add(solo, "of", "a", song(NULL), &err));
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "no tag among 1 songs, wanted some to count");
    kin_solo_free(solo);
}
END_TEST

TEST_MAIN("tags", the_most_frequent_stay, the_training_songs_decide, songs_without_any_tag)
