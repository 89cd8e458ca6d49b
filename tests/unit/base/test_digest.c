#include <stdint.h>
#include <string.h>

#include "kindred/digest.h"
#include "support.h"

/* The input of xxHash's own sanity check (cli/xsum_sanity_check.c, xxHash 0.8.1). */
static void fill(unsigned char *bytes, size_t length)
{
    uint64_t generator = 2654435761u;
    for (size_t i = 0; i < length; i++) {
        bytes[i] = (unsigned char)(generator >> 56);
        generator *= 11400714785074694797u;
    }
}

/* XSUM_XXH128_testdata there, seed 0: every branch of the function by length. */
static const struct {
    size_t length;
    const char *text;
} published[] = {
    {0, "99aa06d3014798d86001c324468d497f"},    {1, "a6cd5e9392000f6ac44bdff4074eecdb"},
    {6, "082afe0b8162d12a3e7039bdda43cfc6"},    {12, "6e3efd8fc7802b18061a192713f69ad9"},
    {24, "0ce966e4678d37611e7044d28b1b901d"},   {48, "a002ac4e5478227ef942219aed80f67b"},
    {81, "4952f58181ab00425e8bafb9f95fb803"},   {222, "337e09641b948717f1aebd597cec6b3a"},
    {403, "1b6de21e332dd73dcdeb804d65c6dea4"},  {512, "18d2d110dcc9bca1617e49599013cb6b"},
    {2048, "f736557fd47073a5dd59e2c3a5f038e0"}, {2240, "ccb134fbfa7ce49d6e73a90539cf2948"},
    {2367, "e89c0f6ff369b427cb37aeb9e5d361ed"},
};

START_TEST(agrees_with_the_published_values)
{
    unsigned char bytes[2367];
    fill(bytes, sizeof bytes);
    for (size_t i = 0; i < KIN_COUNT(published); i++) {
        struct kin_digest digest = kin_digest_of(bytes, published[i].length);
        char text[KIN_DIGEST_TEXT];
        kin_digest_text(&digest, text);
        ck_assert_str_eq(text, published[i].text);
        struct kin_digest again;
        ck_assert(kin_digest_parse(text, &again));
        ck_assert(kin_digest_equal(&digest, &again));
    }
}
END_TEST

START_TEST(is_the_same_in_pieces)
{
    static unsigned char bytes[100000];
    fill(bytes, sizeof bytes);
    static const size_t pieces[] = {1, 63, 64, 257, 4096, 99999, 100000};
    struct kin_digest whole = kin_digest_of(bytes, sizeof bytes);
    for (size_t i = 0; i < KIN_COUNT(pieces); i++) {
        struct kin_digest_stream *stream = kin_digest_stream_new();
        for (size_t at = 0; at < sizeof bytes; at += pieces[i]) {
            size_t rest = sizeof bytes - at;
            kin_digest_stream_add(stream, bytes + at, rest < pieces[i] ? rest : pieces[i]);
        }
        struct kin_digest digest = kin_digest_stream_end(stream);
        ck_assert(kin_digest_equal(&digest, &whole));
    }
    struct kin_digest_stream *empty = kin_digest_stream_new();
    struct kin_digest digest = kin_digest_stream_end(empty), nothing = kin_digest_of("", 0);
    ck_assert(kin_digest_equal(&digest, &nothing));
    kin_digest_stream_free(kin_digest_stream_new());
    kin_digest_stream_free(NULL);
    kin_memory_fail_nth(1);
    ck_assert_ptr_null(kin_digest_stream_new());
}
END_TEST

START_TEST(parses_only_what_it_prints)
{
    static const char *const wrong[] = {"",
                                        "99aa06d3014798d86001c324468d497",
                                        "99aa06d3014798d86001c324468d497ff",
                                        "99AA06D3014798D86001C324468D497F",
                                        "99aa06d3014798d8 001c324468d497f",
                                        "99aa06d3014798d86001c324468d497g"};
    struct kin_digest digest = kin_digest_of("x", 1), before = digest;
    for (size_t i = 0; i < KIN_COUNT(wrong); i++)
        ck_assert(!kin_digest_parse(wrong[i], &digest));
    ck_assert(kin_digest_equal(&digest, &before));
}
END_TEST

START_TEST(compares_like_its_text)
{
    struct kin_digest low, high, zero = {{0}};
    ck_assert(kin_digest_parse("00ffffffffffffffffffffffffffffff", &low));
    ck_assert(kin_digest_parse("80000000000000000000000000000000", &high));
    ck_assert_int_lt(kin_digest_compare(&low, &high), 0);
    ck_assert_int_gt(kin_digest_compare(&high, &low), 0);
    ck_assert_int_eq(kin_digest_compare(&high, &high), 0);
    ck_assert(!kin_digest_equal(&low, &high));
    ck_assert(kin_digest_is_zero(&zero));
    ck_assert(!kin_digest_is_zero(&low));
}
END_TEST

TEST_MAIN("digest", agrees_with_the_published_values, is_the_same_in_pieces,
          parses_only_what_it_prints, compares_like_its_text)
