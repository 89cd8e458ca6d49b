#include "kindred/value.h"

#include <string.h>

#include "kindred/memory.h"

#define LONGEST_NAME 63
#define MOST_FIELDS UINT16_MAX

struct field {
    char name[LONGEST_NAME + 1];
    struct kin_tensor tensor;
};

struct kin_value {
    char type[LONGEST_NAME + 1];
    struct field *fields; /* in ascending name */
    size_t n_fields, capacity;
    void *backing; /* the bytes that views point into, if decoded */
};

size_t kin_dtype_size(enum kin_dtype dtype)
{
    static const size_t sizes[KIN_DTYPES] = {[KIN_U8] = 1,  [KIN_I32] = 4, [KIN_I64] = 8,
                                             [KIN_F32] = 4, [KIN_F64] = 8, [KIN_DIGEST] = 16};
    return (unsigned)dtype < KIN_DTYPES ? sizes[dtype] : 0;
}

const char *kin_dtype_name(enum kin_dtype dtype)
{
    static const char *const names[KIN_DTYPES] = {"uint8",   "int32", "int64", "float32",
                                                  "float64", "text",  "digest"};
    return (unsigned)dtype < KIN_DTYPES ? names[dtype] : "unknown";
}

size_t kin_tensor_count(const struct kin_tensor *tensor)
{
    size_t count = 1;
    for (int d = 0; d < tensor->ndim; d++)
        count *= tensor->shape[d];
    return count;
}

/* The number of elements, false when it overflows. */
static bool count_of(int ndim, const size_t *shape, size_t *out)
{
    *out = 1;
    for (int d = 0; d < ndim; d++)
        if (!kin_mul_size(*out, shape[d], out))
            return false;
    return true;
}

int kin_tensor_alloc(struct kin_tensor *out, enum kin_dtype dtype, int ndim, const size_t *shape,
                     struct kin_error *err)
{
    size_t count;
    if (ndim < 0 || ndim > KIN_MAX_DIMS || kin_dtype_size(dtype) == 0)
        return kin_fail(err, KIN_EINVAL, "no tensor of type %s with %d dimensions",
                        kin_dtype_name(dtype), ndim);
    if (!count_of(ndim, shape, &count))
        return kin_fail(err, KIN_ENOMEM, "the tensor's size does not fit in memory");
    struct kin_tensor tensor = {.dtype = dtype, .ndim = ndim, .owned = true};
    for (int d = 0; d < ndim; d++)
        tensor.shape[d] = shape[d];
    KIN_TRY(kin_alloc_into(&tensor.data, count, kin_dtype_size(dtype), err));
    *out = tensor;
    return 0;
}

int kin_tensor_texts(struct kin_tensor *out, const char *const *texts, size_t n,
                     struct kin_error *err)
{
    size_t total = n * sizeof(uint32_t);
    for (size_t i = 0; i < n; i++)
        total += strlen(texts[i]) + 1;
    if (total > UINT32_MAX)
        return kin_fail(err, KIN_EINVAL, "%zu texts take more than 4 GiB", n);
    char *data;
    KIN_TRY(kin_alloc_into(&data, total, 1, err));
    uint32_t offset = (uint32_t)(n * sizeof(uint32_t));
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(texts[i]) + 1;
        memcpy(data + i * sizeof offset, &offset, sizeof offset);
        memcpy(data + offset, texts[i], length);
        offset += (uint32_t)length;
    }
    *out = (struct kin_tensor){
        .dtype = KIN_TEXT, .ndim = 1, .shape = {n}, .data = data, .owned = true};
    return 0;
}

void kin_tensor_release(struct kin_tensor *tensor)
{
    if (!tensor)
        return;
    if (tensor->owned)
        kin_free(tensor->data);
    *tensor = (struct kin_tensor){0};
}

static uint32_t text_offset(const struct kin_tensor *tensor, size_t i)
{
    uint32_t offset;
    memcpy(&offset, (const char *)tensor->data + i * sizeof offset, sizeof offset);
    return offset;
}

const char *kin_tensor_text(const struct kin_tensor *tensor, size_t i)
{
    return (const char *)tensor->data + text_offset(tensor, i);
}

/* Bytes of a tensor's data. */
static size_t data_length(const struct kin_tensor *tensor)
{
    if (tensor->dtype != KIN_TEXT)
        return kin_tensor_count(tensor) * kin_dtype_size(tensor->dtype);
    size_t n = tensor->shape[0];
    if (n == 0)
        return 0;
    return text_offset(tensor, n - 1) + strlen(kin_tensor_text(tensor, n - 1)) + 1;
}

struct kin_value *kin_value_new(const char *type)
{
    if (strlen(type) > LONGEST_NAME)
        return NULL;
    struct kin_value *value = kin_alloc(1, sizeof *value);
    if (value)
        strcpy(value->type, type);
    return value;
}

void kin_value_free(struct kin_value *value)
{
    if (!value)
        return;
    for (size_t i = 0; i < value->n_fields; i++)
        kin_tensor_release(&value->fields[i].tensor);
    kin_free(value->fields);
    kin_free(value->backing);
    kin_free(value);
}

void kin_value_auto(struct kin_value **value)
{
    kin_value_free(*value);
}

const char *kin_value_type(const struct kin_value *value)
{
    return value->type;
}

/* The first place whose name is not below `name`. */
static size_t place_of(const struct kin_value *value, const char *name)
{
    size_t low = 0;
    size_t high = value->n_fields;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(value->fields[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct kin_value *value, size_t place, const char *name)
{
    return place < value->n_fields && strcmp(value->fields[place].name, name) == 0;
}

int kin_value_set(struct kin_value *value, const char *name, struct kin_tensor *takes,
                  struct kin_error *err)
{
    size_t place = place_of(value, name);
    if (is_at(value, place, name)) {
        kin_tensor_release(&value->fields[place].tensor);
    } else {
        int status = 0;
        if (strlen(name) > LONGEST_NAME)
            status = kin_fail(err, KIN_EINVAL, "field name '%s' is too long", name);
        else if (value->n_fields == MOST_FIELDS)
            status = kin_fail(err, KIN_EINVAL, "a %s with more than %d fields", value->type,
                              MOST_FIELDS);
        else
            status = kin_grow(&value->fields, &value->capacity, value->n_fields + 1,
                              sizeof *value->fields, err);
        if (status != 0) {
            kin_tensor_release(takes);
            return status;
        }
        struct field *here = value->fields + place;
        memmove(here + 1, here, (value->n_fields - place) * sizeof *here);
        *here = (struct field){0};
        strcpy(here->name, name);
        value->n_fields++;
    }
    value->fields[place].tensor = *takes;
    *takes = (struct kin_tensor){0};
    return 0;
}

/* Sets a field to a copy of n elements. */
static int set_copy(struct kin_value *value, const char *name, enum kin_dtype dtype, int ndim,
                    const size_t *shape, const void *data, struct kin_error *err)
{
    struct kin_tensor tensor;
    KIN_TRY(kin_tensor_alloc(&tensor, dtype, ndim, shape, err));
    size_t length = kin_tensor_count(&tensor) * kin_dtype_size(dtype);
    if (length > 0)
        memcpy(tensor.data, data, length);
    return kin_value_set(value, name, &tensor, err);
}

int kin_value_set_f64(struct kin_value *value, const char *name, double x, struct kin_error *err)
{
    return set_copy(value, name, KIN_F64, 0, NULL, &x, err);
}

int kin_value_set_i64(struct kin_value *value, const char *name, int64_t x, struct kin_error *err)
{
    return set_copy(value, name, KIN_I64, 0, NULL, &x, err);
}

int kin_value_set_texts(struct kin_value *value, const char *name, const char *const *texts,
                        size_t n, struct kin_error *err)
{
    struct kin_tensor tensor;
    KIN_TRY(kin_tensor_texts(&tensor, texts, n, err));
    return kin_value_set(value, name, &tensor, err);
}

int kin_value_set_text(struct kin_value *value, const char *name, const char *text,
                       struct kin_error *err)
{
    return kin_value_set_texts(value, name, &text, 1, err);
}

int kin_value_set_digests(struct kin_value *value, const char *name,
                          const struct kin_digest *digests, size_t n, struct kin_error *err)
{
    return set_copy(value, name, KIN_DIGEST, 1, &n, digests, err);
}

int kin_value_set_f32(struct kin_value *value, const char *name, const float *x, size_t rows,
                      size_t columns, struct kin_error *err)
{
    size_t shape[2] = {rows, columns};
    return set_copy(value, name, KIN_F32, columns == 0 ? 1 : 2, shape, x, err);
}

size_t kin_value_fields(const struct kin_value *value)
{
    return value->n_fields;
}

const char *kin_value_field_name(const struct kin_value *value, size_t i)
{
    return value->fields[i].name;
}

const struct kin_tensor *kin_value_field(const struct kin_value *value, size_t i)
{
    return &value->fields[i].tensor;
}

const struct kin_tensor *kin_value_get(const struct kin_value *value, const char *name)
{
    size_t place = place_of(value, name);
    return is_at(value, place, name) ? &value->fields[place].tensor : NULL;
}

int kin_value_want(const struct kin_value *value, const char *name, enum kin_dtype dtype, int ndim,
                   const struct kin_tensor **out, struct kin_error *err)
{
    const struct kin_tensor *tensor = kin_value_get(value, name);
    if (!tensor)
        return kin_fail(err, KIN_ECORRUPT, "a %s without the field '%s'", value->type, name);
    if (tensor->dtype != dtype || tensor->ndim != ndim)
        return kin_fail(
            err, KIN_ECORRUPT, "field '%s' of a %s: %s with %d dimensions, wanted %s with %d", name,
            value->type, kin_dtype_name(tensor->dtype), tensor->ndim, kin_dtype_name(dtype), ndim);
    *out = tensor;
    return 0;
}

double kin_value_f64(const struct kin_value *value, const char *name, double fallback)
{
    const struct kin_tensor *tensor = kin_value_get(value, name);
    if (!tensor || tensor->dtype != KIN_F64 || tensor->ndim != 0)
        return fallback;
    double x;
    memcpy(&x, tensor->data, sizeof x);
    return x;
}

int64_t kin_value_i64(const struct kin_value *value, const char *name, int64_t fallback)
{
    const struct kin_tensor *tensor = kin_value_get(value, name);
    if (!tensor || tensor->dtype != KIN_I64 || tensor->ndim != 0)
        return fallback;
    int64_t x;
    memcpy(&x, tensor->data, sizeof x);
    return x;
}

const char *kin_value_text(const struct kin_value *value, const char *name, const char *fallback)
{
    const struct kin_tensor *tensor = kin_value_get(value, name);
    if (!tensor || tensor->dtype != KIN_TEXT || tensor->shape[0] != 1)
        return fallback;
    return kin_tensor_text(tensor, 0);
}

/* ---- canonical bytes ---- */

#define ALIGNMENT 64

static size_t aligned(size_t n)
{
    return (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static size_t header_length(const struct kin_value *value)
{
    size_t length = 4 + 4 + 1 + strlen(value->type) + 2;
    for (size_t i = 0; i < value->n_fields; i++)
        length += 1 + strlen(value->fields[i].name) + 1 + 1 +
                  8 * (size_t)value->fields[i].tensor.ndim + 8 + 8;
    return aligned(length);
}

static unsigned char *put_le(unsigned char *at, uint64_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (unsigned char)(number >> (8 * i));
    return at + bytes;
}

static unsigned char *put_name(unsigned char *at, const char *name)
{
    size_t length = strlen(name);
    *at = (unsigned char)length;
    memcpy(at + 1, name, length);
    return at + 1 + length;
}

int kin_value_encode(const struct kin_value *value, void **out, size_t *length,
                     struct kin_error *err)
{
    size_t header = header_length(value);
    size_t total = header;
    for (size_t i = 0; i < value->n_fields; i++)
        total = aligned(total) + data_length(&value->fields[i].tensor);
    unsigned char *bytes;
    KIN_TRY(kin_alloc_into(&bytes, total, 1, err));
    memcpy(bytes, "KIN1", 4);
    unsigned char *at = put_le(bytes + 4, header, 4);
    at = put_name(at, value->type);
    at = put_le(at, value->n_fields, 2);
    size_t offset = header;
    for (size_t i = 0; i < value->n_fields; i++) {
        const struct kin_tensor *tensor = &value->fields[i].tensor;
        size_t data = data_length(tensor);
        offset = aligned(offset);
        at = put_name(at, value->fields[i].name);
        *at++ = (unsigned char)tensor->dtype;
        *at++ = (unsigned char)tensor->ndim;
        for (int d = 0; d < tensor->ndim; d++)
            at = put_le(at, tensor->shape[d], 8);
        at = put_le(at, offset, 8);
        at = put_le(at, data, 8);
        if (data > 0)
            memcpy(bytes + offset, tensor->data, data);
        offset += data;
    }
    *out = bytes;
    *length = total;
    return 0;
}

int kin_value_digest(const struct kin_value *value, struct kin_digest *out, struct kin_error *err)
{
    void *bytes;
    size_t length;
    KIN_TRY(kin_value_encode(value, &bytes, &length, err));
    *out = kin_digest_of(bytes, length);
    kin_free(bytes);
    return 0;
}

/* Reads a header without ever leaving it: after the first bad read everything is 0. */
struct reader {
    const unsigned char *bytes;
    size_t length, at;
    bool bad;
};

static uint64_t take_le(struct reader *reader, size_t bytes)
{
    if (reader->bad || reader->length - reader->at < bytes) {
        reader->bad = true;
        return 0;
    }
    uint64_t number = 0;
    for (size_t i = 0; i < bytes; i++)
        number |= (uint64_t)reader->bytes[reader->at + i] << (8 * i);
    reader->at += bytes;
    return number;
}

static void take_name(struct reader *reader, char out[LONGEST_NAME + 1])
{
    size_t length = (size_t)take_le(reader, 1);
    out[0] = '\0';
    if (reader->bad || length > LONGEST_NAME || reader->length - reader->at < length ||
        memchr(reader->bytes + reader->at, '\0', length)) {
        reader->bad = true;
        return;
    }
    memcpy(out, reader->bytes + reader->at, length);
    out[length] = '\0';
    reader->at += length;
}

/* Texts are well formed when every string lies where the canonical form puts it. */
static bool texts_are_sound(const struct kin_tensor *tensor, size_t length)
{
    size_t n = tensor->shape[0];
    size_t table;
    if (tensor->ndim != 1 || !kin_mul_size(n, sizeof(uint32_t), &table) || table > length)
        return false;
    size_t expected = table;
    for (size_t i = 0; i < n; i++) {
        if (expected >= length || text_offset(tensor, i) != expected)
            return false;
        const char *text = (const char *)tensor->data + expected;
        const char *end = memchr(text, '\0', length - expected);
        if (!end)
            return false;
        expected += (size_t)(end - text) + 1;
    }
    return expected == length;
}

static bool numbers_are_sound(const struct kin_tensor *tensor, size_t length)
{
    size_t count, bytes;
    return count_of(tensor->ndim, tensor->shape, &count) &&
           kin_mul_size(count, kin_dtype_size(tensor->dtype), &bytes) && bytes == length;
}

static bool are_zero(const unsigned char *bytes, size_t from, size_t to)
{
    while (from < to && bytes[from] == 0)
        from++;
    return from == to;
}

static bool take_tensor(struct reader *reader, unsigned char *bytes, size_t total,
                        size_t *expected_offset, struct kin_tensor *out)
{
    uint64_t dtype = take_le(reader, 1);
    uint64_t ndim = take_le(reader, 1);
    if (reader->bad || dtype >= KIN_DTYPES || ndim > KIN_MAX_DIMS)
        return false;
    *out = (struct kin_tensor){.dtype = (enum kin_dtype)dtype, .ndim = (int)ndim};
    for (size_t d = 0; d < ndim; d++)
        out->shape[d] = (size_t)take_le(reader, 8);
    size_t offset = (size_t)take_le(reader, 8);
    size_t length = (size_t)take_le(reader, 8);
    if (reader->bad || offset != aligned(*expected_offset) || offset > total ||
        length > total - offset || !are_zero(bytes, *expected_offset, offset))
        return false;
    *expected_offset = offset + length;
    out->data = bytes + offset;
    return out->dtype == KIN_TEXT ? texts_are_sound(out, length) : numbers_are_sound(out, length);
}

/* Fills the fields; KIN_ECORRUPT when anything is not as kin_value_encode writes it. */
static int decode_fields(struct kin_value *value, unsigned char *bytes, size_t total)
{
    struct reader reader = {.bytes = bytes, .length = total, .at = 4};
    size_t header = (size_t)take_le(&reader, 4);
    if (reader.bad || header < ALIGNMENT || header > total || header % ALIGNMENT != 0)
        return KIN_ECORRUPT;
    reader.length = header;
    take_name(&reader, value->type);
    size_t n = (size_t)take_le(&reader, 2);
    size_t end = header;
    for (size_t i = 0; i < n && !reader.bad; i++) {
        KIN_TRY(kin_grow(&value->fields, &value->capacity, i + 1, sizeof *value->fields, NULL));
        struct field *field = &value->fields[i];
        take_name(&reader, field->name);
        if (reader.bad || (i > 0 && strcmp(field[-1].name, field->name) >= 0) ||
            !take_tensor(&reader, bytes, total, &end, &field->tensor))
            return KIN_ECORRUPT;
        value->n_fields = i + 1;
    }
    bool sound = !reader.bad && end == total && header_length(value) == header &&
                 are_zero(bytes, reader.at, header);
    return sound ? 0 : KIN_ECORRUPT;
}

int kin_value_decode(void *bytes, size_t length, struct kin_value **out, struct kin_error *err)
{
    if (length < ALIGNMENT || memcmp(bytes, "KIN1", 4) != 0)
        return kin_fail(err, KIN_ECORRUPT, "%zu bytes that are no Kindred value", length);
    struct kin_value *value;
    KIN_TRY(kin_alloc_into(&value, 1, sizeof *value, err));
    int status = decode_fields(value, bytes, length);
    if (status != 0) {
        kin_value_free(value);
        return kin_fail(err, status,
                        status == KIN_ENOMEM ? "no memory for a value of %zu bytes"
                                             : "a Kindred value of %zu bytes that is damaged",
                        length);
    }
    value->backing = bytes;
    *out = value;
    return 0;
}

static void take_span(struct reader *reader, struct kin_value_links *out)
{
    char name[LONGEST_NAME + 1];
    take_name(reader, name);
    uint64_t dtype = take_le(reader, 1);
    uint64_t ndim = take_le(reader, 1);
    for (uint64_t d = 0; d < ndim && d < KIN_MAX_DIMS; d++)
        take_le(reader, 8);
    uint64_t offset = take_le(reader, 8);
    uint64_t length = take_le(reader, 8);
    if (reader->bad || dtype != KIN_DIGEST || length % sizeof(struct kin_digest) != 0)
        return;
    if (out->n == KIN_COUNT(out->spans))
        reader->bad = true;
    else if (length > 0) {
        out->spans[out->n].offset = offset;
        out->spans[out->n++].count = length / sizeof(struct kin_digest);
    }
}

void kin_value_links(const void *bytes, size_t length, struct kin_value_links *out)
{
    *out = (struct kin_value_links){0};
    struct reader reader = {.bytes = bytes, .length = length, .at = 4};
    if (length < ALIGNMENT || memcmp(bytes, "KIN1", 4) != 0)
        return;
    uint64_t header = take_le(&reader, 4);
    reader.bad |= header > length;
    reader.length = reader.bad ? reader.at : (size_t)header;
    take_name(&reader, out->type);
    uint64_t n = take_le(&reader, 2);
    for (uint64_t i = 0; i < n && !reader.bad; i++)
        take_span(&reader, out);
    if (reader.bad)
        *out = (struct kin_value_links){0};
}
