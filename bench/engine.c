/*
 * The runner itself, as whole processes on trivial work: how long a person waits, and the most
 * memory. Two shapes of 100, 1,000 and 5,000 steps: wide (every step from one source) and chains
 * (a row of three steps each, all in one table at the end); and the axes of a paper-sized workflow,
 * some 25,000 instances of 7 steps. Cold: an empty cache; warm: all is in it. The peers, ninja,
 * make and Snakemake, run as many commands that do nothing but make a file; they are absent from
 * the axes, which they do not have. Run from the repository's root, or with the program's path as
 * an argument.
 */
#include <math.h>
#include <string.h>

#include "bench.h"
#include "kindred/memory.h"
#include "kindred/npy.h"
#include "kindred/text.h"

#define WARM_RUNS 15
#define COLD_RUNS 2

static const size_t sizes[] = {100, 1000, 5000};

struct place {
    char folder[64], workflow[96], cache[96];
    char program[4096];
};

static void write_text(const char *folder, const char *name, const struct kin_text *text)
{
    struct kin_error err = {0};
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    bench_must(kin_text_check(text, &err), &err);
    bench_must(kin_write_file(path, text->data, text->length, &err), &err);
}

/* ---- workflows ---- */

static void add_head(struct kin_text *out)
{
    kin_text_add(out, "kindred: 1\ntitle: bench\nsteps:\n"
                      "  v: { kind: vectors.npy, file: v.npy }\n");
}

static void make_wide(size_t steps, struct kin_text *out)
{
    add_head(out);
    for (size_t i = 1; i < steps; i++)
        kin_text_addf(out, "  s%zu: { kind: template, of: v, factor: %zu }\n", i, i);
}

static void make_chains(size_t steps, struct kin_text *out)
{
    size_t chains = (steps - 2) / 3;
    add_head(out);
    for (size_t i = 0; i < chains; i++)
        kin_text_addf(out,
                      "  s%zu: { kind: template, of: v, factor: %zu }\n"
                      "  d%zu: { kind: distance, from: s%zu, to: v, metric: euclidean }\n"
                      "  w%zu: { kind: within, of: d%zu, for: { chain: %zu } }\n",
                      i, i + 1, i, i, i, i, i);
    kin_text_add(out, "  table: { kind: table, over: all, file: t.csv, of: [");
    for (size_t i = 0; i < chains; i++)
        kin_text_addf(out, "%sw%zu", i ? ", " : "", i);
    kin_text_add(out, "] }\n");
}

static void add_axis(struct kin_text *out, size_t first, size_t n)
{
    for (size_t i = 0; i < n; i++)
        kin_text_addf(out, "%s%zu", i ? ", " : "", first + i);
}

/* As paper.yaml: 95 conditions, 20 encoders, 2 distances, a few more readings of every vector. */
static void make_axes(size_t steps, struct kin_text *out)
{
    (void)steps;
    add_head(out);
    kin_text_add(out, "  warped: { kind: template, of: v, for: { factor: [");
    add_axis(out, 1, 95);
    kin_text_add(out, "] } }\n  z: { kind: template, of: warped, for: { encoder: [");
    add_axis(out, 1, 20);
    kin_text_add(out, "] }, factor: $encoder }\n"
                      "  z0: { kind: template, of: v, for: { encoder: [");
    add_axis(out, 1, 20);
    kin_text_add(out, "] }, factor: $encoder }\n"
                      "  readings: { kind: template, of: z, for: { reading: [");
    add_axis(out, 1, 8);
    kin_text_add(out, "] }, factor: $reading }\n"
                      "  dz: { kind: distance, from: z, to: z0,\n"
                      "        for: { d_latent: [euclidean, cosine] }, metric: $d_latent }\n"
                      "  nearest: { kind: within, of: dz }\n"
                      "  within: { kind: table, of: nearest, over: all, file: within.csv }\n");
}

/* ---- our runs ---- */

static struct bench_process run(const struct place *place, int repeats, bool cold)
{
    const char *const argv[] = {place->program, "run",          place->workflow, "--cache",
                                place->cache,   "--out",        place->folder,   NULL};
    struct bench_process best = {.seconds = 1e9};
    for (int i = 0; i < repeats; i++) {
        if (cold)
            bench_remove(place->cache);
        struct bench_process once = bench_process(NULL, argv);
        if (once.code != 0) {
            fprintf(stderr, "bench engine: '%s run' ended with %d\n", place->program, once.code);
            exit(1);
        }
        best = once.seconds < best.seconds ? once : best;
    }
    return best;
}

static void print_run(const char *name, const struct bench_process *run, const char *note)
{
    printf("%s,%.3f,ms,%s\n", name, 1e3 * run->seconds, note);
    printf("%s.memory,%.1f,MiB,resident at most; mapped files included\n", name, run->mib);
}

static void measure(const struct place *place, const char *shape, size_t steps,
                    void (*make)(size_t steps, struct kin_text *out))
{
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    char name[64];
    make(steps, &text);
    write_text(place->folder, "w.yaml", &text);
    struct bench_process cold = run(place, COLD_RUNS, true);
    snprintf(name, sizeof name, "engine.%s.%zu.cold", shape, steps);
    print_run(name, &cold, "a whole process; an empty cache");
    struct bench_process warm = run(place, WARM_RUNS, false);
    snprintf(name, sizeof name, "engine.%s.%zu.warm", shape, steps);
    print_run(name, &warm, "a whole process; nothing to do");
}

/* ---- peers ---- */

static void make_ninja(size_t steps, struct kin_text *out)
{
    kin_text_add(out, "rule touch\n  command = touch $out\n");
    for (size_t i = 1; i < steps; i++)
        kin_text_addf(out, "build out/%zu: touch v.npy\n", i);
}

static void make_make(size_t steps, struct kin_text *out)
{
    kin_text_add(out, "all:");
    for (size_t i = 1; i < steps; i++)
        kin_text_addf(out, " out/%zu", i);
    kin_text_add(out, "\n");
    for (size_t i = 1; i < steps; i++)
        kin_text_addf(out, "out/%zu: v.npy\n\ttouch $@\n", i);
}

static void measure_peer(const struct place *place, size_t steps, const char *peer,
                         const char *file, void (*make)(size_t steps, struct kin_text *out),
                         const char *const *argv)
{
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    char name[64], out[96];
    make(steps, &text);
    write_text(place->folder, file, &text);
    snprintf(out, sizeof out, "%s/out", place->folder);
    mkdir(out, 0777);
    struct bench_process cold = bench_process(place->folder, argv);
    snprintf(name, sizeof name, "engine.wide.%zu.cold", steps);
    bench_print_peer(name, peer, &cold, "as many processes that make an empty file");
    struct bench_process warm = cold;
    if (cold.code == 0)
        warm = bench_processes(place->folder, argv, WARM_RUNS);
    snprintf(name, sizeof name, "engine.wide.%zu.warm", steps);
    bench_print_peer(name, peer, &warm, "nothing to do");
    bench_remove(out);
}

/* ---- Snakemake, which takes seconds where the others take milliseconds ---- */

#define SNAKEMAKE_COLD 100  /* the most steps that are run cold: a tenth of a second each */
#define SNAKEMAKE_WARM 1000 /* … and warm */
#define SNAKEMAKE_RUNS 2

static const char *const snakemake[] = {"snakemake", "--cores", "2", "--quiet", NULL};

static void make_snakemake(size_t steps, struct kin_text *out)
{
    kin_text_addf(out,
                  "rule all:\n"
                  "    input: expand(\"out/{i}\", i=range(1, %zu))\n"
                  "rule touch:\n"
                  "    input: \"v.npy\"\n"
                  "    output: \"out/{i}\"\n"
                  "    shell: \"touch {output}\"\n",
                  steps);
}

/* What a cold run would leave. */
static void make_outputs(const char *folder, size_t steps)
{
    const struct kin_text nothing = {0};
    mkdir(folder, 0777);
    for (size_t i = 1; i < steps; i++) {
        char name[32];
        snprintf(name, sizeof name, "%zu", i);
        write_text(folder, name, &nothing);
    }
}

static void measure_snakemake(const struct place *place, size_t steps)
{
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    char name[64], path[96];
    if (steps > SNAKEMAKE_WARM)
        return;
    make_snakemake(steps, &text);
    write_text(place->folder, "Snakefile", &text);
    snprintf(path, sizeof path, "%s/out", place->folder);
    if (steps <= SNAKEMAKE_COLD) {
        struct bench_process cold = bench_process(place->folder, snakemake);
        snprintf(name, sizeof name, "engine.wide.%zu.cold", steps);
        bench_print_peer(name, "snakemake", &cold, "as many processes that make an empty file");
        bench_remove(path);
    }
    make_outputs(path, steps);
    struct bench_process warm = bench_processes(place->folder, snakemake, SNAKEMAKE_RUNS);
    snprintf(name, sizeof name, "engine.wide.%zu.warm", steps);
    bench_print_peer(name, "snakemake", &warm, "nothing to do");
    bench_remove(path);
    snprintf(path, sizeof path, "%s/.snakemake", place->folder);
    bench_remove(path);
}

static void measure_peers(const struct place *place, size_t steps)
{
    static const char *const ninja[] = {"ninja", "-j2", NULL};
    static const char *const make[] = {"make", "-j2", NULL};
    char log[96];
    snprintf(log, sizeof log, "%s/.ninja_log", place->folder);
    measure_peer(place, steps, "ninja", "build.ninja", make_ninja, ninja);
    remove(log);
    measure_peer(place, steps, "make", "Makefile", make_make, make);
    measure_snakemake(place, steps);
}

/* ---- all ---- */

static void make_vectors(const struct place *place)
{
    float x[8] = {1, 2, 3, 4, 4, 3, 2, 1};
    struct kin_tensor tensor = {.dtype = KIN_F32, .ndim = 2, .shape = {2, 4}, .data = x};
    struct kin_error err = {0};
    char path[96];
    snprintf(path, sizeof path, "%s/v.npy", place->folder);
    bench_must(kin_npy_write(path, &tensor, &err), &err);
}

int main(int argc, char **argv)
{
    struct place place = {.folder = "/tmp/kindred-bench-XXXXXX"};
    const char *program = argc > 1 ? argv[1] : "build/kindred";
    if (!realpath(program, place.program) || !mkdtemp(place.folder)) {
        fprintf(stderr, "bench engine: no program '%s', or no folder for files\n", program);
        return 1;
    }
    snprintf(place.workflow, sizeof place.workflow, "%s/w.yaml", place.folder);
    snprintf(place.cache, sizeof place.cache, "%s/cache", place.folder);
    make_vectors(&place);
    for (size_t i = 0; i < KIN_COUNT(sizes); i++) {
        measure(&place, "wide", sizes[i], make_wide);
        measure_peers(&place, sizes[i]);
    }
    for (size_t i = 0; i < KIN_COUNT(sizes); i++)
        measure(&place, "chains", sizes[i], make_chains);
    measure(&place, "axes", 24817, make_axes);
    bench_remove(place.folder);
    return 0;
}
