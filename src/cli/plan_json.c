#include <stdio.h>
#include <string.h>

#include "kindred/json.h"
#include "kindred/memory.h"
#include "plan_print.h"

static void add_count(struct kin_text *out, const char *name, unsigned long long n)
{
    kin_text_addf(out, ",\"%s\":%llu", name, n);
}

/* Negative: not measured. */
static void add_measure(struct kin_text *out, const char *name, double x, int digits)
{
    if (x < 0)
        kin_text_addf(out, ",\"%s\":null", name);
    else
        kin_text_addf(out, ",\"%s\":%.*f", name, digits, x);
}

static void add_label(struct kin_text *out, const struct kin_label *label)
{
    if (label && label->is_number)
        kin_json_number(out, label->number);
    else
        kin_json_string(out, label ? label->text : NULL);
}

static int add_rows(struct kin_text *out, const struct plan *plan, size_t step,
                    struct kin_error *err)
{
    struct kin_row_count *counts;
    size_t n;
    if (plan->steps[step].rows == 0)
        return 0;
    add_count(out, "rows", plan->steps[step].rows);
    if (plan->n_axes == 0)
        return 0;
    KIN_TRY(plan_rows(plan, step, &counts, &n, err));
    kin_text_add(out, ",\"rows_by\":[");
    for (size_t i = 0; i < n; i++) {
        kin_text_add(out, i ? ",{" : "{");
        for (size_t a = 0; a < plan->n_axes; a++) {
            kin_json_string(out, plan->axes[a]);
            kin_text_add(out, ":");
            add_label(out, counts[i].labels[a]);
            kin_text_add(out, ",");
        }
        kin_text_addf(out, "\"rows\":%zu}", counts[i].rows);
    }
    kin_text_add(out, "]");
    kin_row_counts_free(counts);
    return 0;
}

/* For every step, how many of its instances have each reason, as far as they were looked at. */
static int count_reasons(const struct plan *plan, size_t (**out)[KIN_REASONS],
                         struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(out, plan->n, sizeof **out, err));
    for (size_t e = 0; e < plan->causes.n; e++) {
        const struct kin_why_entry *entry = &plan->causes.entries[e];
        bool seen[KIN_REASONS] = {false};
        for (size_t c = 0; entry->state != KIN_WHY_HIT && c < entry->n_changes; c++)
            seen[entry->changes[c].reason] = true;
        for (size_t r = 0; r < KIN_REASONS; r++)
            (*out)[entry->step_number][r] += seen[r];
    }
    return 0;
}

static void add_reasons(struct kin_text *out, const size_t counts[KIN_REASONS])
{
    const char *comma = "";
    kin_text_add(out, ",\"why\":{");
    for (size_t r = 0; r < KIN_REASONS; r++)
        if (counts[r] > 0) {
            kin_text_addf(out, "%s\"%s\":%zu", comma, kin_reason_name((enum kin_reason)r),
                          counts[r]);
            comma = ",";
        }
    kin_text_add(out, "}");
}

static int add_step(struct kin_text *out, const struct plan *plan, size_t i,
                    const size_t reasons[KIN_REASONS], struct kin_error *err)
{
    static const char *const states[] = {"hit", "run", "after", "absent", "blocked"};
    const struct kin_plan_step *step = &plan->steps[i];
    kin_text_add(out, i ? ",\n{\"name\":" : "{\"name\":");
    kin_json_string(out, step->step);
    kin_text_add(out, ",\"kind\":");
    kin_json_string(out, step->kind);
    add_count(out, "instances", plan_instances(step));
    for (size_t s = 0; s < KIN_COUNT(states); s++)
        add_count(out, states[s], step->instances[s]);
    add_count(out, "shared", step->shared);
    add_measure(out, "items", step->items, 0);
    add_measure(out, "again", step->again, 0);
    add_measure(out, "size", step->size, 0);
    add_measure(out, "seconds", step->seconds, 6);
    add_measure(out, "bytes", step->bytes, 0);
    add_measure(out, "bytes_all", step->bytes_all, 0);
    kin_text_addf(out, ",\"keep\":%s", step->keep ? "true" : "false");
    KIN_TRY(add_rows(out, plan, i, err));
    add_reasons(out, reasons);
    kin_text_add(out, ",\"absent\":");
    kin_json_string(out, step->absent);
    kin_text_add(out, ",\"notes\":");
    kin_json_string(out, step->notes ? step->notes : "");
    kin_text_add(out, "}");
    return 0;
}

static void add_totals(struct kin_text *out, const struct plan *plan)
{
    struct plan_totals totals = plan_totals(plan);
    kin_text_addf(out, ",\n\"totals\":{\"instances\":%llu", totals.instances);
    add_count(out, "hit", totals.hits);
    add_count(out, "rows", totals.rows);
    add_count(out, "absent", totals.absent);
    add_measure(out, "items", totals.items, 0);
    add_measure(out, "again", totals.again, 0);
    add_measure(out, "seconds", totals.seconds, 6);
    add_measure(out, "bytes", totals.bytes, 0);
    kin_text_addf(out, ",\"all_measured\":%s}",
                  totals.unmeasured || totals.unsized ? "false" : "true");
}

int plan_print_json(const struct plan *plan, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text out = {0};
    KIN_AUTO(kin_auto_free) size_t(*reasons)[KIN_REASONS] = NULL;
    KIN_TRY(count_reasons(plan, &reasons, err));
    kin_text_add(&out, "{\"version\":1,\"workflow\":");
    kin_json_string(&out, plan->workflow->path);
    kin_text_add(&out, ",\"steps\":[\n");
    for (size_t i = 0; i < plan->n; i++)
        KIN_TRY(add_step(&out, plan, i, reasons[i], err));
    kin_text_add(&out, "\n],\n\"causes\":");
    kin_why_json_causes(&plan->causes, &out);
    add_totals(&out, plan);
    kin_text_add(&out, "}\n");
    KIN_TRY(kin_text_check(&out, err));
    fputs(out.data, stdout);
    return 0;
}
