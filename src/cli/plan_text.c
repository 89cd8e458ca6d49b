#include <stdio.h>
#include <string.h>

#include "kindred/memory.h"
#include "plan_print.h"
#include "progress.h"

/* 3 MiB as «3.0 MiB»; negative: not measured. */
static void format_bytes(double bytes, char out[32])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    for (; bytes >= 1000 && unit + 1 < KIN_COUNT(units); unit++)
        bytes /= 1024;
    if (bytes < 0)
        snprintf(out, 32, "?");
    else
        snprintf(out, 32, unit ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

static void print_step(const struct kin_plan_step *step)
{
    char time[32] = "", disk[32] = "";
    if (step->items + step->again > 0 && step->seconds < 0)
        snprintf(time, sizeof time, "not measured");
    else if (step->items + step->again > 0)
        format_seconds(step->seconds, time);
    if (step->items > 0)
        format_bytes(step->bytes, disk);
    printf("%-20s %-18s %9llu %9llu %10.0f  %12s  %s%s\n", step->step, step->kind,
           plan_instances(step), (unsigned long long)step->instances[KIN_PLAN_HIT], step->items,
           time, disk, step->items > 0 && !step->keep ? ", for a while" : "");
}

/* The remarks of a step, each on a line of its own. */
static void print_notes(const struct kin_plan_step *step)
{
    for (const char *line = step->notes; line && *line;) {
        size_t length = strcspn(line, "\n");
        printf("note: step '%s': %.*s\n", step->step, (int)length, line);
        line += length + (line[length] == '\n');
    }
}

/* Whether nothing gathered has any of the axes. */
static bool is_unlabelled(const struct plan *plan, const struct kin_row_count *counts, size_t n)
{
    for (size_t a = 0; n == 1 && a < plan->n_axes; a++)
        if (counts[0].labels[a])
            return false;
    return n == 1;
}

static void print_labels(const struct plan *plan, const struct kin_row_count *count)
{
    for (size_t a = 0; a < plan->n_axes; a++)
        printf("%s%s=%s", a ? "," : "", plan->axes[a],
               count->labels[a] ? count->labels[a]->text : "");
}

static int print_rows(const struct plan *plan, size_t step, struct kin_error *err)
{
    struct kin_row_count *counts;
    size_t n;
    if (plan->steps[step].rows == 0)
        return 0;
    printf("rows: step '%s' gathers %llu\n", plan->steps[step].step,
           (unsigned long long)plan->steps[step].rows);
    KIN_TRY(plan_rows(plan, step, &counts, &n, err));
    bool unlabelled = is_unlabelled(plan, counts, n);
    for (size_t i = 0; !unlabelled && i < n; i++) {
        printf("  %8zu  ", counts[i].rows);
        print_labels(plan, &counts[i]);
        printf("\n");
    }
    kin_row_counts_free(counts);
    return 0;
}

static void print_totals(const struct plan *plan)
{
    struct plan_totals totals = plan_totals(plan);
    char time[32], disk[32];
    format_seconds(totals.seconds, time);
    format_bytes(totals.bytes, disk);
    printf("%llu instances, %llu in the cache, %.0f items to compute; ", totals.instances,
           totals.hits, totals.items);
    if (totals.unmeasured && totals.seconds == 0)
        printf("not measured yet\n");
    else
        printf("%s%s of one core, %s%s\n", totals.unmeasured ? "at least " : "", time,
               totals.unsized ? "at least " : "", disk);
    if (totals.again > 0)
        printf("%.0f items more are known, but their bytes are gone and are made again\n",
               totals.again);
}

static void print_causes(const struct plan *plan)
{
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    kin_why_text_causes(&plan->causes, &text);
    fputs(kin_text_string(&text), stdout);
}

int plan_print_text(const struct plan *plan, struct kin_error *err)
{
    printf("%-20s %-18s %9s %9s %10s  %12s  %s\n", "step", "kind", "instances", "cached",
           "items to do", "one core", "disk");
    for (size_t i = 0; i < plan->n; i++)
        if (plan_instances(&plan->steps[i]) > 0)
            print_step(&plan->steps[i]);
    print_totals(plan);
    for (size_t i = 0; i < plan->n; i++)
        KIN_TRY(print_rows(plan, i, err));
    for (size_t i = 0; i < plan->n; i++)
        print_notes(&plan->steps[i]);
    for (size_t i = 0; i < plan->n; i++)
        if (plan->steps[i].absent)
            printf("absent: step '%s': %s\n", plan->steps[i].step, plan->steps[i].absent);
    print_causes(plan);
    return 0;
}
