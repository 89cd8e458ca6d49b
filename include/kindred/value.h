/*
 * Values: what artifacts are made of.
 *
 * A value is a type name and a set of named fields; a field is a tensor of numbers, texts or
 * digests. Its canonical bytes (kin_value_encode) are the same for equal values whatever the order
 * in which fields were set, and name the artifact: digest = XXH3-128 of those bytes.
 *
 * Order of calls: build (kin_value_new, kin_value_set…) then encode; or decode and read.
 *
 * Canonical bytes, little endian: "KIN1", u32 length of the header; type (u8 length, bytes);
 * u16 number of fields; per field in ascending name: name (u8 length, bytes), u8 dtype, u8 ndim,
 * u64 shape[ndim], u64 offset, u64 length; zeros up to a multiple of 64. Then the data of the
 * fields, each at a multiple of 64, gaps zero. KIN_TEXT data: u32 offsets[n] from the start of the
 * field's data, then the NUL-terminated strings one after the other. Digests: 16 bytes each.
 */
#ifndef KINDRED_VALUE_H
#define KINDRED_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kindred/digest.h"
#include "kindred/status.h"

enum kin_dtype { KIN_U8, KIN_I32, KIN_I64, KIN_F32, KIN_F64, KIN_TEXT, KIN_DIGEST, KIN_DTYPES };

#define KIN_MAX_DIMS 4

/* An array, row-major. `owned` data is released with the tensor; otherwise it is a view. */
struct kin_tensor {
    enum kin_dtype dtype;
    int ndim;
    size_t shape[KIN_MAX_DIMS];
    void *data;
    bool owned;
};

size_t kin_dtype_size(enum kin_dtype dtype); /* bytes an element; 0 for KIN_TEXT */
const char *kin_dtype_name(enum kin_dtype dtype);
size_t kin_tensor_count(const struct kin_tensor *tensor); /* elements; 1 for ndim 0 */
/* Zeroed, owned. */
int kin_tensor_alloc(struct kin_tensor *out, enum kin_dtype dtype, int ndim, const size_t *shape,
                     struct kin_error *err);
/* 1-D of n texts, owned. */
int kin_tensor_texts(struct kin_tensor *out, const char *const *texts, size_t n,
                     struct kin_error *err);
void kin_tensor_release(struct kin_tensor *tensor);
/* The i-th text of a KIN_TEXT tensor; lives as long as the tensor. */
const char *kin_tensor_text(const struct kin_tensor *tensor, size_t i);

struct kin_value; /* opaque */

/* An empty value of a type («clip»); NULL when there is no memory. */
struct kin_value *kin_value_new(const char *type);
void kin_value_free(struct kin_value *value);   /* accepts NULL */
void kin_value_auto(struct kin_value **value);  /* for KIN_AUTO */
const char *kin_value_type(const struct kin_value *value);

/* Setting: a field of that name is replaced. kin_value_set takes the tensor in every case, also
 * on failure. The others copy what they are given. */
int kin_value_set(struct kin_value *value, const char *name, struct kin_tensor *takes,
                  struct kin_error *err);
int kin_value_set_f64(struct kin_value *value, const char *name, double x, struct kin_error *err);
int kin_value_set_i64(struct kin_value *value, const char *name, int64_t x, struct kin_error *err);
int kin_value_set_text(struct kin_value *value, const char *name, const char *text,
                       struct kin_error *err);
int kin_value_set_texts(struct kin_value *value, const char *name, const char *const *texts,
                        size_t n, struct kin_error *err);
int kin_value_set_digests(struct kin_value *value, const char *name,
                          const struct kin_digest *digests, size_t n, struct kin_error *err);
/* A float32 array of 1 or 2 dimensions (columns 0: one dimension), copied. */
int kin_value_set_f32(struct kin_value *value, const char *name, const float *x, size_t rows,
                      size_t columns, struct kin_error *err);

/* Reading. Fields in ascending name. The tensor lives as long as the value and must not change. */
size_t kin_value_fields(const struct kin_value *value);
const char *kin_value_field_name(const struct kin_value *value, size_t i);
const struct kin_tensor *kin_value_field(const struct kin_value *value, size_t i);
const struct kin_tensor *kin_value_get(const struct kin_value *value,
                                       const char *name); /* or NULL */
/* A field with this dtype and number of dimensions; KIN_ECORRUPT names what differs. */
int kin_value_want(const struct kin_value *value, const char *name, enum kin_dtype dtype, int ndim,
                   const struct kin_tensor **out, struct kin_error *err);
/* Scalars, with a fallback when the field is absent or of another shape. */
double kin_value_f64(const struct kin_value *value, const char *name, double fallback);
int64_t kin_value_i64(const struct kin_value *value, const char *name, int64_t fallback);
const char *kin_value_text(const struct kin_value *value, const char *name, const char *fallback);

/* Canonical bytes; *out is the caller's, release with kin_free. */
int kin_value_encode(const struct kin_value *value, void **out, size_t *length,
                     struct kin_error *err);
/* Checks every length and offset before use: any bytes give a value or KIN_ECORRUPT. On success the
 * value takes `bytes` (from kin_alloc) and reads in place; on failure they stay the caller's. */
int kin_value_decode(void *bytes, size_t length, struct kin_value **out, struct kin_error *err);
/* What a value refers to, from its first bytes alone: its type, and where digests lie in its bytes.
 * n is 0 and the type empty for bytes that are no value, or whose head is longer than `length`. */
struct kin_value_links {
    char type[64];
    size_t n;
    struct {
        uint64_t offset, count; /* count digests of 16 bytes each */
    } spans[16];
};
void kin_value_links(const void *bytes, size_t length, struct kin_value_links *out);
/* Digest of the canonical bytes. */
int kin_value_digest(const struct kin_value *value, struct kin_digest *out, struct kin_error *err);

#endif
