#include "kindred/measure.h"

#include <math.h>

struct kin_summary kin_summarise(const double *x, size_t n)
{
    struct kin_summary out = {.mean = NAN, .deviation = NAN};
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i])) {
            out.undefined++;
        } else {
            sum += x[i];
            out.n++;
        }
    }
    if (out.n == 0)
        return out;
    out.mean = sum / (double)out.n;
    if (out.n < 2)
        return out;
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i]))
            squares += (x[i] - out.mean) * (x[i] - out.mean);
    out.deviation = sqrt(squares / (double)(out.n - 1));
    return out;
}
