#include <string.h>

#include "kindred/sha256.h"
#include "support.h"

/* FIPS 180-4, the examples of NIST's CSRC. */
static const struct {
    const char *text, *sha;
} published[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

START_TEST(agrees_with_the_standard)
{
    for (size_t i = 0; i < KIN_COUNT(published); i++) {
        struct kin_sha256 sha = kin_sha256_of(published[i].text, strlen(published[i].text));
        char text[KIN_SHA256_TEXT];
        kin_sha256_text(&sha, text);
        ck_assert_str_eq(text, published[i].sha);
        struct kin_sha256 again;
        ck_assert(kin_sha256_parse(text, &again));
        ck_assert(kin_sha256_equal(&sha, &again));
    }
}
END_TEST

START_TEST(is_the_same_in_pieces)
{
    unsigned char bytes[1000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(7 * i);
    struct kin_sha256 whole = kin_sha256_of(bytes, sizeof bytes);
    for (size_t cut = 0; cut <= sizeof bytes; cut += 37) {
        struct kin_sha256_stream *stream = kin_sha256_stream_new();
        kin_sha256_stream_add(stream, bytes, cut);
        kin_sha256_stream_add(stream, bytes + cut, sizeof bytes - cut);
        struct kin_sha256 sha = kin_sha256_stream_end(stream);
        ck_assert(kin_sha256_equal(&sha, &whole));
    }
    kin_sha256_stream_free(kin_sha256_stream_new());
    kin_sha256_stream_free(NULL);
}
END_TEST

START_TEST(reads_nothing_but_64_digits)
{
    struct kin_sha256 sha;
    char text[80];
    strcpy(text, published[1].sha);
    text[63] = '\0';
    ck_assert(!kin_sha256_parse(text, &sha));
    strcpy(text, published[1].sha);
    strcat(text, "0");
    ck_assert(!kin_sha256_parse(text, &sha));
    strcpy(text, published[1].sha);
    text[5] = 'G';
    ck_assert(!kin_sha256_parse(text, &sha));
    text[5] = 'A'; /* one spelling only */
    ck_assert(!kin_sha256_parse(text, &sha));
}
END_TEST

TEST_MAIN("sha256", agrees_with_the_standard, is_the_same_in_pieces, reads_nothing_but_64_digits)
