#include <math.h>

#include "kindred/measure.h"
#include "kindred/random.h"
#include "support.h"

START_TEST(auc_by_hand)
{
    struct kin_error err = {0};
    double auc;
    const float scores[] = {0.1f, 0.4f, 0.35f, 0.8f};
    ck_ok(kin_auc(scores, (const uint8_t[]){0, 0, 1, 1}, 4, &auc, &err));
    ck_assert_double_eq(auc, 0.75);
    ck_ok(kin_auc(scores, (const uint8_t[]){0, 0, 0, 255}, 4, &auc, &err));
    ck_assert_double_eq(auc, 1);
    ck_ok(kin_auc(scores, (const uint8_t[]){1, 0, 0, 0}, 4, &auc, &err));
    ck_assert_double_eq(auc, 0);
    const float tied[] = {1, 1, 1, 2};
    ck_ok(kin_auc(tied, (const uint8_t[]){1, 0, 0, 1}, 4, &auc, &err));
    ck_assert_double_eq(auc, 0.75); /* one half twice, one twice */
    ck_ok(kin_auc(tied, (const uint8_t[]){1, 1, 1, 1}, 4, &auc, &err));
    ck_assert(isnan(auc));
    ck_ok(kin_auc(tied, (const uint8_t[]){0, 0, 0, 0}, 4, &auc, &err));
    ck_assert(isnan(auc));
    ck_ok(kin_auc(NULL, NULL, 0, &auc, &err));
    ck_assert(isnan(auc));
}
END_TEST

/* Against the definition: all pairs. */
START_TEST(auc_by_counting)
{
    enum { N = 60 };
    struct kin_error err = {0};
    struct kin_random random = kin_random_stream(5, "auc", 3);
    for (int round = 0; round < 20; round++) {
        float scores[N];
        uint8_t labels[N];
        for (size_t i = 0; i < N; i++) {
            scores[i] = (float)kin_random_below(&random, 12);
            labels[i] = (uint8_t)(i == 0 || (i > 1 && kin_random_below(&random, 3) == 0));
        }
        double right = 0, pairs = 0, auc;
        for (size_t i = 0; i < N; i++)
            for (size_t k = 0; k < N; k++)
                if (labels[i] && !labels[k]) {
                    right += scores[i] > scores[k] ? 1 : scores[i] == scores[k] ? 0.5 : 0;
                    pairs++;
                }
        ck_ok(kin_auc(scores, labels, N, &auc, &err));
        ck_assert_double_eq_tol(auc, right / pairs, 1e-15);
    }
}
END_TEST

START_TEST(auc_of_rows_and_columns)
{
    struct kin_error err = {0};
    const float scores[3][2] = {{1, 2}, {3, 0}, {2, 2}};
    const uint8_t labels[3][2] = {{0, 1}, {0, 1}, {1, 1}};
    double clips[3], tags[2];
    struct kin_summary s;
    ck_ok(kin_auc_per_clip(scores[0], labels[0], 3, 2, clips, &s, &err));
    ck_assert_double_eq(clips[0], 1);
    ck_assert_double_eq(clips[1], 0);
    ck_assert(isnan(clips[2]));
    ck_assert_double_eq(s.mean, 0.5);
    ck_assert_uint_eq(s.n, 2);
    ck_assert_uint_eq(s.undefined, 1);
    ck_ok(kin_auc_per_tag(scores[0], labels[0], 3, 2, tags, &s, &err));
    ck_assert_double_eq(tags[0], 0.5); /* 2 is above 1 and below 3 */
    ck_assert(isnan(tags[1]));
    ck_assert_uint_eq(s.n, 1);
    ck_ok(kin_auc_per_tag(scores[0], labels[0], 3, 2, NULL, &s, &err));
    ck_assert_double_eq(s.mean, 0.5);
}
END_TEST

START_TEST(auc_wrong_arguments)
{
    struct kin_error err = {0};
    const float scores[2][2] = {{1, 2}, {3, NAN}};
    const uint8_t labels[2][2] = {{0, 1}, {0, 1}};
    double each[2] = {7, 7};
    struct kin_summary s;
    ck_assert_int_eq(kin_auc(scores[1], labels[1], 2, each, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "number 1 is nan, which has no rank");
    ck_assert_int_eq(kin_auc_per_clip(scores[0], labels[0], 2, 2, each, &s, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "scores of clip 1: number 1 is nan, which has no rank");
    ck_assert_int_eq(kin_auc_per_tag(scores[0], labels[0], 2, 2, each, &s, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "scores of tag 1: number 1 is nan, which has no rank");
    ck_assert_double_eq(each[0], 7);
    for (unsigned long nth = 1; nth <= 4; nth++) {
        kin_memory_fail_nth(nth);
        ck_assert_int_eq(kin_auc_per_clip(scores[0], labels[0], 1, 2, each, &s, &err), KIN_ENOMEM);
    }
    kin_memory_fail_nth(0);
}
END_TEST

START_TEST(accuracy)
{
    struct kin_error err = {0};
    const float scores[4][3] = {{1, 2, 3}, {5, 5, 1}, {0, 0, 0}, {-3, -1, -2}};
    double out;
    ck_ok(kin_accuracy(scores[0], (const int32_t[]){2, 0, 0, 1}, 4, 3, &out, &err));
    ck_assert_double_eq(out, 1);
    ck_ok(kin_accuracy(scores[0], (const int32_t[]){2, 1, 2, 0}, 4, 3, &out, &err));
    ck_assert_double_eq(out, 0.25); /* the lowest index wins a tie */
}
END_TEST

START_TEST(accuracy_wrong_arguments)
{
    struct kin_error err = {0};
    const float scores[2][2] = {{1, 2}, {NAN, 3}};
    double out;
    ck_assert_int_eq(kin_accuracy(scores[0], (const int32_t[]){0, 0}, 0, 2, &out, &err),
                     KIN_EINVAL);
    ck_assert_str_eq(err.text, "0 clips of 2 classes, expected at least 1 of each");
    ck_assert_int_eq(kin_accuracy(scores[0], (const int32_t[]){0, 0}, 2, 0, &out, &err),
                     KIN_EINVAL);
    ck_assert_int_eq(kin_accuracy(scores[0], (const int32_t[]){-1, 0}, 2, 2, &out, &err),
                     KIN_EDATA);
    ck_assert_str_eq(err.text, "clip 0: label -1, expected 0 to 1");
    ck_assert_int_eq(kin_accuracy(scores[0], (const int32_t[]){2, 0}, 2, 2, &out, &err), KIN_EDATA);
    ck_assert_int_eq(kin_accuracy(scores[0], (const int32_t[]){0, 0}, 2, 2, &out, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "clip 1: score of class 0 is nan");
}
END_TEST

TEST_MAIN("score", auc_by_hand, auc_by_counting, auc_of_rows_and_columns, auc_wrong_arguments,
          accuracy, accuracy_wrong_arguments)
