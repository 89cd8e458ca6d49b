/* Parts of a catalog as a kind: which songs pass. */
#include "kind_support.h"

static void add_song(struct bench *bench, const char *id, const char *group, const char *label,
                     const char *split)
{
    struct kin_error err = {0};
    struct kin_value *song = kin_value_new("song");
    if (group)
        ck_ok(kin_value_set_text(song, "group", group, &err));
    if (label)
        ck_ok(kin_value_set_text(song, "label", label, &err));
    if (split)
        ck_ok(kin_value_set_text(song, "split", split, &err));
    if (id[0] == 's')
        ck_ok(kin_value_set_texts(song, "stem_names", (const char *[]){"voice"}, 1, &err));
    bench_add_item(bench->listing, &bench->n_listing, id, song, NULL);
}

static struct bench *catalog(const char *const *parameters, bool columns)
{
    struct bench *bench = bench_new("split", parameters);
    for (int i = 0; i < 60; i++) {
        char id[16], group[16];
        snprintf(id, sizeof id, "%c%02d", i % 4 ? 'a' : 's', i);
        snprintf(group, sizeof group, "g%d", i / 3);
        add_song(bench, id, group, i / 3 % 2 ? "x" : "y",
                 !columns     ? NULL
                 : i / 3 % 5 == 0 ? "test"
                              : "train");
    }
    return bench;
}

static void run(struct bench *bench)
{
    ck_assert_msg(bench_run(bench, bench->listing, bench->n_listing) == 0, "%s", bench->err.text);
}

START_TEST(the_parts_are_the_catalog)
{
    static const char *const names[] = {"train", "validation", "test"};
    static const size_t sizes[] = {48, 6, 6};
    struct bench *parts[3];
    for (size_t p = 0; p < 3; p++) {
        const char *parameters[] = {"part", names[p], "seed", "4", NULL};
        parts[p] = catalog(parameters, false);
        run(parts[p]);
        ck_assert_uint_eq(parts[p]->n_out, sizes[p]);
    }
    for (size_t i = 0; i < parts[0]->n_listing; i++) {
        size_t n = 0;
        for (size_t p = 0; p < 3; p++)
            for (size_t k = 0; k < parts[p]->n_out; k++)
                n += strcmp(parts[p]->out[k].id, parts[0]->listing[i].id) == 0;
        ck_assert_uint_eq(n, 1);
    }
    for (size_t p = 0; p < 3; p++)
        bench_free(parts[p]);
}
END_TEST

START_TEST(the_catalogs_own_split_comes_first)
{
    static const char *const test[] = {"part", "test", NULL};
    static const char *const shares[] = {"part", "test", "by", "shares", NULL};
    static const char *const column[] = {"part", "test", "by", "column", NULL};
    struct bench *a = catalog(test, true), *b = catalog(shares, true), *c = catalog(column, false);
    run(a);
    run(b);
    ck_assert_uint_eq(a->n_out, 12);
    ck_assert_uint_eq(b->n_out, 6);
    ck_assert_int_eq(bench_run(c, c->listing, c->n_listing), KIN_EDATA);
    ck_assert_str_eq(c->err.text, "item 'a01' is in no split, wanted train, validation or test");
    bench_free(a);
    bench_free(b);
    bench_free(c);
}
END_TEST

START_TEST(only_songs_with_a_stem)
{
    static const char *const all[] = {"part", "all", "stem", "voice", NULL};
    struct bench *bench = catalog(all, false);
    bench_add_item(bench->listing, &bench->n_listing, "failed", NULL, "no such file");
    run(bench);
    ck_assert_uint_eq(bench->n_out, 16); /* a failed song keeps its place */
    bench_free(bench);
}
END_TEST

START_TEST(take_and_ratio)
{
    static const char *const take[] = {"part", "all", "take", "7", NULL};
    static const char *const ratio[] = {"part", "all", "ratio", "0.7", NULL};
    static const char *const trial[] = {"part", "all", "ratio", "0.7", "trial", "1", NULL};
    struct bench *a = catalog(take, false), *b = catalog(ratio, false), *c = catalog(trial, false);
    run(a);
    run(b);
    run(c);
    ck_assert_uint_eq(a->n_out, 7);
    ck_assert_uint_eq(b->n_out, 42);
    ck_assert_uint_eq(c->n_out, 42);
    size_t same = 0;
    for (size_t i = 0; i < 42; i++)
        same += strcmp(b->out[i].id, c->out[i].id) == 0;
    ck_assert_uint_lt(same, 42);
    bench_free(a);
    bench_free(b);
    bench_free(c);
}
END_TEST

START_TEST(shares_that_are_all_zero)
{
    static const char *const none[] = {"part", "all",  "train", "0", "validation",
                                       "0",    "test", "0",     NULL};
    const char *blame = NULL;
    struct bench *bench = bench_new("split", none);
    ck_assert_int_eq(kin_args_check(bench->args, &blame, &bench->err), KIN_EINVAL);
    ck_assert_str_eq(blame, "train");
    bench_free(bench);
}
END_TEST

TEST_MAIN("split", the_parts_are_the_catalog, the_catalogs_own_split_comes_first,
          only_songs_with_a_stem, take_and_ratio, shares_that_are_all_zero)
