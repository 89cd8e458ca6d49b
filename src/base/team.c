#include "kindred/team.h"

#include <pthread.h>

#include "kindred/memory.h"

struct kin_team {
    pthread_mutex_t lock;
    pthread_cond_t start, finish;
    pthread_t *threads;
    size_t n_threads; /* started */
    /* The call in hand, under the lock. */
    kin_team_task *task;
    void *arg;
    size_t n, next, running;
    size_t failed; /* the lowest number that failed; n: none */
    struct kin_error error;
    bool stop;
};

/* Takes tasks until none is left; with the lock held at entry and exit. */
static void work(struct kin_team *team)
{
    while (team->next < team->n) {
        size_t i = team->next++;
        team->running++;
        pthread_mutex_unlock(&team->lock);
        struct kin_error err = {0};
        int status = team->task(team->arg, i, &err);
        pthread_mutex_lock(&team->lock);
        team->running--;
        if (status != 0 && i < team->failed) {
            team->failed = i;
            team->error = err;
            team->error.status = status;
        }
    }
}

static void *serve(void *arg)
{
    struct kin_team *team = arg;
    pthread_mutex_lock(&team->lock);
    while (!team->stop) {
        work(team);
        if (team->running == 0)
            pthread_cond_signal(&team->finish);
        if (!team->stop)
            pthread_cond_wait(&team->start, &team->lock);
    }
    pthread_mutex_unlock(&team->lock);
    return NULL;
}

int kin_team_new(size_t threads, struct kin_team **out, struct kin_error *err)
{
    if (threads < 1)
        return kin_fail(err, KIN_EINVAL, "a team of 0 threads, wanted at least 1");
    struct kin_team *team;
    KIN_TRY(kin_alloc_into(&team, 1, sizeof *team, err));
    pthread_mutex_init(&team->lock, NULL);
    pthread_cond_init(&team->start, NULL);
    pthread_cond_init(&team->finish, NULL);
    int status = kin_alloc_into(&team->threads, threads, sizeof *team->threads, err);
    while (status == 0 && team->n_threads < threads - 1) {
        int failure = pthread_create(&team->threads[team->n_threads], NULL, serve, team);
        if (failure != 0)
            status = kin_fail_errno(err, KIN_EUNAVAILABLE, failure, "starting a thread");
        else
            team->n_threads++;
    }
    if (status != 0) {
        kin_team_free(team);
        return status;
    }
    *out = team;
    return 0;
}

void kin_team_free(struct kin_team *team)
{
    if (!team)
        return;
    pthread_mutex_lock(&team->lock);
    team->stop = true;
    pthread_cond_broadcast(&team->start);
    pthread_mutex_unlock(&team->lock);
    for (size_t i = 0; i < team->n_threads; i++)
        pthread_join(team->threads[i], NULL);
    pthread_cond_destroy(&team->finish);
    pthread_cond_destroy(&team->start);
    pthread_mutex_destroy(&team->lock);
    kin_free(team->threads);
    kin_free(team);
}

void kin_team_auto(struct kin_team **team)
{
    kin_team_free(*team);
}

static int run_alone(kin_team_task *task, void *arg, size_t n, struct kin_error *err)
{
    int first = 0;
    for (size_t i = 0; i < n; i++) {
        int status = task(arg, i, first == 0 ? err : NULL);
        first = first == 0 ? status : first;
    }
    return first;
}

int kin_team_run(struct kin_team *team, kin_team_task *task, void *arg, size_t n,
                 struct kin_error *err)
{
    if (!team || team->n_threads == 0)
        return run_alone(task, arg, n, err);
    pthread_mutex_lock(&team->lock);
    team->task = task;
    team->arg = arg;
    team->n = team->failed = n;
    team->next = 0;
    pthread_cond_broadcast(&team->start);
    work(team);
    while (team->running > 0)
        pthread_cond_wait(&team->finish, &team->lock);
    int status = team->failed < n ? team->error.status : 0;
    if (status != 0 && err)
        *err = team->error;
    pthread_mutex_unlock(&team->lock);
    return status;
}
