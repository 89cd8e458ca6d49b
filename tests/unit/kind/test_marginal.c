#include "table_support.h"

#define HEADER "space,encoder,transformation,magnitude,trial,consistency\n"

static struct kin_solo *margins_of(const char *csv, const char *const *by)
{
    struct kin_solo *solo = solo_new("marginal", NULL);
    set_list(solo, "by", by);
    ck_ok(kin_solo_put(solo, "of", make_table(csv), &err));
    return solo;
}

/* PS has three rows and a mean of 0.5, PN one with 1: together 0.75, not 0.625. An empty cell is
 * counted and is in no mean; an encoder with nothing else has no mean. */
START_TEST(what_weighs_alike)
{
    struct kin_solo *solo = margins_of(HEADER "latent,AT,PS,1,0,0.25\n"
                                              "audio,,PS,1,,1\n"
                                              "latent,AT,PN,9,0,1\n"
                                              "latent,AT,PS,2,0,0.5\n"
                                              "latent,AT,PS,2,1,0.75\n"
                                              "latent,AT,PS,2,2,\n"
                                              "latent,AE,PS,1,0,\n",
                                       (const char *const[]){"space", "encoder", NULL});
    ck_ok(kin_solo_run(solo, &err));
    check_table(solo, 0, "space,encoder,n,mean,empty\n"
                         "audio,,1,1,0\n"
                         "latent,AE,0,,1\n"
                         "latent,AT,4,0.75,1\n");
    kin_solo_free(solo);
}
END_TEST

START_TEST(everything)
{
    struct kin_solo *solo =
        margins_of("transformation,x\nPS,1\nPN,3\n", (const char *const[]){NULL});
    ck_ok(kin_solo_run(solo, &err));
    check_table(solo, 0, "n,mean,empty\n2,2,0\n");
    kin_solo_free(solo);
}
END_TEST

START_TEST(mistakes)
{
    struct kin_solo *solo =
        margins_of(HEADER "latent,AT,PS,1,0,high\n", (const char *const[]){"encoder", NULL});
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "'high' in column 'consistency', wanted a number");
    kin_solo_free(solo);
    solo = margins_of(HEADER "latent,AT,PS,1,0,1\n", (const char *const[]){"encodr", NULL});
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "did you mean 'encoder'?"));
    kin_solo_free(solo);
}
END_TEST

TEST_MAIN("marginal", what_weighs_alike, everything, mistakes)
