#include "kind/corpus.h"

#include "kind/feed.h"
#include "train_support.h"

#define CLIP 4000

static void open_corpus(struct corpus *corpus, struct studio *studio,
                        struct kin_services *services, bool mulaw, size_t budget)
{
    const struct corpus_params params = {
        .rate_hz = RATE, .samples = CLIP, .stem = "voice", .mulaw = mulaw, .budget = budget};
    *services = studio_services(studio);
    ck_ok(corpus_open(corpus, &studio->set, &params, services, &err));
}

/* The place of every clip is found again in the song, in mix and stem alike. */
static void check_cut(struct studio *studio, struct corpus *corpus, size_t song, uint64_t epoch)
{
    float mix[CLIP], stem[CLIP];
    struct kin_audio whole = {0}, voice = {0};
    ck_ok(corpus_cut(corpus, song, 7, epoch, mix, stem, &err));
    ck_ok(kin_clip_audio(studio->clips[2 * song], &whole, &err));
    ck_ok(kin_clip_audio(studio->clips[2 * song + 1], &voice, &err));
    size_t start = 0;
    while (start + CLIP <= whole.n && memcmp(whole.samples + start, mix, sizeof mix) != 0)
        start++;
    ck_assert_uint_le(start + CLIP, whole.n);
    ck_assert_mem_eq(voice.samples + start, stem, sizeof stem);
    kin_audio_release(&whole);
    kin_audio_release(&voice);
}

START_TEST(clips_of_songs)
{
    struct studio studio;
    struct corpus kept, not_kept;
    struct kin_services services;
    float a[CLIP], b[CLIP], c[CLIP], d[CLIP];
    studio_init(&studio, 0, 4);
    open_corpus(&kept, &studio, &services, false, 3 * 13300 * 2 * sizeof(float));
    open_corpus(&not_kept, &studio, &services, false, 0);
    ck_ok(corpus_load(&kept, &err));
    ck_ok(corpus_load(&not_kept, &err));
    ck_assert_uint_eq(kept.used, (size_t)2 * (13000 + 13100 + 13200) * sizeof(float));
    ck_assert_ptr_nonnull(kept.songs[2].mix.samples);
    ck_assert_ptr_null(kept.songs[3].mix.samples);
    ck_assert_uint_eq(not_kept.used, 0);
    for (size_t song = 0; song < 4; song++) {
        for (uint64_t epoch = 0; epoch < 3; epoch++) {
            check_cut(&studio, &kept, song, epoch);
            ck_ok(corpus_cut(&kept, song, 7, epoch, a, b, &err));
            ck_ok(corpus_cut(&not_kept, song, 7, epoch, c, d, &err));
            ck_assert_mem_eq(a, c, sizeof a);
            ck_assert_mem_eq(b, d, sizeof b);
        }
        ck_ok(corpus_cut(&kept, song, 7, 0, c, d, &err));
        ck_assert_int_ne(memcmp(a, c, sizeof a), 0); /* another epoch, another place */
    }
    corpus_release(&kept);
    corpus_release(&not_kept);
    studio_release(&studio);
}
END_TEST

/* Pieces of a song are cut at other places, and its audio is in memory once. */
START_TEST(pieces_of_a_song)
{
    struct studio studio;
    struct corpus corpus;
    struct kin_services services;
    float first[CLIP], second[CLIP], stem[CLIP];
    studio_init(&studio, 0, 2);
    studio.items[3] = studio.items[1];
    for (size_t i = 1; i < 3; i++) { /* song00, song00.2, song00.3, song01 */
        struct kin_value *piece = copy_of(studio.songs[0]);
        ck_ok(kin_value_set_i64(piece, "piece", (int64_t)i, &err));
        studio.songs[studio.n] = piece;
        studio.items[i] = (struct kin_item){.id = i == 1 ? "song00.2" : "song00.3",
                                            .digest = digest_of_value(piece), .value = piece};
        studio.n++;
    }
    studio.set.n_items = 4;
    open_corpus(&corpus, &studio, &services, false, SIZE_MAX);
    ck_ok(corpus_load(&corpus, &err));
    ck_assert_uint_eq(corpus.used, (size_t)2 * (13000 + 13100) * sizeof(float));
    ck_assert_ptr_eq(corpus.songs[2].stem.samples, corpus.songs[0].stem.samples);
    ck_ok(corpus_cut(&corpus, 0, 7, 0, first, stem, &err));
    ck_ok(corpus_cut(&corpus, 1, 7, 0, second, stem, &err));
    ck_assert_int_ne(memcmp(first, second, sizeof first), 0);
    ck_ok(corpus_cut(&corpus, 2, 7, 0, first, stem, &err));
    ck_assert_int_ne(memcmp(first, second, sizeof first), 0);
    corpus_release(&corpus);
    studio_release(&studio);
}
END_TEST

START_TEST(eight_bits)
{
    struct studio studio;
    struct corpus plain, small;
    struct kin_services services;
    float a[CLIP], b[CLIP], stem[CLIP];
    studio_init(&studio, 0, 2);
    open_corpus(&plain, &studio, &services, false, SIZE_MAX);
    open_corpus(&small, &studio, &services, true, SIZE_MAX);
    ck_ok(corpus_load(&plain, &err));
    ck_ok(corpus_load(&small, &err));
    ck_assert_uint_eq(small.used * sizeof(float), plain.used);
    ck_ok(corpus_cut(&plain, 1, 7, 0, a, stem, &err));
    ck_ok(corpus_cut(&small, 1, 7, 0, b, stem, &err));
    ck_assert_int_ne(memcmp(a, b, sizeof a), 0);
    for (size_t i = 0; i < CLIP; i++)
        ck_assert_float_le(fabsf(a[i] - b[i]), 0.0225f * (fabsf(a[i]) + 1.0f / 255));
    corpus_release(&plain);
    corpus_release(&small);
    studio_release(&studio);
}
END_TEST

/* ---- order ---- */

static size_t place_of(const struct corpus *corpus, const size_t *order, const char *id)
{
    for (size_t i = 0; i < corpus->n; i++)
        if (strcmp(corpus->songs[order[i]].says.id, id) == 0)
            return i;
    ck_abort_msg("'%s' is not in the order", id);
}

/* Every song once; another order in another epoch; a song more does not reorder the others. */
START_TEST(orders)
{
    struct studio few, many;
    struct corpus a, b;
    struct kin_services services_a, services_b;
    size_t before[12], order[13], other[12], same = 0;
    studio_init(&many, 0, 13);
    few = (struct studio){.n = 0};
    for (size_t k = 1; k < 13; k++)
        few.items[few.set.n_items++] = many.items[k];
    few.set.items = few.items;
    open_corpus(&a, &few, &services_a, false, 0);
    open_corpus(&b, &many, &services_b, false, 0);
    ck_ok(corpus_order(&a, 7, 3, before, &err));
    ck_ok(corpus_order(&b, 7, 3, order, &err));
    ck_ok(corpus_order(&a, 7, 4, other, &err));
    for (size_t i = 0; i + 1 < 12; i++) {
        const char *first = a.songs[before[i]].says.id, *next = a.songs[before[i + 1]].says.id;
        ck_assert_uint_lt(place_of(&b, order, first), place_of(&b, order, next));
        same += before[i] == other[i];
    }
    ck_assert_uint_lt(same, 8);
    corpus_release(&a);
    corpus_release(&b);
    studio_release(&many);
}
END_TEST

START_TEST(steps_of_an_epoch)
{
    static const struct {
        size_t songs, validation, training_steps, steps, last;
    } cases[] = {{8, 0, 3, 3, 2}, {7, 0, 2, 2, 3}, {6, 2, 2, 3, 3},
                 {6, 7, 2, 4, 3}, {6, 3, 2, 3, 3}, {6, 9, 2, 4, 3}};
    for (size_t i = 0; i < KIN_COUNT(cases); i++) {
        struct corpus training = {.n = cases[i].songs}, validation = {.n = cases[i].validation};
        const struct feed_plan plan = {
            .training = &training, .validation = &validation, .batch = 3};
        ck_assert_uint_eq(feed_training_steps(&plan), cases[i].training_steps);
        ck_assert_uint_eq(feed_steps(&plan), cases[i].steps);
        ck_assert_uint_eq(feed_clips(&plan, cases[i].training_steps - 1), cases[i].last);
        if (cases[i].validation > 0)
            ck_assert_uint_eq(feed_clips(&plan, cases[i].training_steps),
                              cases[i].validation < 3 ? cases[i].validation : 3);
    }
}
END_TEST

/* ---- the scaler ---- */

START_TEST(a_scaler)
{
    struct studio studio;
    struct kin_services services;
    struct kin_given given = {0};
    const struct kin_kind *kind = kin_kind_find("standardise");
    struct kin_args *args = kin_args_new(kind);
    studio_init(&studio, 0, 5);
    services = studio_services(&studio);
    const struct kin_literal width = {.text = "16"}, crops = {.text = "3"};
    ck_ok(kin_args_set(args, "width", &width, &err));
    ck_ok(kin_args_set(args, "crops", &crops, &err));
    const struct kin_set *sets[] = {&studio.set};
    const size_t n_sets[] = {1};
    struct kin_call call = {.kind = kind, .args = args, .sets = sets, .n_sets = n_sets,
                            .services = &services, .given = &given};
    ck_ok(kind->run(&call, &err));
    const struct kin_value *scaler = given_output(&given, 0);
    const struct kin_tensor *mean, *deviation;
    ck_ok(kin_value_want(scaler, "mean", KIN_F32, 1, &mean, &err));
    ck_ok(kin_value_want(scaler, "deviation", KIN_F32, 1, &deviation, &err));
    ck_assert_int_eq(kin_value_i64(scaler, "frames", 0), 5 * 3 * 16);

    /* the same by hand */
    struct corpus corpus;
    size_t samples = kin_front_samples(16);
    const struct corpus_params wanted = {.rate_hz = RATE, .samples = samples};
    float *clip = kin_alloc(samples, sizeof *clip), *db = kin_alloc(513 * 16, sizeof *db);
    float unit_mean[513] = {0}, unit[513];
    double sum = 0, square = 0;
    for (size_t i = 0; i < 513; i++)
        unit[i] = 1;
    const struct kin_front_params front_params = {
        .rate_hz = RATE, .width = 16, .scale = {unit_mean, unit}};
    struct kin_front *front;
    ck_ok(kin_front_new(&front_params, &front, &err));
    ck_ok(corpus_open(&corpus, &studio.set, &wanted, &services, &err));
    for (size_t i = 0; i < 15; i++) {
        ck_ok(corpus_cut(&corpus, i / 3, 0, i % 3, clip, NULL, &err));
        ck_ok(kin_front_image(front, clip, db, &err));
        for (size_t t = 0; t < 16; t++) {
            sum += (double)db[40 * 16 + t];
            square += (double)db[40 * 16 + t] * (double)db[40 * 16 + t];
        }
    }
    double average = sum / 240;
    ck_assert_double_eq_tol((double)((float *)mean->data)[40], average, 1e-4);
    ck_assert_double_eq_tol((double)((float *)deviation->data)[40],
                            sqrt(square / 240 - average * average), 1e-4);
    kin_front_free(front);
    kin_free(clip);
    kin_free(db);
    corpus_release(&corpus);
    kin_given_release(&given);
    kin_args_free(args);
    studio_release(&studio);
}
END_TEST

TEST_MAIN("corpus", clips_of_songs, pieces_of_a_song, eight_bits, orders, steps_of_an_epoch,
          a_scaler)
