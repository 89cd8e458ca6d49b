#include "engine/forecast.h"
#include "support.h"

static struct kin_digest digest_of(unsigned n)
{
    return kin_digest_of(&n, sizeof n);
}

START_TEST(amounts_are_kept_while_it_grows)
{
    KIN_AUTO(amounts_release) struct amounts amounts = {0};
    struct kin_error err = {0};
    double *amount;
    for (unsigned i = 0; i < 1000; i++) {
        struct kin_digest digest = digest_of(i);
        ck_ok(amounts_at(&amounts, &digest, &amount, &err));
        ck_assert_double_eq(*amount, 0);
        *amount = i + 1;
    }
    for (unsigned i = 0; i < 1000; i++) {
        struct kin_digest digest = digest_of(i);
        ck_ok(amounts_at(&amounts, &digest, &amount, &err));
        ck_assert_double_eq(*amount, i + 1);
    }
    ck_assert_uint_eq(amounts.n, 1000);
}
END_TEST

START_TEST(a_set_knows_what_is_new)
{
    KIN_AUTO(amounts_release) struct amounts amounts = {0};
    struct kin_error err = {0};
    struct kin_digest digest = digest_of(7);
    bool fresh;
    ck_ok(amounts_add(&amounts, &digest, &fresh, &err));
    ck_assert(fresh);
    ck_ok(amounts_add(&amounts, &digest, &fresh, &err));
    ck_assert(!fresh);
}
END_TEST

TEST_MAIN("amounts", amounts_are_kept_while_it_grows, a_set_knows_what_is_new)
