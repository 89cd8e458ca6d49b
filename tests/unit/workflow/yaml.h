/* A workflow from a text, with the kinds of kinds.h, and what was said about it. */
#ifndef KINDRED_TESTS_WORKFLOW_YAML_H
#define KINDRED_TESTS_WORKFLOW_YAML_H

#include "kindred/text.h"
#include "kinds.h"
#include "support.h"

struct parsed {
    int status;
    struct kin_workflow *workflow; /* NULL when there are errors */
    struct kin_diagnostics diagnostics;
    struct kin_error err;
};

static inline struct parsed parse_bytes(const char *text, size_t length, const char *path,
                                        const struct kin_setting *settings, size_t n_settings)
{
    struct parsed parsed = {0};
    struct kin_parse parse = {.text = text,
                              .length = length,
                              .path = path,
                              .settings = settings,
                              .n_settings = n_settings,
                              .registry = &test_registry,
                              .diagnostics = &parsed.diagnostics};
    parsed.status = kin_workflow_compile(&parse, &parsed.workflow, &parsed.err);
    return parsed;
}

static inline void parsed_release(struct parsed *parsed)
{
    kin_workflow_free(parsed->workflow);
    kin_diagnostics_release(&parsed->diagnostics);
}

/* Everything that was said, as people see it. */
static inline void add_shown(const struct parsed *parsed, struct kin_text *out)
{
    for (size_t i = 0; i < parsed->diagnostics.n; i++)
        kin_text_addf(out, "%s\n", parsed->diagnostics.list[i].shown);
}

/* Parses, and fails the test when anything at all was said. */
static inline struct parsed parse_good(const char *text)
{
    struct kin_text shown = {0};
    struct parsed parsed = parse_bytes(text, strlen(text), "/study/paper.yaml", NULL, 0);
    add_shown(&parsed, &shown);
    ck_assert_msg(parsed.status == 0 && shown.length == 0, "%s%s", kin_text_string(&shown),
                  parsed.err.text);
    kin_text_release(&shown);
    return parsed;
}

static inline void expect_shown(const char *text, size_t length, const struct kin_setting *settings,
                                size_t n_settings, const char *want)
{
    struct kin_text shown = {0};
    struct parsed parsed = parse_bytes(text, length, "x.yaml", settings, n_settings);
    add_shown(&parsed, &shown);
    ck_assert_str_eq(kin_text_string(&shown), want);
    kin_text_release(&shown);
    parsed_release(&parsed);
}

static inline const struct kin_step *step_named(const struct parsed *parsed, const char *name)
{
    long step = kin_workflow_step(parsed->workflow, name);
    ck_assert_msg(step >= 0, "no step '%s'", name);
    return &parsed->workflow->steps[step];
}

/* The point with that instance name. */
static inline size_t point_named(const struct kin_step *step, const char *name)
{
    for (size_t p = 0; p < step->n_points; p++) {
        struct kin_text text = {0};
        kin_instance_name(step, p, &text);
        bool same = strcmp(kin_text_string(&text), name) == 0;
        kin_text_release(&text);
        if (same)
            return p;
    }
    ck_abort_msg("no instance '%s'", name);
    return 0;
}

/* The names of the instances that feed a port at a point, with blanks between. */
static inline void feeds_text(const struct parsed *parsed, const struct kin_step *step,
                              size_t point, const char *port, struct kin_text *out)
{
    size_t n = kin_kind_inputs(step->kind);
    size_t i = point * n + (size_t)kin_kind_input(step->kind, port);
    kin_text_clear(out);
    for (size_t f = step->feed_start[i]; f < step->feed_start[i + 1]; f++) {
        const struct kin_step *from = &parsed->workflow->steps[step->feeds[f].step];
        kin_text_add(out, out->length ? " " : "");
        kin_instance_name(from, step->feeds[f].point, out);
        if (step->feeds[f].output > 0)
            kin_text_addf(out, ".%s", from->kind->outputs[step->feeds[f].output].name);
    }
}

static inline void expect_feeds(const struct parsed *parsed, const char *step_name,
                                const char *instance, const char *port, const char *want)
{
    struct kin_text text = {0};
    const struct kin_step *step = step_named(parsed, step_name);
    feeds_text(parsed, step, point_named(step, instance), port, &text);
    ck_assert_str_eq(kin_text_string(&text), want);
    kin_text_release(&text);
}

static inline const struct kin_args *args_of(const struct parsed *parsed, const char *step_name,
                                             const char *instance)
{
    const struct kin_step *step = step_named(parsed, step_name);
    return step->args[point_named(step, instance)];
}

#endif
