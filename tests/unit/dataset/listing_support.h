/* Folders of empty files, for what is read from names alone. */
#ifndef KINDRED_TESTS_LISTING_SUPPORT_H
#define KINDRED_TESTS_LISTING_SUPPORT_H

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kindred/dataset.h"
#include "support.h"

static char folder[64];

/* Names below a new folder; NULL ends. */
static inline void make_files(const char *const *names)
{
    char path[256];
    snprintf(folder, sizeof folder, "/tmp/kindred-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    for (size_t i = 0; names[i]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        for (char *at = path + strlen(folder) + 1; (at = strchr(at, '/')); *at++ = '/') {
            *at = '\0';
            mkdir(path, 0777);
        }
        int file = open(path, O_CREAT | O_WRONLY, 0666);
        ck_assert_int_ge(file, 0);
        close(file);
    }
}

static inline void remove_files(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
}

#endif
