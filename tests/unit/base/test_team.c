#include <stdatomic.h>

#include "kindred/team.h"
#include "support.h"

static int count(void *arg, size_t i, struct kin_error *err)
{
    (void)err;
    atomic_fetch_add((atomic_int *)arg + i, 1);
    return 0;
}

static int fail_odd(void *arg, size_t i, struct kin_error *err)
{
    (void)arg;
    return i % 2 ? kin_fail(err, KIN_EDATA, "task %zu", i) : 0;
}

START_TEST(every_task_runs_once)
{
    struct kin_error err = {0};
    for (size_t threads = 1; threads <= 4; threads++) {
        struct kin_team *team;
        ck_ok(kin_team_new(threads, &team, &err));
        for (size_t n = 0; n < 50; n++) {
            atomic_int done[50] = {0};
            ck_ok(kin_team_run(team, count, done, n, &err));
            for (size_t i = 0; i < 50; i++)
                ck_assert_int_eq(done[i], i < n);
        }
        kin_team_free(team);
    }
}
END_TEST

START_TEST(the_lowest_failure_is_reported)
{
    struct kin_error err = {0};
    struct kin_team *team;
    ck_ok(kin_team_new(3, &team, &err));
    for (int i = 0; i < 50; i++) {
        ck_assert_int_eq(kin_team_run(team, fail_odd, NULL, 9, &err), KIN_EDATA);
        ck_assert_str_eq(err.text, "task 1");
        ck_ok(kin_team_run(team, fail_odd, NULL, 1, &err));
    }
    ck_assert_int_eq(kin_team_run(NULL, fail_odd, NULL, 9, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "task 1");
    ck_assert_int_eq(kin_team_run(team, fail_odd, NULL, 9, NULL), KIN_EDATA);
    kin_team_free(team);
    kin_team_free(NULL);
}
END_TEST

START_TEST(a_team_has_a_thread)
{
    struct kin_error err = {0};
    struct kin_team *team;
    ck_assert_int_eq(kin_team_new(0, &team, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "a team of 0 threads, wanted at least 1");
}
END_TEST

TEST_MAIN("team", every_task_runs_once, the_lowest_failure_is_reported, a_team_has_a_thread)
