#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kindred/json.h"

#define PLAIN_SECONDS 5.0
#define DEFAULT_COLUMNS 80

void progress_init(struct progress_view *view, bool json, enum kin_log_level level)
{
    *view = (struct progress_view){.json = json,
                                   .terminal = !json && isatty(STDERR_FILENO),
                                   .level = level,
                                   .next_plain = PLAIN_SECONDS};
    pthread_mutex_init(&view->lock, NULL);
}

void progress_release(struct progress_view *view)
{
    pthread_mutex_destroy(&view->lock);
}

void print_json_message(const char *event, const char *text)
{
    struct kin_text line = {0};
    kin_text_addf(&line, "{\"event\":\"%s\",\"text\":", event);
    kin_json_string(&line, text);
    kin_text_add(&line, "}");
    fprintf(stderr, "%s\n", kin_text_string(&line));
    kin_text_release(&line);
}

void format_seconds(double seconds, char out[32])
{
    unsigned long s = seconds > 0 ? (unsigned long)(seconds + 0.5) : 0;
    if (s < 60)
        snprintf(out, 32, "%lu s", s);
    else if (s < 3600)
        snprintf(out, 32, "%lu:%02lu", s / 60, s % 60);
    else
        snprintf(out, 32, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
}

static void describe(const struct kin_progress *p, struct kin_text *out)
{
    kin_text_addf(out, "%zu of %zu instances, %zu from the cache", p->instances_done, p->instances,
                  p->hits);
    if (p->items_known > 0) {
        double rate = p->seconds > 0 ? (double)p->items_done / p->seconds : 0;
        kin_text_addf(out, "; %llu of %llu items", (unsigned long long)p->items_done,
                      (unsigned long long)p->items_known);
        if (rate > 0) {
            char left[32];
            format_seconds((double)(p->items_known - p->items_done) / rate, left);
            kin_text_addf(out, ", %.3g/s, %s left of these", rate, left);
        }
    }
    if (p->note && p->note[0])
        kin_text_addf(out, "; %s", p->note);
    else if (p->step)
        kin_text_addf(out, "; %s", p->step);
}

static size_t terminal_columns(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20)
        return DEFAULT_COLUMNS;
    return size.ws_col;
}

static void clear_line(struct progress_view *view)
{
    if (view->line_shown)
        fputs("\r\033[K", stderr);
    view->line_shown = false;
}

static void show_json(const struct kin_progress *p)
{
    fprintf(stderr,
            "{\"event\":\"progress\",\"instances\":%zu,\"done\":%zu,\"hits\":%zu,"
            "\"items\":%llu,\"items_done\":%llu,\"seconds\":%.3f,\"finished\":%s}\n",
            p->instances, p->instances_done, p->hits, (unsigned long long)p->items_known,
            (unsigned long long)p->items_done, p->seconds, p->finished ? "true" : "false");
}

void progress_show(void *context, const struct kin_progress *p)
{
    struct progress_view *view = context;
    struct kin_text text = {0};
    describe(p, &text);
    pthread_mutex_lock(&view->lock);
    clear_line(view);
    if (view->json) {
        if (p->finished || p->seconds >= view->next_plain)
            show_json(p);
    } else if (view->terminal && !p->finished) {
        fprintf(stderr, "%.*s", (int)terminal_columns() - 1, kin_text_string(&text));
        view->line_shown = true;
    } else if (!p->finished && p->seconds >= view->next_plain) {
        fprintf(stderr, "%s\n", kin_text_string(&text));
    }
    if (p->seconds >= view->next_plain)
        view->next_plain = p->seconds + PLAIN_SECONDS;
    fflush(stderr);
    pthread_mutex_unlock(&view->lock);
    kin_text_release(&text);
}

void progress_message(void *context, enum kin_log_level level, const char *text)
{
    static const char *const names[] = {"error", "warning", "note", "debug"};
    struct progress_view *view = context;
    if (level > view->level)
        return;
    pthread_mutex_lock(&view->lock);
    clear_line(view);
    if (view->json)
        print_json_message(names[level], text);
    else
        fprintf(stderr, "%s: %s\n", names[level], text);
    pthread_mutex_unlock(&view->lock);
}
