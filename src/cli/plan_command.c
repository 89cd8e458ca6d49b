/* kindred plan */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "kindred/json.h"
#include "kindred/memory.h"
#include "progress.h"
#include "workflow_options.h"

struct totals {
    unsigned long long instances, hits;
    double items, seconds;
    bool unmeasured;
    size_t absent;
};

static unsigned long long count(const struct kin_plan_step *step)
{
    unsigned long long n = 0;
    for (size_t i = 0; i < KIN_COUNT(step->instances); i++)
        n += step->instances[i];
    return n;
}

static struct totals add_up(const struct kin_plan_step *steps, size_t n)
{
    struct totals totals = {0};
    for (size_t i = 0; i < n; i++) {
        totals.instances += count(&steps[i]);
        totals.hits += steps[i].instances[KIN_PLAN_HIT];
        totals.items += steps[i].items;
        totals.seconds += steps[i].seconds > 0 ? steps[i].seconds : 0;
        totals.unmeasured |= steps[i].seconds < 0;
        totals.absent += steps[i].absent != NULL;
    }
    return totals;
}

static void print_step(const struct kin_plan_step *step)
{
    char time[32] = "";
    if (step->items > 0 && step->seconds < 0)
        snprintf(time, sizeof time, "not measured");
    else if (step->items > 0)
        format_seconds(step->seconds, time);
    printf("%-20s %-18s %9llu %9llu %10.0f  %s\n", step->step, step->kind, count(step),
           (unsigned long long)step->instances[KIN_PLAN_HIT], step->items, time);
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

static void print_plan(const struct kin_plan_step *steps, size_t n)
{
    struct totals totals = add_up(steps, n);
    printf("%-20s %-18s %9s %9s %10s  %s\n", "step", "kind", "instances", "cached", "items to do",
           "time (one core)");
    for (size_t i = 0; i < n; i++)
        if (count(&steps[i]) > 0)
            print_step(&steps[i]);
    char time[32];
    format_seconds(totals.seconds, time);
    printf("%llu instances, %llu in the cache, %.0f items to compute; %s%s of one core\n",
           totals.instances, totals.hits, totals.items, totals.unmeasured ? "at least " : "", time);
    for (size_t i = 0; i < n; i++)
        print_notes(&steps[i]);
    for (size_t i = 0; i < n; i++)
        if (steps[i].absent)
            printf("absent: step '%s': %s\n", steps[i].step, steps[i].absent);
}

static void print_json(const struct kin_plan_step *steps, size_t n)
{
    static const char *const states[] = {"hit", "run", "after", "absent", "blocked"};
    KIN_AUTO(kin_text_release) struct kin_text out = {0};
    kin_text_add(&out, "{\"version\":1,\"steps\":[\n");
    for (size_t i = 0; i < n; i++) {
        kin_text_add(&out, i ? ",\n{\"name\":" : "{\"name\":");
        kin_json_string(&out, steps[i].step);
        kin_text_add(&out, ",\"kind\":");
        kin_json_string(&out, steps[i].kind);
        kin_text_addf(&out, ",\"instances\":%llu", count(&steps[i]));
        for (size_t s = 0; s < KIN_COUNT(states); s++)
            kin_text_addf(&out, ",\"%s\":%llu", states[s],
                          (unsigned long long)steps[i].instances[s]);
        kin_text_addf(&out, ",\"items\":%.0f,\"seconds\":", steps[i].items);
        if (steps[i].seconds < 0)
            kin_text_add(&out, "null");
        else
            kin_text_addf(&out, "%.6f", steps[i].seconds);
        kin_text_add(&out, ",\"notes\":");
        kin_json_string(&out, steps[i].notes ? steps[i].notes : "");
        kin_text_add(&out, "}");
    }
    printf("%s\n]}\n", kin_text_string(&out));
}

static int plan(const struct workflow_options *options, struct kin_session *session)
{
    struct kin_error err = {0};
    struct kin_plan_step *steps;
    size_t n;
    if (kin_session_plan(session, &steps, &n, &err) != 0)
        return kin_cli_error(&err);
    if (options->json)
        print_json(steps, n);
    else
        print_plan(steps, n);
    struct totals totals = add_up(steps, n);
    kin_plan_free(steps, n);
    return options->exit_code && totals.hits < totals.instances ? KIN_EXIT_FAILED : KIN_EXIT_DONE;
}

int command_plan(int argc, char **argv)
{
    struct workflow_options options;
    struct opened opened = {0};
    int code = options_parse(argc, argv, "Jefx", &options);
    if (code == 0)
        code = open_all(&options, true, &opened);
    if (code == 0)
        code = plan(&options, opened.session);
    close_all(&opened);
    options_release(&options);
    return code;
}
