/* Things that calls leave for one another: taken once, the oldest goes, none stays without room. */
#include "engine/schedule.h"
#include "support.h"

static int released;

static void release(void *at)
{
    (void)at;
    released++;
}

static int things[64];

/* A run that may have `threads` threads and `memory` bytes. */
static void begin(struct kin_session *session, struct schedule *schedule, unsigned threads,
                  size_t memory)
{
    *schedule = (struct schedule){.threads = threads, .memory = memory};
    *session = (struct kin_session){.schedule = schedule};
    pthread_mutex_init(&session->lock, NULL);
    released = 0;
}

static void end(struct kin_session *session, struct schedule *schedule)
{
    shelf_release(&schedule->shelf);
    pthread_mutex_destroy(&session->lock);
}

static struct kin_digest key_of(int i)
{
    return kin_digest_of(&i, sizeof i);
}

static void keep(struct kin_session *session, int key, int thing)
{
    struct kin_digest digest = key_of(key);
    shelf_keep(session, &digest, (struct kin_thing){&things[thing], release});
}

static void *take(struct kin_session *session, int key)
{
    struct kin_digest digest = key_of(key);
    return shelf_take(session, &digest);
}

START_TEST(one_is_taken_once)
{
    struct kin_session session;
    struct schedule schedule;
    begin(&session, &schedule, 1, SIZE_MAX);
    ck_assert_ptr_null(take(&session, 1));
    keep(&session, 1, 10);
    keep(&session, 2, 20);
    keep(&session, 1, 11);
    ck_assert_ptr_eq(take(&session, 1), &things[11]);
    ck_assert_ptr_eq(take(&session, 1), &things[10]);
    ck_assert_ptr_null(take(&session, 1));
    ck_assert_int_eq(released, 0);
    end(&session, &schedule);
    ck_assert_int_eq(released, 1); /* the one that nobody took */
}
END_TEST

START_TEST(the_oldest_goes)
{
    struct kin_session session;
    struct schedule schedule;
    begin(&session, &schedule, 2, SIZE_MAX);
    for (int i = 0; i < 40; i++)
        keep(&session, i, i);
    ck_assert_int_gt(released, 0);
    size_t left = schedule.shelf.n;
    ck_assert_uint_eq(left + (size_t)released, 40);
    ck_assert_ptr_null(take(&session, 0));
    ck_assert_ptr_eq(take(&session, 39), &things[39]);
    ck_assert_ptr_eq(take(&session, 40 - (int)left), &things[40 - left]);
    end(&session, &schedule);
    ck_assert_int_eq(released, 38);
}
END_TEST

START_TEST(nothing_stays_without_room)
{
    struct kin_session session;
    struct schedule schedule;
    begin(&session, &schedule, 2, SIZE_MAX);
    keep(&session, 1, 1);
    schedule.memory = 1;
    schedule.next_look = 0;
    keep(&session, 2, 2);
    ck_assert_int_eq(released, 2);
    ck_assert_uint_eq(schedule.shelf.n, 0);
    end(&session, &schedule);
}
END_TEST

START_TEST(outside_a_run)
{
    struct kin_session session;
    struct schedule schedule;
    begin(&session, &schedule, 2, SIZE_MAX);
    session.schedule = NULL;
    keep(&session, 1, 1);
    ck_assert_int_eq(released, 1);
    ck_assert_ptr_null(take(&session, 1));
    end(&session, &schedule);
}
END_TEST

TEST_MAIN("shelf", one_is_taken_once, the_oldest_goes, nothing_stays_without_room, outside_a_run)
