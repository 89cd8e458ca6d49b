/* Kinds for tests of the language: ports of every mode, parameters of every type, nothing that
 * runs. */
#ifndef KINDRED_TESTS_WORKFLOW_KINDS_H
#define KINDRED_TESTS_WORKFLOW_KINDS_H

#include <string.h>

#include "kindred/kind.h"
#include "kindred/memory.h"
#include "workflow/parse.h"

static const char *const test_transformations[] = {"OG", "PS", "TS", "PN", "EN", "MP", NULL};
static const char *const test_tasks[] = {"AE", "AT", "IR", "VS", NULL};
static const char *const test_metrics[] = {"euclidean", "cosine", "dtw", NULL};

static const struct kin_param songs_params[] = {
    {.name = "folder", .type = KIN_PARAM_PATH, .flags = KIN_PARAM_OUTSIDE, .doc = "where"},
    {.name = "file", .type = KIN_PARAM_TEXT, .fallback = "", .doc = "a list"},
    {0}};
static const struct kin_port songs_inputs[] = {
    {.name = "listing", .type = "listing", .mode = KIN_EACH}, {0}};
static const struct kin_output songs_outputs[] = {{.name = "catalog", .type = "catalog"}, {0}};

static const struct kin_param excerpt_params[] = {
    {.name = "seconds",
     .type = KIN_PARAM_NUMBER,
     .unit = "s",
     .fallback = "4",
     .min = 0,
     .max = 60},
    {.name = "seed", .type = KIN_PARAM_INTEGER, .fallback = "0"},
    {.name = "tags", .type = KIN_PARAM_LIST, .fallback = ""},
    {.name = "normalise", .type = KIN_PARAM_FLAG, .fallback = "false"},
    {0}};
static const struct kin_port excerpt_inputs[] = {
    {.name = "of", .type = "catalog", .mode = KIN_EACH}, {0}};
static const struct kin_output clips_outputs[] = {{.name = "clips", .type = "clips"}, {0}};

static const struct kin_param transform_params[] = {
    {.name = "transformation", .type = KIN_PARAM_CHOICE, .choices = test_transformations},
    {.name = "magnitude", .type = KIN_PARAM_NUMBER},
    {.name = "crop", .type = KIN_PARAM_TEXT, .fallback = "none", .flags = KIN_PARAM_APPLY_ONLY},
    {0}};
static const struct kin_port transform_inputs[] = {
    {.name = "of", .type = "clips", .mode = KIN_EACH}, {0}};

static inline int transform_check(const struct kin_args *args, const char **blame,
                                  struct kin_error *err)
{
    double magnitude = kin_arg_number(args, "magnitude");
    if (!kin_arg_is(args, "transformation", "PS") || (magnitude >= -12 && magnitude <= 12))
        return 0;
    *blame = "magnitude";
    return kin_fail(err, KIN_EINVAL, "magnitude is %g semitones, wanted -12 to 12", magnitude);
}

static const struct kin_param train_params[] = {
    {.name = "task", .type = KIN_PARAM_CHOICE, .choices = test_tasks},
    {.name = "epochs", .type = KIN_PARAM_INTEGER, .fallback = "10", .min = 1, .max = 10000},
    {.name = "trial", .type = KIN_PARAM_INTEGER, .fallback = "0"},
    {0}};
static const struct kin_port train_inputs[] = {
    {.name = "of", .type = "catalog", .mode = KIN_WHOLE},
    {.name = "scaler", .type = "number", .mode = KIN_WHOLE, .flags = KIN_PORT_OPTIONAL},
    {0}};
static const struct kin_output train_outputs[] = {
    {.name = "model", .type = "number"}, {.name = "losses", .type = "table"}, {0}};

static const struct kin_port encode_inputs[] = {
    {.name = "of", .type = "clips", .mode = KIN_EACH},
    {.name = "model", .type = "number", .mode = KIN_WHOLE, .flags = KIN_PORT_OPTIONAL},
    {0}};
static const struct kin_output vectors_outputs[] = {{.name = "vectors", .type = "vectors"}, {0}};

static const struct kin_param distance_params[] = {
    {.name = "metric", .type = KIN_PARAM_CHOICE, .fallback = "euclidean", .choices = test_metrics},
    {0}};
static const struct kin_port distance_inputs[] = {
    {.name = "from", .type = "vectors|sequences", .mode = KIN_EACH},
    {.name = "to", .type = "vectors|sequences", .mode = KIN_WHOLE},
    {0}};
static const struct kin_output distance_outputs[] = {{.name = "rows", .type = "distances"}, {0}};

static inline const char *distance_narrow(const struct kin_args *args, const struct kin_port *port)
{
    (void)port;
    return kin_arg_is(args, "metric", "dtw") ? "sequences" : "vectors";
}

static const struct kin_output sequences_outputs[] = {{.name = "mfcc", .type = "sequences"}, {0}};

static const struct kin_port within_inputs[] = {
    {.name = "of", .type = "distances", .mode = KIN_WHOLE}, {0}};
static const struct kin_output number_outputs[] = {{.name = "number", .type = "number"}, {0}};

static const struct kin_port table_inputs[] = {
    {.name = "of", .type = "number|table", .mode = KIN_GATHER}, {0}};
static const struct kin_output table_outputs[] = {{.name = "table", .type = "table"}, {0}};

/* A step names its ports itself. */
static const struct kin_param program_params[] = {
    {.name = "run", .type = KIN_PARAM_LIST},
    {.name = "files", .type = KIN_PARAM_PATHS, .fallback = ""},
    {0}};
static const struct kin_port program_inputs[] = {
    {.name = "listing", .type = "listing", .mode = KIN_WHOLE},
    {.name = "inputs",
     .type = "table|number|vectors",
     .mode = KIN_WHOLE,
     .flags = KIN_PORT_NAMED},
    {0}};
static const struct kin_output program_outputs[] = {
    {.name = "outputs", .type = "table|number|vectors", .flags = KIN_OUTPUT_NAMED}, {0}};

static inline int nothing_to_scan(struct kin_scan *scan, struct kin_error *err)
{
    (void)scan;
    (void)err;
    return 0;
}

static const struct kin_kind test_kinds[] = {
    {.name = "distance",
     .params = distance_params,
     .inputs = distance_inputs,
     .outputs = distance_outputs,
     .narrow = distance_narrow},
    {.name = "encode", .inputs = encode_inputs, .outputs = vectors_outputs},
    {.name = "excerpt",
     .params = excerpt_params,
     .inputs = excerpt_inputs,
     .outputs = clips_outputs},
    {.name = "mfcc", .inputs = transform_inputs, .outputs = sequences_outputs},
    {.name = "program",
     .params = program_params,
     .inputs = program_inputs,
     .outputs = program_outputs,
     .scan = nothing_to_scan},
    {.name = "songs",
     .params = songs_params,
     .inputs = songs_inputs,
     .outputs = songs_outputs,
     .scan = nothing_to_scan},
    {.name = "table", .inputs = table_inputs, .outputs = table_outputs},
    {.name = "train", .params = train_params, .inputs = train_inputs, .outputs = train_outputs},
    {.name = "transform",
     .params = transform_params,
     .inputs = transform_inputs,
     .outputs = clips_outputs,
     .check = transform_check},
    {.name = "within", .inputs = within_inputs, .outputs = number_outputs},
};

static inline size_t test_kind_count(void)
{
    return KIN_COUNT(test_kinds);
}

static inline const struct kin_kind *test_kind_at(size_t i)
{
    return &test_kinds[i];
}

static inline const struct kin_kind *test_kind_find(const char *name)
{
    for (size_t i = 0; i < KIN_COUNT(test_kinds); i++) {
        if (strcmp(test_kinds[i].name, name) == 0)
            return &test_kinds[i];
    }
    return NULL;
}

static const struct kin_registry test_registry = {test_kind_count, test_kind_at, test_kind_find,
                                                  kin_type_find};

#endif
