/* Embeddings of models made by hand: weights as they start. */
#include "train_support.h"

static struct kin_solo *encode_clips(const char *task, bool baseline,
                                     struct kin_value *const *takes, size_t n)
{
    static const char *const ids[] = {"a", "b", "c", "d"};
    struct kin_solo *solo = solo_new("encode", NULL);
    struct kin_value *scaler = make_scaler();
    ck_ok(kin_solo_put(solo, "model", make_model(task, baseline, scaler), &err));
    kin_value_free(scaler);
    for (size_t i = 0; i < n; i++)
        ck_ok(kin_solo_add(solo, "of", ids[i], takes[i], &err));
    ck_ok(kin_solo_run(solo, &err));
    return solo;
}

static const float *vector_of(const struct kin_solo *solo, size_t k, size_t n)
{
    const struct kin_tensor *vector;
    ck_ok(kin_value_want(solo_result(solo, k), "vector", KIN_F32, 1, &vector, &err));
    ck_assert_uint_eq(vector->shape[0], n);
    return vector->data;
}

/* The same clip alone and among others, longer and cut to its centre; z is after a ReLU. */
START_TEST(a_clip_is_its_own)
{
    static const char *const tasks[] = {"AE", "AT", "IR", "VS"};
    size_t n = kin_front_samples(WIDTH);
    for (size_t t = 0; t < 4; t++) {
        struct kin_audio audio = {0};
        struct kin_value *longer = make_clip(3, n + 1000, RATE, 0.4), *centre = NULL;
        ck_ok(kin_clip_audio(longer, &audio, &err));
        const struct kin_audio part = {audio.samples + (n + 1000) / 2 - n / 2, n, RATE};
        ck_ok(kin_clip_new(&part, false, &centre, &err));
        struct kin_value *many[] = {make_clip(1, n, RATE, 0.5), longer, make_clip(2, n, RATE, 0.1)};
        struct kin_solo *among = encode_clips(tasks[t], false, many, 3);
        struct kin_solo *alone = encode_clips(tasks[t], false, &centre, 1);
        const float *z = vector_of(among, 1, 16);
        ck_assert_mem_eq(z, vector_of(alone, 0, 16), 16 * sizeof *z);
        ck_assert_int_ne(memcmp(z, vector_of(among, 0, 16), 16 * sizeof *z), 0);
        for (size_t i = 0; i < 16; i++)
            ck_assert_float_ge(z[i], 0);
        kin_solo_free(among);
        kin_solo_free(alone);
        kin_audio_release(&audio);
    }
}
END_TEST

/* A shorter clip is continued by zeros. */
START_TEST(a_short_clip)
{
    size_t n = kin_front_samples(WIDTH);
    struct kin_audio audio = {0}, padded = {0};
    struct kin_value *clips[2] = {make_clip(3, n - 700, RATE, 0.4)};
    ck_ok(kin_clip_audio(clips[0], &audio, &err));
    ck_ok(kin_audio_alloc(&padded, n, RATE, &err));
    memcpy(padded.samples, audio.samples, audio.n * sizeof(float));
    ck_ok(kin_clip_new(&padded, false, &clips[1], &err));
    struct kin_solo *solo = encode_clips("AT", false, clips, 2);
    ck_assert(same_value(solo_result(solo, 0), solo_result(solo, 1)));
    kin_solo_free(solo);
    kin_audio_release(&audio);
    kin_audio_release(&padded);
}
END_TEST

/* Of the MFCC encoder, what encode.mfcc gives. */
START_TEST(the_baseline)
{
    char samples[32];
    size_t n = kin_front_samples(WIDTH);
    struct kin_value *clip = make_clip(3, n + 501, RATE, 0.4);
    struct kin_solo *mfcc = solo_new("encode.mfcc", NULL);
    snprintf(samples, sizeof samples, "%zu", n);
    const struct kin_literal crop = {.text = "centre"}, length = {.text = samples};
    ck_ok(kin_args_set(mfcc->args, "crop", &crop, &err));
    ck_ok(kin_args_set(mfcc->args, "samples", &length, &err));
    ck_ok(kin_solo_add(mfcc, "of", "a", copy_of(clip), &err));
    ck_ok(kin_solo_run(mfcc, &err));
    struct kin_solo *solo = encode_clips("AE", true, &clip, 1);
    ck_assert(same_value(solo_result(solo, 0), solo_result(mfcc, 0)));
    kin_solo_free(mfcc);
    kin_solo_free(solo);
}
END_TEST

START_TEST(another_rate)
{
    struct kin_value *clips[] = {make_clip(1, 9000, 16000, 0.5), make_clip(1, 9000, RATE, 0.5)};
    struct kin_solo *solo = encode_clips("IR", false, clips, 2);
    ck_assert_str_eq(solo_failure(solo, 0),
                     "a clip at 16000 Hz, wanted 22050 Hz, as the model was trained");
    vector_of(solo, 1, 16);
    kin_solo_free(solo);
}
END_TEST

/* Every field that is missing or of another shape is named, never trusted. */
START_TEST(damaged_models)
{
    struct kin_value *scaler = make_scaler();
    struct kin_value *whole = make_model("AT", false, scaler);
    for (size_t f = 0; f < kin_value_fields(whole); f++) {
        const char *name = kin_value_field_name(whole, f);
        struct kin_value *spoilt = copy_of(whole);
        struct kin_solo *solo = solo_new("encode", NULL);
        ck_ok(kin_value_set_text(spoilt, name, "spoilt", &err));
        ck_ok(kin_solo_put(solo, "model", spoilt, &err));
        ck_ok(kin_solo_add(solo, "of", "a", make_clip(1, 9000, RATE, 0.5), &err));
        int status = kin_solo_run(solo, &err);
        bool harmless = strcmp(name, "encoder") == 0 || strcmp(name, "dropout") == 0 ||
                        strcmp(name, "image") == 0;
        ck_assert_msg((status == 0) == harmless, "'%s': status %d", name, status);
        kin_solo_free(solo);
    }
    kin_value_free(whole);
    kin_value_free(scaler);
}
END_TEST

TEST_MAIN("encode", a_clip_is_its_own, a_short_clip, the_baseline, another_rate, damaged_models)
