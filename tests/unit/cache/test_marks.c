/* What is reachable from an action, a collection, any value. */
#include <string.h>

#include "cache/marks.h"
#include "cache_support.h"
#include "kindred/value.h"

static struct kin_digest put_value(struct kin_cache *cache, const char *type,
                                   const struct kin_digest *links, size_t n)
{
    struct kin_error err = {0};
    void *bytes;
    size_t length;
    struct kin_value *value = kin_value_new(type);
    must(kin_value_set_f64(value, "a", (double)n, &err));
    must(kin_value_set_digests(value, "links", links, n, &err));
    must(kin_value_encode(value, &bytes, &length, &err));
    kin_value_free(value);
    struct kin_digest digest = kin_digest_of(bytes, length);
    struct kin_cache_batch *batch = kin_batch_new(cache);
    must(kin_batch_blob(batch, &digest, bytes, length, false, &err));
    must(kin_cache_write(cache, batch, &err));
    return digest;
}

/* A collection of n items, one of which names an artifact of its own; an action that gave it. */
struct tree {
    struct kin_digest inner, items[3], collection, key, stranger;
};

static struct tree plant(struct kin_cache *cache)
{
    struct kin_error err = {0};
    struct tree tree = {.inner = put_made(cache, 100, 1, false),
                        .stranger = put_made(cache, 100, 2, false)};
    tree.items[0] = put_value(cache, "song", &tree.inner, 1);
    tree.items[1] = put_made(cache, 200000, 3, false);
    tree.items[2] = put_made(cache, 200000, 4, true);
    tree.collection = put_value(cache, "collection", tree.items, 3);
    struct kin_action action = make_action("act\nkind thing 1\n", tree.collection);
    action.items = 3;
    tree.key = action.key;
    struct kin_cache_batch *batch = kin_batch_new(cache);
    must(kin_batch_action(batch, &action, &err));
    must(kin_cache_write(cache, batch, &err));
    return tree;
}

static uint32_t flags_of(const struct kin_marks *marks, const struct kin_digest *digest)
{
    const struct kin_mark *mark = kin_marks_find(marks, digest);
    return mark ? mark->flags : UINT32_MAX;
}

START_TEST(reaches_all_that_an_action_gave)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct tree tree = plant(cache);
    struct kin_marks marks = {.cache = cache};
    ck_ok(kin_store_begin(cache, &marks.txn, &err));
    ck_ok(kin_marks_action(&marks, &tree.key, "step", 0, &err));
    ck_assert_uint_eq(flags_of(&marks, &tree.key), KIN_MARK_ACTION);
    ck_assert_uint_eq(flags_of(&marks, &tree.collection), KIN_MARK_PRESENT | KIN_MARK_STAYS);
    ck_assert_uint_eq(flags_of(&marks, &tree.items[1]), KIN_MARK_PRESENT);
    ck_assert_uint_eq(flags_of(&marks, &tree.inner), KIN_MARK_PRESENT | KIN_MARK_STAYS);
    ck_assert_ptr_null(kin_marks_find(&marks, &tree.stranger));
    ck_assert_double_eq(kin_marks_find(&marks, &tree.items[1])->seconds, 0.5); /* 1.5 for 3 */
    ck_assert_str_eq(marks.groups[kin_marks_find(&marks, &tree.inner)->group].step, "step");
    ck_assert_str_eq(marks.groups[kin_marks_find(&marks, &tree.inner)->group].kind, "thing");
    kin_store_end(cache, marks.txn);
    kin_marks_release(&marks);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

/* A flag that comes later reaches everything below as well; doom nothing that is marked. */
START_TEST(flags_come_down)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct tree tree = plant(cache);
    struct kin_marks marks = {.cache = cache};
    ck_ok(kin_store_begin(cache, &marks.txn, &err));
    ck_ok(kin_marks_action(&marks, &tree.key, "step", 0, &err));
    ck_ok(kin_marks_value(&marks, &tree.items[0], KIN_MARK_DOOMED, &err));
    ck_assert_uint_eq(flags_of(&marks, &tree.inner), KIN_MARK_PRESENT | KIN_MARK_STAYS);
    ck_ok(kin_marks_leased(&marks, &tree.key, &err));
    ck_assert_uint_eq(flags_of(&marks, &tree.inner),
                      KIN_MARK_PRESENT | KIN_MARK_STAYS | KIN_MARK_USED);
    struct kin_digest unknown = name_digest("nothing");
    ck_ok(kin_marks_leased(&marks, &unknown, &err));
    ck_assert_ptr_null(kin_marks_find(&marks, &unknown));
    kin_store_end(cache, marks.txn);
    kin_marks_release(&marks);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("marks", reaches_all_that_an_action_gave, flags_come_down)
