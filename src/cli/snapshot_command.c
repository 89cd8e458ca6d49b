/* kindred snapshot save, load, show, diff */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "kindred/memory.h"
#include "kindred/snapshot.h"
#include "snapshot_view.h"
#include "trust.h"
#include "workflow_options.h"

#define MOST_FILES 2
#define MOST_ROLES 16

struct arguments {
    const char *files[MOST_FILES];
    size_t n_files;
    const char *cache, *workflow, *run, *since, *key, *allowed_signers;
    char *roles; /* a copy, cut at its commas */
    bool plain, trust_unsigned, allow_exec;
    struct kin_setting *settings;
    size_t n_settings;
};

static void arguments_release(struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->n_settings; i++)
        kin_free((char *)arguments->settings[i].name);
    kin_free(arguments->settings);
    kin_free(arguments->roles);
}

static int usage(const char *text, const char *what)
{
    return kin_cli_usage("snapshot", "%s%s", text, what);
}

/* ---- options ---- */

static int add_setting(struct arguments *out, const char *text)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return usage("--set wants NAME=VALUE, not ", text);
    char *name = kin_strdup(text);
    if (!name)
        return usage("no memory for ", text);
    name[equals - text] = '\0';
    out->settings[out->n_settings++] =
        (struct kin_setting){.name = name, .value = name + (equals - text) + 1};
    return 0;
}

/* One that has a value; false: no such option. */
static bool take_valued(struct arguments *out, const char *name, const char *value, int *code)
{
    const struct {
        const char *name;
        const char **out;
    } texts[] = {{"--cache", &out->cache}, {"--for", &out->workflow},
                 {"--run", &out->run},     {"--since", &out->since},
                 {"--sign", &out->key},    {"--allowed-signers", &out->allowed_signers}};
    bool known = strcmp(name, "--set") == 0 || strcmp(name, "--roles") == 0;
    for (size_t i = 0; i < KIN_COUNT(texts); i++)
        if (strcmp(name, texts[i].name) == 0) {
            *texts[i].out = value;
            known = true;
        }
    if (!known)
        return false;
    if (!value || !*value)
        *code = usage(name, " wants a value");
    else if (strcmp(name, "--set") == 0)
        *code = add_setting(out, value);
    else if (strcmp(name, "--roles") == 0) {
        kin_free(out->roles);
        out->roles = kin_strdup(value);
    }
    return true;
}

static int unknown_option(const char *name)
{
    static const char *const names[] = {
        "--cache",           "--for", "--run",           "--since", "--sign", "--roles", "--plain",
        "--allowed-signers", "--set", "--trust-unsigned", "--allow-exec"};
    const char *near = kin_nearest_name(name, names, KIN_COUNT(names));
    return kin_cli_usage("snapshot", "unknown option '%s'%s%s%s", name,
                         near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool take_flag(struct arguments *out, const char *name)
{
    const struct {
        const char *name;
        bool *out;
    } flags[] = {{"--plain", &out->plain},
                 {"--trust-unsigned", &out->trust_unsigned},
                 {"--allow-exec", &out->allow_exec}};
    for (size_t i = 0; i < KIN_COUNT(flags); i++)
        if (strcmp(name, flags[i].name) == 0)
            return *flags[i].out = true;
    return false;
}

/* «--name VALUE» or «--name=VALUE»; *at moves on. */
static int take_option(struct arguments *out, int argc, char **argv, int *at)
{
    if (take_flag(out, argv[*at]))
        return 0;
    char name[32];
    int code = 0;
    size_t n = strcspn(argv[*at], "=");
    if (n >= sizeof name)
        return unknown_option(argv[*at]);
    memcpy(name, argv[*at], n);
    name[n] = '\0';
    bool joined = argv[*at][n] == '=';
    const char *value = joined ? argv[*at] + n + 1 : *at + 1 < argc ? argv[*at + 1] : NULL;
    if (!take_valued(out, name, value, &code))
        return unknown_option(name);
    *at += !joined;
    return code;
}

static int parse(int argc, char **argv, struct arguments *out)
{
    const char *cache = getenv("KINDRED_CACHE");
    *out = (struct arguments){.cache = cache && *cache ? cache : "cache"};
    out->settings = kin_alloc((size_t)argc + 1, sizeof *out->settings);
    if (!out->settings)
        return usage("no memory", "");
    for (int i = 0; i < argc; i++) {
        int code = 0;
        if (argv[i][0] == '-' && argv[i][1] != '\0')
            code = take_option(out, argc, argv, &i);
        else if (out->n_files < MOST_FILES)
            out->files[out->n_files++] = argv[i];
        else
            code = usage("too many files: ", argv[i]);
        if (code != 0)
            return code;
    }
    return 0;
}

static int want_files(const struct arguments *arguments, size_t n)
{
    if (arguments->n_files == n)
        return 0;
    return usage(n == 1 ? "which file?" : "which two files?", "");
}

static int open_cache(const char *folder, struct kin_cache **out)
{
    struct kin_error err = {0};
    const struct kin_cache_options options = {.folder = folder};
    if (kin_cache_open(&options, out, &err) == 0)
        return 0;
    fprintf(stderr, "kindred: %s\n", err.text);
    return KIN_EXIT_CACHE;
}

/* ---- save ---- */

/* «WORKFLOW:STEP», unless there is a file of that whole name. Cuts the text. */
static const char *cut_step(char *text)
{
    char *colon = access(text, F_OK) == 0 ? NULL : strrchr(text, ':');
    if (!colon)
        return NULL;
    *colon = '\0';
    return colon + 1;
}

static int gather_workflow(const struct arguments *arguments, struct kin_cache *cache,
                           struct kin_snapshot_builder *builder)
{
    struct kin_error err = {0};
    KIN_AUTO(close_workflow) struct kin_workflow *workflow = NULL;
    KIN_AUTO(kin_auto_free) char *path = kin_strdup(arguments->workflow);
    if (!path)
        return usage("no memory", "");
    const char *step = cut_step(path);
    const struct workflow_options options = {
        .workflow = path, .settings = arguments->settings, .n_settings = arguments->n_settings};
    int code = open_workflow(&options, &workflow);
    if (code != 0)
        return code;
    struct kin_session *session = NULL;
    struct trust trust;
    trust_init(&trust, arguments->allow_exec);
    int status = kin_session_new(workflow, cache, &step, step ? 1 : 0, &session, &err);
    if (status == 0) {
        kin_session_trust(session, &trust.kinds);
        status = kin_session_snapshot(session, builder, &err);
    }
    kin_session_free(session);
    return status == 0 ? 0 : kin_cli_error(&err);
}

static int gather(const struct arguments *arguments, struct kin_cache *cache,
                  struct kin_snapshot_builder *builder)
{
    struct kin_error err = {0};
    if (arguments->workflow)
        return gather_workflow(arguments, cache, builder);
    return kin_run_snapshot(cache, arguments->run, builder, &err) == 0 ? 0 : kin_cli_error(&err);
}

/* The catalogs always come along: without them nobody can go on who lacks the music. */
static int list_roles(struct arguments *arguments, const char **out, size_t *n)
{
    static const char *const known[] = {"results", "models", "features", "audio", "data"};
    *n = 0;
    if (!arguments->roles)
        return 0;
    out[(*n)++] = "data";
    char *rest = arguments->roles;
    for (char *role; (role = strsep(&rest, ","));) {
        size_t k = 0;
        while (k < KIN_COUNT(known) && strcmp(role, known[k]) != 0)
            k++;
        if (k == KIN_COUNT(known)) {
            const char *near = kin_nearest_name(role, known, KIN_COUNT(known));
            return kin_cli_usage("snapshot",
                                 "no role is called '%s'%s%s%s; there are results, models, "
                                 "features, audio and data",
                                 role, near ? "; did you mean '" : "", near ? near : "",
                                 near ? "'?" : "");
        }
        if (*n < MOST_ROLES)
            out[(*n)++] = role;
    }
    return 0;
}

static int write_snapshot(const struct arguments *arguments, struct kin_snapshot_builder *builder)
{
    struct kin_error err = {0};
    struct kin_snapshot_saved saved;
    const char *path = arguments->files[0];
    if (kin_snapshot_write(builder, path, arguments->plain, arguments->key, &saved, &err) != 0)
        return kin_cli_error(&err);
    char sha[KIN_SHA256_TEXT];
    kin_sha256_text(&saved.id, sha);
    printf("%s: %llu claims, %llu objects of %.1f MB; %llu more are named and left out\n", path,
           (unsigned long long)saved.claims, (unsigned long long)saved.objects,
           (double)saved.bytes / 1e6, (unsigned long long)saved.left_out);
    printf("manifest %s%s%s%s\n", sha, arguments->key ? ", signed in " : "",
           arguments->key ? path : "", arguments->key ? ".sig" : "");
    return KIN_EXIT_DONE;
}

static int save_from(struct arguments *arguments, struct kin_cache *cache)
{
    struct kin_error err = {0};
    const char *roles[MOST_ROLES];
    struct kin_snapshot_options options = {.since = arguments->since, .roles = roles};
    struct kin_snapshot_builder *builder = NULL;
    int code = list_roles(arguments, roles, &options.n_roles);
    if (code != 0)
        return code;
    if (kin_snapshot_begin(cache, &options, &builder, &err) != 0)
        return kin_cli_error(&err);
    code = gather(arguments, cache, builder);
    if (code == 0)
        code = write_snapshot(arguments, builder);
    kin_snapshot_end(builder);
    return code;
}

static int snapshot_save(struct arguments *arguments)
{
    struct kin_cache *cache = NULL;
    if (arguments->workflow && arguments->run)
        return usage("--for and --run: which of the two?", "");
    int code = want_files(arguments, 1);
    if (code == 0)
        code = open_cache(arguments->cache, &cache);
    if (code == 0)
        code = save_from(arguments, cache);
    kin_cache_close(cache);
    return code;
}

/* ---- load ---- */

static int load_into(const struct arguments *arguments, struct kin_cache *cache)
{
    struct kin_error err = {0};
    struct kin_snapshot_loaded loaded;
    const struct kin_snapshot_load_options options = {.allowed_signers = arguments->allowed_signers,
                                                      .trust_unsigned = arguments->trust_unsigned,
                                                      .believed = kin_follow_claim,
                                                      .context = cache};
    if (kin_snapshot_load(cache, arguments->files[0], &options, &loaded, &err) != 0)
        return kin_cli_error(&err);
    view_loaded(arguments->files[0], &loaded);
    return KIN_EXIT_DONE;
}

static int snapshot_load(struct arguments *arguments)
{
    struct kin_cache *cache = NULL;
    int code = want_files(arguments, 1);
    if (code == 0)
        code = open_cache(arguments->cache, &cache);
    if (code == 0)
        code = load_into(arguments, cache);
    kin_cache_close(cache);
    return code;
}

/* ---- show, diff ---- */

static int snapshot_show(struct arguments *arguments)
{
    struct kin_error err = {0};
    struct kin_snapshot *snapshot = NULL;
    int code = want_files(arguments, 1);
    if (code != 0)
        return code;
    if (kin_snapshot_read(arguments->files[0], &snapshot, &err) != 0)
        return kin_cli_error(&err);
    view_snapshot(arguments->files[0], snapshot);
    kin_snapshot_free(snapshot);
    return KIN_EXIT_DONE;
}

static int snapshot_diff(struct arguments *arguments)
{
    struct kin_error err = {0};
    struct kin_snapshot *both[2] = {0};
    int code = want_files(arguments, 2);
    if (code != 0)
        return code;
    int status = kin_snapshot_read(arguments->files[0], &both[0], &err);
    if (status == 0)
        status = kin_snapshot_read(arguments->files[1], &both[1], &err);
    if (status == 0)
        code = view_difference(arguments->files, both) ? KIN_EXIT_FAILED : KIN_EXIT_DONE;
    kin_snapshot_free(both[0]);
    kin_snapshot_free(both[1]);
    return status == 0 ? code : kin_cli_error(&err);
}

/* ---- the command ---- */

static const struct {
    const char *name;
    int (*run)(struct arguments *arguments);
} verbs[] = {{"save", snapshot_save},
             {"load", snapshot_load},
             {"show", snapshot_show},
             {"diff", snapshot_diff}};

static int unknown_verb(const char *name)
{
    const char *names[KIN_COUNT(verbs)];
    for (size_t i = 0; i < KIN_COUNT(verbs); i++)
        names[i] = verbs[i].name;
    const char *near = kin_nearest_name(name, names, KIN_COUNT(verbs));
    return kin_cli_usage("snapshot", "snapshot %s? wanted save, load, show or diff%s%s%s", name,
                         near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int run(int argc, char **argv)
{
    for (size_t i = 0; argc > 0 && i < KIN_COUNT(verbs); i++) {
        if (strcmp(argv[0], verbs[i].name) != 0)
            continue;
        struct arguments arguments;
        int code = parse(argc - 1, argv + 1, &arguments);
        if (code == 0)
            code = verbs[i].run(&arguments);
        arguments_release(&arguments);
        return code;
    }
    return unknown_verb(argc > 0 ? argv[0] : "which");
}

const struct kin_command kin_command_snapshot = {
    .name = "snapshot",
    .doc = "saves what was computed to one file, and loads what others computed",
    .usage =
        "snapshot save FILE [--for WORKFLOW[:STEP] [--set NAME=VALUE]… | --run ID]\n"
        "                   [--since FILE] [--roles ROLE,…] [--plain] [--sign KEY] [--allow-exec]\n"
        "       kindred snapshot load FILE [--allowed-signers FILE] [--trust-unsigned]\n"
        "       kindred snapshot show FILE\n"
        "       kindred snapshot diff FILE FILE\n"
        "  --for W[:STEP]    what the workflow, or the step, consists of (else: the last run)\n"
        "  --run ID          a run by the start of its name\n"
        "  --since FILE      only what that snapshot lacks\n"
        "  --roles ROLE,…    of results, models, features, audio, data; catalogs always come\n"
        "  --plain           nothing about dates and computers: equal contents, equal files\n"
        "  --sign KEY        sign with an SSH key, in FILE.sig\n"
        "  --allowed-signers FILE  whose claims are believed, as ssh-keygen(1) reads it\n"
        "  --trust-unsigned  believe the claims whoever signed them\n"
        "  --allow-exec      --for asks any program for its version, as a run would\n"
        "  --cache DIR       the cache (KINDRED_CACHE, or cache/)",
    .run = run,
};
