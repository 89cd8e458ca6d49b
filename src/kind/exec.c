/*
 * Any program as a step: an encoder in Python, an analysis in R.
 *
 * The program runs in a folder of its own, which goes afterwards, with a fixed environment
 * (kindred/process.h): `files` lie there under their own names, inputs in in/, and what it leaves
 * in out/ is read back (exec_files.h). Nothing in its arguments needs to be a path of this machine,
 * so that they are part of the key as they are; the rest of the key is the names and digests of the
 * inputs, the digests of `files`, what `version` prints, and the outputs with their types.
 *
 * A workflow may come from a stranger. A program runs only when the person says so
 * (struct kin_trust), or when it is a script of ours in an interpreter that takes nothing but that
 * script and plain words.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "exec_files.h"
#include "kindred/memory.h"

#define VERSION_SECONDS 60
#define EXIT_UNAVAILABLE 69 /* EX_UNAVAILABLE of sysexits: something that is needed is not there \
                             */
#define VERSION_ID "(version)"
#define MISSING_ID "(missing)"

static const char *const missing_choices[] = {"stop", "report", NULL};

static const struct kin_param params[] = {
    {.name = "run",
     .type = KIN_PARAM_LIST,
     .flags = KIN_PARAM_VERBATIM,
     .doc = "the program and its arguments; no shell reads them. A program without '/' is one of "
            "the files, or looked for in PATH"},
    {.name = "arguments",
     .type = KIN_PARAM_LIST,
     .fallback = "",
     .flags = KIN_PARAM_VERBATIM,
     .doc = "more arguments behind those, such as an axis"},
    {.name = "files",
     .type = KIN_PARAM_PATHS,
     .fallback = "",
     .doc = "scripts and other files that it needs; they lie beside it under their own names"},
    {.name = "version",
     .type = KIN_PARAM_LIST,
     .fallback = "",
     .flags = KIN_PARAM_OUTSIDE,
     .doc = "a command that prints which program and libraries these are; what it prints is part "
            "of the key. Exit code 69: something is missing"},
    {.name = "on_missing",
     .type = KIN_PARAM_CHOICE,
     .choices = missing_choices,
     .fallback = "stop",
     .flags = KIN_PARAM_OUTSIDE,
     .doc = "when the program is not here: stop, or report it and give outputs that say so"},
    {.name = "packages",
     .type = KIN_PARAM_LIST,
     .fallback = "",
     .flags = KIN_PARAM_OUTSIDE,
     .doc = "Debian packages with the program, named when it is missing"},
    {.name = "time_limit",
     .type = KIN_PARAM_NUMBER,
     .unit = "s",
     .fallback = "3600",
     .min = 1,
     .max = 1e7,
     .flags = KIN_PARAM_OUTSIDE,
     .doc = "a program that takes longer is stopped, which fails the step"},
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "listing", .type = "listing", .mode = KIN_WHOLE, .doc = "files and version"},
    {.name = "inputs",
     .type = "table|number|numbers|vectors|sequences|spectra|clips|distances|scaler|model",
     .mode = KIN_WHOLE,
     .flags = KIN_PORT_NAMED,
     .doc = "what the program finds in in/ under these names; with 'over:' gathered"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "outputs",
     .type = "table|number|numbers|vectors|sequences|clips|scaler|model",
     .flags = KIN_OUTPUT_NAMED,
     .doc = "what it leaves in out/ under these names"},
    {0},
};

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The place of the file with that name, or the number of files. */
static size_t file_named(const struct kin_args *args, const char *name)
{
    const char *const *files;
    size_t n = kin_arg_list(args, "files", &files);
    size_t i = 0;
    while (i < n && strcmp(name_of(files[i]), name) != 0)
        i++;
    return i;
}

static bool is_file(const struct kin_args *args, const char *name)
{
    const char *const *files;
    return file_named(args, name) < kin_arg_list(args, "files", &files);
}

/* ---- what can be said before ---- */

static int check_program(const struct kin_args *args, const char *param, struct kin_error *err)
{
    const char *const *words;
    size_t n = kin_arg_list(args, param, &words);
    if (n == 0 || words[0][0] == '\0')
        return kin_fail(err, KIN_EINVAL, "parameter '%s' names no program", param);
    if (strchr(words[0], '/') && words[0][0] != '/')
        return kin_fail(err, KIN_EINVAL,
                        "the program '%s' is a relative path: list it under 'files' and call it "
                        "'%s'",
                        words[0], name_of(words[0]));
    return 0;
}

static int check_files(const struct kin_args *args, struct kin_error *err)
{
    const char *const *files;
    size_t n = kin_arg_list(args, "files", &files);
    for (size_t i = 0; i < n; i++) {
        const char *name = name_of(files[i]);
        if (!kin_path_is_inside(name) || strcmp(name, "in") == 0 || strcmp(name, "out") == 0)
            return kin_fail(err, KIN_EINVAL, "'%s' is no file for a program's folder", files[i]);
        if (file_named(args, name) < i)
            return kin_fail(err, KIN_EINVAL, "two files are called '%s'", name);
    }
    return 0;
}

static int check(const struct kin_args *args, const char **blame, struct kin_error *err)
{
    const char *const *words;
    *blame = "run";
    KIN_TRY(check_program(args, "run", err));
    *blame = "version";
    if (kin_arg_list(args, "version", &words) > 0)
        KIN_TRY(check_program(args, "version", err));
    *blame = "files";
    return check_files(args, err);
}

/* A word as a person reads it: nothing that a terminal would obey. */
static void add_word(struct kin_text *out, const char *word)
{
    bool plain = *word && !strpbrk(word, " '\"\\$");
    kin_text_add(out, plain ? "" : "'");
    for (; *word; word++)
        kin_text_addf(out, "%c", (unsigned char)*word < 0x20 || *word == 0x7F ? '?' : *word);
    kin_text_add(out, plain ? "" : "'");
}

static void add_command(struct kin_text *out, const struct kin_args *args, const char *param)
{
    const char *const *words;
    size_t n = kin_arg_list(args, param, &words);
    for (size_t i = 0; i < n; i++) {
        kin_text_add(out, i ? " " : "");
        add_word(out, words[i]);
    }
}

static void note(const struct kin_args *args, struct kin_text *out)
{
    const char *const *words;
    kin_text_add(out, "runs: ");
    add_command(out, args, "run");
    if (kin_arg_list(args, "arguments", &words) > 0) {
        kin_text_add(out, " ");
        add_command(out, args, "arguments");
    }
    kin_text_add(out, "\n");
    if (kin_arg_list(args, "version", &words) > 0) {
        kin_text_add(out, "runs: ");
        add_command(out, args, "version");
        kin_text_add(out, "\n");
    }
}

/* ---- trust ---- */

/* Whether all files lie in a folder, whatever links lead there. */
static bool are_in(const struct kin_args *args, const char *folder)
{
    const char *const *files;
    size_t n = kin_arg_list(args, "files", &files);
    size_t length = strlen(folder);
    for (size_t i = 0; i < n; i++) {
        char real[PATH_MAX];
        if (!realpath(files[i], real) || strncmp(real, folder, length) != 0 ||
            real[length] != '/' || strchr(real + length + 1, '/'))
            return false;
    }
    return n > 0;
}

/* «Rscript ONE-OF-THE-FILES word…»: no option, which might be a program itself. */
static bool runs_a_file(const struct kin_args *args, const char *param)
{
    const char *const *words;
    size_t n = kin_arg_list(args, param, &words);
    if (n < 2 || strcmp(words[0], "Rscript") != 0 || !is_file(args, words[1]))
        return n == 0;
    for (size_t i = 1; i < n; i++)
        if (words[i][0] == '-')
            return false;
    return true;
}

static bool has_plain_arguments(const struct kin_args *args)
{
    const char *const *words;
    size_t n = kin_arg_list(args, "arguments", &words);
    for (size_t i = 0; i < n; i++)
        if (words[i][0] == '-')
            return false;
    return true;
}

static int check_trust(const struct kin_args *args, const struct kin_trust *trust,
                       struct kin_error *err)
{
    if (trust && trust->any)
        return 0;
    if (trust && trust->folder && are_in(args, trust->folder) && runs_a_file(args, "run") &&
        runs_a_file(args, "version") && has_plain_arguments(args))
        return 0;
    KIN_AUTO(kin_text_release) struct kin_text command = {0};
    add_command(&command, args, "run");
    return kin_fail(err, KIN_EACCESS,
                    "it would run %s, which is none of our own scripts; 'kindred check' prints "
                    "what a workflow runs: if you trust it, give --allow-exec",
                    kin_text_string(&command));
}

/* ---- the folder of a program ---- */

/* NULL-terminated; the words are borrowed. */
static int make_argv(const struct kin_args *args, const char *first, const char *second,
                     const char ***out, char **program, struct kin_error *err)
{
    const char *const *words, *const *more = NULL;
    size_t n = kin_arg_list(args, first, &words);
    size_t n_more = second ? kin_arg_list(args, second, &more) : 0;
    KIN_TRY(kin_alloc_into(out, n + n_more + 1, sizeof **out, err));
    memcpy(*out, words, n * sizeof **out);
    if (n_more > 0)
        memcpy(*out + n, more, n_more * sizeof **out);
    if (!is_file(args, words[0]))
        return 0;
    struct kin_text path = {0};
    kin_text_addf(&path, "./%s", words[0]);
    KIN_TRY(kin_text_check(&path, err));
    *program = path.data;
    (*out)[0] = path.data;
    return 0;
}

/* Writes a file that the program finds beside it, and may run. */
static int put_file(const struct kin_scratch *scratch, const char *name, const void *bytes,
                    size_t length, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    kin_text_addf(&path, "%s/%s", scratch->path, name);
    KIN_TRY(kin_text_check(&path, err));
    KIN_TRY(kin_write_file(path.data, bytes, length, err));
    return chmod(path.data, 0700) == 0
               ? 0
               : kin_fail(err, KIN_EIO, "the file '%s' cannot be made a program", name);
}

static int run_in(const struct kin_scratch *scratch, const struct kin_args *args, const char *first,
                  const char *second, struct kin_process *process, struct kin_process_end *end,
                  struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) const char **argv = NULL;
    KIN_AUTO(kin_auto_free) char *program = NULL;
    KIN_TRY(make_argv(args, first, second, &argv, &program, err));
    process->argv = argv;
    process->folder = scratch->path;
    return kin_process_run(process, end, err);
}

/* ---- the scan: files, version, or what is missing ---- */

/* What the listing holds besides the files: a text under a name. */
static int list_text(struct kin_scan *scan, const char *id, const char *text, struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *value = kin_value_new("source");
    if (!value)
        return kin_fail(err, KIN_ENOMEM, "no memory for a listing");
    KIN_TRY(kin_value_set_text(value, "text", text, err));
    struct kin_value *given = value;
    value = NULL;
    return scan->add(scan->context, id, given, err);
}

static int list_file(struct kin_scan *scan, const char *path, struct kin_error *err)
{
    struct kin_digest digest;
    KIN_TRY(scan->file(scan->context, path, &digest, err));
    KIN_AUTO(kin_value_auto) struct kin_value *value = kin_value_new("source");
    if (!value)
        return kin_fail(err, KIN_ENOMEM, "no memory for a listing");
    KIN_TRY(kin_value_set_digests(value, "content", &digest, 1, err));
    struct kin_value *given = value;
    value = NULL;
    return scan->add(scan->context, name_of(path), given, err);
}

static void add_packages(const struct kin_args *args, const char *program, struct kin_text *out)
{
    static const char *const known[][2] = {
        {"Rscript", "r-base-core"}, {"python3", "python3"}, {"gnuplot", "gnuplot-nox"}};
    const char *const *packages;
    size_t n = kin_arg_list(args, "packages", &packages);
    for (size_t i = 0; i < n; i++)
        kin_text_addf(out, "%s%s%s", i ? ", " : " (", packages[i], i + 1 == n ? ")" : "");
    for (size_t i = 0; n == 0 && i < KIN_COUNT(known); i++)
        if (strcmp(known[i][0], program) == 0)
            kin_text_addf(out, " (%s)", known[i][1]);
}

/* A missing program in words, or nothing. */
static void look_for_program(const struct kin_args *args, const char *param, struct kin_text *out)
{
    const char *const *words;
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    struct stat status;
    if (kin_arg_list(args, param, &words) == 0 || is_file(args, words[0]) || out->length > 0)
        return;
    if (words[0][0] == '/' ? stat(words[0], &status) == 0 : kin_program_find(words[0], &path))
        return;
    kin_text_addf(out, "%s not found", words[0]);
    add_packages(args, words[0], out);
}

static int copy_files(const struct kin_args *args, const struct kin_scratch *scratch,
                      struct kin_error *err)
{
    const char *const *files;
    size_t n = kin_arg_list(args, "files", &files);
    for (size_t i = 0; i < n; i++) {
        KIN_AUTO(kin_auto_free) char *bytes = NULL;
        size_t length;
        KIN_TRY(kin_read_file(files[i], &bytes, &length, err));
        KIN_TRY(put_file(scratch, name_of(files[i]), bytes, length, err));
    }
    return 0;
}

static void trim_end(struct kin_text *text)
{
    while (text->length > 0 && strchr(" \n\r\t", text->data[text->length - 1]))
        text->data[--text->length] = '\0';
}

/* What the command prints; with exit code 69 its text is what is missing. */
static int ask_version(struct kin_scan *scan, struct kin_text *version, struct kin_text *missing,
                       struct kin_error *err)
{
    KIN_AUTO(kin_scratch_remove) struct kin_scratch scratch = {0};
    KIN_AUTO(kin_process_end_release) struct kin_process_end end = {0};
    struct kin_process process = {
        .limit_s = VERSION_SECONDS, .cancelled = scan->cancelled, .context = scan->context};
    KIN_TRY(kin_scratch_make(&scratch, err));
    KIN_TRY(copy_files(scan->args, &scratch, err));
    KIN_TRY(run_in(&scratch, scan->args, "version", NULL, &process, &end, err));
    trim_end(&end.said);
    if (end.code == 0 || end.code == EXIT_UNAVAILABLE) {
        kin_text_add(end.code == 0 ? version : missing, kin_text_string(&end.said));
        return 0;
    }
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    kin_process_end_text(&end, process.limit_s, &text);
    return kin_fail(err, KIN_EDATA, "the version command: %s", kin_text_string(&text));
}

/* The version, asked once a run for one command with the same files. */
static int find_version(struct kin_scan *scan, struct kin_text *version, struct kin_text *missing,
                        struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text name = {0};
    const char *const *words;
    if (kin_arg_list(scan->args, "version", &words) == 0)
        return 0;
    add_command(&name, scan->args, "version");
    kin_text_add(&name, "\n");
    add_command(&name, scan->args, "files");
    KIN_TRY(kin_text_check(&name, err));
    const char *known = scan->recall(scan->context, name.data);
    if (known) {
        kin_text_add(version, known);
        return 0;
    }
    KIN_TRY(ask_version(scan, version, missing, err));
    return missing->length > 0
               ? 0
               : scan->remember(scan->context, name.data, kin_text_string(version), err);
}

static int list_missing(struct kin_scan *scan, const char *text, struct kin_error *err)
{
    if (!kin_arg_is(scan->args, "on_missing", "report"))
        return kin_fail(err, KIN_ENOTFOUND, "%s", text);
    KIN_AUTO(kin_text_release) struct kin_text warning = {0};
    kin_text_addf(&warning, "not available: %s", text);
    scan->warn(scan->context, kin_text_string(&warning));
    return list_text(scan, MISSING_ID, text, err);
}

static int scan(struct kin_scan *scan, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text version = {0};
    KIN_AUTO(kin_text_release) struct kin_text missing = {0};
    const char *const *files;
    size_t n = kin_arg_list(scan->args, "files", &files);
    KIN_TRY(check_trust(scan->args, scan->trust, err));
    for (size_t i = 0; i < n; i++)
        KIN_TRY(list_file(scan, files[i], err));
    look_for_program(scan->args, "run", &missing);
    look_for_program(scan->args, "version", &missing);
    if (missing.length == 0)
        KIN_TRY(find_version(scan, &version, &missing, err));
    KIN_TRY(kin_text_check(&missing, err));
    KIN_TRY(kin_text_check(&version, err));
    if (missing.length > 0)
        return list_missing(scan, missing.data, err);
    return version.length > 0 ? list_text(scan, VERSION_ID, version.data, err) : 0;
}

/* ---- the run ---- */

/* Why there can be no result: what the scan missed, or what an input is the want of; or NULL. */
static const char *why_not(const struct kin_call *call)
{
    const struct kin_set *listing = kin_call_input(call, "listing");
    for (size_t i = 0; listing && i < listing->n_items; i++)
        if (strcmp(listing->items[i].id, MISSING_ID) == 0)
            return kin_value_text(listing->items[i].value, "text", "");
    for (size_t p = 0; p < kin_kind_inputs(call->kind); p++)
        for (size_t s = 0; s < call->n_sets[p]; s++)
            if (call->sets[p][s].value && kin_unavailable(call->sets[p][s].value))
                return kin_unavailable(call->sets[p][s].value);
    return NULL;
}

/* Every output says why; a collection is empty. */
static int give_unavailable(struct kin_call *call, const char *why, struct kin_error *err)
{
    for (size_t o = 0; o < kin_kind_outputs(call->kind); o++) {
        const struct kin_output *output = &call->kind->outputs[o];
        struct kin_value *value;
        if (kin_type_find(output->type, strlen(output->type))->element)
            continue;
        KIN_TRY(kin_unavailable_new(output, why, &value, err));
        KIN_TRY(kin_call_give(call, 0, output->name, value, err));
    }
    return 0;
}

/* The files as the scan saw them. */
static int put_files(const struct kin_call *call, const struct kin_scratch *scratch,
                     struct kin_error *err)
{
    const struct kin_set *listing = kin_call_input(call, "listing");
    for (size_t i = 0; listing && i < listing->n_items; i++) {
        const struct kin_item *item = &listing->items[i];
        const struct kin_tensor *content = kin_value_get(item->value, "content");
        KIN_AUTO(kin_auto_free) void *bytes = NULL;
        size_t length;
        if (!content || content->dtype != KIN_DIGEST)
            continue;
        KIN_TRY(
            call->services->source(call->services->context, content->data, &bytes, &length, err));
        KIN_TRY(put_file(scratch, item->id, bytes, length, err));
    }
    return 0;
}

static int run_program(const struct kin_call *call, const struct kin_scratch *scratch,
                       struct kin_error *err)
{
    KIN_AUTO(kin_process_end_release) struct kin_process_end end = {0};
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    struct kin_process process = {.limit_s = kin_arg_number(call->args, "time_limit"),
                                  .cancelled = call->services->cancelled,
                                  .context = call->services->context};
    add_command(&text, call->args, "run");
    call->services->progress(call->services->context, kin_text_string(&text));
    KIN_TRY(run_in(scratch, call->args, "run", "arguments", &process, &end, err));
    if (end.code == 0)
        return 0;
    kin_text_add(&text, ": ");
    kin_process_end_text(&end, process.limit_s, &text);
    return kin_fail(err, KIN_EDATA, "%s", kin_text_string(&text));
}

static int run(struct kin_call *call, struct kin_error *err)
{
    KIN_AUTO(kin_scratch_remove) struct kin_scratch scratch = {0};
    const char *why = why_not(call);
    if (why)
        return give_unavailable(call, why, err);
    KIN_TRY(check_trust(call->args, call->services->trust, err));
    KIN_TRY(kin_scratch_make(&scratch, err));
    KIN_TRY(put_files(call, &scratch, err));
    KIN_TRY(kin_exec_write(call, &scratch, err));
    KIN_TRY(run_program(call, &scratch, err));
    return kin_exec_read(call, &scratch, err);
}

const struct kin_kind kin_kind_exec = {
    .name = "exec",
    .version = 1,
    .doc = "runs a program: inputs as files, outputs read back from files",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .check = check,
    .note = note,
    .scan = scan,
    .run = run,
};
