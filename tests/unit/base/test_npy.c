#include <glob.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "kindred/npy.h"
#include "kindred/text.h"
#include "support.h"

/* A file in memory: format `major`.0 around a dictionary and some data. */
static struct kin_text file_of(int major, const char *dictionary, const void *data, size_t length)
{
    struct kin_text text = {0};
    size_t n = strlen(dictionary);
    unsigned char size[4] = {(unsigned char)n, (unsigned char)(n >> 8)};
    kin_text_add(&text, "\x93NUMPY");
    unsigned char version[2] = {(unsigned char)major, 0};
    kin_text_add_bytes(&text, version, 2);
    kin_text_add_bytes(&text, size, major == 1 ? 2 : 4);
    kin_text_add(&text, dictionary);
    kin_text_add_bytes(&text, data, length);
    return text;
}

static int parse_of(int major, const char *dictionary, size_t length, struct kin_tensor *out,
                    struct kin_error *err)
{
    static const unsigned char data[64] = {1, 2, 3};
    struct kin_text text = file_of(major, dictionary, data, length);
    int status = kin_npy_parse(text.data, text.length, out, err);
    kin_text_release(&text);
    return status;
}

START_TEST(reads_every_type_and_version)
{
    static const struct {
        int major;
        const char *dictionary;
        enum kin_dtype dtype;
    } cases[] = {
        {1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", KIN_F32},
        {2, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }   \n", KIN_F64},
        {3, "{\"shape\":(2,3),\"descr\":\"<i4\",\"fortran_order\":False}", KIN_I32},
        {1, "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 3,)}", KIN_I64},
        {1, " { 'descr': '|u1', 'fortran_order': False , 'shape': ( 2 , 3 ) } ", KIN_U8},
        {1, "{'descr': '|b1', 'fortran_order': False, 'shape': (2, 3)}", KIN_U8},
    };
    struct kin_error err = {0};
    for (size_t i = 0; i < KIN_COUNT(cases); i++) {
        struct kin_tensor tensor = {0};
        size_t length = 6 * kin_dtype_size(cases[i].dtype);
        ck_ok(parse_of(cases[i].major, cases[i].dictionary, length, &tensor, &err));
        ck_assert_int_eq(tensor.dtype, cases[i].dtype);
        ck_assert_int_eq(tensor.ndim, 2);
        ck_assert_uint_eq(tensor.shape[0], 2);
        ck_assert_uint_eq(tensor.shape[1], 3);
        ck_assert_int_eq(((unsigned char *)tensor.data)[1], 2);
        kin_tensor_release(&tensor);
    }
}
END_TEST

START_TEST(reads_scalars_empty_arrays_and_fortran_vectors)
{
    struct kin_error err = {0};
    struct kin_tensor tensor = {0};
    ck_ok(parse_of(1, "{'descr': '|u1', 'fortran_order': False, 'shape': ()}", 1, &tensor, &err));
    ck_assert_int_eq(tensor.ndim, 0);
    ck_assert_int_eq(*(unsigned char *)tensor.data, 1);
    kin_tensor_release(&tensor);
    ck_ok(
        parse_of(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 7)}", 0, &tensor, &err));
    ck_assert_uint_eq(kin_tensor_count(&tensor), 0);
    kin_tensor_release(&tensor);
    /* in one dimension both orders are the same */
    ck_ok(parse_of(1, "{'descr': '|u1', 'fortran_order': True, 'shape': (3,)}", 3, &tensor, &err));
    kin_tensor_release(&tensor);
}
END_TEST

START_TEST(says_what_is_wrong)
{
    static const struct {
        int major;
        const char *dictionary, *text;
    } cases[] = {
        {9, "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}",
         ".npy format 9.0, wanted 1.0 to 3.0"},
        {1, "{'descr': '>f4', 'fortran_order': False, 'shape': (3,)}",
         ".npy data of type '>f4', wanted <f4, <f8, <i4, <i8, |u1 or |b1"},
        {1, "{'descr': '|u1', 'fortran_order': True, 'shape': (1, 3)}",
         ".npy data in Fortran order, wanted C order (numpy.ascontiguousarray)"},
        {1, "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 1, 1, 3)}",
         ".npy data with 5 dimensions, wanted at most 4"},
        {1, "{'descr': '|u1', 'fortran_order': False, 'shape': (4,)}",
         "a .npy file with 3 bytes of data, its header says 4"},
        {1, "{'descr': '<i8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
         "a .npy file whose shape fits into no memory"},
        {1, "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,)}",
         "a .npy file whose header cannot be read"},
        {1, "{'descr': '|u1', 'fortran_order': False, 'shape': (3)}",
         "a .npy file whose header cannot be read"},
        {1, "{'descr': '|u1', 'shape': (3,)}", "a .npy file whose header cannot be read"},
        {1, "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (3,)}",
         "a .npy file whose header cannot be read"},
        {1, "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (3,)}",
         "a .npy file whose header cannot be read"},
        {1, "{'descr': '|u1', 'fortran_order': False, 'shape': (3,)} x",
         "a .npy file whose header cannot be read"},
        {1, "", "a .npy file whose header cannot be read"},
    };
    for (size_t i = 0; i < KIN_COUNT(cases); i++) {
        struct kin_error err = {0};
        struct kin_tensor tensor = {0};
        ck_assert_int_eq(parse_of(cases[i].major, cases[i].dictionary, 3, &tensor, &err),
                         KIN_EDATA);
        ck_assert_str_eq(err.text, cases[i].text);
        ck_assert_ptr_null(tensor.data);
    }
    struct kin_error err = {0};
    struct kin_tensor tensor;
    ck_assert_int_eq(kin_npy_parse("RIFF", 4, &tensor, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "4 bytes that are no .npy file");
    ck_assert_int_eq(kin_npy_parse("\x93NUMPY\1\0\x40\0{", 11, &tensor, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "a .npy file of 11 bytes that ends in its header");
}
END_TEST

static void check_round_trip(enum kin_dtype dtype, int ndim)
{
    struct kin_error err = {0};
    size_t shape[KIN_MAX_DIMS] = {3, 2, 1, 4};
    struct kin_tensor tensor, again;
    ck_ok(kin_tensor_alloc(&tensor, dtype, ndim, shape, &err));
    size_t length = kin_tensor_count(&tensor) * kin_dtype_size(dtype);
    for (size_t i = 0; i < length; i++)
        ((unsigned char *)tensor.data)[i] = (unsigned char)(37 * i + 1);
    char path[] = "/tmp/kindred-npy-XXXXXX";
    close(mkstemp(path));
    ck_ok(kin_npy_write(path, &tensor, &err));
    ck_ok(kin_npy_read(path, &again, &err));
    char *bytes;
    size_t file_length;
    ck_ok(kin_read_file(path, &bytes, &file_length, &err));
    ck_assert_uint_eq((file_length - length) % 64, 0); /* NumPy maps files whose data lie so */
    unlink(path);
    ck_assert_int_eq(again.dtype, dtype);
    ck_assert_int_eq(again.ndim, ndim);
    ck_assert_mem_eq(again.shape, tensor.shape, sizeof shape);
    ck_assert_mem_eq(again.data, tensor.data, length);
    kin_free(bytes);
    kin_tensor_release(&tensor);
    kin_tensor_release(&again);
}

START_TEST(writes_what_it_reads)
{
    static const enum kin_dtype dtypes[] = {KIN_U8, KIN_I32, KIN_I64, KIN_F32, KIN_F64};
    for (size_t i = 0; i < KIN_COUNT(dtypes); i++)
        for (int ndim = 0; ndim <= KIN_MAX_DIMS; ndim++)
            check_round_trip(dtypes[i], ndim);
}
END_TEST

/* numpy.save writes these very bytes for numpy.zeros((2, 3), dtype) and so on. */
START_TEST(writes_the_header_that_numpy_writes)
{
    static const struct {
        int ndim;
        size_t shape[2];
        const char *dictionary;
    } cases[] = {
        {0, {0}, "{'descr': '<f4', 'fortran_order': False, 'shape': (), }"},
        {1, {5}, "{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }"},
        {2, {2, 3}, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"},
    };
    struct kin_error err = {0};
    for (size_t i = 0; i < KIN_COUNT(cases); i++) {
        struct kin_tensor tensor;
        ck_ok(kin_tensor_alloc(&tensor, KIN_F32, cases[i].ndim, cases[i].shape, &err));
        char path[] = "/tmp/kindred-npy-XXXXXX";
        close(mkstemp(path));
        ck_ok(kin_npy_write(path, &tensor, &err));
        char *bytes;
        size_t length;
        ck_ok(kin_read_file(path, &bytes, &length, &err));
        unlink(path);
        ck_assert_mem_eq(bytes, "\x93NUMPY\1\0\x76\0", 10);
        ck_assert_mem_eq(bytes + 10, cases[i].dictionary, strlen(cases[i].dictionary));
        ck_assert_int_eq(bytes[127], '\n');
        kin_free(bytes);
        kin_tensor_release(&tensor);
    }
}
END_TEST

START_TEST(refuses_texts_and_missing_files)
{
    struct kin_error err = {0};
    const char *words[1] = {"a"};
    struct kin_tensor tensor, out;
    ck_ok(kin_tensor_texts(&tensor, words, 1, &err));
    ck_assert_int_eq(kin_npy_write("/tmp/never.npy", &tensor, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "a tensor of type text cannot be written as .npy");
    ck_assert_int_eq(kin_tensor_convert(&tensor, KIN_F32, &out, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "no conversion from text to float32");
    kin_tensor_release(&tensor);
    ck_assert_int_eq(kin_npy_read("/nonexistent/x.npy", &out, &err), KIN_ENOTFOUND);
    ck_assert_int_eq(kin_npy_read("/dev/null", &out, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "reading '/dev/null': 0 bytes that are no .npy file");
}
END_TEST

START_TEST(converts_numbers)
{
    static const enum kin_dtype dtypes[] = {KIN_U8, KIN_I32, KIN_I64, KIN_F32, KIN_F64};
    struct kin_error err = {0};
    for (size_t i = 0; i < KIN_COUNT(dtypes); i++) {
        struct kin_tensor in, single, twice;
        size_t n = 2;
        ck_ok(kin_tensor_alloc(&in, dtypes[i], 1, &n, &err));
        uint8_t u8[] = {0, 200};
        int32_t i32[] = {-5, 200};
        int64_t i64[] = {-5, 200};
        float f32[] = {-0.5f, 200};
        double f64[] = {-0.5, 200};
        const void *const data[] = {u8, i32, i64, f32, f64};
        memcpy(in.data, data[i], 2 * kin_dtype_size(dtypes[i]));
        double first = i == 0 ? 0 : i < 3 ? -5 : -0.5;
        ck_ok(kin_tensor_convert(&in, KIN_F32, &single, &err));
        ck_ok(kin_tensor_convert(&in, KIN_F64, &twice, &err));
        ck_assert_double_eq((double)((float *)single.data)[0], first);
        ck_assert_double_eq((double)((float *)single.data)[1], 200);
        ck_assert_double_eq(((double *)twice.data)[0], first);
        ck_assert_double_eq(((double *)twice.data)[1], 200);
        ck_assert_int_eq(kin_tensor_convert(&in, KIN_I32, &single, &err), KIN_EINVAL);
        kin_tensor_release(&in);
        kin_tensor_release(&single);
        kin_tensor_release(&twice);
    }
}
END_TEST

/* Every cut and every changed byte gives a tensor or a text, never a read outside the bytes. */
START_TEST(survives_damage)
{
    struct kin_error err = {0};
    static const float data[6];
    struct kin_text good = file_of(
        1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } \n", data, sizeof data);
    for (size_t i = 0; i < good.length * 256; i++) {
        size_t length = i < good.length ? i : good.length;
        unsigned char *copy = malloc(length + 1); /* exact: the sanitizer sees one byte too far */
        copy = realloc(copy, length ? length : 1);
        memcpy(copy, good.data, length);
        if (i / 256 < length)
            copy[i / 256] = (unsigned char)(i % 256);
        struct kin_tensor tensor;
        err.text[0] = '\0';
        if (kin_npy_parse(copy, length, &tensor, &err) == 0)
            kin_tensor_release(&tensor);
        else
            ck_assert_str_ne(err.text, "");
        free(copy);
    }
    kin_text_release(&good);
}
END_TEST

START_TEST(survives_every_failed_allocation)
{
    struct kin_error err = {0};
    struct kin_tensor tensor, again;
    ck_ok(parse_of(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}", 3, &tensor, &err));
    char path[] = "/tmp/kindred-npy-XXXXXX";
    close(mkstemp(path));
    for (unsigned long n = 1, done = 0; !done; n++) {
        kin_memory_fail_nth(n);
        int status = kin_npy_write(path, &tensor, &err);
        if (status == 0 && (status = kin_npy_read(path, &again, &err)) == 0) {
            kin_tensor_release(&again);
            done = 1;
        }
        kin_memory_fail_nth(0);
        ck_assert(done || status == KIN_ENOMEM);
    }
    unlink(path);
    kin_tensor_release(&tensor);
}
END_TEST

/* Files that NumPy itself wrote. */
START_TEST(reads_the_reference_files)
{
    struct kin_error err = {0};
    glob_t found;
    ck_assert_int_eq(glob(reference_path("*/*.npy"), 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct kin_tensor tensor, again;
        ck_ok(kin_npy_read(found.gl_pathv[i], &tensor, &err));
        char path[] = "/tmp/kindred-npy-XXXXXX";
        close(mkstemp(path));
        ck_ok(kin_npy_write(path, &tensor, &err));
        ck_ok(kin_npy_read(path, &again, &err));
        unlink(path);
        size_t length = kin_tensor_count(&tensor) * kin_dtype_size(tensor.dtype);
        ck_assert_mem_eq(again.data, tensor.data, length);
        kin_tensor_release(&tensor);
        kin_tensor_release(&again);
    }
    globfree(&found);
}
END_TEST

TEST_MAIN("npy", reads_every_type_and_version, reads_scalars_empty_arrays_and_fortran_vectors,
          says_what_is_wrong, writes_what_it_reads, writes_the_header_that_numpy_writes,
          refuses_texts_and_missing_files, converts_numbers, survives_damage,
          survives_every_failed_allocation, reads_the_reference_files)
