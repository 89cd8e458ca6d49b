/* What a run says while it runs: a live line on a terminal, plain lines on a pipe, JSON on request.
 */
#ifndef KIN_CLI_PROGRESS_H
#define KIN_CLI_PROGRESS_H

#include <pthread.h>
#include <stdbool.h>

#include "kindred/engine.h"
#include "kindred/log.h"

struct progress_view {
    bool terminal, json;
    enum kin_log_level level; /* the least important messages to show */
    bool line_shown; /* a live line stands on the terminal */
    double next_plain;
    pthread_mutex_t lock;
};

void progress_init(struct progress_view *view, bool json, enum kin_log_level level);
void progress_release(struct progress_view *view);
/* For struct kin_observer and kin_log_set_sink; context is the view. */
void progress_show(void *view, const struct kin_progress *progress);
void progress_message(void *view, enum kin_log_level level, const char *text);
/* Prints {"event":EVENT,"text":TEXT} to standard error. */
void print_json_message(const char *event, const char *text);
/* 83 s as «1:23», 4 s as «4 s». */
void format_seconds(double seconds, char out[32]);

#endif
