/* kindred run */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "kindred/json.h"
#include "kindred/machine.h"
#include "kindred/memory.h"
#include "progress.h"
#include "run_page.h"
#include "show.h"
#include "workflow_options.h"

/* The one thing a signal handler may touch. */
static volatile sig_atomic_t stop_asked;

static void ask_stop(int signal_number)
{
    stop_asked = signal_number;
    signal(signal_number, SIG_DFL); /* a second one is meant */
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = ask_stop};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* ---- --stats ---- */

static void add_step_json(struct kin_text *out, const struct kin_step_stats *s)
{
    kin_text_add(out, "{\"name\":");
    kin_json_string(out, s->step);
    kin_text_add(out, ",\"kind\":");
    kin_json_string(out, s->kind);
    kin_text_addf(out,
                  ",\"instances\":%llu,\"hits\":%llu,\"items\":%llu,\"computed\":%llu,"
                  "\"failed\":%llu,\"bytes\":%llu,\"seconds\":%.6f",
                  (unsigned long long)s->instances, (unsigned long long)s->hits,
                  (unsigned long long)s->items, (unsigned long long)s->computed,
                  (unsigned long long)s->failed, (unsigned long long)s->bytes, s->seconds);
    for (size_t c = 0; c < KIN_COUNT(s->counters); c++)
        if (s->counters[c].unit)
            kin_text_addf(out, ",\"%s\":%llu", s->counters[c].unit,
                          (unsigned long long)s->counters[c].n);
    kin_text_add(out, "}");
}

static int write_stats(const char *path, const struct kin_session *session, double seconds,
                       struct kin_error *err)
{
    const struct kin_step_stats *stats;
    size_t n = kin_session_steps(session, &stats);
    KIN_AUTO(kin_text_release) struct kin_text out = {0};
    kin_text_addf(&out, "{\"version\":1,\"seconds\":%.6f,\"steps\":[\n", seconds);
    for (size_t i = 0; i < n; i++) {
        kin_text_add(&out, i ? ",\n" : "");
        add_step_json(&out, &stats[i]);
    }
    kin_text_add(&out, "\n]}\n");
    KIN_TRY(kin_text_check(&out, err));
    return kin_write_file(path, out.data, out.length, err);
}

/* ---- the end of a run ---- */

/* The page that was written last; others are named among the results. */
struct exported {
    struct kin_text page;
};

static void exported_release(struct exported *exported)
{
    kin_text_release(&exported->page);
}

static void print_result(void *context, const struct kin_step *step, const char *path, bool changed)
{
    struct exported *exported = context;
    if (strcmp(step->kind->outputs[0].type, "page") == 0) {
        kin_text_clear(&exported->page);
        kin_text_add(&exported->page, path);
    }
    printf("%s%s%s%s\n", path, changed ? "" : " (unchanged)", step->about ? ": " : "",
           step->about ? step->about : "");
    if (step->show)
        show_table(path);
}

/* In words, or with --log json as an object. */
static void print_summary(const struct kin_session *session, double seconds, bool json)
{
    const struct kin_step_stats *stats;
    size_t n = kin_session_steps(session, &stats);
    unsigned long long instances = 0, hits = 0, computed = 0, failed = kin_session_failed(session);
    for (size_t i = 0; i < n; i++) {
        instances += stats[i].instances;
        hits += stats[i].hits;
        computed += stats[i].computed;
    }
    if (json) {
        fprintf(stderr,
                "{\"event\":\"done\",\"instances\":%llu,\"hits\":%llu,\"computed\":%llu,"
                "\"failed\":%llu,\"seconds\":%.3f}\n",
                instances, hits, computed, failed, seconds);
        return;
    }
    if (computed == 0 && hits == instances)
        fprintf(stderr, "nothing to do: all %llu instances are in the cache (%.3f s)\n", instances,
                seconds);
    else
        fprintf(stderr, "done: %llu instances, %llu from the cache, %llu items computed (%.1f s)\n",
                instances, hits, computed, seconds);
    if (failed > 0)
        fprintf(stderr, "%llu item%s failed and %s left out of what follows (named above)\n",
                failed, failed == 1 ? "" : "s", failed == 1 ? "was" : "were");
}

/* Says what ended a run; its exit code. */
static int fail_run(const struct kin_error *err, struct progress_view *view)
{
    if (!view->json)
        return kin_cli_error(err);
    progress_message(view, KIN_LOG_ERROR, err->text);
    return kin_cli_exit_code(err->status);
}

static int finish(const struct workflow_options *options, struct kin_session *session,
                  double seconds, struct progress_view *view)
{
    struct kin_error err = {0};
    KIN_AUTO(exported_release) struct exported exported = {0};
    if (kin_session_export(session, options->out, print_result, &exported, &err) != 0)
        return fail_run(&err, view);
    if (options->stats && write_stats(options->stats, session, seconds, &err) != 0)
        return fail_run(&err, view);
    const struct run_page run = {.page = exported.page.data,
                                 .session = session,
                                 .seconds = seconds,
                                 .threads = options->threads};
    if (run.page && run_page_write(&run, &err) != 0)
        return fail_run(&err, view);
    fflush(stdout); /* results come before the last lines, also in a file */
    print_summary(session, seconds, view->json);
    if (run.page && !view->json)
        fprintf(stderr, "the page: %s\n", run.page);
    return kin_session_failed(session) == 0 ? KIN_EXIT_DONE : KIN_EXIT_FAILED;
}

static int run_session(const struct workflow_options *options, struct kin_session *session,
                       struct progress_view *view)
{
    struct kin_error err = {0};
    char libraries[256];
    kin_cli_libraries(libraries, sizeof libraries);
    const struct kin_run_options run = {
        .libraries = libraries,
        .threads = options->threads,
        .memory = (size_t)options->memory,
        .keep_going = options->keep_going,
        .cancel = &stop_asked,
        .observer = {.context = view, .progress = progress_show, .message = progress_message}};
    double start = kin_machine_seconds();
    int status = kin_session_run(session, &run, &err);
    if (status == 0)
        return finish(options, session, kin_machine_seconds() - start, view);
    if (options->keep_going && status != KIN_ECANCELLED)
        finish(options, session, kin_machine_seconds() - start, view);
    int code = fail_run(&err, view);
    return code == KIN_EXIT_REQUEST ? KIN_EXIT_FAILED : code;
}

/* From opening the cache to closing it all messages go through the view: they do not tear the live
 * line, and are objects when objects are wanted. */
int run_workflow(const struct workflow_options *options)
{
    struct opened opened = {0};
    struct progress_view view;
    progress_init(&view, options->log_json, kin_cli_log_level());
    kin_log_set_sink(progress_message, &view);
    int code = open_all(options, true, &opened);
    if (code == 0) {
        catch_signals();
        code = run_session(options, opened.session, &view);
    }
    close_all(&opened);
    kin_log_set_sink(NULL, NULL);
    progress_release(&view);
    return code;
}

int command_run(int argc, char **argv)
{
    struct workflow_options options;
    int code = options_parse(argc, argv, "jefoklsm", &options);
    if (code == 0)
        code = run_workflow(&options);
    options_release(&options);
    return code;
}
