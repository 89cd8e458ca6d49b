/* Shared by the consistency measures. */
#ifndef KINDRED_MEASURE_OWN_H
#define KINDRED_MEASURE_OWN_H

#include <stddef.h>

#include "kindred/status.h"

/* KIN_EDATA unless every own[r] is a column or KIN_NO_ORIGINAL. */
int kin_own_check(const size_t *own, size_t rows, size_t originals, struct kin_error *err);

#endif
