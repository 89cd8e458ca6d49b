/* The checks behind verify: every table against every other. */
#ifndef KINDRED_SRC_CACHE_CHECK_H
#define KINDRED_SRC_CACHE_CHECK_H

#include "cache/writer.h"

struct kin_check_report {
    void (*finding)(void *context, const char *text);
    /* What no value can be blamed for: LMDB's pages are not as it wrote them. */
    void (*structural)(void *context, const char *text);
    /* An artifact that is damaged, or lost; also several times. */
    void (*damaged)(void *context, const struct kin_digest *digest);
    void (*progress)(void *context); /* called often */
    void *context;
};

/* 0 also when there are findings; an error is what kept it from looking. */
int kin_check_all(struct kin_cache *cache, const struct kin_check_report *report,
                  struct kin_error *err);

#endif
