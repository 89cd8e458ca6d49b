/*
 * A step's plan: where the value of each parameter comes from. It is constant, follows an axis, or
 * is chosen `by` one. parameter.c makes it, arguments.c carries it out at every point.
 */
#ifndef KINDRED_WORKFLOW_PARAMETER_H
#define KINDRED_WORKFLOW_PARAMETER_H

#include "workflow/compile.h"

/* A value as kin_args_set takes it. */
struct kin_value_given {
    struct kin_literal literal;
    struct kin_mark mark;  /* where it stands: line 0 when it came with --set */
    struct kin_mark shown; /* where a message points */
};

struct kin_choice {
    uint32_t label;
    struct kin_mark key;
    struct kin_value_given value;
};

enum kin_origin { KIN_CONSTANT, KIN_FOLLOWS_AXIS, KIN_CHOSEN_BY };

struct kin_planned {
    size_t param;
    enum kin_origin origin;
    size_t column; /* in the joined relation, before `rename` */
    uint32_t axis;
    struct kin_value_given
        value; /* KIN_CONSTANT: the value; KIN_FOLLOWS_AXIS: where «$axis» stands, if anywhere */
    size_t n_choices;
    struct kin_choice *choices; /* ascending numbers of labels */
    struct kin_choice *otherwise;
    struct kin_mark mark; /* of the mapping */
};

struct kin_plan {
    const struct kin_for *given;
    size_t n, n_varying;
    struct kin_planned *list; /* the varying ones first */
    bool ok;
};

static inline const struct kin_param *kin_param_of(const struct kin_declaration *d, size_t param)
{
    return &d->step.kind->params[param];
}

/* A text as a parameter takes it: a path becomes absolute. */
int kin_plan_text(struct kin_compile *c, const struct kin_param *param, const char *text,
                  const char **out, struct kin_error *err);
/* A node as a parameter's value. *ok false: reported. */
int kin_plan_value(struct kin_compile *c, const struct kin_param *param,
                   const struct kin_node *node, struct kin_value_given *out, bool *ok,
                   struct kin_error *err);
/* The choice for a label; else's when it is not listed, NULL when there is no else. */
const struct kin_choice *kin_plan_choice(const struct kin_planned *planned, uint32_t label);

#endif
