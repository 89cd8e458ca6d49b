/* Made-up numbers for the tests of networks. */
#ifndef KINDRED_TESTS_NN_SAMPLE_H
#define KINDRED_TESTS_NN_SAMPLE_H

#include <math.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/random.h"

/* n numbers in [-1, 1); the caller releases them. */
static inline float *sample_numbers(size_t n, const char *name)
{
    struct kin_random random = kin_random_stream(7, name, strlen(name));
    float *x = kin_alloc(n, sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(2 * kin_random_unit(&random) - 1);
    return x;
}

static inline double sample_dot(const float *x, const float *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)y[i];
    return sum;
}

/* The largest difference, relative to the largest of y. */
static inline double sample_distance(const float *x, const double *y, size_t n)
{
    double off = 0, largest = 1e-30;
    for (size_t i = 0; i < n; i++) {
        double d = fabs((double)x[i] - y[i]);
        off = d <= off ? off : d;
        largest = fmax(largest, fabs(y[i]));
    }
    return off / largest;
}

#endif
