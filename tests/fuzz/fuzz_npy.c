/* Any bytes are an array whose data fill the rest of the file, or an error with a text. */
#include <stdlib.h>

#include "kindred/npy.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct kin_error err = {0};
    struct kin_tensor tensor;
    if (kin_npy_parse(data, size, &tensor, &err) != 0) {
        if (err.text[0] == '\0')
            abort();
        return 0;
    }
    if (kin_tensor_count(&tensor) * kin_dtype_size(tensor.dtype) > size)
        abort();
    kin_tensor_release(&tensor);
    return 0;
}
