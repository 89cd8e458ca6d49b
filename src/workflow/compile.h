/*
 * What the passes of a compilation share. In order:
 *   document.c   YAML to nodes
 *   variables.c  vars, --set, ${ENVIRONMENT}
 *   read.c       nodes to declarations: which property is what
 *   named.c      ports that a step names itself
 *   validate.c   what can be said of a declaration without its points: ports, types, results
 *   order.c      inputs before those they feed; cycles
 *   port.c       the relation that feeds a port: references, unions, by
 *   align.c      a step's points and feeds: join, where, exclude, over, rename
 *   parameter.c  where the values of a step's parameters come from
 *   arguments.c  its parameters at every point
 * A step whose inputs are broken is not resolved and says nothing: one mistake, one message.
 */
#ifndef KINDRED_WORKFLOW_COMPILE_H
#define KINDRED_WORKFLOW_COMPILE_H

#include "kindred/kind.h"
#include "kindred/workflow.h"
#include "workflow/arena.h"
#include "workflow/diagnostic.h"
#include "workflow/document.h"
#include "workflow/relation.h"
#include "workflow/words.h"

#define KIN_MAX_AXES 64u            /* of a step */
#define KIN_MAX_POINTS 1000000u     /* of a step */
#define KIN_MAX_ALL_POINTS 4000000u /* of a workflow */
#define KIN_MAX_FEEDS 16000000u     /* of a workflow */
#define KIN_LISTED 5                /* points, values, steps that a message lists */

#define KIN_NO_STEP SIZE_MAX

/* Where kinds and types come from; tests bring their own. */
struct kin_registry {
    size_t (*kind_count)(void);
    const struct kin_kind *(*kind_at)(size_t i);
    const struct kin_kind *(*kind_find)(const char *name);
    const struct kin_type *(*type_find)(const char *name, size_t length);
};

struct kin_variable {
    const char *name;
    struct kin_mark mark;         /* of the name */
    const struct kin_node *value; /* a scalar, or a list of scalars */
    bool used, is_set;            /* is_set: by --set; its nodes have line 0 */
};

/* One value as written, with the place to point at when it came from --set. */
struct kin_written {
    const struct kin_node *node; /* a scalar */
    struct kin_mark mark;
};

/* `axis=value|value`, in brackets behind a step's name. */
struct kin_pick {
    const char *axis;
    size_t n_values;
    const char *const *values; /* labels in canonical spelling */
};

/* step[.output][[axis=value,…]] taken apart. */
struct kin_selector {
    const char *step, *output; /* output may be NULL */
    size_t n_picks;
    const struct kin_pick *picks;
};

struct kin_reference {
    const struct kin_node *node;
    struct kin_selector selector;
    size_t step; /* a declaration; KIN_NO_STEP: unknown, reported */
    size_t output;
};

/* The references for one value of the axis `by`. */
struct kin_case {
    struct kin_mark mark;
    uint32_t value; /* KIN_WORD_NONE: else */
    size_t n_references;
    struct kin_reference *references; /* several: their union */
};

/* What a port was given. */
struct kin_input {
    size_t port;
    const struct kin_node *node;
    struct kin_mark by_mark;
    uint32_t by; /* an axis, or KIN_WORD_NONE: then there is one case */
    size_t n_cases;
    struct kin_case *cases;
};

/* What a parameter was given. */
struct kin_assignment {
    size_t param;
    struct kin_mark key;
    const struct kin_node *value;
};

struct kin_declaration {
    const struct kin_node *node; /* its properties */
    struct kin_step step;        /* what it becomes; filled as far as it is known */
    const struct kin_kind *declared; /* the kind as it is listed; step.kind has the ports that the
                                        step names */
    struct kin_mark kind_mark;
    size_t n_inputs;
    struct kin_input *inputs;
    size_t n_assignments;
    struct kin_assignment *assignments;
    const struct kin_node *for_each, *where, *exclude, *over, *rename;
    struct kin_mark file_mark, over_mark;
    bool broken;       /* its points are not known; reported: those it feeds say nothing */
    bool bad_property; /* holds a property nobody knows: what seems to be missing may be that */
    bool bad_outputs;  /* those that the step names; reported */
    bool bad_axes;     /* an axis under `for` has been reported */
    struct kin_relation relation; /* its points, as those see it that it feeds */
    size_t position;              /* in the sorted workflow */
};

struct kin_compile {
    const struct kin_registry *registry;
    struct kin_reporter reporter;
    struct kin_arena *kept;   /* what the workflow will own */
    struct kin_arena arena;   /* what lives as long as the compilation */
    struct kin_arena scratch; /* what lives as long as one step is resolved */
    struct kin_words words;   /* axes and labels */
    struct kin_words names;   /* of steps: word i + 1 is declaration i */
    const char *folder, *title;
    size_t n_variables;
    struct kin_variable *variables;
    size_t n_steps;
    struct kin_declaration *steps; /* in the order of the file */
    size_t *order;                 /* sorted; steps on a cycle are left out */
    size_t n_order;
    size_t all_points, all_feeds;
    struct kin_args **args; /* all there are: owned by the workflow in the end */
    size_t n_args, args_capacity;
};

/* ---- variables.c ---- */
int kin_variables_read(struct kin_compile *c, const struct kin_node *vars,
                       const struct kin_setting *settings, size_t n_settings,
                       struct kin_error *err);
void kin_variables_warn_unused(struct kin_compile *c);
/* The variable of that name, or NULL; counts as used. */
const struct kin_variable *kin_variable_use(struct kin_compile *c, const char *name);
/* The NAME of a scalar that is «$NAME» as a whole; NULL for any other. */
const char *kin_variable_name(const struct kin_node *node);
/* A scalar's text with ${NAME} from the environment and $$ as $. */
int kin_variables_expand(struct kin_compile *c, const struct kin_node *node, const char **out,
                         struct kin_error *err);
/* A scalar or list as a list of scalars, variables replaced by what they hold. *out is NULL when it
 * is something else, which has been reported. `what` names it: «axis 'task'». */
int kin_variables_list(struct kin_compile *c, const struct kin_node *node, const char *what,
                       struct kin_written **out, size_t *n, struct kin_error *err);
/* One scalar likewise; out->node NULL when it is not one. */
int kin_variables_scalar(struct kin_compile *c, const struct kin_node *node, const char *what,
                         struct kin_written *out, struct kin_error *err);

/* ---- select.c ---- */
/* KIN_EINVAL says what is wrong with the text. */
int kin_selector_parse(const char *text, struct kin_arena *arena, struct kin_selector *out,
                       struct kin_error *err);
/* Whether a text may be the name of a step, axis or variable: letters, digits, _ and -. */
bool kin_name_is_good(const char *name);

/* ---- named.c ---- */
/* Gives a step whose kind lets it name ports a copy of the kind with these. */
int kin_ports_name(struct kin_compile *c, struct kin_declaration *d, struct kin_error *err);
/* Reads the value of the property that names inputs. */
int kin_named_inputs_read(struct kin_compile *c, struct kin_declaration *d,
                          const struct kin_node *value, struct kin_error *err);
/* Whether a property of the step is the one that names its outputs. */
bool kin_names_outputs(const struct kin_declaration *d, const char *property);

/* ---- read.c ---- */
int kin_declarations_read(struct kin_compile *c, const struct kin_node *steps,
                          struct kin_error *err);
/* The declaration of that name, or KIN_NO_STEP. */
size_t kin_declaration_find(const struct kin_compile *c, const char *name);

/* ---- reference.c ---- */
int kin_input_read(struct kin_compile *c, struct kin_declaration *d, size_t port,
                   const struct kin_node *node, struct kin_error *err);
/* Finds the steps and outputs that references name. */
int kin_references_link(struct kin_compile *c, struct kin_declaration *d, struct kin_error *err);

/* ---- order.c ---- */
int kin_declarations_order(struct kin_compile *c, struct kin_error *err);

/* ---- filter.c, product.c, port.c ---- */

/* `where:`, read: rows whose label is not listed are left out. */
struct kin_filter {
    uint32_t axis;
    struct kin_mark mark; /* of the axis' name */
    size_t n;
    uint32_t *labels;             /* ascending numbers, not order of labels */
    const struct kin_mark *marks; /* of each label */
    bool *met;                    /* a row with that label was seen */
    bool known;                   /* something has that axis */
};
struct kin_filters {
    size_t n;
    struct kin_filter *list; /* met and known change while rows pass */
};

/* One side of a step's join: what `for:` declares, or what feeds a port. */
struct kin_operand {
    const char *name; /* «for», or the port's */
    struct kin_mark mark;
    size_t port;                  /* SIZE_MAX: for */
    struct kin_relation relation; /* rows ascending, no two equal */
    size_t *start;                /* feeds of row r: start[r] up to start[r + 1]; ports only */
    struct kin_feed *feeds;       /* feed.step is a declaration here */
    uint32_t *origin;             /* for: see struct kin_for */
    size_t n_gathered;
    const uint32_t *gathered; /* the axes that `over` took away */
};

/* `for:`, read. Row r of its operand is the point `origin[r]` in the order written. */
struct kin_for_axis {
    uint32_t axis;
    struct kin_mark mark;
    size_t n;
    const uint32_t *labels;
    const struct kin_mark *marks;
    size_t stride; /* its value changes every `stride` points */
};
struct kin_product {
    size_t n_axes;
    struct kin_for_axis *axes;
    size_t first, n_points; /* its points in the order written */
};
struct kin_for {
    size_t n_products;
    struct kin_product *products;
};

/* *ok false: reported. */
int kin_filters_read(struct kin_compile *c, const struct kin_node *where, struct kin_filters *out,
                     bool *ok, struct kin_error *err);
/* Whether a filter names a label. */
bool kin_filter_lists(const struct kin_filter *filter, uint32_t label);
bool kin_filters_pass(const struct kin_filters *filters, const struct kin_relation *relation,
                      size_t row);
int kin_for_read(struct kin_compile *c, const struct kin_declaration *d, struct kin_for *out,
                 bool *ok, struct kin_error *err);
int kin_for_operand(struct kin_compile *c, const struct kin_declaration *d,
                    const struct kin_for *given, const struct kin_filters *filters,
                    struct kin_operand *out, bool *ok, struct kin_error *err);
/* The place of an axis' value at a point of `for:`; line 0 when the point lacks it. */
struct kin_mark kin_for_mark(const struct kin_for *given, uint32_t origin, uint32_t axis);
/* so_far: what the other operands joined to, for `by`. over: gathered axes, n_over SIZE_MAX: all.
 */
int kin_input_operand(struct kin_compile *c, const struct kin_declaration *d,
                      const struct kin_input *input, const struct kin_relation *so_far,
                      const struct kin_filters *filters, const uint32_t *over, size_t n_over,
                      struct kin_operand *out, bool *ok, struct kin_error *err);

/* ---- align.c ---- */

/* A step's points before they are final. */
struct kin_joined {
    struct kin_relation relation;
    size_t n_operands;
    struct kin_operand *operands;
    size_t stride;
    uint32_t *rows; /* [point * stride + k]: the row of operand k */
};

int kin_declaration_resolve(struct kin_compile *c, struct kin_declaration *d,
                            struct kin_error *err);

/* ---- validate.c ---- */
void kin_declaration_check(struct kin_compile *c, struct kin_declaration *d);
/* Ports that take fewer types under some arguments than they declare. */
void kin_types_check_narrowed(struct kin_compile *c, const struct kin_declaration *d,
                              const struct kin_joined *joined);
/* Two steps that write one file; files of several points. After all is resolved. */
int kin_results_check(struct kin_compile *c, struct kin_error *err);

/* ---- points.c ---- */
/* Renames, sorts the points (joined as well) and writes the step's axes, points and feeds. */
int kin_points_finish(struct kin_compile *c, struct kin_declaration *d, struct kin_joined *joined,
                      bool *ok, struct kin_error *err);

/* ---- parameter.c, arguments.c ---- */
struct kin_plan; /* where each parameter's value comes from */
/* Says which values are wrong whatever the points, for a step whose points are not known. */
int kin_arguments_check_constants(struct kin_compile *c, const struct kin_declaration *d,
                                  struct kin_error *err);
/* Before `exclude`: axes that exist, values of `by` that exist. */
int kin_arguments_plan(struct kin_compile *c, const struct kin_declaration *d,
                       const struct kin_for *given, const struct kin_filters *filters,
                       const struct kin_joined *joined, struct kin_plan **out,
                       struct kin_error *err);
/* Fills step.args and step.param_marks, unless something is wrong with them. */
int kin_arguments_set(struct kin_compile *c, struct kin_declaration *d,
                      const struct kin_joined *joined, const struct kin_plan *plan,
                      struct kin_error *err);

/* ---- lists in messages: listing.c ---- */
/* Appends «a, b, c and 4 more» of the labels; none is «nothing». */
void kin_list_labels(const struct kin_words *words, const uint32_t *labels, size_t n,
                     struct kin_text *out);
/* Appends the point of a row: «task=AT, trial=0». */
void kin_list_point(const struct kin_words *words, const uint32_t *axes, const uint32_t *cells,
                    size_t n_axes, struct kin_text *out);
/* The hint for a wrong axis or label among those a relation has. */
const char *kin_hint_axis(struct kin_compile *c, const char *wrong,
                          const struct kin_relation *relation, char out[KIN_HINT]);
const char *kin_hint_label(struct kin_compile *c, const char *wrong, const uint32_t *labels,
                           size_t n, char out[KIN_HINT]);
/* The different labels of a column, ascending. */
int kin_column_labels(struct kin_compile *c, const struct kin_relation *relation, size_t column,
                      uint32_t **out, size_t *n, struct kin_error *err);

#endif
