/* From a text to a workflow: the passes in their order, and what is kept of them. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kindred/memory.h"
#include "kindred/text.h"
#include "workflow/parse.h"

#define LANGUAGE 1

/* What a workflow owns besides itself. */
struct backing {
    struct kin_arena arena;
    struct kin_args **args;
    size_t n_args;
};

static const struct kin_registry all_kinds = {kin_kind_count, kin_kind_at, kin_kind_find,
                                              kin_type_find};

/* ---- the top of the file ---- */

static int report_unknown_section(struct kin_compile *c, const struct kin_node *key)
{
    static const char *const sections[] = {"kindred", "title", "vars", "steps"};
    char hint[KIN_HINT];
    for (size_t i = 0; i < KIN_COUNT(sections); i++) {
        if (strcmp(key->text, sections[i]) == 0)
            return 0;
    }
    kin_report_error(&c->reporter, key->mark,
                     "a workflow has no section '%s'%s (kindred, title, vars, steps)", key->text,
                     kin_hint(&c->reporter, key->text, sections, KIN_COUNT(sections), hint));
    return 0;
}

/* Whether the file is written in a language that this program reads. */
static bool check_language(struct kin_compile *c, const struct kin_node *root)
{
    double number = 0;
    const struct kin_node *node = kin_node_get(root, "kindred");
    if (!node) {
        kin_report_error(&c->reporter, root->mark,
                         "the first line of a workflow says 'kindred: %d'", LANGUAGE);
        return true;
    }
    bool is_number = node->type == KIN_NODE_SCALAR && kin_number_parse(node->text, false, &number);
    if (is_number && number > LANGUAGE)
        kin_report_error(&c->reporter, node->mark,
                         "this workflow is written for a newer kindred: language %s, this one "
                         "reads %d",
                         node->text, LANGUAGE);
    else if (!is_number || number != LANGUAGE)
        kin_report_error(&c->reporter, node->mark, "'kindred' must be %d", LANGUAGE);
    return !(number > LANGUAGE);
}

static int read_title(struct kin_compile *c, const struct kin_node *root, struct kin_error *err)
{
    const struct kin_node *node = kin_node_get(root, "title");
    c->title = "";
    if (node && node->type != KIN_NODE_SCALAR)
        kin_report_error(&c->reporter, node->mark, "'title' must be a text");
    else if (node && !kin_node_is_null(node))
        return kin_arena_text(c->kept, node->text, strlen(node->text), &c->title, err);
    return 0;
}

static const struct kin_node *find_steps(struct kin_compile *c, const struct kin_node *root)
{
    const struct kin_node *steps = kin_node_get(root, "steps");
    if (steps && steps->type == KIN_NODE_MAP && steps->n > 0)
        return steps;
    kin_report_error(&c->reporter, steps ? steps->mark : root->mark,
                     steps ? "'steps' must be a mapping of names to steps"
                           : "the workflow has no 'steps'");
    return NULL;
}

/* ---- the passes ---- */

static int resolve_steps(struct kin_compile *c, struct kin_error *err)
{
    for (size_t i = 0; i < c->n_steps; i++)
        kin_declaration_check(c, &c->steps[i]);
    KIN_TRY(kin_declarations_order(c, err));
    for (size_t i = 0; i < c->n_order; i++)
        KIN_TRY(kin_declaration_resolve(c, &c->steps[c->order[i]], err));
    KIN_TRY(kin_results_check(c, err));
    if (c->reporter.diagnostics->errors == 0) /* else who knows what would have used it */
        kin_variables_warn_unused(c);
    return 0;
}

static int compile_root(struct kin_compile *c, const struct kin_node *root,
                        const struct kin_setting *settings, size_t n_settings,
                        struct kin_error *err)
{
    if (root->type != KIN_NODE_MAP) {
        kin_report_error(&c->reporter, root->mark,
                         "a workflow is a mapping: kindred, title, vars, steps");
        return 0;
    }
    if (!check_language(c, root))
        return 0;
    for (size_t i = 0; i < root->n; i++)
        KIN_TRY(report_unknown_section(c, root->keys[i]));
    KIN_TRY(read_title(c, root, err));
    KIN_TRY(kin_variables_read(c, kin_node_get(root, "vars"), settings, n_settings, err));
    const struct kin_node *steps = find_steps(c, root);
    if (!steps)
        return 0;
    KIN_TRY(kin_declarations_read(c, steps, err));
    return resolve_steps(c, err);
}

/* ---- the folder ---- */

/* The absolute folder of a file, which need not exist. */
static int find_folder(struct kin_compile *c, const char *path, struct kin_error *err)
{
    char real[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length = !slash ? 0 : slash == path ? 1 : (size_t)(slash - path);
    const char *folder;
    KIN_TRY(kin_arena_text(&c->arena, slash ? path : ".", slash ? length : 1, &folder, err));
    if (realpath(folder, real))
        return kin_arena_text(c->kept, real, strlen(real), &c->folder, err);
    if (folder[0] == '/' || !getcwd(real, sizeof real))
        return kin_arena_text(c->kept, folder, strlen(folder), &c->folder, err);
    struct kin_text joined = {0};
    kin_text_addf(&joined, "%s/%s", real, folder);
    int status = kin_text_check(&joined, err);
    if (status == 0)
        status = kin_arena_text(c->kept, joined.data, joined.length, &c->folder, err);
    kin_text_release(&joined);
    return status;
}

/* ---- what is kept ---- */

static int assemble(struct kin_compile *c, const char *path, struct kin_workflow *workflow,
                    struct kin_error *err)
{
    struct kin_step *steps;
    KIN_TRY(kin_arena_take(c->kept, &steps, c->n_order, sizeof *steps, err));
    for (size_t i = 0; i < c->n_order; i++)
        steps[i] = c->steps[c->order[i]].step;
    workflow->steps = steps;
    workflow->n_steps = c->n_order;
    workflow->title = c->title;
    workflow->folder = c->folder;
    return kin_arena_text(c->kept, path, strlen(path), &workflow->path, err);
}

static void release_compile(struct kin_compile *c)
{
    kin_words_release(&c->words);
    kin_words_release(&c->names);
    kin_arena_release(&c->scratch);
    kin_arena_release(&c->arena);
}

static int compile(struct kin_compile *c, const struct kin_parse *parse,
                   struct kin_workflow *workflow, struct kin_error *err)
{
    const struct kin_node *root;
    c->words.arena = c->names.arena = c->kept;
    int status = find_folder(c, parse->path, err);
    if (status == 0)
        status = kin_document_read(parse->text, parse->length, &c->arena, &c->reporter, &root, err);
    if (status == 0 && root)
        status = compile_root(c, root, parse->settings, parse->n_settings, err);
    if (status == 0)
        status = kin_report_finish(&c->reporter, err);
    size_t errors = parse->diagnostics->errors;
    if (status == 0 && errors > 0)
        status = kin_fail(err, KIN_EINVAL, "%s: %zu %s", parse->path, errors,
                          errors == 1 ? "error" : "errors");
    return status == 0 ? assemble(c, parse->path, workflow, err) : status;
}

int kin_workflow_compile(const struct kin_parse *parse, struct kin_workflow **out,
                         struct kin_error *err)
{
    struct kin_workflow *workflow;
    struct backing *backing;
    KIN_TRY(kin_alloc_into(&workflow, 1, sizeof *workflow, err));
    int status = kin_alloc_into(&backing, 1, sizeof *backing, err);
    if (status != 0) {
        kin_free(workflow);
        return status;
    }
    workflow->backing = backing;
    struct kin_compile c = {
        .registry = parse->registry ? parse->registry : &all_kinds,
        .reporter = {parse->diagnostics, parse->path, parse->text, parse->length, false},
        .kept = &backing->arena,
    };
    status = compile(&c, parse, workflow, err);
    backing->args = c.args;
    backing->n_args = c.n_args;
    release_compile(&c);
    if (status != 0)
        kin_workflow_free(workflow);
    else
        *out = workflow;
    return status;
}

int kin_workflow_parse(const char *text, size_t length, const char *path,
                       const struct kin_setting *settings, size_t n_settings,
                       struct kin_workflow **out, struct kin_diagnostics *diagnostics,
                       struct kin_error *err)
{
    struct kin_parse parse = {.text = text,
                              .length = length,
                              .path = path,
                              .settings = settings,
                              .n_settings = n_settings,
                              .diagnostics = diagnostics};
    return kin_workflow_compile(&parse, out, err);
}

int kin_workflow_load(const char *path, const struct kin_setting *settings, size_t n_settings,
                      struct kin_workflow **out, struct kin_diagnostics *diagnostics,
                      struct kin_error *err)
{
    char *text;
    size_t length;
    KIN_TRY(kin_read_file(path, &text, &length, err));
    int status =
        kin_workflow_parse(text, length, path, settings, n_settings, out, diagnostics, err);
    kin_free(text);
    return status;
}

void kin_workflow_free(struct kin_workflow *workflow)
{
    if (!workflow)
        return;
    struct backing *backing = workflow->backing;
    for (size_t i = 0; i < backing->n_args; i++)
        kin_args_free(backing->args[i]);
    kin_free(backing->args);
    kin_arena_release(&backing->arena);
    kin_free(backing);
    kin_free(workflow);
}
