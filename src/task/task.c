#include "kindred/task.h"

#include <string.h>

#include "kindred/memory.h"
#include "kindred/text.h"

#define KIN_TASK(name) extern const struct kin_task kin_task_##name;
#include "task/tasks.def"
#undef KIN_TASK

#define KIN_TASK(name) &kin_task_##name,
static const struct kin_task *const tasks[] = {
#include "task/tasks.def"
};
#undef KIN_TASK

const struct kin_task *kin_task_at(size_t i)
{
    return i < KIN_COUNT(tasks) ? tasks[i] : NULL;
}

int kin_task_find(const char *name, const struct kin_task **out, struct kin_error *err)
{
    const char *names[KIN_COUNT(tasks)];
    for (size_t i = 0; i < KIN_COUNT(tasks); i++) {
        names[i] = tasks[i]->name;
        if (strcmp(names[i], name) == 0) {
            *out = tasks[i];
            return 0;
        }
    }
    const char *near = kin_nearest_name(name, names, KIN_COUNT(tasks));
    return kin_fail(err, KIN_EINVAL, "no task is called '%s'%s%s%s", name,
                    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

int kin_task_check(const struct kin_task *task, const struct kin_task_song *song,
                   const struct kin_classes *classes, struct kin_error *err)
{
    return task->check ? task->check(song, classes, err) : 0;
}

struct kin_network_spec kin_task_spec(const struct kin_task *task, const struct kin_front *front,
                                      const struct kin_classes *classes,
                                      const struct kin_task_size *size)
{
    size_t bins = kin_front_bins(), inputs = kin_front_inputs(front);
    bool baseline = kin_front_is_baseline(front);
    return (struct kin_network_spec){
        .task = task->network,
        .baseline = baseline,
        .height = bins,
        .width = kin_front_width(front),
        .channels = baseline ? (size->channels + 1) / 2 : size->channels,
        .hidden = size->hidden,
        .inputs = baseline ? inputs : 0,
        .classes = classes->n,
        .dropout = size->dropout,
    };
}
