/* Any bytes decode to a value whose canonical bytes they are, or to an error with a text. */
#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/value.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct kin_error err = {0};
    struct kin_value *value;
    void *bytes = kin_alloc(size, 1); /* the value takes it, aligned */
    if (!bytes)
        return 0;
    memcpy(bytes, data, size);
    if (kin_value_decode(bytes, size, &value, &err) != 0) {
        if (err.text[0] == '\0')
            abort();
        kin_free(bytes);
        return 0;
    }
    void *again;
    size_t length;
    if (kin_value_encode(value, &again, &length, &err) != 0 || length != size ||
        memcmp(again, data, size) != 0)
        abort();
    kin_free(again);
    kin_value_free(value);
    return 0;
}
