/* From magnitudes and the phases of a signal back to samples. */
#include <math.h>
#include <string.h>

#include "feature/frames.h"
#include "kindred/memory.h"

const struct kin_stft_params kin_stft_phases = {
    .frame_samples = 1024,
    .hop_samples = 256,
    .window = KIN_WINDOW_HANN_PERIODIC,
};

/* Frames added up, and the squares of their windows. */
struct overlap {
    float *sum, *weight; /* [n] */
    size_t n;
};

static void overlap_release(struct overlap *overlap)
{
    kin_free(overlap->sum);
    kin_free(overlap->weight);
}

static int overlap_init(struct overlap *overlap, size_t n, struct kin_error *err)
{
    overlap->n = n;
    KIN_TRY(kin_alloc_into(&overlap->sum, n, sizeof *overlap->sum, err));
    return kin_alloc_into(&overlap->weight, n, sizeof *overlap->weight, err);
}

/* Gives every bin the magnitude and keeps its phase; a bin that is 0 has phase 0. */
static void set_magnitudes(float (*spectrum)[2], const float *magnitude, size_t bins,
                           size_t frames)
{
    for (size_t k = 0; k < bins; k++) {
        float wanted = magnitude[k * frames], length = hypotf(spectrum[k][0], spectrum[k][1]);
        spectrum[k][0] = length > 0 ? wanted * (spectrum[k][0] / length) : wanted;
        spectrum[k][1] = length > 0 ? wanted * (spectrum[k][1] / length) : 0;
    }
}

static void add_frame(const struct overlap *overlap, size_t start, const float *frame,
                      const float *window, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        overlap->sum[start + i] += frame[i] / (float)n * window[i];
        overlap->weight[start + i] += window[i] * window[i];
    }
}

int kin_stft_resynthesise(struct kin_stft *stft, const float *x, size_t samples,
                          const float *magnitude, float *out, struct kin_error *err)
{
    KIN_TRY(kin_frames_check(stft, x, 1, samples, err));
    size_t bins = kin_stft_bins(stft), frames = kin_stft_frames(stft, samples);
    size_t length = 2 * (bins - 1), hop = kin_frames_hop(stft);
    KIN_AUTO(overlap_release) struct overlap overlap = {0};
    KIN_TRY(overlap_init(&overlap, length + hop * (frames - 1), err));
    for (size_t t = 0; t < frames; t++) {
        const float *window;
        set_magnitudes(kin_frames_spectrum(stft, x, samples, t), magnitude + t, bins, frames);
        const float *frame = kin_frames_back(stft, &window);
        add_frame(&overlap, t * hop, frame, window, length);
    }
    for (size_t i = 0; i < hop * (frames - 1); i++)
        out[i] = overlap.sum[length / 2 + i] / overlap.weight[length / 2 + i];
    return 0;
}
