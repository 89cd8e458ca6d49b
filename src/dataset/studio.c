/* The studio's composer: decides the plan of a song and has its parts written. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataset/plan.h"
#include "kindred/memory.h"

static const char *const part_names[KIN_STUDIO_PARTS] = {"lead", "voice", "chords",
                                                         "pad",  "bass",  "drums"};

const char *kin_studio_part_name(enum kin_studio_part part)
{
    return part_names[part];
}

/* ---- the plan ---- */

struct kin_random kin_plan_random(const struct plan *plan, const char *aspect, unsigned number)
{
    char name[96];
    int length = snprintf(name, sizeof name, "studio song %llu %s %u",
                          (unsigned long long)plan->index, aspect, number);
    return kin_random_stream(plan->seed, name, (size_t)length);
}

unsigned kin_plan_letter(unsigned bar)
{
    return bar / PHRASE_BARS % 4 == 2;
}

unsigned kin_plan_chord(const struct plan *plan, unsigned bar)
{
    return (unsigned)(plan->progressions[kin_plan_letter(bar)][bar % PHRASE_BARS] - '1');
}

static int modulo(int a, int n)
{
    return (a % n + n) % n;
}

int kin_plan_semitones(const struct plan *plan, int step, unsigned chord)
{
    static const int scales[2][7] = {{0, 2, 4, 5, 7, 9, 11}, {0, 2, 3, 5, 7, 8, 10}};
    int degree = modulo(step, 7);
    int raised = plan->minor && chord == 4 && degree == 6;
    return (step - degree) / 7 * 12 + scales[plan->minor][degree] + raised;
}

bool kin_plan_in_chord(const struct plan *plan, int step, unsigned chord)
{
    int above = modulo(step - (int)chord, 7);
    return above == 0 || above == 2 || above == 4 || (plan->style->sevenths && above == 6);
}

uint32_t kin_plan_tick(const struct plan *plan, unsigned bar, unsigned step)
{
    static const double delay[4] = {0, 0, 1, 0.5}; /* in eighths */
    double swing = plan->style->swing * delay[step % 4] * 2 * STEP_TICKS;
    return (bar * plan->steps + step) * STEP_TICKS + (uint32_t)lround(swing);
}

/* Every eleven songs have each label once, in an order of their own. */
static const struct lead *choose_lead(uint64_t seed, uint64_t index)
{
    char name[64];
    int length = snprintf(name, sizeof name, "studio labels %llu",
                          (unsigned long long)(index / KIN_STUDIO_LABELS));
    struct kin_random random = kin_random_stream(seed, name, (size_t)length);
    unsigned order[KIN_STUDIO_LABELS];
    for (unsigned i = 0; i < KIN_STUDIO_LABELS; i++) {
        unsigned j = (unsigned)kin_random_below(&random, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    return &kin_leads[order[index % KIN_STUDIO_LABELS]];
}

/* A player of the style, another instrument than the lead if there is one. */
static struct player choose_player(const struct player *players, size_t n, const char *label,
                                   struct kin_random *random)
{
    size_t first = (size_t)kin_random_below(random, n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(players[(first + i) % n].tag, label) != 0)
            return players[(first + i) % n];
    return players[first];
}

static void choose_patterns(struct plan *plan)
{
    const struct style *style = plan->style;
    struct kin_random random = kin_plan_random(plan, "patterns", 0);
    const char *const *progressions = plan->minor ? style->minor_key : style->major;
    size_t first = (size_t)kin_random_below(&random, STYLE_CHOICES);
    size_t chords = (size_t)kin_random_below(&random, STYLE_CHOICES);
    size_t bass = (size_t)kin_random_below(&random, STYLE_CHOICES);
    for (size_t letter = 0; letter < 2; letter++) {
        plan->progressions[letter] = progressions[(first + letter) % STYLE_CHOICES];
        plan->chord_pattern[letter] = style->chord_patterns[(chords + letter) % STYLE_CHOICES];
        plan->bass_pattern[letter] = style->bass_patterns[(bass + letter) % STYLE_CHOICES];
    }
    const struct groove *groove = &style->grooves[kin_random_below(&random, 2)];
    plan->groove = groove->lines[0].pattern ? groove : NULL;
    plan->drums_wait = kin_random_unit(&random) < 0.3;
}

static struct plan make_plan(const struct kin_studio_params *params, uint64_t index)
{
    struct plan plan = {.seed = params->seed, .index = index};
    struct kin_random random = kin_plan_random(&plan, "plan", 0);
    const struct style *style = plan.style = &kin_styles[kin_random_below(&random, STYLES)];
    const struct lead *lead = plan.lead = choose_lead(params->seed, index);
    plan.lead_program = lead->programs[kin_random_below(&random, lead->n_programs)];
    plan.bpm =
        style->bpm_low + (unsigned)kin_random_below(&random, 1u + style->bpm_high - style->bpm_low);
    plan.tonic = (unsigned)kin_random_below(&random, 12);
    plan.minor = kin_random_unit(&random) < style->minor;
    plan.chords = choose_player(style->chords, STYLE_CHOICES, lead->label, &random);
    plan.bass = choose_player(style->bass, 2, lead->label, &random);
    plan.pad = style->pad;
    plan.has_pad = kin_random_unit(&random) < style->pad_share &&
                   plan.pad.program != plan.chords.program &&
                   strcmp(plan.pad.tag, lead->label) != 0;
    plan.has_voice = kin_random_unit(&random) < params->vocals && strcmp(lead->label, "voi") != 0;
    plan.steps = style->beats * 4u;
    double bar_seconds = style->beats * 60.0 / plan.bpm;
    plan.bars = (unsigned)ceil(params->seconds / bar_seconds) + 1;
    choose_patterns(&plan);
    return plan;
}

/* ---- the song ---- */

static void add_tag(struct kin_song_score *song, const char *tag)
{
    size_t at = 0;
    while (at < song->n_tags && strcmp(song->tags[at], tag) < 0)
        at++;
    if (at < song->n_tags && strcmp(song->tags[at], tag) == 0)
        return;
    memmove(&song->tags[at + 1], &song->tags[at], (song->n_tags - at) * sizeof song->tags[0]);
    song->tags[at] = tag;
    song->n_tags++;
}

static void add_tags(struct kin_song_score *song, const struct plan *plan)
{
    add_tag(song, plan->bpm < 90 ? "slow" : plan->bpm < 125 ? "medium" : "fast");
    add_tag(song, plan->minor ? "minor" : "major");
    add_tag(song, plan->style->name);
    add_tag(song, plan->lead->label);
    add_tag(song, plan->chords.tag);
    add_tag(song, plan->bass.tag);
    if (plan->has_pad)
        add_tag(song, plan->pad.tag);
    if (plan->has_voice)
        add_tag(song, "voi");
    if (plan->groove)
        add_tag(song, "drums");
}

/* The lead stands out: the others are 6 dB and more below it. */
static void set_levels(struct kin_song_score *song, const struct plan *plan, bool sung)
{
    static const double levels[KIN_STUDIO_PARTS] = {
        [KIN_STUDIO_VOICE] = -7, [KIN_STUDIO_CHORDS] = -9, [KIN_STUDIO_PAD] = -13,
        [KIN_STUDIO_BASS] = -8,  [KIN_STUDIO_DRUMS] = -8,
    };
    struct kin_random random = kin_plan_random(plan, "levels", 0);
    for (int part = 0; part < KIN_STUDIO_PARTS; part++)
        song->parts[part].level_db = levels[part] + 4 * (kin_random_unit(&random) - 0.5);
    song->parts[sung ? KIN_STUDIO_VOICE : KIN_STUDIO_LEAD].level_db = 0;
    song->peak = pow(10, -(0.5 + 5.5 * kin_random_unit(&random)) / 20);
}

static int by_start(const void *a, const void *b)
{
    const struct kin_note *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->key > y->key) - (x->key < y->key);
}

int kin_score_add(struct kin_studio_score *score, uint32_t start, uint32_t length, int key,
                  int velocity, struct kin_error *err)
{
    KIN_TRY(kin_grow(&score->notes, &score->capacity, score->n + 1, sizeof *score->notes, err));
    score->notes[score->n++] = (struct kin_note){
        .start = start,
        .length = length,
        .key = (uint8_t)key,
        .velocity = (uint8_t)(velocity < 1     ? 1
                              : velocity > 127 ? 127
                                               : velocity),
    };
    return 0;
}

static int write_parts(const struct plan *plan, struct kin_song_score *song, struct kin_error *err)
{
    bool sung = strcmp(plan->lead->label, "voi") == 0;
    set_levels(song, plan, sung);
    struct kin_studio_score *lead = &song->parts[sung ? KIN_STUDIO_VOICE : KIN_STUDIO_LEAD];
    lead->program = plan->lead_program;
    KIN_TRY(kin_compose_melody(plan, lead, err));
    KIN_TRY(kin_compose_accompaniment(plan, song, err));
    for (int part = 0; part < KIN_STUDIO_PARTS; part++)
        if (song->parts[part].n > 0)
            qsort(song->parts[part].notes, song->parts[part].n, sizeof(struct kin_note), by_start);
    return 0;
}

int kin_studio_compose(const struct kin_studio_params *params, uint64_t index,
                       struct kin_song_score *out, struct kin_error *err)
{
    if (!(params->seconds >= 1 && params->seconds <= 600))
        return kin_fail(err, KIN_EINVAL, "a song of %g seconds, wanted 1 to 600", params->seconds);
    if (!(params->vocals >= 0 && params->vocals <= 1))
        return kin_fail(err, KIN_EINVAL, "a share of %g, wanted 0 to 1", params->vocals);
    struct plan plan = make_plan(params, index);
    struct kin_song_score song = {
        .label = plan.lead->label,
        .style = plan.style->name,
        .bpm = plan.bpm,
        .tonic = plan.tonic,
        .minor = plan.minor,
        .seconds = params->seconds,
    };
    add_tags(&song, &plan);
    int status = write_parts(&plan, &song, err);
    if (status != 0)
        kin_song_score_release(&song);
    else
        *out = song;
    return status;
}

void kin_song_score_release(struct kin_song_score *song)
{
    for (int part = 0; part < KIN_STUDIO_PARTS; part++)
        kin_free(song->parts[part].notes);
    *song = (struct kin_song_score){0};
}
