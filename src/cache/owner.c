#include "cache/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache/store.h"

#define START_FIELD 22 /* proc(5), /proc/PID/stat */

/* The beginning of a file, as a string; empty when it cannot be read. */
static size_t read_start(const char *path, char *out, size_t capacity)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, out, capacity - 1);
    if (fd >= 0)
        close(fd);
    out[n > 0 ? n : 0] = '\0';
    return n > 0 ? (size_t)n : 0;
}

/* State and start time of a process: false when there is none, or /proc does not say. The second
 * field is the program's name in brackets, in which anything may stand. */
static bool read_stat(uint64_t pid, char *state, uint64_t *start)
{
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%llu/stat", (unsigned long long)pid);
    if (read_start(path, line, sizeof line) == 0)
        return false;
    const char *at = strrchr(line, ')');
    if (!at || at[1] != ' ')
        return false;
    *state = at[2];
    for (int field = 2; field < START_FIELD; field++) {
        at = strchr(at + 1, ' ');
        if (!at)
            return false;
    }
    *start = strtoull(at + 1, NULL, 10);
    return true;
}

static struct kin_digest this_boot(void)
{
    char text[512];
    size_t n = read_start("/proc/sys/kernel/random/boot_id", text, 64);
    ssize_t more = readlink("/proc/self/ns/pid", text + n, sizeof text - n);
    return kin_digest_of(text, n + (more > 0 ? (size_t)more : 0));
}

void kin_owner_self(struct kin_owner *out)
{
    char state;
    *out = (struct kin_owner){.pid = (uint64_t)getpid(), .boot = this_boot()};
    read_stat(out->pid, &state, &out->start);
}

bool kin_owner_lives(const struct kin_owner *process)
{
    struct kin_digest boot = this_boot();
    if (!kin_digest_equal(&boot, &process->boot))
        return false;
    char state;
    uint64_t start;
    if (read_stat(process->pid, &state, &start))
        return start == process->start && state != 'Z' && state != 'X';
    /* Without /proc for it: the kernel still knows whether there is such a process. */
    return process->start == 0 && (kill((pid_t)process->pid, 0) == 0 || errno == EPERM);
}

bool kin_owner_equal(const struct kin_owner *a, const struct kin_owner *b)
{
    return a->pid == b->pid && a->start == b->start && kin_digest_equal(&a->boot, &b->boot);
}

void kin_owner_pack(const struct kin_owner *process, unsigned char out[KIN_OWNER_BYTES])
{
    kin_store_pack(out, process->pid, 8);
    kin_store_pack(out + 8, process->start, 8);
    memcpy(out + 16, process->boot.bytes, sizeof process->boot.bytes);
}

bool kin_owner_unpack(const void *bytes, size_t length, struct kin_owner *out)
{
    const unsigned char *b = bytes;
    if (length < KIN_OWNER_BYTES)
        return false;
    out->pid = kin_store_unpack(b, 8);
    out->start = kin_store_unpack(b + 8, 8);
    memcpy(out->boot.bytes, b + 16, sizeof out->boot.bytes);
    return true;
}
