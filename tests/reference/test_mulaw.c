/* 8-bit storage against reference/mulaw: codes exactly, decoded values to 1e-12. */
#include <stdint.h>

#include "kindred/mulaw.h"
#include "kindred/npy.h"
#include "support.h"

static struct kin_tensor read_npy(const char *name)
{
    struct kin_error err = {0};
    struct kin_tensor tensor = {0};
    ck_ok(kin_npy_read(reference_path(name), &tensor, &err));
    return tensor;
}

START_TEST(codes_and_values)
{
    struct kin_tensor input = read_npy("mulaw/input.npy");
    struct kin_tensor code = read_npy("mulaw/code.npy");
    struct kin_tensor decoded = read_npy("mulaw/decoded.npy");
    ck_assert_int_eq(input.dtype, KIN_F64);
    ck_assert_int_eq(code.dtype, KIN_U8);
    ck_assert_int_eq(decoded.dtype, KIN_F64);
    size_t n = kin_tensor_count(&input);
    ck_assert_uint_gt(n, 0);
    ck_assert_uint_eq(kin_tensor_count(&code), n);
    ck_assert_uint_eq(kin_tensor_count(&decoded), n);
    for (size_t i = 0; i < n; i++) {
        uint8_t found = kin_mulaw_code(((const double *)input.data)[i]);
        ck_assert_msg(found == ((const uint8_t *)code.data)[i], "value %zu: code %u", i, found);
        ck_assert_double_eq_tol(kin_mulaw_value(found), ((const double *)decoded.data)[i], 1e-12);
    }
    kin_tensor_release(&input);
    kin_tensor_release(&code);
    kin_tensor_release(&decoded);
}
END_TEST

TEST_MAIN("mulaw", codes_and_values)
