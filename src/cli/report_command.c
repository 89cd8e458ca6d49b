/* kindred report: brings the pages of a workflow up to date. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "kindred/memory.h"
#include "workflow_options.h"

static bool is_page(const struct kin_step *step)
{
    return strcmp(step->kind->outputs[0].type, "page") == 0;
}

/* The names of its page steps that are written somewhere, in the workflow's memory. */
static size_t find_pages(const struct kin_workflow *workflow, const char **names, size_t most)
{
    size_t n = 0;
    for (size_t s = 0; s < workflow->n_steps; s++)
        if (is_page(&workflow->steps[s]) && workflow->steps[s].file && n < most)
            names[n++] = workflow->steps[s].name;
    return n;
}

#define MOST_PAGES 64

static int run_pages(struct workflow_options *options)
{
    KIN_AUTO(close_workflow) struct kin_workflow *workflow = NULL;
    const char *names[MOST_PAGES];
    int code = open_workflow(options, &workflow);
    if (code != 0)
        return code;
    size_t n = find_pages(workflow, names, MOST_PAGES);
    if (n == 0) {
        fprintf(stderr,
                "kindred: '%s' has no step of kind 'page' with 'file:'; docs/workflows.md says "
                "what to add\n",
                options->workflow);
        return KIN_EXIT_REQUEST;
    }
    struct workflow_options pages = *options;
    pages.steps = names;
    pages.n_steps = n;
    return run_workflow(&pages);
}

int command_report(int argc, char **argv)
{
    struct workflow_options options;
    int code = options_parse(argc, argv, "jokle", &options);
    if (code == 0 && options.n_steps > 0)
        code = kin_cli_usage("report", "'report' takes a workflow and no steps");
    else if (code == 0)
        code = run_pages(&options);
    options_release(&options);
    return code;
}
