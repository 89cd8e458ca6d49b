/* kindred version: the program, what it is linked with, and what is missing at run time. */
#include <ebur128.h>
#include <fftw3.h>
#include <rubberband/rubberband-c.h>
#include <sndfile.h>
#include <soxr.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>
#ifdef KIN_WITH_STUDIO
#include <wildmidi_lib.h>
#endif

#include "cli.h"
#include "kindred/blas.h"
#include "kindred/cache.h"
#include "kindred/cpu.h"
#include "kindred/memory.h"
#include "kindred/process.h"
#include "kindred/text.h"
#include "kindred/workflow.h"
#include "version.h"

/* Their headers belong to other modules. */
extern const char *jansson_version_str(void);
extern const char *archive_version_string(void);
extern const char *sodium_version_string(void);

void version_each_library(void (*each)(void *context, const char *name, const char *version),
                          void *context)
{
    char text[64];
    each(context, "LMDB", kin_cache_library());
    unsigned xxhash = XXH_versionNumber();
    snprintf(text, sizeof text, "%u.%u.%u", xxhash / 10000, xxhash / 100 % 100, xxhash % 100);
    each(context, "xxHash", text);
    each(context, "FFTW", fftwf_version);
    each(context, "OpenBLAS", kin_blas_library());
    each(context, "libsndfile", sf_version_string());
    each(context, "libsoxr", soxr_version());
    each(context, "Rubber Band", RUBBERBAND_VERSION);
    int major, minor, patch;
    ebur128_get_version(&major, &minor, &patch);
    snprintf(text, sizeof text, "%d.%d.%d", major, minor, patch);
    each(context, "libebur128", text);
    each(context, "libyaml", kin_workflow_library());
#ifdef KIN_WITH_STUDIO
    long wildmidi = WildMidi_GetVersion();
    snprintf(text, sizeof text, "%ld.%ld.%ld", wildmidi >> 16, wildmidi >> 8 & 255, wildmidi & 255);
    each(context, "libWildMidi", text);
#else
    each(context, "libWildMidi", "not built in: there is no generated music (dataset.studio)");
#endif
    each(context, "libarchive", archive_version_string());
    each(context, "libsodium", sodium_version_string());
    each(context, "Jansson", jansson_version_str());
}

/* A version without the name before it and the words after it: «OpenBLAS 0.3.21 DYNAMIC_ARCH». */
static void add_version(char *out, size_t size, const char *name, const char *version)
{
    const char *from = version + strcspn(version, "0123456789");
    size_t used = strlen(out);
    snprintf(out + used, size - used, "%s%s %.*s", used ? ", " : "", name, (int)strcspn(from, " -"),
             from);
}

void kin_cli_libraries(char *out, size_t size)
{
    int major, minor, patch;
    char ebur128[32];
    ebur128_get_version(&major, &minor, &patch);
    snprintf(ebur128, sizeof ebur128, "%d.%d.%d", major, minor, patch);
    out[0] = '\0';
    add_version(out, size, "FFTW", fftwf_version);
    add_version(out, size, "OpenBLAS", kin_blas_library());
    add_version(out, size, "libsndfile", sf_version_string());
    add_version(out, size, "libsoxr", soxr_version());
    add_version(out, size, "Rubber Band", RUBBERBAND_VERSION);
    add_version(out, size, "libebur128", ebur128);
}

static void print_library(void *context, const char *name, const char *version)
{
    (void)context;
    printf("  %-11s ", name);
    kin_cli_wrap(stdout, version, 14, 14);
}

/* ---- programs that are asked at run time ---- */

static bool have_program(const char *program)
{
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    return kin_program_find(program, &path);
}

void version_each_program(void (*each)(void *context, const struct version_program *program),
                          void *context)
{
    static const struct version_program programs[] = {
        {"gnuplot", "gnuplot-nox", "figures", false},
        {"Rscript", "r-base-core, r-cran-mgcv, r-cran-emmeans", "additive models, marginal means",
         false},
        {"ssh-keygen", "openssh-client", "signatures of snapshots", false},
    };
    for (size_t i = 0; i < KIN_COUNT(programs); i++) {
        struct version_program program = programs[i];
        program.found = have_program(program.name);
        each(context, &program);
    }
}

static void print_program(void *context, const struct version_program *program)
{
    (void)context;
    printf("  %-11s %s (%s%s%s)\n", program->name, program->found ? "found" : "missing",
           program->use, program->found ? "" : "; Debian package ",
           program->found ? "" : program->package);
}

/* Which of R's packages are installed, asked of R itself: it prints a 1 or a 0 for each. */
static void print_r_packages(void)
{
    static const char *const packages[][2] = {{"mgcv", "r-cran-mgcv"},
                                              {"emmeans", "r-cran-emmeans"}};
    const char *const argv[] = {
        "Rscript", "-e", "cat(0 + (c('mgcv', 'emmeans') %in% rownames(installed.packages())))",
        NULL};
    const struct kin_process process = {.argv = argv, .folder = "/", .limit_s = 30};
    KIN_AUTO(kin_process_end_release) struct kin_process_end end = {0};
    if (kin_process_run(&process, &end, NULL) != 0 || end.said.length < 3)
        return;
    for (size_t i = 0; i < KIN_COUNT(packages); i++) {
        const struct version_program package = {packages[i][0], packages[i][1],
                                                "R, additive models", end.said.data[2 * i] == '1'};
        print_program(NULL, &package);
    }
}

static int run(int argc, char **argv)
{
    (void)argv;
    if (argc > 0)
        return kin_cli_usage("version", "'version' takes nothing");
    printf("kindred %s, GPL-3.0-or-later\n", KIN_VERSION);
    printf("CPU: %s\n", kin_cpu_level_name(kin_cpu_level()));
    puts("libraries");
    version_each_library(print_library, NULL);
    puts("programs");
    version_each_program(print_program, NULL);
    if (have_program("Rscript"))
        print_r_packages();
    return KIN_EXIT_DONE;
}

const struct kin_command kin_command_version = {
    .name = "version",
    .doc = "prints the versions of the program and its libraries, the CPU level, and what is "
           "missing at run time",
    .usage = "version",
    .run = run,
};
