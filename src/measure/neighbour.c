/* Within-space consistency: is a transformed clip nearest to its own original? */
#include "kindred/measure.h"

#include <math.h>

#include "measure/own.h"

int kin_own_check(const size_t *own, size_t rows, size_t originals, struct kin_error *err)
{
    for (size_t r = 0; r < rows; r++)
        if (own[r] >= originals && own[r] != KIN_NO_ORIGINAL)
            return kin_fail(err, KIN_EDATA, "row %zu belongs to original %zu, expected 0 to %zu", r,
                            own[r], originals - 1);
    return 0;
}

enum kin_outcome kin_within_outcome(const double *distance, size_t originals, size_t own)
{
    if (own == KIN_NO_ORIGINAL)
        return KIN_OUTCOME_MISSING;
    double mine = distance[own];
    if (isnan(mine))
        return KIN_OUTCOME_UNDEFINED;
    bool tied = false;
    for (size_t j = 0; j < originals; j++) {
        if (distance[j] < mine)
            return KIN_OUTCOME_BEATEN;
        if (distance[j] == mine && j != own)
            tied = true;
    }
    return tied ? KIN_OUTCOME_TIED : KIN_OUTCOME_NEAREST;
}

int kin_within_outcomes(const double *distance, const size_t *own, size_t rows, size_t originals,
                        enum kin_outcome *outcomes, struct kin_error *err)
{
    if (originals < 2)
        return kin_fail(err, KIN_EINVAL, "number of originals is %zu, expected at least 2",
                        originals);
    KIN_TRY(kin_own_check(own, rows, originals, err));
    for (size_t r = 0; r < rows; r++)
        outcomes[r] = kin_within_outcome(distance + r * originals, originals, own[r]);
    return 0;
}

struct kin_within kin_within_count(const enum kin_outcome *outcomes, size_t rows)
{
    struct kin_within out = {.consistency = NAN};
    for (size_t r = 0; r < rows; r++) {
        switch (outcomes[r]) {
        case KIN_OUTCOME_MISSING:
            out.missing++;
            break;
        case KIN_OUTCOME_NEAREST:
            out.nearest++;
            break;
        case KIN_OUTCOME_TIED:
            out.tied++;
            break;
        case KIN_OUTCOME_BEATEN:
            out.beaten++;
            break;
        case KIN_OUTCOME_UNDEFINED:
            out.undefined++;
            break;
        }
    }
    out.n = rows - out.missing;
    if (out.n > 0)
        out.consistency = (double)out.nearest / (double)out.n;
    return out;
}
