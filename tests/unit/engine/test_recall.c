/* Sources that are not here, after a snapshot. */
#include <string.h>
#include <unistd.h>

#include "lab.h"

#define TREE "  x: { kind: template, of: v, factor: 2 }\n"

static void remove_vectors(const struct lab *lab)
{
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    kin_text_addf(&path, "%s/v.npy", lab->folder);
    ck_assert_int_eq(unlink(path.data), 0);
}

START_TEST(the_catalog_of_a_snapshot_is_taken)
{
    struct lab lab;
    lab_open(&lab, 20, 1);
    lab_do(&lab, TREE, 1);
    lab_save(&lab, NULL);
    remove_vectors(&lab);
    lab_move(&lab, "b");
    lab_do(&lab, TREE, 1);
    ck_assert_ptr_nonnull(strstr(lab.messages.data, "step 'v': "));
    ck_assert_ptr_nonnull(
        strstr(lab.messages.data, "going on with the catalog that came in a snapshot"));
    ck_assert_uint_eq(lab_stats(&lab, "x")->hits, 1);
    lab_do(&lab, "  x: { kind: template, of: v, factor: 3 }\n", 1); /* its values are here */
    ck_assert_uint_eq(lab_stats(&lab, "v")->hits, 1);
    ck_assert_uint_eq(lab_stats(&lab, "x")->computed, 20);
    lab_close(&lab);
}
END_TEST

START_TEST(what_needs_the_source_itself_fails)
{
    struct kin_error err = {0};
    struct lab lab;
    lab_open(&lab, 20, 1);
    lab_do(&lab, TREE, 1);
    lab_save(&lab, "audio"); /* so that the vectors are left out */
    remove_vectors(&lab);
    lab_move(&lab, "b");
    lab_do(&lab, TREE, 1); /* nothing of it is needed */
    ck_assert_uint_eq(lab_stats(&lab, "x")->hits, 1);
    lab_load(&lab, "  x: { kind: template, of: v, factor: 3 }\n", NULL);
    ck_assert_int_eq(lab_run(&lab, 1, &err), KIN_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(err.text, "step 'x': item '"));
    ck_assert_ptr_nonnull(strstr(err.text, "its files are needed, and are not here: "));
    ck_assert_ptr_nonnull(strstr(err.text, "v.npy"));
    lab_close(&lab);
}
END_TEST

START_TEST(a_source_that_nobody_saved_is_absent)
{
    struct kin_error err = {0};
    struct lab lab;
    lab_open(&lab, 20, 1);
    lab_do(&lab, TREE, 1);
    remove_vectors(&lab);
    lab_load(&lab, TREE, NULL); /* one's own runs are no snapshot: a typing error shows */
    ck_assert_int_eq(lab_run(&lab, 1, &err), KIN_ENOTFOUND);
    lab_close(&lab);
}
END_TEST

TEST_MAIN("recall", the_catalog_of_a_snapshot_is_taken, what_needs_the_source_itself_fails,
          a_source_that_nobody_saved_is_absent)
