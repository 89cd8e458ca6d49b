/* Short-time Fourier transform: windowed frames, magnitudes, levels. */
#include <math.h>

#include "feature/frames.h"
#include "kindred/fft.h"
#include "kindred/memory.h"

const struct kin_stft_params kin_stft_networks = {
    .frame_samples = 1024,
    .hop_samples = 256,
    .window = KIN_WINDOW_HANN_SYMMETRIC,
};

struct kin_stft {
    struct kin_stft_params params;
    struct kin_fft *fft;
    float *window; /* [frame_samples] */
    float *power;  /* [F][KIN_LANES] */
};

static int check_params(const struct kin_stft_params *p, struct kin_error *err)
{
    if (p->frame_samples < 4 || p->frame_samples % 2 != 0)
        return kin_fail(err, KIN_EINVAL, "frame is %zu samples, expected an even number from 4 on",
                        p->frame_samples);
    if (p->hop_samples == 0)
        return kin_fail(err, KIN_EINVAL, "hop is 0 samples, expected at least 1");
    return 0;
}

static void fill_window(const struct kin_stft_params *p, float *out)
{
    size_t period =
        p->window == KIN_WINDOW_HANN_SYMMETRIC ? p->frame_samples - 1 : p->frame_samples;
    for (size_t i = 0; i < p->frame_samples; i++)
        out[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * (double)i / (double)period));
}

static int init(struct kin_stft *stft, const struct kin_stft_params *params, struct kin_error *err)
{
    stft->params = *params;
    KIN_TRY(kin_fft_new(params->frame_samples, &stft->fft, err));
    KIN_TRY(kin_alloc_into(&stft->window, params->frame_samples, sizeof *stft->window, err));
    size_t power = kin_stft_bins(stft) * KIN_LANES;
    KIN_TRY(kin_alloc_into(&stft->power, power, sizeof *stft->power, err));
    fill_window(params, stft->window);
    return 0;
}

int kin_stft_new(const struct kin_stft_params *params, struct kin_stft **out, struct kin_error *err)
{
    KIN_TRY(check_params(params, err));
    KIN_AUTO(kin_stft_auto) struct kin_stft *stft = NULL;
    KIN_TRY(kin_alloc_into(&stft, 1, sizeof *stft, err));
    KIN_TRY(init(stft, params, err));
    *out = stft;
    stft = NULL;
    return 0;
}

void kin_stft_free(struct kin_stft *stft)
{
    if (!stft)
        return;
    kin_fft_free(stft->fft);
    kin_free(stft->window);
    kin_free(stft->power);
    kin_free(stft);
}

void kin_stft_auto(struct kin_stft **stft)
{
    kin_stft_free(*stft);
}

size_t kin_stft_bins(const struct kin_stft *stft)
{
    return stft->params.frame_samples / 2 + 1;
}

size_t kin_stft_frames(const struct kin_stft *stft, size_t samples)
{
    return 1 + samples / stft->params.hop_samples;
}

size_t kin_frames_hop(const struct kin_stft *stft)
{
    return stft->params.hop_samples;
}

int kin_frames_check(const struct kin_stft *stft, const float *x, size_t clips, size_t samples,
                     struct kin_error *err)
{
    size_t padding = stft->params.frame_samples / 2;
    if (samples <= padding)
        return kin_fail(err, KIN_EDATA,
                        "clip of %zu samples, expected at least %zu: half a frame of %zu is added "
                        "by reflection",
                        samples, padding + 1, stft->params.frame_samples);
    for (size_t i = 0; i < clips * samples; i++)
        if (!(fabsf(x[i]) <= KIN_SAMPLE_LIMIT))
            return kin_fail(err, KIN_EDATA,
                            "sample %zu of clip %zu is %g, expected a number in [-1, 1]",
                            i % samples, i / samples, (double)x[i]);
    return 0;
}

/* The windowed samples of one frame; outside the signal by reflection at its first and last. */
static void load_frame(const struct kin_stft *stft, const float *x, size_t samples, size_t frame,
                       float *out)
{
    const float *window = stft->window;
    size_t n = stft->params.frame_samples, padding = n / 2;
    size_t centre = frame * stft->params.hop_samples;
    if (centre >= padding && centre + padding <= samples) {
        for (size_t i = 0; i < n; i++)
            out[i] = x[centre - padding + i] * window[i];
        return;
    }
    for (size_t i = 0; i < n; i++) {
        size_t padded = centre + i; /* position after padding, never negative */
        size_t at = padded < padding ? padding - padded : padded - padding;
        if (at >= samples)
            at = 2 * (samples - 1) - at;
        out[i] = x[at] * window[i];
    }
}

float (*kin_frames_spectrum(struct kin_stft *stft, const float *x, size_t samples,
                            size_t frame))[2]
{
    load_frame(stft, x, samples, frame, kin_fft_real(stft->fft));
    kin_fft_forward(stft->fft);
    return kin_fft_spectrum(stft->fft);
}

const float *kin_frames_back(struct kin_stft *stft, const float **window)
{
    *window = stft->window;
    kin_fft_inverse(stft->fft);
    return kin_fft_real(stft->fft);
}

const float *kin_frames_power(struct kin_stft *stft, const float *x, size_t samples, size_t first)
{
    size_t frames = kin_stft_frames(stft, samples), bins = kin_stft_bins(stft);
    for (size_t lane = 0; lane < KIN_LANES; lane++) {
        float *power = stft->power + lane;
        if (first + lane >= frames) {
            for (size_t k = 0; k < bins; k++)
                power[k * KIN_LANES] = 0;
            continue;
        }
        float(*spectrum)[2] = kin_frames_spectrum(stft, x, samples, first + lane);
        for (size_t k = 0; k < bins; k++)
            power[k * KIN_LANES] =
                spectrum[k][0] * spectrum[k][0] + spectrum[k][1] * spectrum[k][1];
    }
    return stft->power;
}

/* Power of one clip as [F][T]. */
static void clip_power(struct kin_stft *stft, const float *x, size_t samples, float *out)
{
    size_t frames = kin_stft_frames(stft, samples), bins = kin_stft_bins(stft);
    for (size_t first = 0; first < frames; first += KIN_LANES) {
        const float *power = kin_frames_power(stft, x, samples, first);
        size_t lanes = frames - first < KIN_LANES ? frames - first : KIN_LANES;
        for (size_t k = 0; k < bins; k++)
            for (size_t lane = 0; lane < lanes; lane++)
                out[k * frames + first + lane] = power[k * KIN_LANES + lane];
    }
}

int kin_stft_magnitude(struct kin_stft *stft, const float *x, size_t clips, size_t samples,
                       float *out, struct kin_error *err)
{
    KIN_TRY(kin_frames_check(stft, x, clips, samples, err));
    size_t size = kin_stft_bins(stft) * kin_stft_frames(stft, samples);
    for (size_t b = 0; b < clips; b++)
        clip_power(stft, x + b * samples, samples, out + b * size);
    for (size_t i = 0; i < clips * size; i++)
        out[i] = sqrtf(out[i]);
    return 0;
}

/* Powers to levels, and the floor, which is a floor of powers as well. */
static void to_db(float *x, size_t n)
{
    float most = 0;
    for (size_t i = 0; i < n; i++)
        most = x[i] > most ? x[i] : most;
    double floor = (double)most * pow(10, -KIN_FLOOR_DB / 10);
    float least = (float)(floor > KIN_POWER_MIN ? floor : KIN_POWER_MIN);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(KIN_DB_PER_NEPER * (double)logf(x[i] > least ? x[i] : least));
}

int kin_stft_db(struct kin_stft *stft, const float *x, size_t clips, size_t samples,
                enum kin_floor floor, float *out, struct kin_error *err)
{
    KIN_TRY(kin_frames_check(stft, x, clips, samples, err));
    size_t size = kin_stft_bins(stft) * kin_stft_frames(stft, samples);
    for (size_t b = 0; b < clips; b++) {
        clip_power(stft, x + b * samples, samples, out + b * size);
        if (floor == KIN_FLOOR_CLIP)
            to_db(out + b * size, size);
    }
    if (floor == KIN_FLOOR_BATCH)
        to_db(out, clips * size);
    return 0;
}
