/*
 * The shelf: things that are dear to make, kept between the calls of a run (see kin_call_take).
 * What was put there longest ago goes first; all goes when memory is short.
 */
#include <string.h>

#include "kindred/machine.h"
#include "schedule.h"

#define THINGS_A_THREAD 6

static struct kin_thing remove_at(struct shelf *shelf, size_t i)
{
    struct kin_thing thing = shelf->list[i].thing;
    shelf->n--;
    memmove(&shelf->list[i], &shelf->list[i + 1], (shelf->n - i) * sizeof *shelf->list);
    return thing;
}

void *shelf_take(struct kin_session *session, const struct kin_digest *key)
{
    struct kin_thing thing = {0};
    if (!session->schedule)
        return NULL;
    struct shelf *shelf = &session->schedule->shelf;
    pthread_mutex_lock(&session->lock);
    for (size_t i = shelf->n; i-- > 0 && !thing.at;)
        if (kin_digest_equal(&shelf->list[i].key, key))
            thing = remove_at(shelf, i);
    pthread_mutex_unlock(&session->lock);
    return thing.at;
}

static void put(struct shelf *shelf, const struct kin_digest *key, struct kin_thing *thing)
{
    if (kin_grow(&shelf->list, &shelf->capacity, shelf->n + 1, sizeof *shelf->list, NULL) != 0)
        return;
    shelf->list[shelf->n++] = (struct kept){*key, *thing};
    thing->at = NULL;
}

/* Things are released without the lock: to give megabytes back takes its time. */
void shelf_keep(struct kin_session *session, const struct kin_digest *key, struct kin_thing thing)
{
    struct schedule *schedule = session->schedule;
    size_t most = 0;
    if (schedule) {
        pthread_mutex_lock(&session->lock);
        most = room_is_short(schedule, kin_machine_seconds())
                   ? 0
                   : THINGS_A_THREAD * (size_t)schedule->threads;
        if (most > 0)
            put(&schedule->shelf, key, &thing);
        while (schedule->shelf.n > most) {
            struct kin_thing oldest = remove_at(&schedule->shelf, 0);
            pthread_mutex_unlock(&session->lock);
            oldest.release(oldest.at);
            pthread_mutex_lock(&session->lock);
        }
        pthread_mutex_unlock(&session->lock);
    }
    if (thing.at)
        thing.release(thing.at);
}

void shelf_release(struct shelf *shelf)
{
    for (size_t i = 0; i < shelf->n; i++)
        shelf->list[i].thing.release(shelf->list[i].thing.at);
    kin_free(shelf->list);
}
