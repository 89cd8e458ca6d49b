/* What was damaged or lost is computed again, and nothing else. */
#include <string.h>

#include "lab.h"

#define TREE                                                    \
    "  x: { kind: template, of: v, for: { factor: [2, 3] } }\n" \
    "  y: { kind: template, of: x, factor: 10 }\n"

static struct kin_damage examine(struct lab *lab)
{
    struct kin_error err = {0};
    struct kin_damage damage;
    ck_ok(kin_cache_examine(kin_cache_folder(lab->cache), NULL, NULL, &damage, &err));
    return damage;
}

/* Mends and restores; how many artifacts and actions came back. */
static uint64_t repair(struct lab *lab)
{
    struct kin_error err = {0};
    struct kin_damage damage = examine(lab);
    struct kin_mended mended;
    struct kin_observer quiet = {0};
    uint64_t restored, lost;
    ck_ok(kin_cache_mend(lab->cache, &damage, false, &mended, &err));
    lab_load(lab, TREE, NULL);
    ck_ok(kin_session_restore(lab->session, &damage, &quiet, &restored, &lost, &err));
    ck_assert_uint_eq(lost, 0);
    kin_damage_release(&damage);
    damage = examine(lab);
    ck_assert_uint_eq(damage.findings, 0);
    kin_damage_release(&damage);
    return restored;
}

static void ck_all_there(struct lab *lab)
{
    lab_do(lab, TREE, 2);
    ck_assert_uint_eq(lab_stats(lab, "x")->computed, 0);
    ck_assert_uint_eq(lab_stats(lab, "y")->computed, 0);
}

START_TEST(restores_items_and_manifests)
{
    static const char *const names[] = {"x[factor=2]", "x[factor=3]", "y[factor=3]", "v"};
    struct kin_error err = {0};
    struct lab lab;
    lab_open(&lab, 6, 1);
    lab_do(&lab, TREE, 2);
    ck_assert_uint_eq(repair(&lab), 0);
    for (size_t i = 0; i < KIN_COUNT(names); i++) {
        struct kin_digest manifest = lab_output(&lab, names[i]);
        struct kin_value *value;
        struct kin_entry *entries;
        void *bytes;
        size_t n;
        ck_ok(kin_cache_get(lab.cache, &manifest, &bytes, &n, &err));
        ck_ok(kin_value_decode(bytes, n, &value, &err));
        ck_ok(kin_collection_open(value, &entries, &n, &err));
        lab_damage(&lab, &entries[1].digest);
        lab_damage(&lab, &manifest);
        kin_free(entries);
        kin_value_free(value);
        struct kin_damage damage = examine(&lab);
        ck_assert_uint_eq(damage.n, 2);
        ck_assert(!damage.structural);
        kin_damage_release(&damage);
        ck_assert_uint_ge(repair(&lab), 1); /* what computed the manifest may give the item too */
        ck_all_there(&lab);
    }
    lab_close(&lab);
}
END_TEST

START_TEST(restores_actions_that_are_gone)
{
    struct lab lab;
    lab_open(&lab, 6, 1);
    lab_do(&lab, TREE, 2);
    lab_forget(&lab, "x[factor=2]");
    lab_forget(&lab, "y[factor=2]");
    ck_assert_uint_eq(repair(&lab), 2);
    ck_all_there(&lab);
    lab_close(&lab);
}
END_TEST

/* What cannot be had is told, and taken out: then it is a miss like any other. */
START_TEST(says_what_is_lost)
{
    struct kin_error err = {0};
    struct lab lab;
    lab_open(&lab, 6, 1);
    lab_do(&lab, TREE, 2);
    struct kin_digest manifest = lab_output(&lab, "y[factor=2]");
    lab_damage(&lab, &manifest);
    struct kin_damage damage = examine(&lab);
    struct kin_mended mended;
    ck_ok(kin_cache_mend(lab.cache, &damage, false, &mended, &err));
    ck_assert_uint_eq(mended.artifacts, 1);
    ck_assert_uint_eq(mended.actions, 0);
    ck_ok(kin_cache_mend(lab.cache, &damage, true, &mended, &err));
    ck_assert_uint_eq(mended.actions, 1);
    kin_damage_release(&damage);
    damage = examine(&lab);
    ck_assert_uint_eq(damage.findings, 0);
    kin_damage_release(&damage);
    lab_do(&lab, TREE, 2);
    ck_assert_uint_eq(lab_stats(&lab, "y")->hits, 1);
    ck_assert_uint_eq(lab_stats(&lab, "y")->computed, 0); /* its items are there */
    lab_close(&lab);
}
END_TEST

TEST_MAIN("restore", restores_items_and_manifests, restores_actions_that_are_gone,
          says_what_is_lost)
