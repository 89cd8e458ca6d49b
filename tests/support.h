/* What every test program needs: one main, and the folder of reference values. */
#ifndef KINDRED_TESTS_SUPPORT_H
#define KINDRED_TESTS_SUPPORT_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "kindred/memory.h"
#include "kindred/status.h"

/* The path of a reference file, in KINDRED_REFERENCE or tests/reference; a ring of buffers. */
static inline const char *reference_path(const char *name)
{
    static char paths[4][4096];
    static unsigned next;
    char *path = paths[next++ % KIN_COUNT(paths)];
    const char *folder = getenv("KINDRED_REFERENCE");
    snprintf(path, sizeof paths[0], "%s/%s", folder ? folder : "tests/reference", name);
    return path;
}

/* Fails the test with the error's text when a call does not return 0. */
#define ck_ok(call)                                                                           \
    do {                                                                                      \
        int ck_ok_status = (call);                                                            \
        ck_assert_msg(ck_ok_status == 0, "%s: status %d: %s", #call, ck_ok_status, err.text); \
    } while (0)

static inline int run_tests(const char *name, const TTest *const *tests, size_t n)
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, 300);
    for (size_t i = 0; i < n; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

#define TEST_MAIN(name, ...)                             \
    int main(void)                                       \
    {                                                    \
        const TTest *const tests[] = {__VA_ARGS__};      \
        return run_tests(name, tests, KIN_COUNT(tests)); \
    }

#endif
