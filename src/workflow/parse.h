/* kin_workflow_parse with kinds of the caller's choice: for tests and fuzzing. */
#ifndef KINDRED_WORKFLOW_PARSE_H
#define KINDRED_WORKFLOW_PARSE_H

#include "workflow/compile.h"

struct kin_parse {
    const char *text;
    size_t length;
    const char *path;
    const struct kin_setting *settings;
    size_t n_settings;
    const struct kin_registry *registry; /* NULL: the program's own kinds */
    struct kin_diagnostics *diagnostics;
};

int kin_workflow_compile(const struct kin_parse *parse, struct kin_workflow **out,
                         struct kin_error *err);

#endif
