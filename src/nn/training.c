#include <math.h>

#include "kindred/memory.h"
#include "nn/network.h"

#define CHUNK 65536 /* numbers that a task updates */

struct kin_adam kin_adam_defaults(void)
{
    return (struct kin_adam){
        .rate = 1e-3,
        .decay = 1e-7,
        .beta1 = 0.9,
        .beta2 = 0.999,
        .epsilon = 1e-8,
    };
}

struct update {
    struct nn_adam numbers;
    const struct kin_layout *layout;
    struct kin_training *state;
    const float *gradient;
};

static void update_range(const struct update *update, size_t first, size_t n)
{
    const struct kin_training *state = update->state;
    nn_kernels()->adam(&update->numbers, n, update->gradient + first, state->values + first,
                       state->moment + first, state->square + first, state->largest + first);
}

/* The trained numbers among CHUNK of them. */
static int update_chunk(void *arg, size_t i, struct kin_error *err)
{
    (void)err;
    const struct update *update = arg;
    size_t from = i * CHUNK, to = from + CHUNK;
    for (size_t k = 0; k < update->layout->n; k++) {
        const struct kin_parameter *p = &update->layout->items[k];
        size_t first = p->offset > from ? p->offset : from;
        size_t end = p->offset + p->count < to ? p->offset + p->count : to;
        if (p->trained && first < end)
            update_range(update, first, end - first);
    }
    return 0;
}

int kin_adam_update(const struct kin_adam *adam, const struct kin_layout *layout,
                    struct kin_team *team, struct kin_training *state, const float *gradient,
                    struct kin_error *err)
{
    double t = (double)(state->steps + 1);
    struct update update = {
        .numbers =
            {
                .decay = (float)adam->decay,
                .beta1 = (float)adam->beta1,
                .beta2 = (float)adam->beta2,
                .rest1 = (float)(1 - adam->beta1),
                .rest2 = (float)(1 - adam->beta2),
                .rate = (float)(adam->rate / (1 - pow(adam->beta1, t))),
                .root = (float)(1 / sqrt(1 - pow(adam->beta2, t))),
                .epsilon = (float)adam->epsilon,
            },
        .layout = layout,
        .state = state,
        .gradient = gradient,
    };
    KIN_TRY(kin_team_run(team, update_chunk, &update, (layout->total + CHUNK - 1) / CHUNK, err));
    state->steps++;
    return 0;
}

int kin_training_step(struct kin_network *network, const struct kin_adam *adam, uint64_t seed,
                      const float *input, const struct kin_target *target,
                      struct kin_training *state, double *loss, struct kin_error *err)
{
    const struct kin_draw draw = {.seed = seed, .draw = state->steps};
    KIN_TRY(kin_network_gradient(network, state->values, input, target, draw, network->step, NULL,
                                 loss, err));
    return kin_adam_update(adam, &network->layout, network->team, state, network->step, err);
}
