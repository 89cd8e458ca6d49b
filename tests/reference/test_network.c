/* The networks against PyTorch (network/): outputs, embeddings, losses, gradients, and all numbers
 * after one and five updates, for every folder with a layout.csv and every back end. */
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kindred/csv.h"
#include "kindred/nn.h"
#include "kindred/npy.h"
#include "support.h"

/* Single precision, as tests/reference/README.md has them. */
#define OUTPUT_TOLERANCE 1e-4
#define GRADIENT_TOLERANCE 2e-5 /* relative to the largest */
#define LOSS_TOLERANCE 1e-4
/* After an update a rounding can flip a pooling place of the auto-encoder, as the README warns, and
 * then its numbers go another way: seen on one processor of several, after three updates, with the
 * first level in one pass and the rest in rows; elsewhere losses agree within 1e-7. What was computed
 * up to there is checked as ever, and so is the evaluation of the reference's own five updates. */
#define FLIPPED_LOSS_TOLERANCE 1e-3
#define AFTER_5_TOLERANCE 2e-3
#define SMALL_GRADIENT 1e-6 /* such weights may go either way */

struct fixture {
    char name[64];
    struct kin_network_spec spec;
    struct kin_csv rows;
    struct kin_network *network;
    const struct kin_layout *layout;
    struct kin_tensor start, input, target[4];
    struct kin_target wanted;
};

static struct kin_tensor load(const char *folder, const char *file, enum kin_dtype dtype)
{
    struct kin_error err = {0};
    struct kin_tensor raw, out;
    char path[256];
    snprintf(path, sizeof path, "network/%s%s%s", folder, *folder ? "/" : "", file);
    ck_ok(kin_npy_read(reference_path(path), &raw, &err));
    if (raw.dtype == dtype || raw.dtype == KIN_I32)
        return raw;
    ck_ok(kin_tensor_convert(&raw, dtype, &out, &err));
    kin_tensor_release(&raw);
    return out;
}

static const char *cell(const struct kin_csv *rows, size_t row, const char *column)
{
    long c = kin_csv_column(rows, column);
    ck_assert_msg(c >= 0, "no column '%s'", column);
    return kin_csv_cell(rows, row, (size_t)c);
}

/* A dimension of the shape «4x1x3x3» of a parameter; 0 when there is none of that name. */
static size_t dimension(const struct kin_csv *rows, const char *name, int which)
{
    for (size_t i = 0; i < rows->rows; i++) {
        if (strcmp(cell(rows, i, "name"), name) != 0)
            continue;
        const char *shape = cell(rows, i, "shape");
        for (int k = 0; k < which; k++)
            shape = strchr(shape, 'x') + 1;
        return strtoul(shape, NULL, 10);
    }
    return 0;
}

/* What the names and shapes of the layout say about the network. */
static void understand(struct fixture *f)
{
    static const char *const tasks[] = {"ae", "at", "ir", "vs"};
    struct kin_network_spec *spec = &f->spec;
    const char *task = f->name + strlen(f->name) - 2;
    for (size_t i = 0; i < KIN_COUNT(tasks); i++) {
        if (strcmp(task, tasks[i]) == 0)
            spec->task = (enum kin_nn_task)i;
    }
    spec->baseline = dimension(&f->rows, "enc1.conv.weight", 0) == 0;
    spec->classes = dimension(&f->rows, "out.linear.weight", 0);
    spec->inputs = dimension(&f->rows, "z.bn.gamma", 0);
    spec->hidden = spec->baseline ? dimension(&f->rows, "dec1.conv.weight", 1) : spec->inputs;
    spec->channels = dimension(&f->rows, "enc1.conv.weight", 0);
    for (int i = 1; spec->baseline; i++) {
        char name[32];
        snprintf(name, sizeof name, "dec%d.conv.weight", i);
        if (dimension(&f->rows, name, 0) == 0)
            break;
        spec->channels = dimension(&f->rows, name, 1);
    }
}

static struct kin_target target_of(struct fixture *f)
{
    struct kin_target target = {0};
    if (f->spec.task == KIN_NN_AT) {
        f->target[0] = load("", "target_tags.npy", KIN_F32);
        target.tags = f->target[0].data;
    } else if (f->spec.task == KIN_NN_IR) {
        f->target[0] = load("", "target_class.npy", KIN_I32);
        target.label = f->target[0].data;
    } else if (f->spec.task == KIN_NN_AE && f->spec.baseline) {
        f->target[0] = load("", "x_magnitude.npy", KIN_F32);
        target.image = f->target[0].data;
    } else if (f->spec.task == KIN_NN_VS) {
        f->target[0] = load("", "x_magnitude.npy", KIN_F32);
        f->target[1] = load("", "target_voice_magnitude.npy", KIN_F32);
        f->target[2] = load("", "target_rest_magnitude.npy", KIN_F32);
        target.magnitude = f->target[0].data;
        target.voice = f->target[1].data;
        target.rest = f->target[2].data;
    }
    return target;
}

static void setup(struct fixture *f, const char *name, enum kin_convolution convolution)
{
    struct kin_error err = {0};
    char path[128];
    *f = (struct fixture){0};
    snprintf(f->name, sizeof f->name, "%s", name);
    snprintf(path, sizeof path, "network/%s/layout.csv", name);
    ck_ok(kin_csv_read(reference_path(path), &f->rows, &err));
    understand(f);
    struct kin_tensor images = load("", "x_standardised_db.npy", KIN_F32);
    f->spec.height = images.shape[1];
    f->spec.width = images.shape[2];
    f->input = images;
    if (f->spec.baseline) {
        kin_tensor_release(&images);
        f->input = load("", "input_mfcc_vector.npy", KIN_F32);
    }
    f->wanted = target_of(f);
    f->start = load(name, "init.npy", KIN_F32);
    struct kin_network_setup how = {.batch = f->input.shape[0], .convolution = convolution};
    ck_ok(kin_network_new(&f->spec, &how, &f->network, &err));
    f->layout = kin_network_layout(f->network);
    ck_assert_uint_eq(f->layout->total, kin_tensor_count(&f->start));
}

static void teardown(struct fixture *f)
{
    kin_network_free(f->network);
    kin_csv_release(&f->rows);
    kin_tensor_release(&f->start);
    kin_tensor_release(&f->input);
    for (size_t i = 0; i < KIN_COUNT(f->target); i++)
        kin_tensor_release(&f->target[i]);
}

static void check_layout(struct fixture *f)
{
    ck_assert_uint_eq(f->layout->n, f->rows.rows);
    for (size_t i = 0; i < f->layout->n; i++) {
        const struct kin_parameter *p = &f->layout->items[i];
        ck_assert_str_eq(p->name, cell(&f->rows, i, "name"));
        ck_assert_str_eq(p->trained ? "trained" : "running", cell(&f->rows, i, "kind"));
        ck_assert_uint_eq(p->offset, strtoul(cell(&f->rows, i, "offset"), NULL, 10));
        ck_assert_uint_eq(p->count, strtoul(cell(&f->rows, i, "count"), NULL, 10));
        char shape[64] = "";
        for (int k = 0; k < p->ndim; k++)
            snprintf(shape + strlen(shape), sizeof shape - strlen(shape), "%s%zu", k ? "x" : "",
                     p->shape[k]);
        ck_assert_str_eq(shape, cell(&f->rows, i, "shape"));
    }
}

/* Numbers against a file of doubles. */
static void check_near(const struct fixture *f, const char *file, const float *got, size_t n,
                       double tolerance)
{
    struct kin_tensor want = load(f->name, file, KIN_F64);
    ck_assert_uint_eq(kin_tensor_count(&want), n);
    double worst = 0;
    for (size_t i = 0; i < n; i++) {
        double off = fabs((double)got[i] - ((double *)want.data)[i]);
        worst = off <= worst ? worst : off; /* also when it is nan */
    }
    ck_assert_msg(worst <= tolerance, "%s/%s: off by %g, at most %g", f->name, file, worst,
                  tolerance);
    kin_tensor_release(&want);
}

/* A rounding difference can move the place of a maximum, and with it a patch of the picture: how
 * many numbers are near. */
static void check_mostly_near(const struct fixture *f, const char *file, const float *got, size_t n,
                              double tolerance, double share)
{
    struct kin_tensor want = load(f->name, file, KIN_F64);
    size_t good = 0;
    for (size_t i = 0; i < n; i++)
        good += fabs((double)got[i] - ((double *)want.data)[i]) <= tolerance;
    ck_assert_msg((double)good >= share * (double)n, "%s/%s: %zu of %zu within %g", f->name, file,
                  good, n, tolerance);
    kin_tensor_release(&want);
}

static float *copy_of(const struct kin_tensor *tensor)
{
    size_t n = kin_tensor_count(tensor);
    float *copy = kin_alloc(n, sizeof *copy);
    memcpy(copy, tensor->data, n * sizeof *copy);
    return copy;
}

static float *evaluated(struct fixture *f, const float *values, size_t *n)
{
    struct kin_error err = {0};
    size_t batch = f->input.shape[0];
    *n = batch * kin_network_outputs(f->network);
    float *output = kin_alloc(*n, sizeof *output);
    ck_ok(kin_network_apply(f->network, values, f->input.data, batch, output, NULL, &err));
    return output;
}

static void check_evaluation(struct fixture *f, const float *values, const char *file)
{
    size_t n;
    float *output = evaluated(f, values, &n);
    check_near(f, file, output, n, OUTPUT_TOLERANCE);
    kin_free(output);
}

/* From our own five updates. */
static void check_own_evaluation(struct fixture *f, const float *values)
{
    const char *file = "out_eval_after5.npy";
    size_t n;
    float *output = evaluated(f, values, &n);
    if (f->spec.task == KIN_NN_AE && !f->spec.baseline)
        check_mostly_near(f, file, output, n, AFTER_5_TOLERANCE, 0.98);
    else
        check_near(f, file, output, n, AFTER_5_TOLERANCE);
    kin_free(output);
}

/* From theirs, where no place of a maximum hangs on rounding. */
static void check_their_evaluation(struct fixture *f)
{
    struct kin_tensor theirs = load(f->name, "after5.npy", KIN_F32);
    check_evaluation(f, theirs.data, "out_eval_after5.npy");
    kin_tensor_release(&theirs);
}

static void check_embedding(struct fixture *f)
{
    struct kin_error err = {0};
    size_t batch = f->input.shape[0], n = batch * kin_network_embedding(f->network);
    float *z = kin_alloc(n, sizeof *z);
    ck_ok(kin_network_apply(f->network, f->start.data, f->input.data, batch, NULL, z, &err));
    check_near(f, "z_eval.npy", z, n, OUTPUT_TOLERANCE);
    kin_free(z);
}

static void check_gradient(struct fixture *f)
{
    struct kin_error err = {0};
    struct kin_tensor want = load(f->name, "grad.npy", KIN_F64);
    size_t n = f->layout->total, outputs = f->input.shape[0] * kin_network_outputs(f->network);
    float *values = copy_of(&f->start), *gradient = kin_alloc(n, sizeof *gradient);
    float *output = kin_alloc(outputs, sizeof *output);
    double loss, largest = 0;
    ck_ok(kin_network_gradient(f->network, values, f->input.data, &f->wanted,
                               (struct kin_draw){0, 0}, gradient, output, &loss, &err));
    check_near(f, "out_train.npy", output, outputs, OUTPUT_TOLERANCE);
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(((double *)want.data)[i]));
    check_near(f, "grad.npy", gradient, n, GRADIENT_TOLERANCE * largest);
    kin_free(values);
    kin_free(gradient);
    kin_free(output);
    kin_tensor_release(&want);
}

/* Is this number of the flat array one that updates can be checked by? */
static bool *comparable(const struct fixture *f, size_t *count)
{
    struct kin_tensor gradient = load(f->name, "grad.npy", KIN_F64);
    bool *out = kin_alloc(f->layout->total, sizeof *out);
    *count = 0;
    for (size_t i = 0; i < f->layout->n; i++) {
        const struct kin_parameter *p = &f->layout->items[i];
        bool noise =
            strcmp(p->name, "z.linear.bias") == 0 || strcmp(p->name, "back.linear.bias") == 0;
        for (size_t k = p->offset; k < p->offset + p->count; k++) {
            out[k] = p->trained && !noise && fabs(((double *)gradient.data)[k]) >= SMALL_GRADIENT;
            *count += out[k];
        }
    }
    kin_tensor_release(&gradient);
    return out;
}

static void check_updated(const struct fixture *f, const char *file, const float *values,
                          double tolerance, double share)
{
    struct kin_tensor want = load(f->name, file, KIN_F64);
    size_t total, good = 0;
    bool *counts = comparable(f, &total);
    for (size_t i = 0; i < f->layout->total; i++)
        good += counts[i] && fabs((double)values[i] - ((double *)want.data)[i]) <= tolerance;
    ck_assert_uint_gt(total, 0);
    ck_assert_msg((double)good >= share * (double)total, "%s/%s: %zu of %zu within %g", f->name,
                  file, good, total, tolerance);
    kin_free(counts);
    kin_tensor_release(&want);
}

static void check_running(const struct fixture *f, const char *file, const float *values,
                          double tolerance)
{
    struct kin_tensor want = load(f->name, file, KIN_F64);
    for (size_t i = 0; i < f->layout->n; i++) {
        const struct kin_parameter *p = &f->layout->items[i];
        for (size_t k = p->offset; k < p->offset + p->count && !p->trained; k++)
            ck_assert_double_eq_tol((double)values[k], ((double *)want.data)[k], tolerance);
    }
    kin_tensor_release(&want);
}

/* Whether a pooling place has flipped by the time of this loss; else it has to agree. */
static bool has_flipped(const struct fixture *f, size_t updates, double loss, double want)
{
    bool may = updates > 1 && f->spec.task == KIN_NN_AE && !f->spec.baseline;
    if (may && fabs(loss - want) >= LOSS_TOLERANCE) {
        ck_assert_double_eq_tol(loss, want, FLIPPED_LOSS_TOLERANCE);
        return true;
    }
    ck_assert_double_eq_tol(loss, want, LOSS_TOLERANCE);
    return false;
}

/* All numbers after the last update. */
static void check_updates(struct fixture *f, const float *values)
{
    check_updated(f, "after5.npy", values, 1e-4, 0.98);
    check_running(f, "after5.npy", values, AFTER_5_TOLERANCE);
    check_own_evaluation(f, values);
}

static void check_training(struct fixture *f)
{
    struct kin_error err = {0};
    struct kin_csv losses;
    char path[128];
    snprintf(path, sizeof path, "network/%s/loss.csv", f->name);
    ck_ok(kin_csv_read(reference_path(path), &losses, &err));
    size_t n = f->layout->total;
    struct kin_training state = {
        .values = copy_of(&f->start),
        .moment = kin_alloc(n, sizeof(float)),
        .square = kin_alloc(n, sizeof(float)),
        .largest = kin_alloc(n, sizeof(float)),
    };
    struct kin_adam adam = kin_adam_defaults();
    bool flipped = false;
    for (size_t step = 0; step + 1 < losses.rows; step++) {
        double loss, want = strtod(cell(&losses, step, "loss_training_mode"), NULL);
        ck_ok(kin_training_step(f->network, &adam, 1, f->input.data, &f->wanted, &state, &loss,
                                &err));
        flipped = flipped || has_flipped(f, step, loss, want);
        if (step == 0) {
            check_updated(f, "after1.npy", state.values, 1e-5, 0.99);
            check_running(f, "after1.npy", state.values, OUTPUT_TOLERANCE);
        }
    }
    if (!flipped)
        check_updates(f, state.values);
    check_their_evaluation(f);
    kin_free(state.values);
    kin_free(state.moment);
    kin_free(state.square);
    kin_free(state.largest);
    kin_csv_release(&losses);
}

static void check_network(const char *name, enum kin_convolution convolution)
{
    struct fixture f;
    setup(&f, name, convolution);
    check_layout(&f);
    check_evaluation(&f, f.start.data, "out_eval.npy");
    if (!f.spec.baseline) /* whose embedding is its input */
        check_embedding(&f);
    check_gradient(&f);
    check_training(&f);
    teardown(&f);
}

static void check_all(enum kin_convolution convolution)
{
    glob_t found;
    ck_assert_int_eq(glob(reference_path("network/*/layout.csv"), 0, NULL, &found), 0);
    ck_assert_uint_gt(found.gl_pathc, 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char *path = found.gl_pathv[i], *end = strrchr(path, '/');
        *end = 0;
        check_network(strrchr(path, '/') + 1, convolution);
    }
    globfree(&found);
}

START_TEST(every_network_with_the_plain_convolution)
{
    check_all(KIN_CONVOLUTION_PLAIN);
}
END_TEST

START_TEST(every_network_with_the_best_convolution)
{
    check_all(KIN_CONVOLUTION_BEST);
}
END_TEST

TEST_MAIN("network", every_network_with_the_plain_convolution,
          every_network_with_the_best_convolution)
