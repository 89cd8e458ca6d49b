#include "snapshot_support.h"

#define DIGEST "00112233445566778899aabbccddeeff"
#define LATER "10112233445566778899aabbccddeeff"
#define SHA "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static struct kin_snapshot *with_text(const char *claims, const char *objects)
{
    struct kin_snapshot *snapshot = kin_alloc(1, sizeof *snapshot);
    snapshot->claims_text = kin_strdup(claims);
    snapshot->claims_length = strlen(claims);
    snapshot->objects_text = kin_strdup(objects);
    snapshot->objects_length = strlen(objects);
    return snapshot;
}

START_TEST(objects_read_back)
{
    static const char text[] = DIGEST " " SHA " 12 results here\n" LATER " - 0 audio left\n";
    struct kin_error err = {0};
    struct kin_snapshot *snapshot = with_text("", text);
    ck_ok(kin_snapshot_objects_parse(snapshot, &err));
    ck_assert_uint_eq(snapshot->n_objects, 2);
    ck_assert_uint_eq(snapshot->objects[0].length, 12);
    ck_assert_str_eq(snapshot->objects[0].role, "results");
    ck_assert(snapshot->objects[0].has_sha && !snapshot->objects[1].has_sha);
    ck_assert_int_eq(snapshot->objects[1].state, KIN_OBJECT_LEFT);
    struct kin_text again = {0};
    kin_snapshot_objects_print(snapshot, &again);
    ck_assert_str_eq(kin_text_string(&again), text);
    kin_text_release(&again);
    kin_snapshot_free(snapshot);
}
END_TEST

START_TEST(wrong_objects_are_told)
{
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"x", "objects.txt, line 1: 'x', wanted a shorter word, or the line to go on"},
        {"x\n", "objects.txt, line 1: 'x', wanted more on this line"},
        {"x " SHA " 1 a here\n", "objects.txt, line 1: 'x', wanted a digest of 32 digits"},
        {DIGEST " x 1 a here\n", "objects.txt, line 1: 'x', wanted a SHA-256 of 64 digits"},
        {DIGEST " " SHA " -1 a here\n", "line 1: '-1', wanted a number of at most 18 digits"},
        {DIGEST " " SHA " 01 a here\n", "line 1: '01', wanted a number of at most 18 digits"},
        {DIGEST " " SHA " 99999999999999999999 a here\n", "wanted a number of at most 18 digits"},
        {DIGEST " " SHA " 999999999999999999 a here\n",
         "an object of 999999999999999999 bytes, at most 68719476736 are taken"},
        {DIGEST " " SHA " 1 A here\n", "line 1: 'A', wanted a role"},
        {DIGEST " " SHA " 1 averyverylongname here\n", "wanted a role"},
        {DIGEST " " SHA " 1 a there\n", "line 1: 'there', wanted here, since or left"},
        {DIGEST " " SHA " 1 a here \n", "line 1: 'here', wanted the end of the line"},
        {DIGEST " - 1 a here\n", "wanted a SHA-256, since this object is not left out"},
        {DIGEST " " SHA " 1 a here\n" DIGEST " " SHA " 1 a here\n",
         "objects.txt, line 2: objects that do not ascend, or stand twice"},
        {LATER " " SHA " 1 a here\n" DIGEST " " SHA " 1 a here\n",
         "objects.txt, line 2: objects that do not ascend, or stand twice"},
    };
    for (size_t i = 0; i < KIN_COUNT(wrong); i++) {
        struct kin_error err = {0};
        struct kin_snapshot *snapshot = with_text("", wrong[i].text);
        ck_assert_int_ne(kin_snapshot_objects_parse(snapshot, &err), 0);
        ck_assert_msg(strstr(err.text, wrong[i].message) != NULL, "%zu: %s", i, err.text);
        kin_snapshot_free(snapshot);
    }
}
END_TEST

/* The claim of a record, with n outputs. */
static void claim_text(const char *record, size_t n_outputs, struct kin_text *out)
{
    struct kin_digest key = name_digest(record);
    struct kin_snapshot_claim claim = {
        .key = key, .record = record, .items = 3, .failed = 1, .n_outputs = n_outputs};
    struct kin_snapshot snapshot = {.n_claims = 1, .claims = &claim};
    kin_snapshot_claims_print(&snapshot, out);
}

START_TEST(claims_read_back)
{
    static const char *const records[] = {"", "one line", "kind a\nparam b 1\n"};
    for (size_t i = 0; i < KIN_COUNT(records); i++)
        for (size_t n = 0; n <= KIN_ACTION_OUTPUTS; n += 4) {
            struct kin_error err = {0};
            struct kin_text text = {0}, again = {0};
            claim_text(records[i], n, &text);
            struct kin_snapshot *snapshot = with_text(kin_text_string(&text), "");
            ck_ok(kin_snapshot_claims_parse(snapshot, &err));
            ck_assert_uint_eq(snapshot->n_claims, 1);
            ck_assert_str_eq(snapshot->claims[0].record, records[i]);
            ck_assert_uint_eq(snapshot->claims[0].n_outputs, n);
            ck_assert_uint_eq(snapshot->claims[0].items, 3);
            kin_snapshot_claims_print(snapshot, &again);
            ck_assert_str_eq(kin_text_string(&again), kin_text_string(&text));
            kin_text_release(&text);
            kin_text_release(&again);
            kin_snapshot_free(snapshot);
        }
}
END_TEST

START_TEST(wrong_claims_are_told)
{
    static const char empty[] = "99aa06d3014798d86001c324468d497f"; /* the digest of nothing */
    static const struct {
        const char *format, *message;
    } wrong[] = {
        {"clam %s 1 0 0\n\n", "claims.txt, line 1: 'clam', wanted 'claim'"},
        {"claim %s 1 0 5\n\n", "is not the text of 5 bytes that it says"},
        {"claim %s 1 0 999999999999999999\n\n", "is not the text of 999999999999999999 bytes"},
        {"claim %s 1 0 1\na\n", "the key of the claim is not the digest of its record"},
        {"claim %s 1 0 0 x\n\n", "'x', wanted a digest of 32 digits"},
        {"claim %s 1 0 0\n\nclaim 99aa06d3014798d86001c324468d497f 1 0 0\n\n",
         "claims.txt, before line 5: claims that do not ascend, or stand twice"},
        {"claim %s 1 0 0"
         " " DIGEST " " DIGEST " " DIGEST " " DIGEST " " DIGEST " " DIGEST " " DIGEST " " DIGEST
         " " DIGEST "\n\n",
         "wanted at most 8 outputs"},
    };
    for (size_t i = 0; i < KIN_COUNT(wrong); i++) {
        struct kin_error err = {0};
        char text[600];
        const char *hole = strstr(wrong[i].format, "%s");
        snprintf(text, sizeof text, "%.*s%s%s", (int)(hole - wrong[i].format), wrong[i].format,
                 empty, hole + 2);
        struct kin_snapshot *snapshot = with_text(text, "");
        ck_assert_int_ne(kin_snapshot_claims_parse(snapshot, &err), 0);
        ck_assert_msg(strstr(err.text, wrong[i].message) != NULL, "%zu: %s", i, err.text);
        kin_snapshot_free(snapshot);
    }
}
END_TEST

TEST_MAIN("snapshot tables", objects_read_back, wrong_objects_are_told, claims_read_back,
          wrong_claims_are_told)
