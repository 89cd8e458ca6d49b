/* kindred plan */
#include <string.h>

#include "commands.h"
#include "kindred/memory.h"
#include "plan_print.h"
#include "workflow_options.h"

unsigned long long plan_instances(const struct kin_plan_step *step)
{
    unsigned long long n = 0;
    for (size_t i = 0; i < KIN_COUNT(step->instances); i++)
        n += step->instances[i];
    return n;
}

struct plan_totals plan_totals(const struct plan *plan)
{
    struct plan_totals totals = {0};
    for (size_t i = 0; i < plan->n; i++) {
        const struct kin_plan_step *step = &plan->steps[i];
        totals.instances += plan_instances(step);
        totals.hits += step->instances[KIN_PLAN_HIT];
        totals.rows += step->rows;
        totals.items += step->items;
        totals.again += step->again;
        totals.seconds += step->seconds > 0 ? step->seconds : 0;
        totals.bytes += step->keep && step->bytes > 0 ? step->bytes : 0;
        totals.unmeasured |= step->seconds < 0;
        totals.unsized |= step->keep && step->bytes < 0;
        totals.absent += step->absent != NULL;
    }
    return totals;
}

int plan_rows(const struct plan *plan, size_t step, struct kin_row_count **out, size_t *n,
              struct kin_error *err)
{
    return kin_workflow_rows(plan->workflow, step, plan->axes, plan->n_axes, out, n, err);
}

/* «distance,trial» in its parts. */
static int split_axes(const char *by, struct plan *plan, struct kin_error *err)
{
    plan->axes_text = kin_strdup(by);
    KIN_TRY(kin_alloc_into(&plan->axes, strlen(by) + 1, sizeof *plan->axes, err));
    if (!plan->axes_text)
        return kin_fail(err, KIN_ENOMEM, "no memory for axes");
    char *rest = NULL;
    for (char *name = strtok_r(plan->axes_text, ",", &rest); name;
         name = strtok_r(NULL, ",", &rest))
        plan->axes[plan->n_axes++] = name;
    return 0;
}

static void plan_release(struct plan *plan)
{
    kin_plan_free(plan->steps, plan->n);
    kin_why_free(&plan->causes);
    kin_free(plan->axes);
    kin_free(plan->axes_text);
}

static int make_plan(const struct workflow_options *options, struct kin_session *session,
                     struct plan *plan, struct kin_error *err)
{
    if (options->by)
        KIN_TRY(split_axes(options->by, plan, err));
    KIN_TRY(kin_session_causes(session, &plan->causes, err));
    KIN_TRY(kin_session_plan(session, &plan->steps, &plan->n, err));
    return options->json ? plan_print_json(plan, err) : plan_print_text(plan, err);
}

static int print_plan(const struct workflow_options *options, const struct opened *opened)
{
    struct kin_error err = {0};
    KIN_AUTO(plan_release) struct plan plan = {.workflow = opened->workflow};
    if (make_plan(options, opened->session, &plan, &err) != 0)
        return kin_cli_error(&err);
    struct plan_totals totals = plan_totals(&plan);
    return options->exit_code && totals.hits < totals.instances ? KIN_EXIT_TODO : KIN_EXIT_DONE;
}

int command_plan(int argc, char **argv)
{
    struct workflow_options options;
    struct opened opened = {0};
    int code = options_parse(argc, argv, "Jbefx", &options);
    if (code == 0)
        code = open_all(&options, true, &opened);
    if (code == 0)
        code = print_plan(&options, &opened);
    close_all(&opened);
    options_release(&options);
    return code;
}
