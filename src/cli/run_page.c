#include "run_page.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kindred/cpu.h"
#include "kindred/memory.h"
#include "version.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>This run</title>\n<style>body{margin:0 auto;max-width:60em;padding:16px;"
    "font:16px/1.5 system-ui,sans-serif;color:#1c1c1c;background:#fff}"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.9em;"
    "font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.2em .9em .2em 0;"
    "border-bottom:1px solid #ddd}.n{text-align:right}a{color:#00548a}</style></head><body>\n";

static void add_text(struct kin_text *out, const char *text)
{
    for (const char *c = text; *c; c++)
        if (*c == '&' || *c == '<' || *c == '>')
            kin_text_add(out, *c == '&' ? "&amp;" : *c == '<' ? "&lt;" : "&gt;");
        else
            kin_text_add_bytes(out, c, 1);
}

static void add_pair(struct kin_text *out, const char *name, const char *value)
{
    kin_text_add(out, "<tr><th scope=\"row\">");
    add_text(out, name);
    kin_text_add(out, "</th><td>");
    add_text(out, value);
    kin_text_add(out, "</td></tr>\n");
}

static void add_library(void *context, const char *name, const char *version)
{
    add_pair(context, name, version);
}

static void add_program(void *context, const struct version_program *program)
{
    add_pair(context, program->name, program->found ? "found" : "missing");
}

static void add_machine(struct kin_text *out, const struct run_page *run)
{
    char host[256] = "", when[64] = "", threads[32];
    time_t now = time(NULL);
    struct tm date;
    gethostname(host, sizeof host - 1);
    strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S %z", localtime_r(&now, &date));
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    snprintf(threads, sizeof threads, "%ld", run->threads ? (long)run->threads : processors);
    kin_text_add(out, "<h2>Where and when</h2>\n<div class=\"scroll\"><table><tbody>\n");
    add_pair(out, "program", "kindred " KIN_VERSION);
    add_pair(out, "host", host);
    add_pair(out, "processor", kin_cpu_level_name(kin_cpu_level()));
    add_pair(out, "threads", threads);
    add_pair(out, "finished", when);
    version_each_library(add_library, out);
    version_each_program(add_program, out);
    kin_text_add(out, "</tbody></table></div>\n");
}

static void add_step(struct kin_text *out, const struct kin_step_stats *s)
{
    kin_text_add(out, "<tr><th scope=\"row\">");
    add_text(out, s->step);
    kin_text_add(out, "</th><td>");
    add_text(out, s->kind);
    kin_text_addf(out,
                  "</td><td class=\"n\">%llu</td><td class=\"n\">%llu</td><td class=\"n\">%llu"
                  "</td><td class=\"n\">%llu</td><td class=\"n\">%llu</td><td class=\"n\">%.2f"
                  "</td></tr>\n",
                  (unsigned long long)s->instances, (unsigned long long)s->hits,
                  (unsigned long long)s->items, (unsigned long long)s->computed,
                  (unsigned long long)s->failed, s->seconds);
}

static void add_steps(struct kin_text *out, const struct run_page *run)
{
    const struct kin_step_stats *stats;
    size_t n = kin_session_steps(run->session, &stats);
    kin_text_addf(out,
                  "<h2>What this run did</h2>\n<p>%.1f seconds in all. Seconds of a step are of "
                  "computing, added up over threads; what came from the cache took none.</p>\n"
                  "<div class=\"scroll\"><table><thead><tr><th>step</th><th>kind</th>"
                  "<th class=\"n\">instances</th><th class=\"n\">from the cache</th>"
                  "<th class=\"n\">items</th><th class=\"n\">computed</th>"
                  "<th class=\"n\">failed</th><th class=\"n\">seconds</th></tr></thead><tbody>\n",
                  run->seconds);
    for (size_t i = 0; i < n; i++)
        if (stats[i].instances > 0)
            add_step(out, &stats[i]);
    kin_text_add(out, "</tbody></table></div>\n");
}

int run_page_write(const struct run_page *run, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text html = {0};
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    const char *slash = strrchr(run->page, '/');
    kin_text_add_bytes(&path, run->page, slash ? (size_t)(slash + 1 - run->page) : 0);
    kin_text_add(&path, "run.html");
    kin_text_add(&html, head);
    kin_text_add(&html, "<h1>This run</h1>\n<p>What differs from one person to the next; what both "
                        "must have alike is on <a href=\"");
    add_text(&html, slash ? slash + 1 : run->page);
    kin_text_add(&html, "\">the page</a>.</p>\n");
    add_machine(&html, run);
    add_steps(&html, run);
    kin_text_add(&html, "</body></html>\n");
    KIN_TRY(kin_text_check(&html, err));
    KIN_TRY(kin_text_check(&path, err));
    return kin_write_file(path.data, html.data, html.length, err);
}
