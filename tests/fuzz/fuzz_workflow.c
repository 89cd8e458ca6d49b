/* Any bytes are a workflow, or errors that each have a text and, but for an empty file, a place. */
#include <stdlib.h>

#include "../unit/workflow/kinds.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_feeds(const struct kin_workflow *workflow, size_t at)
{
    const struct kin_step *step = &workflow->steps[at];
    size_t n = step->n_points * kin_kind_inputs(step->kind);
    for (size_t i = 0; i < step->feed_start[n]; i++) {
        if (step->feeds[i].step >= at ||
            step->feeds[i].point >= workflow->steps[step->feeds[i].step].n_points)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct kin_error err = {0};
    struct kin_diagnostics diagnostics = {0};
    struct kin_workflow *workflow = NULL;
    struct kin_parse parse = {.text = (const char *)data,
                              .length = size,
                              .path = "fuzz.yaml",
                              .registry = &test_registry,
                              .diagnostics = &diagnostics};
    int status = kin_workflow_compile(&parse, &workflow, &err);
    if ((status == 0) != (workflow != NULL) || (status == 0) != (diagnostics.errors == 0))
        abort();
    for (size_t i = 0; i < diagnostics.n; i++) {
        if (!diagnostics.list[i].shown || diagnostics.list[i].text[0] == '\0')
            abort();
    }
    for (size_t i = 0; workflow && i < workflow->n_steps; i++)
        check_feeds(workflow, i);
    kin_workflow_free(workflow);
    kin_diagnostics_release(&diagnostics);
    return 0;
}
