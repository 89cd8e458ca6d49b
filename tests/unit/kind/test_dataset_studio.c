/* Generated songs as a source: what a catalog of them holds. */
#include "kind/clip.h"
#include "kind/song.h"
#include "kind_support.h"
#include "kindred/studio.h"

static const char *const few[] = {"songs", "3", "seconds", "3", "seed", "5", NULL};

static struct bench *generate(const char *const *parameters)
{
    struct bench *bench = bench_new("dataset.studio", parameters);
    ck_assert_msg(bench_scan(bench) == 0, "%s", bench->err.text);
    ck_assert_msg(bench_run(bench, bench->listing, bench->n_listing) == 0, "%s", bench->err.text);
    return bench;
}

START_TEST(a_song_has_audio_labels_and_a_voice)
{
    struct bench *bench = generate(few);
    struct kin_services services = {.context = bench,
                                    .fetch = bench_fetch,
                                    .store = bench_store,
                                    .source = bench_source};
    size_t voices = 0;
    ck_assert_uint_eq(bench->n_out, 3);
    ck_assert_str_eq(bench->out[2].id, "studio-000002");
    for (size_t i = 0; i < 3; i++) {
        const struct kin_value *song = bench->out[i].value;
        struct kin_audio mix, voice;
        struct kin_error err = {0};
        ck_ok(kin_song_audio(song, NULL, 0, &services, &mix, &err));
        ck_assert_uint_eq(mix.rate_hz, 22050);
        ck_assert_uint_eq(mix.n, 3 * 22050);
        ck_assert_double_eq(kin_value_f64(song, "seconds", 0), 3);
        ck_assert_double_eq(kin_value_f64(song, "channels", 0), 1);
        ck_assert_ptr_nonnull(kin_value_text(song, "label", NULL));
        ck_assert_uint_ge(kin_value_get(song, "tags")->shape[0], 5);
        if (kin_value_get(song, "stems")) {
            ck_ok(kin_song_audio(song, "voice", 0, &services, &voice, &err));
            ck_assert_uint_eq(voice.n, mix.n);
            kin_audio_release(&voice);
            voices++;
        } else {
            ck_assert_int_eq(kin_song_audio(song, "voice", 0, &services, &voice, &err), KIN_EDATA);
            ck_assert_str_eq(err.text, "no stem 'voice' in this song");
        }
        kin_audio_release(&mix);
    }
    ck_assert_uint_ge(voices, 1);
    bench_free(bench);
}
END_TEST

/* The key of song i holds its listing and the parameters: neither knows how many songs there are.
 */
START_TEST(a_song_is_the_same_among_many)
{
    static const char *const more[] = {"songs", "5", "seconds", "3", "seed", "5", NULL};
    struct bench *a = generate(few), *b = generate(more);
    KIN_AUTO(kin_text_release) struct kin_text x = {0}, y = {0};
    kin_args_canonical(a->args, &x);
    kin_args_canonical(b->args, &y);
    ck_assert_str_eq(kin_text_string(&x), kin_text_string(&y));
    for (size_t i = 0; i < 3; i++) {
        struct kin_digest p, q;
        struct kin_error err = {0};
        ck_ok(kin_value_digest(a->listing[i].value, &p, &err));
        ck_ok(kin_value_digest(b->listing[i].value, &q, &err));
        ck_assert(kin_digest_equal(&p, &q));
        ck_ok(kin_value_digest(a->out[i].value, &p, &err));
        ck_ok(kin_value_digest(b->out[i].value, &q, &err));
        ck_assert(kin_digest_equal(&p, &q));
    }
    bench_free(a);
    bench_free(b);
}
END_TEST

START_TEST(every_part_can_be_kept)
{
    static const char *const parts[] = {"songs", "1",     "seconds",     "2",     "stems", "parts",
                                        "store", "float", "sample_rate", "16000", NULL};
    struct bench *bench = generate(parts);
    struct kin_services services = {.context = bench,
                                    .fetch = bench_fetch,
                                    .store = bench_store,
                                    .source = bench_source};
    const struct kin_value *song = bench->out[0].value;
    const struct kin_tensor *names = kin_value_get(song, "stem_names");
    struct kin_audio mix, part;
    struct kin_error err = {0};
    ck_ok(kin_song_audio(song, "", 0, &services, &mix, &err));
    ck_assert_uint_eq(mix.n, 32000);
    ck_assert_uint_ge(names->shape[0], 3);
    for (size_t i = 0; i < names->shape[0]; i++) {
        ck_ok(kin_song_audio(song, kin_tensor_text(names, i), 0, &services, &part, &err));
        for (size_t k = 0; k < mix.n; k++)
            mix.samples[k] -= part.samples[k];
        kin_audio_release(&part);
    }
    for (size_t k = 0; k < mix.n; k++)
        ck_assert_float_eq_tol(mix.samples[k], 0, 1e-6f);
    kin_audio_release(&mix);
    bench_free(bench);
}
END_TEST

START_TEST(instruments_that_are_not_there)
{
    static const char *const wrong[] = {"instruments", "/nowhere/freepats.cfg", NULL};
    struct bench *bench = bench_new("dataset.studio", wrong);
    ck_assert_int_eq(bench_scan(bench), KIN_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(bench->err.text, "/nowhere/freepats.cfg"));
    bench_free(bench);
}
END_TEST

START_TEST(a_build_without_a_studio_says_so)
{
    struct bench *bench = bench_new("dataset.studio", few);
    ck_assert_int_eq(bench_scan(bench), KIN_EUNAVAILABLE);
    ck_assert_str_eq(bench->err.text, "this build has no studio: install libwildmidi-dev and "
                                      "freepats and run ./configure without --without-studio");
    bench_free(bench);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_song_has_audio_labels_and_a_voice,
                                  a_song_is_the_same_among_many, every_part_can_be_kept,
                                  instruments_that_are_not_there};
    const TTest *const without[] = {a_build_without_a_studio_says_so};
    return kin_studio_available() ? run_tests("dataset_studio", tests, KIN_COUNT(tests))
                                  : run_tests("dataset_studio", without, KIN_COUNT(without));
}
