#include <string.h>

#include "kindred/provenance.h"
#include "lab.h"

#define STEPS                                                                         \
    "  x: { kind: template, of: v, for: { factor: [2, 10] } }\n"                      \
    "  d: { kind: distance, from: x, to: v, for: { metric: [euclidean, cosine] } }\n" \
    "  m: { kind: within, of: d, rename: { metric: distance } }\n"                    \
    "  t: { kind: table, of: m, over: all, file: tables/t.csv,\n"                     \
    "       columns: [distance, by=factor, consistency] }\n"

static int trace(struct lab *lab, const char *row, struct kin_text *out, struct kin_error *err)
{
    lab_load(lab, STEPS, NULL);
    return kin_session_trace(lab->session, row, out, err);
}

static void has(struct lab *lab, const char *row, const char *wanted, const char *unwanted)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    ck_ok(trace(lab, row, &text, &err));
    ck_assert_msg(strstr(text.data, wanted) != NULL, "wanted «%s» in:\n%s", wanted, text.data);
    ck_assert_msg(!strstr(text.data, unwanted), "«%s» in:\n%s", unwanted, text.data);
}

START_TEST(a_row_leads_to_its_own_instances)
{
    struct lab lab;
    lab_open(&lab, 3, 1);
    lab_do(&lab, STEPS, 1);
    has(&lab, "tables/t.csv:2", "t.csv:2  distance=cosine, by=2, consistency=", "factor=10");
    has(&lab, "t.csv:2", "\n  of: m[distance=cosine,factor=2]  [within, version ", "euclidean");
    has(&lab, "out/tables/t.csv:3", "\n  of: m[distance=cosine,factor=10]", "factor=2]");
    has(&lab, "t:5", "\n    of: d[factor=10,metric=euclidean]", "cosine");
    has(&lab, "t:5", "    param metric \"euclidean\"\n", "factor=2]");
    has(&lab, "t:5", "\n        of: v  [vectors.npy", "cosine");
    has(&lab, "t:5", "\n      to: v (see above)\n", "cosine");
    lab_close(&lab);
}
END_TEST

static void refused(struct lab *lab, const char *row, int status, const char *wanted)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    ck_assert_int_eq(trace(lab, row, &text, &err), status);
    ck_assert_msg(strstr(err.text, wanted) != NULL, "wanted «%s» in: %s", wanted, err.text);
}

START_TEST(rows_that_are_not_there)
{
    struct lab lab;
    lab_open(&lab, 3, 1);
    refused(&lab, "t.csv:2", KIN_ENOTFOUND, "not computed yet; run it first");
    lab_do(&lab, STEPS, 1);
    refused(&lab, "t.csv:6", KIN_EINVAL, "tables/t.csv has lines 2 to 5 below the names");
    refused(&lab, "t.csv:1", KIN_EINVAL, "--row wants FILE:LINE, not 't.csv:1'");
    refused(&lab, "t.csv", KIN_EINVAL, "--row wants FILE:LINE, not 't.csv'");
    refused(&lab, "tables/t.cvs:2", KIN_EINVAL, "no step writes 't.cvs'");
    refused(&lab, "x:2", KIN_EINVAL, "step 'x' has several tables");
    refused(&lab, "v:2", KIN_EINVAL, "has no rows");
    lab_close(&lab);
}
END_TEST

TEST_MAIN("trace", a_row_leads_to_its_own_instances, rows_that_are_not_there)
