/*
 * Messages to the person at the terminal. Modules say things here; only the program's front end
 * decides where they go: without a sink nothing is printed.
 */
#ifndef KINDRED_LOG_H
#define KINDRED_LOG_H

enum kin_log_level { KIN_LOG_ERROR, KIN_LOG_WARN, KIN_LOG_INFO, KIN_LOG_DEBUG };

/* Called with one message without a newline; must be safe to call from several threads. */
typedef void kin_log_sink(void *context, enum kin_log_level level, const char *message);

/* Set once, before threads start. */
void kin_log_set_sink(kin_log_sink *sink, void *context);

void kin_log(enum kin_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
