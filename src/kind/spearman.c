/* Spearman's rank correlation of pairs of arrays. */
#include "array.h"
#include "each.h"
#include "kindred/measure.h"
#include "kindred/memory.h"
#include "number.h"

static const struct kin_port inputs[] = {
    {.name = "x", .type = "vectors", .mode = KIN_EACH, .doc = "arrays"},
    {.name = "y", .type = "vectors", .mode = KIN_EACH, .doc = "arrays of the same lengths"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "numbers",
     .type = "numbers",
     .doc = "rho: ties get the mean of their ranks, pairs with a NaN are left out"},
    {0},
};

static int correlate(struct kin_call *call, size_t k, void *context, struct kin_value **out,
                     struct kin_error *err)
{
    (void)context;
    KIN_AUTO(kin_tensor_release) struct kin_tensor x = {0};
    KIN_AUTO(kin_tensor_release) struct kin_tensor y = {0};
    KIN_TRY(kin_array_of(kin_call_item(call, "x", k), KIN_F64, &x, err));
    KIN_TRY(kin_array_of(kin_call_item(call, "y", k), KIN_F64, &y, err));
    if (x.shape[0] != y.shape[0])
        return kin_fail(err, KIN_EDATA, "x has %zu numbers, y has %zu", x.shape[0], y.shape[0]);
    struct kin_named_number rho = {.name = "rho"};
    KIN_TRY(kin_spearman(x.data, y.data, x.shape[0], &rho.value, NULL, err));
    return kin_number_new(&rho, 1, out, err);
}

static int run(struct kin_call *call, struct kin_error *err)
{
    return kin_each(call, correlate, NULL, err);
}

const struct kin_kind kin_kind_spearman = {
    .name = "spearman",
    .version = 1,
    .doc = "rank correlation of arrays",
    .source = "Kim et al. 2019, section 3.1.2",
    .inputs = inputs,
    .outputs = outputs,
    .run = run,
};
