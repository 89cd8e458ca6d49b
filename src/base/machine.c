#include "kindred/machine.h"

#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Where a control group says its limit: version 2, version 1. A word in place of a number is none.
 */
static const char *const limits[] = {"/sys/fs/cgroup/memory.max",
                                     "/sys/fs/cgroup/memory/memory.limit_in_bytes"};

static size_t page_bytes(void)
{
    long bytes = sysconf(_SC_PAGESIZE);
    return bytes > 0 ? (size_t)bytes : 4096;
}

/* The number that a file holds, or `none`. */
static size_t number_in(const char *path, size_t none)
{
    unsigned long long number;
    FILE *file = fopen(path, "re");
    if (!file)
        return none;
    int found = fscanf(file, "%llu", &number);
    fclose(file);
    return found == 1 && number > 0 && number < SIZE_MAX ? (size_t)number : none;
}

size_t kin_machine_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES);
    size_t memory = pages > 0 ? (size_t)pages * page_bytes() : SIZE_MAX;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        size_t limit = number_in(limits[i], SIZE_MAX);
        memory = limit < memory ? limit : memory;
    }
    return memory;
}

size_t kin_machine_resident(void)
{
    unsigned long long resident, shared;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    int found = fscanf(file, "%*u %llu %llu", &resident, &shared);
    fclose(file);
    return found == 2 && resident > shared ? (size_t)(resident - shared) * page_bytes() : 0;
}

double kin_machine_seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}
