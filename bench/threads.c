/*
 * What a second thread brings: transformations, encodings and distances of the shipped music, as
 * whole runs with -j 1 and with -j 2 in caches of their own. Prints name,value,unit,note. Run from
 * the repository's root.
 */
#include <string.h>

#include "bench.h"
#include "kindred/memory.h"
#include "kindred/text.h"

#define REPEATS 2

/* Each needs those before it. Encoding is quick: many clips of it. */
static const char workflow[] =
    "kindred: 1\n"
    "title: bench\n"
    "steps:\n"
    "  songs: { kind: dataset.folder, path: %s, group: \"--\", on_error: skip }\n"
    "  some: { kind: split, of: songs, part: all, take: 24, seed: 1 }\n"
    "  clips: { kind: excerpt, of: some, seconds: 4, sample_rate: 22050, seed: 1 }\n"
    "  transform: { kind: transform, of: clips, for: {\n"
    "    transformation: PN, magnitude: [-15, -10, -6, -3, 3, 6, 9, 12, 15, 18] } }\n"
    "  mfcc: { kind: mfcc, of: transform, drop_first: true, layout: frames-first }\n"
    "  mfcc0: { kind: mfcc, of: clips, drop_first: true, layout: frames-first }\n"
    "  encode: { kind: encode.mfcc, of: transform }\n"
    "  distance: { kind: distance, from: mfcc, to: mfcc0, for: { metric: [dtw, simple] } }\n";

static const char *const stages[] = {"clips", "transform", "mfcc0", "mfcc", "encode", "distance"};

/* The least seconds of every stage. */
static void measure(const char *folder, const char *threads, double best[KIN_COUNT(stages)])
{
    char path[96], cache[96];
    snprintf(path, sizeof path, "%s/w.yaml", folder);
    snprintf(cache, sizeof cache, "%s/cache", folder);
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        for (size_t s = 0; s < KIN_COUNT(stages); s++) {
            const char *const argv[] = {"build/kindred", "run", path,   stages[s], "-j", threads,
                                        "--cache",       cache, "--out", folder,   NULL};
            struct bench_process run = bench_process(NULL, argv);
            if (run.code != 0) {
                fprintf(stderr, "bench threads: stage '%s' ended with %d\n", stages[s], run.code);
                exit(1);
            }
            best[s] = repeat == 0 || run.seconds < best[s] ? run.seconds : best[s];
        }
        bench_remove(cache);
    }
}

int main(void)
{
    char folder[] = "/tmp/kindred-bench-XXXXXX", path[96];
    char *music = realpath("tests/data/music", NULL);
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    struct kin_error err = {0};
    if (!music || !mkdtemp(folder)) {
        fprintf(stderr, "bench threads: no folder 'tests/data/music', or none for files\n");
        return 1;
    }
    kin_text_addf(&text, workflow, music);
    snprintf(path, sizeof path, "%s/w.yaml", folder);
    bench_must(kin_text_check(&text, &err), &err);
    bench_must(kin_write_file(path, text.data, text.length, &err), &err);
    double one[KIN_COUNT(stages)], two[KIN_COUNT(stages)];
    measure(folder, "1", one);
    measure(folder, "2", two);
    for (size_t s = 0; s < KIN_COUNT(stages); s++)
        if (strcmp(stages[s], "clips") != 0 && strcmp(stages[s], "mfcc0") != 0)
            printf("threads.%s,%.2f,times,-j 2 against -j 1; %.0f and %.0f ms a run\n", stages[s],
                   one[s] / two[s], 1e3 * two[s], 1e3 * one[s]);
    bench_remove(folder);
    free(music);
    return 0;
}
