/* kindred why, check, graph, get: what a workflow is and what came of it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "kindred/memory.h"
#include "kindred/why.h"
#include "workflow_options.h"

/* ---- why ---- */

static int print_why(const struct workflow_options *options, struct kin_session *session)
{
    if (options->n_steps == 0) {
        fprintf(stderr, "kindred: why which step? for instance: kindred why %s %s\n",
                options->workflow, "'within[transformation=PS]'");
        return KIN_EXIT_REQUEST;
    }
    for (size_t i = 0; i < options->n_steps; i++) {
        struct kin_error err = {0};
        KIN_AUTO(kin_text_release) struct kin_text text = {0};
        KIN_AUTO(kin_why_free) struct kin_why why = {0};
        if (kin_session_why(session, options->steps[i], &why, &err) != 0)
            return kin_cli_error(&err);
        if (options->json)
            kin_why_json(&why, &text);
        else
            kin_why_text(&why, &text);
        if (kin_text_check(&text, &err) != 0)
            return kin_cli_error(&err);
        fputs(kin_text_string(&text), stdout);
    }
    return KIN_EXIT_DONE;
}

int command_why(int argc, char **argv)
{
    struct workflow_options options;
    struct opened opened = {0};
    int code = options_parse(argc, argv, "Jef", &options);
    if (code == 0)
        code = open_all(&options, true, &opened);
    if (code == 0)
        code = print_why(&options, opened.session);
    close_all(&opened);
    options_release(&options);
    return code;
}

/* ---- check ---- */

/* Folders and files that the workflow names and this machine lacks: no error, since a workflow is
 * checked where it is written and run where the data lie. */
static void print_absent_path(const struct kin_step *step, const char *param, const char *path)
{
    if (*path && access(path, F_OK) != 0)
        printf("absent: step '%s': %s '%s' is not on this machine\n", step->name, param, path);
}

static void print_absent(const struct kin_step *step)
{
    for (size_t i = 0; i < kin_kind_params(step->kind); i++) {
        const struct kin_param *param = &step->kind->params[i];
        const char *const *paths;
        if (param->type == KIN_PARAM_PATH)
            print_absent_path(step, param->name, kin_arg_text(step->args[0], param->name));
        size_t n =
            param->type == KIN_PARAM_PATHS ? kin_arg_list(step->args[0], param->name, &paths) : 0;
        for (size_t k = 0; k < n; k++)
            print_absent_path(step, param->name, paths[k]);
    }
}

/* What the kind remarks on the arguments of a step: the programs it would run, for one. */
static void print_notes(const struct kin_step *step)
{
    for (size_t p = 0; step->kind->note && p < step->n_points; p++) {
        KIN_AUTO(kin_text_release) struct kin_text note = {0};
        if (p > 0 && step->args[p] == step->args[p - 1])
            continue;
        step->kind->note(step->args[p], &note);
        for (char *line = note.data; line && *line;) {
            size_t length = strcspn(line, "\n");
            printf("note: step '%s': %.*s\n", step->name, (int)length, line);
            line += length + (line[length] == '\n');
        }
    }
}

static void print_check(const struct kin_workflow *workflow)
{
    size_t instances = 0;
    for (size_t s = 0; s < workflow->n_steps; s++)
        instances += workflow->steps[s].n_points;
    printf("%s: %zu steps, %zu instances, no errors\n", workflow->path, workflow->n_steps,
           instances);
    for (size_t s = 0; s < workflow->n_steps; s++)
        print_absent(&workflow->steps[s]);
    for (size_t s = 0; s < workflow->n_steps; s++)
        print_notes(&workflow->steps[s]);
}

int command_check(int argc, char **argv)
{
    struct workflow_options options;
    KIN_AUTO(close_workflow) struct kin_workflow *workflow = NULL;
    int code = options_parse(argc, argv, "", &options);
    if (code == 0)
        code = open_workflow(&options, &workflow);
    if (code == 0)
        print_check(workflow);
    options_release(&options);
    return code;
}

/* ---- graph ---- */

/* A string of the DOT language. */
static void print_quoted(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        putchar(*text == '\n' ? ' ' : *text);
    }
    putchar('"');
}

static void print_node(const struct kin_step *step)
{
    printf("  \"%s\" [label=\"%s\\n%s", step->name, step->name, step->kind->name);
    for (size_t a = 0; a < step->n_axes; a++)
        printf("%s%s", a ? " × " : "\\n", step->axes[a]);
    if (step->n_points > 1)
        printf("\\n%zu instances", step->n_points);
    printf("\"%s];\n", step->file ? " shape=note" : "");
}

/* One edge for each pair of steps and port, however many instances feed each other. */
static void print_edges(const struct kin_workflow *workflow, const struct kin_step *step,
                        bool *drawn)
{
    size_t ports = kin_kind_inputs(step->kind);
    for (size_t port = 0; port < ports; port++) {
        memset(drawn, 0, workflow->n_steps);
        for (size_t p = 0; p < step->n_points; p++) {
            const size_t *start = step->feed_start + p * ports + port;
            for (size_t f = start[0]; f < start[1]; f++) {
                const struct kin_feed *feed = &step->feeds[f];
                if (drawn[feed->step])
                    continue;
                drawn[feed->step] = true;
                printf("  \"%s\" -> \"%s\" [label=\"%s\"];\n", workflow->steps[feed->step].name,
                       step->name, step->kind->inputs[port].name);
            }
        }
    }
}

int command_graph(int argc, char **argv)
{
    struct workflow_options options;
    KIN_AUTO(close_workflow) struct kin_workflow *workflow = NULL;
    int code = options_parse(argc, argv, "", &options);
    if (code == 0)
        code = open_workflow(&options, &workflow);
    KIN_AUTO(kin_auto_free) bool *drawn = workflow ? kin_alloc(workflow->n_steps, 1) : NULL;
    if (code == 0 && drawn) {
        printf("digraph ");
        print_quoted(workflow->title ? workflow->title : "");
        printf(" {\n  node [shape=box];\n");
        for (size_t s = 0; s < workflow->n_steps; s++)
            print_node(&workflow->steps[s]);
        for (size_t s = 0; s < workflow->n_steps; s++)
            print_edges(workflow, &workflow->steps[s], drawn);
        printf("}\n");
    }
    options_release(&options);
    return code;
}

/* ---- get ---- */

static void print_path(void *context, const char *path)
{
    (void)context;
    puts(path);
}

static int get(const struct workflow_options *options, struct kin_session *session)
{
    if (options->n_steps == 0) {
        fprintf(stderr, "kindred: get which step? for instance: kindred get %s %s -o files\n",
                options->workflow, "'warped[transformation=PS,magnitude=1]'");
        return KIN_EXIT_REQUEST;
    }
    for (size_t i = 0; i < options->n_steps; i++) {
        struct kin_error err = {0};
        if (kin_session_get(session, options->steps[i], options->out, print_path, NULL, &err) != 0)
            return kin_cli_error(&err);
    }
    return KIN_EXIT_DONE;
}

int command_get(int argc, char **argv)
{
    struct workflow_options options;
    struct opened opened = {0};
    int code = options_parse(argc, argv, "oe", &options);
    if (code == 0)
        code = open_all(&options, true, &opened);
    if (code == 0)
        code = get(&options, opened.session);
    close_all(&opened);
    options_release(&options);
    return code;
}
