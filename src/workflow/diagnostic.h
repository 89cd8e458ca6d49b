/*
 * Collecting mistakes: they are reported in any order and shown in the order of the file.
 */
#ifndef KINDRED_WORKFLOW_DIAGNOSTIC_H
#define KINDRED_WORKFLOW_DIAGNOSTIC_H

#include <stdarg.h>

#include "kindred/workflow.h"

struct kin_reporter {
    struct kin_diagnostics *diagnostics; /* borrowed */
    const char *path;                    /* as given, for people */
    const char *text;                    /* the file */
    size_t length;
    bool failed; /* memory ran out: look once, at the end */
};

void kin_report_error(struct kin_reporter *reporter, struct kin_mark mark, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void kin_report_warning(struct kin_reporter *reporter, struct kin_mark mark, const char *format,
                        ...) __attribute__((format(printf, 3, 4)));
/* Sorts what was reported and writes what people see. KIN_ENOMEM when anything was lost. */
int kin_report_finish(struct kin_reporter *reporter, struct kin_error *err);
/* «; did you mean 'x'?» or "" in a buffer of KIN_HINT bytes. */
#define KIN_HINT 128
const char *kin_hint(const struct kin_reporter *reporter, const char *wrong,
                     const char *const *names, size_t n, char out[KIN_HINT]);

#endif
