/* Models made by hand, evaluated clip by clip, and their performance. */
#include "train_support.h"

static struct kin_value *make_song(const char *label, const char *const *tags, size_t n)
{
    struct kin_value *song = kin_value_new("song");
    ck_ok(kin_value_set_text(song, "label", label, &err));
    ck_ok(kin_value_set_texts(song, "tags", tags, n, &err));
    return song;
}

static const char *const ids[] = {"p", "q", "r"};

/* Three clips; of VS each is its own stem at half the level. */
static struct kin_solo *evaluation(const char *task, bool baseline, const char *predictor)
{
    struct kin_solo *solo = solo_new("evaluate", PARAMS("predictor", predictor));
    struct kin_value *scaler = make_scaler();
    ck_ok(kin_solo_put(solo, "model", make_model(task, baseline, scaler), &err));
    kin_value_free(scaler);
    const char *const first[] = {"a", "c"}, *const other[] = {"c"};
    bool classes = strcmp(task, "AT") == 0 || strcmp(task, "IR") == 0;
    for (size_t i = 0; i < 3; i++) {
        ck_ok(kin_solo_add(solo, "of", ids[i], make_clip(i, 30000, RATE, 0.4), &err));
        if (classes)
            ck_ok(kin_solo_add(solo, "songs", ids[i],
                               make_song(i == 0 ? "c" : "a", i == 0 ? first : other, 2 - (i > 0)),
                               &err));
        if (strcmp(task, "VS") == 0)
            ck_ok(kin_solo_add(solo, "stem", ids[i], make_clip(i, 30000, RATE, 0.2), &err));
    }
    return solo;
}

static double performance(const struct kin_solo *solo, size_t k)
{
    return kin_value_f64(solo_result(solo, k), "performance", -1);
}

static double number(const struct kin_solo *solo, const char *name)
{
    return kin_value_f64(solo_result(solo, 0), name, -99);
}

/* The same clips through `performance`. */
static struct kin_solo *summary(const struct kin_solo *of)
{
    struct kin_solo *solo = solo_new("performance", NULL);
    for (size_t k = 0; k < 3; k++)
        ck_ok(kin_solo_add(solo, "of", ids[k], copy_of(solo_result(of, k)), &err));
    ck_ok(kin_solo_add(solo, "of", "s", NULL, &err));
    ck_ok(kin_solo_run(solo, &err));
    return solo;
}

START_TEST(every_task_and_both_encoders)
{
    static const char *const tasks[] = {"AE", "AT", "IR"}; /* VS wants a second of audio */
    for (size_t t = 0; t < 3; t++) {
        for (int baseline = 0; baseline < 2; baseline++) {
            struct kin_solo *solo = evaluation(tasks[t], baseline, "network");
            ck_ok(kin_solo_run(solo, &err));
            struct kin_solo *all = summary(solo);
            double sum = 0;
            for (size_t k = 0; k < 3; k++) {
                ck_assert_str_eq(kin_value_text(solo_result(solo, k), "task", ""), tasks[t]);
                ck_assert(isfinite(performance(solo, k)));
                sum += performance(solo, k);
            }
            if (t != 1) /* of tags, the ones that no clip has do not count */
                ck_assert_double_eq_tol(number(all, "performance"), sum / 3, 1e-12);
            ck_assert_double_eq(number(all, "score"),
                                t == 0 ? -number(all, "performance") : number(all, "performance"));
            ck_assert_double_eq(number(all, "clips"), t == 1 ? 2 : 3); /* p has all that count */
            ck_assert_double_eq(number(all, "missing"), 1);
            kin_solo_free(all);
            kin_solo_free(solo);
        }
    }
}
END_TEST

/* Frequencies a 0.5, b 0.25, c 0.75. Clip p has a and c: right before b. q and r have c, first of
 * all. Nobody has b, so it is left out, and p has no AUC of its own. */
START_TEST(what_is_known_of_tags)
{
    struct kin_solo *solo = evaluation("AT", false, "prior");
    ck_ok(kin_solo_run(solo, &err));
    for (size_t k = 0; k < 3; k++)
        ck_assert_double_eq(performance(solo, k), 1);
    struct kin_solo *all = summary(solo);
    ck_assert_double_eq(number(all, "performance"), 1);
    ck_assert_double_eq(number(all, "clips"), 2);
    ck_assert_double_eq(number(all, "undefined"), 1);
    ck_assert_double_eq(number(all, "per_tag"), 0.5); /* a: the same score for all clips */
    kin_solo_free(all);
    kin_solo_free(solo);
}
END_TEST

START_TEST(what_is_known_of_labels)
{
    struct kin_solo *solo = evaluation("IR", true, "prior"); /* c */
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_double_eq(performance(solo, 0), 1);
    ck_assert_double_eq(performance(solo, 1), 0);
    struct kin_solo *all = summary(solo);
    ck_assert_double_eq(number(all, "performance"), 1.0 / 3);
    ck_assert_ptr_null(kin_value_get(solo_result(all, 0), "per_tag"));
    kin_solo_free(all);
    kin_solo_free(solo);
}
END_TEST

START_TEST(what_is_missing)
{
    struct kin_solo *solo = solo_new("evaluate", NULL);
    struct kin_value *scaler = make_scaler();
    ck_ok(kin_solo_put(solo, "model", make_model("IR", false, scaler), &err));
    ck_ok(kin_solo_add(solo, "of", "a", make_clip(1, 9000, RATE, 0.4), &err));
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "no input 'songs', wanted one, as the model is of task IR");
    kin_value_free(scaler);
    kin_solo_free(solo);
    solo = evaluation("AE", false, "ideal");
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "there is no such predictor for task AE");
    kin_solo_free(solo);
    solo = evaluation("VS", false, "network"); /* 16 frames are less than a second */
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_ptr_nonnull(strstr(solo_failure(solo, 0), "22050"));
    kin_solo_free(solo);
}
END_TEST

START_TEST(tasks_do_not_mix)
{
    struct kin_solo *ae = evaluation("AE", false, "network");
    struct kin_solo *ir = evaluation("IR", false, "network");
    struct kin_solo *solo = solo_new("performance", NULL);
    ck_ok(kin_solo_run(ae, &err));
    ck_ok(kin_solo_run(ir, &err));
    ck_ok(kin_solo_add(solo, "of", "a", copy_of(solo_result(ae, 0)), &err));
    ck_ok(kin_solo_add(solo, "of", "b", copy_of(solo_result(ir, 0)), &err));
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "clips of the tasks AE and IR, wanted one task");
    kin_solo_free(solo);
    kin_solo_free(ae);
    kin_solo_free(ir);
}
END_TEST

TEST_MAIN("evaluate", every_task_and_both_encoders, what_is_known_of_tags, what_is_known_of_labels,
          what_is_missing, tasks_do_not_mix)
