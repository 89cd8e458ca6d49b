/* Sources of files: hostile folders, tables, and what their songs say. */
#include <math.h>

#include "kind/song.h"
#include "kind_support.h"

/* ---- files to read ---- */

static char folder[64];

static void put(const char *name, const void *bytes, size_t length)
{
    char path[256];
    struct kin_error err = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    ck_ok(kin_write_file(path, bytes, length, &err));
}

/* Seconds of a tone with an amplitude; `keep` is the share of the file's bytes that are written. */
static void put_tone(const char *name, double seconds, double amplitude, unsigned rate_hz,
                     double keep)
{
    struct kin_error err = {0};
    struct kin_audio tone;
    enum kin_audio_encoding encoding;
    void *bytes;
    size_t length;
    ck_ok(kin_audio_alloc(&tone, (size_t)(seconds * rate_hz), rate_hz, &err));
    for (size_t i = 0; i < tone.n; i++)
        tone.samples[i] = (float)(amplitude * sin(0.1 * (double)i));
    ck_ok(kin_audio_encoding_of(name, &encoding, &err));
    ck_ok(kin_audio_encode(&tone, encoding, 0, &bytes, &length, &err));
    put(name, bytes, (size_t)(keep * (double)length));
    kin_free(bytes);
    kin_audio_release(&tone);
}

static void put_u32(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> (8 * i));
}

/* One second of six channels, 16 bits: the first is loud, the others are silent. */
static void put_surround(const char *name)
{
    static unsigned char wav[44 + 8000 * 12];
    memcpy(wav, "RIFF....WAVEfmt ....\1\0\6\0........\14\0\20\0data....", 44);
    put_u32(wav + 4, sizeof wav - 8);
    put_u32(wav + 16, 16);
    put_u32(wav + 24, 8000);
    put_u32(wav + 28, 8000 * 12);
    put_u32(wav + 40, sizeof wav - 44);
    for (size_t i = 0; i < 8000; i++)
        wav[44 + 12 * i + 1] = i % 2 ? 0x30 : 0xd0;
    put(name, wav, sizeof wav);
}

static void make_hostile_folder(void)
{
    char path[256];
    make_folder(folder);
    put_tone("good.wav", 2, 0.5, 44100, 1);
    put_tone("LOUD.FLAC", 2, 1, 22050, 1);
    put_tone("low.wav", 2, 0.5, 8000, 1);
    put_surround("surround.wav");
    put_tone("cut.mp3", 4, 0.5, 22050, 0.6);
    put_tone("cut.wav", 4, 0.5, 22050, 0.6);
    put_tone("cut.flac", 4, 0.5, 22050, 0.6);
    put("empty.wav", "", 0);
    put_tone("silent.wav", 2, 0, 22050, 1);
    put_tone("nearly_silent.wav", 2, 0.00003, 22050, 1);
    put_tone("short.wav", 0.1, 0.5, 22050, 1);
    put("text.wav", "This is no music.\n", 18);
    put("notes.txt", "nor is this", 11);
    put(".hidden.wav", "", 0);
    put("secret.wav", "", 0);
    snprintf(path, sizeof path, "%s/sub", folder);
    ck_assert_int_eq(mkdir(path, 0777), 0);
    put_tone("sub/good.wav", 2, 0.5, 22050, 1);
    snprintf(path, sizeof path, "%s/link.wav", folder);
    ck_assert_int_eq(symlink("nowhere", path), 0);
    snprintf(path, sizeof path, "%s/pipe.wav", folder);
    ck_assert_int_eq(mkfifo(path, 0666), 0);
    snprintf(path, sizeof path, "%s/sub/circle", folder);
    ck_assert_int_eq(symlink("..", path), 0);
}

/* For root permissions mean nothing, so the scan is told that this file has none. */
static int file_but_secret(void *context, const char *path, struct kin_digest *out,
                           struct kin_error *err)
{
    if (strstr(path, "secret"))
        return kin_fail(err, KIN_EACCESS, "cannot open '%s'", path);
    return bench_file(context, path, out, err);
}

static struct bench *load_folder(const char *const *more)
{
    const char *parameters[16] = {"path", folder, "min_seconds", "0.5"};
    for (size_t i = 0; more && more[i]; i++)
        parameters[4 + i] = more[i];
    struct bench *bench = bench_new("dataset.folder", parameters);
    struct kin_scan scan = {.args = bench->args,
                            .context = bench,
                            .file = file_but_secret,
                            .add = bench_add,
                            .reject = bench_reject};
    ck_assert_msg(bench->kind->scan(&scan, &bench->err) == 0, "%s", bench->err.text);
    ck_assert_msg(bench_run(bench, bench->listing, bench->n_listing) == 0, "%s", bench->err.text);
    return bench;
}

static void check_why(const struct bench *bench, const char *id, const char *why)
{
    const struct bench_item *item = bench_find(bench->out, bench->n_out, id);
    ck_assert_msg(item->why != NULL, "'%s' did not fail", id);
    ck_assert_msg(strcmp(item->why, why) == 0, "'%s': %s", id, item->why);
}

static const struct kin_value *song_of(const struct bench *bench, const char *id)
{
    const struct bench_item *item = bench_find(bench->out, bench->n_out, id);
    ck_assert_msg(item->value != NULL, "'%s': %s", id, item->why);
    return item->value;
}

START_TEST(every_bad_file_says_why)
{
    make_hostile_folder();
    struct bench *bench = load_folder(NULL);
    ck_assert_str_eq(bench_find(bench->listing, bench->n_listing, "secret")->why,
                     "no permission to read the file");
    ck_assert_str_eq(bench_find(bench->listing, bench->n_listing, "link")->why,
                     "not a file, or a link that leads nowhere");
    ck_assert_str_eq(bench_find(bench->listing, bench->n_listing, "pipe")->why,
                     "not a file, or a link that leads nowhere");
    check_why(bench, "empty", "an empty file, wanted audio");
    check_why(bench, "short", "0.100 s long (2205 samples at 22050 Hz), wanted at least 0.5 s");
    check_why(bench, "silent", "silent: none of 44100 samples above 2^-16 of full scale");
    check_why(bench, "nearly_silent", "silence: the loudest sample is at -90.3 dBFS, wanted -70");
    check_why(
        bench, "text",
        "not audio: begins with 'This is no music', wanted WAV, FLAC, Ogg, MP3, AIFF, AU or CAF");
    check_why(bench, "cut.mp3", "an MP3 file that ends after 52463 of 88200 announced samples");
    check_why(bench, "cut.wav", "a WAV file that ends after 52911 of 88200 announced samples");
    check_why(bench, "cut.flac", "a FLAC file that ends after 49152 of 88200 announced samples");
    bench_free(bench);
    remove_folder(folder);
}
END_TEST

START_TEST(good_files_are_measured)
{
    make_hostile_folder();
    struct bench *bench = load_folder(NULL);
    const struct kin_value *good = song_of(bench, "good");
    ck_assert_double_eq(kin_value_f64(good, "rate_hz", 0), 44100);
    ck_assert_double_eq(kin_value_f64(good, "frames", 0), 88200);
    ck_assert_double_eq(kin_value_f64(good, "channels", 0), 1);
    ck_assert_double_eq(kin_value_f64(good, "seconds", 0), 2);
    ck_assert_double_eq_tol(kin_value_f64(good, "peak", 0), 0.5, 1e-3);
    ck_assert_int_eq(kin_value_i64(good, "truncated", -1), 0);
    ck_assert_str_eq(kin_value_text(good, "form", ""), "file");
    ck_assert_ptr_null(kin_value_get(good, "tags"));
    ck_assert_double_eq(kin_value_f64(song_of(bench, "low"), "rate_hz", 0), 8000);
    const struct kin_value *surround = song_of(bench, "surround");
    ck_assert_double_eq(kin_value_f64(surround, "channels", 0), 6);
    ck_assert_double_eq_tol(kin_value_f64(surround, "peak", 0), 0.375 / 6, 1e-6);
    song_of(bench, "LOUD");
    song_of(bench, "sub/good");
    for (size_t i = 0; i < bench->n_listing; i++)
        ck_assert_ptr_null(strstr(bench->listing[i].id, "hidden"));
    bench_free(bench);
    remove_folder(folder);
}
END_TEST

START_TEST(a_cut_file_can_be_used)
{
    static const char *const use[] = {"truncated", "use", NULL};
    make_hostile_folder();
    struct bench *bench = load_folder(use);
    const struct kin_value *cut = song_of(bench, "cut.wav");
    ck_assert_int_eq(kin_value_i64(cut, "truncated", 0), 1);
    ck_assert_double_eq_tol(kin_value_f64(cut, "seconds", 0), 2.4, 0.01);
    bench_free(bench);
    remove_folder(folder);
}
END_TEST

START_TEST(folders_and_names_say_tags_and_groups)
{
    static const char *const how[] = {"tags_from_folders", "true", "group", "oo", NULL};
    make_hostile_folder();
    struct bench *bench = load_folder(how);
    const struct kin_value *song = song_of(bench, "sub/good");
    const struct kin_tensor *tags = kin_value_get(song, "tags");
    ck_assert_uint_eq(tags->shape[0], 1);
    ck_assert_str_eq(kin_tensor_text(tags, 0), "sub");
    ck_assert_str_eq(kin_value_text(song, "group", ""), "sub/g");
    ck_assert_ptr_null(kin_value_get(song_of(bench, "low"), "group"));
    bench_free(bench);
    remove_folder(folder);
}
END_TEST

START_TEST(a_folder_that_is_not_there_says_how_to_get_it)
{
    static const char *const parameters[] = {"path", "/nowhere/music", "how",
                                             "get it from example.org", NULL};
    struct bench *bench = bench_new("dataset.folder", parameters);
    ck_assert_int_eq(bench_scan(bench), KIN_ENOTFOUND);
    ck_assert_str_eq(bench->err.text, "cannot read the folder '/nowhere/music': No such file or "
                                      "directory; get it from example.org");
    bench_free(bench);
}
END_TEST

/* ---- tables ---- */

static struct bench *scan_table(const char *table)
{
    char file[128];
    snprintf(file, sizeof file, "%s/songs.csv", folder);
    put("songs.csv", table, strlen(table));
    const char *parameters[] = {"file", file, "min_seconds", "0.5", NULL};
    struct bench *bench = bench_new("dataset.manifest", parameters);
    bench->err.status = bench_scan(bench);
    return bench;
}

START_TEST(a_table_says_everything)
{
    make_hostile_folder();
    put_tone("voice.wav", 2, 0.125, 44100, 1);
    struct bench *bench = scan_table("path,id,song,split,tags,label,stems.voice\n"
                                     "good.wav,a,rec1,val,\"b; a\",pop,voice.wav\n"
                                     "good.wav,b,,,,,sub/good.wav\n"
                                     "good.wav,e,,,,,text.wav\n"
                                     "low.wav,,,,,,\n"
                                     "absent.wav,c,,,,,\n"
                                     "good.wav,d,,,,,absent.wav\n");
    ck_assert_msg(bench->err.status == 0, "%s", bench->err.text);
    ck_assert_int_eq(bench_run(bench, bench->listing, bench->n_listing), 0);
    const struct kin_value *a = song_of(bench, "a");
    ck_assert_str_eq(kin_value_text(a, "group", ""), "rec1");
    ck_assert_str_eq(kin_value_text(a, "split", ""), "validation");
    ck_assert_str_eq(kin_value_text(a, "label", ""), "pop");
    ck_assert_str_eq(kin_tensor_text(kin_value_get(a, "tags"), 0), "a");
    ck_assert_str_eq(kin_tensor_text(kin_value_get(a, "tags"), 1), "b");
    ck_assert_str_eq(kin_tensor_text(kin_value_get(a, "stem_names"), 0), "voice");
    struct kin_services services = {.context = bench,
                                    .fetch = bench_fetch,
                                    .store = bench_store,
                                    .source = bench_source};
    struct kin_audio voice;
    struct kin_error err = {0};
    ck_ok(kin_song_audio(a, "voice", 0, &services, &voice, &err));
    ck_assert_uint_eq(voice.n, 88200);
    float peak = 0;
    for (size_t i = 0; i < voice.n; i++)
        peak = fmaxf(peak, voice.samples[i]);
    ck_assert_float_eq_tol(peak, 0.125f, 1e-4f);
    kin_audio_release(&voice);
    check_why(bench, "b",
              "stem 'voice': 44100 frames at 22050 Hz, wanted 88200 at 44100 Hz like "
              "the mix");
    check_why(bench, "e",
              "stem 'voice': not audio: begins with 'This is no music', wanted WAV, "
              "FLAC, Ogg, MP3, AIFF, AU or CAF");
    song_of(bench, "low");
    ck_assert_str_eq(bench_find(bench->listing, bench->n_listing, "c")->why,
                     "there is no such file");
    ck_assert_str_eq(bench_find(bench->listing, bench->n_listing, "d")->why,
                     "stem 'voice': there is no such file");
    bench_free(bench);
    remove_folder(folder);
}
END_TEST

START_TEST(a_wrong_table_is_named)
{
    char wanted[256];
    make_folder(folder);
    struct bench *bench = scan_table("path,split\ngood.wav,trian\n");
    ck_assert_int_eq(bench->err.status, KIN_EDATA);
    snprintf(wanted, sizeof wanted,
             "'%s/songs.csv': line 2, column 'split': 'trian', wanted train, validation or test",
             folder);
    ck_assert_str_eq(bench->err.text, wanted);
    bench_free(bench);
    remove_folder(folder);
    static const char *const absent[] = {"file", "/nowhere/a.csv", "how", "ask for it", NULL};
    bench = bench_new("dataset.manifest", absent);
    ck_assert_int_eq(bench_scan(bench), KIN_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(bench->err.text, "/nowhere/a.csv"));
    ck_assert_ptr_nonnull(strstr(bench->err.text, "; ask for it"));
    bench_free(bench);
}
END_TEST

static int scan_with(const char *table, const char *name, const char *value, struct bench **out)
{
    char file[128];
    snprintf(file, sizeof file, "%s/songs.csv", folder);
    put("songs.csv", table, strlen(table));
    const char *parameters[] = {"file", file, "min_seconds", "0.5", name, value, NULL};
    *out = bench_new("dataset.manifest", parameters);
    return bench_scan(*out);
}

START_TEST(a_label_outside_the_list_is_named)
{
    char wanted[256];
    struct bench *bench;
    make_folder(folder);
    ck_assert_int_eq(scan_with("path,label\na.wav,pia\nb.wav,\n", "labels", "pia", &bench), 0);
    bench_free(bench);
    ck_assert_int_eq(scan_with("path,label\na.wav,pia\nb.wav,pio\n", "labels", "pia", &bench),
                     KIN_EDATA);
    snprintf(wanted, sizeof wanted,
             "'%s/songs.csv': song 'b': the label 'pio' is not among those of the set, wanted pia; "
             "did you mean 'pia'?",
             folder);
    ck_assert_str_eq(bench->err.text, wanted);
    bench_free(bench);
    remove_folder(folder);
}
END_TEST

START_TEST(a_table_of_jamendo_is_a_table)
{
    struct bench *bench;
    make_folder(folder);
    put_tone("7.wav", 2, 0.5, 22050, 1);
    ck_assert_int_eq(scan_with("TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS\n"
                               "track_7\tartist_1\talbum_1\t7.wav\t2.0\tgenre---rock\n",
                               "format", "jamendo", &bench),
                     0);
    ck_assert_int_eq(bench_run(bench, bench->listing, bench->n_listing), 0);
    const struct kin_value *song = song_of(bench, "track_7");
    ck_assert_str_eq(kin_value_text(song, "group", ""), "artist_1");
    ck_assert_str_eq(kin_tensor_text(kin_value_get(song, "tags"), 0), "genre---rock");
    bench_free(bench);
    remove_folder(folder);
}
END_TEST

START_TEST(excerpts_of_irmas_are_short)
{
    char path[256];
    make_folder(folder);
    snprintf(path, sizeof path, "%s/pia", folder);
    ck_assert_int_eq(mkdir(path, 0777), 0);
    put_tone("pia/[pia][jaz_blu]12__3.wav", 3, 0.5, 44100, 1);
    const char *parameters[] = {"path", folder, NULL};
    struct bench *bench = bench_new("dataset.irmas", parameters);
    bench_load(bench);
    const struct kin_value *song = song_of(bench, "pia/[pia][jaz_blu]12__3");
    ck_assert_str_eq(kin_value_text(song, "label", ""), "pia");
    ck_assert_str_eq(kin_value_text(song, "group", ""), "[pia][jaz_blu]12");
    ck_assert_double_eq(kin_value_f64(song, "seconds", 0), 3);
    bench_free(bench);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("song", every_bad_file_says_why, good_files_are_measured, a_cut_file_can_be_used,
          folders_and_names_say_tags_and_groups, a_folder_that_is_not_there_says_how_to_get_it,
          a_table_says_everything, a_wrong_table_is_named, a_label_outside_the_list_is_named,
          a_table_of_jamendo_is_a_table, excerpts_of_irmas_are_short)
