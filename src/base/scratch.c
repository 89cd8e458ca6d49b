#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kindred/memory.h"
#include "kindred/process.h"

#define OPEN_FOLDERS 16 /* that nftw may hold at a time */

int kin_scratch_make(struct kin_scratch *out, struct kin_error *err)
{
    const char *base = getenv("TMPDIR");
    KIN_AUTO(kin_text_release) struct kin_text made = {0};
    if (!base || base[0] != '/')
        base = "/tmp";
    kin_text_addf(&made, "%s/kindred-XXXXXX", base);
    KIN_TRY(kin_text_check(&made, err));
    if (!mkdtemp(made.data) || !realpath(made.data, out->path))
        return kin_fail_errno(err, KIN_EIO, errno, "making a folder in '%s'", base);
    return 0;
}

int kin_scratch_folder(const struct kin_scratch *scratch, const char *inside, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    kin_text_addf(&path, "%s/%s", scratch->path, inside);
    KIN_TRY(kin_text_check(&path, err));
    char *slash = path.data + strlen(scratch->path);
    while (slash) {
        slash = strchr(slash + 1, '/');
        if (slash)
            *slash = '\0';
        if (mkdir(path.data, 0777) != 0 && errno != EEXIST)
            return kin_fail_errno(err, KIN_EIO, errno, "making the folder '%s'", path.data);
        if (slash)
            *slash = '/';
    }
    return 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    remove(path); /* one that stays is no reason to leave the others */
    return 0;
}

void kin_scratch_remove(struct kin_scratch *scratch)
{
    if (scratch->path[0])
        nftw(scratch->path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
    scratch->path[0] = '\0';
}
