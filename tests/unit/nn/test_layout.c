#include "kindred/nn.h"
#include "sample.h"
#include "support.h"

static const struct kin_network_spec full = {
    .task = KIN_NN_AT,
    .height = 513,
    .width = 128,
    .channels = 16,
    .hidden = 256,
    .classes = 50,
    .inputs = 144,
    .dropout = 0.5,
};

static size_t trained(struct kin_network_spec spec)
{
    struct kin_error err = {0};
    struct kin_layout layout;
    size_t n = 0;
    ck_ok(kin_layout_new(&spec, &layout, &err));
    for (size_t i = 0; i < layout.n; i++)
        n += layout.items[i].trained ? layout.items[i].count : 0;
    kin_layout_release(&layout);
    return n;
}

/* The counts of the reference's README, section 8. */
START_TEST(the_paper_s_networks_have_as_many_numbers)
{
    for (size_t width = 128; width <= 173; width += 45) {
        struct kin_network_spec spec = full;
        spec.width = width;
        ck_assert_uint_eq(trained(spec), 1652642);
        spec.task = KIN_NN_IR;
        spec.classes = 11;
        ck_assert_uint_eq(trained(spec), 1642619);
        spec.task = KIN_NN_AE;
        ck_assert_uint_eq(trained(spec), 3542241);
        spec.task = KIN_NN_VS;
        ck_assert_uint_eq(trained(spec), 3542241);
        spec.baseline = true;
        spec.channels = 8;
        ck_assert_uint_eq(trained(spec), 1153673);
        spec.task = KIN_NN_IR;
        ck_assert_uint_eq(trained(spec), 1883);
        spec.task = KIN_NN_AT;
        spec.classes = 50;
        ck_assert_uint_eq(trained(spec), 7538);
    }
}
END_TEST

START_TEST(starting_values_are_pytorch_s_defaults)
{
    struct kin_error err = {0};
    struct kin_layout layout;
    ck_ok(kin_layout_new(&full, &layout, &err));
    float *values = kin_alloc(layout.total, sizeof *values);
    float *again = kin_alloc(layout.total, sizeof *again);
    kin_layout_start(&layout, 3, values);
    kin_layout_start(&layout, 3, again);
    ck_assert_mem_eq(values, again, layout.total * sizeof *values);
    kin_layout_start(&layout, 4, again);
    ck_assert_int_ne(memcmp(values, again, layout.total * sizeof *values), 0);
    const struct kin_parameter *w = kin_layout_find(&layout, "enc4.conv.weight");
    ck_assert_uint_eq(w->inputs, 9 * 64);
    double bound = 1 / sqrt(9 * 64), squares = 0, most = 0;
    for (size_t i = 0; i < w->count; i++) {
        double x = (double)values[w->offset + i];
        squares += x * x;
        most = fmax(most, fabs(x));
    }
    ck_assert_double_le(most, bound);
    ck_assert_double_ge(most, 0.999 * bound);
    ck_assert_double_eq_tol(sqrt(squares / (double)w->count), bound / sqrt(3), 0.01 * bound);
    const struct kin_parameter *gamma = kin_layout_find(&layout, "z.bn.gamma");
    const struct kin_parameter *mean = kin_layout_find(&layout, "z.bn.mean");
    ck_assert_float_eq(values[gamma->offset + 7], 1);
    ck_assert_float_eq(values[mean->offset + 7], 0);
    ck_assert_ptr_null(kin_layout_find(&layout, "enc8.conv.weight"));
    kin_free(values);
    kin_free(again);
    kin_layout_release(&layout);
}
END_TEST

static void refused(struct kin_network_spec spec, const char *why)
{
    struct kin_error err = {0};
    struct kin_layout layout;
    struct kin_network *network;
    struct kin_network_setup setup = {.batch = 4};
    ck_assert_int_eq(kin_layout_new(&spec, &layout, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, why);
    ck_assert_int_eq(kin_network_new(&spec, &setup, &network, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, why);
}

START_TEST(each_wrong_field_is_named)
{
    struct kin_network_spec spec = full;
    spec.height = 1;
    refused(spec, "height of the network is 1, wanted at least 2");
    spec = full;
    spec.width = 0;
    refused(spec, "width of the network is 0, wanted at least 2");
    spec = full;
    spec.channels = 1;
    refused(spec, "channels of the network is 1, wanted at least 2");
    spec = full;
    spec.hidden = 15;
    refused(spec, "hidden of the network is 15, wanted at least 16");
    spec = full;
    spec.classes = 0;
    refused(spec, "classes of the network is 0, wanted at least 1");
    spec = full;
    spec.dropout = 1;
    refused(spec, "dropout is 1, wanted 0 to less than 1");
    spec = full;
    spec.dropout = NAN;
    refused(spec, "dropout is nan, wanted 0 to less than 1");
    spec = full;
    spec.task = KIN_NN_TASKS;
    refused(spec, "task 4 of the network is none");
    spec = full;
    spec.baseline = true;
    spec.inputs = 0;
    refused(spec, "inputs of the network is 0, wanted at least 1");
}
END_TEST

START_TEST(no_memory_is_an_error)
{
    struct kin_network_spec spec = full;
    struct kin_network_setup setup = {.batch = 2, .convolution = KIN_CONVOLUTION_PLAIN};
    spec.task = KIN_NN_VS;
    spec.height = spec.width = 9;
    spec.channels = spec.hidden = 4;
    for (unsigned long n = 1;; n++) {
        struct kin_error err = {0};
        struct kin_network *network = NULL;
        kin_memory_fail_nth(n);
        int status = kin_network_new(&spec, &setup, &network, &err);
        kin_memory_fail_nth(0);
        if (status == 0) {
            ck_assert_uint_gt(n, 20);
            kin_network_free(network);
            break;
        }
        ck_assert_int_eq(status, KIN_ENOMEM);
        ck_assert_ptr_null(network);
    }
}
END_TEST

TEST_MAIN("layout", the_paper_s_networks_have_as_many_numbers,
          starting_values_are_pytorch_s_defaults, each_wrong_field_is_named, no_memory_is_an_error)
