#include <fcntl.h>
#include <lmdb.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "cache/store.h"
#include "cache_support.h"

static int try_open(const char *folder, bool read_only, struct kin_error *err)
{
    struct kin_cache *cache = NULL;
    int status = kin_cache_open(
        &(struct kin_cache_options){.folder = folder, .read_only = read_only}, &cache, err);
    ck_assert((status == 0) == (cache != NULL));
    kin_cache_close(cache);
    return status;
}

static const char *data_of(const char *folder)
{
    static char path[400];
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    return path;
}

START_TEST(makes_its_folder)
{
    const char *base = fresh_folder();
    struct kin_error err = {0};
    char deep[400];
    snprintf(deep, sizeof deep, "%s/a/b/c", base);
    ck_assert_int_eq(try_open(deep, true, &err), KIN_ENOTFOUND);
    ck_ok(try_open(deep, false, &err));
    ck_ok(try_open(deep, true, &err));
    struct kin_cache *cache = open_cache(deep);
    ck_assert_str_eq(kin_cache_folder(cache), deep);
    kin_cache_close(cache);
    kin_cache_close(NULL);
    remove_folder(base);
}
END_TEST

START_TEST(opens_for_reading_only)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    ck_assert_int_eq(try_open(folder, true, &err), KIN_ENOTFOUND);
    struct kin_cache *cache = open_cache(folder);
    put_made(cache, 300, 1, false);
    kin_cache_close(cache);
    ck_ok(kin_cache_open(&(struct kin_cache_options){.folder = folder, .read_only = true}, &cache,
                         &err));
    ck_assert(has_made(cache, 300, 1));
    struct kin_cache_batch *batch = kin_batch_new(cache);
    add_made(batch, 10, 2, false);
    ck_assert_int_eq(kin_cache_write(cache, batch, &err), KIN_EACCESS);
    char text[500];
    snprintf(text, sizeof text, "the cache '%s' was opened for reading only", folder);
    ck_assert_str_eq(err.text, text);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(names_network_file_systems)
{
    static const struct {
        uint64_t magic;
        const char *name;
    } cases[] = {
        {0x6969, "NFS"},      {0xFF534D42, "CIFS"},
        {0xFE534D42, "SMB2"}, {0x0BD00BD0, "Lustre"},
        {0x47504653, "GPFS"}, {0x19830326, "BeeGFS"},
        {0x01021997, "9p"},   {0x65735546, "FUSE"},
        {0x00C36400, "Ceph"}, {0xFFFFFFFFFF534D42, "CIFS"}}; /* f_type is signed on some machines */
    for (size_t i = 0; i < KIN_COUNT(cases); i++)
        ck_assert_str_eq(kin_folder_network_name(cases[i].magic), cases[i].name);
    static const uint64_t local[] = {0xEF53,     0x58465342, 0x9123683E,
                                     0x01021994, 0x2FC12FC1, 0x794C7630};
    for (size_t i = 0; i < KIN_COUNT(local); i++)
        ck_assert_ptr_null(kin_folder_network_name(local[i]));
}
END_TEST

static void overwrite(const char *path, const void *bytes, size_t length, off_t at)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0666);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, bytes, length, at), (ssize_t)length);
    close(fd);
}

START_TEST(refuses_foreign_files)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    ck_assert_int_eq(try_open("", false, &err), KIN_EINVAL);
    static char junk[20000];
    memset(junk, 'x', sizeof junk);
    static const size_t lengths[] = {1, 100, 4096, 8192, 20000};
    for (size_t i = 0; i < KIN_COUNT(lengths); i++) {
        remove(data_of(folder));
        overwrite(data_of(folder), junk, lengths[i], 0);
        for (int read_only = 0; read_only < 2; read_only++) {
            ck_assert_int_eq(try_open(folder, read_only, &err), KIN_EUNUSABLE);
            char text[700];
            snprintf(text, sizeof text,
                     "'%s' is not a cache, or its first pages are damaged: move it away, or choose "
                     "another folder with --cache",
                     data_of(folder));
            ck_assert_str_eq(err.text, text);
        }
    }
    ck_assert_int_eq(try_open(data_of(folder), false, &err), KIN_EUNUSABLE);
    ck_assert_ptr_nonnull(strstr(err.text, "is a file, wanted a folder"));
    remove(data_of(folder));
    overwrite(data_of(folder), junk, 0, 0); /* killed while it was made */
    ck_ok(try_open(folder, false, &err));
    remove_folder(folder);
}
END_TEST

/* Runs `change` on the environment with plain LMDB. */
static void with_lmdb(const char *folder, const char *table, const char *key, const char *value)
{
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    ck_assert_int_eq(mdb_env_create(&env), 0);
    ck_assert_int_eq(mdb_env_set_maxdbs(env, 2), 0);
    ck_assert_int_eq(mdb_env_set_mapsize(env, (size_t)16 << 20), 0);
    ck_assert_int_eq(mdb_env_open(env, folder, 0, 0666), 0);
    ck_assert_int_eq(mdb_txn_begin(env, NULL, 0, &txn), 0);
    ck_assert_int_eq(mdb_dbi_open(txn, table, MDB_CREATE, &dbi), 0);
    MDB_val k = kin_store_val(key, strlen(key)), v = kin_store_val(value, strlen(value));
    ck_assert_int_eq(mdb_put(txn, dbi, &k, &v, 0), 0);
    ck_assert_int_eq(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

START_TEST(refuses_other_formats)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    char text[700];
    with_lmdb(folder, "other", "a", "b");
    for (int read_only = 0; read_only < 2; read_only++) {
        ck_assert_int_eq(try_open(folder, read_only, &err), KIN_EUNUSABLE);
        snprintf(text, sizeof text,
                 "'%s' is an LMDB file of another program: choose another folder with --cache",
                 data_of(folder));
        ck_assert_str_eq(err.text, text);
    }
    remove(data_of(folder));
    ck_ok(try_open(folder, false, &err));
    with_lmdb(folder, "meta", "format", "2");
    ck_assert_int_eq(try_open(folder, false, &err), KIN_EUNUSABLE);
    snprintf(text, sizeof text,
             "the cache '%s' has format 2, this program knows up to 1: use a newer Kindred, or "
             "another folder with --cache",
             folder);
    ck_assert_str_eq(err.text, text);
    remove_folder(folder);
}
END_TEST

/* Cut anywhere, the file is refused, or still whole; nothing crashes. */
START_TEST(notices_a_cut_file)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    for (uint64_t i = 0; i < 5; i++)
        put_made(cache, 30000, i, false);
    kin_cache_close(cache);
    struct stat st;
    ck_assert_int_eq(stat(data_of(folder), &st), 0);
    size_t refused = 0;
    for (off_t size = st.st_size - 1; size > 0; size -= 4099) {
        ck_assert_int_eq(truncate(data_of(folder), size), 0);
        cache = NULL;
        int status = kin_cache_open(
            &(struct kin_cache_options){.folder = folder, .read_only = true}, &cache, &err);
        ck_assert_msg(status == KIN_EUNUSABLE || status == 0, "%ld of %ld bytes: %d", (long)size,
                      (long)st.st_size, status);
        refused += status != 0;
        for (uint64_t i = 0; status == 0 && i < 5; i++)
            ck_assert_msg(has_made(cache, 30000, i), "%ld of %ld bytes", (long)size,
                          (long)st.st_size);
        kin_cache_close(cache);
    }
    ck_assert_uint_gt(refused, 20);
    remove_folder(folder);
}
END_TEST

START_TEST(refuses_a_folder_without_permission)
{
    struct kin_error err = {0};
    const char *folder = fresh_folder();
    pid_t child = fork();
    if (child == 0) {
        /* root may do everything: become somebody else */
        if (geteuid() == 0 && (chown(folder, 65534, 65534) != 0 || setuid(65534) != 0))
            _exit(77);
        struct kin_cache *cache = open_cache(folder);
        put_made(cache, 100, 1, false);
        kin_cache_close(cache);
        chmod(folder, 0500);
        int status = try_open(folder, false, &err);
        bool said = strstr(err.text, "cannot be written: ask its owner") != NULL;
        chmod(data_of(folder), 0400);
        chmod(folder, 0700);
        int file_status = try_open(folder, false, &err);
        bool file_said = strstr(err.text, "data.mdb' cannot be written") != NULL;
        chmod(folder, 0500);
        int read_status = try_open(folder, true, &err);
        chmod(folder, 0700);
        _exit(status == KIN_EACCESS && said && file_status == KIN_EACCESS && file_said &&
                      read_status == 0
                  ? 0
                  : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    remove_folder(folder);
}
END_TEST

START_TEST(refuses_to_cross_a_fork)
{
    const char *folder = fresh_folder();
    struct kin_cache *cache = open_cache(folder);
    put_made(cache, 100, 1, false);
    pid_t child = fork();
    if (child == 0) {
        struct kin_error err = {0};
        void *bytes;
        size_t n;
        struct kin_digest digest = digest_of_made(100, 1);
        int get = kin_cache_get(cache, &digest, &bytes, &n, &err);
        struct kin_cache_batch *batch = kin_batch_new(cache);
        int put = kin_cache_write(cache, batch, &err);
        kin_cache_close(cache); /* leaves the parent's alone */
        _exit(get == KIN_EINVAL && put == KIN_EINVAL ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    ck_assert(has_made(cache, 100, 1));
    put_made(cache, 100, 2, false);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they need all of it */
/* With little address space the map shrinks until it fits. */
START_TEST(lives_with_little_address_space)
{
    const char *folder = fresh_folder();
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {(rlim_t)4 << 30, (rlim_t)4 << 30};
        if (setrlimit(RLIMIT_AS, &limit) != 0)
            _exit(1);
        struct kin_cache *cache = open_cache(folder);
        put_made(cache, 1000, 1, false);
        _exit(has_made(cache, 1000, 1) ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    remove_folder(folder);
}
END_TEST

#endif

START_TEST(survives_every_failed_allocation)
{
    const char *folder = fresh_folder();
    int status = KIN_ENOMEM;
    for (unsigned long n = 1; status != 0; n++) {
        struct kin_error err = {0};
        kin_memory_fail_nth(n);
        status = try_open(folder, false, &err);
        kin_memory_fail_nth(0);
        ck_assert(status == 0 || status == KIN_ENOMEM);
    }
    remove_folder(folder);
}
END_TEST

TEST_MAIN("store", makes_its_folder, opens_for_reading_only, names_network_file_systems,
          refuses_foreign_files, refuses_other_formats, notices_a_cut_file,
          refuses_a_folder_without_permission, refuses_to_cross_a_fork,
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
          lives_with_little_address_space,
#endif
          survives_every_failed_allocation)
