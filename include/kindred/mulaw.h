/*
 * Storage of samples in 8 bits by the mu-law companding curve with mu = 255, in 256 even steps of
 * the companded value (not the segmented code of telephony, G.711). The form in which the original
 * experiment kept all its clips: with s = sign(x) ln(1 + 255 min(|x|, 1)) / ln 256,
 * code = floor((s + 1) / 2 * 255 + 0.5). Zero becomes 128 and comes back as 8.62e-5.
 */
#ifndef KINDRED_MULAW_H
#define KINDRED_MULAW_H

#include <stddef.h>
#include <stdint.h>

uint8_t kin_mulaw_code(double x);     /* beyond +-1 is clipped; nan becomes 128 */
double kin_mulaw_value(uint8_t code); /* in [-1, 1] */

/* n values at once. */
void kin_mulaw_encode(const float *x, size_t n, uint8_t *codes);
void kin_mulaw_decode(const uint8_t *codes, size_t n, float *x);

#endif
