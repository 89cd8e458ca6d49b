/*
 * What a second thread brings: transformations, encodings and distances of the shipped music, as
 * whole runs with -j 1 and with -j 2 in caches of their own. Prints name,value,unit,note. Run from
 * the repository's root.
 */
#include <string.h>

#include "bench.h"
#include "kindred/memory.h"
#include "kindred/text.h"

/* Each needs those before it, and lasts long enough that the start of a program does not count. */
static const char workflow[] =
    "kindred: 1\n"
    "title: bench\n"
    "steps:\n"
    "  songs: { kind: dataset.folder, path: %s, group: \"--\", on_error: skip }\n"
    "  scaler: { kind: standardise, of: songs, seed: 1 }\n"
    "  model: { kind: train, task: AE, of: songs, scaler: scaler, epochs: 1, batch: 8, seed: 1 }\n"
    "  pieces: { kind: pieces, of: songs, count: 2 }\n"
    "  clips: { kind: excerpt, of: pieces, seconds: 4, sample_rate: 22050, seed: 1 }\n"
    "  transform:\n"
    "    kind: transform\n"
    "    of: clips\n"
    "    for:\n"
    "      - { transformation: PS, magnitude: -4 }\n"
    "      - { transformation: TS, magnitude: [0.8, 1.2] }\n"
    "      - { transformation: PN, magnitude: 18 }\n"
    "      - { transformation: EN, magnitude: [-15, -10, -6, -3, 3, 6, 9, 12, 15, 18, 21, 24] }\n"
    "      - { transformation: MP, magnitude: 80 }\n"
    "  mfcc: { kind: mfcc, of: transform, drop_first: true, layout: frames-first }\n"
    "  mfcc0: { kind: mfcc, of: clips, drop_first: true, layout: frames-first }\n"
    "  encode: { kind: encode, of: transform, model: model }\n"
    "  distance: { kind: distance, from: mfcc, to: mfcc0, for: { metric: [dtw, simple] } }\n";

static const struct stage {
    const char *name;
    bool counts;
} stages[] = {{"model", false}, {"clips", false}, {"mfcc0", false},  {"transform", true},
              {"mfcc", true},   {"encode", true}, {"distance", true}};

/* The seconds of every stage. */
static void measure(const char *folder, const char *threads, double seconds[KIN_COUNT(stages)])
{
    char path[96], cache[96];
    snprintf(path, sizeof path, "%s/w.yaml", folder);
    snprintf(cache, sizeof cache, "%s/cache", folder);
    for (size_t s = 0; s < KIN_COUNT(stages); s++) {
        const char *const argv[] = {"build/kindred", "run", path,    stages[s].name, "-j", threads,
                                    "--cache",       cache, "--out", folder,         NULL};
        struct bench_process run = bench_process(NULL, argv);
        if (run.code != 0) {
            fprintf(stderr, "bench threads: stage '%s' ended with %d\n", stages[s].name, run.code);
            exit(1);
        }
        seconds[s] = run.seconds;
    }
    bench_remove(cache);
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
        if (stages[s].counts)
            printf("threads.%s,%.2f,times,-j 2 against -j 1; %.1f and %.1f s a run\n",
                   stages[s].name, one[s] / two[s], two[s], one[s]);
    bench_remove(folder);
    free(music);
    return 0;
}
