/* The bar: voices, a room around them, glasses, hum. */
#include <math.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/noise.h"

#define TALKERS 12
#define FORMANTS 3
#define TWO_PI 6.28318530717958647692

/* A resonance: y[n] = gain x[n] + a1 y[n-1] + a2 y[n-2]. */
struct resonator {
    float gain, a1, a2, y1, y2;
};

static void resonator_tune(struct resonator *r, double hz, double width_hz, double rate_hz)
{
    double radius = exp(-M_PI * width_hz / rate_hz);
    r->a1 = (float)(2 * radius * cos(TWO_PI * hz / rate_hz));
    r->a2 = (float)(-radius * radius);
    r->gain = (float)(1 - radius);
}

static float resonator_step(struct resonator *r, float x)
{
    float y = r->gain * x + r->a1 * r->y1 + r->a2 * r->y2;
    r->y2 = r->y1;
    r->y1 = y;
    return y;
}

static double uniform(struct kin_random *random, double low, double high)
{
    return low + (high - low) * kin_random_unit(random);
}

/* Cheap noise in [-1, 1); only its colour is heard. */
static float hiss(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(int32_t)*state * 0x1p-31f;
}

/* One person talking: syllables of a buzzing voice or a hissing consonant, and pauses. */
struct talker {
    struct resonator formants[FORMANTS];
    double base_hz, pitch_hz, phase;
    float level, breath; /* of the current syllable; breath 0: voiced, 1: hiss */
    float source;        /* the voice's slow decay between pulses */
    float last_hiss;
    size_t syllable, at; /* its length and place in it, in samples */
    uint32_t hiss_state;
};

/* Mean formants of ten vowels (Peterson and Barney, J. Acoust. Soc. Am. 24, 1952), men. */
static const float vowels[][FORMANTS] = {
    {270, 2290, 3010}, {390, 1990, 2550}, {530, 1840, 2480}, {660, 1720, 2410}, {730, 1090, 2440},
    {570, 840, 2410},  {440, 1020, 2240}, {300, 870, 2240},  {640, 1190, 2390}, {490, 1350, 1690},
};

static void talker_init(struct talker *talker, struct kin_random *random)
{
    bool low_voice = kin_random_unit(random) < 0.5;
    *talker = (struct talker){0};
    talker->base_hz = low_voice ? uniform(random, 90, 140) : uniform(random, 165, 240);
    talker->hiss_state = kin_random_u32(random);
}

static void tune_vowel(struct talker *talker, struct kin_random *random, double rate_hz)
{
    const float *vowel = vowels[kin_random_below(random, KIN_COUNT(vowels))];
    double tract = talker->base_hz > 150 ? 1.16 : 1; /* a shorter tract resonates higher */
    for (size_t i = 0; i < FORMANTS; i++) {
        double hz = fmin(tract * (double)vowel[i], 0.45 * rate_hz);
        resonator_tune(&talker->formants[i], hz, 60 + 50 * (double)i, rate_hz);
    }
}

/* About five syllables a second, a fifth of them pauses of a breath or of somebody else's turn. */
static void next_syllable(struct talker *talker, struct kin_random *random, double rate_hz)
{
    double seconds = uniform(random, 0.12, 0.28);
    double kind = kin_random_unit(random);
    talker->at = 0;
    talker->pitch_hz = talker->base_hz * uniform(random, 0.85, 1.25);
    talker->breath = kind < 0.25 ? 1 : 0.03f;
    talker->level = (float)pow(10, uniform(random, -10, 0) / 20);
    if (kind > 0.8) {
        talker->level = 0;
        seconds = uniform(random, 0.15, 1.2);
    } else if (kind < 0.25) {
        seconds *= 0.4;
        talker->level *= 0.5f;
    }
    talker->syllable = (size_t)(seconds * rate_hz) + 1;
    tune_vowel(talker, random, rate_hz);
}

static float talker_step(struct talker *talker, double rate_hz)
{
    talker->phase += talker->pitch_hz / rate_hz;
    talker->source *= 0.9f;
    if (talker->phase >= 1) {
        talker->phase -= 1;
        talker->source += 1;
    }
    float noise = hiss(&talker->hiss_state);
    float x = (1 - talker->breath) * talker->source + talker->breath * noise;
    float y = 0.1f * talker->breath * (noise - talker->last_hiss); /* teeth, above the formants */
    talker->last_hiss = noise;
    for (size_t i = 0; i < FORMANTS; i++)
        y += resonator_step(&talker->formants[i], x);
    /* Each syllable swells and fades. */
    float place = (float)talker->at++ / (float)talker->syllable;
    return talker->level * 4 * place * (1 - place) * y;
}

static void add_talker(float *x, size_t n, double rate_hz, struct kin_random *random)
{
    struct talker talker;
    talker_init(&talker, random);
    float nearness = (float)pow(10, uniform(random, -14, 0) / 20);
    for (size_t i = 0; i < n; i++) {
        if (talker.at >= talker.syllable)
            next_syllable(&talker, random, rate_hz);
        x[i] += nearness * talker_step(&talker, rate_hz);
    }
}

/* Early and late reflections: four combs and two all-passes (Schroeder, «Natural sounding
 * artificial reverberation», J. Audio Eng. Soc. 10, 1962), about 0.9 s. */
static void delay_line(float *x, size_t n, size_t delay, float feedback, bool allpass, float *line,
                       float *out)
{
    memset(line, 0, delay * sizeof *line);
    for (size_t i = 0, at = 0; i < n; i++, at = at + 1 < delay ? at + 1 : 0) {
        float old = line[at];
        float fed = x[i] + feedback * old;
        line[at] = fed;
        out[i] = allpass ? old - feedback * fed : out[i] + old;
    }
}

static int reverberate(float *x, size_t n, double rate_hz, struct kin_error *err)
{
    static const double combs[] = {0.0297, 0.0371, 0.0411, 0.0437};
    static const double allpasses[] = {0.005, 0.0017};
    KIN_AUTO(kin_auto_free) float *line = NULL;
    KIN_AUTO(kin_auto_free) float *wet = NULL;
    KIN_TRY(kin_alloc_into(&line, (size_t)(0.05 * rate_hz) + 2, sizeof *line, err));
    KIN_TRY(kin_alloc_into(&wet, n, sizeof *wet, err));
    for (size_t i = 0; i < KIN_COUNT(combs); i++) {
        float feedback = (float)pow(10, -3 * combs[i] / 0.9);
        delay_line(x, n, (size_t)(combs[i] * rate_hz) + 1, feedback, false, line, wet);
    }
    for (size_t i = 0; i < KIN_COUNT(allpasses); i++)
        delay_line(wet, n, (size_t)(allpasses[i] * rate_hz) + 1, 0.7f, true, line, wet);
    for (size_t i = 0; i < n; i++)
        x[i] += 0.3f * wet[i];
    return 0;
}

/* A glass: four partials out of tune with each other, each dying away at its own pace. */
static void add_clink(float *x, size_t n, double rate_hz, struct kin_random *random)
{
    double level = pow(10, uniform(random, -22, -4) / 20);
    double lowest_hz = uniform(random, 1500, 3200);
    for (size_t partial = 0; partial < 4; partial++) {
        double hz = lowest_hz * (1 + (double)partial * uniform(random, 0.55, 0.85));
        double seconds = uniform(random, 0.02, 0.14);
        if (hz > 0.45 * rate_hz)
            continue;
        size_t length = (size_t)(6 * seconds * rate_hz);
        for (size_t i = 0; i < n && i < length; i++) {
            double t = (double)i / rate_hz;
            x[i] += (float)(level * exp(-t / seconds) * sin(TWO_PI * hz * t));
        }
        level *= 0.7;
    }
}

/* Now and then, by chance alone: exponential gaps of 0.8 s in the mean. */
static void add_clinks(float *x, size_t n, double rate_hz, struct kin_random *random)
{
    double at = 0;
    for (;;) {
        at += -0.8 * log(1 - kin_random_unit(random)) * rate_hz;
        if (at >= (double)n)
            return;
        size_t start = (size_t)at;
        add_clink(x + start, n - start, rate_hz, random);
    }
}

/* The refrigerator behind the counter and the air of the room. */
static void add_hum(float *x, size_t n, double rate_hz, struct kin_random *random)
{
    uint32_t state = kin_random_u32(random);
    double mains = TWO_PI * 50 / rate_hz;
    float air = 0;
    for (size_t i = 0; i < n; i++) {
        double t = mains * (double)i;
        air += 0.02f * (hiss(&state) - air);
        double hum = 0.3 * sin(t) + 0.5 * sin(2 * t) + 0.2 * sin(3 * t) + 0.1 * sin(4 * t);
        x[i] += (float)(0.12 * hum);
        x[i] += 1.5f * air + 0.01f * hiss(&state);
    }
}

static void scale_to_rms(float *x, size_t n, double rms)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    if (!(sum > 0))
        return;
    float gain = (float)(rms / sqrt(sum / (double)n));
    for (size_t i = 0; i < n; i++)
        x[i] *= gain;
}

static int check(unsigned rate_hz, double seconds, struct kin_error *err)
{
    if (rate_hz < 4000 || rate_hz > 192000)
        return kin_fail(err, KIN_EINVAL, "a bar at %u Hz, wanted 4000 to 192000", rate_hz);
    if (!(seconds >= 0.1 && seconds <= 3600))
        return kin_fail(err, KIN_EINVAL, "a bar of %g s, wanted 0.1 to 3600", seconds);
    return 0;
}

int kin_noise_bar(unsigned rate_hz, double seconds, uint64_t seed, struct kin_audio *out,
                  struct kin_error *err)
{
    KIN_TRY(check(rate_hz, seconds, err));
    KIN_AUTO(kin_audio_release) struct kin_audio bar = {0};
    size_t n = (size_t)(seconds * rate_hz);
    KIN_TRY(kin_audio_alloc(&bar, n, rate_hz, err));
    struct kin_random random = kin_random_stream(seed, "bar", 3);
    for (size_t i = 0; i < TALKERS; i++)
        add_talker(bar.samples, n, rate_hz, &random);
    scale_to_rms(bar.samples, n, 1);
    add_clinks(bar.samples, n, rate_hz, &random);
    KIN_TRY(reverberate(bar.samples, n, rate_hz, err));
    add_hum(bar.samples, n, rate_hz, &random);
    scale_to_rms(bar.samples, n, 0.1);
    *out = bar;
    bar.samples = NULL;
    return 0;
}
