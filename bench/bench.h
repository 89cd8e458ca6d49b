/*
 * What the benchmarks share. Each prints lines «name,value,unit,note»; a note has no commas. A
 * program that does the same elsewhere (a peer) has a line of its own, named after ours with the
 * peer's name at the end; its value is empty when it is not on this machine.
 */
#ifndef KINDRED_BENCH_H
#define KINDRED_BENCH_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kindred/status.h"

static inline double bench_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Ends the program with an error's text. */
static inline void bench_must(int status, const struct kin_error *err)
{
    if (status == 0)
        return;
    fprintf(stderr, "bench: %s\n", err->text);
    exit(1);
}

/* The least seconds of repeated calls, for at least `budget` seconds and `least` calls: what the
 * machine can do undisturbed. */
static inline double bench_best(void (*call)(void *context), void *context, double budget,
                                int least)
{
    double best = 1e9, start = bench_now();
    for (int i = 0; i < least || bench_now() - start < budget; i++) {
        double begin = bench_now();
        call(context);
        double seconds = bench_now() - begin;
        best = seconds < best ? seconds : best;
    }
    return best;
}

/* ---- folders ---- */

static inline int bench_remove_entry(const char *path, const struct stat *st, int type,
                                     struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return remove(path);
}

static inline void bench_remove(const char *path)
{
    nftw(path, bench_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- whole processes ---- */

struct bench_process {
    int code;       /* exit code; 127: there is no such program; -1: killed */
    double seconds; /* from fork to exit, as a person waits */
    double mib;     /* the most memory that was resident, files mapped included */
};

/* Runs a program, silently, in a folder (NULL: here). */
static inline struct bench_process bench_process(const char *folder, const char *const *argv)
{
    struct bench_process out = {.code = -1};
    fflush(stdout);
    double begin = bench_now();
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
        dup2(null, 2);
        if (!folder || chdir(folder) == 0)
            execvp(argv[0], (char *const *)argv);
        _exit(errno == ENOENT ? 127 : 126);
    }
    int status;
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) != child)
        return out;
    out.seconds = bench_now() - begin;
    out.mib = (double)usage.ru_maxrss / 1024;
    out.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return out;
}

/* The quickest of several runs that all succeed; otherwise what went wrong. */
static inline struct bench_process bench_processes(const char *folder, const char *const *argv,
                                                   int repeats)
{
    struct bench_process best = {.seconds = 1e9};
    for (int i = 0; i < repeats; i++) {
        struct bench_process run = bench_process(folder, argv);
        if (run.code != 0)
            return run;
        best = run.seconds < best.seconds ? run : best;
    }
    return best;
}

/* The line of a peer, in milliseconds. */
static inline void bench_print_peer(const char *name, const char *peer,
                                    const struct bench_process *run, const char *note)
{
    if (run->code == 0)
        printf("%s.%s,%.3f,ms,%s\n", name, peer, 1e3 * run->seconds, note);
    else
        printf("%s.%s,,ms,%s\n", name, peer,
               run->code == 127 ? "not on this machine" : "failed on this machine");
}

#endif
