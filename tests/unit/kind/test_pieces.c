/* Several pieces of every song. */
#include "kind_support.h"

static struct bench *catalog(const char *const *parameters)
{
    struct kin_error err = {0};
    struct bench *bench = bench_new("pieces", parameters);
    for (int i = 0; i < 3; i++) {
        static const char *const ids[] = {"long", "middle", "short"};
        struct kin_value *song = kin_value_new("song");
        ck_ok(kin_value_set_f64(song, "seconds", 60.0 / (1 << (2 * i)), &err)); /* 60, 15, 3.75 */
        if (i == 1)
            ck_ok(kin_value_set_text(song, "group", "album", &err));
        bench_add_item(bench->listing, &bench->n_listing, ids[i], song, NULL);
    }
    ck_assert_msg(bench_run(bench, bench->listing, bench->n_listing) == 0, "%s", bench->err.text);
    return bench;
}

static const struct kin_value *piece(const struct bench *bench, const char *id)
{
    for (size_t i = 0; i < bench->n_out; i++)
        if (strcmp(bench->out[i].id, id) == 0)
            return bench->out[i].value;
    ck_abort_msg("no piece %s", id);
    return NULL;
}

START_TEST(one_piece_is_the_song_as_it_is)
{
    const char *parameters[] = {NULL};
    struct bench *bench = catalog(parameters);
    ck_assert_uint_eq(bench->n_out, 3);
    ck_assert_ptr_null(kin_value_get(piece(bench, "long"), "piece"));
    bench_free(bench);
}
END_TEST

START_TEST(pieces_stay_in_the_group_of_their_song)
{
    const char *parameters[] = {"count", "3", NULL};
    struct bench *bench = catalog(parameters);
    ck_assert_uint_eq(bench->n_out, 9);
    ck_assert_int_eq(kin_value_i64(piece(bench, "long.2"), "piece", -1), 1);
    ck_assert_int_eq(kin_value_i64(piece(bench, "long.3"), "piece", -1), 2);
    ck_assert_str_eq(kin_value_text(piece(bench, "long.3"), "group", ""), "long");
    ck_assert_str_eq(kin_value_text(piece(bench, "middle.2"), "group", ""), "album");
    bench_free(bench);
}
END_TEST

START_TEST(no_more_pieces_than_there_is_room_for)
{
    const char *parameters[] = {"count", "3", "seconds", "7", NULL};
    struct bench *bench = catalog(parameters);
    ck_assert_uint_eq(bench->n_out, 3 + 2 + 1);
    piece(bench, "long.3");
    piece(bench, "middle.2");
    piece(bench, "short");
    bench_free(bench);
}
END_TEST

TEST_MAIN("pieces", one_piece_is_the_song_as_it_is, pieces_stay_in_the_group_of_their_song,
          no_more_pieces_than_there_is_room_for)
