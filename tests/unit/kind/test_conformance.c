/*
 * What holds of every kind, read from the declarations: texts, defaults, keys; and, for those that
 * take clips, sequences or vectors, the same bytes twice and whatever else is in the block.
 */
#include "kindred/distance.h"
#include "kindred/transform.h"
#include "solo_support.h"

#define ITEMS 3

static void check_text(const char *text, const char *kind, const char *of)
{
    ck_assert_msg(text && *text, "kind '%s': '%s' has no text", kind, of);
    ck_assert_msg(text[strlen(text) - 1] != '.', "kind '%s': the line on '%s' ends with a stop",
                  kind, of);
    ck_assert_msg(!strchr(text, '\n'), "kind '%s': '%s' has more than a line", kind, of);
}

static void check_types(const char *types, const char *kind, const char *of)
{
    for (const char *at = types; *at; at += strspn(at, "|")) {
        size_t n = strcspn(at, "|");
        ck_assert_msg(kin_type_find(at, n), "kind '%s': '%s' has no type '%.*s'", kind, of, (int)n,
                      at);
        at += n;
    }
}

START_TEST(every_line_is_there)
{
    for (size_t i = 0; i < kin_kind_count(); i++) {
        const struct kin_kind *kind = kin_kind_at(i);
        ck_assert_ptr_eq(kin_kind_find(kind->name), kind);
        ck_assert_msg(kind->version > 0 && kind->run, "kind '%s'", kind->name);
        if (i > 0)
            ck_assert_str_lt(kin_kind_at(i - 1)->name, kind->name);
        check_text(kind->doc, kind->name, "kind");
        for (size_t p = 0; p < kin_kind_params(kind); p++)
            check_text(kind->params[p].doc, kind->name, kind->params[p].name);
        for (size_t p = 0; p < kin_kind_inputs(kind); p++) {
            check_text(kind->inputs[p].doc, kind->name, kind->inputs[p].name);
            check_types(kind->inputs[p].type, kind->name, kind->inputs[p].name);
        }
        ck_assert_msg(kin_kind_outputs(kind) > 0, "kind '%s' gives nothing", kind->name);
        for (size_t o = 0; o < kin_kind_outputs(kind); o++) {
            check_text(kind->outputs[o].doc, kind->name, kind->outputs[o].name);
            check_types(kind->outputs[o].type, kind->name, kind->outputs[o].name);
        }
        if (kind->scan)
            ck_assert_msg(kin_kind_input(kind, "listing") == 0, "source '%s'", kind->name);
    }
}
END_TEST

/* ---- parameters ---- */

/* A number of the parameter's range other than its default. */
static void another_number(const struct kin_param *param, char out[KIN_NUMBER_TEXT])
{
    double fallback = 0;
    if (param->fallback)
        kin_number_parse(param->fallback, false, &fallback);
    bool ranged = param->min != 0 || param->max != 0;
    const double tries[] = {fallback + 1, fallback - 1, param->min, param->max};
    size_t i = 0;
    while (tries[i] == fallback || (ranged && (tries[i] < param->min || tries[i] > param->max)))
        ck_assert_uint_lt(++i, KIN_COUNT(tries));
    kin_number_text(tries[i], out);
}

/* A value other than the default. */
static const char *another(const struct kin_param *param, char out[KIN_NUMBER_TEXT])
{
    switch (param->type) {
    case KIN_PARAM_NUMBER:
    case KIN_PARAM_INTEGER:
        another_number(param, out);
        return out;
    case KIN_PARAM_CHOICE:
        return param->fallback && strcmp(param->fallback, param->choices[0]) == 0
                   ? param->choices[1]
                   : param->choices[0];
    case KIN_PARAM_FLAG:
        return param->fallback && strcmp(param->fallback, "true") == 0 ? "false" : "true";
    default:
        return "something else";
    }
}

static void check_key(const struct kin_kind *kind, const struct kin_param *param)
{
    struct kin_args *args = kin_args_new(kind);
    ck_assert_msg(args != NULL, "kind '%s' has a default that is out of range", kind->name);
    struct kin_text before = {0}, after = {0};
    char number[KIN_NUMBER_TEXT];
    struct kin_literal literal = {.text = another(param, number)};
    kin_args_canonical(args, &before);
    ck_ok(kin_args_set(args, param->name, &literal, &err));
    kin_args_canonical(args, &after);
    bool is_path = param->type == KIN_PARAM_PATH || param->type == KIN_PARAM_PATHS;
    bool in_key = !is_path && !(param->flags & KIN_PARAM_OUTSIDE);
    bool changed = strcmp(kin_text_string(&before), kin_text_string(&after)) != 0;
    ck_assert_msg(changed == in_key, "kind '%s', parameter '%s' = '%s': the key %s", kind->name,
                  param->name, literal.text, changed ? "changes" : "stays");
    kin_text_release(&before);
    kin_text_release(&after);
    kin_args_free(args);
}

START_TEST(every_parameter_is_in_the_key)
{
    for (size_t i = 0; i < kin_kind_count(); i++) {
        const struct kin_kind *kind = kin_kind_at(i);
        struct kin_args *args = kin_args_new(kind);
        ck_assert_msg(args != NULL, "kind '%s' has a default that is out of range", kind->name);
        kin_args_free(args);
        for (size_t p = 0; p < kin_kind_params(kind); p++)
            check_key(kind, &kind->params[p]);
    }
}
END_TEST

/* ---- running ---- */

/* Required parameters, and every choice worth running. */
static const struct {
    const char *kind;
    const char *params[7];
} cases[] = {
    {"transform", {"transformation", "PS", "magnitude", "-3"}},
    {"transform", {"transformation", "TS", "magnitude", "1.3", "match", "ebur128"}},
    {"transform", {"transformation", "PN", "magnitude", "10"}},
    {"transform", {"transformation", "EN", "magnitude", "10", "store", "mulaw"}},
    {"transform", {"transformation", "MP", "magnitude", "16"}},
    {"transform", {"transformation", "OG", "magnitude", "0"}},
    {"distance", {"metric", "dtw"}},
    {"distance", {"metric", "fastdtw"}},
    {"distance", {"metric", "simple", "window", "20"}},
    {"distance", {"metric", "euclidean"}},
    {"distance", {"metric", "cosine"}},
    {"loudness", {0}},
    {"stft-db", {0}},
    {"mfcc", {0}},
    {"encode.mfcc", {"crop", "centre", "samples", "9000"}},
    {"template", {"factor", "3"}},
    {"spearman", {0}},
    {"sdr", {"window", "0.2"}},
};

static struct kin_value *element(const char *types, size_t seed)
{
    if (kin_types_accept(types, "clips"))
        return make_clip(seed, 12000, 22050, 0.5);
    if (kin_types_accept(types, "sequences"))
        return make_random("sequence", KIN_F32, seed, 70, 6);
    return make_random("vector", KIN_F32, seed, 1, 40);
}

/* Items first … last of every port that maps, all of the others. */
static struct kin_solo *run_items(size_t c, size_t first, size_t last)
{
    static const char *const ids[ITEMS] = {"a", "b", "c"};
    struct kin_solo *solo = solo_new(cases[c].kind, cases[c].params);
    for (size_t p = 0; p < kin_kind_inputs(solo->kind); p++) {
        const struct kin_port *port = &solo->kind->inputs[p];
        bool each = port->mode == KIN_EACH;
        if (port->flags & KIN_PORT_OPTIONAL)
            continue;
        for (size_t i = each ? first : 0; i < (each ? last + 1 : ITEMS); i++)
            ck_ok(kin_solo_add(solo, port->name, ids[i],
                               element(kin_args_port_type(solo->args, port), i + 10 * p), &err));
    }
    ck_ok(kin_solo_run(solo, &err));
    return solo;
}

START_TEST(the_same_bytes_twice_and_in_any_block)
{
    for (size_t c = 0; c < KIN_COUNT(cases); c++) {
        struct kin_solo *all = run_items(c, 0, ITEMS - 1);
        struct kin_solo *again = run_items(c, 0, ITEMS - 1);
        for (size_t i = 0; i < ITEMS; i++) {
            struct kin_solo *alone = run_items(c, i, i);
            ck_assert_msg(same_value(solo_result(all, i), solo_result(again, i)),
                          "%s (case %zu) differs from run to run", cases[c].kind, c);
            ck_assert_msg(same_value(solo_result(all, i), solo_result(alone, 0)),
                          "%s (case %zu) depends on the block", cases[c].kind, c);
            kin_solo_free(alone);
        }
        kin_solo_free(all);
        kin_solo_free(again);
    }
}
END_TEST

/* A kind that maps plain items and is not among the cases would go untested. */
START_TEST(every_map_of_plain_items_is_a_case)
{
    for (size_t i = 0; i < kin_kind_count(); i++) {
        const struct kin_kind *kind = kin_kind_at(i);
        bool plain = kin_kind_is_map(kind), found = false;
        for (size_t p = 0; p < kin_kind_inputs(kind); p++)
            plain = plain && (kin_port_accepts(&kind->inputs[p], "clips") ||
                              kin_port_accepts(&kind->inputs[p], "sequences") ||
                              kin_port_accepts(&kind->inputs[p], "vectors"));
        for (size_t c = 0; c < KIN_COUNT(cases); c++)
            found = found || strcmp(cases[c].kind, kind->name) == 0;
        ck_assert_msg(found || !plain, "kind '%s' is in no case of this test", kind->name);
    }
}
END_TEST

/* ---- the lists of the sciences ---- */

static size_t count_choices(const struct kin_param *param)
{
    size_t n = 0;
    while (param->choices[n])
        n++;
    return n;
}

START_TEST(transformations_are_those_of_the_list)
{
    const struct kin_param *param = kin_kind_param(kin_kind_find("transform"), "transformation");
    ck_assert_uint_eq(count_choices(param), kin_transform_count() + 1);
    ck_assert_str_eq(param->choices[0], "OG");
    for (size_t i = 0; i < kin_transform_count(); i++)
        ck_assert_str_eq(param->choices[i + 1], kin_transform_at(i)->code);
}
END_TEST

START_TEST(metrics_are_those_of_the_list)
{
    const struct kin_kind *kind = kin_kind_find("distance");
    const struct kin_param *param = kin_kind_param(kind, "metric");
    const struct kin_distance *distance;
    size_t n = 0;
    for (; (distance = kin_distance_at(n)) != NULL; n++) {
        ck_assert_str_eq(param->choices[n], distance->name);
        for (size_t p = 0; p < distance->param_count; p++) {
            const struct kin_param *own = kin_kind_param(kind, distance->params[p].name);
            double fallback;
            ck_assert_ptr_nonnull(own);
            ck_assert(kin_number_parse(own->fallback, false, &fallback));
            ck_assert_uint_eq((size_t)fallback, distance->params[p].fallback);
            ck_assert_uint_eq((size_t)own->min, distance->params[p].min);
            ck_assert_uint_eq((size_t)own->max, distance->params[p].max);
        }
    }
    ck_assert_uint_eq(count_choices(param), n);
}
END_TEST

START_TEST(distances_are_symmetric_where_declared)
{
    for (size_t d = 0; kin_distance_at(d); d++) {
        const struct kin_distance *distance = kin_distance_at(d);
        struct kin_solo *solo = solo_new("distance", PARAMS("metric", distance->name));
        const char *types = kin_args_port_type(solo->args, &solo->kind->inputs[0]);
        static const char *const ids[ITEMS] = {"a", "b", "c"};
        for (size_t i = 0; i < ITEMS; i++) {
            ck_ok(kin_solo_add(solo, "from", ids[i], element(types, i), &err));
            ck_ok(kin_solo_add(solo, "to", ids[i], element(types, i), &err));
        }
        ck_ok(kin_solo_run(solo, &err));
        float matrix[ITEMS][ITEMS];
        for (size_t i = 0; i < ITEMS; i++)
            memcpy(matrix[i], kin_value_get(solo_result(solo, i), "distances")->data,
                   sizeof matrix[i]);
        for (size_t i = 0; i < ITEMS; i++) {
            ck_assert_double_le(fabs((double)matrix[i][i]), distance->self_tolerance);
            for (size_t j = 0; distance->symmetric && j < ITEMS; j++)
                ck_assert_mem_eq(&matrix[i][j], &matrix[j][i], sizeof(float));
        }
        kin_solo_free(solo);
    }
}
END_TEST

TEST_MAIN("conformance", every_line_is_there, every_parameter_is_in_the_key,
          the_same_bytes_twice_and_in_any_block, every_map_of_plain_items_is_a_case,
          transformations_are_those_of_the_list, metrics_are_those_of_the_list,
          distances_are_symmetric_where_declared)
