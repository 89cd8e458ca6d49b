#include "kindred/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const status_texts[] = {
    [0] = "no error",
    [-KIN_EINVAL] = "wrong request",
    [-KIN_EDATA] = "data that cannot be processed",
    [-KIN_ENOMEM] = "out of memory",
    [-KIN_EIO] = "input or output failed",
    [-KIN_ECORRUPT] = "damaged data",
    [-KIN_ENOTFOUND] = "not found",
    [-KIN_ECOLLISION] = "digest collision",
    [-KIN_EFULL] = "no space left",
    [-KIN_EACCESS] = "no permission",
    [-KIN_EUNAVAILABLE] = "not available here",
    [-KIN_ECANCELLED] = "stopped",
    [-KIN_EUNUSABLE] = "cache cannot be used",
};

const char *kin_status_text(int status)
{
    if (status > 0 || status < KIN_STATUS_LAST)
        return "unknown status";
    return status_texts[-status];
}

/* Replaces the end of a text that did not fit with an ellipsis. */
static void mark_cut(char *text, int wanted)
{
    if (wanted >= KIN_ERROR_TEXT)
        memcpy(text + KIN_ERROR_TEXT - 4, "...", 4);
}

int kin_fail(struct kin_error *err, int status, const char *format, ...)
{
    if (!err)
        return status;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    mark_cut(err->text, n);
    err->status = status;
    err->sys_errno = 0;
    return status;
}

int kin_fail_errno(struct kin_error *err, int status, int sys_errno, const char *format, ...)
{
    if (!err)
        return status;
    va_list args;
    va_start(args, format);
    char text[KIN_ERROR_TEXT];
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    mark_cut(text, n);
    char reason[128];
    const char *why = strerror_r(sys_errno, reason, sizeof reason);
    n = snprintf(err->text, sizeof err->text, "%s: %s", text, why);
    mark_cut(err->text, n);
    err->status = status;
    err->sys_errno = sys_errno;
    return status;
}

int kin_error_within(struct kin_error *err, const char *format, ...)
{
    if (!err)
        return KIN_EINVAL;
    char context[KIN_ERROR_TEXT];
    char old[KIN_ERROR_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(context, sizeof context, format, args);
    va_end(args);
    memcpy(old, err->text, sizeof old);
    int n = snprintf(err->text, sizeof err->text, "%s: %s", context, old);
    mark_cut(err->text, n);
    return err->status;
}
