/* kindred cache trust ls, revoke */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "commands.h"
#include "kindred/engine.h"
#include "kindred/snapshot.h"
#include "workflow_options.h"

static int print_trusted(void *context, const struct kin_trusted *trusted)
{
    (void)context;
    char when[32];
    time_t since = (time_t)trusted->since;
    struct tm utc;
    strftime(when, sizeof when, "%Y-%m-%d", gmtime_r(&since, &utc));
    printf("%-24s %8llu claims  since %s  %s\n", trusted->signer.name,
           (unsigned long long)trusted->claims, when,
           trusted->signer.fingerprint[0] ? trusted->signer.fingerprint : "(not signed)");
    return 0;
}

static int take_back(struct kin_cache *cache, const char *signer)
{
    struct kin_error err = {0};
    uint64_t claims;
    if (kin_trust_revoke(cache, signer, kin_unfollow_claim, cache, &claims, &err) != 0)
        return kin_cli_error(&err);
    printf("%llu claims that only %s had made are gone\n", (unsigned long long)claims, signer);
    return KIN_EXIT_DONE;
}

static int list(struct kin_cache *cache)
{
    struct kin_error err = {0};
    return kin_trust_each(cache, print_trusted, NULL, &err) == 0 ? KIN_EXIT_DONE
                                                                 : kin_cli_error(&err);
}

static int with_cache(const char *folder, const char *signer)
{
    struct kin_error err = {0};
    struct kin_cache *cache = NULL;
    const struct kin_cache_options options = {.folder = folder, .read_only = !signer};
    if (kin_cache_open(&options, &cache, &err) != 0) {
        fprintf(stderr, "kindred: %s\n", err.text);
        return KIN_EXIT_CACHE;
    }
    int code = signer ? take_back(cache, signer) : list(cache);
    kin_cache_close(cache);
    return code;
}

int command_cache_trust(int argc, char **argv)
{
    const char *environment = getenv("KINDRED_CACHE");
    const char *folder = environment && *environment ? environment : "cache";
    const char *words[2] = {0};
    size_t n = 0;
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "--cache=", 8) == 0)
            folder = argv[i] + 8;
        else if (strcmp(argv[i], "--cache") == 0 && i + 1 < argc)
            folder = argv[++i];
        else if (n < 2 && argv[i][0] != '-')
            words[n++] = argv[i];
        else
            return kin_cli_usage("cache", "'%s' is too much for 'cache trust'", argv[i]);
    }
    if (n == 1 && strcmp(words[0], "ls") == 0)
        return with_cache(folder, NULL);
    if (n == 2 && strcmp(words[0], "revoke") == 0)
        return with_cache(folder, words[1]);
    return kin_cli_usage("cache", "cache trust wants 'ls' or 'revoke SIGNER'");
}
