#include "learner.h"

#include <math.h>
#include <string.h>

#include "kindred/machine.h"
#include "kindred/memory.h"
#include "kindred/text.h"

/* ---- life ---- */

/* A network for batches of that many clips; made when first needed. */
static int network_for(struct learner *learner, size_t clips, struct kin_network **out,
                       struct kin_error *err)
{
    size_t i = 0;
    while (learner->networks[i] && learner->clips[i] != clips)
        i++;
    if (!learner->networks[i]) {
        const struct kin_network_setup setup = {.batch = clips, .team = learner->team};
        KIN_TRY(kin_network_new(&learner->params.spec, &setup, &learner->networks[i], err));
        learner->clips[i] = clips;
    }
    *out = learner->networks[i];
    return 0;
}

int learner_init(struct learner *learner, const struct learner_params *params,
                 const struct kin_services *services, struct kin_error *err)
{
    struct kin_network *network;
    *learner = (struct learner){.params = *params, .services = services};
    KIN_TRY(kin_team_new(services->threads > 0 ? services->threads : 1, &learner->team, err));
    KIN_TRY(network_for(learner, params->plan.batch, &network, err));
    return training_state_init(&learner->state, kin_network_layout(network)->total,
                               params->plan.epochs, err);
}

void learner_release(struct learner *learner)
{
    for (size_t i = 0; i < LEARNER_NETWORKS; i++)
        kin_network_free(learner->networks[i]);
    kin_team_free(learner->team);
    training_state_release(&learner->state);
}

int learner_resume(struct learner *learner, const struct kin_value *prior, struct kin_error *err)
{
    const struct kin_services *services = learner->services;
    KIN_AUTO(kin_value_auto) struct kin_value *checkpoint = NULL;
    KIN_TRY(services->resume(services->context, &checkpoint, err));
    if (checkpoint)
        return training_state_read(&learner->state, checkpoint, err);
    if (prior)
        return training_state_read(&learner->state, prior, err);
    kin_layout_start(kin_network_layout(learner->networks[0]), learner->params.plan.seed,
                     learner->state.training.values);
    return 0;
}

/* ---- checkpoints ---- */

static int save(struct learner *learner, struct kin_error *err)
{
    struct kin_value *value;
    KIN_TRY(training_state_value(&learner->state, &value, err));
    KIN_TRY(learner->services->checkpoint(learner->services->context, value, err));
    learner->saved_s = kin_machine_seconds();
    return 0;
}

static int save_when_due(struct learner *learner, struct kin_error *err)
{
    if (learner->services->cancelled(learner->services->context)) {
        KIN_TRY(save(learner, err));
        return kin_fail(err, KIN_ECANCELLED, "stopped in epoch %zu of %zu; a checkpoint is kept",
                        learner->state.epoch + 1, learner->params.plan.epochs);
    }
    return kin_machine_seconds() - learner->saved_s < learner->params.checkpoint_s
               ? 0
               : save(learner, err);
}

/* ---- progress ---- */

/* Training clips that are left. */
static double clips_left(const struct learner *learner)
{
    const struct feed_plan *plan = &learner->params.plan;
    size_t whole = plan->epochs - learner->state.epoch;
    size_t done = learner->state.step * plan->batch;
    double left = (double)(whole * plan->training->n);
    return done < plan->training->n ? left - (double)done : left - (double)plan->training->n;
}

static void tell(const struct learner *learner)
{
    const struct training_state *state = &learner->state;
    const struct kin_services *services = learner->services;
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    const double *sums = state->sums;
    double rate = (double)learner->seen / (kin_machine_seconds() - learner->started_s);
    double left_s = clips_left(learner) / rate;
    size_t shown = state->epoch < learner->params.plan.epochs ? state->epoch + 1 : state->epoch;
    kin_text_addf(&text, "epoch %zu of %zu", shown, learner->params.plan.epochs);
    if (sums[CLIPS_TRAINING] > 0)
        kin_text_addf(&text, ", loss %.4g", sums[SUM_TRAINING] / sums[CLIPS_TRAINING]);
    else if (state->epoch > 0)
        kin_text_addf(&text, ", loss %.4g", state->training_loss[state->epoch - 1]);
    if (state->epoch > 0 && !isnan(state->validation_loss[state->epoch - 1]))
        kin_text_addf(&text, ", validation %.4g", state->validation_loss[state->epoch - 1]);
    if (learner->seen > 0)
        kin_text_addf(&text, ", %.0f clips/s, %.0f:%02.0f left", rate, floor(left_s / 60),
                      floor(fmod(left_s, 60)));
    services->progress(services->context, kin_text_string(&text));
}

/* ---- steps ---- */

static int train(struct learner *learner, struct kin_network *network,
                 const struct kin_batch *batch, double *loss, struct kin_error *err)
{
    const struct learner_params *params = &learner->params;
    const struct kin_target target = kin_batch_target(batch);
    KIN_TRY(kin_training_step(network, &params->adam, params->plan.seed, batch->input, &target,
                              &learner->state.training, loss, err));
    if (!isfinite(*loss))
        return kin_fail(err, KIN_EDATA,
                        "the loss is %g in epoch %zu, wanted a finite number; a smaller 'rate' "
                        "may help",
                        *loss, learner->state.epoch + 1);
    learner->seen += batch->clips;
    return 0;
}

static int validate(struct learner *learner, struct kin_network *network,
                    const struct kin_batch *batch, double *loss, struct kin_error *err)
{
    const struct kin_target target = kin_batch_target(batch);
    return kin_network_loss(network, learner->state.training.values, batch->input, &target, loss,
                            err);
}

static int step(struct learner *learner, const struct kin_batch *batch, struct kin_error *err)
{
    struct training_state *state = &learner->state;
    const struct feed_plan *plan = &learner->params.plan;
    bool trains = state->step < feed_training_steps(plan);
    struct kin_network *network;
    double loss;
    KIN_TRY(network_for(learner, batch->clips, &network, err));
    KIN_TRY(trains ? train(learner, network, batch, &loss, err)
                   : validate(learner, network, batch, &loss, err));
    double clips = (double)batch->clips;
    state->sums[trains ? SUM_TRAINING : SUM_VALIDATION] += loss * clips;
    state->sums[trains ? CLIPS_TRAINING : CLIPS_VALIDATION] += clips;
    if (++state->step == feed_steps(plan)) {
        training_state_end_epoch(state);
        learner->epochs_done++;
    }
    return 0;
}

static int run(struct learner *learner, struct feed *feed, struct kin_error *err)
{
    const struct kin_batch *batch;
    for (;;) {
        KIN_TRY(feed_next(feed, &batch, err));
        if (!batch)
            return 0;
        KIN_TRY(step(learner, batch, err));
        feed_return(feed);
        tell(learner);
        if (learner->state.epoch < learner->params.plan.epochs)
            KIN_TRY(save_when_due(learner, err));
    }
}

int learner_run(struct learner *learner, struct kin_error *err)
{
    struct feed *feed;
    learner->started_s = learner->saved_s = kin_machine_seconds();
    KIN_TRY(
        feed_start(&learner->params.plan, learner->state.epoch, learner->state.step, &feed, err));
    int status = run(learner, feed, err);
    feed_stop(feed);
    return status;
}
