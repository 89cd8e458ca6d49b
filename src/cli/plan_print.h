/* A plan on standard output, for people and for programs. */
#ifndef KIN_CLI_PLAN_PRINT_H
#define KIN_CLI_PLAN_PRINT_H

#include "kindred/why.h"

struct plan {
    const struct kin_workflow *workflow;
    struct kin_plan_step *steps;
    size_t n;
    struct kin_why causes;
    const char **axes; /* of --by */
    size_t n_axes;
    char *axes_text;
};

struct plan_totals {
    unsigned long long instances, hits, rows;
    double items, again, seconds, bytes;
    bool unmeasured, unsized; /* something of it was never measured */
    size_t absent;
};

struct plan_totals plan_totals(const struct plan *plan);
unsigned long long plan_instances(const struct kin_plan_step *step);
/* The rows of a step by the axes of --by; none when it gathers nothing. */
int plan_rows(const struct plan *plan, size_t step, struct kin_row_count **out, size_t *n,
              struct kin_error *err);

int plan_print_text(const struct plan *plan, struct kin_error *err);
int plan_print_json(const struct plan *plan, struct kin_error *err);

#endif
