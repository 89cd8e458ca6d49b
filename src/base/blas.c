#include "kindred/blas.h"

#include <cblas.h>
#include <dlfcn.h>
#include <openblas_config.h>
#include <pthread.h>
#include <string.h>

#define LIBRARY "libopenblas.so.0"

typedef void sgemm(enum CBLAS_ORDER, enum CBLAS_TRANSPOSE, enum CBLAS_TRANSPOSE, blasint m,
                   blasint n, blasint k, float alpha, const float *a, blasint lda, const float *b,
                   blasint ldb, float beta, float *c, blasint ldc);
typedef void set_threads(int n);

static sgemm *product; /* NULL: not loaded, and failure says why */
static struct kin_error failure;

/* POSIX has functions and data in pointers of one size; C has no conversion for it. */
static void find(void *library, const char *name, void *function_pointer)
{
    void *address = dlsym(library, name);
    memcpy(function_pointer, &address, sizeof address);
}

static void load(void)
{
    set_threads *one_thread = NULL;
    sgemm *found = NULL;
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (library) {
        find(library, "openblas_set_num_threads", &one_thread);
        find(library, "cblas_sgemm", &found);
    }
    if (!one_thread || !found) {
        kin_fail(&failure, KIN_EUNUSABLE, "OpenBLAS cannot be loaded: %s", dlerror());
        return;
    }
    one_thread(1);
    product = found;
}

int kin_blas_load(struct kin_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return product ? 0 : kin_fail(err, failure.status, "%s", failure.text);
}

void kin_blas_product(bool transpose_a, bool transpose_b, int m, int n, int k, const float *a,
                      const float *b, float beta, float *c)
{
    product(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans,
            transpose_b ? CblasTrans : CblasNoTrans, m, n, k, 1, a, transpose_a ? m : k, b,
            transpose_b ? k : n, beta, c, n);
}

const char *kin_blas_library(void)
{
    static const char text[] = OPENBLAS_VERSION; /* « OpenBLAS 0.3.21 » */
    return text + strcspn(text, "0123456789");
}
