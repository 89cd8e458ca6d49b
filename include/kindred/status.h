/*
 * How anything that can fail reports it.
 *
 * A function that can fail returns 0 or a negative kin_status and, on failure, fills the
 * struct kin_error it was given. The status is for the caller's decision, the text for the person.
 * It is set where it is known (kin_fail), gains context on the way up (kin_error_within), and is
 * printed once, by whoever talks to the person.
 */
#ifndef KINDRED_STATUS_H
#define KINDRED_STATUS_H

enum kin_status {
    KIN_OK = 0,
    KIN_EINVAL = -1,       /* the request is wrong: an argument, a parameter, a workflow */
    KIN_EDATA = -2,        /* the data cannot be processed; it would fail again the same way */
    KIN_ENOMEM = -3,       /* out of memory */
    KIN_EIO = -4,          /* the operating system refused a read or a write */
    KIN_ECORRUPT = -5,     /* stored bytes are not what was stored */
    KIN_ENOTFOUND = -6,    /* there is no such thing */
    KIN_ECOLLISION = -7,   /* two different values have one digest */
    KIN_EFULL = -8,        /* no space left: disk, quota or map */
    KIN_EACCESS = -9,      /* no permission, or read-only */
    KIN_EUNAVAILABLE = -10, /* needs something that is not on this machine or in this build */
    KIN_ECANCELLED = -11,  /* stopped on request */
    KIN_EUNUSABLE = -12,   /* the cache cannot be used as it is */
    KIN_STATUS_LAST = KIN_EUNUSABLE
};

#define KIN_ERROR_TEXT 1000

struct kin_error {
    int status;               /* enum kin_status */
    int sys_errno;            /* errno of the call that failed, 0 if none */
    char text[KIN_ERROR_TEXT]; /* one sentence, no full stop, cut with an ellipsis when too long */
};

/* A short name of the status («wrong request», …); never NULL, also for numbers that are none. */
const char *kin_status_text(int status);

/* Sets the error and returns its status, so that `return kin_fail(err, …)` works. err may be NULL.
 */
int kin_fail(struct kin_error *err, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a failed system call: appends the text of sys_errno and remembers it. */
int kin_fail_errno(struct kin_error *err, int status, int sys_errno, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Puts «context: » before the text of an error that is already set; returns its status. */
int kin_error_within(struct kin_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Returns a failure to the caller as it is. */
#define KIN_TRY(call)                                                                              \
    do {                                                                                           \
        int kin_try_status = (call);                                                               \
        if (kin_try_status != 0)                                                                   \
            return kin_try_status;                                                                 \
    } while (0)

#endif
