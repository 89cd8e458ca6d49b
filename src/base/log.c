#include "kindred/log.h"

#include <stdarg.h>
#include <stdio.h>

#define LONGEST_MESSAGE 2000

/* The one owner of where messages go; written once before threads start. */
static kin_log_sink *log_sink;
static void *log_context;

void kin_log_set_sink(kin_log_sink *sink, void *context)
{
    log_sink = sink;
    log_context = context;
}

void kin_log(enum kin_log_level level, const char *format, ...)
{
    if (!log_sink)
        return;
    char message[LONGEST_MESSAGE];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    log_sink(log_context, level, message);
}
