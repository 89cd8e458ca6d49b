/* Which results a damaged artifact has gone into. */
#include <string.h>

#include "kindred/upkeep.h"
#include "lab.h"

#define STEPS                                                                           \
    "  x: { kind: template, of: v, factor: 2 }\n"                                       \
    "  d: { kind: distance, from: x, to: v, metric: euclidean }\n"                      \
    "  w: { kind: within, of: d }\n"                                                    \
    "  one: { kind: table, of: w, over: all, columns: [consistency], file: one.csv }\n" \
    "  e: { kind: distance, from: v, to: v, metric: euclidean }\n"                      \
    "  u: { kind: within, of: e }\n"                                                    \
    "  two: { kind: table, of: u, over: all, columns: [consistency], file: two.csv }\n"

static void note(void *context, const char *workflow, const char *file)
{
    ck_assert_ptr_nonnull(strstr(workflow, "w.yaml"));
    kin_text_addf(context, "%s ", file);
}

static void ck_affected(struct lab *lab, struct kin_digest damaged, const char *wanted)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_text_release) struct kin_text files = {0};
    const struct kin_damage damage = {.findings = 1, .list = &damaged, .n = 1};
    ck_ok(kin_upkeep_affected(lab->cache, &damage, note, &files, &err));
    ck_assert_str_eq(kin_text_string(&files), wanted);
}

START_TEST(names_the_results)
{
    struct kin_error err = {0};
    struct lab lab;
    lab_open(&lab, 4, 1);
    lab_do(&lab, STEPS, 1);
    ck_affected(&lab, lab_output(&lab, "two"), "two.csv ");
    ck_affected(&lab, lab_output(&lab, "x"), "one.csv ");
    ck_affected(&lab, lab_output(&lab, "v"), "one.csv two.csv ");
    struct kin_digest manifest = lab_output(&lab, "x");
    struct kin_value *value;
    struct kin_entry *entries;
    void *bytes;
    size_t n;
    ck_ok(kin_cache_get(lab.cache, &manifest, &bytes, &n, &err));
    ck_ok(kin_value_decode(bytes, n, &value, &err));
    ck_ok(kin_collection_open(value, &entries, &n, &err));
    ck_affected(&lab, entries[2].digest, "one.csv ");
    kin_free(entries);
    kin_value_free(value);
    ck_affected(&lab, kin_digest_of("x", 1), "");
    lab_close(&lab);
}
END_TEST

TEST_MAIN("affected", names_the_results)
