/* Whole networks: gradients by finite differences, the same bits for every number of threads,
 * resumed trainings, and clips that do not know their neighbours. */
#include "kindred/nn.h"
#include "sample.h"
#include "support.h"

#define BATCH 12
#define HEIGHT 33
#define WIDTH 20
#define MAPS ((size_t)HEIGHT * WIDTH)
#define CLASSES 5
#define INPUTS 18

static struct kin_network_spec spec_of(size_t i)
{
    return (struct kin_network_spec){
        .task = (enum kin_nn_task)(i % KIN_NN_TASKS),
        .baseline = i >= KIN_NN_TASKS,
        .height = HEIGHT,
        .width = WIDTH,
        .channels = 4,
        .hidden = 24,
        .inputs = INPUTS,
        .classes = CLASSES,
        .dropout = 0.25,
    };
}
#define SPECS (2 * (size_t)KIN_NN_TASKS)

struct data {
    float *input, *image, *voice, *rest, *tags;
    int32_t label[BATCH];
    struct kin_target target;
};

static struct data *new_data(const struct kin_network_spec *spec)
{
    struct data *d = kin_alloc(1, sizeof *d);
    d->input = sample_numbers(BATCH * MAPS, "input");
    d->image = sample_numbers(BATCH * MAPS, "image");
    d->voice = sample_numbers(BATCH * MAPS, "voice");
    d->rest = sample_numbers(BATCH * MAPS, "rest");
    d->tags = sample_numbers(BATCH * CLASSES, "tags");
    for (size_t i = 0; i < BATCH; i++)
        d->label[i] = (int32_t)(i % CLASSES);
    for (size_t i = 0; i < BATCH * CLASSES; i++)
        d->tags[i] = d->tags[i] > 0;
    d->target = (struct kin_target){
        .tags = d->tags,
        .label = d->label,
        .image = spec->baseline ? d->image : NULL,
        .magnitude = d->image,
        .voice = d->voice,
        .rest = d->rest,
    };
    return d;
}

static void free_data(struct data *d)
{
    kin_free(d->input);
    kin_free(d->image);
    kin_free(d->voice);
    kin_free(d->rest);
    kin_free(d->tags);
    kin_free(d);
}

static struct kin_network *new_network(const struct kin_network_spec *spec,
                                       enum kin_convolution convolution, struct kin_team *team)
{
    struct kin_error err = {0};
    struct kin_network *network;
    const struct kin_network_setup setup = {
        .batch = BATCH, .convolution = convolution, .team = team};
    ck_ok(kin_network_new(spec, &setup, &network, &err));
    return network;
}

/* ---- finite differences ---- */

static double loss_of(struct kin_network *network, const float *values, const struct data *d)
{
    struct kin_error err = {0};
    size_t n = kin_network_layout(network)->total;
    float *copy = kin_alloc(n, sizeof *copy); /* running values move */
    double loss;
    memcpy(copy, values, n * sizeof *copy);
    ck_ok(kin_network_gradient(network, copy, d->input, &d->target, (struct kin_draw){1, 1}, NULL,
                               NULL, &loss, &err));
    kin_free(copy);
    return loss;
}

/* Along the gradient itself, array by array, the loss must grow by its squared length. */
static void check_parameter(struct kin_network *network, const struct data *d, const float *values,
                            const float *gradient, const struct kin_parameter *p)
{
    size_t n = kin_network_layout(network)->total;
    double length = sqrt(sample_dot(gradient + p->offset, gradient + p->offset, p->count));
    if (length < 1e-5)
        return; /* biases before a normalisation: the truth is 0 */
    double best = INFINITY;
    for (double step = 2e-4; step < 2e-2; step *= 3) { /* between rounding and kinks */
        double side[2];
        for (int k = 0; k < 2; k++) {
            float *moved = kin_alloc(n, sizeof *moved);
            memcpy(moved, values, n * sizeof *moved);
            for (size_t i = p->offset; i < p->offset + p->count; i++)
                moved[i] += (float)((k ? -step : step) / length * (double)gradient[i]);
            side[k] = loss_of(network, moved, d);
            kin_free(moved);
        }
        best = fmin(best, fabs((side[0] - side[1]) / (2 * step) / length - 1));
    }
    ck_assert_msg(best < 0.03, "%s: off by %g of itself", p->name, best);
}

/* A decoder that unpools jumps where a place of a maximum changes, which encoder weights do and the
 * gradient knows nothing of; those are left to AT and IR and to the reference values. */
static bool jumps(const struct kin_network_spec *spec, const struct kin_parameter *p)
{
    bool decodes = spec->task == KIN_NN_AE || spec->task == KIN_NN_VS;
    return decodes && strncmp(p->name, "enc", 3) == 0;
}

START_TEST(gradients_by_finite_differences)
{
    struct kin_error err = {0};
    for (size_t i = 0; i < SPECS; i++) {
        struct kin_network_spec spec = spec_of(i);
        struct kin_network *network = new_network(&spec, KIN_CONVOLUTION_BEST, NULL);
        const struct kin_layout *layout = kin_network_layout(network);
        struct data *d = new_data(&spec);
        float *values = kin_alloc(layout->total, sizeof *values), *copy, *gradient;
        copy = kin_alloc(layout->total, sizeof *copy);
        gradient = kin_alloc(layout->total, sizeof *gradient);
        kin_layout_start(layout, 5, values);
        memcpy(copy, values, layout->total * sizeof *copy);
        double loss;
        ck_ok(kin_network_gradient(network, copy, d->input, &d->target, (struct kin_draw){1, 1},
                                   gradient, NULL, &loss, &err));
        for (size_t k = 0; k < layout->n; k++) {
            if (layout->items[k].trained && !jumps(&spec, &layout->items[k]))
                check_parameter(network, d, values, gradient, &layout->items[k]);
        }
        kin_free(values);
        kin_free(copy);
        kin_free(gradient);
        free_data(d);
        kin_network_free(network);
    }
}
END_TEST

/* The long way and the fast one, with more channels than a vector has lanes; maps without ties. */
START_TEST(every_convolution_gives_the_same_gradient)
{
    struct kin_error err = {0};
    for (size_t i = 0; i < SPECS; i++) {
        struct kin_network_spec spec = spec_of(i);
        spec.channels = 20;
        spec.hidden = 40;
        struct data *d = new_data(&spec);
        float *gradient[2], *values[2];
        double loss[2], largest = 0, off = 0;
        size_t n = 0;
        for (int k = 0; k < 2; k++) {
            struct kin_network *network =
                new_network(&spec, k ? KIN_CONVOLUTION_PLAIN : KIN_CONVOLUTION_BEST, NULL);
            const struct kin_layout *layout = kin_network_layout(network);
            n = layout->total;
            values[k] = kin_alloc(n, sizeof(float));
            gradient[k] = kin_alloc(n, sizeof(float));
            kin_layout_start(layout, 5, values[k]);
            ck_ok(kin_network_gradient(network, values[k], d->input, &d->target,
                                       (struct kin_draw){1, 1}, gradient[k], NULL, &loss[k], &err));
            kin_network_free(network);
        }
        for (size_t k = 0; k < n; k++) {
            largest = fmax(largest, fabs((double)gradient[1][k]));
            off = fmax(off, fabs((double)gradient[0][k] - (double)gradient[1][k]));
            ck_assert_double_eq_tol((double)values[0][k], (double)values[1][k], 1e-5);
        }
        ck_assert_double_eq_tol(loss[0], loss[1], 1e-5);
        ck_assert_double_le(off, 1e-2 * largest); /* a place may go the other way */
        for (int k = 0; k < 2; k++) {
            kin_free(values[k]);
            kin_free(gradient[k]);
        }
        free_data(d);
    }
}
END_TEST

/* ---- training ---- */

static struct kin_training new_state(const struct kin_layout *layout)
{
    struct kin_training state = {
        .values = kin_alloc(4 * layout->total, sizeof(float)),
    };
    state.moment = state.values + layout->total;
    state.square = state.moment + layout->total;
    state.largest = state.square + layout->total;
    kin_layout_start(layout, 9, state.values);
    return state;
}

/* steps steps on fresh buffers, from the state onwards. */
static void train(const struct kin_network_spec *spec, enum kin_convolution convolution,
                  size_t threads, size_t steps, struct kin_training *state)
{
    struct kin_error err = {0};
    struct kin_team *team;
    struct kin_adam adam = kin_adam_defaults();
    ck_ok(kin_team_new(threads, &team, &err));
    struct kin_network *network = new_network(spec, convolution, team);
    struct data *d = new_data(spec);
    if (!state->values)
        *state = new_state(kin_network_layout(network));
    for (size_t i = 0; i < steps; i++) {
        double loss;
        ck_ok(kin_training_step(network, &adam, 11, d->input, &d->target, state, &loss, &err));
        ck_assert(isfinite(loss));
    }
    free_data(d);
    kin_network_free(network);
    kin_team_free(team);
}

static void same_state(const struct kin_network_spec *spec, struct kin_training *a,
                       struct kin_training *b)
{
    struct kin_error err = {0};
    struct kin_layout layout;
    ck_ok(kin_layout_new(spec, &layout, &err));
    ck_assert_mem_eq(a->values, b->values, 4 * layout.total * sizeof(float));
    ck_assert_uint_eq(a->steps, b->steps);
    kin_layout_release(&layout);
}

START_TEST(any_number_of_threads_gives_the_same_bits)
{
    for (size_t i = 0; i < SPECS; i++) {
        struct kin_network_spec spec = spec_of(i);
        for (int plain = 0; plain < 2; plain++) {
            enum kin_convolution how = plain ? KIN_CONVOLUTION_PLAIN : KIN_CONVOLUTION_BEST;
            struct kin_training first = {0};
            train(&spec, how, 1, 3, &first);
            for (size_t threads = 2; threads <= 3; threads++) {
                struct kin_training other = {0};
                train(&spec, how, threads, 3, &other);
                same_state(&spec, &first, &other);
                kin_free(other.values);
            }
            kin_free(first.values);
        }
    }
}
END_TEST

START_TEST(a_resumed_training_continues_to_the_same_bits)
{
    for (size_t i = 0; i < SPECS; i++) {
        struct kin_network_spec spec = spec_of(i);
        struct kin_training whole = {0}, resumed = {0};
        train(&spec, KIN_CONVOLUTION_BEST, 1, 4, &whole);
        train(&spec, KIN_CONVOLUTION_BEST, 1, 2, &resumed);
        train(&spec, KIN_CONVOLUTION_BEST, 2, 2, &resumed);
        same_state(&spec, &whole, &resumed);
        kin_free(whole.values);
        kin_free(resumed.values);
    }
}
END_TEST

START_TEST(training_lowers_the_loss)
{
    struct kin_error err = {0};
    for (size_t i = 0; i < SPECS; i++) {
        struct kin_network_spec spec = spec_of(i);
        spec.dropout = 0;
        struct kin_network *network = new_network(&spec, KIN_CONVOLUTION_BEST, NULL);
        struct kin_training state = new_state(kin_network_layout(network));
        struct kin_adam adam = kin_adam_defaults();
        struct data *d = new_data(&spec);
        double first = 0, loss = 0;
        for (int step = 0; step < 30; step++) {
            ck_ok(kin_training_step(network, &adam, 11, d->input, &d->target, &state, &loss, &err));
            first = step == 0 ? loss : first;
        }
        ck_assert_double_lt(loss, first);
        kin_free(state.values);
        free_data(d);
        kin_network_free(network);
    }
}
END_TEST

/* ---- evaluation ---- */

START_TEST(a_clip_s_result_is_its_own)
{
    struct kin_error err = {0};
    for (size_t i = 0; i < SPECS; i++) {
        struct kin_network_spec spec = spec_of(i);
        struct kin_network *network = new_network(&spec, KIN_CONVOLUTION_BEST, NULL);
        struct data *d = new_data(&spec);
        struct kin_training state = new_state(kin_network_layout(network));
        size_t in = kin_network_inputs(network), out = kin_network_outputs(network);
        size_t size = kin_network_embedding(network), n = BATCH + 7;
        float *input = kin_alloc(n * in, sizeof *input), *y = kin_alloc(n * out, sizeof *y);
        float *z = kin_alloc(n * size, sizeof *z), *one = kin_alloc(out, sizeof *one);
        float *one_z = kin_alloc(size, sizeof *one_z);
        for (size_t k = 0; k < n; k++)
            memcpy(input + k * in, d->input + k % BATCH * in, in * sizeof *input);
        ck_ok(kin_network_apply(network, state.values, input, n, y, z, &err));
        for (size_t k = 0; k < n; k++) {
            const float *values = k % 2 ? NULL : state.values; /* those of the call before */
            ck_ok(kin_network_apply(network, values, input + k * in, 1, one, one_z, &err));
            ck_assert_mem_eq(one, y + k * out, out * sizeof *one);
            ck_assert_mem_eq(one_z, z + k * size, size * sizeof *one_z);
        }
        kin_free(input);
        kin_free(y);
        kin_free(z);
        kin_free(one);
        kin_free(one_z);
        kin_free(state.values);
        free_data(d);
        kin_network_free(network);
    }
}
END_TEST

START_TEST(values_are_those_of_the_last_evaluation)
{
    struct kin_error err = {0};
    struct kin_network_spec spec = spec_of(KIN_NN_AT);
    struct kin_network *network = new_network(&spec, KIN_CONVOLUTION_BEST, NULL);
    struct data *d = new_data(&spec);
    struct kin_training state = new_state(kin_network_layout(network));
    float *z = kin_alloc(BATCH * kin_network_embedding(network), sizeof *z);
    double loss;
    ck_assert_int_eq(kin_network_apply(network, NULL, d->input, 1, NULL, z, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "no values, and the network has none of an evaluation");
    ck_ok(kin_network_loss(network, state.values, d->input, &d->target, &loss, &err));
    ck_ok(kin_network_apply(network, NULL, d->input, 1, NULL, z, &err));
    ck_ok(kin_network_gradient(network, state.values, d->input, &d->target, (struct kin_draw){0},
                               NULL, NULL, &loss, &err));
    ck_assert_int_eq(kin_network_apply(network, NULL, d->input, 1, NULL, z, &err), KIN_EINVAL);
    kin_free(z);
    kin_free(state.values);
    free_data(d);
    kin_network_free(network);
}
END_TEST

/* A network that was made for less gives the same bits, and does no more than that. */
START_TEST(a_network_does_what_it_was_made_for)
{
    struct kin_error err = {0};
    for (size_t task = KIN_NN_AT; task <= KIN_NN_TASKS; task++) {
        struct kin_network_spec spec = spec_of(task);
        const struct kin_network_setup lean = {.batch = BATCH, .use = KIN_NETWORK_EMBEDS};
        const struct kin_network_setup judge = {.batch = BATCH, .use = KIN_NETWORK_EVALUATES};
        struct kin_network *all = new_network(&spec, KIN_CONVOLUTION_BEST, NULL), *embeds, *judges;
        ck_ok(kin_network_new(&spec, &lean, &embeds, &err));
        ck_ok(kin_network_new(&spec, &judge, &judges, &err));
        struct data *d = new_data(&spec);
        struct kin_training state = new_state(kin_network_layout(all));
        size_t size = kin_network_embedding(all), outputs = kin_network_outputs(all);
        float *z = kin_alloc(2 * BATCH * size, sizeof *z);
        float *y = kin_alloc(2 * BATCH * outputs, sizeof *y);
        ck_ok(kin_network_apply(all, state.values, d->input, BATCH, y, z, &err));
        ck_ok(kin_network_apply(embeds, state.values, d->input, BATCH, NULL, z + BATCH * size,
                                &err));
        ck_assert_mem_eq(z, z + BATCH * size, BATCH * size * sizeof *z);
        ck_ok(kin_network_apply(judges, state.values, d->input, BATCH, y + BATCH * outputs, NULL,
                                &err));
        ck_assert_mem_eq(y, y + BATCH * outputs, BATCH * outputs * sizeof *y);
        double loss;
        ck_assert_int_eq(kin_network_apply(embeds, NULL, d->input, BATCH, y, NULL, &err),
                         KIN_EINVAL);
        ck_assert_str_eq(err.text, "the network was made for embedding, not evaluation");
        ck_assert_int_eq(kin_network_gradient(judges, state.values, d->input, &d->target,
                                              (struct kin_draw){0}, NULL, NULL, &loss, &err),
                         KIN_EINVAL);
        ck_assert_str_eq(err.text, "the network was made for evaluation, not training");
        kin_free(y);
        kin_free(z);
        kin_free(state.values);
        free_data(d);
        kin_network_free(judges);
        kin_network_free(embeds);
        kin_network_free(all);
    }
}
END_TEST

/* The same at the paper's sizes, where Winograd's algorithm is taken. */
START_TEST(a_clip_s_result_is_its_own_at_full_size)
{
    struct kin_error err = {0};
    const struct kin_network_spec spec = {
        .task = KIN_NN_AT,
        .height = 513,
        .width = 128,
        .channels = 16,
        .hidden = 256,
        .classes = CLASSES,
    };
    const struct kin_network_setup setup = {.batch = 6, .use = KIN_NETWORK_EMBEDS};
    struct kin_network *network;
    ck_ok(kin_network_new(&spec, &setup, &network, &err));
    struct kin_training state = new_state(kin_network_layout(network));
    size_t in = kin_network_inputs(network), n = 2 * setup.batch + 1;
    float *input = sample_numbers(n * in, "full"), *z = kin_alloc(n * 256, sizeof *z);
    float one[256];
    ck_ok(kin_network_apply(network, state.values, input, n, NULL, z, &err));
    for (size_t k = 0; k < n; k++) {
        ck_ok(kin_network_apply(network, NULL, input + k * in, 1, NULL, one, &err));
        ck_assert_mem_eq(one, z + k * 256, sizeof one);
    }
    kin_free(input);
    kin_free(z);
    kin_free(state.values);
    kin_network_free(network);
}
END_TEST

START_TEST(evaluation_changes_nothing_and_judges_as_training_does)
{
    struct kin_error err = {0};
    for (size_t i = 0; i < SPECS; i++) {
        struct kin_network_spec spec = spec_of(i);
        struct kin_network *network = new_network(&spec, KIN_CONVOLUTION_BEST, NULL);
        struct data *d = new_data(&spec);
        struct kin_training state = new_state(kin_network_layout(network));
        double first, second;
        ck_ok(kin_network_loss(network, state.values, d->input, &d->target, &first, &err));
        ck_ok(kin_network_loss(network, state.values, d->input, &d->target, &second, &err));
        ck_assert_double_eq(first, second);
        ck_assert(isfinite(first) && first > 0);
        kin_free(state.values);
        free_data(d);
        kin_network_free(network);
    }
}
END_TEST

/* ---- errors ---- */

START_TEST(a_missing_target_is_named)
{
    static const char *const missing[] = {"", "tags", "label", "magnitude", "image"};
    struct kin_error err = {0};
    const struct kin_target none = {0};
    double loss;
    for (size_t i = KIN_NN_AT; i <= KIN_NN_TASKS; i++) {
        struct kin_network_spec spec = spec_of(i);
        struct kin_network *network = new_network(&spec, KIN_CONVOLUTION_PLAIN, NULL);
        char want[64];
        snprintf(want, sizeof want, "the network's target has no '%s'", missing[i]);
        ck_assert_int_eq(kin_network_loss(network, NULL, NULL, &none, &loss, &err), KIN_EINVAL);
        ck_assert_str_eq(err.text, want);
        kin_network_free(network);
    }
}
END_TEST

START_TEST(batches_that_are_too_small_are_refused)
{
    struct kin_error err = {0};
    struct kin_network_spec spec = spec_of(KIN_NN_AE);
    struct kin_network_setup setup = {.batch = 0};
    struct kin_network *network;
    double loss;
    ck_assert_int_eq(kin_network_new(&spec, &setup, &network, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "batch of the network is 0, wanted at least 1");
    setup.batch = 1;
    ck_ok(kin_network_new(&spec, &setup, &network, &err));
    ck_assert_int_eq(kin_network_gradient(network, NULL, NULL, NULL, (struct kin_draw){0}, NULL,
                                          NULL, &loss, &err),
                     KIN_EINVAL);
    ck_assert_str_eq(err.text, "a batch of 1 cannot be normalised by its own statistics, wanted 2 "
                               "or more");
    kin_network_free(network);
    kin_network_free(NULL);
}
END_TEST

START_TEST(shares_divide_the_batch)
{
    ck_assert_uint_eq(kin_network_share(24), 6);
    ck_assert_uint_eq(kin_network_share(48), 6);
    ck_assert_uint_eq(kin_network_share(10), 5);
    ck_assert_uint_eq(kin_network_share(7), 1);
    ck_assert_uint_eq(kin_network_share(4), 4);
    ck_assert_uint_eq(kin_network_share(1), 1);
}
END_TEST

TEST_MAIN("network", gradients_by_finite_differences, every_convolution_gives_the_same_gradient,
          any_number_of_threads_gives_the_same_bits, a_resumed_training_continues_to_the_same_bits,
          training_lowers_the_loss, a_clip_s_result_is_its_own,
          values_are_those_of_the_last_evaluation, a_clip_s_result_is_its_own_at_full_size,
          a_network_does_what_it_was_made_for,
          evaluation_changes_nothing_and_judges_as_training_does, a_missing_target_is_named,
          batches_that_are_too_small_are_refused, shares_divide_the_batch)
