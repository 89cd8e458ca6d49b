#include "kindred/cpu.h"
#include "support.h"

START_TEST(a_cap_lowers_and_never_raises)
{
    unsetenv("KINDRED_CPU");
    enum kin_cpu_level found = kin_cpu_level();
    static const char *const caps[] = {"v2", "v3", "v4"};
    for (int i = 0; i < 3; i++) {
        setenv("KINDRED_CPU", caps[i], 1);
        int cap = KIN_CPU_V2 + i;
        ck_assert_int_eq((int)kin_cpu_level(), cap < (int)found ? cap : (int)found);
        ck_assert_str_eq(kin_cpu_level_name((enum kin_cpu_level)cap), caps[i]);
        ck_assert_int_eq(kin_cpu_check(NULL), 0);
    }
    setenv("KINDRED_CPU", "fast", 1);
    ck_assert_int_eq((int)kin_cpu_level(), (int)found);
    struct kin_error err;
    ck_assert_int_eq(kin_cpu_check(&err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "KINDRED_CPU is 'fast', wanted v2, v3 or v4");
}
END_TEST

TEST_MAIN("cpu", a_cap_lowers_and_never_raises)
