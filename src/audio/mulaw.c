#include "kindred/mulaw.h"

#include <math.h>

#define MU 255.0

uint8_t kin_mulaw_code(double x)
{
    if (isnan(x))
        x = 0;
    double s = copysign(log(1 + MU * fmin(fabs(x), 1)) / log(1 + MU), x);
    return (uint8_t)floor((s + 1) / 2 * 255 + 0.5);
}

double kin_mulaw_value(uint8_t code)
{
    double t = 2 * (double)code / 255 - 1;
    return copysign((pow(1 + MU, fabs(t)) - 1) / MU, t);
}

void kin_mulaw_encode(const float *x, size_t n, uint8_t *codes)
{
    for (size_t i = 0; i < n; i++)
        codes[i] = kin_mulaw_code((double)x[i]);
}

void kin_mulaw_decode(const uint8_t *codes, size_t n, float *x)
{
    float values[256];
    for (unsigned code = 0; code < 256; code++)
        values[code] = (float)kin_mulaw_value((uint8_t)code);
    for (size_t i = 0; i < n; i++)
        x[i] = values[codes[i]];
}
