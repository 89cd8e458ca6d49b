/* Excerpts: where they are cut, and from what. */
#include "kind/clip.h"
#include "kind/song.h"
#include "kind_support.h"

/* A stored song of n samples that count 0, 1, 2 … in units of 2^-16; its stem counts backwards. */
static void add_song(struct bench *bench, const char *id, size_t n)
{
    struct kin_error err = {0};
    struct kin_audio audio;
    struct kin_value *mix, *stem, *song = kin_value_new("song");
    struct kin_digest digests[2];
    ck_ok(kin_audio_alloc(&audio, n, 1000, &err));
    for (size_t i = 0; i < n; i++)
        audio.samples[i] = (float)i / 65536;
    ck_ok(kin_clip_new(&audio, false, &mix, &err));
    for (size_t i = 0; i < n; i++)
        audio.samples[i] = -audio.samples[i];
    ck_ok(kin_clip_new(&audio, false, &stem, &err));
    kin_audio_release(&audio);
    ck_ok(bench_store(bench, mix, &digests[0], &err));
    ck_ok(bench_store(bench, stem, &digests[1], &err));
    ck_ok(kin_value_set_digests(song, "audio", &digests[0], 1, &err));
    ck_ok(kin_value_set_text(song, "form", "clip", &err));
    ck_ok(kin_value_set_texts(song, "stem_names", (const char *[]){"voice"}, 1, &err));
    ck_ok(kin_value_set_digests(song, "stems", &digests[1], 1, &err));
    bench_add_item(bench->listing, &bench->n_listing, id, song, NULL);
}

/* One excerpt of a song of n samples at 1000 Hz; parameters: name, text …, NULL. */
static struct bench *cut(size_t n, const char *const *parameters)
{
    struct bench *bench = bench_new("excerpt", parameters);
    add_song(bench, "a", n);
    ck_assert_msg(bench_run(bench, bench->listing, bench->n_listing) == 0, "%s", bench->err.text);
    return bench;
}

static struct kin_audio audio_of(const struct bench *bench, const char *id)
{
    struct kin_error err = {0};
    struct kin_audio audio;
    const struct bench_item *item = bench_find(bench->out, bench->n_out, id);
    ck_assert_msg(item->value != NULL, "%s", item->why);
    ck_ok(kin_clip_audio(item->value, &audio, &err));
    return audio;
}

/* The first sample's place in the song; checks that the others follow it. */
static size_t place(const struct bench *bench, const char *id, double sign, size_t length)
{
    struct kin_audio audio = audio_of(bench, id);
    size_t first = (size_t)(sign * (double)audio.samples[0] * 65536 + 0.5);
    ck_assert_uint_eq(audio.n, length);
    ck_assert_uint_eq(audio.rate_hz, 1000);
    for (size_t i = 0; i < audio.n; i++)
        ck_assert_double_eq(sign * (double)audio.samples[i] * 65536, (double)(first + i));
    kin_audio_release(&audio);
    return first;
}

#define AT "seconds", "2", "sample_rate", "1000"

START_TEST(start_and_centre)
{
    static const char *const start[] = {AT, "position", "start", NULL};
    static const char *const centre[] = {AT, "position", "centre", NULL};
    struct bench *a = cut(5001, start), *b = cut(5001, centre);
    ck_assert_uint_eq(place(a, "a", 1, 2000), 0);
    ck_assert_uint_eq(place(b, "a", 1, 2000), 1500);
    bench_free(a);
    bench_free(b);
}
END_TEST

START_TEST(random_places_depend_on_song_seed_and_piece_alone)
{
    static const char *const plain[] = {AT, "seed", "1", NULL};
    static const char *const stem[] = {AT, "seed", "1", "stem", "voice", "short", "whole", NULL};
    static const char *const seed[] = {AT, "seed", "2", NULL};
    static const char *const piece[] = {AT, "seed", "1", "piece", "1", NULL};
    struct bench *a = cut(9000, plain), *b = cut(9000, stem), *c = cut(9000, seed),
                 *d = cut(9000, piece), *e = bench_new("excerpt", plain);
    size_t at = place(a, "a", 1, 2000);
    ck_assert_uint_eq(place(b, "a", -1, 2000), at);
    ck_assert_uint_ne(place(c, "a", 1, 2000), at);
    ck_assert_uint_ne(place(d, "a", 1, 2000), at);
    add_song(e, "b", 9001);
    add_song(e, "z", 9000);
    ck_assert_int_eq(bench_run(e, e->listing, e->n_listing), 0);
    ck_assert_uint_eq(place(e, "z", 1, 2000), at);
    ck_assert_uint_ne(place(e, "b", 1, 2000), at);
    bench_free(a);
    bench_free(b);
    bench_free(c);
    bench_free(d);
    bench_free(e);
}
END_TEST

START_TEST(a_song_of_exactly_that_length)
{
    static const char *const plain[] = {AT, NULL};
    struct bench *bench = cut(2000, plain);
    ck_assert_uint_eq(place(bench, "a", 1, 2000), 0);
    bench_free(bench);
}
END_TEST

START_TEST(short_songs_fail_or_stay_whole)
{
    static const char *const plain[] = {AT, NULL};
    static const char *const whole[] = {AT, "short", "whole", NULL};
    static const char *const unknown[] = {AT, "stem", "drums", NULL};
    struct bench *a = cut(1999, plain), *b = cut(1999, whole), *c = cut(9000, unknown);
    ck_assert_str_eq(a->out[0].why, "1.999 s of audio, wanted an excerpt of 2 s");
    ck_assert_uint_eq(place(b, "a", 1, 1999), 0);
    ck_assert_str_eq(c->out[0].why, "no stem 'drums' in this song");
    bench_free(a);
    bench_free(b);
    bench_free(c);
}
END_TEST

START_TEST(resampled_and_stored_in_8_bits)
{
    static const char *const other[] = {"seconds", "2",     "sample_rate", "2000", "position",
                                        "start",   "store", "mulaw",       NULL};
    struct bench *bench = cut(5000, other);
    const struct kin_tensor *code = kin_value_get(bench->out[0].value, "code");
    ck_assert_ptr_nonnull(code);
    ck_assert_uint_eq(code->shape[0], 4000);
    struct kin_audio audio = audio_of(bench, "a");
    ck_assert_uint_eq(audio.rate_hz, 2000);
    ck_assert_float_eq_tol(audio.samples[2000], 1000.0f / 65536, 5e-4f);
    kin_audio_release(&audio);
    bench_free(bench);
}
END_TEST

START_TEST(every_place_is_as_likely)
{
    size_t seen[4] = {0};
    for (unsigned i = 0; i < 4000; i++) {
        struct kin_random random = kin_random_stream(3, &i, sizeof i);
        size_t start = kin_crop_start(KIN_CROP_RANDOM, 13, 10, &random);
        ck_assert_uint_le(start, 3);
        seen[start]++;
    }
    for (size_t k = 0; k < 4; k++) /* 1000 expected, standard deviation 27 */
        ck_assert_msg(seen[k] > 860 && seen[k] < 1140, "%zu: %zu of 4000", k, seen[k]);
}
END_TEST

START_TEST(files_of_a_folder)
{
    static const char *const folder[] = {"path", "tests/data/music", "group", "--", NULL};
    static const char *const short_cut[] = {"seconds", "1", "sample_rate", "8000", NULL};
    struct bench *songs = bench_new("dataset.folder", folder);
    bench_load(songs);
    ck_assert_uint_ge(songs->n_out, 60);
    size_t groups = 0;
    const char *last = "";
    for (size_t i = 0; i < songs->n_out; i++) {
        ck_assert_msg(songs->out[i].value != NULL, "%s: %s", songs->out[i].id, songs->out[i].why);
        const char *group = kin_value_text(songs->out[i].value, "group", "?");
        groups += strcmp(group, last) != 0;
        last = group;
    }
    ck_assert_uint_ge(groups, 15);
    struct bench *clips = bench_new("excerpt", short_cut);
    clips->n_files = songs->n_files;
    for (size_t i = 0; i < songs->n_files; i++) {
        clips->digests[i] = songs->digests[i];
        clips->paths[i] = kin_strdup(songs->paths[i]);
    }
    ck_assert_int_eq(bench_run(clips, songs->out, songs->n_out), 0);
    ck_assert_uint_eq(clips->n_out, songs->n_out);
    for (size_t i = 0; i < clips->n_out; i++) {
        struct kin_audio audio = audio_of(clips, songs->out[i].id);
        ck_assert_uint_eq(audio.n, 8000);
        kin_audio_release(&audio);
    }
    bench_free(songs);
    bench_free(clips);
}
END_TEST

TEST_MAIN("excerpt", start_and_centre, random_places_depend_on_song_seed_and_piece_alone,
          a_song_of_exactly_that_length, short_songs_fail_or_stay_whole,
          resampled_and_stored_in_8_bits, every_place_is_as_likely, files_of_a_folder)
