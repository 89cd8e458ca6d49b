#include "snapshot_support.h"

START_TEST(observations_read_back)
{
    struct kin_error err = {0};
    char maker[] = "kindred 0.1 on \"host\" (CPU v4)";
    struct kin_observation list[] = {
        {.key = name_digest("b"), .seconds = 1.25, .made_at = 1700000000, .made_by = maker},
        {.key = name_digest("a"), .seconds = 0, .made_at = 1, .made_by = maker}};
    struct kin_observations made = {.list = list, .n = 2}, read = {0};
    struct kin_text text = {0}, again = {0};
    ck_ok(kin_snapshot_observations_print(&made, &text, &err));
    ck_ok(kin_snapshot_observations_parse(text.data, text.length, &read, &err));
    ck_assert_uint_eq(read.n, 2);
    const struct kin_observation *found = kin_snapshot_observation(&read, &list[0].key);
    ck_assert_ptr_nonnull(found);
    ck_assert(found->seconds == 1.25);
    ck_assert_int_eq(found->made_at, 1700000000);
    ck_assert_str_eq(found->made_by, maker);
    struct kin_digest other = name_digest("c");
    ck_assert_ptr_null(kin_snapshot_observation(&read, &other));
    ck_ok(kin_snapshot_observations_print(&read, &again, &err));
    ck_assert_str_eq(text.data, again.data); /* whatever the order was */
    kin_text_release(&text);
    kin_text_release(&again);
    kin_snapshot_observations_release(&read);
    ck_assert_ptr_null(kin_snapshot_observation(&read, &list[0].key));
}
END_TEST

#define KEY "\"00112233445566778899aabbccddeeff\""

START_TEST(wrong_ones_are_told)
{
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"", "observations.json, line 1:"},
        {"[]", "observations.json is no JSON object"},
        {"{\"x\": {}}", "'x' is no observation"},
        {"{" KEY ": 1}", "is no observation"},
        {"{" KEY ": {\"seconds\": -1}}", "a time below zero"},
        {"{" KEY ": {\"made_at\": -1}}", "a time below zero"},
        {"{" KEY ": {}, " KEY ": {}}", "observations.json, line 1:"},
    };
    for (size_t i = 0; i < KIN_COUNT(wrong); i++) {
        struct kin_error err = {0};
        struct kin_observations read = {0};
        ck_assert_int_eq(
            kin_snapshot_observations_parse(wrong[i].text, strlen(wrong[i].text), &read, &err),
            KIN_ECORRUPT);
        ck_assert_msg(strstr(err.text, wrong[i].message) != NULL, "%zu: %s", i, err.text);
        ck_assert_uint_eq(read.n, 0);
    }
}
END_TEST

START_TEST(what_a_stranger_writes_is_tamed)
{
    static const char text[] = "{" KEY ": {\"made_by\": \"a\\u001b[2Jb\\nc\\u009b\"}}";
    struct kin_error err = {0};
    struct kin_observations read = {0};
    ck_ok(kin_snapshot_observations_parse(text, sizeof text - 1, &read, &err));
    ck_assert_str_eq(read.list[0].made_by, "a?[2Jb?c??");
    kin_snapshot_observations_release(&read);
}
END_TEST

TEST_MAIN("snapshot observations", observations_read_back, wrong_ones_are_told,
          what_a_stranger_writes_is_tamed)
