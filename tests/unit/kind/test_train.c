/* Trainings of tiny networks on generated songs. */
#include "train_support.h"

static const char *const tasks[] = {"AE", "AT", "IR", "VS"};
static const char *const encoders[] = {"VGG", "MFCC"};

static double loss_of(const struct kin_given *given, size_t epoch, size_t column)
{
    const struct kin_tensor *cells = kin_value_get(given_output(given, 1), "cells");
    double loss;
    ck_assert(kin_number_parse(kin_tensor_text(cells, 3 * epoch + column), false, &loss));
    return loss;
}

/* Every task with either encoder learns its training songs, whatever the number of threads. */
START_TEST(every_task_learns)
{
    struct studio studio, validation;
    studio_init(&studio, 0, 8); /* batches of 3, 3 and 2 */
    studio_init(&validation, 20, 2);
    for (size_t i = 0; i < 8; i++) {
        struct kin_given one, three;
        const struct lesson lesson = {
            &studio, &validation, NULL,
            PARAMS("task", tasks[i % 4], "encoder", encoders[i / 4], "epochs", "30", "rate",
                   "0.01")};
        studio.threads = 1;
        ck_ok(lesson_run(&lesson, &one));
        studio.threads = 3;
        ck_ok(lesson_run(&lesson, &three));
        ck_same_given(&one, &three);
        ck_assert_msg(loss_of(&one, 29, 1) < loss_of(&one, 0, 1), "%s %s: loss %g after %g",
                      tasks[i % 4], encoders[i / 4], loss_of(&one, 29, 1), loss_of(&one, 0, 1));
        ck_assert_double_gt(loss_of(&one, 0, 2), 0);
        ck_assert_str_eq(one.counters[0].unit, "epochs");
        ck_assert_uint_eq(one.counters[0].n, 30);
        ck_assert_int_eq(kin_value_i64(given_output(&one, 2), "steps", 0), 90);
        kin_given_release(&one);
        kin_given_release(&three);
    }
    studio_release(&studio);
    studio_release(&validation);
}
END_TEST

/* Stopped after any step, it goes on to the same bits; also when only every other is kept. */
START_TEST(stopped_anywhere)
{
    struct studio studio, validation;
    struct kin_given whole, part;
    studio_init(&studio, 0, 7); /* the last of 7 is a batch of its own, left out */
    studio_init(&validation, 20, 4);
    const struct lesson lesson = {&studio, &validation, NULL,
                                  PARAMS("task", "AT", "epochs", "3")};
    ck_ok(lesson_run(&lesson, &whole));
    ck_assert_int_eq(kin_value_i64(given_output(&whole, 2), "steps", 0), 6);
    for (size_t stop = 12; stop < 19; stop++) { /* 11 checks while the songs are read */
        studio.cancel_after = stop;
        ck_assert_int_eq(lesson_run(&lesson, &part), KIN_ECANCELLED);
        ck_assert_uint_eq(studio.checkpoints, 1);
        ck_assert_int_eq(kin_value_i64(studio.checkpoint, "epoch", -1), (int64_t)(stop - 11) / 3);
        ck_assert_int_eq(kin_value_i64(studio.checkpoint, "step", -1), (int64_t)(stop - 11) % 3);
        kin_given_release(&part);
        studio.cancel_after = 0;
        ck_ok(lesson_run(&lesson, &part));
        ck_same_given(&whole, &part);
        kin_given_release(&part);
        kin_value_free(studio.checkpoint);
        studio.checkpoint = NULL;
        studio.checkpoints = 0;
    }
    kin_given_release(&whole);
    studio_release(&studio);
    studio_release(&validation);
}
END_TEST

START_TEST(a_checkpoint_after_every_step)
{
    struct studio studio;
    struct kin_given often, never;
    studio_init(&studio, 0, 6);
    struct lesson lesson = {&studio, NULL, NULL,
                            PARAMS("task", "IR", "epochs", "2", "checkpoint_seconds", "0")};
    ck_ok(lesson_run(&lesson, &often));
    ck_assert_uint_eq(studio.checkpoints, 3); /* of 4 steps; after the last comes the result */
    lesson.parameters = PARAMS("task", "IR", "epochs", "2", "checkpoint_seconds", "3600");
    kin_value_free(studio.checkpoint);
    studio.checkpoint = NULL;
    ck_ok(lesson_run(&lesson, &never));
    ck_assert_uint_eq(studio.checkpoints, 3);
    ck_same_given(&often, &never);
    kin_given_release(&often);
    kin_given_release(&never);
    studio_release(&studio);
}
END_TEST

START_TEST(more_epochs_continue)
{
    struct studio studio;
    struct kin_given two, five, on;
    studio_init(&studio, 0, 8);
    struct lesson lesson = {&studio, NULL, NULL, PARAMS("task", "VS", "epochs", "2")};
    ck_ok(lesson_run(&lesson, &two));
    lesson.parameters = PARAMS("task", "VS", "epochs", "5");
    ck_ok(lesson_run(&lesson, &five));
    lesson.prior = given_output(&two, 2);
    ck_ok(lesson_run(&lesson, &on));
    ck_same_given(&five, &on);
    ck_assert_uint_eq(five.counters[0].n, 5);
    ck_assert_uint_eq(on.counters[0].n, 3);
    kin_given_release(&two);
    kin_given_release(&five);
    kin_given_release(&on);
    studio_release(&studio);
}
END_TEST

/* ---- errors ---- */

static void expect_refusal(const struct lesson *lesson, int status, const char *text)
{
    struct kin_given given;
    ck_assert_int_eq(lesson_run(lesson, &given), status);
    ck_assert_str_eq(err.text, text);
    kin_given_release(&given);
}

START_TEST(refused_before_it_starts)
{
    struct studio studio, other;
    studio_init(&studio, 0, 6);
    studio_init(&other, 5, 2);
    expect_refusal(&(struct lesson){&studio, NULL, NULL,
                                    PARAMS("task", "AE", "epochs", "1", "batch", "9")},
                   KIN_EDATA, "6 training songs, wanted at least the 9 of a batch");
    expect_refusal(&(struct lesson){&studio, &other, NULL, PARAMS("task", "AE", "epochs", "1")},
                   KIN_EDATA, "song 'song05' is in both training and validation");
    expect_refusal(&(struct lesson){&studio, NULL, NULL,
                                    PARAMS("task", "VS", "epochs", "1", "stem", "drums")},
                   KIN_EDATA, "song 'song00': no stem 'drums' in this song");
    expect_refusal(&(struct lesson){&studio, NULL, NULL,
                                    PARAMS("task", "AE", "epochs", "1", "width", "60")},
                   KIN_EDATA, "song 'song00': 0.590 s of audio, wanted 0.688 s or more");
    expect_refusal(&(struct lesson){&studio, NULL, NULL,
                                    PARAMS("task", "AT", "epochs", "1", "classes", "polka")},
                   KIN_EDATA, "none of 6 training songs has the class 'polka'");
    expect_refusal(&(struct lesson){&studio, NULL, NULL,
                                    PARAMS("task", "IR", "epochs", "1", "classes", "flu")},
                   KIN_EDATA, "song 'song00' has the label 'cel', which is none of the 1 classes "
                              "of the training songs");
    ck_assert_uint_eq(studio.checkpoints, 0);
    studio_release(&studio);
    studio_release(&other);
}
END_TEST

START_TEST(a_stem_of_another_length)
{
    struct studio studio;
    studio_init(&studio, 0, 3);
    struct kin_digest shorter = studio_clip(&studio, 200, 12900, 0.2);
    ck_ok(kin_value_set_digests(studio.songs[1], "stems", &shorter, 1, &err));
    expect_refusal(&(struct lesson){&studio, NULL, NULL, PARAMS("task", "VS", "epochs", "1")},
                   KIN_EDATA, "song 'song01': 12900 samples of 'voice' beside 13100 of the mix, "
                              "wanted as many");
    studio_release(&studio);
}
END_TEST

/* As after a rate that is too large. */
START_TEST(a_loss_that_is_no_number)
{
    struct studio studio;
    struct kin_given one;
    studio_init(&studio, 0, 6);
    struct lesson lesson = {&studio, NULL, NULL, PARAMS("task", "AT", "epochs", "1")};
    ck_ok(lesson_run(&lesson, &one));
    struct kin_value *spoilt = copy_of(given_output(&one, 2));
    size_t n = kin_value_get(spoilt, "values")->shape[0];
    float *values = kin_alloc(n, sizeof *values);
    for (size_t i = 0; i < n; i++)
        values[i] = NAN;
    ck_ok(kin_value_set_f32(spoilt, "values", values, n, 0, &err));
    lesson.prior = spoilt;
    lesson.parameters = PARAMS("task", "AT", "epochs", "2");
    expect_refusal(&lesson, KIN_EDATA, "the loss is nan in epoch 2, wanted a finite number; a "
                                       "smaller 'rate' may help");
    kin_free(values);
    kin_value_free(spoilt);
    kin_given_release(&one);
    studio_release(&studio);
}
END_TEST

/* Neither is a network taken from a state of another shape. */
START_TEST(a_foreign_state)
{
    struct studio studio;
    struct kin_given one;
    studio_init(&studio, 0, 6);
    struct lesson lesson = {&studio, NULL, NULL, PARAMS("task", "AT", "epochs", "1")};
    ck_ok(lesson_run(&lesson, &one));
    lesson.prior = given_output(&one, 2);
    lesson.parameters = PARAMS("task", "AT", "epochs", "2", "hidden", "32");
    struct kin_given given;
    ck_assert_int_eq(lesson_run(&lesson, &given), KIN_ECORRUPT);
    ck_assert_ptr_nonnull(strstr(err.text, "a training state with "));
    kin_given_release(&given);
    kin_given_release(&one);
    studio_release(&studio);
}
END_TEST

START_TEST(wrong_parameters)
{
    const char *blame = NULL;
    struct kin_solo *solo =
        solo_new("train", PARAMS("task", "AE", "epochs", "1", "classes", "rock"));
    ck_assert_int_eq(solo_check(solo, &blame), KIN_EINVAL);
    ck_assert_str_eq(blame, "classes");
    ck_assert_str_eq(err.text, "task AE has no classes, wanted no parameter 'classes'");
    kin_solo_free(solo);
    solo = solo_new("train", PARAMS("task", "AE", "epochs", "1", "hidden", "8"));
    ck_assert_int_eq(solo_check(solo, &blame), KIN_EINVAL);
    ck_assert_str_eq(blame, "hidden");
    ck_assert_str_eq(err.text, "parameter 'hidden' is 8, wanted 'channels' (16) or more");
    kin_solo_free(solo);
}
END_TEST

TEST_MAIN("train", every_task_learns, stopped_anywhere, a_checkpoint_after_every_step,
          more_epochs_continue, refused_before_it_starts, a_stem_of_another_length,
          a_loss_that_is_no_number, a_foreign_state, wrong_parameters)
