/*
 * Memory of a run. What a block needs depends on its items, so that nothing is declared: before
 * another block begins beside one that runs, the engine looks at what the process has. One block
 * always runs, whatever it takes.
 */
#include "kindred/machine.h"
#include "schedule.h"

#define LOOK_SECONDS 0.005 /* between two looks */

size_t room_wanted(const struct kin_run_options *options)
{
    return options && options->memory > 0 ? options->memory : kin_machine_memory() / 2;
}

bool room_is_short(struct schedule *schedule, double now)
{
    if (now >= schedule->next_look) {
        schedule->next_look = now + LOOK_SECONDS;
        schedule->crowded = kin_machine_resident() > schedule->memory;
    }
    return schedule->crowded;
}

size_t session_memory(const struct kin_session *session)
{
    return session->schedule ? session->schedule->memory : room_wanted(NULL);
}
