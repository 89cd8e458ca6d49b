#include "plotter.h"

#include "kindred/memory.h"
#include "kindred/process.h"

#define LIMIT_S 120

bool plotter_found(void)
{
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    return kin_program_find("gnuplot", &path);
}

static int write_inside(const struct kin_scratch *scratch, const char *name, const char *extension,
                        const struct kin_text *text, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    kin_text_addf(&path, "%s/%s%s", scratch->path, name, extension);
    KIN_TRY(kin_text_check(&path, err));
    return kin_write_file(path.data, text->data, text->length, err);
}

static int run(const struct kin_scratch *scratch, const char *script, bool narrow,
               struct kin_error *err)
{
    const char *const argv[] = {
        "gnuplot", "--default-settings",
        "-e",      narrow ? "narrow=1; set output 'drawn'" : "narrow=0; set output 'drawn'",
        script,    NULL};
    const struct kin_process process = {.argv = argv, .folder = scratch->path, .limit_s = LIMIT_S};
    KIN_AUTO(kin_process_end_release) struct kin_process_end end = {0};
    KIN_AUTO(kin_text_release) struct kin_text how = {0};
    KIN_TRY(kin_process_run(&process, &end, err));
    if (end.code == 0)
        return 0;
    kin_process_end_text(&end, LIMIT_S, &how);
    return kin_fail(err, KIN_EDATA, "gnuplot on '%s': %s", script, kin_text_string(&how));
}

int plotter_draw(const char *name, const struct kin_text *data, const struct kin_text *script,
                 bool narrow, struct kin_text *out, struct kin_error *err)
{
    KIN_AUTO(kin_scratch_remove) struct kin_scratch scratch = {0};
    KIN_AUTO(kin_text_release) struct kin_text file = {0};
    KIN_AUTO(kin_text_release) struct kin_text drawn = {0};
    KIN_AUTO(kin_auto_free) char *svg = NULL;
    size_t length;
    if (!plotter_found())
        return kin_fail(err, KIN_EUNAVAILABLE,
                        "gnuplot is missing; the Debian package is " PLOTTER_PACKAGE);
    KIN_TRY(kin_scratch_make(&scratch, err));
    kin_text_addf(&file, "%s.gp", name);
    kin_text_addf(&drawn, "%s/drawn", scratch.path);
    KIN_TRY(kin_text_check(&file, err));
    KIN_TRY(kin_text_check(&drawn, err));
    KIN_TRY(write_inside(&scratch, name, ".dat", data, err));
    KIN_TRY(write_inside(&scratch, name, ".gp", script, err));
    KIN_TRY(run(&scratch, file.data, narrow, err));
    KIN_TRY(kin_read_file(drawn.data, &svg, &length, err));
    kin_text_add_bytes(out, svg, length);
    return kin_text_check(out, err);
}
