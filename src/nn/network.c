#include "nn/network.h"

#include <string.h>

static int use_arranged(struct pass *pass, struct kin_error *err)
{
    pass->values = pass->network->arranged;
    return pass->values
               ? 0
               : kin_fail(err, KIN_EINVAL, "no values, and the network has none of an evaluation");
}

static int check_use(const struct kin_network *network, enum kin_network_use wanted,
                     struct kin_error *err)
{
    static const char *const uses[] = {"training", "evaluation", "embedding"};
    return network->use <= wanted ? 0
                                  : kin_fail(err, KIN_EINVAL, "the network was made for %s, not %s",
                                             uses[network->use], uses[wanted]);
}

int kin_network_apply(struct kin_network *network, const float *values, const float *input,
                      size_t n, float *output, float *z, struct kin_error *err)
{
    size_t inputs = kin_network_inputs(network), outputs = kin_network_outputs(network);
    size_t size = kin_network_embedding(network);
    KIN_TRY(check_use(network, output ? KIN_NETWORK_EVALUATES : KIN_NETWORK_EMBEDS, err));
    struct pass pass = {
        .network = network,
        .values = (float *)(uintptr_t)values,
        .decode = output != NULL,
    };
    KIN_TRY(values ? forward_prepare(&pass, err) : use_arranged(&pass, err));
    for (size_t done = 0; done < n; done += network->batch) {
        pass.images = n - done < network->batch ? n - done : network->batch;
        pass.input = input + done * inputs;
        pass.output = output ? output + done * outputs : NULL;
        pass.z = z ? z + done * size : NULL;
        KIN_TRY(forward_apply(&pass, err));
    }
    return 0;
}

static int check_target(const struct kin_network *network, const struct kin_target *target,
                        struct kin_error *err)
{
    const char *missing = NULL;
    switch (network->spec.task) {
    case KIN_NN_AT:
        missing = target->tags ? NULL : "tags";
        break;
    case KIN_NN_IR:
        missing = target->label ? NULL : "label";
        break;
    case KIN_NN_AE:
        missing = target->image || !network->spec.baseline ? NULL : "image";
        break;
    default:
        missing = !target->magnitude ? "magnitude" : target->voice ? NULL : "voice";
    }
    if (missing)
        return kin_fail(err, KIN_EINVAL, "the network's target has no '%s'", missing);
    return 0;
}

/* What training mode has made, for the caller. */
static void give_outputs(const struct pass *pass, float *output)
{
    const struct kin_network *network = pass->network;
    size_t n = kin_network_outputs(network);
    const float *from =
        network->decoder ? network_map(network, 0) : network->dense[network->n_dense - 1].y;
    memcpy(output, from, network->batch * n * sizeof *from);
}

int kin_network_gradient(struct kin_network *network, float *values, const float *input,
                         const struct kin_target *target, struct kin_draw draw, float *gradient,
                         float *output, double *loss, struct kin_error *err)
{
    if (network->batch < 2)
        return kin_fail(
            err, KIN_EINVAL,
            "a batch of 1 cannot be normalised by its own statistics, wanted 2 or more");
    KIN_TRY(check_use(network, KIN_NETWORK_TRAINS, err));
    KIN_TRY(check_target(network, target, err));
    struct pass pass = {
        .network = network,
        .values = values,
        .input = input,
        .images = network->batch,
        .target = target,
        .gradient = gradient,
        .training = true,
        .draw = draw,
    };
    KIN_TRY(forward_prepare(&pass, err));
    KIN_TRY(forward_train(&pass, err));
    KIN_TRY(network_judge(&pass, loss, err));
    if (output)
        give_outputs(&pass, output);
    return gradient ? backward(&pass, err) : 0;
}

int kin_network_loss(struct kin_network *network, const float *values, const float *input,
                     const struct kin_target *target, double *loss, struct kin_error *err)
{
    KIN_TRY(check_use(network, KIN_NETWORK_EVALUATES, err));
    KIN_TRY(check_target(network, target, err));
    struct pass pass = {
        .network = network,
        .values = (float *)(uintptr_t)values,
        .input = input,
        .images = network->batch,
        .target = target,
        .decode = true,
    };
    KIN_TRY(forward_prepare(&pass, err));
    KIN_TRY(forward_apply(&pass, err));
    return network_judge(&pass, loss, err);
}
