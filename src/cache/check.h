/* The checks behind verify: every table against every other. */
#ifndef KINDRED_SRC_CACHE_CHECK_H
#define KINDRED_SRC_CACHE_CHECK_H

#include "cache/writer.h"

struct kin_check_report {
    void (*finding)(void *context, const char *text);
    void (*progress)(void *context); /* called often */
    void *context;
};

/* 0 also when there are findings; an error is what kept it from looking. */
int kin_check_all(struct kin_cache *cache, const struct kin_check_report *report,
                  struct kin_error *err);

#endif
