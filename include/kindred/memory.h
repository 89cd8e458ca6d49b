/*
 * Memory. Every allocation of the program goes through here, so that a test can make the n-th fail.
 * Memory comes zeroed; sizes of arrays are multiplied with an overflow check.
 */
#ifndef KINDRED_MEMORY_H
#define KINDRED_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "kindred/status.h"

/* Frees a local when it goes out of scope: `KIN_AUTO(kin_auto_free) char *s = …;`.
 * The function receives the address of the variable. */
#define KIN_AUTO(function) __attribute__((cleanup(function)))

#define KIN_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* count * size in *out; false when it does not fit in a size_t. */
bool kin_mul_size(size_t count, size_t size, size_t *out);

/* count * size zeroed bytes aligned to 64; NULL when there is no memory. count 0 gives a valid
 * pointer. Release with kin_free. */
void *kin_alloc(size_t count, size_t size);

/* Bytes that are not zeroed, for those that are overwritten at once; else like kin_alloc. */
void *kin_alloc_unset(size_t bytes);

/* The same as kin_alloc, with an error set. */
int kin_alloc_into(void *out_pointer, size_t count, size_t size, struct kin_error *err);

/* Grows an array so that it holds `need` elements of `size` bytes: *pointer and *capacity are
 * updated; new memory is zeroed. Untouched on failure. */
int kin_grow(void *pointer, size_t *capacity, size_t need, size_t size, struct kin_error *err);

void kin_free(void *memory); /* accepts NULL */

/* A copy of a string; NULL when there is no memory, or text is NULL. */
char *kin_strdup(const char *text);

/* For KIN_AUTO: frees *(void **)pointer. */
void kin_auto_free(void *pointer);

/* From the first call on, memory that is freed stays with the process, up to 32 MiB a thread (glibc
 * allows no more). For those who compute: arrays of some hundred KiB come and go with every clip.
 * When they are given back to the system, as glibc does unless told otherwise, they are made of new
 * pages each time, which can take longer than what is computed on them. */
void kin_memory_keep_freed(void);

/* Test hook: the n-th allocation of this thread from now on fails, once; 0 switches it off. */
void kin_memory_fail_nth(unsigned long n);

#endif
