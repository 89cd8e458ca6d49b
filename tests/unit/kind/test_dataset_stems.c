/* Songs in several files: sums, stems of another length, missing ones. */
#include <math.h>

#include "kind/song.h"
#include "kind_support.h"

static char folder[64];

static void put(const char *name, size_t n, double amplitude, double pitch, unsigned rate_hz)
{
    char path[256];
    struct kin_error err = {0};
    struct kin_audio tone;
    void *bytes;
    size_t length;
    ck_ok(kin_audio_alloc(&tone, n, rate_hz, &err));
    for (size_t i = 0; i < n; i++)
        tone.samples[i] = (float)(amplitude * sin(pitch * (double)i));
    ck_ok(kin_audio_encode(&tone, KIN_AUDIO_WAV16, 0, &bytes, &length, &err));
    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (char *at = path + strlen(folder) + 1; (at = strchr(at, '/')); *at++ = '/') {
        *at = '\0';
        mkdir(path, 0777);
    }
    ck_ok(kin_write_file(path, bytes, length, &err));
    kin_free(bytes);
    kin_audio_release(&tone);
}

static const struct bench_item *out_of(const struct bench *bench, const char *id)
{
    return bench_find(bench->out, bench->n_out, id);
}

static struct kin_audio read_song(struct bench *bench, const char *id, const char *stem)
{
    struct kin_services services = {
        .context = bench, .fetch = bench_fetch, .store = bench_store, .source = bench_source};
    struct kin_audio audio = {0};
    struct kin_error err = {0};
    ck_assert_msg(out_of(bench, id)->value != NULL, "%s", out_of(bench, id)->why);
    ck_ok(kin_song_audio(out_of(bench, id)->value, stem, 0, &services, &audio, &err));
    return audio;
}

/* ---- dataset.stems ---- */

#define N 16000

static struct bench *load_stems(const char *store)
{
    const char *parameters[] = {"path",        folder,  "stems", "voice=vocals.wav", "rest",
                                "backing.wav", "store", store,   "sample_rate",      "8000",
                                "min_seconds", "1",     NULL};
    struct bench *bench = bench_new("dataset.stems", parameters);
    bench_load(bench);
    return bench;
}

START_TEST(the_mix_is_the_sum)
{
    make_folder(folder);
    put("quiet/vocals.wav", N, 0.25, 0.1, 8000);
    put("quiet/backing.wav", N, 0.5, 0.07, 8000);
    put("loud/vocals.wav", N, 0.75, 0.1, 8000);
    put("loud/backing.wav", N, 0.75, 0.07, 8000);
    struct bench *bench = load_stems("float");
    static const char *const ids[] = {"quiet", "loud"};
    static const double levels[][2] = {{0.25, 0.5}, {0.75, 0.75}};
    for (int i = 0; i < 2; i++) {
        const struct kin_value *song = out_of(bench, ids[i])->value;
        struct kin_audio mix = read_song(bench, ids[i], ""),
                         voice = read_song(bench, ids[i], "voice");
        ck_assert_uint_eq(mix.n, N);
        ck_assert_uint_eq(voice.n, N);
        double largest = 0, peak = kin_value_f64(song, "peak", 0);
        for (size_t k = 0; k < N; k++)
            largest = fmax(largest, fabs(levels[i][0] * sin(0.1 * (double)k) +
                                         levels[i][1] * sin(0.07 * (double)k)));
        double factor = largest > 1 ? 1 / largest : 1;
        ck_assert_double_eq_tol(peak, factor * largest, 1e-4);
        for (size_t k = 0; k < N; k++) {
            double v = levels[i][0] * sin(0.1 * (double)k),
                   b = levels[i][1] * sin(0.07 * (double)k);
            ck_assert_double_eq_tol((double)voice.samples[k], factor * v, 1e-4);
            ck_assert_double_eq_tol((double)mix.samples[k], factor * (v + b), 1e-4);
        }
        ck_assert_uint_eq(kin_value_get(song, "stems")->shape[0], 1); /* the rest is not kept */
        ck_assert_double_eq(kin_value_f64(song, "seconds", 0), 2);
        kin_audio_release(&mix);
        kin_audio_release(&voice);
    }
    bench_free(bench);
    remove_folder(folder);
}
END_TEST

START_TEST(parts_that_do_not_fit_say_so)
{
    make_folder(folder);
    put("good/vocals.wav", N, 0.25, 0.1, 8000);
    put("good/backing.wav", N, 0.25, 0.07, 8000);
    put("long/vocals.wav", N, 0.25, 0.1, 8000);
    put("long/backing.wav", N + 1, 0.25, 0.07, 8000);
    put("fast/vocals.wav", N, 0.25, 0.1, 8000);
    put("fast/backing.wav", 2 * N, 0.25, 0.07, 16000);
    put("alone/backing.wav", N, 0.25, 0.1, 8000);
    put("bare/vocals.wav", N, 0.25, 0.1, 8000);
    put("silent/vocals.wav", N, 0, 0.1, 8000);
    put("silent/backing.wav", N, 0, 0.1, 8000);
    /* 3 units of 16 bits: 20 log10(3 / 32768) dBFS */
    put("faint/vocals.wav", N, 0.0001, 0.1, 8000);
    put("faint/backing.wav", N, 0, 0.1, 8000);
    struct bench *bench = load_stems("mulaw");
    ck_assert_str_eq(out_of(bench, "faint")->why,
                     "silence: the loudest sample is at -80.8 dBFS, wanted -70");
    ck_assert_ptr_null(out_of(bench, "good")->why);
    ck_assert_str_eq(out_of(bench, "long")->why,
                     "the rest: 16001 frames at 8000 Hz, wanted 16000 at 8000 Hz like the song's "
                     "first part");
    ck_assert_str_eq(out_of(bench, "fast")->why,
                     "the rest: 32000 frames at 16000 Hz, wanted 16000 at 8000 Hz like the song's "
                     "first part");
    ck_assert_str_eq(out_of(bench, "silent")->why,
                     "silent: none of 16000 samples above 2^-16 of full scale");
    ck_assert_str_eq(bench_find(bench->listing, bench->n_listing, "alone")->why,
                     "stem 'voice': there is no such file");
    ck_assert_str_eq(bench_find(bench->listing, bench->n_listing, "bare")->why,
                     "'backing.wav': there is no such file");
    bench_free(bench);
    remove_folder(folder);
}
END_TEST

static void check_refused(const char *stems, const char *rest, const char *blame, const char *why)
{
    const char *parameters[] = {"path", "x", "stems", stems, "rest", rest, NULL}, *found = NULL;
    struct bench *bench = bench_new("dataset.stems", parameters);
    ck_assert_int_eq(kin_args_check(bench->args, &found, &bench->err), KIN_EINVAL);
    ck_assert_str_eq(bench->err.text, why);
    ck_assert_str_eq(found, blame);
    bench_free(bench);
}

START_TEST(names_of_files_are_checked)
{
    check_refused("", "a.ogg", "stems", "parameter 'stems' is empty, wanted a file at least");
    check_refused("voice=", "a.ogg", "stems",
                  "parameter 'stems' has 'voice=', wanted FILE or NAME=FILE");
    check_refused("=a.ogg", "a.ogg", "stems",
                  "parameter 'stems' has '=a.ogg', wanted FILE or NAME=FILE");
    check_refused("a/b.ogg", "", "stems",
                  "parameter 'stems' has 'a/b.ogg', wanted FILE or NAME=FILE");
    check_refused("a.ogg", "?", "rest", "parameter 'rest' has '?', wanted FILE");
    check_refused("a.ogg", "a.ogg?", "rest",
                  "parameter 'rest' has 'a.ogg?', which 'a.ogg' has already");
    const char *blame, *parameters[] = {"path", "x", "stems", "v=a.ogg?", "rest", "", NULL};
    struct bench *bench = bench_new("dataset.stems", parameters);
    ck_assert_int_eq(kin_args_check(bench->args, &blame, &bench->err), 0);
    bench_free(bench);
}
END_TEST

/* ---- dataset.musdb18 ---- */

static struct bench *load_musdb18(const char *stems)
{
    const char *parameters[] = {"path", folder, "stems", stems, "min_seconds", "1", NULL};
    struct bench *bench = bench_new("dataset.musdb18", parameters);
    bench_load(bench);
    return bench;
}

START_TEST(musdb18_tracks_have_a_voice)
{
    make_folder(folder);
    put("train/A/mixture.wav", N, 0.5, 0.1, 8000);
    put("train/A/vocals.wav", N, 0.25, 0.1, 8000);
    put("train/B/mixture.wav", N, 0.5, 0.2, 8000);
    put("test/C/vocals.wav", N, 0.5, 0.2, 8000);
    put("test/D/mixture.wav", N, 0.5, 0.3, 8000);
    put("test/D/vocals.wav", N - 100, 0.5, 0.3, 8000);
    struct bench *bench = load_musdb18("voice");
    struct kin_audio voice = read_song(bench, "train/A", "voice");
    double peak = 0;
    for (size_t i = 0; i < voice.n; i++)
        peak = fmax(peak, fabs((double)voice.samples[i]));
    ck_assert_double_eq_tol(peak, 0.25, 1e-3);
    kin_audio_release(&voice);
    ck_assert_str_eq(kin_value_text(out_of(bench, "train/A")->value, "split", ""), "train");
    ck_assert_str_eq(bench_find(bench->listing, bench->n_listing, "train/B")->why,
                     "stem 'voice': there is no such file");
    ck_assert_str_eq(bench_find(bench->listing, bench->n_listing, "test/C")->why,
                     "the mix: there is no such file");
    ck_assert_str_eq(out_of(bench, "test/D")->why, "stem 'voice': 15900 frames at 8000 Hz, wanted "
                                                   "16000 at 8000 Hz like the mix");
    bench_free(bench);
    bench = load_musdb18("all");
    ck_assert_str_eq(bench_find(bench->listing, bench->n_listing, "train/A")->why,
                     "stem 'drums': there is no such file");
    bench_free(bench);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("dataset_stems", the_mix_is_the_sum, parts_that_do_not_fit_say_so,
          names_of_files_are_checked, musdb18_tracks_have_a_voice)
