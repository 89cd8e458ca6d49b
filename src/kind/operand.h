/* Values of type «sequence» and «vector» as what distances work on, in either precision. */
#ifndef KIN_KIND_OPERAND_H
#define KIN_KIND_OPERAND_H

#include "kindred/distance.h"
#include "kindred/value.h"

struct kin_operand {
    const struct kin_tensor *stored; /* borrowed; float32 or float64 */
    struct kin_tensor converted;     /* to the other of the two, once it was asked for */
    size_t frames, dims;
};

/* The array of a sequence [T][D] or a vector [D]. KIN_EINVAL: not what the distance compares;
 * KIN_ECORRUPT: not such a value. */
int kin_operand_open(const struct kin_distance *distance, const struct kin_value *value,
                     struct kin_operand *out, struct kin_error *err);
void kin_operand_release(struct kin_operand *operand);
/* Views that live as long as the operand. */
int kin_operand_f32(struct kin_operand *operand, struct kin_sequence *out, struct kin_error *err);
int kin_operand_f64(struct kin_operand *operand, struct kin_sequence_f64 *out,
                    struct kin_error *err);

#endif
