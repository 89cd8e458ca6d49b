/* A run that has no room goes on, one block at a time, to the same results. */
#include "engine/schedule.h"
#include "lab.h"

START_TEST(what_is_wanted)
{
    struct kin_run_options options = {.memory = 12345};
    ck_assert_uint_eq(room_wanted(&options), 12345);
    options.memory = 0;
    ck_assert_uint_gt(room_wanted(&options), (size_t)1 << 20);
    ck_assert_uint_eq(room_wanted(&options), room_wanted(NULL));
}
END_TEST

START_TEST(looks_now_and_then)
{
    struct schedule schedule = {.memory = 1};
    ck_assert(room_is_short(&schedule, 10));
    schedule.memory = SIZE_MAX;
    ck_assert(room_is_short(&schedule, 10.001)); /* as of a moment ago */
    ck_assert(!room_is_short(&schedule, 11));
}
END_TEST

START_TEST(no_room_at_all)
{
    const char *steps = "  x: { kind: template, of: v, for: { factor: [2, 3, 4] }, keep: false }\n"
                        "  y: { kind: template, of: x, factor: 5 }\n";
    struct kin_error err = {0};
    const struct kin_run_options options = {.threads = 4, .memory = 1};
    struct lab lab;
    lab_open(&lab, 50, 1);
    lab_load(&lab, steps, NULL);
    ck_ok(kin_session_run(lab.session, &options, &err));
    ck_assert_uint_eq(lab_stats(&lab, "y")->computed, 150);
    lab_do(&lab, steps, 1);
    ck_assert_uint_eq(lab_stats(&lab, "y")->hits, 3);
    lab_close(&lab);
}
END_TEST

TEST_MAIN("room", what_is_wanted, looks_now_and_then, no_room_at_all)
