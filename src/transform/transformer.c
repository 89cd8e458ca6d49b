#include "transformer.h"

#include "kindred/memory.h"
#include "kindred/noise.h"

/* Long enough that two cuts of 4 s rarely overlap much, short enough to be made in no time. */
#define BAR_SECONDS 30.0

int kin_transformer_new(struct kin_transformer **out, struct kin_error *err)
{
    return kin_alloc_into(out, 1, sizeof **out, err);
}

void kin_transformer_free(struct kin_transformer *transformer)
{
    if (!transformer)
        return;
    kin_fft_free(transformer->fft);
    kin_audio_release(&transformer->bar);
    kin_free(transformer);
}

void kin_transformer_auto(struct kin_transformer **transformer)
{
    kin_transformer_free(*transformer);
}

int transformer_fft(struct kin_transformer *transformer, size_t n, struct kin_fft **out,
                    struct kin_error *err)
{
    if (!transformer->fft || kin_fft_points(transformer->fft) != n) {
        struct kin_fft *fft;
        KIN_TRY(kin_fft_new(n, &fft, err));
        kin_fft_free(transformer->fft);
        transformer->fft = fft;
    }
    *out = transformer->fft;
    return 0;
}

int transformer_bar(struct kin_transformer *transformer, unsigned rate_hz, uint64_t seed,
                    const struct kin_audio **out, struct kin_error *err)
{
    const struct kin_audio *kept = &transformer->bar;
    if (kept->n == 0 || kept->rate_hz != rate_hz || transformer->bar_seed != seed) {
        struct kin_audio bar;
        KIN_TRY(kin_noise_bar(rate_hz, BAR_SECONDS, seed, &bar, err));
        kin_audio_release(&transformer->bar);
        transformer->bar = bar;
        transformer->bar_seed = seed;
    }
    *out = &transformer->bar;
    return 0;
}
