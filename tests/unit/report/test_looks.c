#include "report_support.h"

/* Relative luminance, as the Web Content Accessibility Guidelines define it. */
static double luminance(const char *colour)
{
    static const double weights[] = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        unsigned part;
        ck_assert_int_eq(sscanf(colour + 1 + 2 * i, "%2x", &part), 1);
        double x = part / 255.0;
        sum += weights[i] * (x <= 0.03928 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4));
    }
    return sum;
}

START_TEST(encoders_differ_in_colour_and_mark_and_stand_out_from_paper)
{
    static const char *const names[] = {"MFCC", "VGG", "AT", "IR", "VS", "AE"};
    for (size_t i = 0; i < 6; i++) {
        struct kin_look a = kin_look_of(names[i], NULL);
        ck_assert_msg(1.05 / (luminance(a.colour) + 0.05) >= 3, "%s: too light", names[i]);
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(a.colour, kin_look_of(names[j], NULL).colour);
    }
}
END_TEST

START_TEST(colours_can_be_given)
{
    static const char *const list[] = {"AT=#123456"};
    const struct kin_colours colours = {list, 1};
    ck_ok(kin_colours_check(&colours, &err));
    ck_assert_int_eq(strncmp(kin_look_of("AT", &colours).colour, "#123456", 7), 0);
    ck_assert_str_eq(kin_look_of("A", &colours).colour, kin_look_of("A", NULL).colour);
}
END_TEST

START_TEST(what_is_no_colour)
{
    static const char *const wrong[] = {"AT", "AT=blue", "=#123456", "AT=#12345g", "AT=#1234567"};
    for (size_t i = 0; i < KIN_COUNT(wrong); i++) {
        const struct kin_colours colours = {&wrong[i], 1};
        ck_assert_int_eq(kin_colours_check(&colours, &err), KIN_EINVAL);
        ck_assert_ptr_nonnull(strstr(err.text, "wanted NAME=#rrggbb"));
    }
}
END_TEST

START_TEST(others_have_looks_and_names_too)
{
    ck_assert_str_eq(kin_look_of("own", NULL).colour, kin_look_of("own", NULL).colour);
    ck_assert_str_eq(kin_caption_of("dtw"), "DTW");
    ck_assert_str_eq(kin_caption_of("own"), "own");
    ck_assert_uint_lt(kin_rank_of("MFCC"), kin_rank_of("AE"));
    ck_assert_uint_lt(kin_rank_of("PS"), kin_rank_of("TS"));
    ck_assert_uint_lt(kin_rank_of("AE"), kin_rank_of("own"));
}
END_TEST

TEST_MAIN("looks", encoders_differ_in_colour_and_mark_and_stand_out_from_paper,
          colours_can_be_given, what_is_no_colour, others_have_looks_and_names_too)
