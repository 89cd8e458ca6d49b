/*
 * A thousand random bit flips and cuts of a snapshot: every load fails with a message and leaves
 * the cache as it was. The same with a seal put behind the damage, as somebody would who means it:
 * then what loads is what was saved, or nothing.
 */
#include "kindred/random.h"
#include "snapshot_support.h"

#define DAMAGES 1000
#define FORGERIES 500

struct target {
    const char *folder, *path, *damaged;
    struct kin_cache *cache;
    char *bytes;
    size_t length;
    struct kin_digest content;
    struct kin_random random;
};

/* The cache has the objects already, on nobody's word, and one thing of its own. */
static struct target make_target(void)
{
    struct kin_error err = {0};
    struct target t = {.folder = fresh_folder()};
    t.path = kin_strdup(in_folder(t.folder, "good"));
    t.damaged = kin_strdup(in_folder(t.folder, "damaged"));
    struct kin_cache *from = open_cache(in_folder(t.folder, "from"));
    fill_samples(from, false);
    save_samples(from, SAMPLES, &(struct kin_snapshot_options){0}, t.path, false);
    kin_cache_close(from);
    t.cache = open_cache(in_folder(t.folder, "to"));
    put_made(t.cache, 1000, 1000, false);
    must(load_samples(t.cache, t.path, false, NULL, &err));
    must(kin_read_file(t.path, &t.bytes, &t.length, &err));
    t.content = content_of(t.cache);
    t.random = kin_random_stream(7, "damage", 6);
    return t;
}

static void free_target(struct target *t)
{
    kin_cache_close(t->cache);
    remove_folder(t->folder);
    kin_free(t->bytes);
    kin_free((char *)t->path);
    kin_free((char *)t->damaged);
}

static bool is_unchanged(struct target *t)
{
    struct kin_digest now = content_of(t->cache);
    return kin_digest_equal(&now, &t->content);
}

/* Writes the first n bytes with one bit changed, or none when `at` lies behind. */
static void write_damaged(struct target *t, size_t n, size_t at)
{
    struct kin_error err = {0};
    char bit = (char)(1 << kin_random_below(&t->random, 8));
    if (at < n)
        t->bytes[at] ^= bit;
    must(kin_write_file(t->damaged, t->bytes, n, &err));
    if (at < n)
        t->bytes[at] ^= bit;
}

START_TEST(every_damage_is_noticed)
{
    struct target t = make_target();
    for (int i = 0; i < DAMAGES; i++) {
        struct kin_error err = {0};
        size_t at = kin_random_below(&t.random, t.length);
        if (i % 2)
            write_damaged(&t, at, t.length);
        else
            write_damaged(&t, t.length, at);
        ck_assert_msg(load_samples(t.cache, t.damaged, true, NULL, &err) != 0,
                      "damage %d at byte %zu is loaded", i, at);
        ck_assert(err.text[0] != '\0');
        ck_assert_msg(is_unchanged(&t), "damage %d at byte %zu: %s", i, at, err.text);
    }
    free_target(&t);
}
END_TEST

START_TEST(every_forgery_is_noticed_or_harmless)
{
    struct target t = make_target();
    size_t body = t.length - KIN_SEAL_BYTES;
    for (int i = 0; i < FORGERIES; i++) {
        struct kin_error err = {0};
        size_t at = kin_random_below(&t.random, body);
        write_damaged(&t, body, at);
        seal_file(t.damaged);
        int status = load_samples(t.cache, t.damaged, false, NULL, &err);
        ck_assert(status == 0 || err.text[0] != '\0');
        ck_assert_msg(is_unchanged(&t), "forgery %d at byte %zu: %s", i, at, err.text);
    }
    free_target(&t);
}
END_TEST

TEST_MAIN("snapshot flips", every_damage_is_noticed, every_forgery_is_noticed_or_harmless)
