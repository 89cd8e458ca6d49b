#include "kindred/npy.h"

#include <stdint.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/text.h"

#define MAGIC "\x93NUMPY"
#define MAGIC_LENGTH 6
#define ALIGNMENT 64
#define LONGEST_WORD 31

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, ".npy data is copied as it is");

struct code {
    const char *descr;
    enum kin_dtype dtype;
};

/* The first code of a type is the one that is written. */
static const struct code codes[] = {{"|u1", KIN_U8},  {"<u1", KIN_U8},  {"|b1", KIN_U8},
                                    {"<i4", KIN_I32}, {"<i8", KIN_I64}, {"<f4", KIN_F32},
                                    {"<f8", KIN_F64}};

/* The header is a Python dictionary; `at` never passes `end`. */
struct scanner {
    const char *at, *end;
};

struct header {
    char descr[LONGEST_WORD + 1];
    bool fortran_order;
    int ndim;
    size_t shape[KIN_MAX_DIMS];
    unsigned seen; /* one bit a key */
};

enum { SAW_DESCR = 1, SAW_ORDER = 2, SAW_SHAPE = 4, SAW_ALL = 7 };

static void skip_space(struct scanner *scanner)
{
    while (scanner->at < scanner->end && strchr(" \t\n", *scanner->at) && *scanner->at != '\0')
        scanner->at++;
}

/* Takes one character if it comes next. */
static bool take(struct scanner *scanner, char wanted)
{
    skip_space(scanner);
    if (scanner->at == scanner->end || *scanner->at != wanted)
        return false;
    scanner->at++;
    return true;
}

static bool take_word(struct scanner *scanner, const char *wanted)
{
    skip_space(scanner);
    size_t length = strlen(wanted);
    if ((size_t)(scanner->end - scanner->at) < length || memcmp(scanner->at, wanted, length) != 0)
        return false;
    scanner->at += length;
    return true;
}

static bool take_string(struct scanner *scanner, char out[LONGEST_WORD + 1])
{
    char quote = take(scanner, '\'') ? '\'' : '"';
    if (quote == '"' && !take(scanner, '"'))
        return false;
    const char *start = scanner->at;
    const char *close = memchr(start, quote, (size_t)(scanner->end - start));
    if (!close || close - start > LONGEST_WORD || memchr(start, '\0', (size_t)(close - start)))
        return false;
    memcpy(out, start, (size_t)(close - start));
    out[close - start] = '\0';
    scanner->at = close + 1;
    return true;
}

static bool take_size(struct scanner *scanner, size_t *out)
{
    skip_space(scanner);
    const char *start = scanner->at;
    size_t number = 0;
    for (; scanner->at < scanner->end && *scanner->at >= '0' && *scanner->at <= '9'; scanner->at++)
        if (!kin_mul_size(number, 10, &number) ||
            __builtin_add_overflow(number, (size_t)(*scanner->at - '0'), &number))
            return false;
    *out = number;
    return scanner->at > start;
}

/* (), (n,), (n, m), … ; ndim counts further than shape holds. */
static bool take_shape(struct scanner *scanner, struct header *header)
{
    if (!take(scanner, '('))
        return false;
    header->ndim = 0;
    while (!take(scanner, ')')) {
        size_t size;
        if (!take_size(scanner, &size))
            return false;
        if (header->ndim < KIN_MAX_DIMS)
            header->shape[header->ndim] = size;
        header->ndim++;
        if (!take(scanner, ',')) /* (3) is a number in Python, not a shape */
            return header->ndim > 1 && take(scanner, ')');
    }
    return true;
}

static bool take_entry(struct scanner *scanner, struct header *header)
{
    char key[LONGEST_WORD + 1];
    if (!take_string(scanner, key) || !take(scanner, ':'))
        return false;
    unsigned entry = 0;
    bool good = false;
    if (strcmp(key, "descr") == 0) {
        entry = SAW_DESCR;
        good = take_string(scanner, header->descr);
    } else if (strcmp(key, "fortran_order") == 0) {
        entry = SAW_ORDER;
        header->fortran_order = take_word(scanner, "True");
        good = header->fortran_order || take_word(scanner, "False");
    } else if (strcmp(key, "shape") == 0) {
        entry = SAW_SHAPE;
        good = take_shape(scanner, header);
    }
    good = good && (header->seen & entry) == 0;
    header->seen |= entry;
    return good;
}

static bool take_header(struct scanner scanner, struct header *header)
{
    if (!take(&scanner, '{'))
        return false;
    while (!take(&scanner, '}')) {
        if (!take_entry(&scanner, header))
            return false;
        if (!take(&scanner, ',')) {
            if (!take(&scanner, '}'))
                return false;
            break;
        }
    }
    skip_space(&scanner);
    return scanner.at == scanner.end && header->seen == SAW_ALL;
}

/* Where the dictionary lies; NULL when the file ends before it. */
static const char *find_header(const unsigned char *bytes, size_t length, size_t *header_length)
{
    size_t size_bytes = bytes[MAGIC_LENGTH] == 1 ? 2 : 4;
    size_t start = MAGIC_LENGTH + 2 + size_bytes;
    if (length < start)
        return NULL;
    *header_length = 0;
    for (size_t i = 0; i < size_bytes; i++)
        *header_length |= (size_t)bytes[MAGIC_LENGTH + 2 + i] << (8 * i);
    return *header_length <= length - start ? (const char *)bytes + start : NULL;
}

/* What is read is what is supported: shape, order and type. */
static int check_header(const struct header *header, enum kin_dtype *dtype, struct kin_error *err)
{
    if (header->ndim > KIN_MAX_DIMS)
        return kin_fail(err, KIN_EDATA, ".npy data with %d dimensions, wanted at most %d",
                        header->ndim, KIN_MAX_DIMS);
    if (header->fortran_order && header->ndim > 1)
        return kin_fail(err, KIN_EDATA,
                        ".npy data in Fortran order, wanted C order (numpy.ascontiguousarray)");
    for (size_t i = 0; i < KIN_COUNT(codes); i++)
        if (strcmp(codes[i].descr, header->descr) == 0) {
            *dtype = codes[i].dtype;
            return 0;
        }
    return kin_fail(err, KIN_EDATA, ".npy data of type '%s', wanted <f4, <f8, <i4, <i8, |u1 or |b1",
                    header->descr);
}

/* Bytes of the data a header announces; false when no memory could hold them. */
static bool announced(const struct header *header, enum kin_dtype dtype, size_t *out)
{
    *out = kin_dtype_size(dtype);
    for (int d = 0; d < header->ndim; d++)
        if (!kin_mul_size(*out, header->shape[d], out))
            return false;
    return true;
}

int kin_npy_parse(const void *bytes, size_t length, struct kin_tensor *out, struct kin_error *err)
{
    const unsigned char *start = bytes;
    if (length < MAGIC_LENGTH + 2 || memcmp(start, MAGIC, MAGIC_LENGTH) != 0)
        return kin_fail(err, KIN_EDATA, "%zu bytes that are no .npy file", length);
    if (start[MAGIC_LENGTH] < 1 || start[MAGIC_LENGTH] > 3)
        return kin_fail(err, KIN_EDATA, ".npy format %d.%d, wanted 1.0 to 3.0", start[MAGIC_LENGTH],
                        start[MAGIC_LENGTH + 1]);
    size_t header_length = 0;
    const char *text = find_header(start, length, &header_length);
    if (!text)
        return kin_fail(err, KIN_EDATA, "a .npy file of %zu bytes that ends in its header", length);
    struct header header = {0};
    if (!take_header((struct scanner){text, text + header_length}, &header))
        return kin_fail(err, KIN_EDATA, "a .npy file whose header cannot be read");
    enum kin_dtype dtype = KIN_U8;
    KIN_TRY(check_header(&header, &dtype, err));
    size_t wanted, found = (size_t)((const char *)bytes + length - text) - header_length;
    if (!announced(&header, dtype, &wanted))
        return kin_fail(err, KIN_EDATA, "a .npy file whose shape fits into no memory");
    if (wanted != found)
        return kin_fail(err, KIN_EDATA, "a .npy file with %zu bytes of data, its header says %zu",
                        found, wanted);
    KIN_TRY(kin_tensor_alloc(out, dtype, header.ndim, header.shape, err));
    if (wanted > 0)
        memcpy(out->data, text + header_length, wanted);
    return 0;
}

int kin_npy_read(const char *path, struct kin_tensor *out, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) char *bytes = NULL;
    size_t length;
    KIN_TRY(kin_read_file(path, &bytes, &length, err));
    int status = kin_npy_parse(bytes, length, out, err);
    if (status != 0)
        kin_error_within(err, "reading '%s'", path);
    return status;
}

static const char *code_of(enum kin_dtype dtype)
{
    for (size_t i = 0; i < KIN_COUNT(codes); i++)
        if (codes[i].dtype == dtype)
            return codes[i].descr;
    return NULL;
}

/* Format 1.0: magic, version, u16 length, the dictionary padded so that the data lie at 64. */
static void add_header(struct kin_text *text, const struct kin_tensor *tensor)
{
    struct kin_text shape = {0};
    for (int d = 0; d < tensor->ndim; d++)
        kin_text_addf(&shape, "%s%zu%s", d == 0 ? "" : " ", tensor->shape[d],
                      d + 1 == tensor->ndim && d > 0 ? "" : ",");
    kin_text_add_bytes(text, MAGIC "\x01\0", MAGIC_LENGTH + 2);
    kin_text_add_bytes(text, "\0", 2); /* its length, below */
    kin_text_addf(text, "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }",
                  code_of(tensor->dtype), kin_text_string(&shape));
    while ((text->length + 1) % ALIGNMENT != 0 && !text->failed)
        kin_text_add(text, " ");
    kin_text_add(text, "\n");
    text->failed |= shape.failed;
    kin_text_release(&shape);
    if (text->failed)
        return;
    size_t length = text->length - MAGIC_LENGTH - 4; /* always below 256: at most 4 dimensions */
    text->data[MAGIC_LENGTH + 2] = (char)(unsigned char)(length & 255);
    text->data[MAGIC_LENGTH + 3] = (char)(unsigned char)(length >> 8);
}

int kin_npy_write(const char *path, const struct kin_tensor *tensor, struct kin_error *err)
{
    if (!code_of(tensor->dtype))
        return kin_fail(err, KIN_EINVAL, "a tensor of type %s cannot be written as .npy",
                        kin_dtype_name(tensor->dtype));
    struct kin_text text = {0};
    add_header(&text, tensor);
    kin_text_add_bytes(&text, tensor->data,
                       kin_tensor_count(tensor) * kin_dtype_size(tensor->dtype));
    int status = kin_text_check(&text, err);
    if (status == 0)
        status = kin_write_file(path, text.data, text.length, err);
    kin_text_release(&text);
    return status;
}

/* Element i as a double: exact but for int64 beyond 2^53. */
static double element(const struct kin_tensor *tensor, size_t i)
{
    switch (tensor->dtype) {
    case KIN_U8:
        return ((const uint8_t *)tensor->data)[i];
    case KIN_I32:
        return ((const int32_t *)tensor->data)[i];
    case KIN_I64:
        return (double)((const int64_t *)tensor->data)[i];
    case KIN_F32:
        return (double)((const float *)tensor->data)[i];
    default:
        return ((const double *)tensor->data)[i];
    }
}

int kin_tensor_convert(const struct kin_tensor *in, enum kin_dtype dtype, struct kin_tensor *out,
                       struct kin_error *err)
{
    if ((dtype != KIN_F32 && dtype != KIN_F64) || !code_of(in->dtype))
        return kin_fail(err, KIN_EINVAL, "no conversion from %s to %s", kin_dtype_name(in->dtype),
                        kin_dtype_name(dtype));
    struct kin_tensor converted;
    KIN_TRY(kin_tensor_alloc(&converted, dtype, in->ndim, in->shape, err));
    size_t n = kin_tensor_count(in);
    if (in->dtype == dtype && n > 0)
        memcpy(converted.data, in->data, n * kin_dtype_size(dtype));
    else if (dtype == KIN_F32)
        for (size_t i = 0; i < n; i++)
            ((float *)converted.data)[i] = (float)element(in, i);
    else
        for (size_t i = 0; i < n; i++)
            ((double *)converted.data)[i] = element(in, i);
    *out = converted;
    return 0;
}
