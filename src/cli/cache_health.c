/* kindred cache verify, repair: is all as it was stored, and if not, again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cache_command.h"
#include "kindred/engine.h"
#include "kindred/memory.h"
#include "kindred/upkeep.h"
#include "trust.h"

/* ---- findings ---- */

static void print_finding(void *context, const char *line)
{
    (void)context;
    puts(line);
}

static void print_affected(void *context, const char *workflow, const char *file)
{
    size_t *n = context;
    if (++*n == 1)
        puts("results that this went into:");
    printf("  %s of %s\n", file, workflow);
}

/* Which results damage has gone into; nothing when it is not known. */
static void name_affected(const struct cache_arguments *arguments, const struct kin_damage *damage)
{
    const struct kin_cache_options options = {.folder = arguments->folder, .read_only = true};
    struct kin_cache *cache = NULL;
    size_t n = 0;
    if (kin_cache_open(&options, &cache, NULL) == 0)
        kin_upkeep_affected(cache, damage, print_affected, &n, NULL);
    kin_cache_close(cache);
}

static int say_structural(const struct cache_arguments *arguments)
{
    printf("the file itself is damaged, so that nothing in it can be relied on: put back a copy of "
           "'%s', or move it away; what was in it is computed again, or comes from a snapshot\n",
           arguments->folder);
    return KIN_EXIT_CACHE;
}

/* Prints what is wrong; 0, or an exit code that is the end of it. */
static int examine(const struct cache_arguments *arguments, struct kin_damage *damage)
{
    struct kin_error err = {0};
    if (kin_cache_examine(arguments->folder, print_finding, NULL, damage, &err) != 0) {
        fprintf(stderr, "kindred: %s\n", err.text);
        return KIN_EXIT_CACHE;
    }
    return damage->structural ? say_structural(arguments) : 0;
}

/* ---- the workflows of past runs ---- */

struct visit {
    const struct cache_arguments *arguments;
    struct kin_cache *cache;
    const struct kin_damage *damage;
    uint64_t n, workflows, unreadable; /* what there is to do, and how much of it was done */
    uint64_t restored, lost;
    struct kin_recheck recheck;
    struct kin_text kinds; /* that are not deterministic, one a line */
    int (*with_session)(struct visit *visit, struct kin_session *session, struct kin_error *err);
};

static void print_message(void *context, enum kin_log_level level, const char *text)
{
    (void)context;
    fprintf(stderr, "%s: %s\n", level == KIN_LOG_ERROR ? "error" : "warning", text);
}

static const struct kin_observer observer = {.message = print_message};

static int open_session(struct visit *visit, const struct kin_run *run, struct kin_error *err)
{
    struct kin_workflow *workflow = NULL;
    struct kin_session *session = NULL;
    struct kin_diagnostics diagnostics = {0};
    int status = kin_workflow_load(run->workflow, NULL, 0, &workflow, &diagnostics, err);
    if (status != 0) {
        fprintf(stderr, "warning: '%s' cannot be used: %s\n", run->workflow,
                diagnostics.n > 0 ? diagnostics.list[0].shown : err->text);
        visit->unreadable++;
    } else {
        visit->workflows++;
        struct trust trust; /* our own scripts alone */
        trust_init(&trust, false);
        status = kin_session_new(workflow, visit->cache, NULL, 0, &session, err);
        if (session)
            kin_session_trust(session, &trust.kinds);
        if (status == 0)
            status = visit->with_session(visit, session, err);
        if (status != 0)
            fprintf(stderr, "warning: '%s': %s\n", run->workflow, err->text);
    }
    kin_session_free(session);
    kin_workflow_free(workflow);
    kin_diagnostics_release(&diagnostics);
    return 0; /* the others are worth a try */
}

static int visit_run(void *context, const struct kin_run *run, struct kin_error *err)
{
    bool loaded = strncmp(run->workflow, "snapshot ", 9) == 0; /* nobody ran it here */
    return run->last && !loaded ? open_session(context, run, err) : 0;
}

/* ---- repair ---- */

static int restore(struct visit *visit, struct kin_session *session, struct kin_error *err)
{
    uint64_t restored = 0, lost = 0;
    int status = kin_session_restore(session, visit->damage, &observer, &restored, &lost, err);
    visit->restored += restored;
    visit->lost += lost;
    return status;
}

/* Takes out what is damaged, computes it again, and forgets what could not be had. */
static int mend(struct visit *visit, struct kin_error *err)
{
    struct kin_mended mended, gone;
    KIN_TRY(kin_cache_mend(visit->cache, visit->damage, false, &mended, err));
    KIN_TRY(kin_runs_each(visit->cache, visit_run, visit, err));
    KIN_TRY(kin_cache_mend(visit->cache, visit->damage, true, &gone, err));
    printf(
        "computed %llu again; %llu actions are gone, which the next run that needs them computes "
        "like new ones\n",
        (unsigned long long)visit->restored, (unsigned long long)gone.actions);
    return 0;
}

static int repair(const struct cache_arguments *arguments, const struct kin_damage *damage)
{
    struct kin_error err = {0};
    struct visit visit = {.arguments = arguments, .damage = damage, .with_session = restore};
    int code = cache_open(arguments, false, &visit.cache);
    if (code != 0)
        return code;
    int status = mend(&visit, &err);
    kin_cache_close(visit.cache);
    if (status == KIN_EUNUSABLE) { /* LMDB stumbled over its own pages */
        fprintf(stderr, "kindred: %s\n", err.text);
        return say_structural(arguments);
    }
    if (status != 0)
        return kin_cli_error(&err);
    uint64_t bad = 0;
    if (kin_cache_verify(arguments->folder, print_finding, NULL, &bad, &err) != 0)
        return kin_cli_error(&err);
    printf("%s: %s\n", arguments->folder,
           bad == 0 ? "everything is sound" : "not everything could be mended, see above");
    return bad == 0 ? KIN_EXIT_DONE : KIN_EXIT_CACHE;
}

int cache_repair(const struct cache_arguments *arguments)
{
    struct kin_damage damage = {0};
    int code = examine(arguments, &damage);
    if (code == 0 && damage.findings == 0)
        printf("%s: there is nothing to repair\n", arguments->folder);
    else if (code == 0)
        code = repair(arguments, &damage);
    kin_damage_release(&damage);
    return code;
}

/* ---- verify ---- */

static void note_kind(void *context, const struct kin_step *step, const char *instance,
                      const char *item)
{
    struct visit *visit = context;
    printf("%s%s%s%s: other bytes than before\n", instance, item ? ", item '" : "",
           item ? item : "", item ? "'" : "");
    KIN_AUTO(kin_text_release) struct kin_text line = {0};
    kin_text_addf(&line, "  %s\n", step->kind->name);
    if (!strstr(kin_text_string(&visit->kinds), kin_text_string(&line)))
        kin_text_add(&visit->kinds, kin_text_string(&line));
}

static int recheck(struct visit *visit, struct kin_session *session, struct kin_error *err)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct kin_recheck result;
    uint64_t done = visit->recheck.checked + visit->recheck.skipped;
    uint64_t left = visit->n > done ? visit->n - done : 0;
    uint64_t seed = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    KIN_TRY(kin_session_recheck(session, left, seed, note_kind, visit, &result, err));
    visit->recheck.checked += result.checked;
    visit->recheck.different += result.different;
    visit->recheck.skipped += result.skipped;
    return 0;
}

static int print_recheck(const struct visit *visit)
{
    printf("%llu actions computed again, %llu gave other bytes\n",
           (unsigned long long)visit->recheck.checked,
           (unsigned long long)visit->recheck.different);
    if (visit->recheck.checked == 0)
        fprintf(stderr, "kindred: nothing could be computed again: run a workflow first, and from "
                        "the same folder\n");
    if (visit->recheck.different > 0)
        printf("kinds that are not deterministic, or were computed on another class of CPU or with "
               "other libraries:\n%s",
               kin_text_string(&visit->kinds));
    return visit->recheck.different > 0 || visit->recheck.checked == 0 ? KIN_EXIT_FAILED
                                                                       : KIN_EXIT_DONE;
}

static int verify_by_computing(const struct cache_arguments *arguments)
{
    struct kin_error err = {0};
    struct visit visit = {
        .arguments = arguments, .n = arguments->recompute, .with_session = recheck};
    int code = cache_open(arguments, false, &visit.cache);
    if (code != 0)
        return code;
    int status = kin_runs_each(visit.cache, visit_run, &visit, &err);
    code = status == 0 ? print_recheck(&visit) : kin_cli_error(&err);
    kin_cache_close(visit.cache);
    kin_text_release(&visit.kinds);
    return code;
}

int cache_verify(const struct cache_arguments *arguments)
{
    struct kin_damage damage = {0};
    int code = examine(arguments, &damage);
    if (code == 0 && damage.findings > 0) {
        name_affected(arguments, &damage);
        printf(
            "%llu findings: 'kindred cache repair' computes what is damaged again, and so does a "
            "run of what needs it\n",
            (unsigned long long)damage.findings);
        code = KIN_EXIT_CACHE;
    } else if (code == 0) {
        printf("%s: everything is as it was stored\n", arguments->folder);
    }
    kin_damage_release(&damage);
    return code == 0 && arguments->recompute > 0 ? verify_by_computing(arguments) : code;
}
